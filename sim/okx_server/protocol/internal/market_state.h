#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/instrument.h"
#include "domain/market_events.h"
#include "sim/exchange.h"
#include "sim/okx_server/protocol/internal/candle_series.h"

namespace gannet::okx_server {

struct BookLevel {
  Price price;
  Quantity quantity;
  std::uint32_t orders = 0;
  friend bool operator==(const BookLevel&, const BookLevel&) noexcept = default;
};

/// The exchange's book of one instrument, put together from its level events.
class BookMirror {
 public:
  void set(Side side, Price price, Quantity quantity, std::uint32_t orders) {
    if (side == Side::Buy)
      put(bids_, price, quantity, orders);
    else
      put(asks_, price, quantity, orders);
  }
  /// Best first, at most `depth`.
  std::vector<BookLevel> top(Side side, std::size_t depth) const {
    return side == Side::Buy ? take(bids_, depth) : take(asks_, depth);
  }
  std::optional<BookLevel> best(Side side) const {
    return side == Side::Buy ? first(bids_) : first(asks_);
  }

 private:
  static void put(auto& levels, Price price, Quantity quantity, std::uint32_t orders) {
    if (quantity.raw == 0)
      levels.erase(price.raw);
    else
      levels[price.raw] = {price, quantity, orders};
  }
  static std::vector<BookLevel> take(const auto& levels, std::size_t depth) {
    std::vector<BookLevel> out;
    for (const auto& [price, level] : levels) {
      if (out.size() == depth) break;
      out.push_back(level);
    }
    return out;
  }
  static std::optional<BookLevel> first(const auto& levels) {
    if (levels.empty()) return std::nullopt;
    return levels.begin()->second;
  }

  std::map<std::int64_t, BookLevel, std::greater<>> bids_;
  std::map<std::int64_t, BookLevel> asks_;
};

/// What the subscribers of one incremental book channel hold, all the same.
struct BookStream {
  std::size_t depth = 400;
  std::vector<BookLevel> bids;
  std::vector<BookLevel> asks;
  std::int64_t sequence = 0;
  Timestamp last_sent;
  bool started = false;    ///< it was published at least once
  bool lose_next = false;  ///< a fault: the next update gets a number and is not sent
};

/// What the subscribers of one candle channel know.
struct CandleStream {
  Candle told;
  Timestamp sent;
  bool started = false;
};

/// All that the public channels of one instrument need to remember.
struct InstrumentMarket {
  BookMirror book;
  std::int64_t sequence = 0;          ///< moves with every change of the book, and not by ones
  std::array<BookStream, 4> streams;  ///< books-l2-tbt, books50-l2-tbt, books, books-rpi
  bool book_changed_fast = false;     ///< since the last turn of the 10 ms channels
  bool book_changed = false;          ///< since the last turn of the 100 ms channels
  bool best_changed = false;
  bool ticker_changed = false;
  bool mark_changed = false;
  bool index_changed = false;
  std::optional<BookLevel> told_bid, told_ask;  ///< last of bbo-tbt
  Timestamp best_sent, book5_sent, mark_sent, index_sent, funding_sent;
  std::vector<BookLevel> told_bids5, told_asks5;
  std::vector<sim::PublicTrade> waiting_trades;  ///< not yet told
  std::deque<sim::PublicTrade> recent_trades;    ///< newest last, at most 1,000
  CandleSeries trade_candles, mark_candles, index_candles;
  Price mark, index;
  bool has_mark = false;
  InstrumentState told_state = InstrumentState::Unknown;
  bool terms_changed = false;  ///< since they were told on `instruments`
  Quantity told_open_interest;

  void on_trade(const sim::PublicTrade& trade);
};

}  // namespace gannet::okx_server
