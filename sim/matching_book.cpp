#include "sim/matching_book.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace gannet::sim {
namespace {

/// Does `a` stand before `b` in the array, that is, is it the worse price?
bool worse(Side side, Price a, Price b) noexcept { return side == Side::Buy ? a < b : a > b; }

}  // namespace

MatchingBook::Node MatchingBook::add(Side side, Price price, Quantity quantity, std::uint32_t order,
                                     std::uint32_t user) {
  CHECK(quantity.raw > 0);
  Node node = free_;
  if (node == kNoNode) {
    node = static_cast<Node>(nodes_.size());
    nodes_.emplace_back();
  } else {
    free_ = nodes_[node].next;
  }
  std::vector<PriceLevel>& side_levels = own_levels(side);
  const std::size_t at = position(side, price);
  if (at == side_levels.size() || side_levels[at].price != price) {
    side_levels.insert(side_levels.begin() + static_cast<std::ptrdiff_t>(at),
                       PriceLevel{price, {}, kNoNode, kNoNode, 0});
  }
  PriceLevel& level = side_levels[at];
  nodes_[node] = {price, quantity, order, user, level.tail, kNoNode, side};
  if (level.tail == kNoNode) {
    level.head = node;
  } else {
    nodes_[level.tail].next = node;
  }
  level.tail = node;
  level.quantity += quantity;
  ++level.orders;
  return node;
}

void MatchingBook::remove(Node node) noexcept {
  Resting& gone = nodes_[node];
  CHECK(gone.quantity.raw > 0);
  std::vector<PriceLevel>& side_levels = own_levels(gone.side);
  const std::size_t at = position(gone.side, gone.price);
  PriceLevel& level = side_levels[at];
  (gone.previous == kNoNode ? level.head : nodes_[gone.previous].next) = gone.next;
  (gone.next == kNoNode ? level.tail : nodes_[gone.next].previous) = gone.previous;
  level.quantity -= gone.quantity;
  if (--level.orders == 0) {
    side_levels.erase(side_levels.begin() + static_cast<std::ptrdiff_t>(at));
  }
  gone.quantity = {};
  gone.next = free_;
  free_ = node;
}

void MatchingBook::reduce(Node node, Quantity by) noexcept {
  Resting& order = nodes_[node];
  CHECK(by.raw > 0);
  CHECK(by < order.quantity);
  order.quantity -= by;
  own_levels(order.side)[position(order.side, order.price)].quantity -= by;
}

void MatchingBook::grow(Node node, Quantity by) noexcept {
  Resting& order = nodes_[node];
  CHECK(by.raw > 0);
  CHECK(order.quantity.raw > 0);
  order.quantity += by;
  own_levels(order.side)[position(order.side, order.price)].quantity += by;
}

MatchingBook::Node MatchingBook::front(Side side) const noexcept {
  const std::vector<PriceLevel>& side_levels = levels(side);
  return side_levels.empty() ? kNoNode : side_levels.back().head;
}

std::optional<Price> MatchingBook::best(Side side) const noexcept {
  const std::vector<PriceLevel>& side_levels = levels(side);
  if (side_levels.empty()) return std::nullopt;
  return side_levels.back().price;
}

std::optional<Price> MatchingBook::best_of(Side side, std::uint32_t user) const noexcept {
  const std::vector<PriceLevel>& side_levels = levels(side);
  for (auto level = side_levels.rbegin(); level != side_levels.rend(); ++level) {
    for (Node node = level->head; node != kNoNode; node = nodes_[node].next) {
      if (nodes_[node].user == user) return level->price;
    }
  }
  return std::nullopt;
}

bool MatchingBook::crosses(Side taker, std::optional<Price> limit) const noexcept {
  const std::optional<Price> other = best(opposite(taker));
  if (!other) return false;
  if (!limit) return true;
  return taker == Side::Buy ? *limit >= *other : *limit <= *other;
}

const MatchingBook::PriceLevel* MatchingBook::find(Side side, Price price) const noexcept {
  const std::vector<PriceLevel>& side_levels = levels(side);
  const std::size_t at = position(side, price);
  if (at == side_levels.size() || side_levels[at].price != price) return nullptr;
  return &side_levels[at];
}

bool MatchingBook::fits(Side side, Price price, Quantity quantity) const noexcept {
  const PriceLevel* level = find(side, price);
  const std::int64_t there = level == nullptr ? 0 : level->quantity.raw;
  return quantity.raw <= std::numeric_limits<std::int64_t>::max() - there;
}

std::size_t MatchingBook::position(Side side, Price price) const noexcept {
  const std::vector<PriceLevel>& side_levels = levels(side);
  // Most orders come and go within a few levels of the best.
  std::size_t at = side_levels.size();
  for (int steps = 0; steps < 8 && at > 0; ++steps, --at) {
    if (worse(side, side_levels[at - 1].price, price)) return at;
  }
  const auto end = side_levels.begin() + static_cast<std::ptrdiff_t>(at);
  return static_cast<std::size_t>(std::lower_bound(side_levels.begin(), end, price,
                                                   [side](const PriceLevel& level, Price p) {
                                                     return worse(side, level.price, p);
                                                   }) -
                                  side_levels.begin());
}

}  // namespace gannet::sim
