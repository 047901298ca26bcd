#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "domain/units.h"

namespace gannet {

using Int128 = __int128;

inline constexpr Int128 kInt128Max =
    static_cast<Int128>(~static_cast<unsigned __int128>(0) >> 1);  // 1.7e38

inline constexpr int kMaxPowerOfTen = 38;  ///< the largest that an Int128 holds
inline constexpr auto kWidePowersOfTen = [] {
  std::array<Int128, kMaxPowerOfTen + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

/// 10^n for n in 0..38; beyond int64, which power_of_ten serves.
constexpr Int128 wide_power_of_ten(int n) noexcept {
  return kWidePowersOfTen[static_cast<std::size_t>(n)];
}

/// The product of two; true when it does not fit, as of the compiler's own. The usual case, both
/// within 64 bits, is one multiplication.
constexpr bool multiply_overflows(Int128 a, Int128 b, Int128& product) noexcept {
  const auto narrow_a = static_cast<std::int64_t>(a);
  const auto narrow_b = static_cast<std::int64_t>(b);
  if (narrow_a == a && narrow_b == b) {
    product = Int128{narrow_a} * narrow_b;
    return false;
  }
  return __builtin_mul_overflow(a, b, &product);
}

/// Sums that stop at the largest magnitude instead of wrapping: what a peer tells may be absurd.
constexpr Int128 add_saturating(Int128 a, Int128 b) noexcept {
  Int128 sum = 0;
  if (!__builtin_add_overflow(a, b, &sum) && sum >= -kInt128Max) return sum;
  return a < 0 ? -kInt128Max : kInt128Max;
}

/// a * b / c, exact in 256 bits, rounded once. Nearest: half away from zero. Requires c != 0.
/// Nothing when the result does not fit 127 bits. The usual case, a product of 127 bits, is one
/// multiplication and one division.
std::optional<Int128> mul_div(Int128 a, Int128 b, Int128 c, Rounding rounding) noexcept;

}  // namespace gannet
