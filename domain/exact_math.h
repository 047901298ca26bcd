#pragma once

#include <cstdint>
#include <optional>

#include "domain/units.h"

namespace gannet {

using Int128 = __int128;

inline constexpr Int128 kInt128Max =
    static_cast<Int128>(~static_cast<unsigned __int128>(0) >> 1);  // 1.7e38

/// 10^n for n in 0..38; beyond int64, which power_of_ten serves.
constexpr Int128 wide_power_of_ten(int n) noexcept {
  Int128 value = 1;
  for (int i = 0; i < n; ++i) value *= 10;
  return value;
}

/// a * b / c, exact in 256 bits, rounded once. Nearest: half away from zero. Requires c != 0.
/// Nothing when the result does not fit 127 bits. The usual case, a product of 127 bits, is one
/// multiplication and one division.
std::optional<Int128> mul_div(Int128 a, Int128 b, Int128 c, Rounding rounding) noexcept;

}  // namespace gannet
