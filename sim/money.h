#pragma once

#include <cstdint>
#include <optional>

#include "domain/amount.h"
#include "domain/instrument.h"
#include "domain/units.h"

namespace gannet::sim {

// The simulator's own arithmetic of money, written apart from the engine's: an oracle that shares a
// formula cannot see its error. Products run over 256 bits; every rounding is named.

/// A contract position's cost: 10^-27 of its settlement currency. Nine digits finer than Amount, so
/// that the average price of an inverse position comes back to the last digit. Up to 1.7e11 units.
using Cost = __int128;
inline constexpr int kCostDigits = 27;
inline constexpr std::int64_t kCostPerMoney = 1'000'000'000;  ///< Cost units in one Amount unit

/// a * b / divisor, towards zero; rounded up (away from zero) when `up`. Requires divisor > 0.
/// Empty when the result does not fit 127 bits. The sign is that of a * b.
std::optional<__int128> multiply_divide(__int128 a, __int128 b, __int128 divisor,
                                        bool up = false) noexcept;

/// How quantity and price make value, digits and multipliers folded into one fraction.
struct ValueTerms {
  ContractKind contract = ContractKind::None;
  __int128 up = 1;    ///< the fraction's numerator
  __int128 down = 1;  ///< and its denominator
  /// Of average prices: contract value * multiplier as an integer, and the decimals it and the
  /// quantity carry.
  __int128 face = 1;
  int face_digits = 0;
  int price_digits = 0;
};

/// Terms of an instrument. Spot values are contract value 1, linear, in the quote currency.
ValueTerms value_terms(const Instrument& instrument) noexcept;

/// What `quantity` is worth at `price`, 10^-27 of the settlement currency, towards zero, never
/// negative for a positive quantity. Linear: price * quantity * contract value * multiplier;
/// inverse: quantity * contract value * multiplier / price. Requires price > 0 where inverse. Empty
/// when too large. Source: PROTOCOL 9.3.
std::optional<Cost> value_at(const ValueTerms& terms, Price price, Quantity quantity) noexcept;

/// The average price of a position of that size and cost (both as magnitudes), 18 digits, half up.
/// Linear: cost / size; inverse: size / cost, which is the harmonic mean.
__int128 average_price(const ValueTerms& terms, std::int64_t quantity, Cost cost) noexcept;

/// `value / 10^9`. Three divisions of 64 bits by a constant, which are multiplications, where the
/// compiler's one of 128 bits is a call; this is on the path of every order.
constexpr unsigned __int128 per_billion(unsigned __int128 value) noexcept {
  constexpr std::uint64_t kBillion = 1'000'000'000;
  const auto high = static_cast<std::uint64_t>(value >> 64);
  const auto low = static_cast<std::uint64_t>(value);
  const std::uint64_t middle = (high % kBillion) << 32 | low >> 32;
  const std::uint64_t last = (middle % kBillion) << 32 | (low & 0xffff'ffffull);
  return static_cast<unsigned __int128>(high / kBillion) << 64 |
         static_cast<unsigned __int128>(middle / kBillion) << 32 | last / kBillion;
}

/// Amount units (10^-18) from cost units, towards zero.
constexpr __int128 money_of(Cost cost) noexcept {
  return cost < 0 ? -static_cast<__int128>(per_billion(-static_cast<unsigned __int128>(cost)))
                  : static_cast<__int128>(per_billion(static_cast<unsigned __int128>(cost)));
}
/// Amount units, away from zero: for holds, which must never be short.
constexpr __int128 money_up(Cost cost) noexcept {
  return money_of(cost + (cost > 0 ? kCostPerMoney - 1 : 0));
}

/// Quantity of a spot instrument as money of its base currency: exact.
constexpr __int128 base_money(const Instrument& instrument, Quantity quantity) noexcept {
  return static_cast<__int128>(quantity.raw) *
         power_of_ten(Amount::kDigits - instrument.quantity_digits);
}

/// Fee on a value, rates in 10^-9, positive a cost: rounded half away from zero at 10^-18.
__int128 fee_on(__int128 money, std::int64_t rate) noexcept;

}  // namespace gannet::sim
