#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/json_text.h"

namespace gannet::okx_server {

/// Appends JSON to a string, minding the commas. Numbers go in as text (`string`), as OKX writes
/// them, or as they are (`raw`). No indentation, no checks of nesting: the tests parse what it
/// wrote.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) noexcept : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  /// Names are ours: nothing in them has to be escaped.
  JsonWriter& key(std::string_view name) {
    put(name, "\":");
    comma_ = false;
    return *this;
  }
  JsonWriter& string(std::string_view text) {
    if (is_plain(text)) {
      put(text, "\"");
    } else {
      separate();
      append_json_string(out_, text);
    }
    comma_ = true;
    return *this;
  }
  /// Text that is JSON already: a number, true, an object.
  JsonWriter& raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
  }
  /// Members "a":1,"b":2 without braces, as `members_of` an object; nothing if empty.
  JsonWriter& members(std::string_view json) { return json.empty() ? *this : raw(json); }

  JsonWriter& field(std::string_view name, std::string_view text) { return key(name).string(text); }
  JsonWriter& field(std::string_view name, const char* text) {
    return key(name).string(std::string_view(text));
  }
  JsonWriter& field(std::string_view name, bool value) {
    return key(name).raw(value ? "true" : "false");
  }
  JsonWriter& number(std::string_view name, std::int64_t value) {
    return key(name).raw(std::to_string(value));
  }
  /// Each of these names with "": fields that OKX has and this market never fills.
  template <class... Names>
  JsonWriter& blank(Names... names) {
    (field(names, std::string_view{}), ...);
    return *this;
  }

 private:
  JsonWriter& open(char bracket) {
    separate();
    out_ += bracket;
    comma_ = false;
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_ += bracket;
    comma_ = true;
    return *this;
  }
  void separate() {
    if (comma_) out_ += ',';
    comma_ = true;
  }
  static bool is_plain(std::string_view text) noexcept {
    return std::ranges::none_of(text, [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7f;
    });
  }
  /// The comma that is due, a quote, the text and its end, in one piece: most of what a venue does
  /// is to write such pieces.
  void put(std::string_view text, std::string_view end) {
    const std::size_t size = out_.size();
    const std::size_t whole = size + (comma_ ? 1 : 0) + 1 + text.size() + end.size();
    // The length that the operation is told is not the one asked for: libstdc++ 12 hands it the
    // new capacity.
    out_.resize_and_overwrite(whole, [&](char* bytes, std::size_t) noexcept {
      char* at = bytes + size;
      if (comma_) *at++ = ',';
      *at++ = '"';
      if (!text.empty()) std::memcpy(at, text.data(), text.size());
      std::memcpy(at + text.size(), end.data(), end.size());
      return whole;
    });
  }

  std::string& out_;
  bool comma_ = false;
};

}  // namespace gannet::okx_server
