#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"

namespace gannet::net {

/// Texts waiting for their turn to be written, oldest first. Bounded in number and bytes; strings
/// are reused, so that after warm-up nothing allocates. Thread: one.
class SendQueue {
 public:
  SendQueue(std::size_t frames_max, std::size_t bytes_max, std::size_t frames_reserve,
            std::size_t frame_reserve)
      : frames_max_(frames_max),
        bytes_max_(bytes_max),
        slots_(std::max<std::size_t>(frames_reserve, 1)) {
    for (std::string& slot : slots_) slot.reserve(frame_reserve);
  }

  /// What was never sent may hold secrets too.
  ~SendQueue() {
    for (std::string& slot : slots_) wipe(slot.data(), slot.size());
  }
  SendQueue(const SendQueue&) = delete;
  SendQueue& operator=(const SendQueue&) = delete;

  /// False: a bound would be passed; nothing was taken.
  bool push(std::string_view text) {
    if (count_ == frames_max_ || text.size() > bytes_max_ - bytes_) return false;
    if (count_ == slots_.size()) grow();
    slots_[(first_ + count_) % slots_.size()].assign(text);
    ++count_;
    bytes_ += text.size();
    return true;
  }

  /// Swaps the oldest text into `into`, whose old room the queue keeps. Requires: not empty.
  void pop(std::string& into) noexcept {
    std::string& slot = slots_[first_];
    bytes_ -= slot.size();
    into.swap(slot);
    first_ = (first_ + 1) % slots_.size();
    --count_;
  }

  bool empty() const noexcept { return count_ == 0; }
  std::size_t size() const noexcept { return count_; }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  void grow() {
    std::vector<std::string> larger(std::min(slots_.size() * 2, frames_max_));
    for (std::size_t i = 0; i < count_; ++i) {
      larger[i] = std::move(slots_[(first_ + i) % slots_.size()]);
    }
    slots_ = std::move(larger);
    first_ = 0;
  }

  std::size_t frames_max_;
  std::size_t bytes_max_;
  std::vector<std::string> slots_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace gannet::net
