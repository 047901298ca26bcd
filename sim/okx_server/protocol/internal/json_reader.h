#pragma once

#include <simdjson.h>

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

inline std::optional<std::string_view> text_member(simdjson::dom::object object,
                                                   std::string_view name) noexcept {
  std::string_view text;
  if (object.at_key(name).get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
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
