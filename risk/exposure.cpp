#include "risk/exposure.h"

#include "base/check.h"

namespace gannet::risk {
namespace {

/// Adds a change of leaves to one side. A sum below zero would be our bug in the making: the order
/// manager told an old value that it had never told as new.
void add_leaves(Holding& holding, Side side, Quantity change) noexcept {
  Quantity& working = side == Side::Buy ? holding.working_buy : holding.working_sell;
  working += change;
  CHECK(working.raw >= 0);
}

}  // namespace

Exposure::Exposure(std::size_t strategies, std::size_t instruments)
    : strategies_(strategies),
      instruments_(instruments),
      holdings_((strategies + 1) * instruments * kLegs),
      account_(instruments * kLegs),
      strategy_orders_(strategies + 1) {}

void Exposure::on_order_opened(StrategyId strategy, InstrumentId instrument, Side side,
                               Quantity leaves, PositionSide leg) noexcept {
  on_working_changed(strategy, instrument, side, {}, leaves, leg);
  ++holdings_[index(strategy, instrument, leg)].open_orders;
  ++account_[leg_index(instrument, leg)].open_orders;
  ++strategy_orders_[row(strategy)];
  ++open_orders_;
}

void Exposure::on_working_changed(StrategyId strategy, InstrumentId instrument, Side side,
                                  Quantity old_leaves, Quantity new_leaves,
                                  PositionSide leg) noexcept {
  CHECK(new_leaves.raw >= 0);
  add_leaves(holdings_[index(strategy, instrument, leg)], side, new_leaves - old_leaves);
  add_leaves(account_[leg_index(instrument, leg)], side, new_leaves - old_leaves);
}

void Exposure::on_order_closed(StrategyId strategy, InstrumentId instrument, Side side,
                               Quantity leaves, PositionSide leg) noexcept {
  on_working_changed(strategy, instrument, side, leaves, {}, leg);
  Holding& holding = holdings_[index(strategy, instrument, leg)];
  CHECK(holding.open_orders > 0);
  --holding.open_orders;
  --account_[leg_index(instrument, leg)].open_orders;
  --strategy_orders_[row(strategy)];
  --open_orders_;
}

void Exposure::on_fill(StrategyId strategy, InstrumentId instrument, Side side, Quantity quantity,
                       PositionSide leg) noexcept {
  const Quantity change = side == Side::Buy ? quantity : -quantity;
  holdings_[index(strategy, instrument, leg)].position += change;
  account_[leg_index(instrument, leg)].position += change;
}

void Exposure::set_position(StrategyId strategy, InstrumentId instrument, Quantity position,
                            PositionSide leg) noexcept {
  Holding& holding = holdings_[index(strategy, instrument, leg)];
  account_[leg_index(instrument, leg)].position += position - holding.position;
  holding.position = position;
}

void Exposure::set_account_position(InstrumentId instrument, Quantity position,
                                    PositionSide leg) noexcept {
  const Quantity foreign = holdings_[index({}, instrument, leg)].position;
  const Quantity difference = position - account_[leg_index(instrument, leg)].position;
  set_position({}, instrument, foreign + difference, leg);
}

std::uint32_t Exposure::open_orders(StrategyId strategy) const noexcept {
  return strategy_orders_[row(strategy)];
}

std::uint32_t Exposure::open_orders(InstrumentId instrument) const noexcept {
  return of_account(instrument, PositionSide::Net).open_orders +
         of_account(instrument, PositionSide::Short).open_orders;
}

std::size_t Exposure::row(StrategyId strategy) const noexcept {
  if (!strategy.valid()) return strategies_;
  CHECK(strategy.value < strategies_);
  return strategy.value;
}

std::size_t Exposure::leg_index(InstrumentId instrument, PositionSide leg) const noexcept {
  CHECK(instrument.value < instruments_);
  return instrument.value * kLegs + (leg == PositionSide::Short ? 1 : 0);
}

}  // namespace gannet::risk
