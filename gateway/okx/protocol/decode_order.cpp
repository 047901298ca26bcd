#include "gateway/okx/protocol/decode_order.h"

#include <limits>

#include "gateway/okx/protocol/decode_fields.h"
#include "gateway/okx/protocol/error_codes.h"
#include "gateway/okx/protocol/order_words.h"
#include "gateway/okx/protocol/plain_text.h"

namespace gannet::okx {
namespace {

enum Field : std::size_t {
  kInstrument,
  kVenueId,
  kClientId,
  kTag,
  kPrice,
  kQuantity,
  kOrderType,
  kSide,
  kPositionSide,
  kSizeCurrency,
  kFillPrice,
  kFillQuantity,
  kTradeId,
  kFillTime,
  kFillFee,
  kFillFeeCurrency,
  kFee,
  kFeeCurrency,
  kExecutionType,
  kCumulative,
  kState,
  kCancelSource,
  kCategory,
  kReduceOnly,
  kAmendId,
  kAmendResult,
  kCode,
  kUpdateTime,
  kCreationTime,
  kAlgoId,
  kAlgoClientId,
  kFields
};
constexpr FieldNames<kFields> kNames({
    "instId",       "ordId",      "clOrdId",     "tag",    "px",          "sz",        "ordType",
    "side",         "posSide",    "tgtCcy",      "fillPx", "fillSz",      "tradeId",   "fillTime",
    "fillFee",      "fillFeeCcy", "fee",         "feeCcy", "execType",    "accFillSz", "state",
    "cancelSource", "category",   "reduceOnly",  "reqId",  "amendResult", "code",      "uTime",
    "cTime",        "algoId",     "algoClOrdId",
});
using Texts = std::array<std::string_view, kFields>;

bool is_liquidation(std::string_view category) noexcept {
  return category == "full_liquidation" || category == "partial_liquidation" || category == "adl";
}

VenueReason ending_reason(const Texts& texts, OrderState state) noexcept {
  if (is_liquidation(texts[kCategory])) return VenueReason::Liquidation;
  if (texts[kCategory] == "delivery") return VenueReason::Delivery;
  if (state != OrderState::Cancelled && state != OrderState::Expired) return VenueReason::None;
  // Absent in old recordings and for the venue's own cancels: 0 is "system".
  const auto source = whole_number(texts[kCancelSource]);
  return cancel_reason(source ? *source : 0);
}

/// The fee of this update as a cost. Some messages carry only the cumulative fee: it is this fill's
/// if the order has no earlier fill.
DecodeStatus read_fee(const Texts& texts, bool first_fill, const AccountContext& context,
                      Amount& fee) noexcept {
  std::string_view amount = texts[kFillFee];
  std::string_view currency = texts[kFillFeeCurrency];
  if (amount.empty() && first_fill) {
    amount = texts[kFee];
    currency = texts[kFeeCurrency];
  }
  const auto charged = amount_or_zero(amount, context.currencies.find(currency));
  if (!charged) return std::unexpected(charged.error());
  fee = -*charged;  // the venue's minus is "you paid"
  return {};
}

/// A match in this update? Not if the id is absent, zero or negative: the remainder of a
/// quote-sized market order ends "filled" without one, liquidations carry zero.
DecodeStatus read_fill(const Texts& texts, const Instrument& instrument,
                       const AccountContext& context, ExecutionReport& report) noexcept {
  if (texts[kTradeId].empty()) return {};
  const auto trade_id = whole_number(texts[kTradeId]);
  if (!trade_id) return std::unexpected(trade_id.error());
  const auto quantity = optional_units<Quantity>(texts[kFillQuantity], instrument.quantity_digits);
  if (!quantity) return std::unexpected(quantity.error());
  if (*trade_id <= 0 || !*quantity || (*quantity)->raw == 0) return {};
  const auto price = optional_units<Price>(texts[kFillPrice], instrument.price_digits);
  if (!price) return std::unexpected(price.error());
  if (!*price) return std::unexpected(DecodeError::MissingField);
  const auto time = time_or_zero(texts[kFillTime]);
  if (!time) return std::unexpected(time.error());
  if ((*quantity)->raw < 0 || !is_believable(**quantity))
    return std::unexpected(DecodeError::OutOfRange);

  report.has_fill = true;
  report.fill.trade_id = {*trade_id};
  report.fill.price = **price;
  report.fill.quantity = **quantity;
  report.fill.maker = texts[kExecutionType] == "M";
  report.fill.exchange_time = *time;
  return read_fee(texts, report.cumulative_quantity == **quantity, context, report.fill.fee);
}

DecodeStatus read_terms(const Texts& texts, const Instrument& instrument,
                        ExecutionReport& report) noexcept {
  const auto side = side_of(texts[kSide]);
  const auto state = order_state_of(texts[kState]);
  const auto position_side = position_side_of(texts[kPositionSide]);
  if (!side || !state || !position_side) return std::unexpected(DecodeError::UnknownValue);
  report.side = *side;
  report.state = *state;
  report.position_side = *position_side;
  report.order_kind = order_kind_of(texts[kOrderType]);
  report.reduce_only = texts[kReduceOnly] == "true";

  const auto cumulative = optional_units<Quantity>(texts[kCumulative], instrument.quantity_digits);
  if (!cumulative) return std::unexpected(cumulative.error());
  report.cumulative_quantity = cumulative->value_or(Quantity{});
  if (report.cumulative_quantity.raw < 0 || !is_believable(report.cumulative_quantity))
    return std::unexpected(DecodeError::OutOfRange);

  const bool quote_sized =
      report.order_kind == OrderKind::Market &&
      (instrument.kind == InstrumentKind::Spot || instrument.kind == InstrumentKind::Margin) &&
      // Margin market buys are sized in quote currency whatever else is said. [PROTOCOL 6.4]
      (texts[kSizeCurrency] == "quote_ccy" ||
       (instrument.kind == InstrumentKind::Margin && report.side == Side::Buy));
  if (quote_sized) {
    report.quantity = report.cumulative_quantity;
  } else {
    const auto quantity = optional_units<Quantity>(texts[kQuantity], instrument.quantity_digits);
    if (!quantity) return std::unexpected(quantity.error());
    if (!*quantity) return std::unexpected(DecodeError::MissingField);
    report.quantity = **quantity;
    if (report.quantity.raw < 0 || !is_believable(report.quantity))
      return std::unexpected(DecodeError::OutOfRange);
  }
  const auto price = optional_units<Price>(texts[kPrice], instrument.price_digits);
  if (!price) return std::unexpected(price.error());
  report.price = price->value_or(Price{});
  return {};
}

DecodeStatus read_order(const Texts& texts, OrderRow kind, const AccountContext& context,
                        DecodedOrder& order) noexcept {
  ExecutionReport& report = order.report;
  report.client_id = client_order_id(texts[kClientId]);
  report.venue_id = {positive_number(texts[kVenueId])};
  report.algo_client_id = client_order_id(texts[kAlgoClientId]);
  report.algo_venue_id = {positive_number(texts[kAlgoId])};
  report.own_tag = !context.own_tag.empty() && texts[kTag] == context.own_tag.view();
  if (texts[kInstrument].empty()) return std::unexpected(DecodeError::MissingField);
  report.instrument = context.instruments.find(texts[kInstrument]);
  if (!report.instrument.valid()) return std::unexpected(DecodeError::UnknownInstrument);
  if (!report.venue_id.valid()) return std::unexpected(DecodeError::MissingField);
  const Instrument& instrument = context.instruments[report.instrument];

  if (const DecodeStatus status = read_terms(texts, instrument, report); !status) return status;
  const auto updated =
      time_or_zero(texts[kUpdateTime].empty() ? texts[kCreationTime] : texts[kUpdateTime]);
  if (!updated) return std::unexpected(updated.error());
  report.exchange_time = *updated;
  report.reason = ending_reason(texts, report.state);
  const auto source = whole_number(texts[kCancelSource]);
  if (source && *source == kCancelSourceOptionExpiry && report.state == OrderState::Cancelled) {
    report.state = OrderState::Expired;
  }
  if (report.state == OrderState::Cancelled && source && *source >= 0 && *source < 1'000) {
    report.venue_code = static_cast<std::int32_t>(*source);
  }
  if (kind == OrderRow::Query) return {};

  report.amend_id = positive_number(texts[kAmendId]);
  order.amend_failed = texts[kAmendResult] == "-1";
  order.amend_code = order.amend_failed ? parse_code(texts[kCode]) : 0;
  return read_fill(texts, instrument, context, report);
}

void tell_row(const Texts& texts, OrderRow kind, const AccountContext& context,
              Timestamp receive_time, OrderRows& rows) noexcept {
  DecodedOrder order;
  order.report.kind = ExecutionReport::Kind::Status;
  order.report.source =
      kind == OrderRow::Push ? ExecutionReport::Source::Push : ExecutionReport::Source::Query;
  order.report.account = context.account;
  order.report.receive_time = receive_time;
  if (const DecodeStatus status = read_order(texts, kind, context, order); !status) {
    rows.on_bad_order(order.report, status.error());
  } else {
    rows.on_order(order);
  }
}

}  // namespace

DecodeStatus decode_orders(FrameReader& frame, OrderRow kind, const AccountContext& context,
                           Timestamp receive_time, OrderRows& rows) noexcept {
  return for_each_row(frame, [&](JsonValue row) -> DecodeStatus {
    Texts texts{};
    if (const DecodeStatus status = read_texts(row, kNames, texts); !status) return status;
    tell_row(texts, kind, context, receive_time, rows);
    return {};
  });
}

bool decode_plain_order(std::string_view text, const AccountContext& context,
                        Timestamp receive_time, OrderRows& rows) noexcept {
  constexpr std::string_view kBegin = R"({"arg":{"channel":"orders",)";
  PlainCursor in(text);
  QuoteIndex quotes;
  if (!text.starts_with(kBegin) || !quotes.read(text)) return false;
  // Whose they are (instType, uid, instId): all that were asked for.
  in.go(text.data() + sizeof(R"({"arg":)") - 1);
  std::size_t next = 2;
  bool is_orders = false;
  const bool has_argument = for_each_plain_member(
      in, text, quotes, next, [&](std::string_view key, std::string_view value, PlainValue kind) {
        if (key != "channel") return kind == PlainValue::String;
        if (is_orders || value != "orders") return false;
        is_orders = true;
        return true;
      });
  if (!has_argument || !is_orders || !in.take(R"(,"data":[)")) return false;
  next += 2;
  Texts texts{};
  const bool is_plain = for_each_plain_member(
      in, text, quotes, next, [&](std::string_view key, std::string_view value, PlainValue kind) {
        const std::size_t i = kNames.find_loaded(key);
        if (i == kFields) return true;
        texts[i] = value;
        return kind != PlainValue::Nested;
      });
  if (!is_plain || !in.take("]}") || !in.ended()) return false;
  tell_row(texts, OrderRow::Push, context, receive_time, rows);
  return true;
}

}  // namespace gannet::okx
