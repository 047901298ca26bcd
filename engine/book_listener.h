#pragma once

#include "domain/instrument.h"
#include "domain/market_events.h"
#include "domain/market_updates.h"
#include "domain/order_book.h"

namespace gannet::engine {

/// Market data after the engine has applied it, towards the strategies. The publisher implements
/// it. Reactor thread, one call per event, in the order of receipt; the book is valid during the
/// call and is never one that was withdrawn (I9).
class BookListener {
 public:
  /// `best_changed`: price or quantity of either best level differs from before this update.
  virtual void on_book(InstrumentId instrument, BookFeed feed, const OrderBook& book,
                       bool best_changed, Timestamp exchange_time,
                       Timestamp receive_time) noexcept = 0;
  /// No book of this feed until the next on_book.
  virtual void on_book_unavailable(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                                   Timestamp now) noexcept = 0;
  virtual void on_trade(const TradeEvent& trade) noexcept = 0;
  virtual void on_ticker(const TickerEvent& ticker) noexcept = 0;
  virtual void on_reference_price(const ReferencePriceEvent& price) noexcept = 0;
  /// Listeners that do not care leave it.
  virtual void on_market_update(const MarketUpdate& /*update*/) noexcept {}

 protected:
  ~BookListener() = default;
};

}  // namespace gannet::engine
