#include "sim/money.h"

#include <algorithm>
#include <limits>

namespace gannet::sim {
namespace {

using U64 = std::uint64_t;
using U128 = unsigned __int128;

constexpr U128 kMaxSigned = ~U128{0} >> 1;

/// 256 bits in four limbs, least first. Only what the formulas below need.
struct Wide {
  U64 limb[4] = {};

  static Wide product(U128 a, U128 b) noexcept {
    Wide result;
    const U64 x[2] = {static_cast<U64>(a), static_cast<U64>(a >> 64)};
    const U64 y[2] = {static_cast<U64>(b), static_cast<U64>(b >> 64)};
    for (int i = 0; i < 2; ++i) {
      U128 carry = 0;
      for (int j = 0; j < 2; ++j) {
        carry += static_cast<U128>(x[i]) * y[j] + result.limb[i + j];
        result.limb[i + j] = static_cast<U64>(carry);
        carry >>= 64;
      }
      result.limb[i + 2] = static_cast<U64>(carry);
    }
    return result;
  }

  /// False when it overflowed.
  bool multiply(U64 factor) noexcept {
    U128 carry = 0;
    for (U64& part : limb) {
      carry += static_cast<U128>(part) * factor;
      part = static_cast<U64>(carry);
      carry >>= 64;
    }
    return carry == 0;
  }

  bool narrow() const noexcept { return limb[2] == 0 && limb[3] == 0; }
  U128 low() const noexcept { return (static_cast<U128>(limb[1]) << 64) | limb[0]; }
};

struct Quotient {
  Wide value;
  U128 remainder = 0;
};

Quotient divide(const Wide& n, U128 divisor) noexcept {
  Quotient q;
  if (n.narrow()) {
    const U128 low = n.low() / divisor;
    q.value.limb[0] = static_cast<U64>(low);
    q.value.limb[1] = static_cast<U64>(low >> 64);
    q.remainder = n.low() % divisor;
    return q;
  }
  if ((divisor >> 64) == 0) {
    for (int i = 3; i >= 0; --i) {
      const U128 part = (q.remainder << 64) | n.limb[i];
      q.value.limb[i] = static_cast<U64>(part / divisor);
      q.remainder = part % divisor;
    }
    return q;
  }
  // Bit by bit: only average prices come here. Divisors stay below 2^127, so the shift is safe.
  for (int bit = 255; bit >= 0; --bit) {
    q.remainder = (q.remainder << 1) | ((n.limb[bit / 64] >> (bit % 64)) & 1);
    if (q.remainder >= divisor) {
      q.remainder -= divisor;
      q.value.limb[bit / 64] |= U64{1} << (bit % 64);
    }
  }
  return q;
}

U128 magnitude(__int128 value) noexcept {
  return value < 0 ? ~static_cast<U128>(value) + 1 : static_cast<U128>(value);
}

U128 big_power_of_ten(int n) noexcept {
  U128 value = 1;
  for (int i = 0; i < n; ++i) value *= 10;
  return value;
}

__int128 half_up(const Quotient& q, U128 divisor) noexcept {
  if (!q.value.narrow() || q.value.low() >= kMaxSigned) return static_cast<__int128>(kMaxSigned);
  const bool up = q.remainder >= divisor - q.remainder;
  return static_cast<__int128>(q.value.low() + (up ? 1 : 0));
}

}  // namespace

std::optional<__int128> multiply_divide(__int128 a, __int128 b, __int128 divisor,
                                        bool up) noexcept {
  const Quotient q = divide(Wide::product(magnitude(a), magnitude(b)), magnitude(divisor));
  if (!q.value.narrow() || q.value.low() >= kMaxSigned) return std::nullopt;
  const auto size = static_cast<__int128>(q.value.low() + (up && q.remainder != 0 ? 1 : 0));
  return (a < 0) != (b < 0) ? -size : size;
}

ValueTerms value_terms(const Instrument& instrument) noexcept {
  ValueTerms terms;
  const bool spot = !is_derivative(instrument.kind);
  const Decimal value = spot ? Decimal{1, 0} : instrument.contract_value;
  const Decimal multiplier = spot ? Decimal{1, 0} : instrument.contract_multiplier;
  terms.contract =
      instrument.contract == ContractKind::Inverse ? ContractKind::Inverse : ContractKind::Linear;
  terms.face = static_cast<__int128>(value.mantissa) * multiplier.mantissa;
  terms.face_digits = value.digits + multiplier.digits + instrument.quantity_digits;
  terms.price_digits = instrument.price_digits;
  const int shift = terms.contract == ContractKind::Inverse
                        ? kCostDigits + instrument.price_digits - terms.face_digits
                        : kCostDigits - instrument.price_digits - terms.face_digits;
  terms.up = terms.face * static_cast<__int128>(big_power_of_ten(std::clamp(shift, 0, 37)));
  terms.down = static_cast<__int128>(big_power_of_ten(std::clamp(-shift, 0, 37)));
  return terms;
}

std::optional<Cost> value_at(const ValueTerms& terms, Price price, Quantity quantity) noexcept {
  if (terms.contract == ContractKind::Inverse) {
    if (price.raw <= 0) return std::nullopt;
    return multiply_divide(quantity.raw, terms.up, terms.down * price.raw);
  }
  return multiply_divide(static_cast<__int128>(price.raw) * quantity.raw, terms.up, terms.down);
}

__int128 average_price(const ValueTerms& terms, std::int64_t quantity, Cost cost) noexcept {
  if (quantity == 0 || cost == 0) return 0;
  const U128 size = magnitude(quantity) * magnitude(terms.face);
  // Linear: price = cost * 10^-27 / (size * 10^-face_digits), then 18 digits. Inverse: reciprocal.
  const bool inverse = terms.contract == ContractKind::Inverse;
  int shift = inverse ? Amount::kDigits + kCostDigits - terms.face_digits
                      : Amount::kDigits + terms.face_digits - kCostDigits;
  Wide top = Wide::product(inverse ? size : magnitude(cost), 1);
  U128 bottom = inverse ? magnitude(cost) : size;
  for (; shift > 0; --shift) {
    if (!top.multiply(10)) return static_cast<__int128>(kMaxSigned);
  }
  for (; shift < 0 && bottom < kMaxSigned / 10; ++shift) bottom *= 10;
  return half_up(divide(top, bottom), bottom);
}

__int128 fee_on(__int128 money, std::int64_t rate) noexcept {
  constexpr std::int64_t kRateUnit = 1'000'000'000;
  const Quotient q = divide(Wide::product(magnitude(money), magnitude(rate)), kRateUnit);
  const __int128 size = half_up(q, kRateUnit);
  return (money < 0) != (rate < 0) ? -size : size;
}

}  // namespace gannet::sim
