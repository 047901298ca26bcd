#include "risk/portfolio.h"

#include <algorithm>
#include <cstdlib>

#include "domain/notional.h"

namespace gannet::risk {
namespace {

Int128 magnitude(Int128 value) noexcept { return value < 0 ? -value : value; }

// Of one leg. Capped far above any account, so that sums over all instruments stay exact: what is
// told may be absurd, and must be undone exactly when it is gone.
constexpr Int128 kMost = Int128{1} << 108;

[[gnu::noinline]] Int128 capped_times(Int128 quantity, Int128 unit) noexcept {
  Int128 product = 0;
  if (multiply_overflows(quantity, unit, product)) product = quantity < 0 ? -kMost : kMost;
  return std::clamp(product, -kMost, kMost);
}

/// Factors of which no product is beyond the cap.
constexpr std::int64_t kUsualQuantity = std::int64_t{1} << 36;
constexpr Int128 kUsualUnit = Int128{1} << 72;
static_assert(kUsualQuantity * kUsualUnit == kMost);
constexpr bool is_usual(Int128 quantity) noexcept {
  return quantity <= kUsualQuantity && quantity >= -kUsualQuantity;
}
constexpr bool is_usual(std::int64_t quantity) noexcept {
  return quantity <= kUsualQuantity && quantity >= -kUsualQuantity;
}

/// Requires unit >= 0.
inline Int128 times(Int128 quantity, Int128 unit) noexcept {
  return is_usual(quantity) && unit <= kUsualUnit ? quantity * unit : capped_times(quantity, unit);
}

void add(WorstNotional& to, const WorstNotional& what) noexcept {
  to.gross += what.gross;
  to.high += what.high;
  to.low += what.low;
}

WorstNotional minus(const WorstNotional& a, const WorstNotional& b) noexcept {
  return {a.gross - b.gross, a.high - b.high, a.low - b.low};
}

/// Of one leg: `high` and `low` are its position if every buy, or every sell, fills.
void add_leg(WorstNotional& to, OptionSide kind, Int128 high, Int128 low, Int128 unit) noexcept {
  const Int128 at_high = times(high, unit);
  const Int128 at_low = times(low, unit);
  to.gross += std::max(magnitude(at_high), magnitude(at_low));
  switch (kind) {
    case OptionSide::None:
      to.high += at_high;
      to.low += at_low;
      return;
    case OptionSide::Call:  // its delta is somewhere from nothing to one
      to.high += times(std::max<Int128>(high, 0), unit);
      to.low += times(std::min<Int128>(low, 0), unit);
      return;
    case OptionSide::Put:
      to.high += times(std::max<Int128>(-low, 0), unit);
      to.low += times(std::min<Int128>(-high, 0), unit);
      return;
  }
}

}  // namespace

Int128 WorstNotional::net() const noexcept { return std::max(magnitude(high), magnitude(low)); }

Portfolio::Portfolio(const InstrumentTable& instruments, Exposure& exposure, std::size_t strategies)
    : instruments_(instruments),
      exposure_(exposure),
      strategies_(strategies),
      unit_(instruments.size()),
      parts_((strategies + 1) * instruments.size()),
      sums_(strategies + 1) {}

void Portfolio::revalue(InstrumentId id, const ReferencePrices& references,
                        const ConversionTable& conversions, Timestamp now) noexcept {
  const Instrument& instrument = instruments_[id];
  Int128 unit = 0;
  std::optional<Price> price = references.fresh_reference(id, now);
  if (instrument.kind == InstrumentKind::Option) {
    // Priced in the coin that it is on: one of that coin each. Else what it is on has an index.
    const bool in_coin = notional_currency(instrument) == instrument.base;
    price = in_coin ? std::optional(Price{power_of_ten(instrument.price_digits)})
                    : references.fresh_index(id, now);
  }
  if (price) {
    const auto value = conversions.convert(order_notional(instrument, *price, {1}), now);
    if (value) unit = value->raw;
  }
  if (unit == unit_[id.value]) return;
  unit_[id.value] = unit;
  recompute(id);
}

void Portfolio::revalue_all(const ReferencePrices& references, const ConversionTable& conversions,
                            Timestamp now) noexcept {
  for (std::uint32_t i = 0; i < instruments_.size(); ++i) {
    if (is_busy(strategies_, {i})) revalue({i}, references, conversions, now);
  }
}

void Portfolio::refresh() noexcept {
  exposure_.take_changed([this](InstrumentId instrument) { recompute(instrument); });
}

Portfolio::Change Portfolio::with(StrategyId strategy, InstrumentId instrument, Side side,
                                  PositionSide leg, std::int64_t added) const noexcept {
  Added more{leg, 0, 0};
  (side == Side::Buy ? more.buy : more.sell) = added;
  const auto sum_with = [&](std::size_t row, WorstNotional& part) {
    part = worth(row, instrument, more);
    WorstNotional sum = sums_[row].worst;
    add(sum, minus(part, parts_[row * instruments_.size() + instrument.value].worst));
    return sum;
  };
  Change change;
  WorstNotional own;
  change.strategy = sum_with(strategy.value, own);
  change.account = sum_with(strategies_, change.instrument);
  return change;
}

const Holding& Portfolio::holding(std::size_t row, InstrumentId instrument,
                                  PositionSide leg) const noexcept {
  if (row == strategies_) return exposure_.of_account(instrument, leg);
  return exposure_.of_strategy({static_cast<std::uint16_t>(row)}, instrument, leg);
}

namespace {

/// Adds one leg with more leaves; in short what nearly every order meets.
[[gnu::always_inline]] inline void add_held(WorstNotional& worst, OptionSide kind, Int128 unit,
                                            const Holding& held, std::int64_t buy,
                                            std::int64_t sell) noexcept {
  const std::int64_t long_now = held.worst_long().raw;
  const std::int64_t short_now = held.worst_short().raw;
  if ((long_now | short_now | buy | sell) == 0) return;
  std::int64_t high = 0;
  std::int64_t low = 0;
  const bool is_short = !__builtin_add_overflow(long_now, buy, &high) &&
                        !__builtin_sub_overflow(short_now, sell, &low) &&
                        kind == OptionSide::None && is_usual(high) && is_usual(low) &&
                        unit <= kUsualUnit;
  if (!is_short)
    return add_leg(worst, kind, Int128{long_now} + buy, Int128{short_now} - sell, unit);
  worst.gross += std::max(std::abs(high), std::abs(low)) * unit;
  worst.high += high * unit;
  worst.low += low * unit;
}

}  // namespace

WorstNotional Portfolio::worth(std::size_t row, InstrumentId instrument,
                               const Added& added) const noexcept {
  WorstNotional worst;
  const Int128 unit = unit_[instrument.value];
  const OptionSide kind = instruments_[instrument].option_side;
  const Exposure::Legs legs =
      row == strategies_
          ? exposure_.legs_of_account(instrument)
          : exposure_.legs_of_strategy({static_cast<std::uint16_t>(row)}, instrument);
  const bool of_second = added.leg == PositionSide::Short;
  add_held(worst, kind, unit, legs.first, of_second ? 0 : added.buy, of_second ? 0 : added.sell);
  add_held(worst, kind, unit, legs.second, of_second ? added.buy : 0, of_second ? added.sell : 0);
  return worst;
}

bool Portfolio::is_busy(std::size_t row, InstrumentId instrument) const noexcept {
  for (const PositionSide leg : {PositionSide::Net, PositionSide::Short}) {
    const Holding& held = holding(row, instrument, leg);
    if (held.position.raw != 0 || held.working_buy.raw != 0 || held.working_sell.raw != 0)
      return true;
  }
  return false;
}

void Portfolio::recompute(std::size_t row, InstrumentId instrument) noexcept {
  Part& part = parts_[row * instruments_.size() + instrument.value];
  Sum& sum = sums_[row];
  const WorstNotional worst = worth(row, instrument, {});
  add(sum.worst, minus(worst, part.worst));
  part.worst = worst;
  const bool unvalued = unit_[instrument.value] == 0 && is_busy(row, instrument);
  if (unvalued == part.unvalued) return;
  part.unvalued = unvalued;
  unvalued ? ++sum.unvalued : --sum.unvalued;
}

void Portfolio::recompute(InstrumentId instrument) noexcept {
  for (std::size_t row = 0; row <= strategies_; ++row) recompute(row, instrument);
}

}  // namespace gannet::risk
