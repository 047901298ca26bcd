#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <variant>

#include "base/error.h"
#include "domain/market_events.h"
#include "sim/funding_notice.h"

namespace gannet::sim {

/// One thing that a recorded market tells. Receive times are the recorder's clock, exchange times
/// the venue's; where a recording lacks one of them, both are the other.
using TapeEvent = std::variant<BookUpdate, TradeEvent, ReferencePriceEvent, FundingNotice>;

struct TapeCounts {
  std::uint64_t lines = 0;
  std::uint64_t ignored = 0;  ///< acknowledgements, other channels, instruments that are not traded
  std::uint64_t gaps = 0;     ///< a book update that did not link to the one before it
};

/// A recording as a market plays it: events in the order in which they were received. The formats
/// are their readers' business (app/): the exchange knows none. Thread: one.
class MarketTape {
 public:
  virtual ~MarketTape() = default;
  /// The next event, absent at the end. Its spans are valid until the next call. Errors name file
  /// and line; after one nothing more comes.
  virtual std::expected<std::optional<TapeEvent>, Error> next() = 0;
  /// Back to the first event.
  virtual std::expected<void, Error> rewind() = 0;
  virtual const TapeCounts& counts() const noexcept = 0;
};

}  // namespace gannet::sim
