#include "risk/trading_modes.h"

namespace gannet::risk {

TradingModes::TradingModes(std::size_t strategies, std::size_t instruments)
    : strategies_(strategies),
      instruments_(instruments),
      instrument_modes_(std::make_unique<Mode[]>(instruments)),
      strategy_modes_(std::make_unique<Mode[]>(strategies)) {
  for (std::size_t i = 0; i < instruments; ++i) instrument_modes_[i] = TradingMode::NotReady;
  for (std::size_t i = 0; i < strategies; ++i) strategy_modes_[i] = TradingMode::Ready;
}

void TradingModes::set_instrument(InstrumentId instrument, TradingMode mode) noexcept {
  CHECK(instrument.value < instruments_);
  instrument_modes_[instrument.value].store(mode, std::memory_order_release);
}

void TradingModes::set_strategy(StrategyId strategy, TradingMode mode) noexcept {
  CHECK(strategy.value < strategies_);
  strategy_modes_[strategy.value].store(mode, std::memory_order_release);
}

TradingMode TradingModes::instrument(InstrumentId instrument) const noexcept {
  CHECK(instrument.value < instruments_);
  return instrument_modes_[instrument.value].load(std::memory_order_acquire);
}

TradingMode TradingModes::strategy(StrategyId strategy) const noexcept {
  CHECK(strategy.value < strategies_);
  return strategy_modes_[strategy.value].load(std::memory_order_acquire);
}

}  // namespace gannet::risk
