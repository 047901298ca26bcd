#include "app/frame_ring.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace gannet::app {

struct FrameRing::Header {
  std::uint32_t size = 0;
  std::uint32_t lost = 0;
  std::int64_t nanos = 0;
  TappedFrame::Kind kind{};
  bool filler = false;  // the rest up to the ring's end is not used
};

namespace {

constexpr std::size_t kAlign = 32;  // a header's room, so that one always fits before the end
constexpr std::size_t kSmallest = 64 * 1024;
constexpr std::size_t kMarkerRoom = 4 * 1024;  // 128 of them

constexpr std::size_t aligned(std::size_t bytes) noexcept {
  return (bytes + kAlign - 1) / kAlign * kAlign;
}

}  // namespace

FrameRing::FrameRing(std::size_t bytes)
    : mask_(std::bit_ceil(std::max(bytes, kSmallest)) - 1),
      bytes_(std::make_unique<char[]>(mask_ + 1)) {
  static_assert(sizeof(Header) <= kAlign);
}

bool FrameRing::try_push(const TappedFrame& frame) noexcept {
  const std::uint64_t size = mask_ + 1;
  const std::size_t needed = kAlign + aligned(frame.text.size());
  const bool is_frame = frame.kind == TappedFrame::Kind::In || frame.kind == TappedFrame::Kind::Out;
  const std::size_t kept_free = is_frame ? kMarkerRoom : 0;
  if (needed > size / 2) return false;
  std::uint64_t head = head_.load(std::memory_order_relaxed);
  const std::uint64_t to_end = size - (head & mask_);
  const std::uint64_t total = needed <= to_end ? needed : to_end + needed;
  if (head + total + kept_free - known_tail_ > size) {
    known_tail_ = tail_.load(std::memory_order_acquire);  // what was popped may be overwritten
    if (head + total + kept_free - known_tail_ > size) return false;
  }
  Header header;
  if (needed > to_end) {
    header.filler = true;
    std::memcpy(at(head), &header, sizeof header);
    head += to_end;
  }
  header = {static_cast<std::uint32_t>(frame.text.size()), frame.lost, frame.time.nanos, frame.kind,
            false};
  std::memcpy(at(head), &header, sizeof header);
  // What marks an opened or closed connection has no text, and no address to copy from.
  if (!frame.text.empty()) std::memcpy(at(head) + kAlign, frame.text.data(), frame.text.size());
  head_.store(head + needed, std::memory_order_release);
  return true;
}

bool FrameRing::peek(TappedFrame& frame) noexcept {
  std::uint64_t tail = tail_.load(std::memory_order_relaxed);
  const std::uint64_t head = head_.load(std::memory_order_acquire);
  if (tail == head) return false;
  Header header;
  std::memcpy(&header, at(tail), sizeof header);
  if (header.filler) {
    tail += mask_ + 1 - (tail & mask_);
    std::memcpy(&header, at(tail), sizeof header);
  }
  frame = {header.kind, {header.nanos}, header.lost, {at(tail) + kAlign, header.size}};
  next_tail_ = tail + kAlign + aligned(header.size);
  return true;
}

void FrameRing::pop() noexcept { tail_.store(next_tail_, std::memory_order_release); }

}  // namespace gannet::app
