#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "domain/market_events.h"
#include "domain/units.h"

namespace gannet {

/// What an update did to the best prices.
struct BookChange {
  bool best_bid_changed = false;  ///< its price or its quantity
  bool best_ask_changed = false;
  bool overflow = false;  ///< more levels than there is room for: the book cannot be proven

  bool best_changed() const noexcept { return best_bid_changed || best_ask_changed; }
};

/// The levels of one instrument as one feed tells them, up to `depth` a side. Prices are unique in
/// a side; quantities > 0. It does not judge: a crossed book is kept as told (PRE-17 judges).
///
/// After each update every side is cut to `depth`: a client that applies updates may come to hold
/// more levels than the venue's window, and deletes for those outside may never come. While one
/// update is applied a side may hold kMaxLevels + kSlack levels; beyond that the worst are lost,
/// and if one of them could belong into the window in the end, `overflow` is told and the book must
/// be withdrawn. Deletes of a level that is not there are counted and otherwise ignored: levels
/// born and gone inside one interval are told so.
///
/// Each side is one flat array with the best at the *end*: the busy levels near the top move few
/// bytes. Thread: one. No allocation, no exception; 2 x 656 levels x 24 bytes in place (31 KiB), so
/// it lives in an array made at start-up.
class OrderBook {
 public:
  static constexpr std::size_t kMaxLevels = 400;
  static constexpr std::size_t kSlack = 256;

  OrderBook() noexcept : OrderBook(kMaxLevels) {}
  /// `depth` 1..kMaxLevels: the feed's window.
  explicit OrderBook(std::size_t depth) noexcept;

  /// Snapshot replaces, Update changes; levels within an update in any order; a level of quantity
  /// <= 0 deletes. A price told twice in one update: the last counts.
  BookChange apply(const BookUpdate& update) noexcept;
  void clear() noexcept;

  std::size_t depth() const noexcept { return depth_; }
  std::size_t bid_levels() const noexcept { return bids_.size(); }
  std::size_t ask_levels() const noexcept { return asks_.size(); }
  /// Level i from the best, 0 first. Requires i < bid_levels().
  const Level& bid(std::size_t i) const noexcept { return bids_.levels[bids_.end - 1 - i]; }
  const Level& ask(std::size_t i) const noexcept { return asks_.levels[asks_.end - 1 - i]; }
  const Level* best_bid() const noexcept { return bids_.size() == 0 ? nullptr : &bid(0); }
  const Level* best_ask() const noexcept { return asks_.size() == 0 ? nullptr : &ask(0); }

  /// In place, *worst first*: view[size - 1] is the best. Valid until the next apply or clear.
  std::span<const Level> bids_worst_first() const noexcept { return bids_.view(); }
  std::span<const Level> asks_worst_first() const noexcept { return asks_.view(); }

  std::uint64_t unknown_deletes() const noexcept { return unknown_deletes_; }
  /// Of the last applied update; -1: none.
  std::int64_t sequence() const noexcept { return sequence_; }
  Timestamp exchange_time() const noexcept { return exchange_time_; }
  Timestamp receive_time() const noexcept { return receive_time_; }

 private:
  /// levels[begin, end), worst first. The worst are dropped by moving `begin`, so that a full book
  /// that gains a level at the top does not move all the others.
  struct SideLevels {
    static constexpr std::size_t kCapacity = kMaxLevels + kSlack;

    std::array<Level, kCapacity> levels;
    std::size_t begin = 0;
    std::size_t end = 0;

    std::size_t size() const noexcept { return end - begin; }
    std::span<const Level> view() const noexcept { return {levels.data() + begin, size()}; }
  };

  template <Side side>
  class Editor;  // applies one update to one side

  SideLevels bids_;
  SideLevels asks_;
  std::size_t depth_;
  std::uint64_t unknown_deletes_ = 0;
  std::int64_t sequence_ = -1;
  Timestamp exchange_time_;
  Timestamp receive_time_;
};

}  // namespace gannet
