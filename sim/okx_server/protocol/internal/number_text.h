#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "domain/amount.h"
#include "domain/instrument.h"
#include "domain/units.h"

namespace gannet::okx_server {

/// Plain decimal of raw * 10^-digits without trailing zeros. Any digits from 0 to 60.
std::string decimal_text(__int128 raw, int digits);
std::string price_text(const Instrument& instrument, Price price);
std::string quantity_text(const Instrument& instrument, Quantity quantity);
std::string amount_text(const Amount& amount);
std::string decimal_text(const Decimal& decimal);
/// At most 8 decimals; for estimates in dollars and other figures that nobody books.
std::string estimate_text(double value);
/// Exact cost / quantity, cut after ten more decimals than the instrument's prices have.
std::string average_price_text(const Instrument& instrument, __int128 cost, Quantity quantity);
std::string millis_text(Timestamp time);
std::string micros_text(Timestamp time);

double to_double(const Decimal& decimal) noexcept;

/// Decimal digits alone, at most 19 of them.
std::optional<std::uint64_t> parse_digits(std::string_view text) noexcept;

/// Letters and digits, 1 to `longest`.
bool is_plain_name(std::string_view text, std::size_t longest) noexcept;

}  // namespace gannet::okx_server
