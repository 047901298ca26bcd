#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gannet::sim {

/// 64-bit ids to 32-bit indexes: open addressing, grows by doubling, erases without tombstones, and
/// so does not allocate in steady state. Iteration is not offered: nothing may depend on its order.
/// Thread: one.
class IdMap {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  IdMap() : slots_(1024) {}

  /// kNone when absent.
  std::uint32_t find(std::uint64_t key) const noexcept {
    for (std::size_t i = home(key);; i = next(i)) {
      if (slots_[i].value == kNone) return kNone;
      if (slots_[i].key == key) return slots_[i].value;
    }
  }

  /// Requires: the key is absent, the value is not kNone.
  void insert(std::uint64_t key, std::uint32_t value) {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    place(key, value);
    ++size_;
  }

  void erase(std::uint64_t key) noexcept {
    std::size_t hole = home(key);
    for (;; hole = next(hole)) {
      if (slots_[hole].value == kNone) return;
      if (slots_[hole].key == key) break;
    }
    for (std::size_t j = next(hole); slots_[j].value != kNone; j = next(j)) {
      // What comes later may fill the hole only if its home does not lie behind the hole.
      if (distance(home(slots_[j].key), j) >= distance(hole, j)) {
        slots_[hole] = slots_[j];
        hole = j;
      }
    }
    slots_[hole].value = kNone;
    --size_;
  }

  std::size_t size() const noexcept { return size_; }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t value = kNone;
  };

  std::size_t home(std::uint64_t key) const noexcept {
    return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15ull) >> 24) & (slots_.size() - 1);
  }
  std::size_t next(std::size_t i) const noexcept { return (i + 1) & (slots_.size() - 1); }
  std::size_t distance(std::size_t from, std::size_t to) const noexcept {
    return (to - from) & (slots_.size() - 1);
  }
  void place(std::uint64_t key, std::uint32_t value) noexcept {
    std::size_t i = home(key);
    while (slots_[i].value != kNone) i = next(i);
    slots_[i] = {key, value};
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.value != kNone) place(slot.key, slot.value);
    }
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace gannet::sim
