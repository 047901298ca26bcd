#include "gateway/okx/protocol/decode_algo.h"

#include <algorithm>

#include "gateway/okx/protocol/algo_words.h"
#include "gateway/okx/protocol/decode_fields.h"
#include "gateway/okx/protocol/error_codes.h"
#include "gateway/okx/protocol/order_words.h"

namespace gannet::okx {
namespace {

enum Field : std::size_t {
  kInstrument,
  kAlgoId,
  kClientId,
  kTag,
  kType,
  kState,
  kSide,
  kPositionSide,
  kQuantity,
  kCloseFraction,
  kSizeCurrency,
  kReduceOnly,
  kTrigger,
  kTriggerType,
  kOrderPrice,
  kAdvance,
  kProfitTrigger,
  kProfitType,
  kProfitPrice,
  kStopTrigger,
  kStopType,
  kStopPrice,
  kCallbackRatio,
  kCallbackSpread,
  kActivation,
  kVarianceRatio,
  kVarianceSpread,
  kSlice,
  kPriceLimit,
  kInterval,
  kSlices,
  kAggressiveness,
  kChaseType,
  kChaseValue,
  kFarthestType,
  kFarthestValue,
  kOrderId,
  kFailCode,
  kAmendId,
  kAmendResult,
  kUpdateTime,
  kCreationTime,
  kPushTime,
  kFields
};
constexpr FieldNames<kFields> kNames({
    "instId",
    "algoId",
    "algoClOrdId",
    "tag",
    "ordType",
    "state",
    "side",
    "posSide",
    "sz",
    "closeFraction",
    "tgtCcy",
    "reduceOnly",
    "triggerPx",
    "triggerPxType",
    "ordPx",
    "advanceOrdType",
    "tpTriggerPx",
    "tpTriggerPxType",
    "tpOrdPx",
    "slTriggerPx",
    "slTriggerPxType",
    "slOrdPx",
    "callbackRatio",
    "callbackSpread",
    "activePx",
    "pxVar",
    "pxSpread",
    "szLimit",
    "pxLimit",
    "timeInterval",
    "lmtOrderNumber",
    "aggressiveness",
    "chaseType",
    "chaseVal",
    "maxChaseType",
    "maxChaseVal",
    "ordId",
    "failCode",
    "reqId",
    "amendResult",
    "uTime",
    "cTime",
    "pTime",
});
using Texts = std::array<std::string_view, kFields>;

constexpr int kRatioDigits = 6;

/// "" and the word for a market order are zero; the venue's own figures may be finer than a tick.
DecodeStatus take_price(std::string_view text, const Instrument& instrument, Price& out) noexcept {
  if (text.empty() || text == "-1") return {};
  const auto price = rounded_units(text, instrument.price_digits, Rounding::Nearest);
  if (!price) return std::unexpected(price.error());
  if (*price < 0) return std::unexpected(DecodeError::OutOfRange);
  out = {*price};
  return {};
}

DecodeStatus take_quantity(std::string_view text, const Instrument& instrument,
                           Quantity& out) noexcept {
  if (text.empty()) return {};
  const auto quantity = exact_units(text, instrument.quantity_digits);
  if (!quantity) return std::unexpected(quantity.error());
  if (*quantity < 0 || !is_believable({*quantity})) return std::unexpected(DecodeError::OutOfRange);
  out = {*quantity};
  return {};
}

DecodeStatus take_ratio(std::string_view text, std::uint32_t& ppm) noexcept {
  if (text.empty()) return {};
  const auto units = rounded_units(text, kRatioDigits, Rounding::Nearest);
  if (!units) return std::unexpected(units.error());
  if (*units < 0 || *units > 100'000'000) return std::unexpected(DecodeError::OutOfRange);
  ppm = static_cast<std::uint32_t>(*units);
  return {};
}

DecodeStatus take_distance(std::string_view ratio, std::string_view spread,
                           const Instrument& instrument, AlgoTerms& terms) noexcept {
  if (const DecodeStatus status = take_ratio(ratio, terms.distance_ppm); !status) return status;
  return take_price(spread, instrument, terms.distance);
}

DecodeStatus take_kind_terms(const Texts& texts, const Instrument& instrument,
                             AlgoTerms& terms) noexcept {
  const auto price = [&](Field field, Price& out) {
    return take_price(texts[field], instrument, out);
  };
  switch (terms.kind) {
    case AlgoKind::Conditional:
    case AlgoKind::OneCancelsOther: {
      const auto source = trigger_source_of(texts[kProfitType]);
      const auto stop_source = trigger_source_of(texts[kStopType]);
      if (!source || !stop_source) return std::unexpected(DecodeError::UnknownValue);
      terms.source = *source;
      terms.stop_source = *stop_source;
      if (const DecodeStatus s = price(kProfitTrigger, terms.trigger); !s) return s;
      if (const DecodeStatus s = price(kProfitPrice, terms.limit); !s) return s;
      if (const DecodeStatus s = price(kStopTrigger, terms.stop_trigger); !s) return s;
      return price(kStopPrice, terms.stop_limit);
    }
    case AlgoKind::Trigger: {
      const auto source = trigger_source_of(texts[kTriggerType]);
      if (!source) return std::unexpected(DecodeError::UnknownValue);
      terms.source = *source;
      if (texts[kAdvance] == "ioc") terms.time_in_force = TimeInForce::ImmediateOrCancel;
      if (texts[kAdvance] == "fok") terms.time_in_force = TimeInForce::FillOrKill;
      if (const DecodeStatus s = price(kTrigger, terms.trigger); !s) return s;
      return price(kOrderPrice, terms.limit);
    }
    case AlgoKind::TrailingStop:
      if (const DecodeStatus s = price(kActivation, terms.trigger); !s) return s;
      return take_distance(texts[kCallbackRatio], texts[kCallbackSpread], instrument, terms);
    case AlgoKind::Iceberg:
    case AlgoKind::TimeWeighted: {
      if (const DecodeStatus s = take_quantity(texts[kSlice], instrument, terms.slice); !s)
        return s;
      if (const DecodeStatus s = price(kPriceLimit, terms.limit); !s) return s;
      terms.interval = seconds(static_cast<std::int64_t>(
          std::min<std::uint64_t>(positive_number(texts[kInterval]), 1'000'000)));
      terms.slices = static_cast<std::uint16_t>(
          std::min<std::uint64_t>(positive_number(texts[kSlices]), 1'000));
      if (texts[kAggressiveness] == word(Aggressiveness::Passive))
        terms.aggressiveness = Aggressiveness::Passive;
      if (texts[kAggressiveness] == word(Aggressiveness::Aggressive))
        terms.aggressiveness = Aggressiveness::Aggressive;
      return take_distance(texts[kVarianceRatio], texts[kVarianceSpread], instrument, terms);
    }
    case AlgoKind::Chase: {
      const bool by_ratio = texts[kChaseType] == "ratio";
      const bool farthest_by_ratio = texts[kFarthestType] == "ratio";
      if (const DecodeStatus s = by_ratio ? take_ratio(texts[kChaseValue], terms.distance_ppm)
                                          : price(kChaseValue, terms.distance);
          !s)
        return s;
      return farthest_by_ratio ? take_ratio(texts[kFarthestValue], terms.farthest_ppm)
                               : price(kFarthestValue, terms.farthest);
    }
  }
  return {};
}

DecodeStatus read_algo(const Texts& texts, const AccountContext& context,
                       AlgoReport& report) noexcept {
  report.client_id = client_order_id(texts[kClientId]);
  report.venue_id = {positive_number(texts[kAlgoId])};
  report.own_tag = !context.own_tag.empty() && texts[kTag] == context.own_tag.view();
  if (texts[kInstrument].empty()) return std::unexpected(DecodeError::MissingField);
  report.instrument = context.instruments.find(texts[kInstrument]);
  if (!report.instrument.valid()) return std::unexpected(DecodeError::UnknownInstrument);
  const auto kind = algo_kind_of(texts[kType]);
  const auto state = algo_state_of(texts[kState]);
  const auto side = side_of(texts[kSide]);
  const auto position_side = position_side_of(texts[kPositionSide]);
  if (!kind || !state || !side || !position_side) return std::unexpected(DecodeError::UnknownValue);
  const Instrument& instrument = context.instruments[report.instrument];
  AlgoTerms& terms = report.terms;
  terms.kind = *kind;
  terms.side = *side;
  terms.position_side = *position_side;
  terms.reduce_only = texts[kReduceOnly] == "true";
  terms.close_position = texts[kQuantity].empty() && !texts[kCloseFraction].empty();
  // Sized in money, which we never do: what it will trade is not known.
  if (texts[kSizeCurrency] != "quote_ccy") {
    if (const DecodeStatus s = take_quantity(texts[kQuantity], instrument, terms.quantity); !s)
      return s;
  }
  if (const DecodeStatus s = take_kind_terms(texts, instrument, terms); !s) return s;

  report.state = *state;
  const std::int32_t fail_code = texts[kFailCode].empty() ? 0 : parse_code(texts[kFailCode]);
  if (*state == AlgoState::Cancelled) report.reason = VenueReason::UserCancel;
  if (fail_code != 0) {
    report.reason = classify_code(fail_code).reason;
    report.venue_code = fail_code;
  } else if (*state == AlgoState::Failed || *state == AlgoState::PartiallyFailed) {
    report.reason = VenueReason::Other;
  }
  report.amend_id = positive_number(texts[kAmendId]);
  report.amend_failed = texts[kAmendResult] == "-1" && report.amend_id != 0;
  if (const std::uint64_t child = positive_number(texts[kOrderId]); child != 0) {
    const VenueOrderId id{child};
    bool is_known = false;
    for (const VenueOrderId known : report.children) is_known = is_known || known == id;
    if (!is_known) report.children.push(id);
  }
  const std::string_view when = !texts[kUpdateTime].empty() ? texts[kUpdateTime]
                                : !texts[kPushTime].empty() ? texts[kPushTime]
                                                            : texts[kCreationTime];
  const auto time = time_or_zero(when);
  if (!time) return std::unexpected(time.error());
  report.exchange_time = *time;
  return {};
}

/// `ordIdList`: the children; the newest are kept where there are more than we have room for.
DecodeStatus read_children(JsonValue value, AlgoReport& report) noexcept {
  return for_each_element(value, [&](JsonValue element) -> DecodeStatus {
    const auto text = text_of(element);
    if (!text) return std::unexpected(text.error());
    const std::uint64_t id = positive_number(*text);
    if (id == 0) return {};
    if (report.children.full()) report.children.erase(0);
    report.children.push({id});
    return {};
  });
}

}  // namespace

DecodeStatus decode_algos(FrameReader& frame, ExecutionReport::Source source,
                          const AccountContext& context, Timestamp receive_time,
                          AlgoRows& rows) noexcept {
  return for_each_row(frame, [&](JsonValue row) -> DecodeStatus {
    Texts texts{};
    AlgoReport report;
    report.source = source;
    report.account = context.account;
    report.receive_time = receive_time;
    const DecodeStatus read =
        for_each_field(row, [&](std::string_view key, JsonValue value) -> DecodeStatus {
          if (key == "ordIdList") return read_children(value, report);
          const std::size_t i = kNames.find(key);
          if (i == FieldNames<kFields>::kNone) return {};
          return take_text(value, texts[i]);
        });
    if (!read) return read;
    if (const DecodeStatus status = read_algo(texts, context, report); !status) {
      rows.on_bad_algo(report, status.error());
    } else {
      rows.on_algo_row(report);
    }
    return {};
  });
}

DecodeStatus decode_algo_reply(FrameReader& frame, bool has_data, ReplyItems& items) noexcept {
  items.clear();
  if (!has_data) return frame.finish();
  constexpr FieldNames<3> names({"algoId", "algoClOrdId", "sCode"});
  return for_each_row(frame, [&](JsonValue row) -> DecodeStatus {
    std::array<std::string_view, 3> texts{};
    if (const DecodeStatus status = read_texts(row, names, texts); !status) return status;
    ReplyItem item;
    item.venue_id = {positive_number(texts[0])};
    item.client_id = client_order_id(texts[1]);
    item.code = parse_code(texts[2]);
    if (!items.push(item)) return std::unexpected(DecodeError::Overflow);
    return {};
  });
}

}  // namespace gannet::okx
