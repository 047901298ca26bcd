#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace gannet::net {

/// A server's bytes as WebSocket frames (RFC 6455), parsed where they were read: a message of one
/// frame is told as a view of the buffer, fragments are moved together in it. No socket, no clock.
/// Nothing that comes can make it read or write outside its buffer, which grows up to the largest
/// message allowed. Thread: one.
class FrameReader {
 public:
  enum class Kind : std::uint8_t {
    NeedMore,  ///< put more bytes into `room`
    Text,      ///< a whole message, joined from its fragments, that is UTF-8
    Binary,
    Ping,
    Pong,
    Close,
    Broken,   ///< against the protocol: nothing after it can be read
    TooLong,  ///< longer than allowed; likewise
    NotText,  ///< a text message that is no UTF-8; likewise
  };
  struct Frame {
    Kind kind = Kind::NeedMore;
    std::string_view payload{};  ///< valid until the next call; kTextPadding readable bytes follow
  };

  /// `reserve`: room taken ahead.
  FrameReader(std::size_t message_bytes_max, std::size_t reserve);

  /// Where the next bytes go; never empty. Ends the validity of what `next` told.
  std::span<char> room();
  void add(std::size_t bytes) noexcept { end_ += bytes; }
  /// Bytes that are here and not yet told as frames: an answer to the upgrade, before it is `open`.
  std::string_view unread() const noexcept { return {memory_.get() + begin_, end_ - begin_}; }
  bool has_bytes() const noexcept { return begin_ != end_; }
  void skip(std::size_t bytes) noexcept { begin_ += bytes; }
  /// Forgets all bytes that are here.
  void drop() noexcept {
    begin_ = end_ = wanted_ = joined_begin_ = joined_size_ = message_opcode_ = 0;
  }

  Frame next() noexcept;

 private:
  struct Head {
    std::uint8_t opcode = 0;
    bool final = false;
    std::size_t size = 0;  // of the head itself
    std::uint64_t payload = 0;
  };
  /// NeedMore: the head is here when it returns Text; Broken, TooLong: it never will be.
  Kind read_head(Head& head) noexcept;
  bool is_allowed(const Head& head) const noexcept;
  Frame tell_control(const Head& head, std::string_view payload) const noexcept;
  Frame tell_data(const Head& head, std::string_view payload) noexcept;
  void make_room(std::size_t bytes);

  std::size_t message_bytes_max_;
  std::size_t capacity_;
  std::unique_ptr<char[]> memory_;
  std::size_t begin_ = 0;  // of what is not yet told
  std::size_t end_ = 0;
  std::size_t wanted_ = 0;        // bytes from `begin_` that the next frame needs
  std::size_t joined_begin_ = 0;  // fragments of the message under way
  std::size_t joined_size_ = 0;
  std::uint8_t message_opcode_ = 0;  // of the message under way; 0: none is
};

}  // namespace gannet::net
