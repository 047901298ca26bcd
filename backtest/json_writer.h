#pragma once

#include <fmt/format.h>

#include <concepts>
#include <iterator>
#include <string>
#include <string_view>

#include "base/json_text.h"

namespace gannet::backtest {

/// JSON for people: two spaces a depth, one member a line. Strings are escaped; numbers that are
/// exact decimals are strings. Cold path.
class JsonWriter {
 public:
  /// On one line, for scripts.
  explicit JsonWriter(bool compact = false) : compact_(compact) {}

  JsonWriter& open(char bracket) {
    separate();
    text_ += bracket;
    ++depth_;
    is_first_ = true;
    return *this;
  }
  JsonWriter& open(std::string_view key, char bracket) {
    name(key);
    text_ += bracket;
    ++depth_;
    is_first_ = true;
    return *this;
  }
  JsonWriter& close(char bracket) {
    --depth_;
    if (!is_first_) new_line();
    text_ += bracket;
    is_first_ = false;
    return *this;
  }
  JsonWriter& field(std::string_view key, std::string_view value) {
    name(key);
    append_json_string(text_, value);
    return *this;
  }
  JsonWriter& field(std::string_view key, const char* value) {
    return field(key, std::string_view(value));
  }
  JsonWriter& field(std::string_view key, bool value) {
    name(key);
    text_ += value ? "true" : "false";
    return *this;
  }
  template <std::integral T>
  JsonWriter& field(std::string_view key, T value) {
    name(key);
    fmt::format_to(std::back_inserter(text_), "{}", value);
    return *this;
  }
  JsonWriter& null(std::string_view key) {
    name(key);
    text_ += "null";
    return *this;
  }
  JsonWriter& element(std::string_view value) {
    separate();
    append_json_string(text_, value);
    return *this;
  }

  const std::string& text() const noexcept { return text_; }

 private:
  void new_line() {
    if (compact_) return;
    text_ += '\n';
    text_.append(static_cast<std::size_t>(depth_) * 2, ' ');
  }
  void separate() {
    if (!is_first_) text_ += ',';
    if (depth_ > 0) new_line();
    is_first_ = false;
  }
  void name(std::string_view key) {
    separate();
    append_json_string(text_, key);
    text_ += compact_ ? ":" : ": ";
  }

  bool compact_;
  bool is_first_ = true;
  int depth_ = 0;
  std::string text_;
};

}  // namespace gannet::backtest
