#pragma once

#include "domain/venue.h"

namespace gannet::test {

/// Hears of the market and does nothing.
struct DeafMarket final : MarketListener {
  int updates = 0;

  void on_book_update(const BookUpdate&) noexcept override { ++updates; }
  void on_book_withdrawn(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept override {}
  void on_trade(const TradeEvent&) noexcept override {}
  void on_ticker(const TickerEvent&) noexcept override {}
  void on_reference_price(const ReferencePriceEvent&) noexcept override {}
  void on_instrument_state(InstrumentId, InstrumentState, Timestamp) noexcept override {}
  void on_market_connection(ConnectionState, Timestamp) noexcept override {}
  void on_market_alive(Timestamp) noexcept override {}
};

}  // namespace gannet::test
