#include "domain/exact_math.h"

#include "base/check.h"

namespace gannet {
namespace {

using UInt128 = unsigned __int128;

struct UInt256 {
  UInt128 high = 0;
  UInt128 low = 0;
};

UInt128 magnitude(Int128 value) noexcept {
  return value < 0 ? ~static_cast<UInt128>(value) + 1 : static_cast<UInt128>(value);
}

UInt256 multiply(UInt128 a, UInt128 b) noexcept {
  constexpr UInt128 kLow = ~static_cast<std::uint64_t>(0);
  const UInt128 a0 = a & kLow, a1 = a >> 64, b0 = b & kLow, b1 = b >> 64;
  const UInt128 low = a0 * b0;
  const UInt128 cross1 = a1 * b0 + (low >> 64);
  const UInt128 cross2 = a0 * b1 + (cross1 & kLow);
  return {a1 * b1 + (cross1 >> 64) + (cross2 >> 64), (cross2 << 64) | (low & kLow)};
}

struct Division {
  UInt128 quotient = 0;
  UInt128 remainder = 0;
};

/// By a divisor of 64 bits, which every power of ten in use is: two steps of the processor's own
/// division, which takes 128 bits where the language knows no such thing. Requires n.high < c, so
/// the quotient fits.
Division divide_by_narrow(UInt256 n, std::uint64_t c) noexcept {
  auto rest = static_cast<std::uint64_t>(n.high);
  const auto step = [&](std::uint64_t low) {
    std::uint64_t quotient = 0;
    asm("divq %4" : "=a"(quotient), "=d"(rest) : "a"(low), "d"(rest), "r"(c) : "cc");
    return quotient;
  };
  const std::uint64_t upper = step(static_cast<std::uint64_t>(n.low >> 64));
  const std::uint64_t lower = step(static_cast<std::uint64_t>(n.low));
  return {static_cast<UInt128>(upper) << 64 | lower, rest};
}

/// Bit by bit: the rare case, and nobody waits for it. Requires n.high < c, so the quotient fits.
Division divide(UInt256 n, UInt128 c) noexcept {
  Division result{0, n.high};
  for (int bit = 127; bit >= 0; --bit) {
    const bool carry = (result.remainder >> 127) != 0;
    result.remainder = (result.remainder << 1) | ((n.low >> bit) & 1);
    result.quotient <<= 1;
    if (carry || result.remainder >= c) {
      result.remainder -= c;
      result.quotient |= 1;
    }
  }
  return result;
}

/// The library's division takes the long way even where 64 bits are enough.
UInt128 quotient_of(UInt128 product, UInt128 divisor) noexcept {
  if (((product | divisor) >> 64) == 0)
    return static_cast<std::uint64_t>(product) / static_cast<std::uint64_t>(divisor);
  return product / divisor;
}

/// Whether the magnitude goes up by one, for a value of that sign.
bool rounds_up(const Division& division, UInt128 c, bool negative, Rounding rounding) noexcept {
  if (division.remainder == 0) return false;
  switch (rounding) {
    case Rounding::Down:
      return negative;
    case Rounding::Up:
      return !negative;
    case Rounding::Nearest:
      return division.remainder >= c - division.remainder;
  }
  return false;
}

}  // namespace

std::optional<Int128> mul_div(Int128 a, Int128 b, Int128 c, Rounding rounding) noexcept {
  CHECK(c != 0);
  const bool negative = ((a < 0) != (b < 0)) != (c < 0);
  const UInt128 divisor = magnitude(c);
  Division division;
  const UInt128 first = magnitude(a);
  const UInt128 second = magnitude(b);
  UInt128 product = 0;
  const bool are_narrow = ((first | second) >> 64) == 0;
  if (are_narrow) product = first * static_cast<std::uint64_t>(second);
  if (are_narrow || !__builtin_mul_overflow(first, second, &product)) {
    // Both divisions are library calls, and on the way of every order: one is enough.
    division.quotient = divisor == 1 ? product : quotient_of(product, divisor);
    division.remainder = product - division.quotient * divisor;
  } else {
    const UInt256 wide = multiply(magnitude(a), magnitude(b));
    if (wide.high >= divisor) return std::nullopt;
    const bool is_narrow = (divisor >> 64) == 0;
    division = is_narrow ? divide_by_narrow(wide, static_cast<std::uint64_t>(divisor))
                         : divide(wide, divisor);
  }
  UInt128 value = division.quotient;
  if (rounds_up(division, divisor, negative, rounding)) ++value;
  if (value > static_cast<UInt128>(kInt128Max)) return std::nullopt;
  return negative ? -static_cast<Int128>(value) : static_cast<Int128>(value);
}

}  // namespace gannet
