#include "gateway/okx/protocol/decode_market_updates.h"

#include "gateway/okx/protocol/candle_bars.h"

namespace gannet::okx {
namespace {

constexpr std::size_t kMaxInstrumentsPerIndex = 256;

DecodeStatus decode_candle_channel(const UpdateContext& context, CandleEvent::Kind kind,
                                   std::span<const InstrumentId> indexed) noexcept {
  const auto period = candle_period_of(candle_bar(context.frame.channel_name));
  if (!period) return std::unexpected(DecodeError::UnknownValue);
  std::array<const InstrumentCode*, kMaxInstrumentsPerIndex> instruments{};
  std::size_t count = 0;
  const auto add = [&](const InstrumentCode* code) {
    if (code != nullptr && count < instruments.size()) instruments[count++] = code;
  };
  if (kind == CandleEvent::Kind::Index) {
    for (const InstrumentId id : indexed) add(context.codes.find(id));
  } else {
    add(context.codes.find(context.frame.instrument));
  }
  if (count == 0) return std::unexpected(DecodeError::UnknownInstrument);
  return decode_candles(context, kind, *period, {instruments.data(), count});
}

}  // namespace

DecodeStatus decode_market_update(const UpdateContext& context,
                                  std::span<const InstrumentId> indexed) noexcept {
  context.out.clear();
  switch (context.frame.channel) {
    case Channel::Candles:
      return decode_candle_channel(context, CandleEvent::Kind::Trade, indexed);
    case Channel::MarkCandles:
      return decode_candle_channel(context, CandleEvent::Kind::Mark, indexed);
    case Channel::IndexCandles:
      return decode_candle_channel(context, CandleEvent::Kind::Index, indexed);
    case Channel::FundingRate:
      return decode_funding(context);
    case Channel::OpenInterest:
      return decode_open_interest(context);
    case Channel::PriceLimit:
      return decode_price_limit(context);
    case Channel::EstimatedPrice:
      return decode_estimated_price(context);
    case Channel::OptionSummary:
      return decode_option_summary(context);
    case Channel::OptionTrades:
      return decode_option_trades(context);
    case Channel::LiquidationOrders:
      return decode_liquidations(context);
    case Channel::AdlWarning:
      return decode_adl_warning(context);
    case Channel::Status:
      return decode_venue_status(context);
    default:
      return std::unexpected(DecodeError::UnknownValue);
  }
}

}  // namespace gannet::okx
