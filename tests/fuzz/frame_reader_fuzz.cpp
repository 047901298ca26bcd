#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "gateway/net/internal/frame_reader.h"
#include "gateway/net/internal/upgrade.h"

namespace {

/// What comes of the bytes in pieces of that size.
std::vector<std::pair<gannet::net::FrameReader::Kind, std::string>> frames_told_of(
    const std::uint8_t* data, std::size_t size, std::size_t piece) {
  std::vector<std::pair<gannet::net::FrameReader::Kind, std::string>> told;
  gannet::net::FrameReader reader(8'192, 0);
  while (size > 0) {
    const std::span<char> room = reader.room();
    const std::size_t taken = std::min({piece, size, room.size()});
    std::memcpy(room.data(), data, taken);
    reader.add(taken);
    data += taken;
    size -= taken;
    for (;;) {
      const gannet::net::FrameReader::Frame frame = reader.next();
      if (frame.kind == gannet::net::FrameReader::Kind::NeedMore) break;
      told.emplace_back(frame.kind, frame.payload);
      const bool is_end = frame.kind == gannet::net::FrameReader::Kind::Broken ||
                          frame.kind == gannet::net::FrameReader::Kind::TooLong ||
                          frame.kind == gannet::net::FrameReader::Kind::NotText;
      if (is_end) return told;
    }
  }
  return told;
}

}  // namespace

// Any bytes from a server: never outside the buffer, and the same frames however they were cut. And
// any bytes as the answer to an upgrade.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] == 0 ? 1 : data[0];
  if (frames_told_of(data + 1, size - 1, piece) != frames_told_of(data + 1, size - 1, size))
    std::abort();
  static gannet::net::Upgrade upgrade("h", "/", {});
  upgrade.judge({reinterpret_cast<const char*>(data + 1), size - 1});
  return 0;
}
