#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/time.h"

namespace gannet::app {

/// One thing that happened on a connection, as it crosses to the recorder.
struct TappedFrame {
  enum class Kind : std::uint8_t { In, Out, Opened, Closed };
  Kind kind = Kind::In;
  Timestamp time;
  std::uint32_t lost = 0;  ///< frames before it that did not fit
  std::string_view text;
};

/// Frames of any length from one thread to one other, copied into a fixed block of memory that is
/// taken (and touched) at construction. A full ring refuses: the caller counts. No allocation, no
/// system call. Threads: one that pushes, one that peeks and pops.
class FrameRing {
 public:
  /// `bytes` is rounded up to a power of two, at least 64 KB.
  explicit FrameRing(std::size_t bytes);

  /// False: no room (or longer than half the ring); nothing is changed. Frames leave room for what
  /// tells of a connection's coming and going: that gets through a ring that is full of frames.
  bool try_push(const TappedFrame& frame) noexcept;

  /// The oldest frame; false when there is none. Its text is valid until `pop`.
  bool peek(TappedFrame& frame) noexcept;
  void pop() noexcept;

 private:
  struct Header;
  char* at(std::uint64_t position) noexcept { return bytes_.get() + (position & mask_); }

  std::uint64_t mask_;
  std::unique_ptr<char[]> bytes_;
  // Positions count bytes for ever. A store with release order publishes all bytes before it.
  alignas(64) std::atomic<std::uint64_t> head_{0};  // written by the pusher
  std::uint64_t known_tail_ = 0;                    // the pusher's
  alignas(64) std::atomic<std::uint64_t> tail_{0};  // written by the popper
  std::uint64_t next_tail_ = 0;                     // the popper's: behind the peeked frame
};

}  // namespace gannet::app
