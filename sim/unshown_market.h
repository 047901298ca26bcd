#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "domain/market_events.h"
#include "sim/exchange.h"
#include "sim/queue_model.h"

namespace gannet::sim {

struct UnshownCounts {
  std::uint64_t books = 0;
  std::uint64_t trades = 0;
  std::uint64_t user_hits = 0;  ///< times that recorded trading reached a user's order
};

/// A recorded market on an exchange whose book nobody looks at: a backtest's. The rules are those
/// of `ReplayMarket`, and users are filled alike; but recorded levels lie beside the exchange, in
/// flat books, and stand in it only while an order of a user's comes in that could meet them. That
/// makes a book message ten times cheaper, and the exchange's own book (`book`, `best`, `level`,
/// `on_level`) says nothing of the recorded market. Its trades are not put on the tape. One thing
/// is not alike: where a taker meets an order of his own (or of another user) and a recorded level
/// at one price, that order comes first, whoever was there first.
///
/// Use: `before_order` ahead of each place and amend of a user's, `after_order` when it returned.
/// Thread: the exchange's.
class UnshownMarket {
 public:
  /// `feeds`: which recorded book of each instrument is the market; other feeds are passed over.
  /// The exchange must outlive it.
  UnshownMarket(Exchange& exchange, std::vector<BookFeed> feeds, QueueModel model);
  ~UnshownMarket();
  UnshownMarket(UnshownMarket&&) noexcept;

  void on_book(const BookUpdate& update, Timestamp now);
  /// The recorded book is not known until its next snapshot.
  void on_book_withdrawn(InstrumentId instrument, BookFeed feed);
  void on_trade(const TradeEvent& trade, Timestamp now);

  /// Shows what an order of that side could meet, up to its limit (none: any price) and quantity.
  void before_order(InstrumentId instrument, Side side, std::optional<Price> limit,
                    Quantity quantity, Timestamp now);
  void after_order(InstrumentId instrument, Timestamp now);

  /// Between the best recorded prices; absent while a side is empty.
  std::optional<Price> middle(InstrumentId instrument) const noexcept;
  const UnshownCounts& counts() const noexcept;

 private:
  class One;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gannet::sim
