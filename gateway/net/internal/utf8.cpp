#include "gateway/net/internal/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace gannet::net {
namespace {

constexpr std::size_t kBlock = 32;

bool is_ascii_block(const char* bytes) noexcept {
  std::uint64_t words[kBlock / 8];
  std::memcpy(words, bytes, kBlock);
  return ((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080u) == 0;
}

/// Length of the well-formed sequence at the start of `text`; 0: there is none.
std::size_t sequence_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i, unsigned least = 0x80, unsigned most = 0xbf) {
    return i < text.size() && byte(i) >= least && byte(i) <= most;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return follows(1) ? 2 : 0;
  if (first < 0xf0) {
    const unsigned least = first == 0xe0 ? 0xa0 : 0x80;  // the shorter form would do
    const unsigned most = first == 0xed ? 0x9f : 0xbf;   // surrogates
    return follows(1, least, most) && follows(2) ? 3 : 0;
  }
  if (first > 0xf4) return 0;
  const unsigned least = first == 0xf0 ? 0x90 : 0x80;
  const unsigned most = first == 0xf4 ? 0x8f : 0xbf;  // beyond U+10FFFF
  return follows(1, least, most) && follows(2) && follows(3) ? 4 : 0;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    if (text.size() >= kBlock && is_ascii_block(text.data())) {
      text.remove_prefix(kBlock);
      continue;
    }
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace gannet::net
