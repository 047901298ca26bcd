#pragma once

#include <cstddef>
#include <vector>

namespace gannet {

/// First in, first out, within one thread; room for `capacity` elements taken at construction.
/// `try_push` says whether there was room.
template <class T>
class FixedRing {
 public:
  explicit FixedRing(std::size_t capacity) : items_(capacity) {}

  bool try_push(const T& value) noexcept {
    if (size_ == items_.size()) return false;
    std::size_t end = begin_ + size_;
    if (end >= items_.size()) end -= items_.size();
    items_[end] = value;
    ++size_;
    return true;
  }
  bool try_pop(T& value) noexcept {
    if (size_ == 0) return false;
    value = items_[begin_];
    if (++begin_ == items_.size()) begin_ = 0;
    --size_;
    return true;
  }
  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }

 private:
  std::vector<T> items_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
};

}  // namespace gannet
