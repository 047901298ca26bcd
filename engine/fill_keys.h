#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "domain/ids.h"

namespace gannet::engine {

/// The keys of the fills booked last, (venue order id, trade id), so that none is booked twice
/// (POST-01); FillBooking says what stands for the trade id of a liquidation. Bounded: the oldest
/// key makes room for the newest.
///
/// Why the bound loses nothing: a key is forgotten only when `capacity` newer fills were booked,
/// and `horizon()` then is the venue's time of the newest forgotten one. A fill that is not newer
/// than the horizon is not booked by its key but left to the comparison of positions, which holds
/// the instrument if it was really missed. Lists are asked for since the last fill booked, less an
/// overlap of minutes, and orders that are done are settled by their cumulative quantity anyway.
/// Thread: one. Allocates at construction only.
class FillKeys {
 public:
  explicit FillKeys(std::size_t capacity);

  bool contains(VenueOrderId order, TradeId trade) const noexcept;
  /// Requires: not contained.
  void add(VenueOrderId order, TradeId trade, Timestamp exchange_time) noexcept;
  Timestamp horizon() const noexcept { return horizon_; }

 private:
  struct Key {
    std::uint64_t order = 0;
    std::int64_t trade = 0;
    friend bool operator==(const Key&, const Key&) noexcept = default;
  };
  struct Entry {
    Key key;
    Timestamp exchange_time;
  };

  static constexpr std::uint32_t kFree = 0xffffffff;
  std::size_t home(const Key& key) const noexcept;
  std::size_t slot_of(const Key& key) const noexcept;  // where it is, or the free slot it would get
  void erase(const Key& key) noexcept;

  std::vector<Entry> ring_;           // oldest at next_ once full
  std::vector<std::uint32_t> slots_;  // open addressing: index into ring_
  std::size_t next_ = 0;
  std::size_t size_ = 0;
  Timestamp horizon_;
};

}  // namespace gannet::engine
