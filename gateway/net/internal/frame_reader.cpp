#include "gateway/net/internal/frame_reader.h"

#include <algorithm>
#include <cstring>

#include "gateway/net/internal/utf8.h"
#include "gateway/net/websocket_client.h"

namespace gannet::net {
namespace {

constexpr std::size_t kLeastRoom = 16u << 10;  // a TLS record's
constexpr std::size_t kControlBytesMax = 125;
constexpr std::uint8_t kContinuation = 0x0;
constexpr std::uint8_t kText = 0x1;
constexpr std::uint8_t kBinary = 0x2;
constexpr std::uint8_t kClose = 0x8;
constexpr std::uint8_t kPing = 0x9;
constexpr std::uint8_t kPong = 0xa;

bool is_control(std::uint8_t opcode) noexcept { return opcode >= kClose; }

}  // namespace

FrameReader::FrameReader(std::size_t message_bytes_max, std::size_t reserve)
    : message_bytes_max_(message_bytes_max),
      capacity_(std::max(reserve, kLeastRoom) + kTextPadding),
      memory_(std::make_unique<char[]>(capacity_)) {}

std::span<char> FrameReader::room() {
  if (begin_ == end_ && message_opcode_ == 0) begin_ = end_ = 0;
  const std::size_t here = end_ - begin_;
  const std::size_t least = wanted_ > here ? std::max(wanted_ - here, kLeastRoom) : kLeastRoom;
  if (capacity_ - kTextPadding - end_ < least) make_room(least);
  return {memory_.get() + end_, capacity_ - kTextPadding - end_};
}

void FrameReader::make_room(std::size_t bytes) {
  const std::size_t here = end_ - begin_;
  const std::size_t needed = joined_size_ + here + bytes + kTextPadding;
  char* to = memory_.get();
  std::unique_ptr<char[]> larger;
  if (needed > capacity_) {
    capacity_ = std::max(needed, capacity_ + capacity_ / 2);
    larger = std::make_unique<char[]>(capacity_);
    to = larger.get();
  }
  std::memmove(to, memory_.get() + joined_begin_, joined_size_);
  std::memmove(to + joined_size_, memory_.get() + begin_, here);
  if (larger) memory_ = std::move(larger);
  joined_begin_ = 0;
  begin_ = joined_size_;
  end_ = begin_ + here;
}

FrameReader::Frame FrameReader::next() noexcept {
  for (;;) {
    Head head;
    if (const Kind kind = read_head(head); kind != Kind::Text) return {kind};
    wanted_ = head.size + static_cast<std::size_t>(head.payload);
    if (end_ - begin_ < wanted_) return {Kind::NeedMore};
    const std::string_view payload(memory_.get() + begin_ + head.size,
                                   static_cast<std::size_t>(head.payload));
    begin_ += wanted_;
    wanted_ = 0;
    if (is_control(head.opcode)) return tell_control(head, payload);
    const Frame frame = tell_data(head, payload);
    if (head.final) return frame;
  }
}

FrameReader::Kind FrameReader::read_head(Head& head) noexcept {
  const auto* bytes = reinterpret_cast<const unsigned char*>(memory_.get() + begin_);
  const std::size_t here = end_ - begin_;
  wanted_ = 2;
  if (here < wanted_) return Kind::NeedMore;
  head.opcode = bytes[0] & 0x0f;
  head.final = (bytes[0] & 0x80) != 0;
  head.size = 2;
  head.payload = bytes[1] & 0x7f;
  const bool has_reserved_bits = (bytes[0] & 0x70) != 0;
  const bool is_masked = (bytes[1] & 0x80) != 0;  // by a server: never
  if (has_reserved_bits || is_masked || !is_allowed(head)) return Kind::Broken;
  if (head.payload >= 126) {
    const std::size_t length_bytes = head.payload == 126 ? 2 : 8;
    const std::uint64_t shorter_form = head.payload == 126 ? 125 : 65'535;
    head.size += length_bytes;
    wanted_ = head.size;
    if (here < wanted_) return Kind::NeedMore;
    head.payload = 0;
    for (std::size_t i = 2; i < head.size; ++i) head.payload = head.payload << 8 | bytes[i];
    if (head.payload <= shorter_form) return Kind::Broken;
  }
  if (is_control(head.opcode)) return Kind::Text;
  return head.payload > message_bytes_max_ - joined_size_ ? Kind::TooLong : Kind::Text;
}

bool FrameReader::is_allowed(const Head& head) const noexcept {
  switch (head.opcode) {
    case kContinuation:
      return message_opcode_ != 0;
    case kText:
    case kBinary:
      return message_opcode_ == 0;
    case kClose:
    case kPing:
    case kPong:
      return head.final && head.payload <= kControlBytesMax;
    default:
      return false;
  }
}

FrameReader::Frame FrameReader::tell_control(const Head& head,
                                             std::string_view payload) const noexcept {
  if (head.opcode == kPing) return {Kind::Ping, payload};
  return {head.opcode == kPong ? Kind::Pong : Kind::Close, payload};
}

FrameReader::Frame FrameReader::tell_data(const Head& head, std::string_view payload) noexcept {
  std::uint8_t opcode = head.opcode;
  if (opcode == kContinuation) {
    // The gap that heads and control frames left is closed.
    char* const behind = memory_.get() + joined_begin_ + joined_size_;
    std::memmove(behind, payload.data(), payload.size());
    joined_size_ += payload.size();
    opcode = message_opcode_;
    payload = {memory_.get() + joined_begin_, joined_size_};
  } else if (!head.final) {
    joined_begin_ = static_cast<std::size_t>(payload.data() - memory_.get());
    joined_size_ = payload.size();
  }
  if (!head.final) {
    message_opcode_ = opcode;
    return {};
  }
  message_opcode_ = 0;
  joined_begin_ = joined_size_ = 0;
  if (opcode == kBinary) return {Kind::Binary, payload};
  return {is_utf8(payload) ? Kind::Text : Kind::NotText, payload};
}

}  // namespace gannet::net
