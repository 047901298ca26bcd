#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gannet::okx_server {

// WebSocket frames as bytes (RFC 6455, 5.2), good ones and others. A server does not mask.

/// `first`: FIN, reserved bits and opcode.
inline std::string raw_frame(std::uint8_t first, std::string_view payload) {
  std::string frame(1, static_cast<char>(first));
  if (payload.size() < 126) {
    frame += static_cast<char>(payload.size());
  } else {
    const int bytes = payload.size() < 65'536 ? 2 : 8;
    frame += static_cast<char>(bytes == 2 ? 126 : 127);
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
      frame += static_cast<char>((payload.size() >> shift) & 0xff);
  }
  return frame.append(payload);
}

inline std::string text_frame(std::string_view text) { return raw_frame(0x81, text); }

/// A text in fragments of so many bytes.
inline std::string fragmented_text(std::string_view text, std::size_t bytes) {
  std::string frames;
  for (std::size_t at = 0; at < text.size() || at == 0; at += bytes) {
    const std::string_view piece = text.substr(at, bytes);
    const bool last = at + bytes >= text.size();
    frames += raw_frame(static_cast<std::uint8_t>((last ? 0x80 : 0) | (at == 0 ? 1 : 0)), piece);
  }
  return frames;
}

/// A frame of a shape that `raw_frame` faults name; "" if there is no such shape. `bytes`: of the
/// payload of large ones, `frames`: how many pings.
inline std::string misshapen_frame(std::string_view shape, std::size_t bytes, std::size_t frames) {
  if (shape == "ping_flood") {
    std::string flood;
    for (std::size_t i = 0; i < frames; ++i) flood += raw_frame(0x89, std::to_string(i));
    return flood;
  }
  if (shape == "oversize") return text_frame("{\"pad\":\"" + std::string(bytes, 'x') + "\"}");
  if (shape == "bad_utf8") return text_frame("{\"event\":\"\xff\xfe\"}");
  if (shape == "unknown_opcode") return raw_frame(0x83, "?");
  if (shape == "reserved_bits") return raw_frame(0xc1, "{}");
  if (shape == "binary") return raw_frame(0x82, std::string_view("\x00\x01\x02", 3));
  if (shape == "empty") return text_frame("");
  if (shape == "half") return text_frame(std::string(100, 'x')).substr(0, 12);
  if (shape == "masked") return std::string("\x81\x82\x01\x02\x03\x04\x7a\x7f", 8);
  return {};
}

}  // namespace gannet::okx_server
