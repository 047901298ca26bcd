#pragma once

#include <cstdint>
#include <string_view>

#include "domain/ids.h"

namespace gannet::engine {

/// What strategies say beside orders. Called on the strategy's lane, so an implementation hands
/// over and returns: no lock, no file. Text is valid during the call.
class StrategyOutput {
 public:
  /// `level`: GANNET_LOG_...; also called, as an error, when a strategy fails.
  virtual void on_strategy_log(StrategyId strategy, std::uint32_t level,
                               std::string_view text) noexcept = 0;
  virtual void on_strategy_metric(StrategyId strategy, std::string_view name,
                                  double value) noexcept = 0;

 protected:
  ~StrategyOutput() = default;
};

}  // namespace gannet::engine
