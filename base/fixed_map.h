#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gannet {

/// Hash map from a 64-bit key to a value, with room for `capacity` entries taken at construction:
/// afterwards it never allocates. Linear probing at a load of at most one half; erasing shifts the
/// run back, so there are no tombstones. Iteration order is the table's and must decide nothing.
/// Thread: one.
template <class T>
class FixedMap {
 public:
  explicit FixedMap(std::size_t capacity) : capacity_(capacity) {
    std::size_t slots = 8;
    while (slots < capacity * 2) slots *= 2;
    slots_.resize(slots);
  }

  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool full() const noexcept { return size_ == capacity_; }

  T* find(std::uint64_t key) noexcept {
    for (std::size_t i = home(key);; i = next(i)) {
      if (!slots_[i].used) return nullptr;
      if (slots_[i].key == key) return &slots_[i].value;
    }
  }
  const T* find(std::uint64_t key) const noexcept { return const_cast<FixedMap*>(this)->find(key); }

  /// The value of `key`, made from `value` if it was not there; null when the map is full.
  T* insert(std::uint64_t key, const T& value) noexcept {
    std::size_t i = home(key);
    for (; slots_[i].used; i = next(i)) {
      if (slots_[i].key == key) return &slots_[i].value;
    }
    if (full()) return nullptr;
    slots_[i].key = key;
    slots_[i].value = value;
    slots_[i].used = true;
    ++size_;
    return &slots_[i].value;
  }

  /// The key will be looked up or inserted soon: fetches its place into the cache.
  void prefetch(std::uint64_t key) const noexcept { __builtin_prefetch(&slots_[home(key)], 1); }

  bool erase(std::uint64_t key) noexcept {
    std::size_t i = home(key);
    for (;; i = next(i)) {
      if (!slots_[i].used) return false;
      if (slots_[i].key == key) break;
    }
    for (std::size_t j = next(i); slots_[j].used; j = next(j)) {
      // An entry may move back into the hole only if the hole lies between its home and itself.
      const std::size_t from_home = (j - home(slots_[j].key)) & (slots_.size() - 1);
      const std::size_t from_hole = (j - i) & (slots_.size() - 1);
      if (from_home >= from_hole) {
        slots_[i].key = slots_[j].key;
        slots_[i].value = slots_[j].value;
        i = j;
      }
    }
    slots_[i].used = false;
    --size_;
    return true;
  }

  void clear() noexcept {
    for (Slot& slot : slots_) slot.used = false;
    size_ = 0;
  }

  template <class F>
  void for_each(F&& f) {
    for (Slot& slot : slots_) {
      if (slot.used) f(slot.key, slot.value);
    }
  }
  template <class F>
  void for_each(F&& f) const {
    for (const Slot& slot : slots_) {
      if (slot.used) f(slot.key, slot.value);
    }
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    T value{};
    bool used = false;
  };

  std::size_t home(std::uint64_t key) const noexcept {
    // Fibonacci hashing: client ids count up by one and must not fill one run.
    return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15ull) >> 20) & (slots_.size() - 1);
  }
  std::size_t next(std::size_t i) const noexcept { return (i + 1) & (slots_.size() - 1); }

  std::vector<Slot> slots_;
  std::size_t capacity_;
  std::size_t size_ = 0;
};

}  // namespace gannet
