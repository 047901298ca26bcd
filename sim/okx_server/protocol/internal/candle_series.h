#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "sim/okx_server/protocol/internal/candle_bars.h"
#include "sim/okx_server/protocol/internal/price_history.h"

namespace gannet::okx_server {

/// The candles of one price: trades, mark or index of one instrument, on the exchange's clock.
/// Real ones since the first price, a made-up past before (price_history.h). A minute without a
/// price is flat at the last one, as OKX draws it. Seconds are kept for an hour and minutes for a
/// day; older ones are straight lines through what is kept of them, so that memory stays flat and
/// every bar still agrees with the longer ones.
class CandleSeries {
 public:
  /// What the past is made of.
  struct Past {
    std::uint64_t seed = 0;
    Price tick{1};
    Quantity lot{1};
    Quantity per_minute;  ///< zero: prices alone
    Timestamp begin;      ///< the market did not exist before
    bool prices = true;   ///< false: no past at all
  };

  /// The first price, if none was known before.
  void begin(const Past& past, Price price, Timestamp time);
  bool started() const noexcept { return started_; }
  /// A price, with a quantity if it was a trade. Requires `started`.
  void add(Price price, Quantity quantity, Timestamp time);

  /// The candle of that bar, as far as it is known now. Nothing before the past's begin.
  std::optional<Candle> candle(const CandleBar& bar, Timestamp open, Timestamp now) const;
  /// Newest first: those that opened before `after` and after `before`, at most `limit`.
  std::vector<Candle> candles(const CandleBar& bar, std::optional<Timestamp> after,
                              std::optional<Timestamp> before, std::size_t limit,
                              Timestamp now) const;
  /// The last 24 hours as one candle, to the minute.
  std::optional<Candle> day(Timestamp now) const;
  /// First price at or after the time.
  std::optional<Price> open_since(Timestamp time, Timestamp now) const;

 private:
  Candle flat(std::int64_t minute) const noexcept;
  Candle minute(std::int64_t minute) const;
  Candle hour(std::int64_t hour) const;
  Candle second(std::int64_t second) const;
  std::optional<Candle> between(Timestamp open, Timestamp end, Timestamp now) const;
  void close_minute();

  bool started_ = false;
  PriceHistory history_;
  Timestamp begin_;
  Price last_;
  Price tick_{1};
  std::int64_t first_minute_ = 0;                      ///< first one with a real price
  std::int64_t first_kept_ = 0;                        ///< of minutes_
  std::deque<Candle> minutes_;                         ///< dense, the last one open
  std::int64_t first_hour_ = 0;                        ///< of hours_
  std::deque<Candle> hours_;                           ///< dense, complete ones
  std::deque<Candle> seconds_;                         ///< only those with a price
  mutable std::map<std::int64_t, Candle> past_hours_;  ///< made up once
  mutable std::int64_t day_minute_ = -1;
  mutable std::optional<Candle> day_closed_;  ///< the day up to the open minute
};

}  // namespace gannet::okx_server
