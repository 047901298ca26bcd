#pragma once

#include <deque>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "gannet/abi.h"

#include "domain/instrument_table.h"
#include "engine/settings.h"
#include "engine/strategy_type.h"

namespace gannet::engine {

/// The values of one strategy's parameters, in the schema's order, in the layout that crosses the
/// plugin boundary. The view points into the set, which must not move while a strategy has it.
class ParameterSet {
 public:
  gannet_parameters view() const noexcept;
  std::span<const gannet_value> values() const noexcept { return values_; }
  /// The instruments that the parameters name, in order, each once.
  std::vector<InstrumentId> instruments() const;

 private:
  friend class ParameterParser;
  std::vector<gannet_value> values_;
  std::deque<std::string> texts_;  // a deque: growth moves no text
};

/// How a value that was given as text alone (a default, a command) is to be read.
ParameterSetting::Kind text_kind_of(const ParameterSpec& spec) noexcept;

/// Reads `given` by the schema of `type`. All errors are collected, each naming where it was
/// written, the parameter, and the bounds or the nearest name. Cold; allocates.
std::expected<ParameterSet, std::vector<std::string>> parse_parameters(
    const StrategyType& type, std::span<const ParameterSetting> given,
    const InstrumentTable& instruments, const CurrencyTable& currencies);

}  // namespace gannet::engine
