#include "gateway/okx/protocol/decode_fill.h"

#include "gateway/okx/protocol/decode_fields.h"
#include "gateway/okx/protocol/order_words.h"

namespace gannet::okx {
namespace {

enum Field : std::size_t {
  kInstrument,
  kTradeId,
  kVenueId,
  kClientId,
  kBillId,
  kTag,
  kPrice,
  kQuantity,
  kSide,
  kPositionSide,
  kExecutionType,
  kFee,
  kFeeCurrency,
  kFillTime,
  kRecordTime,
  kFields
};
constexpr FieldNames<kFields> kNames({"instId", "tradeId", "ordId", "clOrdId", "billId", "tag",
                                      "fillPx", "fillSz", "side", "posSide", "execType", "fee",
                                      "feeCcy", "fillTime", "ts"});
using Texts = std::array<std::string_view, kFields>;

DecodeStatus read_fill(const Texts& texts, const AccountContext& context,
                       FillReport& report) noexcept {
  if (texts[kInstrument].empty()) return std::unexpected(DecodeError::MissingField);
  report.instrument = context.instruments.find(texts[kInstrument]);
  if (!report.instrument.valid()) return std::unexpected(DecodeError::UnknownInstrument);
  const Instrument& instrument = context.instruments[report.instrument];
  report.client_id = client_order_id(texts[kClientId]);
  report.venue_id = {positive_number(texts[kVenueId])};
  report.own_tag = !context.own_tag.empty() && texts[kTag] == context.own_tag.view();
  const auto side = side_of(texts[kSide]);
  const auto position_side = position_side_of(texts[kPositionSide]);
  if (!side || !position_side) return std::unexpected(DecodeError::UnknownValue);
  report.side = *side;
  report.position_side = *position_side;

  const auto trade_id = whole_number(texts[kTradeId]);
  if (!trade_id) return std::unexpected(trade_id.error());
  const auto price = exact_units(texts[kPrice], instrument.price_digits);
  if (!price) return std::unexpected(price.error());
  const auto quantity = exact_units(texts[kQuantity], instrument.quantity_digits);
  if (!quantity) return std::unexpected(quantity.error());
  if (*quantity < 0 || !is_believable({*quantity})) return std::unexpected(DecodeError::OutOfRange);
  const auto fee = amount_or_zero(texts[kFee], context.currencies.find(texts[kFeeCurrency]));
  if (!fee) return std::unexpected(fee.error());
  // fillTime is when it traded, ts when it was booked; old rows have only ts.
  const auto time = time_or_zero(texts[kFillTime].empty() ? texts[kRecordTime] : texts[kFillTime]);
  if (!time) return std::unexpected(time.error());
  report.fill.trade_id = {*trade_id};
  report.fill.price = {*price};
  report.fill.quantity = {*quantity};
  report.fill.maker = texts[kExecutionType] == "M";
  report.fill.fee = -*fee;
  report.fill.exchange_time = *time;
  report.fill.bill_id = positive_number(texts[kBillId]);
  return {};
}

}  // namespace

DecodeStatus decode_fills(FrameReader& frame, const AccountContext& context, Timestamp receive_time,
                          FillRows& rows) noexcept {
  return for_each_row(frame, [&](JsonValue row) -> DecodeStatus {
    Texts texts{};
    if (const DecodeStatus status = read_texts(row, kNames, texts); !status) return status;
    FillReport report;
    report.account = context.account;
    report.receive_time = receive_time;
    const std::uint64_t bill_id = positive_number(texts[kBillId]);
    if (const DecodeStatus status = read_fill(texts, context, report); !status) {
      rows.on_bad_fill(status.error(), bill_id);
    } else {
      rows.on_fill_row(report, bill_id);
    }
    return {};
  });
}

}  // namespace gannet::okx
