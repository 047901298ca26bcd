#include "domain/amount.h"

#include <algorithm>

#include "domain/exact_math.h"

namespace gannet {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Digits of a decimal text around its point: "12.34e1" is whole "12", fraction "34", exponent 1.
struct DecimalText {
  std::string_view whole;
  std::string_view fraction;
  int exponent = 0;
  bool negative = false;
};

std::size_t count_digits(std::string_view text) noexcept {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  return n;
}

std::expected<int, ParseError> parse_exponent(std::string_view text) noexcept {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || count_digits(text) != text.size()) {
    return std::unexpected(ParseError::NotANumber);
  }
  constexpr int kCap = 100'000;  // far outside any Amount, and no overflow on the way
  int value = 0;
  for (const char c : text) value = std::min(value * 10 + (c - '0'), kCap);
  return negative ? -value : value;
}

std::expected<DecimalText, ParseError> split(std::string_view text) noexcept {
  DecimalText result;
  if (!text.empty() && text.front() == '-') {
    result.negative = true;
    text.remove_prefix(1);
  }
  result.whole = text.substr(0, count_digits(text));
  if (result.whole.empty()) return std::unexpected(ParseError::NotANumber);
  text.remove_prefix(result.whole.size());
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    result.fraction = text.substr(0, count_digits(text));
    if (result.fraction.empty()) return std::unexpected(ParseError::NotANumber);
    text.remove_prefix(result.fraction.size());
  }
  if (text.empty()) return result;
  if (text.front() != 'e' && text.front() != 'E') return std::unexpected(ParseError::NotANumber);
  const auto exponent = parse_exponent(text.substr(1));
  if (!exponent) return std::unexpected(exponent.error());
  result.exponent = *exponent;
  return result;
}

}  // namespace

std::expected<Amount, ParseError> parse_amount(std::string_view text,
                                               CurrencyId currency) noexcept {
  const auto parts = split(text);
  if (!parts) return std::unexpected(parts.error());
  // Of all digits in a row, those worth at least 10^-18 count; the rest is cut (towards zero).
  const std::int64_t wanted =
      static_cast<std::int64_t>(parts->whole.size()) + parts->exponent + Amount::kDigits;
  const auto have = static_cast<std::int64_t>(parts->whole.size() + parts->fraction.size());
  Int128 value = 0;
  for (std::int64_t i = 0; i < wanted; ++i) {
    if (i >= have && value == 0) break;
    const auto n = static_cast<std::size_t>(i);
    const char c = i >= have                 ? '0'
                   : n < parts->whole.size() ? parts->whole[n]
                                             : parts->fraction[n - parts->whole.size()];
    if (value > (kInt128Max - (c - '0')) / 10) return std::unexpected(ParseError::OutOfRange);
    value = value * 10 + (c - '0');
  }
  return Amount{parts->negative ? -value : value, currency};
}

std::string to_string(const Amount& amount) {
  const bool negative = amount.raw < 0;
  auto value = static_cast<unsigned __int128>(amount.raw);
  if (negative) value = ~value + 1;
  int digits = Amount::kDigits;
  while (digits > 0 && value % 10 == 0) {
    value /= 10;
    --digits;
  }
  if (value == 0) return "0";
  std::string text;
  for (int n = 0; value != 0 || n <= digits; ++n) {
    if (n == digits && digits != 0) text.push_back('.');
    text.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  }
  if (negative) text.push_back('-');
  std::reverse(text.begin(), text.end());
  return text;
}

double to_double(const Amount& amount) noexcept { return static_cast<double>(amount.raw) / 1e18; }

}  // namespace gannet
