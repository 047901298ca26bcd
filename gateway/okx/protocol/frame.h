#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string_view>

#include "gateway/okx/protocol/decode_error.h"

namespace gannet::okx {

enum class FrameKind : std::uint8_t {
  Pong,                  ///< bare text `pong`
  Subscribed,            ///< event subscribe: one per argument
  Unsubscribed,          ///< event unsubscribe
  Login,                 ///< event login
  Error,                 ///< event error: code and message; which argument only by id or message
  Notice,                ///< event notice (64008: the connection will be closed)
  ConnectionCount,       ///< event channel-conn-count
  ConnectionCountError,  ///< event channel-conn-count-error: a subscription is dead
  OperationReply,        ///< answer to a place, amend, cancel ... (has `op`)
  Push,                  ///< channel data
  UnknownEvent,          ///< an event word that we do not know
  Unknown,               ///< JSON object of no known shape
};

/// Channels that have a decoder. Everything else is Other: knowingly ignored, by name.
enum class Channel : std::uint8_t {
  Other,
  BboTbt,
  Books5,
  Books,
  BooksL2Tbt,
  Books50L2Tbt,
  BooksRpi,
  Trades,
  TradesAll,
  Tickers,
  MarkPrice,
  IndexTickers,
  Candles,       ///< candle1m, ...: the bar is the rest of the name
  MarkCandles,   ///< mark-price-candle1m, ...
  IndexCandles,  ///< index-candle1m, ...
  FundingRate,
  OpenInterest,
  PriceLimit,
  EstimatedPrice,
  OptionSummary,
  OptionTrades,
  LiquidationOrders,
  AdlWarning,
  Status,
  Instruments,
  Orders,
  Account,
  Positions,
  BalanceAndPosition,
  Fills,
  LiquidationWarning,
  OrdersAlgo,
  AlgoAdvance,
};

Channel channel_of(std::string_view name) noexcept;
/// "" for Other; of candles what stands before the bar.
std::string_view name_of(Channel channel) noexcept;
/// What the name of a candle channel ends in ("1m"); "" for other channels.
std::string_view candle_bar(std::string_view channel_name) noexcept;
constexpr bool is_candle(Channel channel) noexcept {
  return channel >= Channel::Candles && channel <= Channel::IndexCandles;
}
/// Decoded by decode_market_update.
constexpr bool is_market_update(Channel channel) noexcept {
  return channel >= Channel::Candles && channel <= Channel::Status;
}
constexpr bool is_book(Channel channel) noexcept {
  return channel >= Channel::BboTbt && channel <= Channel::BooksRpi;
}

/// What the top level of a frame says. Every view points into the frame's text (or, where the text
/// has escapes, into the reader) and is valid until the next `read`; absent fields are "".
struct Frame {
  FrameKind kind = FrameKind::Unknown;
  Channel channel = Channel::Other;
  std::string_view channel_name;
  std::string_view instrument;       ///< arg.instId
  std::string_view instrument_type;  ///< arg.instType
  std::string_view family;           ///< arg.instFamily
  std::string_view action;           ///< snapshot | update, incremental books only
  std::string_view event;
  std::string_view code;
  std::string_view message;
  std::string_view id;                ///< echo of the request's id
  std::string_view operation;         ///< `op`
  std::string_view event_type;        ///< account, positions: snapshot | event_update
  std::string_view connection_count;  ///< channel-conn-count events
  std::string_view in_time;           ///< op replies: microseconds
  std::string_view out_time;
  bool has_data = false;  ///< a `data` member is there
  bool last_page = true;  ///< snapshots in several messages: false but on the last
  std::int32_t page = 0;  ///< curPage, 0 if absent
};

/// Parser state between `FrameReader::read` and a channel's decoder; see decode_common.h.
struct FrameDocument;

/// Classifies frames in one pass over the text and hands `data` on to the channel's decoder
/// without reading it twice. Does not allocate for frames up to `capacity` bytes; a longer one
/// (lists of instruments) makes it grow once. Thread: one.
class FrameReader {
 public:
  static constexpr std::size_t kDefaultCapacity = 256 * 1024;

  explicit FrameReader(std::size_t capacity = kDefaultCapacity);
  ~FrameReader();
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  /// `text` must stay as it is until the decoder is done and be followed by kTextPadding readable
  /// bytes. Also reads REST answers: `code`, `msg` and `data` without `arg` are kind Unknown with
  /// `has_data`. Errors: NotJson, WrongShape, BadNumber (curPage). A frame that is not read by a
  /// decoder must be ended with `finish`, or what is wrong behind `data` goes unseen.
  std::expected<Frame, DecodeError> read(std::string_view text) noexcept;

  /// Reads what follows, to the end of the text, without decoding it. For frames whose channel is
  /// ignored. Errors: NotJson.
  DecodeStatus finish() noexcept;

  FrameDocument& document() noexcept { return *document_; }

 private:
  std::unique_ptr<FrameDocument> document_;
};

}  // namespace gannet::okx
