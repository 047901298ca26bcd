#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "gannet/abi.h"

#include "base/time.h"
#include "domain/ids.h"
#include "domain/units.h"

namespace gannet {

/// A book level is the SDK's: it goes from the decoder to the strategy without a copy.
using Level = gannet_level;

constexpr Price level_price(const Level& level) noexcept { return {level.price}; }
constexpr Quantity level_quantity(const Level& level) noexcept { return {level.quantity}; }

enum class Side : std::uint8_t { Buy, Sell };
constexpr Side opposite(Side side) noexcept { return side == Side::Buy ? Side::Sell : Side::Buy; }

/// Which book stream of an instrument; each (instrument, feed) has its own book and sequence.
enum class BookFeed : std::uint8_t {
  BestBidOffer,  ///< 1 level, each message whole, every change
  Top5,          ///< 5 levels, each message whole, 100 ms
  Depth400,      ///< 400 levels, snapshot then updates, 100 ms
  Depth400Fast,  ///< 400 levels, snapshot then updates, 10 ms (fee tier and login needed)
  Depth50Fast,   ///< 50 levels, snapshot then updates, 10 ms (fee tier and login needed)
  /// 400 levels, snapshot then updates, 100 ms, orders of retail price improvement included, which
  /// not every account can take: never a reference price.
  Depth400Retail,
};
inline constexpr int kBookFeeds = 6;
constexpr int depth_of(BookFeed feed) noexcept {
  switch (feed) {
    case BookFeed::BestBidOffer:
      return 1;
    case BookFeed::Top5:
      return 5;
    case BookFeed::Depth400:
      return 400;
    case BookFeed::Depth400Fast:
      return 400;
    case BookFeed::Depth50Fast:
      return 50;
    case BookFeed::Depth400Retail:
      return 400;
  }
  return 0;
}

/// A proven step of a book, in sequence. Spans: at most 400 levels a side (a misbehaving venue may
/// send more: at most 1,024), best first in snapshots, any order in updates, either may be empty
/// (an update with both empty is the venue's word that the book still is what it was); they point
/// into the decoder's buffers and are valid during the call only.
struct BookUpdate {
  enum class Kind : std::uint8_t { Snapshot, Update };  // Snapshot replaces the book

  InstrumentId instrument;
  BookFeed feed = BookFeed::Depth400;
  Kind kind = Kind::Snapshot;
  std::span<const Level> bids;
  std::span<const Level> asks;
  std::int64_t sequence = -1;  ///< -1: the feed carries none
  Timestamp exchange_time;
  Timestamp receive_time;
};

/// Why a book is not to be used.
enum class BookWithdrawal : std::uint8_t {
  NotStarted,    ///< no snapshot yet
  Gap,           ///< an update did not link to the one before it
  Checksum,      ///< a checksum was supplied and differs
  Malformed,     ///< a frame of this book could not be decoded
  Disconnected,  ///< the connection that carried it is gone
  Overflow,      ///< more levels than the book can hold: cannot be proven
  Stale,         ///< silent for longer than the venue's own repetition allows
};

struct TradeEvent {
  enum class Stream : std::uint8_t {
    Aggregated,  ///< one event an aggressor, price and source
    Single,      ///< one event a match
  };
  enum class Source : std::uint8_t { Organic, RetailPriceImprovement, Unknown };

  InstrumentId instrument;
  Side aggressor = Side::Buy;
  Price price;
  Quantity quantity;
  TradeId trade_id;         ///< the last id where several matches are told as one
  std::uint32_t count = 1;  ///< matches told as one
  Timestamp exchange_time;
  Timestamp receive_time;
  Stream stream = Stream::Aggregated;
  Source source = Source::Organic;
};

/// Best prices, last trade and day figures. A side that the market lacks is absent.
struct TickerEvent {
  InstrumentId instrument;
  std::optional<Price> last_price;
  std::optional<Quantity> last_quantity;
  std::optional<Price> best_bid;
  std::optional<Quantity> best_bid_quantity;
  std::optional<Price> best_ask;
  std::optional<Quantity> best_ask_quantity;
  Timestamp exchange_time;
  Timestamp receive_time;
};

/// Mark or index price. Averages carry more decimals than the tick: rounded to the nearest unit of
/// the instrument's price digits.
struct ReferencePriceEvent {
  enum class Kind : std::uint8_t { Mark, Index };
  InstrumentId instrument;
  Kind kind = Kind::Mark;
  Price price;
  Timestamp exchange_time;
  Timestamp receive_time;
};

}  // namespace gannet
