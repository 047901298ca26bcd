#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "gateway/okx/protocol/decode_book.h"
#include "gateway/okx/protocol/decode_reference_price.h"
#include "gateway/okx/protocol/decode_ticker.h"
#include "gateway/okx/protocol/decode_trades.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/instrument_codes.h"

namespace gannet::okx {

/// What one incremental book showed since it was subscribed to.
struct BookExam {
  std::uint64_t snapshots = 0;
  std::uint64_t updates = 0;
  std::uint64_t before_snapshot = 0;  ///< updates that came first
  std::uint64_t breaks = 0;           ///< updates that do not name the one before
  std::uint64_t without_sequence = 0;
  std::uint64_t checksums_zero = 0;
  std::uint64_t checksums_given = 0;  ///< and not 0
  std::optional<std::int64_t> last_sequence;
};

/// What one channel showed.
struct ChannelExam {
  bool acknowledged = false;
  std::uint64_t pushes = 0;
  std::uint64_t refused = 0;  ///< that our decoder does not take
  std::string first_refusal;
};

/// Looks at what a venue sends on a socket and keeps what it shows: acknowledgements, snapshots,
/// sequence chains, checksums, messages that do not decode. A function of its input, without a
/// socket. Thread: one, cold.
class FeedExam {
 public:
  explicit FeedExam(const InstrumentCodes& codes) : codes_(codes) {}

  /// The venue's text, followed by kTextPadding readable bytes.
  void see(std::string_view text, Timestamp now);

  /// By channel's name; books by "channel instrument".
  const std::map<std::string, ChannelExam>& channels() const noexcept { return channels_; }
  const std::map<std::string, BookExam>& books() const noexcept { return books_; }
  bool logged_in() const noexcept { return logged_in_; }
  /// The venue's errors, one sentence each.
  const std::vector<std::string>& errors() const noexcept { return errors_; }
  std::uint64_t unreadable() const noexcept { return unreadable_; }

 private:
  void see_push(const Frame& frame, Timestamp now);
  void see_books(const DecodedBook& book, const Frame& frame);

  const InstrumentCodes& codes_;
  FrameReader reader_;
  BookDecoder book_decoder_;
  TradesDecoder trades_;
  TickerDecoder tickers_;
  ReferencePriceDecoder prices_;
  std::map<std::string, ChannelExam> channels_;
  std::map<std::string, BookExam> books_;
  std::vector<std::string> errors_;
  std::uint64_t unreadable_ = 0;
  bool logged_in_ = false;
};

/// A subscription of a channel for each instrument; of the private channels that an engine needs.
std::string subscribe_text(std::string_view channel, const std::vector<std::string>& instruments);
std::string subscribe_private_text();

}  // namespace gannet::okx
