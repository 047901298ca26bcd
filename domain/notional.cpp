#include "domain/notional.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>

#include "domain/exact_math.h"

namespace gannet {
namespace {

/// Options are valued like linear contracts, in coin, whatever their contract kind says.
bool is_inverse(const Instrument& instrument) noexcept {
  return instrument.contract == ContractKind::Inverse &&
         (instrument.kind == InstrumentKind::Swap || instrument.kind == InstrumentKind::Futures);
}

/// Contract value x multiplier as one factor; 1 for spot and margin.
struct Face {
  Int128 mantissa = 1;
  int digits = 0;
};

Face face_of(const Instrument& instrument) noexcept {
  if (!is_derivative(instrument.kind)) return {};
  return {static_cast<Int128>(instrument.contract_value.mantissa) *
              instrument.contract_multiplier.mantissa,
          instrument.contract_value.digits + instrument.contract_multiplier.digits};
}

/// numerator / denominator, both positive: what one raw unit of value is in 10^-18 of the currency.
struct Scale {
  Int128 numerator = 1;
  Int128 denominator = 1;
};

/// face x 10^exponent. Nothing when it is beyond 127 bits.
std::optional<Scale> scale_by(const Face& face, int exponent) noexcept {
  const int e = exponent - face.digits;
  if (e > kMaxPowerOfTen || e < -kMaxPowerOfTen) return std::nullopt;
  if (e < 0) return Scale{face.mantissa, wide_power_of_ten(-e)};
  Scale scale;
  if (multiply_overflows(face.mantissa, wide_power_of_ten(e), scale.numerator)) return std::nullopt;
  return scale;
}

/// Of raw price x raw quantity.
std::optional<Scale> linear_scale(const Instrument& instrument) noexcept {
  return scale_by(face_of(instrument),
                  Amount::kDigits - instrument.price_digits - instrument.quantity_digits);
}

/// Of raw quantity / raw price.
std::optional<Scale> inverse_scale(const Instrument& instrument) noexcept {
  return scale_by(face_of(instrument),
                  Amount::kDigits + instrument.price_digits - instrument.quantity_digits);
}

/// Of a cost of PositionCost.
std::optional<Scale> cost_scale(const Instrument& instrument) noexcept {
  if (!is_inverse(instrument)) return linear_scale(instrument);
  return scale_by(face_of(instrument), Amount::kDigits + instrument.price_digits -
                                           instrument.quantity_digits -
                                           PositionCost::kInverseDigits);
}

Int128 saturated(std::optional<Int128> value, bool negative) noexcept {
  return value.value_or(negative ? -kInt128Max : kInt128Max);
}

/// a * b / c to nearest, saturating with the right sign. b, c > 0.
Int128 scaled(Int128 a, Int128 b, Int128 c) noexcept {
  return saturated(mul_div(a, b, c, Rounding::Nearest), a < 0);
}

/// A value in cost units as money.
Amount money(const Instrument& instrument, Int128 value) noexcept {
  const CurrencyId currency = notional_currency(instrument);
  const auto scale = cost_scale(instrument);
  if (!scale) return {saturated(std::nullopt, value < 0), currency};
  return {scaled(value, scale->numerator, scale->denominator), currency};
}

/// What `quantity` (signed) is worth at `price` (> 0), in cost units.
Int128 cost_at(const Instrument& instrument, Price price, std::int64_t quantity) noexcept {
  if (!is_inverse(instrument)) return static_cast<Int128>(price.raw) * quantity;
  return scaled(quantity, wide_power_of_ten(PositionCost::kInverseDigits), price.raw);
}

/// Cost units grow with the price for linear contracts, and shrink for inverse ones: profit is
/// exit - entry or entry - exit, for longs and (both being negative) for shorts.
Int128 profit(const Instrument& instrument, Int128 entry, Int128 exit) noexcept {
  return is_inverse(instrument) ? add_saturating(entry, -exit) : add_saturating(exit, -entry);
}

std::int64_t add_quantity(std::int64_t a, std::int64_t b) noexcept {
  constexpr Int128 kMax = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::clamp<Int128>(static_cast<Int128>(a) + b, -kMax, kMax));
}

}  // namespace

bool falls_with_price(const Instrument& instrument) noexcept { return is_inverse(instrument); }

CurrencyId notional_currency(const Instrument& instrument) noexcept {
  return is_derivative(instrument.kind) ? instrument.settle : instrument.quote;
}

namespace {

/// Of contracts and coins that are not inverse, where all factors fit 64 bits and nothing is to be
/// rounded: nearly always. Nothing: reckon it the long way.
std::optional<Int128> plain_notional(const Instrument& instrument, std::int64_t price,
                                     std::int64_t quantity) noexcept {
  int exponent = Amount::kDigits - instrument.price_digits - instrument.quantity_digits;
  std::int64_t face = 1;
  if (is_derivative(instrument.kind)) {
    exponent -= instrument.contract_value.digits + instrument.contract_multiplier.digits;
    if (__builtin_mul_overflow(instrument.contract_value.mantissa,
                               instrument.contract_multiplier.mantissa, &face))
      return std::nullopt;
  }
  constexpr int kMostDigits = 18;
  std::int64_t value = 0;
  std::int64_t scale = 0;
  if (exponent < 0 || exponent > kMostDigits || face <= 0 ||
      __builtin_mul_overflow(price, quantity, &value) ||
      __builtin_mul_overflow(face, static_cast<std::int64_t>(wide_power_of_ten(exponent)), &scale))
    return std::nullopt;
  return Int128{value} * scale;
}

}  // namespace

Amount order_notional(const Instrument& instrument, Price price, Quantity quantity) noexcept {
  const CurrencyId currency = notional_currency(instrument);
  if (price.raw > 0 && quantity.raw >= 0 && !is_inverse(instrument)) {
    if (const auto value = plain_notional(instrument, price.raw, quantity.raw))
      return {*value, currency};
  }
  const Amount largest{kInt128Max, currency};
  const bool inverse = is_inverse(instrument);
  const auto scale = inverse ? inverse_scale(instrument) : linear_scale(instrument);
  if (price.raw <= 0 || quantity.raw < 0 || !scale) return largest;
  std::optional<Int128> value;
  if (inverse) {
    Int128 denominator = 0;
    if (multiply_overflows(scale->denominator, price.raw, denominator)) return largest;
    value = mul_div(quantity.raw, scale->numerator, denominator, Rounding::Up);
  } else {
    value = mul_div(static_cast<Int128>(price.raw) * quantity.raw, scale->numerator,
                    scale->denominator, Rounding::Up);
  }
  return {saturated(value, false), currency};
}

FillResult apply_fill(const Instrument& instrument, const PositionCost& position, Side side,
                      Price price, Quantity quantity) noexcept {
  const CurrencyId currency = notional_currency(instrument);
  if (price.raw <= 0 || quantity.raw <= 0) return {position, {0, currency}};
  const std::int64_t change = side == Side::Buy ? quantity.raw : -quantity.raw;
  const std::int64_t held = position.quantity.raw;
  if (held == 0 || (held > 0) == (change > 0)) {
    return {{{add_quantity(held, change)},
             add_saturating(position.cost, cost_at(instrument, price, change))},
            {0, currency}};
  }
  // The closing part, signed like the position, takes its share of the cost along.
  const std::int64_t closed = held > 0 ? std::min(held, -change) : std::max(held, -change);
  const Int128 share =
      closed == held ? position.cost : scaled(position.cost, std::abs(closed), std::abs(held));
  const Amount realised =
      money(instrument, profit(instrument, share, cost_at(instrument, price, closed)));
  const std::int64_t rest = change + closed;
  if (rest != 0) return {{{rest}, cost_at(instrument, price, rest)}, realised};
  return {{{held - closed}, position.cost - share}, realised};
}

Amount unrealised_pnl(const Instrument& instrument, const PositionCost& position,
                      Price price) noexcept {
  if (position.quantity.raw == 0 || price.raw <= 0) return {0, notional_currency(instrument)};
  const Int128 exit = cost_at(instrument, price, position.quantity.raw);
  return money(instrument, profit(instrument, position.cost, exit));
}

Amount realised_pnl(const Instrument& instrument, Side position_side, Price entry, Price exit,
                    Quantity quantity) noexcept {
  const PositionCost opened = apply_fill(instrument, {}, position_side, entry, quantity).position;
  return apply_fill(instrument, opened, opposite(position_side), exit, quantity).realised_pnl;
}

namespace {

/// quantity x 10^(kInverseDigits + 18 - price digits) / divisor: the way between the cost of an
/// inverse position and its average price, both ways. The power is taken in two steps: 10^46 has
/// no room in 127 bits.
Int128 harmonic(const Instrument& instrument, std::int64_t quantity, Int128 divisor) noexcept {
  const Int128 numerator = static_cast<Int128>(quantity) * wide_power_of_ten(Amount::kDigits);
  const Int128 power = wide_power_of_ten(PositionCost::kInverseDigits - instrument.price_digits);
  return saturated(mul_div(numerator, power, divisor, Rounding::Nearest),
                   (quantity < 0) != (divisor < 0));
}

}  // namespace

Amount average_entry_price(const Instrument& instrument, const PositionCost& position) noexcept {
  const std::int64_t quantity = position.quantity.raw;
  if (quantity == 0 || position.cost == 0) return {0, instrument.quote};
  if (is_inverse(instrument))
    return {harmonic(instrument, quantity, position.cost), instrument.quote};
  const Int128 power = wide_power_of_ten(Amount::kDigits - instrument.price_digits);
  return {saturated(mul_div(position.cost, power, quantity, Rounding::Nearest), false),
          instrument.quote};
}

PositionCost position_at(const Instrument& instrument, Quantity quantity,
                         const Amount& average_price) noexcept {
  if (quantity.raw == 0 || average_price.raw <= 0) return {quantity, 0};
  if (is_inverse(instrument)) {
    return {quantity, harmonic(instrument, quantity.raw, average_price.raw)};
  }
  const Int128 power = wide_power_of_ten(Amount::kDigits - instrument.price_digits);
  return {quantity,
          scaled(average_price.raw * (quantity.raw < 0 ? -1 : 1), std::abs(quantity.raw), power)};
}

std::string_view name_of(InstrumentFault fault) noexcept {
  switch (fault) {
    case InstrumentFault::BadDigits:
      return "bad_digits";
    case InstrumentFault::BadTick:
      return "bad_tick";
    case InstrumentFault::BadLot:
      return "bad_lot";
    case InstrumentFault::BadContract:
      return "bad_contract";
    case InstrumentFault::TooWide:
      return "too_wide";
  }
  return "unknown";
}

std::expected<void, InstrumentFault> validate(const Instrument& instrument) noexcept {
  const Decimal& value = instrument.contract_value;
  const Decimal& multiplier = instrument.contract_multiplier;
  if (std::max({instrument.price_digits, instrument.quantity_digits, value.digits,
                multiplier.digits}) > Amount::kDigits) {
    return std::unexpected(InstrumentFault::BadDigits);
  }
  if (instrument.tick_size.raw <= 0) return std::unexpected(InstrumentFault::BadTick);
  if (instrument.lot_size.raw <= 0 || instrument.minimum_quantity.raw < 0 ||
      instrument.maximum_limit_quantity.raw < 0 ||
      instrument.maximum_market_quantity.value_or(Quantity{}).raw < 0) {
    return std::unexpected(InstrumentFault::BadLot);
  }
  const bool has_kind = instrument.contract != ContractKind::None;
  const bool needs_kind =
      instrument.kind == InstrumentKind::Swap || instrument.kind == InstrumentKind::Futures;
  if (value.mantissa <= 0 || multiplier.mantissa <= 0 || (needs_kind && !has_kind)) {
    return std::unexpected(InstrumentFault::BadContract);
  }
  const bool scales = cost_scale(instrument).has_value() &&
                      (!is_inverse(instrument) || inverse_scale(instrument).has_value());
  if (!scales) return std::unexpected(InstrumentFault::TooWide);
  return {};
}

}  // namespace gannet
