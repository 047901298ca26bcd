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

/// tickers and GET /market/ticker(s). A side the market lacks ("" or price 0) is absent. Thread:
/// one.
class TickerDecoder {
 public:
  static constexpr std::size_t kMaxTickersPerFrame = 4'096;

  TickerDecoder();

  /// As TradesDecoder::decode.
  std::expected<std::span<const TickerEvent>, DecodeError> decode(FrameReader& reader,
                                                                  const Frame& frame,
                                                                  const InstrumentCodes& codes,
                                                                  Timestamp receive_time) noexcept;

 private:
  std::vector<TickerEvent> tickers_;
};

}  // namespace gannet::okx
