#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "backtest/settings.h"
#include "domain/order_book.h"
#include "sim/exchange.h"

namespace gannet::backtest {

/// The recorded book of one instrument as liquidity of the exchange. It does what
/// `sim::ReplayMarket` does, by the same queue model, at a tenth of its cost: recorded levels lie
/// in a flat book of their own, and become orders of the market only where one of our orders can
/// meet them.
///
/// The model. A recorded level is a queue. Our order stands behind what rested there when it came;
/// what is added to the level later stands behind ours. Recorded trades eat the queue from its
/// front and fill ours when they reach it; a recorded quote that crosses ours fills it. What
/// happens when a level shrinks without a trade, the QueueModel says. What we take from a level
/// comes back with that level's next update: the recording does not know us, and we move no prices.
///
/// Use: `before_order` ahead of each place or amend of ours, `on_order_change` from the exchange's
/// events, `settle` when the call has returned. Thread: one.
class RecordedDepth {
 public:
  RecordedDepth(sim::Exchange& exchange, InstrumentId instrument, QueueModel model, int depth);

  /// A proven step of the recorded book.
  void apply(const BookUpdate& update, Timestamp now);
  /// The recorded book is not known any more: nothing rests but our own orders.
  void withdraw(Timestamp now);
  /// A recorded trade. False when nothing rested at its price, or better.
  bool trade(Side aggressor, Price price, Quantity quantity, Timestamp now);

  /// Makes orders of what an order of ours may meet: the other side up to its limit (none: any
  /// price) and its quantity, and the queue of its own level.
  void before_order(Side side, std::optional<Price> limit, Quantity quantity, Timestamp now);
  /// Of users' orders of this instrument, while an exchange call runs.
  void on_order_change(const sim::OrderChange& change);
  /// Of any trade of this instrument, while an exchange call runs.
  void on_trade(const sim::PublicTrade& trade) noexcept { traded_ += trade.quantity; }
  /// Takes back what none of our orders can meet any more.
  void settle(Timestamp now);

  /// As it rests: recorded, less what our orders took since.
  const OrderBook& book() const noexcept { return *book_; }
  std::optional<Price> middle() const noexcept;

 private:
  struct Ours {
    VenueOrderId id;
    Side side;
    Price price;
  };
  /// A level that is orders of the market now, the front of the queue first.
  struct Queue {
    Side side;
    Price price;
    std::vector<VenueOrderId> orders;
  };
  struct Crossing {
    Side side;
    Price price;
    Quantity grown;
  };

  bool meets_ours(Side resting, Price price) const noexcept;
  Queue* find_queue(Side side, Price price) noexcept;
  const Level* find_level(Side side, Price price) const noexcept;
  void set_level(Side side, Price price, Quantity quantity);
  void make_queue(Side side, Price price, Quantity quantity, Timestamp now);
  void make_other_side(Side resting, std::optional<Price> limit, Quantity quantity, Timestamp now);
  void note_crossing(const BookUpdate& update);
  void meet_crossing(Timestamp now);
  void resize(Queue& queue, Quantity target, Timestamp now);
  void shrink(Queue& queue, std::int64_t sum, std::int64_t target, Timestamp now);
  void spread_loss(const Queue& queue, std::int64_t loss, std::int64_t sum);
  std::int64_t resting(Queue& queue);
  void cut(VenueOrderId id, std::int64_t by, Timestamp now);
  bool is_ours_at(Side side, Price price) const noexcept;

  sim::Exchange& exchange_;
  InstrumentId instrument_;
  QueueModel model_;
  std::unique_ptr<OrderBook> book_;  // 31 KiB
  std::vector<Ours> ours_;           // resting, or on their way through the book
  std::vector<Queue> queues_;
  std::vector<Crossing> crossing_;
  std::vector<std::int64_t> cuts_;
  Quantity traded_;
};

}  // namespace gannet::backtest
