#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "domain/market_events.h"
#include "sim/exchange.h"
#include "sim/internal/market_side.h"
#include "sim/internal/user_queue.h"
#include "sim/queue_model.h"

namespace gannet::sim {

struct LiquidityCounts {
  std::uint64_t books = 0;
  std::uint64_t trades = 0;
  std::uint64_t user_hits = 0;          ///< times that recorded trading reached a user's order
  std::uint64_t crossed_levels = 0;     ///< levels that cross the recorded other side: not shown
  std::uint64_t levels_refused = 0;     ///< no price, or too large for a book
  std::uint64_t books_passed_over = 0;  ///< of a second, lesser feed, or updates of no snapshot
};

/// The recorded book of one instrument as the exchange's market, and users among it, after the
/// rules that `ReplayMarket` states. Thread: the exchange's.
class RecordedLiquidity {
 public:
  RecordedLiquidity(Exchange& exchange, InstrumentId instrument, QueueModel model)
      : exchange_(&exchange), market_(exchange), instrument_(instrument), queue_(model) {}

  void on_book(const BookUpdate& update, Timestamp now, LiquidityCounts& counts);
  void on_trade(const TradeEvent& trade, Timestamp now, LiquidityCounts& counts);
  /// The exchange's clock goes back: a recording begins again.
  void forget_times() noexcept;

 private:
  struct RecordedLevel {
    std::int64_t quantity = 0;  ///< as last recorded
    VenueOrderId order;         ///< what stands for it in the exchange's book
    std::uint64_t named_by = 0;
  };
  using Levels = std::map<std::int64_t, RecordedLevel>;  // by price
  struct Change {
    Side side;
    Price price;
    std::int64_t before;
    std::int64_t after;
  };

  Levels& levels(Side side) noexcept { return levels_[side == Side::Buy ? 0 : 1]; }
  const Levels& levels(Side side) const noexcept { return levels_[side == Side::Buy ? 0 : 1]; }
  bool takes(const BookUpdate& update) noexcept;
  void collect(std::span<const Level> told, Side side, bool only_changed, LiquidityCounts& counts);
  void collect_unnamed(Side side);
  void follow_users();
  bool shows(Side side, Price price) const noexcept;
  std::int64_t recorded_at(Side side, Price price) const noexcept;
  void show(const Change& change, Timestamp now, LiquidityCounts& counts);
  std::int64_t meet_users(const Change& change, Timestamp now, LiquidityCounts& counts);

  Exchange* exchange_;
  MarketSide market_;
  InstrumentId instrument_;
  UserQueue queue_;
  Levels levels_[2];  // bids, asks
  std::optional<BookFeed> feed_;
  std::uint64_t messages_ = 0;
  Timestamp book_time_;   // exchange time of the newest book
  Timestamp trade_time_;  // and of the newest trade
  std::vector<Change> changes_;
  std::vector<const OrderView*> users_;
  std::vector<VenueOrderId> met_;
};

}  // namespace gannet::sim
