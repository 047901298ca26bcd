#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "backtest/event_source.h"
#include "backtest/simulated_venue.h"
#include "domain/order_book.h"
#include "domain/venue.h"
#include "engine/trading_core.h"

namespace gannet::backtest {

/// A book that somebody wants and the recording lacks, made of a deeper one that it has: the
/// venue's.
struct DerivedBook {
  InstrumentId instrument;
  BookFeed wanted = BookFeed::BestBidOffer;
  BookFeed source = BookFeed::Depth400;
  bool source_is_wanted = false;  ///< by somebody else; if not, the engine never hears of it
};

/// Hands each recorded event first to the venue, whose market it is, then to the engine, and makes
/// what the recording lacks and a live engine would have: shallower books, mark and index prices
/// (the middle of the book, once a second). Thread: one.
class MarketFeed final : public MarketListener {
 public:
  /// `content`: what was recorded, by instrument. `venue_books`: as the venue has them.
  MarketFeed(const InstrumentTable& instruments, const std::vector<RecordedContent>& content,
             std::vector<BookFeed> venue_books, SimulatedVenue& venue, engine::TradingCore& core);

  void derive(const DerivedBook& book);
  /// Virtual time of the message that is told next.
  void set_time(Timestamp now) noexcept { now_ = now; }

  void on_book_update(const BookUpdate& update) noexcept override;
  void on_book_withdrawn(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                         Timestamp now) noexcept override;
  void on_trade(const TradeEvent& trade) noexcept override;
  void on_ticker(const TickerEvent& ticker) noexcept override;
  void on_reference_price(const ReferencePriceEvent& price) noexcept override;
  void on_instrument_state(InstrumentId instrument, InstrumentState state,
                           Timestamp now) noexcept override;
  void on_market_update(const MarketUpdate& update) noexcept override;
  void on_market_connection(ConnectionState, Timestamp) noexcept override {}
  void on_market_alive(Timestamp) noexcept override {}

 private:
  struct Derived {
    DerivedBook book;
    std::vector<Level> bids;  // as told last
    std::vector<Level> asks;
    bool is_told = false;
    Timestamp told_time;
  };
  /// A recorded book that others are made of.
  struct Source {
    OrderBook book;  // 31 KiB
    bool is_whole = false;
    bool is_told = false;  ///< to the engine as well
  };
  struct References {
    bool makes_mark = false;
    bool makes_index = false;
    Timestamp told_time;
  };

  bool follow(Source& source, const BookUpdate& update);
  void withdraw_derived(InstrumentId instrument, BookFeed source, BookWithdrawal why);
  void tell_derived(Derived& derived, const OrderBook& book, const BookUpdate& cause);
  void tell_references(InstrumentId instrument, Timestamp exchange_time);
  void tell_reference(InstrumentId instrument, ReferencePriceEvent::Kind kind, Price price,
                      Timestamp exchange_time);

  SimulatedVenue& venue_;
  engine::TradingCore& core_;
  std::vector<BookFeed> venue_books_;
  std::vector<References> references_;            // by instrument
  std::vector<std::unique_ptr<Source>> sources_;  // by instrument; null: nothing is made of it
  std::vector<Derived> derived_;
  Timestamp now_;
};

}  // namespace gannet::backtest
