#include "risk/exposure.h"

#include <algorithm>

#include "base/check.h"

namespace gannet::risk {
namespace {

Quantity clamped(__int128 sum) noexcept {
  constexpr __int128 kMax = Exposure::kLargest.raw;
  return {static_cast<std::int64_t>(std::clamp<__int128>(sum, -kMax, kMax))};
}

}  // namespace

Exposure::Exposure(std::size_t strategies, std::size_t instruments)
    : strategies_(strategies),
      instruments_(instruments),
      holdings_((strategies + 1) * instruments * kLegs),
      account_(instruments * kLegs),
      strategy_orders_(strategies + 1),
      is_changed_(instruments) {
  changed_.reserve(instruments);
}

void Exposure::on_order_opened(StrategyId strategy, InstrumentId instrument, Side side,
                               Quantity leaves, PositionSide leg) noexcept {
  on_working_changed(strategy, instrument, side, {}, leaves, leg);
  ++holdings_[index(strategy, instrument, leg)].told.open_orders;
  ++account_[leg_index(instrument, leg)].told.open_orders;
  ++strategy_orders_[row(strategy)];
  ++open_orders_;
}

void Exposure::on_working_changed(StrategyId strategy, InstrumentId instrument, Side side,
                                  Quantity old_leaves, Quantity new_leaves,
                                  PositionSide leg) noexcept {
  CHECK(new_leaves.raw >= 0);
  const __int128 change = static_cast<__int128>(new_leaves.raw) - old_leaves.raw;
  add_leaves(holdings_[index(strategy, instrument, leg)], side, change);
  add_leaves(account_[leg_index(instrument, leg)], side, change);
  note_changed(instrument);
}

void Exposure::on_protective_changed(StrategyId strategy, InstrumentId instrument, Side side,
                                     Quantity old_leaves, Quantity new_leaves,
                                     PositionSide leg) noexcept {
  CHECK(new_leaves.raw >= 0);
  const __int128 change = static_cast<__int128>(new_leaves.raw) - old_leaves.raw;
  add_protective(holdings_[index(strategy, instrument, leg)], side, change);
  add_protective(account_[leg_index(instrument, leg)], side, change);
}

void Exposure::on_order_closed(StrategyId strategy, InstrumentId instrument, Side side,
                               Quantity leaves, PositionSide leg) noexcept {
  on_working_changed(strategy, instrument, side, leaves, {}, leg);
  Holding& holding = holdings_[index(strategy, instrument, leg)].told;
  CHECK(holding.open_orders > 0);
  --holding.open_orders;
  --account_[leg_index(instrument, leg)].told.open_orders;
  --strategy_orders_[row(strategy)];
  --open_orders_;
}

void Exposure::on_fill(StrategyId strategy, InstrumentId instrument, Side side, Quantity quantity,
                       PositionSide leg) noexcept {
  const __int128 change = side == Side::Buy ? quantity.raw : -static_cast<__int128>(quantity.raw);
  add_position(holdings_[index(strategy, instrument, leg)], change);
  add_position(account_[leg_index(instrument, leg)], change);
  note_changed(instrument);
}

void Exposure::set_position(StrategyId strategy, InstrumentId instrument, Quantity position,
                            PositionSide leg) noexcept {
  Entry& entry = holdings_[index(strategy, instrument, leg)];
  const __int128 change = position.raw - entry.position;
  add_position(entry, change);
  add_position(account_[leg_index(instrument, leg)], change);
  note_changed(instrument);
}

void Exposure::set_account_position(InstrumentId instrument, Quantity position,
                                    PositionSide leg) noexcept {
  Entry& account = account_[leg_index(instrument, leg)];
  const __int128 change = position.raw - account.position;
  add_position(holdings_[index({}, instrument, leg)], change);
  add_position(account, change);
  note_changed(instrument);
}

void Exposure::note_changed(InstrumentId instrument) noexcept {
  if (is_changed_[instrument.value] != 0) return;
  is_changed_[instrument.value] = 1;
  changed_.push_back(instrument);  // room for each was reserved
}

void Exposure::add_position(Entry& entry, __int128 change) noexcept {
  entry.position += change;
  entry.told.position = clamped(entry.position);
}

void Exposure::add_leaves(Entry& entry, Side side, __int128 change) noexcept {
  __int128& sum = side == Side::Buy ? entry.working_buy : entry.working_sell;
  sum += change;
  // Below zero would be our bug: the order manager told an old value that it never told as new.
  CHECK(sum >= 0);
  (side == Side::Buy ? entry.told.working_buy : entry.told.working_sell) = clamped(sum);
}

void Exposure::add_protective(Entry& entry, Side side, __int128 change) noexcept {
  __int128& sum = side == Side::Buy ? entry.protective_buy : entry.protective_sell;
  sum += change;
  CHECK(sum >= 0);
  (side == Side::Buy ? entry.told.protective_buy : entry.told.protective_sell) = clamped(sum);
}

}  // namespace gannet::risk
