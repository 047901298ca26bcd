#include "gateway/okx/protocol/encode_algo.h"

#include "gateway/okx/protocol/algo_words.h"
#include "gateway/okx/protocol/order_rules.h"
#include "gateway/okx/protocol/order_words.h"
#include "gateway/okx/protocol/text_writer.h"

namespace gannet::okx {
namespace {

constexpr int kRatioDigits = 6;  // parts per million as a share
constexpr std::string_view kMarketOrderPrice = "-1";

void price(TextWriter& out, std::string_view prefix, Price value,
           const OrderTerms& terms) noexcept {
  out.raw(prefix).units(value.raw, terms.price_digits).raw("\"");
}

/// A price, or the word for a market order.
void order_price(TextWriter& out, std::string_view prefix, Price limit,
                 const OrderTerms& terms) noexcept {
  if (limit.raw == 0) {
    out.text(prefix, kMarketOrderPrice);
  } else {
    price(out, prefix, limit, terms);
  }
}

/// One of a share and a price.
void distance(TextWriter& out, std::string_view ratio_prefix, std::string_view price_prefix,
              std::uint32_t ppm, Price absolute, const OrderTerms& terms) noexcept {
  if (ppm != 0) {
    out.raw(ratio_prefix).units(ppm, kRatioDigits).raw("\"");
  } else if (absolute.raw != 0) {
    price(out, price_prefix, absolute, terms);
  }
}

void chase_distance(TextWriter& out, std::string_view type_prefix, std::string_view value_prefix,
                    std::uint32_t ppm, Price absolute, const OrderTerms& terms) noexcept {
  out.text(type_prefix, ppm != 0 ? "ratio" : "distance");
  if (ppm != 0) {
    out.raw(value_prefix).units(ppm, kRatioDigits).raw("\"");
  } else {
    price(out, value_prefix, absolute, terms);
  }
}

void exits(TextWriter& out, const AlgoTerms& algo, const OrderTerms& terms) noexcept {
  if (algo.trigger.raw != 0) {
    price(out, R"(,"tpTriggerPx":")", algo.trigger, terms);
    order_price(out, R"(,"tpOrdPx":")", algo.limit, terms);
    out.text(R"(,"tpTriggerPxType":")", word(algo.source));
  }
  if (algo.stop_trigger.raw != 0) {
    price(out, R"(,"slTriggerPx":")", algo.stop_trigger, terms);
    order_price(out, R"(,"slOrdPx":")", algo.stop_limit, terms);
    out.text(R"(,"slTriggerPxType":")", word(algo.stop_source));
  }
}

void kind_terms(TextWriter& out, const AlgoTerms& algo, const OrderTerms& terms) noexcept {
  switch (algo.kind) {
    case AlgoKind::Conditional:
    case AlgoKind::OneCancelsOther:
      exits(out, algo, terms);
      break;
    case AlgoKind::Trigger:
      price(out, R"(,"triggerPx":")", algo.trigger, terms);
      order_price(out, R"(,"orderPx":")", algo.limit, terms);
      // The venue's default is the last price.
      if (algo.source != TriggerSource::Last) out.text(R"(,"triggerPxType":")", word(algo.source));
      if (algo.time_in_force != TimeInForce::GoodTillCancel)
        out.text(R"(,"advanceOrdType":")",
                 algo.time_in_force == TimeInForce::FillOrKill ? "fok" : "ioc");
      break;
    case AlgoKind::TrailingStop:
      distance(out, R"(,"callbackRatio":")", R"(,"callbackSpread":")", algo.distance_ppm,
               algo.distance, terms);
      if (algo.trigger.raw != 0) price(out, R"(,"activePx":")", algo.trigger, terms);
      break;
    case AlgoKind::Iceberg:
      out.raw(R"(,"szLimit":")").units(algo.slice.raw, terms.quantity_digits).raw("\"");
      out.raw(R"(,"lmtOrderNumber":")").number(algo.slices).raw("\"");
      out.text(R"(,"aggressiveness":")", word(algo.aggressiveness));
      if (algo.limit.raw != 0) price(out, R"(,"pxLimit":")", algo.limit, terms);
      if (algo.trigger.raw != 0) {
        price(out,
              R"(,"triggerParams":[{"triggerAction":"start","triggerStrategy":"price",)"
              R"("triggerPx":")",
              algo.trigger, terms);
        out.raw("}]");
      }
      break;
    case AlgoKind::TimeWeighted:
      distance(out, R"(,"pxVar":")", R"(,"pxSpread":")", algo.distance_ppm, algo.distance, terms);
      out.raw(R"(,"szLimit":")").units(algo.slice.raw, terms.quantity_digits).raw("\"");
      price(out, R"(,"pxLimit":")", algo.limit, terms);
      out.raw(R"(,"timeInterval":")")
          .number(static_cast<std::uint64_t>(algo.interval.count / 1'000'000'000))
          .raw("\"");
      break;
    case AlgoKind::Chase:
      chase_distance(out, R"(,"chaseType":")", R"(,"chaseVal":")", algo.distance_ppm, algo.distance,
                     terms);
      if (algo.farthest_ppm != 0 || algo.farthest.raw != 0)
        chase_distance(out, R"(,"maxChaseType":")", R"(,"maxChaseVal":")", algo.farthest_ppm,
                       algo.farthest, terms);
      break;
  }
}

void algo_id(TextWriter& out, VenueOrderId venue_id, ClientOrderId client_id) noexcept {
  if (venue_id.valid()) {
    out.raw(R"(,"algoId":")").number(venue_id.value).raw("\"");
  } else {
    out.raw(R"(,"algoClOrdId":")").number(client_id.value).raw("\"");
  }
}

}  // namespace

Encoded encode_place_algo(OrderText& buffer, const AlgoPlaceRequest& request,
                          const OrderTerms& terms, const OrderTag& tag) noexcept {
  const AlgoTerms& algo = request.terms;
  if (gap_of(algo, terms.kind) != AlgoGap::None) return std::unexpected(EncodeError::Unsupported);
  if (!request.client_id.valid()) return std::unexpected(EncodeError::NoOrderId);
  TextWriter out(buffer);
  out.text(R"({"instId":")", terms.name.view());
  const MarginMode mode = trade_mode(terms.account_mode, terms.kind, algo.side, request.margin_mode)
                              .value_or(request.margin_mode);
  out.text(R"(,"tdMode":")", word(mode));
  if (!terms.margin_currency.empty() && mode != MarginMode::Cash)
    out.text(R"(,"ccy":")", terms.margin_currency.view());
  out.raw(R"(,"algoClOrdId":")").number(request.client_id.value).raw("\"");
  if (!tag.empty()) out.text(R"(,"tag":")", tag.view());
  out.text(R"(,"side":")", word(algo.side));
  if (is_derivative(terms.kind) &&
      (terms.long_short_mode || algo.position_side != PositionSide::Net))
    out.text(R"(,"posSide":")", word(algo.position_side));
  out.text(R"(,"ordType":")", word(algo.kind));
  if (algo.close_position) {
    out.raw(R"(,"closeFraction":"1")");
  } else {
    out.raw(R"(,"sz":")").units(algo.quantity.raw, terms.quantity_digits).raw("\"");
  }
  kind_terms(out, algo, terms);
  // The venue's default unit of a market buy on spot is quote currency. [6.4]
  if (terms.kind == InstrumentKind::Spot && algo.side == Side::Buy && fires_once(algo.kind))
    out.raw(R"(,"tgtCcy":"base_ccy")");
  if (algo.reduce_only) out.raw(R"(,"reduceOnly":true)");
  if (!terms.trade_quote_currency.empty() && terms.kind == InstrumentKind::Spot)
    out.text(R"(,"tradeQuoteCcy":")", terms.trade_quote_currency.view());
  out.raw("}");
  return finish(out);
}

Encoded encode_amend_algo(OrderText& buffer, const AlgoAmendRequest& request,
                          const OrderTerms& terms) noexcept {
  const AlgoTerms& algo = request.terms;
  if (!request.new_price && !request.new_quantity)
    return std::unexpected(EncodeError::NothingToAmend);
  if (!is_amendable(algo.kind)) return std::unexpected(EncodeError::Unsupported);
  if (!request.client_id.valid() && !request.venue_id.valid())
    return std::unexpected(EncodeError::NoOrderId);
  TextWriter out(buffer);
  out.text(R"({"instId":")", terms.name.view());
  algo_id(out, request.venue_id, request.client_id);
  if (request.amend_id != 0) out.raw(R"(,"reqId":")").number(request.amend_id).raw("\"");
  if (request.new_quantity)
    out.raw(R"(,"newSz":")").units(algo.quantity.raw, terms.quantity_digits).raw("\"");
  if (request.new_price && algo.kind == AlgoKind::Trigger) {
    price(out, R"(,"newTriggerPx":")", algo.trigger, terms);
    order_price(out, R"(,"newOrdPx":")", algo.limit, terms);
    out.text(R"(,"newTriggerPxType":")", word(algo.source));
  } else if (request.new_price && algo.stop_trigger.raw != 0) {
    price(out, R"(,"newSlTriggerPx":")", algo.stop_trigger, terms);
    order_price(out, R"(,"newSlOrdPx":")", algo.stop_limit, terms);
    out.text(R"(,"newSlTriggerPxType":")", word(algo.stop_source));
  } else if (request.new_price) {
    price(out, R"(,"newTpTriggerPx":")", algo.trigger, terms);
    order_price(out, R"(,"newTpOrdPx":")", algo.limit, terms);
    out.text(R"(,"newTpTriggerPxType":")", word(algo.source));
  }
  out.raw("}");
  return finish(out);
}

Encoded encode_cancel_algos(OrderText& buffer, std::span<const AlgoCancelRequest> requests,
                            std::span<const OrderTerms* const> terms) noexcept {
  if (requests.empty() || requests.size() > kMaxAlgoCancels || terms.size() != requests.size())
    return std::unexpected(EncodeError::TooMany);
  TextWriter out(buffer);
  out.raw("[");
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (!requests[i].client_id.valid() && !requests[i].venue_id.valid())
      return std::unexpected(EncodeError::NoOrderId);
    if (i > 0) out.raw(",");
    out.text(R"({"instId":")", terms[i]->name.view());
    algo_id(out, requests[i].venue_id, requests[i].client_id);
    out.raw("}");
  }
  out.raw("]");
  return finish(out);
}

}  // namespace gannet::okx
