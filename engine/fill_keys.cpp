#include "engine/fill_keys.h"

#include <algorithm>
#include <bit>

namespace gannet::engine {

FillKeys::FillKeys(std::size_t capacity)
    : ring_(std::max<std::size_t>(capacity, 1)),
      slots_(std::bit_ceil(std::max<std::size_t>(capacity, 1) * 2), kFree) {}

std::size_t FillKeys::home(const Key& key) const noexcept {
  std::uint64_t h = key.order * 0x9E3779B97F4A7C15ull;
  h ^= (static_cast<std::uint64_t>(key.trade) + 0x7F4A7C15ull) * 0xC2B2AE3D27D4EB4Full;
  return static_cast<std::size_t>((h ^ (h >> 29)) >> 7) & (slots_.size() - 1);
}

std::size_t FillKeys::slot_of(const Key& key) const noexcept {
  std::size_t i = home(key);
  while (slots_[i] != kFree && !(ring_[slots_[i]].key == key)) i = (i + 1) & (slots_.size() - 1);
  return i;
}

bool FillKeys::contains(VenueOrderId order, TradeId trade) const noexcept {
  return slots_[slot_of({order.value, trade.value})] != kFree;
}

void FillKeys::add(VenueOrderId order, TradeId trade, Timestamp exchange_time) noexcept {
  if (size_ == ring_.size()) {
    horizon_ = std::max(horizon_, ring_[next_].exchange_time);
    erase(ring_[next_].key);
  } else {
    ++size_;
  }
  const Key key{order.value, trade.value};
  slots_[slot_of(key)] = static_cast<std::uint32_t>(next_);
  ring_[next_] = {key, exchange_time};
  next_ = (next_ + 1) % ring_.size();
}

void FillKeys::erase(const Key& key) noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t hole = slot_of(key);
  if (slots_[hole] == kFree) return;
  for (std::size_t j = (hole + 1) & mask; slots_[j] != kFree; j = (j + 1) & mask) {
    // An entry may move back only if the hole lies between its home and itself.
    if (((j - home(ring_[slots_[j]].key)) & mask) >= ((j - hole) & mask)) {
      slots_[hole] = slots_[j];
      hole = j;
    }
  }
  slots_[hole] = kFree;
}

}  // namespace gannet::engine
