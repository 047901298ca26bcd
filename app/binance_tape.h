#pragma once

#include <simdjson.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/recorded_lines.h"
#include "domain/instrument_table.h"
#include "sim/market_tape.h"

namespace gannet::app {

/// What the messages of a Binance recording say of its one market.
struct BinanceMarket {
  enum class Kind : std::uint8_t { Spot, UsdMargined, CoinMargined };
  std::string symbol;  ///< BTCUSDT, BTCUSD_PERP
  Kind kind = Kind::Spot;
  int price_decimals = 0;  ///< the finest seen, trailing zeros aside
  int quantity_decimals = 0;
};

/// Reads the whole recording. Errors name file and line: a line that is no message of Binance's
/// streams, a second symbol.
std::expected<BinanceMarket, Error> learn_binance_market(RecordedLines& lines);

/// The name that the simulated venue, which speaks OKX, gives that market: BTC-USDT, BTC-USDT-SWAP,
/// BTC-USD-SWAP. Absent when the symbol cannot be taken apart.
std::optional<std::string> venue_name_of(const BinanceMarket& market);

/// The instrument as this recording needs it: `known` (the venue's own definition), with a finer
/// tick and lot where the recording has them; without it one that is made up (contracts of one
/// coin, or of 100 USD).
Instrument binance_instrument(const BinanceMarket& market, const Instrument* known,
                              std::string_view name, CurrencyTable& currencies);

/// A recording of Binance's streams (depth, trade, bookTicker; spot, USD-M or COIN-M) as a tape of
/// one instrument. The book starts with the recorded REST snapshot, to which the depth updates are
/// joined by Binance's rule (spot: drop u <= lastUpdateId, then U = previous u + 1; futures: drop
/// u < lastUpdateId, then pu = previous u); until then, and in recordings without one, bookTicker
/// is the book. USD-M quantities, in coins, become contracts. Thread: one.
class BinanceTape final : public sim::MarketTape {
 public:
  /// The instrument has its id.
  BinanceTape(RecordedLines lines, const BinanceMarket& market, const Instrument& instrument)
      : lines_(std::move(lines)), market_(market), instrument_(instrument) {}

  std::expected<std::optional<sim::TapeEvent>, Error> next() override;
  std::expected<void, Error> rewind() override;
  const sim::TapeCounts& counts() const noexcept override { return counts_; }

 private:
  struct Depth {
    std::vector<Level> bids;
    std::vector<Level> asks;
    std::int64_t first = 0;     ///< U
    std::int64_t last = 0;      ///< u, lastUpdateId
    std::int64_t previous = 0;  ///< pu, futures
    Timestamp exchange_time;
    Timestamp receive_time;
  };

  // Each says whether the message could be read.
  bool read_line(const RecordingLine& line);
  bool read_stream(simdjson::dom::object message, Timestamp received);
  bool read_snapshot(simdjson::dom::object message, Timestamp received);
  bool read_depth(simdjson::dom::object message, Timestamp received);
  bool read_best_prices(simdjson::dom::object message, Timestamp received);
  bool read_trade(simdjson::dom::object message, Timestamp received);
  bool read_side(simdjson::dom::element levels, std::vector<Level>& side) const;
  std::optional<Price> price_of(std::string_view text) const noexcept;
  std::optional<Quantity> quantity_of(std::string_view text) const noexcept;
  bool follows(const Depth& update);
  void queue(Depth depth, BookUpdate::Kind kind, BookFeed feed);

  RecordedLines lines_;
  BinanceMarket market_;
  Instrument instrument_;
  simdjson::dom::parser parser_;
  std::optional<std::int64_t> applied_;  // u of the newest depth update that was told
  bool joined_ = false;                  // an update followed the snapshot
  Timestamp last_exchange_time_;
  std::vector<Depth> kept_;  // updates before the snapshot
  struct Queued {
    sim::TapeEvent event;
    Depth levels;  // what the event's spans point to
  };
  std::deque<Queued> queued_;
  std::optional<Queued> told_;  // the event given out last: its spans must live
  sim::TapeCounts counts_;
};

}  // namespace gannet::app
