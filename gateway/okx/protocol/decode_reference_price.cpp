#include "gateway/okx/protocol/decode_reference_price.h"

#include "gateway/okx/protocol/decode_common.h"

namespace gannet::okx {

ReferencePriceDecoder::ReferencePriceDecoder() { prices_.reserve(64); }

std::expected<std::span<const DecodedReferencePrice>, DecodeError> ReferencePriceDecoder::decode(
    FrameReader& reader, const Frame& frame) noexcept {
  prices_.clear();
  const DecodeStatus status = for_each_row(reader, [&](JsonValue row) -> DecodeStatus {
    if (prices_.size() == kMaxPricesPerFrame) return std::unexpected(DecodeError::Overflow);
    DecodedReferencePrice price;
    price.name = frame.instrument;
    std::string_view mark;
    std::string_view index;
    const DecodeStatus fields =
        for_each_field(row, [&](std::string_view key, JsonValue value) -> DecodeStatus {
          if (key == "instId") return take_text(value, price.name);
          if (key == "markPx") return take_text(value, mark);
          if (key == "idxPx") return take_text(value, index);
          if (key == "ts") return take_millis(value, price.exchange_time);
          return {};
        });
    if (!fields) return fields;
    if (price.name.empty() || (mark.empty() && index.empty())) {
      return std::unexpected(DecodeError::MissingField);
    }
    price.kind = mark.empty() ? ReferencePriceEvent::Kind::Index : ReferencePriceEvent::Kind::Mark;
    price.price = mark.empty() ? index : mark;
    // Not a number is the frame's fault and found here, whoever the price turns out to be for.
    const auto sign = rounded_units(price.price, 0, Rounding::Up);
    if (!sign) return std::unexpected(sign.error());
    if (*sign <= 0) return std::unexpected(DecodeError::OutOfRange);
    prices_.push_back(price);
    return {};
  });
  if (!status) return std::unexpected(status.error());
  return std::span<const DecodedReferencePrice>(prices_);
}

std::expected<ReferencePriceEvent, DecodeError> reference_price_for(
    const InstrumentCode& instrument, const DecodedReferencePrice& price,
    Timestamp receive_time) noexcept {
  const auto units = rounded_units(price.price, instrument.price_digits, Rounding::Nearest);
  if (!units) return std::unexpected(units.error());
  if (*units <= 0) return std::unexpected(DecodeError::OutOfRange);
  return ReferencePriceEvent{instrument.id, price.kind, Price{*units}, price.exchange_time,
                             receive_time};
}

}  // namespace gannet::okx
