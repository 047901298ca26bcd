#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "domain/amount.h"
#include "domain/instrument_table.h"
#include "domain/orders.h"
#include "gateway/okx/protocol/decode_common.h"
#include "gateway/okx/protocol/field_names.h"

// What the account side's decoders share beside decode_common.h; their .cpp files use it.

namespace gannet::okx {

/// The texts of the named fields of one row; absent ones are "". The views point into the frame.
template <std::size_t N>
DecodeStatus read_texts(JsonValue row, const FieldNames<N>& names,
                        std::array<std::string_view, N>& texts) noexcept {
  return for_each_field(row, [&](std::string_view key, JsonValue value) -> DecodeStatus {
    const std::size_t i = names.find(key);
    if (i == FieldNames<N>::kNone) return {};
    return take_text(value, texts[i]);
  });
}

/// Our own client ids are positive 63-bit decimals without leading zeros; everything else is
/// somebody else's and becomes zero.
constexpr ClientOrderId client_order_id(std::string_view text) noexcept {
  if (text.empty() || text.size() > 19 || text.front() == '0') return {};
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return {};
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value > 9'223'372'036'854'775'807ull ? ClientOrderId{} : ClientOrderId{value};
}
static_assert(client_order_id("9223372036854775807").value == 9'223'372'036'854'775'807ull);
static_assert(!client_order_id("9223372036854775808").valid());
static_assert(!client_order_id("007").valid());
static_assert(!client_order_id("abc1").valid());

/// Whole positive number, 0 if the text is none.
constexpr std::uint64_t positive_number(std::string_view text) noexcept {
  if (text.empty() || text.size() > 20) return 0;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return 0;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (~std::uint64_t{0} - digit) / 10) return 0;
    value = value * 10 + digit;
  }
  return value;
}

/// "" is absent. Errors: BadNumber, TooPrecise, OutOfRange.
template <class Unit>
std::expected<std::optional<Unit>, DecodeError> optional_units(std::string_view text,
                                                               int digits) noexcept {
  if (text.empty()) return std::optional<Unit>{};
  const auto units = exact_units(text, digits);
  if (!units) return std::unexpected(units.error());
  return std::optional<Unit>{Unit{*units}};
}

/// "" is nothing. Errors: BadNumber, OutOfRange.
inline std::expected<Amount, DecodeError> amount_or_zero(std::string_view text,
                                                         CurrencyId currency) noexcept {
  if (text.empty()) return Amount{0, currency};
  const auto amount = parse_amount(text, currency);
  if (!amount) {
    return std::unexpected(amount.error() == ParseError::OutOfRange ? DecodeError::OutOfRange
                                                                    : DecodeError::BadNumber);
  }
  return *amount;
}

/// "" is the epoch: the venue did not say. Errors: BadNumber, OutOfRange.
inline std::expected<Timestamp, DecodeError> time_or_zero(std::string_view text) noexcept {
  if (text.empty()) return Timestamp{};
  return timestamp_from_millis(text);
}

}  // namespace gannet::okx
