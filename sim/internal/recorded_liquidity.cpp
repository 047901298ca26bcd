#include "sim/internal/recorded_liquidity.h"

#include <algorithm>

namespace gannet::sim {
namespace {

/// The same book may be recorded by several feeds: the one that tells most is the market.
int rank(BookFeed feed) noexcept {
  switch (feed) {
    case BookFeed::BestBidOffer:
      return 0;
    case BookFeed::Top5:
      return 1;
    case BookFeed::Depth50Fast:
      return 2;
    case BookFeed::Depth400:
      return 3;
    case BookFeed::Depth400Fast:
      return 4;
    case BookFeed::Depth400Retail:
      return 0;  // part of it nobody but retail may take: recorded liquidity is the organic book
  }
  return 0;
}

/// Every message of these is the whole window, so that a level it names need not have changed.
bool is_whole(BookFeed feed) noexcept {
  return feed == BookFeed::BestBidOffer || feed == BookFeed::Top5;
}

Timestamp exchange_time(Timestamp exchange, Timestamp received) noexcept {
  return exchange.nanos != 0 ? exchange : received;
}

}  // namespace

void RecordedLiquidity::on_book(const BookUpdate& update, Timestamp now, LiquidityCounts& counts) {
  if (!takes(update)) {
    ++counts.books_passed_over;
    return;
  }
  ++counts.books;
  ++messages_;
  follow_users();
  changes_.clear();
  const bool whole = update.kind == BookUpdate::Kind::Snapshot;
  const bool only_changed = whole && is_whole(update.feed);
  collect(update.asks, Side::Sell, only_changed, counts);
  collect(update.bids, Side::Buy, only_changed, counts);
  if (whole) {
    collect_unnamed(Side::Sell);
    collect_unnamed(Side::Buy);
  }
  const Timestamp told = exchange_time(update.exchange_time, update.receive_time);
  for (const Change& change : changes_) {
    if (queue_.empty()) break;
    // A level that left the window may still be there: nothing is known of it, nothing is gained.
    if (change.after == 0 && !shows(change.side, change.price)) continue;
    queue_.on_level(change.side, change.price, change.before, change.after, told);
  }
  // First everything that shrinks, on both sides, then what grows: a recorded book is not crossed
  // with itself, and what then meets the other side is a user's.
  for (const Change& change : changes_) {
    RecordedLevel& level = levels(change.side)[change.price.raw];
    if (market_.resting(level.order).raw <= change.after) continue;
    level.order =
        market_.set_level(level.order, instrument_, change.side, change.price, {change.after}, now);
  }
  for (const Change& change : changes_) {
    const auto level = levels(change.side).find(change.price.raw);
    if (level == levels(change.side).end()) continue;
    // Named twice in one message, the last word counts.
    if (level->second.quantity == 0) {
      levels(change.side).erase(level);
    } else if (level->second.quantity == change.after) {
      show(change, now, counts);
    }
  }
  book_time_ = std::max(book_time_, told);
}

bool RecordedLiquidity::takes(const BookUpdate& update) noexcept {
  const bool snapshot = update.kind == BookUpdate::Kind::Snapshot;
  if (!feed_) {
    if (!snapshot) return false;
    feed_ = update.feed;
    return true;
  }
  if (update.feed == *feed_) return true;
  if (rank(update.feed) < rank(*feed_) || !snapshot) return false;
  feed_ = update.feed;
  return true;
}

void RecordedLiquidity::collect(std::span<const Level> told, Side side, bool only_changed,
                                LiquidityCounts& counts) {
  for (const Level& one : told) {
    if (one.price <= 0 || one.quantity < 0) {
      ++counts.levels_refused;
      continue;
    }
    const auto found = levels(side).find(one.price);
    if (one.quantity == 0 && found == levels(side).end()) continue;
    RecordedLevel& level = found != levels(side).end() ? found->second : levels(side)[one.price];
    level.named_by = messages_;
    if (only_changed && level.quantity == one.quantity) continue;
    changes_.push_back({side, {one.price}, level.quantity, one.quantity});
    level.quantity = one.quantity;
  }
}

void RecordedLiquidity::collect_unnamed(Side side) {
  for (auto& [price, level] : levels(side)) {
    if (level.named_by == messages_) continue;
    changes_.push_back({side, {price}, level.quantity, 0});
    level.quantity = 0;
  }
}

void RecordedLiquidity::follow_users() {
  market_.user_orders(instrument_, users_);
  if (users_.empty() && queue_.empty()) return;
  queue_.follow(
      users_, [this](Side side, Price price) { return recorded_at(side, price); },
      std::max(book_time_, trade_time_));
}

/// Is that price within the window of the feed, so that an absent level is an empty one?
bool RecordedLiquidity::shows(Side side, Price price) const noexcept {
  if (!feed_) return false;
  const Levels& all = levels(side);
  const auto window = static_cast<std::size_t>(depth_of(*feed_));
  std::size_t standing = 0;
  const auto count = [&](auto first, auto last) {
    for (; first != last; ++first) {
      if (first->second.quantity == 0) continue;
      if (side == Side::Buy ? first->first < price.raw : first->first > price.raw) return true;
      if (++standing == window) return first->first == price.raw;
    }
    return true;  // the window is not full: there is nothing beyond it
  };
  return side == Side::Buy ? count(all.rbegin(), all.rend()) : count(all.begin(), all.end());
}

std::int64_t RecordedLiquidity::recorded_at(Side side, Price price) const noexcept {
  const auto found = levels(side).find(price.raw);
  if (found != levels(side).end()) return found->second.quantity;
  return shows(side, price) ? 0 : UserQueue::kUnknown;
}

/// A level that stands or grew. Resting orders of users that it meets trade with what is new of it;
/// the rest is shown, unless it would stand on the wrong side of somebody's order.
void RecordedLiquidity::show(const Change& change, Timestamp now, LiquidityCounts& counts) {
  const std::int64_t met = meet_users(change, now, counts);
  const std::optional<Price> other = exchange_->best(instrument_, opposite(change.side));
  const bool crosses =
      other && (change.side == Side::Buy ? change.price >= *other : change.price <= *other);
  RecordedLevel& level = levels(change.side)[change.price.raw];
  if (crosses) {
    const auto& against = levels(opposite(change.side));
    const auto recorded = against.find(other->raw);
    if (recorded != against.end() && recorded->second.order.valid()) ++counts.crossed_levels;
    return;
  }
  level.order = market_.set_level(level.order, instrument_, change.side, change.price,
                                  {change.after - met}, now);
  if (!level.order.valid() && change.after > met) ++counts.levels_refused;
}

std::int64_t RecordedLiquidity::meet_users(const Change& change, Timestamp now,
                                           LiquidityCounts& counts) {
  if (queue_.empty()) return 0;
  queue_.crossed_by(change.side, change.price, met_);
  std::int64_t left = std::max<std::int64_t>(change.after - change.before, 0);
  std::int64_t met = 0;
  for (const VenueOrderId order : met_) {
    if (left == 0) break;
    const std::int64_t hit = market_.hit(order, {left}, now).raw;
    counts.user_hits += hit > 0 ? 1 : 0;
    left -= hit;
    met += hit;
  }
  return met;
}

void RecordedLiquidity::forget_times() noexcept {
  follow_users();
  queue_.forget_times();
  book_time_ = trade_time_ = {};
}

void RecordedLiquidity::on_trade(const TradeEvent& trade, Timestamp now, LiquidityCounts& counts) {
  if (trade.price.raw <= 0 || trade.quantity.raw <= 0) return;
  ++counts.trades;
  const Timestamp happened = exchange_time(trade.exchange_time, trade.receive_time);
  const Side side = opposite(trade.aggressor);
  follow_users();
  std::int64_t left = trade.quantity.raw;
  std::int64_t on_recorded = left;
  if (!queue_.empty()) {
    on_recorded =
        queue_.on_trade(side, trade.price, left, happened, [&](const UserQueue::Due& due) {
          const std::int64_t hit = market_.hit(due.order, {due.quantity}, now).raw;
          counts.user_hits += hit > 0 ? 1 : 0;
          left -= hit;
          return hit;
        });
  }
  market_.print(instrument_, trade.aggressor, trade.price, {left}, now);
  trade_time_ = std::max(trade_time_, happened);
  if (happened <= book_time_) return;  // the book knows of it already
  const auto found = levels(side).find(trade.price.raw);
  if (found == levels(side).end()) return;
  RecordedLevel& level = found->second;
  // The recorded level lost all of it, whoever got it here.
  level.quantity = std::max<std::int64_t>(level.quantity - trade.quantity.raw, 0);
  const std::int64_t rests = market_.resting(level.order).raw;
  level.order = market_.set_level(level.order, instrument_, side, trade.price,
                                  {std::max<std::int64_t>(rests - on_recorded, 0)}, now);
}

}  // namespace gannet::sim
