#include "gateway/net/internal/frame_writer.h"

#include <openssl/rand.h>

#include <cstring>

#include "base/check.h"

namespace gannet::net {
namespace {

constexpr std::size_t kControlBytesMax = 125;

char byte_of(std::uint64_t value) noexcept { return static_cast<char>(value & 0xff); }

std::size_t write_head(char* to, FrameOpcode opcode, std::size_t payload,
                       std::uint32_t mask) noexcept {
  constexpr unsigned kFinal = 0x80;
  constexpr unsigned kMasked = 0x80;
  char* at = to;
  *at++ = byte_of(kFinal | static_cast<unsigned>(opcode));
  if (payload < 126) {
    *at++ = byte_of(kMasked | payload);
  } else if (payload < 65'536) {
    *at++ = byte_of(kMasked | 126u);
    *at++ = byte_of(payload >> 8);
    *at++ = byte_of(payload);
  } else {
    *at++ = byte_of(kMasked | 127u);
    for (unsigned shift = 64; shift != 0; shift -= 8) *at++ = byte_of(payload >> (shift - 8));
  }
  std::memcpy(at, &mask, sizeof mask);
  return static_cast<std::size_t>(at - to) + sizeof mask;
}

void write_masked(char* to, std::string_view payload, std::uint32_t mask) noexcept {
  const std::uint64_t wide = std::uint64_t{mask} << 32 | mask;
  std::size_t i = 0;
  for (; i + 8 <= payload.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, payload.data() + i, 8);
    word ^= wide;
    std::memcpy(to + i, &word, 8);
  }
  for (; i < payload.size(); ++i) {
    to[i] = static_cast<char>(payload[i] ^ byte_of(mask >> (8 * (i % 4))));
  }
}

}  // namespace

std::uint32_t MaskKeys::next() noexcept {
  if (left_ == 0) refill();
  return keys_[--left_];
}

void MaskKeys::top_up() noexcept {
  if (left_ <= kKeys / 2) refill();
}

void MaskKeys::refill() noexcept {
  // A key that could be guessed would let a page's script choose what a proxy sees; a system
  // without random numbers has no TLS either.
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(keys_.data()), sizeof keys_) == 1);
  left_ = kKeys;
}

void append_client_frame(std::string& out, FrameOpcode opcode, std::string_view payload,
                         std::uint32_t mask) {
  if (opcode != FrameOpcode::Text) payload = payload.substr(0, kControlBytesMax);
  constexpr std::size_t kHeadMax = 14;
  const std::size_t before = out.size();
  out.resize_and_overwrite(before + kHeadMax + payload.size(), [&](char* data, std::size_t) {
    const std::size_t head = write_head(data + before, opcode, payload.size(), mask);
    write_masked(data + before + head, payload, mask);
    return before + head + payload.size();
  });
}

}  // namespace gannet::net
