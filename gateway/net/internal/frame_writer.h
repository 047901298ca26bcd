#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gannet::net {

/// Keys that a client masks its frames with, from the system's generator. It is asked for many at a
/// time, and between frames (`top_up`) rather than for one: it may enter the kernel. Thread: one.
class MaskKeys {
 public:
  std::uint32_t next() noexcept;
  /// Asks for more if half are used up. For a quiet moment.
  void top_up() noexcept;

 private:
  static constexpr std::size_t kKeys = 1'024;
  void refill() noexcept;

  std::array<std::uint32_t, kKeys> keys_{};
  std::size_t left_ = 0;
};

enum class FrameOpcode : std::uint8_t { Text = 0x1, Close = 0x8, Ping = 0x9, Pong = 0xa };

/// Appends one whole frame of a client's to `out`. A control frame's payload is cut at 125 bytes.
void append_client_frame(std::string& out, FrameOpcode opcode, std::string_view payload,
                         std::uint32_t mask);

}  // namespace gannet::net
