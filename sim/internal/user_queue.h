#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "domain/ids.h"
#include "domain/market_events.h"
#include "sim/exchange.h"
#include "sim/queue_model.h"

namespace gannet::sim {

/// Where users' resting orders of one instrument stand in the recorded queue: how much of what was
/// recorded at their price is due before them. Bookkeeping alone: it fills nothing.
///
/// Books and trades come on different streams: a trade may be told after a book that lacks its
/// volume already. What an order gained by a shrinking level is therefore remembered, and taken
/// back when a trade turns up that happened before that book: one loss never counts twice. An order
/// is never reached by a trade that happened before it came. Thread: the exchange's.
class UserQueue {
 public:
  explicit UserQueue(QueueModel model) noexcept : model_(model) {}

  /// Nothing is known of the queue at a price that the recorded window does not show.
  static constexpr std::int64_t kUnknown = std::numeric_limits<std::int64_t>::max();
  /// What is recorded at a price, kUnknown outside the window.
  using Recorded = std::function<std::int64_t(Side side, Price price)>;

  struct Place {
    VenueOrderId order;
    Side side = Side::Buy;
    Price price;
    std::uint32_t queued = 0;  ///< OrderView::queued when it came
    std::int64_t ahead = 0;    ///< recorded quantity before it, or kUnknown
    std::int64_t gained = 0;   ///< by levels that shrank since `gained_before`, without a trade
    Timestamp gained_until;    ///< exchange time of the newest book that shrank
    Timestamp came;            ///< exchange time of the newest thing told when it came
  };

  /// Brings the places in line with the users' resting orders: new ones join at the back.
  /// `told`: exchange time of the newest message so far.
  void follow(std::span<const OrderView* const> orders, const Recorded& recorded, Timestamp told);
  bool empty() const noexcept { return places_.empty(); }

  /// A recorded level went from one size to another by a book of that exchange time.
  void on_level(Side side, Price price, std::int64_t before, std::int64_t after,
                Timestamp book_time);

  struct Due {
    VenueOrderId order;
    std::int64_t quantity = 0;  ///< at most; the order may have less left
  };
  /// Who would be reached by a recorded trade of that size at that price against `side`, first
  /// first, each with all that is left when it is its turn; `filled(due)` says how much it took.
  /// Orders at better prices come first (price goes before time, whatever stands there), then the
  /// queue at the price itself. How much of the trade fell on what is recorded.
  std::int64_t on_trade(Side side, Price price, std::int64_t quantity, Timestamp trade_time,
                        const std::function<std::int64_t(const Due&)>& filled);
  /// The exchange's clock goes back: a recording begins again.
  void forget_times() noexcept;
  /// Orders that something new on the other side at `price` would meet, best price first.
  void crossed_by(Side other, Price price, std::vector<VenueOrderId>& out) const;

 private:
  void join(const OrderView& order, const Recorded& recorded, Timestamp told);

  QueueModel model_;
  std::vector<Place> places_;  // in order of time
};

}  // namespace gannet::sim
