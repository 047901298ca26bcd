#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/market_updates.h"
#include "gateway/okx/protocol/decode_error.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/instrument_codes.h"

namespace gannet::okx {

/// Collects what one frame says.
class UpdateList {
 public:
  static constexpr std::size_t kMaxUpdates = 8'192;

  UpdateList() { updates_.reserve(64); }
  void clear() noexcept { updates_.clear(); }
  /// Errors: Overflow.
  DecodeStatus add(const MarketUpdate& update) noexcept {
    if (updates_.size() == kMaxUpdates) return std::unexpected(DecodeError::Overflow);
    updates_.push_back(update);
    return {};
  }
  std::span<const MarketUpdate> view() const noexcept { return updates_; }

 private:
  std::vector<MarketUpdate> updates_;
};

/// What a channel's decoder below is given.
struct UpdateContext {
  FrameReader& reader;
  const Frame& frame;
  const InstrumentCodes& codes;
  Timestamp receive_time;
  UpdateList& out;
};

// One decoder a channel, each of the frame just read. All or nothing. Rows of instruments that we
// do not have are passed over where the subscription is wider than one instrument. A REST answer
// of the same rows will do (funding-rate, price-limit, open-interest, estimated-price, opt-summary,
// option trades, status).

/// funding-rate. Rates finer than 18 decimals are rounded.
DecodeStatus decode_funding(const UpdateContext& context) noexcept;
DecodeStatus decode_open_interest(const UpdateContext& context) noexcept;
/// price-limit. Bounds between two of our units are rounded inwards.
DecodeStatus decode_price_limit(const UpdateContext& context) noexcept;
DecodeStatus decode_estimated_price(const UpdateContext& context) noexcept;
DecodeStatus decode_option_summary(const UpdateContext& context) noexcept;
DecodeStatus decode_option_trades(const UpdateContext& context) noexcept;
/// liquidation-orders
DecodeStatus decode_liquidations(const UpdateContext& context) noexcept;
/// adl-warning: one event for each of our instruments of the family.
DecodeStatus decode_adl_warning(const UpdateContext& context) noexcept;
/// status
DecodeStatus decode_venue_status(const UpdateContext& context) noexcept;

/// candle*, mark-price-candle*, index-candle* and their REST twins: for each of `instruments`, one
/// event a row in the order of the rows. One index serves many instruments; prices are rounded to
/// the nearest unit of each, volumes down.
DecodeStatus decode_candles(const UpdateContext& context, CandleEvent::Kind kind,
                            CandlePeriod period,
                            std::span<const InstrumentCode* const> instruments) noexcept;

/// By channel; the candles' of the instrument that the argument names. `indexed`: instruments that
/// want the index which an index candle is of.
/// Errors: UnknownValue for a channel that is not of these; UnknownInstrument.
DecodeStatus decode_market_update(const UpdateContext& context,
                                  std::span<const InstrumentId> indexed) noexcept;

}  // namespace gannet::okx
