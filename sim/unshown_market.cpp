#include "sim/unshown_market.h"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "domain/order_book.h"
#include "sim/internal/market_side.h"
#include "sim/internal/user_queue.h"

namespace gannet::sim {
namespace {

/// Every message of these is the whole window, so that a level it names need not have changed.
bool is_whole(BookFeed feed) noexcept {
  return feed == BookFeed::BestBidOffer || feed == BookFeed::Top5;
}

Timestamp exchange_time(Timestamp exchange, Timestamp received) noexcept {
  return exchange.nanos != 0 ? exchange : received;
}

/// Would a taker with that limit meet a level of `resting` at `price`?
bool is_met(Side resting, Price price, std::optional<Price> limit) noexcept {
  if (!limit) return true;
  return resting == Side::Sell ? price <= *limit : price >= *limit;
}

}  // namespace

/// The market of one instrument.
class UnshownMarket::One {
 public:
  One(Exchange& exchange, InstrumentId instrument, BookFeed feed, QueueModel model)
      : market_(exchange),
        instrument_(instrument),
        feed_(feed),
        queue_(model),
        book_(std::make_unique<OrderBook>(static_cast<std::size_t>(depth_of(feed)))) {}

  void on_book(const BookUpdate& update, Timestamp now, UnshownCounts& counts) {
    if (update.feed != feed_) return;
    ++counts.books;
    follow_users();
    changes_.clear();
    const bool whole = update.kind == BookUpdate::Kind::Snapshot;
    if (!queue_.empty()) {
      collect(update.asks, Side::Sell, whole);
      collect(update.bids, Side::Buy, whole);
    }
    if (!taken_.empty()) renew(update, whole);
    book_->apply(update);
    const Timestamp told = exchange_time(update.exchange_time, update.receive_time);
    for (const Change& change : changes_) {
      // A level that left the window may still be there: nothing is known of it, nothing is gained.
      if (change.after == 0 && !shows(change.side, change.price)) continue;
      queue_.on_level(change.side, change.price, change.before, change.after, told);
    }
    for (const Change& change : changes_) meet_users(change, now, counts);
    book_time_ = std::max(book_time_, told);
  }

  void withdraw(BookFeed feed) noexcept {
    if (feed != feed_) return;
    book_->clear();
    taken_.clear();
  }

  void on_trade(const TradeEvent& trade, Timestamp now, UnshownCounts& counts) {
    if (trade.price.raw <= 0 || trade.quantity.raw <= 0) return;
    ++counts.trades;
    const Timestamp happened = exchange_time(trade.exchange_time, trade.receive_time);
    const Side side = opposite(trade.aggressor);
    follow_users();
    std::int64_t on_recorded = trade.quantity.raw;
    if (!queue_.empty()) {
      on_recorded = queue_.on_trade(side, trade.price, trade.quantity.raw, happened,
                                    [&](const UserQueue::Due& due) {
                                      const auto hit = market_.hit(due.order, {due.quantity}, now);
                                      counts.user_hits += hit.raw > 0 ? 1 : 0;
                                      return hit.raw;
                                    });
    }
    trade_time_ = std::max(trade_time_, happened);
    if (happened <= book_time_) return;  // the book knows of it already
    const std::int64_t recorded = recorded_quantity(side, trade.price);
    if (recorded == 0 && taken(side, trade.price) == 0) return;
    // The recorded level lost all of it, whoever got it here.
    const std::int64_t rests = std::max<std::int64_t>(shown(side, trade.price) - on_recorded, 0);
    const std::int64_t left = std::max<std::int64_t>(recorded - trade.quantity.raw, 0);
    set_recorded(side, trade.price, left);
    set_taken(side, trade.price, left - rests);
  }

  void before_order(Side side, std::optional<Price> limit, Quantity quantity, Timestamp now) {
    const Side resting = opposite(side);
    const std::size_t count = resting == Side::Buy ? book_->bid_levels() : book_->ask_levels();
    std::int64_t reached = 0;
    for (std::size_t i = 0; i < count && reached < quantity.raw; ++i) {
      const Level& level = resting == Side::Buy ? book_->bid(i) : book_->ask(i);
      if (!is_met(resting, level_price(level), limit)) break;
      reached += show(resting, level_price(level), now);
    }
    // A trade took all that was recorded there, but users got a part of it: that much still stands.
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      const Taken& taken = taken_[i];
      if (taken.side != resting || recorded_quantity(resting, taken.price) != 0) continue;
      if (is_met(resting, taken.price, limit)) show(resting, taken.price, now);
    }
  }

  void after_order(Timestamp now) {
    for (const Standing& level : standing_) {
      const std::int64_t rests = market_.resting(level.order).raw;
      if (rests != level.shown) {
        set_taken(level.side, level.price, taken(level.side, level.price) + level.shown - rests);
      }
      market_.set_level(level.order, instrument_, level.side, level.price, {}, now);
    }
    standing_.clear();
  }

  std::optional<Price> middle() const noexcept {
    const Level* bid = book_->best_bid();
    const Level* ask = book_->best_ask();
    if (bid == nullptr || ask == nullptr) return std::nullopt;
    return Price{bid->price + (ask->price - bid->price) / 2};
  }

 private:
  struct Change {
    Side side;
    Price price;
    std::int64_t before;
    std::int64_t after;
  };
  /// What users took of a level since the recording spoke of it; less than nothing where they got
  /// what the recorded level lost.
  struct Taken {
    Side side;
    Price price;
    std::int64_t quantity;
  };
  struct Standing {
    Side side;
    Price price;
    std::int64_t shown;
    VenueOrderId order;
  };

  /// Puts what stands at that level into the exchange's book. How much it is.
  std::int64_t show(Side side, Price price, Timestamp now) {
    const std::int64_t there = shown(side, price);
    if (there <= 0) return 0;
    const VenueOrderId order = market_.set_level({}, instrument_, side, price, {there}, now);
    if (order.valid()) standing_.push_back({side, price, there, order});
    return there;
  }

  void follow_users() {
    market_.user_orders(instrument_, users_);
    if (users_.empty() && queue_.empty()) return;
    queue_.follow(
        users_, [this](Side side, Price price) { return recorded_at(side, price); },
        std::max(book_time_, trade_time_));
    // Only levels at, or across, one of these concern anybody.
    lowest_sell_ = std::numeric_limits<std::int64_t>::max();
    highest_buy_ = std::numeric_limits<std::int64_t>::min();
    for (const OrderView* order : users_) {
      const std::int64_t price = order->terms.price.raw;
      if (order->terms.side == Side::Buy) {
        highest_buy_ = std::max(highest_buy_, price);
      } else {
        lowest_sell_ = std::min(lowest_sell_, price);
      }
    }
  }

  bool concerns_users(Side side, std::int64_t price) const noexcept {
    if (side == Side::Buy ? price >= lowest_sell_ : price <= highest_buy_) return true;
    return std::ranges::any_of(users_, [&](const OrderView* order) {
      return order->terms.side == side && order->terms.price.raw == price;
    });
  }

  void collect(std::span<const Level> told, Side side, bool whole) {
    const bool only_changed = whole && is_whole(feed_);
    const std::size_t first = changes_.size();
    for (const Level& one : told) {
      if (one.price <= 0 || one.quantity < 0 || !concerns_users(side, one.price)) continue;
      const std::int64_t before = recorded_quantity(side, {one.price});
      if (one.quantity == before && (only_changed || before == 0)) continue;
      changes_.push_back({side, {one.price}, before, one.quantity});
    }
    if (!whole) return;
    // What a snapshot does not name is gone.
    for (const OrderView* order : users_) {
      const Price price = order->terms.price;
      const auto is_named = [&](const Level& level) { return level.price == price.raw; };
      const auto is_collected = [&](const Change& change) { return change.price == price; };
      if (order->terms.side != side || std::ranges::any_of(told, is_named) ||
          std::any_of(changes_.begin() + static_cast<std::ptrdiff_t>(first), changes_.end(),
                      is_collected)) {
        continue;
      }
      const std::int64_t before = recorded_quantity(side, price);
      if (before != 0) changes_.push_back({side, price, before, 0});
    }
  }

  /// What users took is there again where the recording speaks of the level.
  void renew(const BookUpdate& update, bool whole) {
    const bool only_changed = whole && is_whole(feed_);
    std::erase_if(taken_, [&](const Taken& taken) {
      for (const Level& level : taken.side == Side::Buy ? update.bids : update.asks) {
        if (level.price != taken.price.raw) continue;
        return !only_changed || level.quantity != recorded_quantity(taken.side, taken.price);
      }
      return whole;
    });
  }

  /// Resting orders of users trade with what is new at a level that comes to stand across them.
  /// Nothing of it stands while one of them is left: it would be on the wrong side of that order.
  void meet_users(const Change& change, Timestamp now, UnshownCounts& counts) {
    if (change.after == 0) return;
    if (recorded_quantity(change.side, change.price) != change.after) return;  // named twice
    queue_.crossed_by(change.side, change.price, met_);
    if (met_.empty()) return;
    std::int64_t left = std::max<std::int64_t>(change.after - change.before, 0);
    std::int64_t met = 0;
    bool is_all_met = true;
    for (const VenueOrderId order : met_) {
      if (left > 0) {
        const std::int64_t hit = market_.hit(order, {left}, now).raw;
        counts.user_hits += hit > 0 ? 1 : 0;
        left -= hit;
        met += hit;
      }
      is_all_met = is_all_met && market_.resting(order).raw == 0;
    }
    set_taken(change.side, change.price,
              is_all_met ? taken(change.side, change.price) + met : change.after);
  }

  std::span<const Level> worst_first(Side side) const noexcept {
    return side == Side::Buy ? book_->bids_worst_first() : book_->asks_worst_first();
  }

  std::int64_t recorded_quantity(Side side, Price price) const noexcept {
    // Bids rise towards the end, asks fall.
    const auto levels = worst_first(side);
    const auto at = std::ranges::partition_point(levels, [&](const Level& level) {
      return side == Side::Buy ? level.price < price.raw : level.price > price.raw;
    });
    return at != levels.end() && at->price == price.raw ? at->quantity : 0;
  }

  /// Is that price within the window of the feed, so that an absent level is an empty one?
  bool shows(Side side, Price price) const noexcept {
    const auto levels = worst_first(side);
    if (levels.size() < static_cast<std::size_t>(depth_of(feed_))) return true;
    return side == Side::Buy ? price.raw >= levels.front().price
                             : price.raw <= levels.front().price;
  }

  std::int64_t recorded_at(Side side, Price price) const noexcept {
    const std::int64_t quantity = recorded_quantity(side, price);
    return quantity != 0 || shows(side, price) ? quantity : UserQueue::kUnknown;
  }

  std::int64_t taken(Side side, Price price) const noexcept {
    for (const Taken& one : taken_) {
      if (one.side == side && one.price == price) return one.quantity;
    }
    return 0;
  }
  std::int64_t shown(Side side, Price price) const noexcept {
    return recorded_quantity(side, price) - taken(side, price);
  }
  void set_taken(Side side, Price price, std::int64_t quantity) {
    const auto found = std::ranges::find_if(
        taken_, [&](const Taken& one) { return one.side == side && one.price == price; });
    if (found != taken_.end()) {
      found->quantity = quantity;
      if (quantity == 0) taken_.erase(found);
    } else if (quantity != 0) {
      taken_.push_back({side, price, quantity});
    }
  }
  void set_recorded(Side side, Price price, std::int64_t quantity) noexcept {
    Level level{};
    level.price = price.raw;
    level.quantity = quantity;
    BookUpdate update;
    update.kind = BookUpdate::Kind::Update;
    (side == Side::Buy ? update.bids : update.asks) = std::span<const Level>(&level, 1);
    book_->apply(update);
  }

  MarketSide market_;
  InstrumentId instrument_;
  BookFeed feed_;
  UserQueue queue_;
  std::unique_ptr<OrderBook> book_;  // as recorded; 31 KiB
  std::vector<Taken> taken_;
  std::vector<Standing> standing_;
  std::vector<Change> changes_;
  std::vector<const OrderView*> users_;
  std::vector<VenueOrderId> met_;
  std::int64_t lowest_sell_ = 0;
  std::int64_t highest_buy_ = 0;
  Timestamp book_time_;   // exchange time of the newest book
  Timestamp trade_time_;  // and of the newest trade
};

struct UnshownMarket::State {
  std::vector<One> ones;  // by instrument
  UnshownCounts counts;
};

UnshownMarket::UnshownMarket(Exchange& exchange, std::vector<BookFeed> feeds, QueueModel model)
    : state_(std::make_unique<State>()) {
  for (std::uint32_t i = 0; i < feeds.size(); ++i) {
    state_->ones.emplace_back(exchange, InstrumentId{i}, feeds[i], model);
  }
}

UnshownMarket::~UnshownMarket() = default;
UnshownMarket::UnshownMarket(UnshownMarket&&) noexcept = default;

void UnshownMarket::on_book(const BookUpdate& update, Timestamp now) {
  state_->ones[update.instrument.value].on_book(update, now, state_->counts);
}

void UnshownMarket::on_book_withdrawn(InstrumentId instrument, BookFeed feed) {
  state_->ones[instrument.value].withdraw(feed);
}

void UnshownMarket::on_trade(const TradeEvent& trade, Timestamp now) {
  state_->ones[trade.instrument.value].on_trade(trade, now, state_->counts);
}

void UnshownMarket::before_order(InstrumentId instrument, Side side, std::optional<Price> limit,
                                 Quantity quantity, Timestamp now) {
  state_->ones[instrument.value].before_order(side, limit, quantity, now);
}

void UnshownMarket::after_order(InstrumentId instrument, Timestamp now) {
  state_->ones[instrument.value].after_order(now);
}

std::optional<Price> UnshownMarket::middle(InstrumentId instrument) const noexcept {
  return state_->ones[instrument.value].middle();
}

const UnshownCounts& UnshownMarket::counts() const noexcept { return state_->counts; }

}  // namespace gannet::sim
