#pragma once

#include "app/latency_stages.h"
#include "domain/venue.h"

namespace gannet::app {

/// Between the market sessions and the core: tells the stages when a frame came in and when its
/// book was decoded. Reactor thread.
class MarketStopwatch final : public MarketListener {
 public:
  MarketStopwatch(MarketListener& next, LatencyStages& stages) noexcept
      : next_(next), stages_(stages) {}

  void on_market_alive(Timestamp now) noexcept override {
    stages_.on_frame(now);
    next_.on_market_alive(now);
  }
  void on_book_update(const BookUpdate& update) noexcept override {
    stages_.on_decoded();
    next_.on_book_update(update);
  }
  void on_book_withdrawn(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                         Timestamp now) noexcept override {
    next_.on_book_withdrawn(instrument, feed, why, now);
  }
  void on_trade(const TradeEvent& trade) noexcept override { next_.on_trade(trade); }
  void on_ticker(const TickerEvent& ticker) noexcept override { next_.on_ticker(ticker); }
  void on_reference_price(const ReferencePriceEvent& price) noexcept override {
    next_.on_reference_price(price);
  }
  void on_instrument_state(InstrumentId instrument, InstrumentState state,
                           Timestamp now) noexcept override {
    next_.on_instrument_state(instrument, state, now);
  }
  void on_market_update(const MarketUpdate& update) noexcept override {
    next_.on_market_update(update);
  }
  void on_instrument_changed(const InstrumentChange& change, Timestamp now) noexcept override {
    next_.on_instrument_changed(change, now);
  }
  void on_book_replaced(InstrumentId instrument, BookFeed wanted, BookFeed instead,
                        Timestamp now) noexcept override {
    next_.on_book_replaced(instrument, wanted, instead, now);
  }
  void on_market_connection(ConnectionState state, Timestamp now) noexcept override {
    next_.on_market_connection(state, now);
  }

 private:
  MarketListener& next_;
  LatencyStages& stages_;
};

}  // namespace gannet::app
