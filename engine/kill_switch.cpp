#include "engine/kill_switch.h"

namespace gannet::engine {

KillSwitch::KillSwitch(risk::TradingModes& modes, std::size_t strategies, std::size_t instruments)
    : modes_(modes), strategies_(strategies), instruments_(instruments) {}

void KillSwitch::set_strategy(StrategyId strategy, bool on) noexcept {
  if (strategy.value >= strategies_.size()) return;
  StrategyState& state = strategies_[strategy.value];
  if (state.killed != on) on ? ++parts_ : --parts_;
  state.killed = on;
  apply(strategy);
}

void KillSwitch::set_instrument(InstrumentId instrument, bool on) noexcept {
  if (instrument.value >= instruments_.size()) return;
  InstrumentState& state = instruments_[instrument.value];
  if (state.killed != on) on ? ++parts_ : --parts_;
  state.killed = on;
  apply(instrument);
}

void KillSwitch::note_failed(StrategyId strategy) noexcept {
  if (strategy.value >= strategies_.size()) return;
  strategies_[strategy.value].failed = true;
  apply(strategy);
}

void KillSwitch::set_strategy_mode(StrategyId strategy, risk::TradingMode mode) noexcept {
  if (strategy.value >= strategies_.size()) return;
  strategies_[strategy.value].mode = mode;
  apply(strategy);
}

void KillSwitch::set_instrument_mode(InstrumentId instrument, risk::TradingMode mode) noexcept {
  if (instrument.value >= instruments_.size()) return;
  instruments_[instrument.value].mode = mode;
  apply(instrument);
}

bool KillSwitch::strategy(StrategyId strategy) const noexcept {
  return strategy.value < strategies_.size() && strategies_[strategy.value].killed;
}

bool KillSwitch::instrument(InstrumentId instrument) const noexcept {
  return instrument.value < instruments_.size() && instruments_[instrument.value].killed;
}

void KillSwitch::apply(StrategyId strategy) noexcept {
  const StrategyState& state = strategies_[strategy.value];
  modes_.set_strategy(strategy,
                      state.killed || state.failed ? risk::TradingMode::Killed : state.mode);
}

void KillSwitch::apply(InstrumentId instrument) noexcept {
  const InstrumentState& state = instruments_[instrument.value];
  modes_.set_instrument(instrument, state.killed ? risk::TradingMode::Killed : state.mode);
}

}  // namespace gannet::engine
