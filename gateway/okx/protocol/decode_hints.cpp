#include "gateway/okx/protocol/decode_hints.h"

#include "gateway/okx/protocol/decode_fields.h"
#include "gateway/okx/protocol/order_words.h"

namespace gannet::okx {
namespace {

constexpr int kRatioDigits = 6;

std::expected<InstrumentId, DecodeError> instrument_of(std::string_view name,
                                                       const AccountContext& context) noexcept {
  if (name.empty()) return std::unexpected(DecodeError::MissingField);
  const InstrumentId id = context.instruments.find(name);
  if (!id.valid()) return std::unexpected(DecodeError::UnknownInstrument);
  return id;
}

}  // namespace

DecodeStatus decode_fill_hints(FrameReader& frame, const AccountContext& context,
                               Timestamp receive_time, FillHintRows& rows) noexcept {
  constexpr FieldNames<4> names({"instId", "ordId", "clOrdId", "tradeId"});
  return for_each_row(frame, [&](JsonValue row) -> DecodeStatus {
    std::array<std::string_view, 4> texts{};
    if (const DecodeStatus status = read_texts(row, names, texts); !status) return status;
    const auto instrument = instrument_of(texts[0], context);
    const auto trade = whole_number(texts[3]);
    if (!instrument) {
      rows.on_bad_fill_hint(instrument.error());
    } else if (!trade) {
      rows.on_bad_fill_hint(trade.error());
    } else {
      rows.on_fill_hint_row({*instrument, client_order_id(texts[2]),
                             VenueOrderId{positive_number(texts[1])}, TradeId{*trade},
                             receive_time});
    }
    return {};
  });
}

DecodeStatus decode_liquidation_warnings(FrameReader& frame, const AccountContext& context,
                                         Timestamp receive_time,
                                         LiquidationWarningRows& rows) noexcept {
  constexpr FieldNames<5> names({"instId", "posSide", "pos", "mgnRatio", "uTime"});
  return for_each_row(frame, [&](JsonValue row) -> DecodeStatus {
    std::array<std::string_view, 5> texts{};
    if (const DecodeStatus status = read_texts(row, names, texts); !status) return status;
    const auto instrument = instrument_of(texts[0], context);
    if (!instrument) {
      rows.on_bad_warning(instrument.error());
      return {};
    }
    LiquidationWarning warning;
    warning.instrument = *instrument;
    warning.side = position_side_of(texts[1]).value_or(PositionSide::Net);
    const auto quantity = exact_units(texts[2], context.instruments[*instrument].quantity_digits);
    if (quantity && is_believable({*quantity}))
      warning.quantity = {warning.side == PositionSide::Short && *quantity > 0 ? -*quantity
                                                                               : *quantity};
    const auto ratio = rounded_units(texts[3], kRatioDigits, Rounding::Nearest);
    if (ratio) warning.margin_ratio_ppm = *ratio;
    const auto time = time_or_zero(texts[4]);
    if (time) warning.exchange_time = *time;
    warning.receive_time = receive_time;
    rows.on_warning_row(warning);
    return {};
  });
}

}  // namespace gannet::okx
