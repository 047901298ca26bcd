#include "engine/position_keeper.h"

#include "domain/exact_math.h"

namespace gannet::engine {

PositionKeeper::PositionKeeper(const InstrumentTable& instruments, std::size_t strategies)
    : instruments_(instruments),
      strategies_(strategies),
      account_(instruments.size()),
      by_strategy_(strategies * instruments.size()) {
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    const CurrencyId currency =
        notional_currency(instruments[InstrumentId{static_cast<std::uint32_t>(i)}]);
    account_[i].realised_pnl.currency = account_[i].fees.currency = currency;
    for (std::size_t s = 0; s < strategies; ++s) {
      Position& position = by_strategy_[s * instruments.size() + i];
      position.realised_pnl.currency = position.fees.currency = currency;
    }
  }
}

void PositionKeeper::apply(StrategyId strategy, InstrumentId instrument, Side side,
                           const Fill& fill) noexcept {
  if (instrument.value >= account_.size()) return;
  apply(account_[instrument.value], instruments_[instrument], side, fill);
  if (!contains(strategy)) return;
  apply(by_strategy_[strategy.value * instruments_.size() + instrument.value],
        instruments_[instrument], side, fill);
}

void PositionKeeper::apply(Position& position, const Instrument& instrument, Side side,
                           const Fill& fill) noexcept {
  const FillResult result = apply_fill(instrument, position.held, side, fill.price, fill.quantity);
  position.held = result.position;
  position.realised_pnl.raw = add_saturating(position.realised_pnl.raw, result.realised_pnl.raw);
  if (fill.fee.currency == position.fees.currency || !fill.fee.currency.valid()) {
    position.fees.raw = add_saturating(position.fees.raw, fill.fee.raw);
  } else {
    position.fees_elsewhere.raw = add_saturating(position.fees_elsewhere.raw, fill.fee.raw);
    position.fees_elsewhere.currency = fill.fee.currency;
  }
  Quantity& turnover = side == Side::Buy ? position.bought : position.sold;
  turnover = add_saturating(turnover, fill.quantity);
  ++position.fills;
}

void PositionKeeper::adjust(InstrumentId instrument, Quantity quantity,
                            const Amount& average_price) noexcept {
  if (instrument.value >= account_.size()) return;
  account_[instrument.value].held = position_at(instruments_[instrument], quantity, average_price);
}

Amount PositionKeeper::unrealised_pnl(InstrumentId instrument, Price mark) const noexcept {
  return gannet::unrealised_pnl(instruments_[instrument], account_[instrument.value].held, mark);
}

}  // namespace gannet::engine
