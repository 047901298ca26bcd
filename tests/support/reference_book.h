#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <span>

#include "domain/market_events.h"

namespace gannet::test {

/// What OrderBook promises, slowly and obviously: a map a side, ordered by price, cut to `depth`
/// after every update.
class ReferenceBook {
 public:
  explicit ReferenceBook(std::size_t depth) : depth_(depth) {}

  void apply(const BookUpdate& update) {
    if (update.kind == BookUpdate::Kind::Snapshot) {
      bids_.clear();
      asks_.clear();
    }
    apply_side(bids_, update.bids);
    apply_side(asks_, update.asks);
  }

  /// Best first.
  const std::map<std::int64_t, Level, std::greater<>>& bids() const { return bids_; }
  const std::map<std::int64_t, Level>& asks() const { return asks_; }
  std::uint64_t unknown_deletes() const { return unknown_deletes_; }

 private:
  template <class Side>
  void apply_side(Side& side, std::span<const Level> levels) {
    for (const Level& level : levels) {
      if (level.quantity > 0) {
        side[level.price] = level;
      } else if (side.erase(level.price) == 0) {
        ++unknown_deletes_;
      }
    }
    while (side.size() > depth_) side.erase(std::prev(side.end()));
  }

  std::size_t depth_;
  std::map<std::int64_t, Level, std::greater<>> bids_;
  std::map<std::int64_t, Level> asks_;
  std::uint64_t unknown_deletes_ = 0;
};

}  // namespace gannet::test
