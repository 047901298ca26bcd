#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json_text.h"

namespace gannet::app {

/// Builds one line of JSON for people's tools: objects and arrays nest by begin and end, commas
/// come by themselves. Strings are escaped. Not for the hot path.
class JsonLine {
 public:
  JsonLine& begin_object() { return open('{'); }
  JsonLine& begin_object(std::string_view key) { return name(key).open('{'); }
  JsonLine& end_object() { return close('}'); }
  JsonLine& begin_array(std::string_view key) { return name(key).open('['); }
  JsonLine& end_array() { return close(']'); }

  JsonLine& field(std::string_view key, std::string_view value) {
    name(key);
    append_json_string(text_, value);
    return *this;
  }
  JsonLine& field(std::string_view key, const char* value) {
    return field(key, std::string_view(value));
  }
  JsonLine& field(std::string_view key, bool value) {
    name(key);
    text_ += value ? "true" : "false";
    return *this;
  }
  /// A text of an array.
  JsonLine& element(std::string_view value) {
    comma();
    append_json_string(text_, value);
    return *this;
  }
  template <std::integral T>
  JsonLine& field(std::string_view key, T value) {
    name(key);
    fmt::format_to(std::back_inserter(text_), "{}", value);
    return *this;
  }
  JsonLine& null(std::string_view key) {
    name(key);
    text_ += "null";
    return *this;
  }
  template <class T>
  JsonLine& field(std::string_view key, const std::optional<T>& value) {
    return value ? field(key, *value) : null(key);
  }

  const std::string& text() const noexcept { return text_; }
  void clear() noexcept { text_.clear(); }

 private:
  JsonLine& open(char bracket) {
    comma();
    text_ += bracket;
    return *this;
  }
  JsonLine& close(char bracket) {
    text_ += bracket;
    return *this;
  }
  JsonLine& name(std::string_view key) {
    comma();
    append_json_string(text_, key);
    text_ += ':';
    return *this;
  }
  void comma() {
    if (text_.empty()) return;
    const char last = text_.back();
    if (last != '{' && last != '[' && last != ':') text_ += ',';
  }

  std::string text_;
};

}  // namespace gannet::app
