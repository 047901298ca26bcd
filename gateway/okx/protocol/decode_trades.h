#pragma once

#include <expected>
#include <span>
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

 private:
  std::vector<TradeEvent> trades_;
};

}  // namespace gannet::okx
