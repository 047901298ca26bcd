#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/check.h"
#include "domain/denial.h"
#include "domain/ids.h"

namespace gannet::risk {

enum class TradingMode : std::uint8_t {
  NotReady,    ///< cold, connecting, reconciling
  Ready,       ///< the only one that may add risk
  Held,        ///< trouble of venue, network or clock; ends by itself
  Killed,      ///< by people, loss limits, broken invariants; only people clear it
  ReduceOnly,  ///< of strategies: what cannot increase the worst case passes; people clear it
};

/// Kill and mode state of the engine, each instrument and each strategy: what the gate reads last,
/// after all other checks and immediately before encoding (PRE-01, KILL-12). The engine starts
/// NotReady, instruments NotReady, strategies Ready.
///
/// Thread: any may write (a kill comes from the command's own thread), the gate reads. Each value
/// stands alone and nothing else is published through it, so the order of memory does not matter
/// beyond the value itself: a store is seen by the next load after it on the reactor, at the latest
/// with the next turn. No allocation after construction.
class TradingModes {
 public:
  TradingModes(std::size_t strategies, std::size_t instruments);

  void set_engine(TradingMode mode) noexcept { engine_.store(mode, std::memory_order_release); }
  void set_instrument(InstrumentId instrument, TradingMode mode) noexcept;
  void set_strategy(StrategyId strategy, TradingMode mode) noexcept;

  TradingMode engine() const noexcept { return engine_.load(std::memory_order_acquire); }
  TradingMode instrument(InstrumentId instrument) const noexcept;
  TradingMode strategy(StrategyId strategy) const noexcept;

 private:
  using Mode = std::atomic<TradingMode>;

  std::size_t strategies_;
  std::size_t instruments_;
  Mode engine_{TradingMode::NotReady};
  std::unique_ptr<Mode[]> instrument_modes_;
  std::unique_ptr<Mode[]> strategy_modes_;
};

}  // namespace gannet::risk
