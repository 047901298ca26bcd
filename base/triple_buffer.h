#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace gannet {

/// Latest value wins, from one writing thread to one reading thread, neither ever waits: the writer
/// fills `back`, publishes it, and goes on in another buffer; the reader takes the newest published
/// one. What was published in between is never seen. Buffers keep their memory.
template <class T>
class TripleBuffer {
 public:
  /// Writer. Until `publish` the reader cannot see it; it holds some older value.
  T& back() noexcept { return buffers_[back_]; }
  void publish() noexcept {
    // Release: what we wrote to the buffer is visible to whoever acquires this index. Acquire: the
    // reader has finished with the buffer that we get in exchange.
    back_ = middle_.exchange(static_cast<std::uint8_t>(back_ | kFresh), std::memory_order_acq_rel) &
            kIndex;
  }

  /// Reader. True: `front` is now a value not seen before.
  bool refresh() noexcept {
    // Relaxed is enough to look: the exchange below acquires.
    if ((middle_.load(std::memory_order_relaxed) & kFresh) == 0) return false;
    front_ = middle_.exchange(front_, std::memory_order_acq_rel) & kIndex;
    return true;
  }
  const T& front() const noexcept { return buffers_[front_]; }

  /// Before the threads start: the three buffers, to give them their memory.
  std::array<T, 3>& buffers() noexcept { return buffers_; }

 private:
  static constexpr std::uint8_t kFresh = 4;
  static constexpr std::uint8_t kIndex = 3;

  std::array<T, 3> buffers_{};
  std::uint8_t back_ = 0;  // writer's alone
  alignas(64) std::atomic<std::uint8_t> middle_{1};
  alignas(64) std::uint8_t front_ = 2;  // reader's alone
};

}  // namespace gannet
