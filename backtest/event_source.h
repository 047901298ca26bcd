#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "domain/venue.h"

namespace gannet::backtest {

/// What a recording tells of one instrument, as far as it was looked at.
struct RecordedContent {
  std::array<bool, kBookFeeds> books{};
  bool trades = false;
  bool tickers = false;
  bool mark_price = false;
  bool index_price = false;

  bool has_book() const noexcept {
    for (const bool there : books) {
      if (there) return true;
    }
    return false;
  }
};

struct SourceCounts {
  std::uint64_t messages = 0;  ///< read so far, of any kind
  std::uint64_t used = 0;      ///< told at least one event
  std::uint64_t ignored = 0;   ///< of channels or instruments that nobody asked for, and requests
  std::uint64_t gaps = 0;      ///< breaks of a book's sequence or checksum; it was withdrawn
};

/// Recorded messages as events of the domain, in the order of receipt. The decoders live with the
/// application, so that a backtest knows no venue's words. Thread: one.
class EventSource {
 public:
  virtual ~EventSource() = default;

  /// By instrument id.
  virtual const std::vector<RecordedContent>& content() const noexcept = 0;
  /// Reads the next message: when it was received (never earlier than the one before), absent at
  /// the end. Errors name the file and the line.
  virtual std::expected<std::optional<Timestamp>, Error> next() = 0;
  /// Tells what the message read last says, stamped with its time. Errors: it cannot be decoded;
  /// file and line.
  virtual std::expected<void, Error> tell(MarketListener& listener) = 0;

  virtual const SourceCounts& counts() const noexcept = 0;
  /// How much of the file has been read, in thousandths.
  virtual int progress() const noexcept = 0;
};

}  // namespace gannet::backtest
