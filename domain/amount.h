#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "domain/ids.h"
#include "domain/units.h"

namespace gannet {

/// Money and spot inventory: notional, fee, balance, profit. A 128-bit count of 10^-18 of a
/// currency; +-1.7e20 units of it, so every balance and notional the venue can name fits.
/// Two amounts may only meet if they are of one currency (checked by `CHECK` in debug paths, by the
/// callers' types elsewhere). 32 bytes, trivially copyable.
struct Amount {
  static constexpr int kDigits = 18;

  __int128 raw = 0;
  CurrencyId currency;

  friend constexpr bool operator==(const Amount&, const Amount&) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(const Amount& a, const Amount& b) noexcept {
    return a.raw <=> b.raw;
  }
  friend constexpr Amount operator+(Amount a, Amount b) noexcept {
    return {a.raw + b.raw, a.currency};
  }
  friend constexpr Amount operator-(Amount a, Amount b) noexcept {
    return {a.raw - b.raw, a.currency};
  }
  friend constexpr Amount operator-(Amount a) noexcept { return {-a.raw, a.currency}; }
};

/// Text to Amount. More than 18 decimals are rounded towards zero (the venue's averages carry
/// more); an exponent ("2E+1", "1e-7") is understood, since fees and averages were seen with one.
/// Errors: NotANumber, OutOfRange.
std::expected<Amount, ParseError> parse_amount(std::string_view text, CurrencyId currency) noexcept;

/// Plain decimal text without trailing zeros, any size. Off the hot path (allocates).
std::string to_string(const Amount& amount);

double to_double(const Amount& amount) noexcept;

}  // namespace gannet
