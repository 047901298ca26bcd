#include "gateway/okx/protocol/encode_order.h"

#include "gateway/okx/protocol/algo_words.h"
#include "gateway/okx/protocol/order_rules.h"
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

void cancel_item(TextWriter& out, Target target, const CancelRequest& request,
                 const OrderTerms& terms) noexcept {
  instrument(out, target, terms);
  order_id(out, request.venue_id, request.client_id);
  out.raw("}");
}

/// {"instId":..., ... }   Requires check_place.
/// A trigger, and a price or the word for a market order.
void attached_exit(TextWriter& out, std::string_view prefix, Price trigger, Price limit,
                   TriggerSource by, const OrderTerms& terms) noexcept {
  if (trigger.raw == 0) return;
  out.raw(",\"").raw(prefix).raw(R"(TriggerPx":")").units(trigger.raw, terms.price_digits);
  out.raw("\",\"").raw(prefix).raw(R"(OrdPx":")");
  if (limit.raw == 0) {
    out.raw("-1");
  } else {
    out.units(limit.raw, terms.price_digits);
  }
  out.raw("\",\"").raw(prefix).text(R"(TriggerPxType":")", word(by));
}

void attached_exits(TextWriter& out, const PlaceRequest& request,
                    const OrderTerms& terms) noexcept {
  if (!request.exits.any()) return;
  const AttachedExits& exits = request.exits;
  out.raw(R"(,"attachAlgoOrds":[{"attachAlgoClOrdId":")").number(request.exits_client_id.value);
  out.raw("\"");
  attached_exit(out, "tp", exits.take_profit, exits.take_profit_limit, exits.take_profit_by, terms);
  attached_exit(out, "sl", exits.stop, exits.stop_limit, exits.stop_by, terms);
  out.raw("}]");
}

void place_item(TextWriter& out, Target target, const PlaceRequest& request,
                const OrderTerms& terms, const OrderTag& tag) noexcept {
  const OrderOptions& options = request.options;
  const OrdType type = ord_type(request.kind, request.time_in_force, request.post_only,
                                options.program, is_contract(terms.kind))
                           .value_or(OrdType::Limit);
  const MarginMode mode =
      trade_mode(terms.account_mode, terms.kind, request.side, request.margin_mode)
          .value_or(request.margin_mode);
  const bool derivative = is_derivative(terms.kind);
  const bool by_money = request.quote_quantity.raw > 0;
  instrument(out, target, terms);
  out.text(R"(,"tdMode":")", word(mode));
  if (!terms.margin_currency.empty() && mode != MarginMode::Cash)
    out.text(R"(,"ccy":")", terms.margin_currency.view());
  out.raw(R"(,"clOrdId":")").number(request.client_id.value).raw("\"");
  if (!tag.empty()) out.text(R"(,"tag":")", tag.view());
  out.text(R"(,"side":")", word(request.side));
  // Never for spot and margin, where the venue refuses it. [PROTOCOL 6.3]
  if (derivative && (terms.long_short_mode || request.position_side != PositionSide::Net)) {
    out.text(R"(,"posSide":")", word(request.position_side));
  }
  out.text(R"(,"ordType":")", word(type));
  if (by_money) {
    out.raw(R"(,"sz":")").units(request.quote_quantity.raw, kQuoteQuantityDigits).raw("\"");
  } else {
    out.raw(R"(,"sz":")").units(request.quantity.raw, terms.quantity_digits).raw("\"");
  }
  if (request.kind == OrderKind::Limit) {
    out.raw(R"(,"px":")").units(request.price.raw, terms.price_digits).raw("\"");
    if (options.clamp_price) out.raw(R"(,"pxAmendType":"1")");
  } else if (terms.kind == InstrumentKind::Spot) {
    // Said always: the venue's default is quote for buys and base for sales. [6.4]
    out.raw(by_money ? R"(,"tgtCcy":"quote_ccy")" : R"(,"tgtCcy":"base_ccy")");
  }
  if (request.reduce_only && has_reduce_only(terms.kind, terms.account_mode, terms.long_short_mode))
    out.raw(R"(,"reduceOnly":true)");
  if (options.exact_size) out.raw(R"(,"banAmend":true)");
  if (options.slippage_max_bps != 0)
    out.raw(R"(,"slippagePct":")").units(options.slippage_max_bps, 4).raw("\"");
  if (const std::string_view stp = word(options.self_trade); !stp.empty())
    out.text(R"(,"stpMode":")", stp);
  if (!terms.trade_quote_currency.empty() && terms.kind == InstrumentKind::Spot) {
    out.text(R"(,"tradeQuoteCcy":")", terms.trade_quote_currency.view());
  }
  attached_exits(out, request, terms);
  out.raw("}");
}

std::expected<void, EncodeError> check_amend(const AmendRequest& request) noexcept {
  if (!request.new_price && !request.new_quantity)
    return std::unexpected(EncodeError::NothingToAmend);
  if (!request.client_id.valid() && !request.venue_id.valid())
    return std::unexpected(EncodeError::NoOrderId);
  return {};
}

void amend_item(TextWriter& out, Target target, const AmendRequest& request,
                const OrderTerms& terms) noexcept {
  instrument(out, target, terms);
  order_id(out, request.venue_id, request.client_id);
  if (request.amend_id != 0) out.raw(R"(,"reqId":")").number(request.amend_id).raw("\"");
  if (request.cancel_on_failure) out.raw(R"(,"cxlOnFail":true)");
  if (request.new_quantity) {
    out.raw(R"(,"newSz":")").units(request.new_quantity->raw, terms.quantity_digits).raw("\"");
  }
  if (request.new_price) {
    out.raw(R"(,"newPx":")").units(request.new_price->raw, terms.price_digits).raw("\"");
    if (request.clamp_price) out.raw(R"(,"pxAmendType":"1")");
  }
  out.raw("}");
}

/// One message of several items; with REST an array is the body.
template <class Request, class Item>
Encoded batch(OrderText& buffer, Target target, std::string_view op, Timestamp expire_time,
              std::span<const Request> requests, std::span<const OrderTerms* const> terms,
              Item&& item) noexcept {
  if (requests.empty() || requests.size() > kMaxBatch || terms.size() != requests.size())
    return std::unexpected(EncodeError::TooMany);
  TextWriter out(buffer);
  begin(out, target, op);
  if (target.rest()) out.raw("[");
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (lacks_code(target, *terms[i])) return std::unexpected(EncodeError::NoInstrumentCode);
    if (i > 0) out.raw(",");
    item(out, requests[i], *terms[i]);
  }
  if (target.rest()) out.raw("]");
  end(out, target, expire_time);
  return finish(out);
}

}  // namespace

Encoded finish(TextWriter& out) noexcept {
  const std::string_view text = out.finish();
  if (text.empty()) return std::unexpected(EncodeError::TooMany);
  return text;
}

std::expected<void, EncodeError> check_place(const PlaceRequest& request,
                                             const OrderTerms& terms) noexcept {
  const OrderShape shape{.instrument = terms.kind,
                         .account = terms.account_mode,
                         .long_short = terms.long_short_mode,
                         .margin = request.margin_mode,
                         .side = request.side,
                         .position_side = request.position_side,
                         .kind = request.kind,
                         .time_in_force = request.time_in_force,
                         .post_only = request.post_only,
                         .reduce_only = request.reduce_only,
                         .money_sized = request.quote_quantity.raw > 0,
                         .options = request.options};
  if (lack_of(shape) != Lack::None) return std::unexpected(EncodeError::Unsupported);
  if (!request.client_id.valid()) return std::unexpected(EncodeError::NoOrderId);
  return {};
}

Encoded encode_place(OrderText& buffer, Target target, const PlaceRequest& request,
                     const OrderTerms& terms, const OrderTag& tag) noexcept {
  if (const auto ok = check_place(request, terms); !ok) return std::unexpected(ok.error());
  if (lacks_code(target, terms)) return std::unexpected(EncodeError::NoInstrumentCode);
  TextWriter out(buffer);
  begin(out, target, "order");
  place_item(out, target, request, terms, tag);
  end(out, target, request.expire_time);
  return finish(out);
}

Encoded encode_place_batch(OrderText& buffer, Target target, std::span<const PlaceRequest> requests,
                           std::span<const OrderTerms* const> terms, const OrderTag& tag) noexcept {
  for (std::size_t i = 0; i < requests.size() && i < terms.size(); ++i) {
    if (const auto ok = check_place(requests[i], *terms[i]); !ok)
      return std::unexpected(ok.error());
  }
  return batch(buffer, target, "batch-orders", expiry_of(requests), requests, terms,
               [&](TextWriter& out, const PlaceRequest& request, const OrderTerms& row) {
                 place_item(out, target, request, row, tag);
               });
}

Encoded encode_amend(OrderText& buffer, Target target, const AmendRequest& request,
                     const OrderTerms& terms) noexcept {
  if (const auto ok = check_amend(request); !ok) return std::unexpected(ok.error());
  if (lacks_code(target, terms)) return std::unexpected(EncodeError::NoInstrumentCode);
  TextWriter out(buffer);
  begin(out, target, "amend-order");
  amend_item(out, target, request, terms);
  end(out, target, request.expire_time);
  return finish(out);
}

Encoded encode_amend_batch(OrderText& buffer, Target target, std::span<const AmendRequest> requests,
                           std::span<const OrderTerms* const> terms) noexcept {
  for (const AmendRequest& request : requests) {
    if (const auto ok = check_amend(request); !ok) return std::unexpected(ok.error());
  }
  return batch(buffer, target, "batch-amend-orders", expiry_of(requests), requests, terms,
               [&](TextWriter& out, const AmendRequest& request, const OrderTerms& row) {
                 amend_item(out, target, request, row);
               });
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
  for (const CancelRequest& request : requests) {
    if (!request.client_id.valid() && !request.venue_id.valid())
      return std::unexpected(EncodeError::NoOrderId);
  }
  return batch(buffer, target, "batch-cancel-orders", Timestamp{}, requests, terms,
               [&](TextWriter& out, const CancelRequest& request, const OrderTerms& row) {
                 cancel_item(out, target, request, row);
               });
}

Encoded encode_mass_cancel(OrderText& buffer, Target target, std::string_view family,
                           std::uint32_t lock_milliseconds) noexcept {
  TextWriter out(buffer);
  begin(out, target, "mass-cancel");
  out.text(R"({"instType":"OPTION","instFamily":")", family);
  if (lock_milliseconds != 0) out.raw(R"(,"lockInterval":")").number(lock_milliseconds).raw("\"");
  out.raw("}");
  end(out, target, {});
  return finish(out);
}

}  // namespace gannet::okx
