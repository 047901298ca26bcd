#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "domain/market_events.h"
#include "domain/units.h"

namespace gannet::sim {

/// The resting orders of one instrument in price-time priority. It knows prices, queues and owners;
/// order types, money and events are the exchange's. Levels lie in a flat array a side, best last,
/// since nearly all change is near the best; orders are pooled nodes in a list per level, so that
/// nothing is allocated in steady state.
/// Invariants: no level is empty; the book is never crossed if the caller matches before it adds.
/// Thread: one.
class MatchingBook {
 public:
  using Node = std::uint32_t;
  static constexpr Node kNoNode = ~Node{0};

  struct Resting {
    Price price;
    Quantity quantity;        ///< what is left, > 0
    std::uint32_t order = 0;  ///< the caller's own index
    std::uint32_t user = 0;
    Node previous = kNoNode;  ///< in the queue of its level
    Node next = kNoNode;
    Side side = Side::Buy;
  };
  struct PriceLevel {
    Price price;
    Quantity quantity;  ///< sum over its queue
    Node head = kNoNode;
    Node tail = kNoNode;
    std::uint32_t orders = 0;
  };

  /// Joins the back of its price's queue. Requires quantity > 0 and `fits`.
  Node add(Side side, Price price, Quantity quantity, std::uint32_t order, std::uint32_t user);
  void remove(Node node) noexcept;
  /// Takes `by` away and keeps the place in the queue. Requires 0 < by < what is left.
  void reduce(Node node, Quantity by) noexcept;
  /// Adds `by` and keeps the place in the queue. Requires by > 0 and `fits`.
  void grow(Node node, Quantity by) noexcept;

  const Resting& at(Node node) const noexcept { return nodes_[node]; }
  /// The order that would be matched first; kNoNode if the side is empty.
  Node front(Side side) const noexcept;
  std::optional<Price> best(Side side) const noexcept;
  /// The best price at which that user rests something.
  std::optional<Price> best_of(Side side, std::uint32_t user) const noexcept;
  /// Would a taker at `limit` (none: any price) meet the other side?
  bool crosses(Side taker, std::optional<Price> limit) const noexcept;
  /// The level at that price, null if none. Valid until the next change.
  const PriceLevel* find(Side side, Price price) const noexcept;
  /// Best last.
  const std::vector<PriceLevel>& levels(Side side) const noexcept {
    return levels_[side == Side::Buy ? 0 : 1];
  }
  /// Is there room for the sum at this price in 63 bits?
  bool fits(Side side, Price price, Quantity quantity) const noexcept;

 private:
  std::vector<PriceLevel>& own_levels(Side side) noexcept {
    return levels_[side == Side::Buy ? 0 : 1];
  }
  std::size_t position(Side side, Price price) const noexcept;

  std::vector<PriceLevel> levels_[2];  // bids, asks
  std::vector<Resting> nodes_;
  Node free_ = kNoNode;  // chained by `next`
};

}  // namespace gannet::sim
