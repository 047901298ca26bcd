#include "gateway/okx/protocol/decode_ticker.h"

#include "gateway/okx/protocol/decode_common.h"

namespace gannet::okx {
namespace {

struct TickerText {
  std::string_view last;
  std::string_view last_quantity;
  std::string_view bid;
  std::string_view bid_quantity;
  std::string_view ask;
  std::string_view ask_quantity;
};

/// "" is absent; a price of 0 is how some markets spell "none".
DecodeStatus put_price(std::string_view text, int digits, std::optional<Price>& out) noexcept {
  if (text.empty()) return {};
  const auto price = exact_units(text, digits);
  if (!price) return std::unexpected(price.error());
  if (*price < 0) return std::unexpected(DecodeError::OutOfRange);
  if (*price > 0) out = Price{*price};
  return {};
}

DecodeStatus put_quantity(std::string_view text, int digits,
                          std::optional<Quantity>& out) noexcept {
  if (text.empty()) return {};
  const auto quantity = exact_units(text, digits);
  if (!quantity) return std::unexpected(quantity.error());
  if (*quantity < 0) return std::unexpected(DecodeError::OutOfRange);
  out = Quantity{*quantity};
  return {};
}

DecodeStatus put_numbers(const TickerText& text, const InstrumentCode& code,
                         TickerEvent& ticker) noexcept {
  const int price_digits = code.price_digits;
  const int quantity_digits = code.quantity_digits;
  DecodeStatus status = put_price(text.last, price_digits, ticker.last_price);
  if (status) status = put_price(text.bid, price_digits, ticker.best_bid);
  if (status) status = put_price(text.ask, price_digits, ticker.best_ask);
  if (status) status = put_quantity(text.last_quantity, quantity_digits, ticker.last_quantity);
  if (status) status = put_quantity(text.bid_quantity, quantity_digits, ticker.best_bid_quantity);
  if (status) status = put_quantity(text.ask_quantity, quantity_digits, ticker.best_ask_quantity);
  if (!ticker.best_bid) ticker.best_bid_quantity.reset();
  if (!ticker.best_ask) ticker.best_ask_quantity.reset();
  return status;
}

}  // namespace

TickerDecoder::TickerDecoder() { tickers_.reserve(64); }

std::expected<std::span<const TickerEvent>, DecodeError> TickerDecoder::decode(
    FrameReader& reader, const Frame& frame, const InstrumentCodes& codes,
    Timestamp receive_time) noexcept {
  tickers_.clear();
  const DecodeStatus status = for_each_row(reader, [&](JsonValue row) -> DecodeStatus {
    if (tickers_.size() == kMaxTickersPerFrame) return std::unexpected(DecodeError::Overflow);
    std::string_view name = frame.instrument;
    TickerText text;
    TickerEvent ticker;
    const DecodeStatus fields =
        for_each_field(row, [&](std::string_view key, JsonValue value) -> DecodeStatus {
          if (key == "instId") return take_text(value, name);
          if (key == "last") return take_text(value, text.last);
          if (key == "lastSz") return take_text(value, text.last_quantity);
          if (key == "bidPx") return take_text(value, text.bid);
          if (key == "bidSz") return take_text(value, text.bid_quantity);
          if (key == "askPx") return take_text(value, text.ask);
          if (key == "askSz") return take_text(value, text.ask_quantity);
          if (key == "ts") return take_millis(value, ticker.exchange_time);
          return {};
        });
    if (!fields) return fields;
    if (text.last.empty() && text.bid.empty() && text.ask.empty()) {
      return std::unexpected(DecodeError::MissingField);
    }
    const InstrumentCode* const code = codes.find(name);
    if (code == nullptr) return std::unexpected(DecodeError::UnknownInstrument);
    ticker.instrument = code->id;
    ticker.receive_time = receive_time;
    if (const DecodeStatus numbers = put_numbers(text, *code, ticker); !numbers) return numbers;
    tickers_.push_back(ticker);
    return {};
  });
  if (!status) return std::unexpected(status.error());
  return std::span<const TickerEvent>(tickers_);
}

}  // namespace gannet::okx
