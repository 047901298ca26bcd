#pragma once

#include "domain/venue.h"

namespace gannet::app {

/// What comes by the venue's second market socket, on to the core. Nothing of it is what orders are
/// measured against, so its connection is not the market's: losing it holds nothing, and its life
/// proves nothing. Reactor thread.
class BusinessFeed final : public MarketListener {
 public:
  explicit BusinessFeed(MarketListener& next) noexcept : next_(next) {}

  void on_trade(const TradeEvent& trade) noexcept override { next_.on_trade(trade); }
  void on_market_update(const MarketUpdate& update) noexcept override {
    next_.on_market_update(update);
  }
  bool is_ready() const noexcept { return state_ == ConnectionState::Ready; }

  void on_book_update(const BookUpdate&) noexcept override {}
  void on_book_withdrawn(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept override {}
  void on_ticker(const TickerEvent&) noexcept override {}
  void on_reference_price(const ReferencePriceEvent&) noexcept override {}
  void on_instrument_state(InstrumentId, InstrumentState, Timestamp) noexcept override {}
  void on_market_connection(ConnectionState state, Timestamp) noexcept override { state_ = state; }
  void on_market_alive(Timestamp) noexcept override {}

 private:
  MarketListener& next_;
  ConnectionState state_ = ConnectionState::Disconnected;
};

}  // namespace gannet::app
