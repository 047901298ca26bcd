#include <algorithm>
#include <array>

#include "gateway/okx/protocol/decode_common.h"
#include "gateway/okx/protocol/decode_market_updates.h"

namespace gannet::okx {
namespace {

/// [open time, open, high, low, close, volume, in coin, in quote, confirm], as long as the row is.
struct CandleText {
  std::array<std::string_view, 9> items;
  std::size_t count = 0;
};

DecodeStatus read_row(JsonValue row, CandleText& text) noexcept {
  return for_each_element(row, [&](JsonValue item) -> DecodeStatus {
    const auto word = text_of(item);
    if (!word) return std::unexpected(word.error());
    if (text.count < text.items.size()) text.items[text.count] = *word;
    ++text.count;
    return {};
  });
}

std::expected<Price, DecodeError> price_of(std::string_view text, int digits) noexcept {
  const auto units = rounded_units(text, digits, Rounding::Nearest);
  if (!units) return std::unexpected(units.error());
  if (*units <= 0) return std::unexpected(DecodeError::OutOfRange);
  return Price{*units};
}

/// Rows of trades end in the confirmation since 2022, those of mark and index too; older ones lack
/// it, and then nothing says that the bar has ended.
std::string_view confirmation(const CandleText& text, CandleEvent::Kind kind) noexcept {
  const std::size_t whole = kind == CandleEvent::Kind::Trade ? 9 : 6;
  return text.count >= whole ? text.items[whole - 1] : std::string_view{};
}

std::expected<CandleEvent, DecodeError> make_candle(const CandleText& text, CandleEvent::Kind kind,
                                                    const InstrumentCode& code) noexcept {
  CandleEvent candle;
  candle.instrument = code.id;
  candle.kind = kind;
  Price* const prices[] = {&candle.open, &candle.high, &candle.low, &candle.close};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto price = price_of(text.items[i + 1], code.price_digits);
    if (!price) return std::unexpected(price.error());
    *prices[i] = *price;
  }
  if (candle.low > candle.high) return std::unexpected(DecodeError::OutOfRange);
  if (kind != CandleEvent::Kind::Trade) return candle;
  const auto volume = clamped_units(text.items[5], code.quantity_digits);
  if (!volume) return std::unexpected(volume.error());
  candle.volume = {*volume};
  return candle;
}

}  // namespace

DecodeStatus decode_candles(const UpdateContext& context, CandleEvent::Kind kind,
                            CandlePeriod period,
                            std::span<const InstrumentCode* const> instruments) noexcept {
  const std::size_t least = kind == CandleEvent::Kind::Trade ? 6 : 5;
  return for_each_row(context.reader, [&](JsonValue row) -> DecodeStatus {
    CandleText text;
    if (const DecodeStatus read = read_row(row, text); !read) return read;
    if (text.count < least) return std::unexpected(DecodeError::MissingField);
    const auto open_time = timestamp_from_millis(text.items[0]);
    if (!open_time) return std::unexpected(open_time.error());
    const std::string_view confirm = confirmation(text, kind);
    if (!confirm.empty() && confirm != "0" && confirm != "1") {
      return std::unexpected(DecodeError::UnknownValue);
    }
    for (const InstrumentCode* code : instruments) {
      auto candle = make_candle(text, kind, *code);
      if (!candle) return std::unexpected(candle.error());
      candle->period = period;
      candle->open_time = *open_time;
      candle->complete = confirm == "1";
      candle->receive_time = context.receive_time;
      if (const DecodeStatus added = context.out.add(*candle); !added) return added;
    }
    return {};
  });
}

}  // namespace gannet::okx
