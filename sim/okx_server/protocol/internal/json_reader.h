#pragma once

#include <simdjson.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gannet::okx_server {

// Lenient reading of what clients send: a member that is absent or of another type is nothing.

inline std::optional<simdjson::dom::object> as_object(simdjson::dom::element element) noexcept {
  simdjson::dom::object object;
  if (element.get(object) != simdjson::SUCCESS) return std::nullopt;
  return object;
}

/// The number as a client would have written it in quotes. The view is good until this thread has
/// asked for 256 more.
inline std::optional<std::string_view> number_as_text(simdjson::dom::element element) noexcept {
  thread_local std::array<std::array<char, 40>, 256> texts;
  thread_local std::size_t next = 0;
  std::array<char, 40>& text = texts[next++ % texts.size()];
  char* const end = text.data() + text.size();
  std::to_chars_result done{end, std::errc::invalid_argument};
  std::int64_t whole = 0;
  double number = 0;
  if (element.get(whole) == simdjson::SUCCESS) {
    done = std::to_chars(text.data(), end, whole);
  } else if (element.is_double() && element.get(number) == simdjson::SUCCESS) {
    done = std::to_chars(text.data(), end, number, std::chars_format::fixed);
  }
  if (done.ec != std::errc{}) return std::nullopt;
  return std::string_view(text.data(), static_cast<std::size_t>(done.ptr - text.data()));
}

/// Numbers count as text: clients send leverages, time-outs and login times without quotes (ccxt,
/// python-okx), and OKX takes them.
inline std::optional<std::string_view> text_member(simdjson::dom::object object,
                                                   std::string_view name) noexcept {
  simdjson::dom::element element;
  if (object.at_key(name).get(element) != simdjson::SUCCESS) return std::nullopt;
  std::string_view text;
  if (element.get(text) == simdjson::SUCCESS) return text;
  return number_as_text(element);
}

inline std::string_view text_or_empty(simdjson::dom::object object,
                                      std::string_view name) noexcept {
  return text_member(object, name).value_or(std::string_view{});
}

inline std::optional<std::int64_t> integer_member(simdjson::dom::object object,
                                                  std::string_view name) noexcept {
  std::int64_t value = 0;
  if (object.at_key(name).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

/// true, false, "true" or "false": OKX takes the strings too.
inline std::optional<bool> bool_member(simdjson::dom::object object,
                                       std::string_view name) noexcept {
  bool value = false;
  if (object.at_key(name).get(value) == simdjson::SUCCESS) return value;
  const std::string_view text = text_or_empty(object, name);
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

}  // namespace gannet::okx_server
