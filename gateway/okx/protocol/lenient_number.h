#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "base/time.h"
#include "domain/instrument.h"
#include "domain/units.h"
#include "gateway/okx/protocol/decode_error.h"

namespace gannet::okx {

// The venue's numbers as text. Plain decimals nearly always; "2E+1" and "1e-7" were seen, and
// averages with 30 decimals. "-0" is zero.

/// Exact: what does not fit `digits` (0..18) is TooPrecise, never rounded. For prices and
/// quantities of books, trades, tickers and orders. Errors: BadNumber, TooPrecise, OutOfRange.
std::expected<std::int64_t, DecodeError> exact_units(std::string_view text, int digits) noexcept;

/// Rounded as named. For averages: mark and index prices (Nearest, half away from zero). Errors:
/// BadNumber, OutOfRange.
std::expected<std::int64_t, DecodeError> rounded_units(std::string_view text, int digits,
                                                       Rounding rounding) noexcept;

/// For limits the venue publishes: too large becomes the largest value, too precise is rounded
/// down. Errors: BadNumber, OutOfRange (below zero).
std::expected<std::int64_t, DecodeError> clamped_units(std::string_view text, int digits) noexcept;

/// Mantissa and digits with trailing zeros taken off ("0.10" is 1 * 10^-1). Errors: BadNumber,
/// TooPrecise (over 18 decimals), OutOfRange.
std::expected<Decimal, DecodeError> decimal(std::string_view text) noexcept;

/// How many decimals the number needs, trailing zeros not counted ("0.0100" is 2, "1e-7" is 7,
/// "2E+1" is 0). Errors: BadNumber.
std::expected<int, DecodeError> decimals_of(std::string_view text) noexcept;

/// For statistics and signals alone. Errors: BadNumber (no finite plain or scientific decimal).
std::expected<double, DecodeError> real_number(std::string_view text) noexcept;

/// Errors: BadNumber, OutOfRange.
std::expected<std::int64_t, DecodeError> whole_number(std::string_view text) noexcept;

/// Milliseconds since the epoch. Errors: BadNumber, OutOfRange.
std::expected<Timestamp, DecodeError> timestamp_from_millis(std::string_view text) noexcept;

}  // namespace gannet::okx
