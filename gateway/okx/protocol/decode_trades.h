#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/market_events.h"
#include "gateway/okx/protocol/decode_error.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/instrument_codes.h"

namespace gannet::okx {

/// trades, trades-all and GET /market/trades, in the venue's order. Decoding does not allocate once
/// the longest message has been seen. Thread: one.
class TradesDecoder {
 public:
  static constexpr std::size_t kMaxTradesPerFrame = 4'096;

  TradesDecoder();

  /// The trades of the frame just read, stamped with `receive_time`; valid until the next call. All
  /// or nothing. A row without instId belongs to the argument's instrument.
  std::expected<std::span<const TradeEvent>, DecodeError> decode(FrameReader& reader,
                                                                 const Frame& frame,
                                                                 const InstrumentCodes& codes,
                                                                 Timestamp receive_time) noexcept;

  /// The same for a push in exactly the shape in which the venue writes them, without the general
  /// parser. Absent: it is something else, or something is odd about it; nothing is decided then,
  /// and `decode` is to be asked. `text` is followed by kTextPadding readable bytes.
  std::optional<std::span<const TradeEvent>> decode_plain(std::string_view text,
                                                          const InstrumentCodes& codes,
                                                          Timestamp receive_time) noexcept;

 private:
  struct Row;
  DecodeStatus add(const Row& row, TradeEvent::Stream stream, const InstrumentCodes& codes,
                   Timestamp receive_time) noexcept;

  std::vector<TradeEvent> trades_;
};

}  // namespace gannet::okx
