#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <expected>
#include <string_view>

namespace gannet::engine {

/// System calls that a sealed thread wished for and was refused, one bit a number. The thread
/// itself writes (in a signal handler), whoever tells the operator takes.
class RefusedCalls {
 public:
  static constexpr std::uint32_t kMost = 512;  ///< numbers; larger ones count as the last

  void note(std::uint32_t number) noexcept;
  /// The next number that was not taken yet. False: none.
  bool take(std::uint32_t& number) noexcept;

 private:
  static constexpr std::uint32_t kBits = 64;
  std::array<std::atomic<std::uint64_t>, kMost / kBits> seen_{};
  std::array<std::uint64_t, kMost / kBits> taken_{};  // the taker's
};

/// From here on the calling thread may ask the kernel for time, sleep, memory and what locks need,
/// and nothing else: no file, no socket, no process, no thread, no executable memory. All else
/// fails with EPERM and is noted in `refused`, until `forget_refused_calls` on the same thread.
/// A new thread or process fails without a note. There is no way back. Texts to standard error are
/// let through: a crash has last words. No boundary against malice: a plugin is native code in our
/// address space. It keeps honest code from doing in a lane what a lane must not. [SEC-05] Errors:
/// the kernel's number; the thread then runs as it did.
std::expected<void, int> seal_this_thread(RefusedCalls& refused) noexcept;
void forget_refused_calls() noexcept;

/// "socket"; "" of a number without a name here.
std::string_view system_call_name(std::uint32_t number) noexcept;

}  // namespace gannet::engine
