#include "gateway/okx/protocol/lenient_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <system_error>

namespace gannet::okx {
namespace {

constexpr std::array<std::int64_t, 19> kPowers = [] {
  std::array<std::int64_t, 19> powers{};
  for (int i = 0; i < 19; ++i) powers[static_cast<std::size_t>(i)] = power_of_ten(i);
  return powers;
}();

/// A decimal taken apart: value = digits * 10^exponent, leading and trailing zeros taken off.
/// Digits beyond the 38th are told by `cut` alone: they can only matter to rounding.
struct Parts {
  bool negative = false;
  unsigned __int128 digits = 0;
  int exponent = 0;
  bool cut = false;  // non-zero digits were left out behind the last one kept
};

constexpr int kMaxDigits = 38;
constexpr int kMaxExponent = 10'000;  // far outside of anything that fits, far inside of int

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::optional<Parts> take_apart(std::string_view text) noexcept {
  Parts parts;
  std::size_t i = 0;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) parts.negative = text[i++] == '-';
  int kept = 0;
  int pending_zeros = 0;  // zeros seen since the last digit kept
  bool any = false;
  bool fraction = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !fraction) {
      fraction = true;
      continue;
    }
    if (!is_digit(c)) break;
    any = true;
    if (fraction && parts.exponent > -kMaxExponent) --parts.exponent;
    if (c == '0') {
      // A zero counts only when a digit follows it; leading ones never do.
      if (kept > 0 && pending_zeros < kMaxExponent) ++pending_zeros;
      continue;
    }
    if (kept + pending_zeros + 1 > kMaxDigits && kept > 0) {
      parts.cut = true;
      if (pending_zeros < kMaxExponent) ++pending_zeros;
      continue;
    }
    for (; pending_zeros > 0; --pending_zeros, ++kept) parts.digits *= 10;
    parts.digits = parts.digits * 10 + static_cast<unsigned>(c - '0');
    ++kept;
  }
  if (!any) return std::nullopt;
  parts.exponent += pending_zeros;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    bool negative = false;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) negative = text[i++] == '-';
    if (i == text.size()) return std::nullopt;
    int exponent = 0;
    for (; i < text.size(); ++i) {
      if (!is_digit(text[i])) return std::nullopt;
      exponent = std::min(exponent * 10 + (text[i] - '0'), kMaxExponent);
    }
    parts.exponent += negative ? -exponent : exponent;
  }
  if (i != text.size()) return std::nullopt;
  if (parts.digits == 0) return Parts{};  // "-0" is zero
  return parts;
}

/// The parts as units of 10^-digits: whole units towards zero, and whether anything was left over
/// and how it compares with one half.
struct Scaled {
  std::uint64_t magnitude = 0;
  bool remainder = false;
  bool at_least_half = false;
};

std::optional<Scaled> scale(const Parts& parts, int digits) noexcept {  // absent: out of range
  constexpr auto kMax = static_cast<unsigned __int128>(std::numeric_limits<std::int64_t>::max());
  unsigned __int128 value = parts.digits;
  Scaled result{0, parts.cut, false};
  int shift = parts.exponent + digits;
  for (; shift > 0; --shift) {
    if (value > kMax) return std::nullopt;
    value *= 10;
  }
  for (; shift < 0 && value != 0; ++shift) {
    const auto digit = static_cast<unsigned>(value % 10);
    result.remainder = result.remainder || digit != 0;
    result.at_least_half = shift == -1 && digit >= 5;
    value /= 10;
  }
  if (value > kMax) return std::nullopt;
  result.magnitude = static_cast<std::uint64_t>(value);
  return result;
}

}  // namespace

std::expected<std::int64_t, DecodeError> exact_units(std::string_view text, int digits) noexcept {
  // The common case: a plain number that cannot overflow. Whatever it is not goes the long way.
  if (text.size() <= 18) {
    std::uint64_t value = 0;
    std::size_t i = 0;
    for (; i < text.size() && is_digit(text[i]); ++i) {
      value = value * 10 + static_cast<std::uint64_t>(text[i] - '0');
    }
    const std::size_t whole = i;
    std::size_t decimals = 0;
    if (whole > 0 && i + 1 < text.size() && text[i] == '.') {
      for (++i; i < text.size() && is_digit(text[i]); ++i) {
        value = value * 10 + static_cast<std::uint64_t>(text[i] - '0');
      }
      decimals = i - whole - 1;
    }
    const auto wanted = static_cast<std::size_t>(digits);
    if (i == text.size() && whole > 0 && decimals <= wanted && whole + wanted <= 18) {
      return static_cast<std::int64_t>(value) * kPowers[wanted - decimals];
    }
  }
  const auto parts = take_apart(text);
  if (!parts) return std::unexpected(DecodeError::BadNumber);
  const auto scaled = scale(*parts, digits);
  if (!scaled) return std::unexpected(DecodeError::OutOfRange);
  if (scaled->remainder) return std::unexpected(DecodeError::TooPrecise);
  const auto magnitude = static_cast<std::int64_t>(scaled->magnitude);
  return parts->negative ? -magnitude : magnitude;
}

std::expected<std::int64_t, DecodeError> rounded_units(std::string_view text, int digits,
                                                       Rounding rounding) noexcept {
  const auto parts = take_apart(text);
  if (!parts) return std::unexpected(DecodeError::BadNumber);
  const auto scaled = scale(*parts, digits);
  if (!scaled) return std::unexpected(DecodeError::OutOfRange);
  bool away_from_zero = false;
  switch (rounding) {
    case Rounding::Down:
      away_from_zero = parts->negative && scaled->remainder;
      break;
    case Rounding::Up:
      away_from_zero = !parts->negative && scaled->remainder;
      break;
    case Rounding::Nearest:
      away_from_zero = scaled->at_least_half;
      break;
  }
  auto magnitude = static_cast<std::int64_t>(scaled->magnitude);
  if (away_from_zero) {
    if (magnitude == std::numeric_limits<std::int64_t>::max()) {
      return std::unexpected(DecodeError::OutOfRange);
    }
    ++magnitude;
  }
  return parts->negative ? -magnitude : magnitude;
}

std::expected<std::int64_t, DecodeError> clamped_units(std::string_view text, int digits) noexcept {
  const auto parts = take_apart(text);
  if (!parts) return std::unexpected(DecodeError::BadNumber);
  if (parts->negative) return std::unexpected(DecodeError::OutOfRange);
  const auto scaled = scale(*parts, digits);
  if (!scaled) return std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(scaled->magnitude);
}

std::expected<Decimal, DecodeError> decimal(std::string_view text) noexcept {
  const auto digits = decimals_of(text);
  if (!digits) return std::unexpected(digits.error());
  if (*digits > 18) return std::unexpected(DecodeError::TooPrecise);
  const auto mantissa = exact_units(text, *digits);
  if (!mantissa) return std::unexpected(mantissa.error());
  return Decimal{*mantissa, static_cast<std::uint8_t>(*digits)};
}

std::expected<int, DecodeError> decimals_of(std::string_view text) noexcept {
  const auto parts = take_apart(text);
  if (!parts) return std::unexpected(DecodeError::BadNumber);
  return std::max(0, -parts->exponent);
}

std::expected<double, DecodeError> real_number(std::string_view text) noexcept {
  // "inf" and "nan" are numbers to the library, not to us.
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  if (first == text.size() || !is_digit(text[first])) {
    return std::unexpected(DecodeError::BadNumber);
  }
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [read_to, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || read_to != end) return std::unexpected(DecodeError::BadNumber);
  return value;
}

std::expected<std::int64_t, DecodeError> whole_number(std::string_view text) noexcept {
  const auto number = exact_units(text, 0);
  if (!number && number.error() == DecodeError::TooPrecise) {
    return std::unexpected(DecodeError::BadNumber);
  }
  return number;
}

std::expected<Timestamp, DecodeError> timestamp_from_millis(std::string_view text) noexcept {
  const auto millis = whole_number(text);
  if (!millis) return std::unexpected(millis.error());
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max() / 1'000'000;
  if (*millis < 0 || *millis > kLargest) return std::unexpected(DecodeError::OutOfRange);
  return from_unix_millis(*millis);
}

}  // namespace gannet::okx
