#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gannet {

/// Appends text as the inside of a JSON string: quotes, backslashes and what steers a terminal are
/// escaped, all else is as it is.
inline void append_json_escaped(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::size_t taken = 0;  // what needs no escape is taken in one go
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_quoted = byte == '"' || byte == '\\';
    if (!is_quoted && byte >= 0x20 && byte != 0x7f) continue;
    out.append(text, taken, i - taken);
    taken = i + 1;
    if (is_quoted) {
      out += '\\';
      out += text[i];
    } else {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  out.append(text, taken);
}

/// The same with its quotes.
inline void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  append_json_escaped(out, text);
  out += '"';
}

}  // namespace gannet
