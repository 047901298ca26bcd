#include "backtest/recorded_depth.h"

#include <algorithm>

namespace gannet::backtest {
namespace {

/// Would a taker of the other side with that limit meet a level of `resting` at `price`?
bool acceptable(Side resting, Price price, std::optional<Price> limit) noexcept {
  if (!limit) return true;
  return resting == Side::Sell ? price <= *limit : price >= *limit;
}

std::span<const Level> levels_of(const BookUpdate& update, Side side) noexcept {
  return side == Side::Buy ? update.bids : update.asks;
}

}  // namespace

RecordedDepth::RecordedDepth(sim::Exchange& exchange, InstrumentId instrument, QueueModel model,
                             int depth)
    : exchange_(exchange),
      instrument_(instrument),
      model_(model),
      book_(std::make_unique<OrderBook>(static_cast<std::size_t>(depth))) {}

void RecordedDepth::apply(const BookUpdate& update, Timestamp now) {
  if (ours_.empty()) {
    book_->apply(update);
    return;
  }
  note_crossing(update);
  book_->apply(update);
  for (Queue& queue : queues_) {
    const auto named = levels_of(update, queue.side);
    const bool is_named =
        update.kind == BookUpdate::Kind::Snapshot ||
        std::ranges::any_of(named, [&](const Level& l) { return l.price == queue.price.raw; });
    if (!is_named) continue;
    const Level* level = find_level(queue.side, queue.price);
    resize(queue, level == nullptr ? Quantity{} : level_quantity(*level), now);
  }
  meet_crossing(now);
  settle(now);
}

void RecordedDepth::withdraw(Timestamp now) {
  book_->clear();
  for (Queue& queue : queues_) resize(queue, {}, now);
}

/// A recorded quote at our price or through it: who stood there would have met us.
void RecordedDepth::note_crossing(const BookUpdate& update) {
  crossing_.clear();
  for (const Side side : {Side::Buy, Side::Sell}) {
    for (const Level& level : levels_of(update, side)) {
      if (level.quantity <= 0 || !meets_ours(opposite(side), level_price(level))) continue;
      const Level* before = find_level(side, level_price(level));
      const std::int64_t grown = level.quantity - (before == nullptr ? 0 : before->quantity);
      if (grown > 0) crossing_.push_back({side, level_price(level), {grown}});
    }
  }
}

void RecordedDepth::meet_crossing(Timestamp now) {
  for (const Crossing& crossing : crossing_) {
    traded_ = {};
    sim::NewOrder quote;
    quote.instrument = instrument_;
    quote.side = crossing.side;
    quote.type = sim::OrderType::ImmediateOrCancel;
    quote.price = crossing.price;
    quote.quantity = crossing.grown;
    exchange_.place(quote, now);
    const Level* level = find_level(crossing.side, crossing.price);
    if (level == nullptr || traded_.raw == 0) continue;
    set_level(crossing.side, crossing.price, level_quantity(*level) - traded_);
  }
}

bool RecordedDepth::trade(Side aggressor, Price price, Quantity quantity, Timestamp now) {
  const Side resting_side = opposite(aggressor);
  if (!meets_ours(resting_side, price)) {
    Quantity left = quantity;
    while (left.raw > 0) {
      const Level* best = resting_side == Side::Buy ? book_->best_bid() : book_->best_ask();
      if (best == nullptr || !acceptable(resting_side, level_price(*best), price)) break;
      const Quantity taken = std::min(left, level_quantity(*best));
      left -= taken;
      set_level(resting_side, level_price(*best), level_quantity(*best) - taken);
    }
    return left < quantity;
  }
  make_other_side(resting_side, price, quantity, now);
  sim::NewOrder taker;
  taker.instrument = instrument_;
  taker.side = aggressor;
  taker.type = sim::OrderType::ImmediateOrCancel;
  taker.price = price;
  taker.quantity = quantity;
  traded_ = {};
  exchange_.place(taker, now);
  const bool matched = traded_.raw > 0;
  settle(now);
  return matched;
}

void RecordedDepth::before_order(Side side, std::optional<Price> limit, Quantity quantity,
                                 Timestamp now) {
  make_other_side(opposite(side), limit, quantity, now);
  if (!limit || find_queue(side, *limit) != nullptr) return;
  const Level* level = find_level(side, *limit);
  make_queue(side, *limit, level == nullptr ? Quantity{} : level_quantity(*level), now);
}

void RecordedDepth::on_order_change(const sim::OrderChange& change) {
  const sim::OrderView& order = change.order;
  const auto found = std::ranges::find_if(ours_, [&](const Ours& o) { return o.id == order.id; });
  const bool is_open =
      order.state == OrderState::Live || order.state == OrderState::PartiallyFilled;
  if (!is_open) {
    if (found != ours_.end()) ours_.erase(found);
  } else if (found != ours_.end()) {
    found->price = order.terms.price;
  } else {
    ours_.push_back({order.id, order.terms.side, order.terms.price});
  }
}

/// What is left of queues becomes figures again where none of ours rests.
void RecordedDepth::settle(Timestamp now) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    Queue& queue = queues_[i];
    const std::int64_t sum = resting(queue);
    const Level* level = find_level(queue.side, queue.price);
    if (sum != (level == nullptr ? 0 : level->quantity)) {
      set_level(queue.side, queue.price, {sum});
    }
    if (is_ours_at(queue.side, queue.price)) {
      if (kept != i) queues_[kept] = std::move(queue);
      ++kept;
      continue;
    }
    for (const VenueOrderId id : queue.orders) {
      exchange_.cancel(sim::kMarketUser, id, sim::CancelCause::User, now);
    }
  }
  queues_.erase(queues_.begin() + static_cast<std::ptrdiff_t>(kept), queues_.end());
}

std::optional<Price> RecordedDepth::middle() const noexcept {
  const Level* bid = book_->best_bid();
  const Level* ask = book_->best_ask();
  if (bid == nullptr || ask == nullptr) return std::nullopt;
  return Price{bid->price + (ask->price - bid->price) / 2};
}

bool RecordedDepth::meets_ours(Side resting, Price price) const noexcept {
  return std::ranges::any_of(ours_, [&](const Ours& ours) {
    return ours.side == resting && acceptable(resting, ours.price, price);
  });
}

bool RecordedDepth::is_ours_at(Side side, Price price) const noexcept {
  return std::ranges::any_of(
      ours_, [&](const Ours& ours) { return ours.side == side && ours.price == price; });
}

RecordedDepth::Queue* RecordedDepth::find_queue(Side side, Price price) noexcept {
  for (Queue& queue : queues_) {
    if (queue.side == side && queue.price == price) return &queue;
  }
  return nullptr;
}

const Level* RecordedDepth::find_level(Side side, Price price) const noexcept {
  // Worst first: bids rise towards the end, asks fall.
  const auto levels = side == Side::Buy ? book_->bids_worst_first() : book_->asks_worst_first();
  const auto at = std::ranges::partition_point(levels, [&](const Level& level) {
    return side == Side::Buy ? level.price < price.raw : level.price > price.raw;
  });
  return at != levels.end() && at->price == price.raw ? &*at : nullptr;
}

void RecordedDepth::set_level(Side side, Price price, Quantity quantity) {
  Level level{};
  level.price = price.raw;
  level.quantity = quantity.raw;
  BookUpdate update;
  update.instrument = instrument_;
  update.kind = BookUpdate::Kind::Update;
  (side == Side::Buy ? update.bids : update.asks) = std::span<const Level>(&level, 1);
  book_->apply(update);
}

void RecordedDepth::make_queue(Side side, Price price, Quantity quantity, Timestamp now) {
  queues_.push_back({side, price, {}});
  if (quantity.raw <= 0) return;
  sim::NewOrder order;
  order.instrument = instrument_;
  order.side = side;
  order.price = price;
  order.quantity = quantity;
  const sim::Exchange::PlaceResult placed = exchange_.place(order, now);
  // Off today's grid: it cannot be met, and stays a figure.
  if (placed.refusal == sim::Refusal::None) queues_.back().orders.push_back(placed.id);
}

void RecordedDepth::make_other_side(Side resting_side, std::optional<Price> limit,
                                    Quantity quantity, Timestamp now) {
  const std::size_t count = resting_side == Side::Buy ? book_->bid_levels() : book_->ask_levels();
  Quantity reached;
  for (std::size_t i = 0; i < count && reached < quantity; ++i) {
    const Level& level = resting_side == Side::Buy ? book_->bid(i) : book_->ask(i);
    if (!acceptable(resting_side, level_price(level), limit)) break;
    reached = add_saturating(reached, level_quantity(level));
    if (find_queue(resting_side, level_price(level)) == nullptr) {
      make_queue(resting_side, level_price(level), level_quantity(level), now);
    }
  }
}

/// Brings a queue that holds orders of ours to what was recorded.
void RecordedDepth::resize(Queue& queue, Quantity target, Timestamp now) {
  const std::int64_t sum = resting(queue);
  if (target.raw < sum) {
    shrink(queue, sum, target.raw, now);
  } else if (target.raw > sum) {
    sim::NewOrder order;
    order.instrument = instrument_;
    order.side = queue.side;
    order.price = queue.price;
    order.quantity = {target.raw - sum};
    const sim::Exchange::PlaceResult placed = exchange_.place(order, now);
    if (placed.refusal == sim::Refusal::None) queue.orders.push_back(placed.id);
  }
}

void RecordedDepth::shrink(Queue& queue, std::int64_t sum, std::int64_t target, Timestamp now) {
  spread_loss(queue, sum - target, sum);
  for (std::size_t i = 0; i < queue.orders.size(); ++i) cut(queue.orders[i], cuts_[i], now);
  resting(queue);
}

void RecordedDepth::spread_loss(const Queue& queue, std::int64_t loss, std::int64_t sum) {
  const auto left_of = [this](VenueOrderId id) {
    const sim::OrderView& view = *exchange_.find(id);
    return (view.terms.quantity - view.filled).raw;
  };
  const std::size_t count = queue.orders.size();
  cuts_.assign(count, 0);
  std::int64_t still = loss;
  if (model_ == QueueModel::Proportional) {
    for (std::size_t i = 0; i < count; ++i) {
      cuts_[i] =
          static_cast<std::int64_t>(static_cast<__int128>(left_of(queue.orders[i])) * loss / sum);
      still -= cuts_[i];
    }
  }
  // The rest (what rounding left over, or all) off one end; at the back nobody gains a place by it.
  const bool from_front = model_ == QueueModel::Ahead;
  for (std::size_t n = 0; n < count && still > 0; ++n) {
    const std::size_t i = from_front ? n : count - 1 - n;
    const std::int64_t more = std::min(still, left_of(queue.orders[i]) - cuts_[i]);
    cuts_[i] += more;
    still -= more;
  }
}

/// What is left of them; forgets those that ended.
std::int64_t RecordedDepth::resting(Queue& queue) {
  std::int64_t sum = 0;
  std::erase_if(queue.orders, [&](VenueOrderId id) {
    const sim::OrderView* view = exchange_.find(id);
    if (view == nullptr) return true;
    sum += (view->terms.quantity - view->filled).raw;
    return false;
  });
  return sum;
}

void RecordedDepth::cut(VenueOrderId id, std::int64_t by, Timestamp now) {
  if (by == 0) return;
  const sim::OrderView& view = *exchange_.find(id);
  if ((view.terms.quantity - view.filled).raw == by) {
    exchange_.cancel(sim::kMarketUser, id, sim::CancelCause::User, now);
    return;
  }
  const sim::AmendTerms smaller{{}, view.terms.quantity - Quantity{by}, {}};
  exchange_.amend(sim::kMarketUser, id, smaller, now);
}

}  // namespace gannet::backtest
