#include "sim/money.h"

#include <algorithm>
#include <bit>
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

/// Of a divisor of two limbs: schoolbook division, one limb of the quotient at a time, estimated
/// from the leading limbs and put right. Source: Knuth, The Art of Computer Programming 2, 4.3.1 D.
Quotient divide_by_two_limbs(const Wide& n, U128 divisor) noexcept {
  const int shift = std::countl_zero(static_cast<U64>(divisor >> 64));
  const U128 scaled = divisor << shift;
  const auto top = static_cast<U64>(scaled >> 64);
  const auto next = static_cast<U64>(scaled);
  U64 u[5] = {n.limb[0] << shift};
  for (int i = 1; i < 5; ++i) {
    const U64 above = i < 4 ? n.limb[i] << shift : 0;
    u[i] = above | (shift == 0 ? 0 : n.limb[i - 1] >> (64 - shift));
  }
  Quotient q;
  for (int j = 2; j >= 0; --j) {
    const U128 leading = static_cast<U128>(u[j + 2]) << 64 | u[j + 1];
    U128 digit = leading / top;
    U128 rest = leading - digit * top;
    while ((digit >> 64) != 0 ||
           static_cast<U128>(static_cast<U64>(digit)) * next > (rest << 64 | u[j])) {
      --digit;
      rest += top;
      if ((rest >> 64) != 0) break;
    }
    // u[j..j+2] -= digit * scaled, and back once if that was one too many.
    const U128 low = static_cast<U128>(static_cast<U64>(digit)) * next;
    const U128 high = static_cast<U128>(static_cast<U64>(digit)) * top + (low >> 64);
    const U64 taken[3] = {static_cast<U64>(low), static_cast<U64>(high),
                          static_cast<U64>(high >> 64)};
    U64 borrow = 0;
    for (int i = 0; i < 3; ++i) {
      const U128 have = static_cast<U128>(u[j + i]) - taken[i] - borrow;
      u[j + i] = static_cast<U64>(have);
      borrow = (have >> 64) != 0 ? 1 : 0;
    }
    if (borrow != 0) {
      --digit;
      const U128 sum = static_cast<U128>(u[j]) + next;
      u[j] = static_cast<U64>(sum);
      const U128 second = static_cast<U128>(u[j + 1]) + top + (sum >> 64);
      u[j + 1] = static_cast<U64>(second);
      u[j + 2] += static_cast<U64>(second >> 64);
    }
    q.value.limb[j] = static_cast<U64>(digit);
  }
  q.remainder = (static_cast<U128>(u[1]) << 64 | u[0]) >> shift;
  return q;
}

Quotient divide(const Wide& n, U128 divisor) noexcept {
  Quotient q;
  if (n.narrow()) {
    const U128 low = n.low() / divisor;
    q.value.limb[0] = static_cast<U64>(low);
    q.value.limb[1] = static_cast<U64>(low >> 64);
    q.remainder = n.low() - low * divisor;
    return q;
  }
  if ((divisor >> 64) != 0) return divide_by_two_limbs(n, divisor);
  for (int i = 3; i >= 0; --i) {
    const U128 part = (q.remainder << 64) | n.limb[i];
    const auto digit = static_cast<U64>(part / divisor);
    q.value.limb[i] = digit;
    q.remainder = part - digit * divisor;
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
  const Wide product = Wide::product(magnitude(money), magnitude(rate));
  Quotient q;
  if (product.narrow()) {
    const U128 size = per_billion(product.low());
    q.value.limb[0] = static_cast<U64>(size);
    q.value.limb[1] = static_cast<U64>(size >> 64);
    q.remainder = product.low() - size * kRateUnit;
  } else {
    q = divide(product, kRateUnit);
  }
  const __int128 size = half_up(q, kRateUnit);
  return (money < 0) != (rate < 0) ? -size : size;
}

}  // namespace gannet::sim
