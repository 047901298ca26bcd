#include "sim/positions.h"

#include <algorithm>
#include <cstdlib>

namespace gannet::sim {

Cost signed_value(const ValueTerms& terms, Side side, Cost value) noexcept {
  const bool adds = (side == Side::Buy) == (terms.contract != ContractKind::Inverse);
  return adds ? value : -value;
}

Booking book_match(Position& position, const ValueTerms& terms, Side side, Quantity quantity,
                   Cost value) noexcept {
  const std::int64_t change = side == Side::Buy ? quantity.raw : -quantity.raw;
  const std::int64_t held = position.quantity.raw;
  const bool reduces = held != 0 && (held > 0) != (change > 0);
  Booking booking;
  if (!reduces) {
    position.cost += signed_value(terms, side, value);
    booking.opened_value = value;
  } else {
    const std::int64_t closed = std::min(std::abs(held), quantity.raw);
    const Cost closed_value =
        closed == quantity.raw ? value : multiply_divide(value, closed, quantity.raw).value_or(0);
    const Cost removed = closed == std::abs(held)
                             ? position.cost
                             : multiply_divide(position.cost, closed, std::abs(held)).value_or(0);
    // The closing side's signed value is what leaves; profit is the cost removed with the sign
    // turned, less that.
    const Cost profit = -removed - signed_value(terms, side, closed_value);
    booking.realised = money_of(profit);
    booking.remainder = profit - booking.realised * kCostPerMoney;
    position.cost += -removed + signed_value(terms, side, value - closed_value);
    position.realised += booking.realised;
    booking.closed = closed;
    booking.opened_value = value - closed_value;
    position.was_long = held > 0;
    position.closed += closed;
    position.closed_cost += removed < 0 ? -removed : removed;
    position.closed_value += closed_value;
  }
  position.quantity.raw += change;
  position.largest = std::max(position.largest, std::abs(position.quantity.raw));
  return booking;
}

Cost position_value(const Position& position, const ValueTerms& terms, Price price) noexcept {
  if (price.raw <= 0 || position.quantity.raw == 0) return 0;
  return value_at(terms, price, {std::abs(position.quantity.raw)}).value_or(0);
}

__int128 unrealised(const Position& position, const ValueTerms& terms, Price mark) noexcept {
  if (mark.raw <= 0 || position.quantity.raw == 0) return 0;
  const Side opened = position.quantity.raw > 0 ? Side::Buy : Side::Sell;
  return money_of(signed_value(terms, opened, position_value(position, terms, mark)) -
                  position.cost);
}

Position& Positions::get(InstrumentId instrument, PositionSide side, TradeMode mode) {
  const std::size_t at = slot(instrument, side, mode);
  if (at >= index_.size()) index_.resize(at + 6);
  if (index_[at] == 0) {
    Position fresh;
    fresh.instrument = instrument;
    fresh.side = side;
    fresh.mode = mode;
    positions_.push_back(fresh);
    index_[at] = static_cast<std::uint32_t>(positions_.size());
  }
  return positions_[index_[at] - 1];
}

const Position* Positions::find(InstrumentId instrument, PositionSide side,
                                TradeMode mode) const noexcept {
  const std::size_t at = slot(instrument, side, mode);
  if (at >= index_.size() || index_[at] == 0) return nullptr;
  return &positions_[index_[at] - 1];
}

}  // namespace gannet::sim
