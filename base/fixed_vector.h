#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "base/check.h"

namespace gannet {

/// Up to N elements in place; never allocates. `push` says whether there was room: the caller owns
/// the behaviour when full.
template <class T, std::size_t N>
class FixedVector {
 public:
  static constexpr std::size_t kCapacity = N;

  bool push(const T& value) noexcept {
    if (size_ == N) return false;
    items_[size_++] = value;
    return true;
  }
  /// Removes element i and closes the gap, keeping the order.
  void erase(std::size_t i) noexcept {
    CHECK(i < size_);
    for (std::size_t j = i + 1; j < size_; ++j) items_[j - 1] = items_[j];
    --size_;
  }
  void clear() noexcept { size_ = 0; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  bool full() const noexcept { return size_ == N; }
  T& operator[](std::size_t i) noexcept { return items_[i]; }
  const T& operator[](std::size_t i) const noexcept { return items_[i]; }
  T* begin() noexcept { return items_.data(); }
  T* end() noexcept { return items_.data() + size_; }
  const T* begin() const noexcept { return items_.data(); }
  const T* end() const noexcept { return items_.data() + size_; }
  std::span<const T> view() const noexcept { return {items_.data(), size_}; }

 private:
  std::array<T, N> items_{};
  std::size_t size_ = 0;
};

}  // namespace gannet
