#include "gateway/okx/protocol/decode_trades.h"

#include <limits>

#include "gateway/okx/protocol/decode_common.h"
#include "gateway/okx/protocol/plain_text.h"

namespace gannet::okx {
namespace {

/// Older messages have no source: there was one kind of order then.
TradeEvent::Source source_of(std::string_view word) noexcept {
  if (word.empty() || word == "0") return TradeEvent::Source::Organic;
  if (word == "1") return TradeEvent::Source::RetailPriceImprovement;
  return TradeEvent::Source::Unknown;
}

}  // namespace

/// The fields of a row, as text; a row that repeats one means the last.
struct TradesDecoder::Row {
  std::string_view name;
  std::string_view id;
  std::string_view price;
  std::string_view quantity;
  std::string_view side;
  std::string_view time;
  std::string_view count;
  std::string_view source;

  /// Null: nothing of a trade.
  std::string_view* find(std::string_view key) noexcept {
    if (key == "instId") return &name;
    if (key == "tradeId") return &id;
    if (key == "px") return &price;
    if (key == "sz") return &quantity;
    if (key == "side") return &side;
    if (key == "ts") return &time;
    if (key == "count") return &count;
    if (key == "source") return &source;
    return nullptr;
  }
};

TradesDecoder::TradesDecoder() { trades_.reserve(512); }

std::expected<std::span<const TradeEvent>, DecodeError> TradesDecoder::decode(
    FrameReader& reader, const Frame& frame, const InstrumentCodes& codes,
    Timestamp receive_time) noexcept {
  trades_.clear();
  const auto stream = frame.channel == Channel::TradesAll ? TradeEvent::Stream::Single
                                                          : TradeEvent::Stream::Aggregated;
  const DecodeStatus status = for_each_row(reader, [&](JsonValue row) -> DecodeStatus {
    Row texts;
    texts.name = frame.instrument;
    const DecodeStatus fields =
        for_each_field(row, [&](std::string_view key, JsonValue value) -> DecodeStatus {
          std::string_view* const text = texts.find(key);
          return text == nullptr ? DecodeStatus{} : take_text(value, *text);
        });
    if (!fields) return fields;
    return add(texts, stream, codes, receive_time);
  });
  if (!status) return std::unexpected(status.error());
  return std::span<const TradeEvent>(trades_);
}

std::optional<std::span<const TradeEvent>> TradesDecoder::decode_plain(
    std::string_view text, const InstrumentCodes& codes, Timestamp receive_time) noexcept {
  PlainCursor in(text);
  QuoteIndex quotes;
  if (!in.take(R"({"arg":{"channel":"trades)")) return std::nullopt;
  auto stream = TradeEvent::Stream::Aggregated;
  if (in.take("-all")) stream = TradeEvent::Stream::Single;
  std::string_view name;
  if (!in.take(R"(","instId":")") || !quotes.read(text) || !in.take_until_quote(name) ||
      !in.take(R"(},"data":[)"))
    return std::nullopt;
  trades_.clear();
  std::size_t next = 12;  // of the quotes: "arg", "channel", its name, "instId", its name, "data"
  do {
    Row texts;
    texts.name = name;
    const bool is_plain = for_each_plain_member(
        in, text, quotes, next, [&](std::string_view key, std::string_view value, PlainValue kind) {
          std::string_view* const field = texts.find(key);
          if (field == nullptr) return true;
          *field = value;
          return kind != PlainValue::Nested;
        });
    if (!is_plain || !add(texts, stream, codes, receive_time)) return std::nullopt;
  } while (in.take(','));
  if (!in.take("]}") || !in.ended()) return std::nullopt;
  return std::span<const TradeEvent>(trades_);
}

DecodeStatus TradesDecoder::add(const Row& row, TradeEvent::Stream stream,
                                const InstrumentCodes& codes, Timestamp receive_time) noexcept {
  if (trades_.size() == kMaxTradesPerFrame) return std::unexpected(DecodeError::Overflow);
  if (row.price.empty() || row.quantity.empty() || row.side.empty() || row.id.empty())
    return std::unexpected(DecodeError::MissingField);
  TradeEvent trade;
  const auto id = whole_number(row.id);
  if (!id) return std::unexpected(id.error());
  if (!row.time.empty()) {
    const auto time = timestamp_from_millis(row.time);
    if (!time) return std::unexpected(time.error());
    trade.exchange_time = *time;
  }
  const InstrumentCode* const code = codes.find(row.name);
  if (code == nullptr) return std::unexpected(DecodeError::UnknownInstrument);
  const auto price = exact_units(row.price, code->price_digits);
  if (!price) return std::unexpected(price.error());
  const auto quantity = exact_units(row.quantity, code->quantity_digits);
  if (!quantity) return std::unexpected(quantity.error());
  if (*price <= 0 || *quantity <= 0) return std::unexpected(DecodeError::OutOfRange);
  if (row.side == "buy") {
    trade.aggressor = Side::Buy;
  } else if (row.side == "sell") {
    trade.aggressor = Side::Sell;
  } else {
    return std::unexpected(DecodeError::UnknownValue);
  }
  if (!row.count.empty()) {
    const auto count = whole_number(row.count);
    if (!count) return std::unexpected(count.error());
    if (*count < 1 || *count > std::numeric_limits<std::uint32_t>::max())
      return std::unexpected(DecodeError::OutOfRange);
    trade.count = static_cast<std::uint32_t>(*count);
  }
  trade.stream = stream;
  trade.source = source_of(row.source);
  trade.instrument = code->id;
  trade.price = {*price};
  trade.quantity = {*quantity};
  trade.trade_id = {*id};
  trade.receive_time = receive_time;
  trades_.push_back(trade);
  return {};
}

}  // namespace gannet::okx
