#pragma once

#include <cstddef>
#include <type_traits>

#include "readerwriterqueue/readerwriterqueue.h"

namespace gannet {

/// Bounded ring from one thread to one other; holds at least `capacity` elements, all memory taken
/// at construction. `try_push` says whether there was room: the caller owns the behaviour when
/// full. The queue publishes an element with release order and takes it with acquire: all that the
/// pusher wrote before is visible to the popper.
template <class T>
class SpscQueue {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit SpscQueue(std::size_t capacity) : queue_(capacity) {}

  bool try_push(const T& value) noexcept { return queue_.try_enqueue(value); }
  bool try_pop(T& value) noexcept { return queue_.try_dequeue(value); }
  /// A guess when the other side is at work.
  std::size_t size_approx() const noexcept { return queue_.size_approx(); }
  /// Share that is in use: 0 empty, 1 full; a guess likewise. Either side.
  double used() const noexcept {
    const auto capacity = static_cast<double>(queue_.max_capacity());
    return static_cast<double>(queue_.size_approx()) / capacity;
  }

 private:
  moodycamel::ReaderWriterQueue<T> queue_;
};

}  // namespace gannet
