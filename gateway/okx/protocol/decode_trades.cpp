#include "gateway/okx/protocol/decode_trades.h"

#include <limits>

#include "gateway/okx/protocol/decode_common.h"

namespace gannet::okx {
namespace {

/// Older messages have no source: there was one kind of order then.
TradeEvent::Source source_of(std::string_view word) noexcept {
  if (word.empty() || word == "0") return TradeEvent::Source::Organic;
  if (word == "1") return TradeEvent::Source::RetailPriceImprovement;
  return TradeEvent::Source::Unknown;
}

}  // namespace

TradesDecoder::TradesDecoder() { trades_.reserve(512); }

std::expected<std::span<const TradeEvent>, DecodeError> TradesDecoder::decode(
    FrameReader& reader, const Frame& frame, const InstrumentCodes& codes,
    Timestamp receive_time) noexcept {
  trades_.clear();
  const DecodeStatus status = for_each_row(reader, [&](JsonValue row) -> DecodeStatus {
    if (trades_.size() == kMaxTradesPerFrame) return std::unexpected(DecodeError::Overflow);
    std::string_view name = frame.instrument;
    std::string_view price_text;
    std::string_view quantity_text;
    std::string_view side;
    std::string_view source;
    std::optional<std::int64_t> id;
    std::optional<std::int64_t> count;
    TradeEvent trade;
    const DecodeStatus fields =
        for_each_field(row, [&](std::string_view key, JsonValue value) -> DecodeStatus {
          if (key == "instId") return take_text(value, name);
          if (key == "tradeId") return take_integer(value, id);
          if (key == "px") return take_text(value, price_text);
          if (key == "sz") return take_text(value, quantity_text);
          if (key == "side") return take_text(value, side);
          if (key == "ts") return take_millis(value, trade.exchange_time);
          if (key == "count") return take_integer(value, count);
          if (key == "source") return take_text(value, source);
          return {};
        });
    if (!fields) return fields;
    if (price_text.empty() || quantity_text.empty() || side.empty() || !id) {
      return std::unexpected(DecodeError::MissingField);
    }
    const InstrumentCode* const code = codes.find(name);
    if (code == nullptr) return std::unexpected(DecodeError::UnknownInstrument);
    const auto price = exact_units(price_text, code->price_digits);
    if (!price) return std::unexpected(price.error());
    const auto quantity = exact_units(quantity_text, code->quantity_digits);
    if (!quantity) return std::unexpected(quantity.error());
    if (*price <= 0 || *quantity <= 0) return std::unexpected(DecodeError::OutOfRange);
    if (side == "buy") {
      trade.aggressor = Side::Buy;
    } else if (side == "sell") {
      trade.aggressor = Side::Sell;
    } else {
      return std::unexpected(DecodeError::UnknownValue);
    }
    trade.stream = frame.channel == Channel::TradesAll ? TradeEvent::Stream::Single
                                                       : TradeEvent::Stream::Aggregated;
    trade.source = source_of(source);
    trade.instrument = code->id;
    trade.price = {*price};
    trade.quantity = {*quantity};
    trade.trade_id = {*id};
    if (count) {
      if (*count < 1 || *count > std::numeric_limits<std::uint32_t>::max()) {
        return std::unexpected(DecodeError::OutOfRange);
      }
      trade.count = static_cast<std::uint32_t>(*count);
    }
    trade.receive_time = receive_time;
    trades_.push_back(trade);
    return {};
  });
  if (!status) return std::unexpected(status.error());
  return std::span<const TradeEvent>(trades_);
}

}  // namespace gannet::okx
