#include "sim/internal/recorded_liquidity.h"

#include <algorithm>
#include <set>

namespace gannet::sim {

std::size_t RecordedLiquidity::apply(std::span<const Target> targets, bool whole, Timestamp now) {
  // First everything that shrinks, on both sides, then what grows: a recorded book is never crossed
  // with itself, and what then meets the other side is a user's.
  if (whole) {
    for (const Target& target : gone(targets)) {
      std::vector<VenueOrderId>& orders = side(target.side)[target.price.raw];
      shrink(orders, resting(orders), 0, now);
      side(target.side).erase(target.price.raw);
    }
  }
  for (const Target& target : targets) {
    const auto found = side(target.side).find(target.price.raw);
    if (found == side(target.side).end()) continue;
    const std::int64_t sum = resting(found->second);
    if (target.quantity.raw < sum) shrink(found->second, sum, target.quantity.raw, now);
    if (target.quantity.raw == 0) side(target.side).erase(found);
  }
  std::size_t refused = 0;
  for (const Target& target : targets) {
    if (target.quantity.raw <= 0) continue;
    std::vector<VenueOrderId>& orders = side(target.side)[target.price.raw];
    const std::int64_t missing = target.quantity.raw - resting(orders);
    if (missing <= 0) continue;
    if (crosses_recorded(target) || !grow(target, orders, missing, now)) ++refused;
    if (orders.empty()) side(target.side).erase(target.price.raw);
  }
  return refused;
}

bool RecordedLiquidity::trade(Side aggressor, Price price, Quantity quantity, Timestamp now) {
  const std::optional<Price> best = exchange_->best(instrument_, opposite(aggressor));
  if (!best || (aggressor == Side::Buy ? *best > price : *best < price)) return false;
  NewOrder taker;
  taker.instrument = instrument_;
  taker.side = aggressor;
  taker.type = OrderType::ImmediateOrCancel;
  taker.price = price;
  taker.quantity = quantity;
  return exchange_->place(taker, now).refusal == Refusal::None;
}

/// What is left of them; forgets those that ended.
std::int64_t RecordedLiquidity::resting(std::vector<VenueOrderId>& orders) const {
  std::int64_t sum = 0;
  std::erase_if(orders, [&](VenueOrderId id) {
    const OrderView* view = exchange_->find(id);
    if (view == nullptr) return true;
    sum += (view->terms.quantity - view->filled).raw;
    return false;
  });
  return sum;
}

void RecordedLiquidity::shrink(std::vector<VenueOrderId>& orders, std::int64_t sum,
                               std::int64_t target, Timestamp now) {
  if (sum == 0) return;
  const std::int64_t loss = sum - target;
  std::int64_t still = loss;
  std::vector<std::int64_t> cuts;
  for (const VenueOrderId id : orders) {
    const OrderView& view = *exchange_->find(id);
    const std::int64_t left = (view.terms.quantity - view.filled).raw;
    cuts.push_back(static_cast<std::int64_t>(static_cast<__int128>(left) * loss / sum));
    still -= cuts.back();
  }
  // What rounding left over comes off the back: nobody gains a place by it.
  for (std::size_t i = orders.size(); i-- > 0 && still > 0;) {
    const OrderView& view = *exchange_->find(orders[i]);
    const std::int64_t more = std::min(still, (view.terms.quantity - view.filled).raw - cuts[i]);
    cuts[i] += more;
    still -= more;
  }
  for (std::size_t i = 0; i < orders.size(); ++i) cut(orders[i], cuts[i], now);
  resting(orders);
}

bool RecordedLiquidity::grow(const Target& target, std::vector<VenueOrderId>& orders,
                             std::int64_t missing, Timestamp now) {
  const Level there = exchange_->level(instrument_, target.side, target.price);
  const bool alone = orders.size() == 1 && there.orders == 1;
  if (alone) {
    // No user waits here: one order is enough.
    const OrderView& view = *exchange_->find(orders.front());
    const AmendTerms larger{{}, view.terms.quantity + Quantity{missing}, {}};
    return exchange_->amend(kMarketUser, orders.front(), larger, now) == Refusal::None;
  }
  NewOrder order;
  order.instrument = instrument_;
  order.side = target.side;
  order.price = target.price;
  order.quantity = {missing};
  const Exchange::PlaceResult placed = exchange_->place(order, now);
  if (placed.refusal != Refusal::None) return false;
  if (exchange_->find(placed.id) != nullptr) orders.push_back(placed.id);
  return true;
}

void RecordedLiquidity::cut(VenueOrderId id, std::int64_t by, Timestamp now) {
  if (by == 0) return;
  const OrderView& view = *exchange_->find(id);
  if ((view.terms.quantity - view.filled).raw == by) {
    exchange_->cancel(kMarketUser, id, CancelCause::User, now);
    return;
  }
  const AmendTerms smaller{{}, view.terms.quantity - Quantity{by}, {}};
  exchange_->amend(kMarketUser, id, smaller, now);
}

bool RecordedLiquidity::crosses_recorded(const Target& target) {
  Levels& other = side(opposite(target.side));
  while (!other.empty()) {
    const auto best = target.side == Side::Buy ? other.begin() : std::prev(other.end());
    if (resting(best->second) == 0) {
      other.erase(best);
      continue;
    }
    return target.side == Side::Buy ? best->first <= target.price.raw
                                    : best->first >= target.price.raw;
  }
  return false;
}

std::vector<RecordedLiquidity::Target> RecordedLiquidity::gone(std::span<const Target> kept) {
  std::vector<Target> result;
  for (const Side which : {Side::Buy, Side::Sell}) {
    std::set<std::int64_t> named;
    for (const Target& target : kept) {
      if (target.side == which) named.insert(target.price.raw);
    }
    for (const auto& [price, orders] : side(which)) {
      if (!named.contains(price)) result.push_back({which, {price}, {}});
    }
  }
  return result;
}

}  // namespace gannet::sim
