#pragma once

#include <expected>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/market_events.h"
#include "gateway/okx/protocol/decode_error.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/instrument_codes.h"

namespace gannet::okx {

/// A mark or index price as text, before it is put into an instrument's units: one index serves
/// many instruments. Views point into the frame.
struct DecodedReferencePrice {
  ReferencePriceEvent::Kind kind = ReferencePriceEvent::Kind::Mark;
  std::string_view name;   ///< the instrument (mark) or the index
  std::string_view price;  ///< a number above zero
  Timestamp exchange_time;
};

/// mark-price, index-tickers and their REST twins. Thread: one.
class ReferencePriceDecoder {
 public:
  static constexpr std::size_t kMaxPricesPerFrame = 4'096;

  ReferencePriceDecoder();

  /// The prices of the frame just read; valid until the next frame. All or nothing.
  std::expected<std::span<const DecodedReferencePrice>, DecodeError> decode(
      FrameReader& reader, const Frame& frame) noexcept;

 private:
  std::vector<DecodedReferencePrice> prices_;
};

/// In the instrument's price unit: averages carry more decimals than the tick, so rounded to the
/// nearest unit. Errors: OutOfRange (too large, or rounds to nothing).
std::expected<ReferencePriceEvent, DecodeError> reference_price_for(
    const InstrumentCode& instrument, const DecodedReferencePrice& price,
    Timestamp receive_time) noexcept;

}  // namespace gannet::okx
