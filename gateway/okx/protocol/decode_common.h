#pragma once

#include <simdjson.h>

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "domain/units.h"
#include "gateway/okx/protocol/decode_error.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/lenient_number.h"

// What every decoder's .cpp uses; headers do not include it, simdjson is long to compile.
// The venue's rules: unknown keys are ignored, absent and "" and null all mean "not said", numbers
// come as strings and sometimes as numbers, in any order of fields. [PROTOCOL 3.4]

namespace gannet::okx {

using JsonValue = simdjson::ondemand::value;

struct FrameDocument {
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  // Where reading stopped: at `data`, when the fields a decoder needs stood before it.
  simdjson::ondemand::object_iterator position;
  JsonValue data;
  bool data_waiting = false;
  // `data` was passed over and may be gone back to, once: the parser does not survive an error.
  bool data_behind = false;
};

/// The text of a scalar: a string's bytes between the quotes (escapes as they stand: numbers, names
/// and enumeration words have none), a number's token, "true", "false"; null is "". Objects and
/// arrays are WrongShape. Reading a value twice is not possible.
inline std::expected<std::string_view, DecodeError> text_of(JsonValue value) noexcept {
  std::string_view token = value.raw_json_token();
  while (!token.empty() && (token.back() == ' ' || token.back() == '\n' || token.back() == '\t' ||
                            token.back() == '\r')) {
    token.remove_suffix(1);
  }
  if (token.empty()) return std::unexpected(DecodeError::NotJson);
  if (token.front() == '"') {
    if (token.size() < 2 || token.back() != '"') return std::unexpected(DecodeError::NotJson);
    simdjson::ondemand::raw_json_string consumed;
    if (value.get_raw_json_string().get(consumed) != simdjson::SUCCESS) {
      return std::unexpected(DecodeError::NotJson);
    }
    return token.substr(1, token.size() - 2);
  }
  if (token.front() == '{' || token.front() == '[') {
    return std::unexpected(DecodeError::WrongShape);
  }
  if (token == "null") return std::string_view{};
  return token;
}

/// The text of a key. Keys with escapes are handed over as they stand: none of ours has any.
inline std::string_view key_text(simdjson::ondemand::raw_json_string key) noexcept {
  const char* const begin = key.raw();
  const char* end = begin;
  while (*end != '"') end += *end == '\\' ? 2 : 1;  // closed: the first stage saw to it
  return {begin, static_cast<std::size_t>(end - begin)};
}

/// Calls `each(key, value)` for every member; `each` returns a DecodeStatus and may leave the value
/// unread.
template <class F>
DecodeStatus for_each_field(JsonValue value, F&& each) noexcept {
  simdjson::ondemand::object object;
  if (const auto error = value.get_object().get(object); error != simdjson::SUCCESS) {
    return std::unexpected(error == simdjson::INCORRECT_TYPE ? DecodeError::WrongShape
                                                             : DecodeError::NotJson);
  }
  for (auto field : object) {
    simdjson::ondemand::raw_json_string raw_key;
    JsonValue member;
    if (field.key().get(raw_key) != simdjson::SUCCESS) return std::unexpected(DecodeError::NotJson);
    if (field.value().get(member) != simdjson::SUCCESS) {
      return std::unexpected(DecodeError::NotJson);
    }
    const std::string_view key = key_text(raw_key);
    if (const DecodeStatus status = each(key, member); !status) return status;
  }
  return {};
}

/// Calls `each(value)` for every element of an array.
template <class F>
DecodeStatus for_each_element(JsonValue value, F&& each) noexcept {
  simdjson::ondemand::array array;
  if (const auto error = value.get_array().get(array); error != simdjson::SUCCESS) {
    return std::unexpected(error == simdjson::INCORRECT_TYPE ? DecodeError::WrongShape
                                                             : DecodeError::NotJson);
  }
  for (auto element : array) {
    JsonValue item;
    if (element.get(item) != simdjson::SUCCESS) return std::unexpected(DecodeError::NotJson);
    if (const DecodeStatus status = each(item); !status) return status;
  }
  return {};
}

/// Finds `data` of the frame just read, once per frame (then it is MissingField); afterwards
/// `end_of_frame` must be called.
std::expected<JsonValue, DecodeError> data_of(FrameReader& reader) noexcept;
/// Reads to the end of the frame: a frame cut short, or with bytes behind it, is NotJson.
DecodeStatus end_of_frame(FrameReader& reader) noexcept;

/// Calls `each(row)` for every element of the frame's `data`, then reads the frame to its end.
/// MissingField if there is no data.
template <class F>
DecodeStatus for_each_row(FrameReader& reader, F&& each) noexcept {
  const auto data = data_of(reader);
  if (!data) return std::unexpected(data.error());
  if (const DecodeStatus status = for_each_element(*data, each); !status) return status;
  return end_of_frame(reader);
}

/// Text into `out`; for `each` of for_each_field.
inline DecodeStatus take_text(JsonValue value, std::string_view& out) noexcept {
  const auto text = text_of(value);
  if (!text) return std::unexpected(text.error());
  out = *text;
  return {};
}

/// Exact units of a price or quantity. "" and null leave `out` absent.
/// Errors: BadNumber, TooPrecise, OutOfRange.
template <class Unit>
DecodeStatus take_units(JsonValue value, int digits, std::optional<Unit>& out) noexcept {
  const auto text = text_of(value);
  if (!text) return std::unexpected(text.error());
  if (text->empty()) return {};
  const auto units = exact_units(*text, digits);
  if (!units) return std::unexpected(units.error());
  out = Unit{*units};
  return {};
}

/// Milliseconds since the epoch into a moment; "" leaves `out` as it is. Errors: BadNumber,
/// OutOfRange.
inline DecodeStatus take_millis(JsonValue value, Timestamp& out) noexcept {
  const auto text = text_of(value);
  if (!text) return std::unexpected(text.error());
  if (text->empty()) return {};
  const auto time = timestamp_from_millis(*text);
  if (!time) return std::unexpected(time.error());
  out = *time;
  return {};
}

/// A whole number, as string or number; "" and null leave `out` absent. Errors: BadNumber,
/// OutOfRange.
inline DecodeStatus take_integer(JsonValue value, std::optional<std::int64_t>& out) noexcept {
  const auto text = text_of(value);
  if (!text) return std::unexpected(text.error());
  if (text->empty()) return {};
  const auto number = whole_number(*text);
  if (!number) return std::unexpected(number.error());
  out = *number;
  return {};
}

}  // namespace gannet::okx
