#pragma once

#include <cstdint>

#include "bench/alloc_counter.h"

namespace gannet::bench {

/// Heap allocations of the calling thread within `hot` calls, less those of `cold` calls within
/// them; a `cold` call elsewhere counts nothing. One thread.
class HotMeter {
 public:
  template <class F>
  void hot(F&& input) noexcept {
    const std::uint64_t before = allocations_of_this_thread();
    enter(true);
    input();
    enter(false);
    allocations_ += allocations_of_this_thread() - before;
  }
  template <class F>
  bool cold(F&& question) noexcept {
    const bool was_hot = is_hot_;
    enter(false);
    const std::uint64_t before = allocations_of_this_thread();
    const bool answer = question();
    if (was_hot) allocations_ -= allocations_of_this_thread() - before;
    enter(was_hot);
    return answer;
  }
  std::uint64_t allocations() const noexcept { return allocations_; }

  /// `*flag` is 1 while something hot runs, else 0: a selector for the kernel's system call
  /// dispatch. Null: none.
  void set_flag_at(volatile char* flag) noexcept { flag_ = flag; }

 private:
  void enter(bool hot) noexcept {
    is_hot_ = hot;
    if (flag_ != nullptr) *flag_ = hot ? 1 : 0;
  }

  std::uint64_t allocations_ = 0;
  bool is_hot_ = false;
  volatile char* flag_ = nullptr;
};

}  // namespace gannet::bench
