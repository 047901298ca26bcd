#include "gateway/okx/protocol/encode_order.h"

#include "gateway/okx/protocol/order_words.h"
#include "gateway/okx/protocol/text_writer.h"

namespace gannet::okx {
namespace {

/// {"id":"7","op":"order","args":[   (nothing for REST)
void begin(TextWriter& out, Target target, std::string_view op) noexcept {
  if (target.rest()) return;
  out.raw(R"({"id":")").number(target.request_id).text(R"(","op":")", op).raw(R"(,"args":[)");
}

/// ],"expTime":"..."}   The time is a field of the frame; with REST it is a header. [PROTOCOL 6.8]
void end(TextWriter& out, Target target, Timestamp expire_time) noexcept {
  if (target.rest()) return;
  out.raw("]");
  if (expire_time.nanos > 0) {
    out.raw(R"(,"expTime":")")
        .number(static_cast<std::uint64_t>(to_unix_millis(expire_time)))
        .raw("\"");
  }
  out.raw("}");
}

/// {"instIdCode":123   or   {"instId":"BTC-USDT"
void instrument(TextWriter& out, Target target, const OrderTerms& terms) noexcept {
  if (target.rest()) {
    out.text(R"({"instId":")", terms.name.view());
  } else {
    out.raw(R"({"instIdCode":)").number(static_cast<std::uint64_t>(*terms.code));
  }
}

bool lacks_code(Target target, const OrderTerms& terms) noexcept {
  return !target.rest() && (!terms.code || *terms.code < 0);
}

/// The venue's id where we know it (it wins when both are sent), else ours.
void order_id(TextWriter& out, VenueOrderId venue_id, ClientOrderId client_id) noexcept {
  if (venue_id.valid()) {
    out.raw(R"(,"ordId":")").number(venue_id.value).raw("\"");
  } else {
    out.raw(R"(,"clOrdId":")").number(client_id.value).raw("\"");
  }
}

Encoded finish(TextWriter& out) noexcept {
  const std::string_view text = out.finish();
  if (text.empty()) return std::unexpected(EncodeError::TooMany);
  return text;
}

void cancel_item(TextWriter& out, Target target, const CancelRequest& request,
                 const OrderTerms& terms) noexcept {
  instrument(out, target, terms);
  order_id(out, request.venue_id, request.client_id);
  out.raw("}");
}

}  // namespace

Encoded encode_place(OrderText& buffer, Target target, const PlaceRequest& request,
                     const OrderTerms& terms, const OrderTag& tag) noexcept {
  const std::optional<OrdType> type =
      ord_type(request.kind, request.time_in_force, request.post_only);
  if (!type) return std::unexpected(EncodeError::Unsupported);
  if (*type == OrdType::Market && terms.kind == InstrumentKind::Option) {
    return std::unexpected(EncodeError::Unsupported);  // 51066
  }
  if (lacks_code(target, terms)) return std::unexpected(EncodeError::NoInstrumentCode);
  if (!request.client_id.valid()) return std::unexpected(EncodeError::NoOrderId);
  const bool derivative = is_derivative(terms.kind);

  TextWriter out(buffer);
  begin(out, target, "order");
  instrument(out, target, terms);
  out.text(R"(,"tdMode":")", word(request.margin_mode));
  if (!terms.margin_currency.empty()) out.text(R"(,"ccy":")", terms.margin_currency.view());
  out.raw(R"(,"clOrdId":")").number(request.client_id.value).raw("\"");
  if (!tag.empty()) out.text(R"(,"tag":")", tag.view());
  out.text(R"(,"side":")", word(request.side));
  // Never for spot and margin, where the venue refuses it. [PROTOCOL 6.3]
  if (derivative && (terms.long_short_mode || request.position_side != PositionSide::Net)) {
    out.text(R"(,"posSide":")", word(request.position_side));
  }
  out.text(R"(,"ordType":")", word(*type));
  out.raw(R"(,"sz":")").units(request.quantity.raw, terms.quantity_digits).raw("\"");
  if (*type != OrdType::Market) {
    out.raw(R"(,"px":")").units(request.price.raw, terms.price_digits).raw("\"");
  } else if (terms.kind == InstrumentKind::Spot) {
    // Quantities are base currency here; the venue's default for market buys is quote. [6.4]
    out.raw(R"(,"tgtCcy":"base_ccy")");
  }
  if (request.reduce_only && terms.kind != InstrumentKind::Spot) out.raw(R"(,"reduceOnly":true)");
  if (!terms.trade_quote_currency.empty() && terms.kind == InstrumentKind::Spot) {
    out.text(R"(,"tradeQuoteCcy":")", terms.trade_quote_currency.view());
  }
  out.raw("}");
  end(out, target, request.expire_time);
  return finish(out);
}

Encoded encode_amend(OrderText& buffer, Target target, const AmendRequest& request,
                     const OrderTerms& terms) noexcept {
  if (!request.new_price && !request.new_quantity) {
    return std::unexpected(EncodeError::NothingToAmend);
  }
  if (lacks_code(target, terms)) return std::unexpected(EncodeError::NoInstrumentCode);
  if (!request.client_id.valid() && !request.venue_id.valid()) {
    return std::unexpected(EncodeError::NoOrderId);
  }
  TextWriter out(buffer);
  begin(out, target, "amend-order");
  instrument(out, target, terms);
  order_id(out, request.venue_id, request.client_id);
  if (request.amend_id != 0) out.raw(R"(,"reqId":")").number(request.amend_id).raw("\"");
  if (request.new_quantity) {
    out.raw(R"(,"newSz":")").units(request.new_quantity->raw, terms.quantity_digits).raw("\"");
  }
  if (request.new_price) {
    out.raw(R"(,"newPx":")").units(request.new_price->raw, terms.price_digits).raw("\"");
  }
  out.raw("}");
  end(out, target, request.expire_time);
  return finish(out);
}

Encoded encode_cancel(OrderText& buffer, Target target, const CancelRequest& request,
                      const OrderTerms& terms) noexcept {
  if (lacks_code(target, terms)) return std::unexpected(EncodeError::NoInstrumentCode);
  if (!request.client_id.valid() && !request.venue_id.valid()) {
    return std::unexpected(EncodeError::NoOrderId);
  }
  TextWriter out(buffer);
  begin(out, target, "cancel-order");
  cancel_item(out, target, request, terms);
  end(out, target, {});
  return finish(out);
}

Encoded encode_cancel_batch(OrderText& buffer, Target target,
                            std::span<const CancelRequest> requests,
                            std::span<const OrderTerms* const> terms) noexcept {
  if (requests.empty() || requests.size() > kMaxBatch || terms.size() != requests.size()) {
    return std::unexpected(EncodeError::TooMany);
  }
  TextWriter out(buffer);
  begin(out, target, "batch-cancel-orders");
  if (target.rest()) out.raw("[");
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (lacks_code(target, *terms[i])) return std::unexpected(EncodeError::NoInstrumentCode);
    if (!requests[i].client_id.valid() && !requests[i].venue_id.valid()) {
      return std::unexpected(EncodeError::NoOrderId);
    }
    if (i > 0) out.raw(",");
    cancel_item(out, target, requests[i], *terms[i]);
  }
  if (target.rest()) out.raw("]");
  end(out, target, {});
  return finish(out);
}

}  // namespace gannet::okx
