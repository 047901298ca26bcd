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
    T* const place = vacant();
    if (place == nullptr) return false;
    *place = value;
    ++size_;
    return true;
  }
  /// The place of the next element, as an earlier one has left it, for who makes it there and says
  /// `fill` then; null: no room.
  T* vacant() noexcept {
    if (size_ == items_.size()) return nullptr;
    std::size_t end = begin_ + size_;
    if (end >= items_.size()) end -= items_.size();
    return &items_[end];
  }
  void fill() noexcept { ++size_; }
  /// The oldest element, which stays until `drop`, whatever is pushed meanwhile; null: empty.
  const T* front() const noexcept { return size_ == 0 ? nullptr : &items_[begin_]; }
  void drop() noexcept {
    if (++begin_ == items_.size()) begin_ = 0;
    // Empty, it begins anew where it began: the first places stay in the cache.
    if (--size_ == 0) begin_ = 0;
  }
  bool try_pop(T& value) noexcept {
    if (size_ == 0) return false;
    value = items_[begin_];
    drop();
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
