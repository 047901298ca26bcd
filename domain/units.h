#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <limits>
#include <string_view>

namespace gannet {

/// Exact count of the instrument's own decimal unit, 10^-digits. The tag keeps a Price from being
/// added to a Quantity. Trivially copyable, 8 bytes, no heap, no locale. Two Prices may only meet
/// if they belong to one instrument; across instruments the doors are `Amount` and `to_double`.
template <class Tag>
struct Units {
  std::int64_t raw = 0;

  friend constexpr auto operator<=>(Units, Units) noexcept = default;
  friend constexpr Units operator+(Units a, Units b) noexcept { return {a.raw + b.raw}; }
  friend constexpr Units operator-(Units a, Units b) noexcept { return {a.raw - b.raw}; }
  friend constexpr Units operator-(Units a) noexcept { return {-a.raw}; }
  constexpr Units& operator+=(Units b) noexcept {
    raw += b.raw;
    return *this;
  }
  constexpr Units& operator-=(Units b) noexcept {
    raw -= b.raw;
    return *this;
  }
};

/// A sum that stops at the largest magnitude instead of wrapping: what a peer tells may be absurd.
template <class Tag>
constexpr Units<Tag> add_saturating(Units<Tag> a, Units<Tag> b) noexcept {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a.raw, b.raw, &sum) && sum >= -kMax) return {sum};
  return {a.raw < 0 ? -kMax : kMax};
}

using Price = Units<struct PriceTag>;        ///< quote currency (or coin, for options) per unit
using Quantity = Units<struct QuantityTag>;  ///< contracts, or base currency on spot and margin

enum class Rounding : std::uint8_t { Down, Up, Nearest };  // Down and Up: towards -inf and +inf

enum class ParseError : std::uint8_t {
  NotANumber,  ///< not a plain decimal: empty, exponent, sign alone, other characters
  TooPrecise,  ///< more decimals than `digits`, and not zeros
  OutOfRange,  ///< does not fit 63 bits at that many digits
};

/// Text to exact units: optional '-', digits, optional '.' and digits. Trailing zeros beyond
/// `digits` are accepted. `digits` 0..18. Errors: NotANumber, TooPrecise, OutOfRange. Pure, any
/// thread.
constexpr std::expected<std::int64_t, ParseError> parse_units(std::string_view text,
                                                              int digits) noexcept {
  constexpr std::uint64_t kMax =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool negative = !text.empty() && text.front() == '-';
  const char* p = text.data() + (negative ? 1 : 0);
  const char* const end = text.data() + text.size();
  const char* const whole = p;
  std::uint64_t value = 0;
  bool overflow = false;
  auto take = [&](char c) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kMax - digit) / 10) overflow = true;
    value = value * 10 + digit;
  };
  while (p != end && *p >= '0' && *p <= '9') take(*p++);
  if (p == whole) return std::unexpected(ParseError::NotANumber);
  int decimals = 0;
  bool too_precise = false;
  if (p != end && *p == '.') {
    const char* const fraction = ++p;
    for (; p != end && *p >= '0' && *p <= '9'; ++p) {
      if (decimals < digits) {
        take(*p);
        ++decimals;
      } else if (*p != '0') {
        too_precise = true;
      }
    }
    if (p == fraction) return std::unexpected(ParseError::NotANumber);
  }
  if (p != end) return std::unexpected(ParseError::NotANumber);
  if (too_precise) return std::unexpected(ParseError::TooPrecise);
  for (; decimals < digits; ++decimals) take('0');
  if (overflow) return std::unexpected(ParseError::OutOfRange);
  const auto result = static_cast<std::int64_t>(value);
  return negative ? -result : result;
}

static_assert(parse_units("0.0000000001", 10) == 1);
static_assert(parse_units("-1.50", 1) == -15);
static_assert(parse_units("1e5", 2).error() == ParseError::NotANumber);
static_assert(parse_units("1.", 2).error() == ParseError::NotANumber);
static_assert(parse_units("0.001", 2).error() == ParseError::TooPrecise);
// A maximum that the venue really publishes: out of range is a normal answer, the loader clamps it.
static_assert(parse_units("9999999999999999", 8).error() == ParseError::OutOfRange);

/// Largest text of a 64-bit value at any digits: sign, 19 digits, point, leading zero.
inline constexpr int kMaxUnitsText = 24;

/// Units to plain decimal text without trailing zeros ("12.5", "0.001", "-3"). Writes at most
/// kMaxUnitsText bytes from `out`, returns one past the last. No locale, no allocation.
constexpr char* format_units(char* out, std::int64_t raw, int digits) noexcept {
  std::uint64_t value =
      raw < 0 ? ~static_cast<std::uint64_t>(raw) + 1 : static_cast<std::uint64_t>(raw);
  if (raw < 0) *out++ = '-';
  while (digits > 0 && value % 10 == 0) {
    value /= 10;
    --digits;
  }
  if (value == 0) digits = 0;
  char reversed[24] = {};
  int n = 0;
  do {
    reversed[n++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0 || n <= digits);
  for (int i = n - 1; i >= 0; --i) {
    *out++ = reversed[i];
    if (i == digits && i != 0) *out++ = '.';
  }
  return out;
}

/// 10^n for n in 0..18.
constexpr std::int64_t power_of_ten(int n) noexcept {
  std::int64_t value = 1;
  for (int i = 0; i < n; ++i) value *= 10;
  return value;
}

/// The door to signals: never back into an order but through round_to_tick.
template <class Tag>
constexpr double to_double(Units<Tag> value, int digits) noexcept {
  return static_cast<double>(value.raw) / static_cast<double>(power_of_ten(digits));
}

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };
static_assert(!Addable<Price, Quantity>);

}  // namespace gannet
