#include "sim/okx_server/protocol/internal/position_orders.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/order_entry.h"
#include "sim/okx_server/protocol/internal/valuation.h"

namespace gannet::okx_server {
namespace {

/// What a request to close names.
struct CloseRequest {
  InstrumentId instrument;
  sim::TradeMode mode = sim::TradeMode::Cross;
  PositionSide side = PositionSide::Net;
  bool cancels_orders = false;
  std::string client_id;
  std::string tag;
};

/// Fills the request; the refusal if it is none.
std::optional<RestReply> parse_close(RestCall& call, simdjson::dom::object body,
                                     CloseRequest& request) {
  const std::string_view name = text_or_empty(body, "instId");
  if (name.empty()) return missing("instId");
  request.instrument = call.state.find_instrument(name);
  if (!request.instrument.valid()) return refusal("51001", "Instrument ID does not exist");
  const std::string_view mode = text_or_empty(body, "mgnMode");
  if (mode.empty()) return missing("mgnMode");
  const auto parsed = parse_trade_mode(mode);
  if (!parsed || *parsed == sim::TradeMode::Cash) return bad_parameter("mgnMode");
  request.mode = *parsed;
  const std::string_view side = text_or_empty(body, "posSide");
  if (call.state.exchange->settings(call.account().id).long_short_mode) {
    if (side != "long" && side != "short") return bad_parameter("posSide");
    request.side = side == "long" ? PositionSide::Long : PositionSide::Short;
  } else if (!side.empty() && side != "net") {
    return bad_parameter("posSide");
  }
  request.cancels_orders = bool_member(body, "autoCxl").value_or(false);
  request.client_id = text_or_empty(body, "clOrdId");
  if (!request.client_id.empty() && !is_plain_name(request.client_id, 32))
    return bad_parameter("clOrdId");
  request.tag = text_or_empty(body, "tag");
  if (!request.tag.empty() && !is_plain_name(request.tag, 16)) return bad_parameter("tag");
  return std::nullopt;
}

std::optional<sim::PositionView> find_position(const RestCall& call, const CloseRequest& request) {
  for (const sim::PositionView& position : call.state.exchange->positions(call.account().id)) {
    if (position.instrument == request.instrument && position.mode == request.mode &&
        position.side == request.side && position.quantity.raw != 0)
      return position;
  }
  return std::nullopt;
}

/// Orders that wait to close the position: of a leg those that sell it, in net mode those that may
/// do nothing else.
std::vector<VenueOrderId> closing_orders(const RestCall& call, const sim::PositionView& position) {
  std::vector<VenueOrderId> found;
  const Side closing = position.quantity.raw > 0 ? Side::Sell : Side::Buy;
  call.state.exchange->for_each_open_order(call.account().id, [&](const sim::OrderView& order) {
    const sim::NewOrder& terms = order.terms;
    if (terms.instrument == position.instrument && terms.mode == position.mode &&
        terms.position_side == position.side && terms.side == closing &&
        (terms.reduce_only || position.side != PositionSide::Net))
      found.push_back(order.id);
  });
  return found;
}

sim::NewOrder closing_order(const RestCall& call, const CloseRequest& request,
                            const sim::PositionView& position) {
  sim::NewOrder order;
  order.user = call.account().id;
  order.instrument = position.instrument;
  order.side = position.quantity.raw > 0 ? Side::Sell : Side::Buy;
  order.type = sim::OrderType::Market;
  order.mode = position.mode;
  order.position_side = position.side;
  order.reduce_only = position.side == PositionSide::Net;
  order.quantity = {std::abs(position.quantity.raw)};
  order.client_id = FixedString<32>(request.client_id);
  order.tag = FixedString<16>(request.tag);
  return order;
}

/// Money that an account is margined with, in dollars.
struct Figures {
  double equity = 0;
  double available = 0;
  double initial = 0;
  double maintenance = 0;
  double ratio() const noexcept { return maintenance > 0 ? equity / maintenance : 0; }
};

Figures account_figures(const ServerState& state, sim::UserId user) {
  Figures figures;
  for (const sim::BalanceView& balance : state.exchange->balances(user)) {
    const double price = usd_price(state, balance.currency);
    figures.equity += to_double(balance.equity) * price;
    figures.available += to_double(balance.available) * price;
  }
  for (const sim::PositionView& position : state.exchange->positions(user)) {
    const double price = usd_price(state, state.instruments[position.instrument].settle);
    figures.initial += to_double(position.initial_margin) * price;
    figures.maintenance += to_double(position.maintenance_margin) * price;
  }
  return figures;
}

/// What the order would add, by its own price and the leverage that is set.
Figures order_figures(const ServerState& state, const sim::NewOrder& terms) {
  const Instrument& instrument = state.instruments[terms.instrument];
  Figures added;
  const Price price = terms.price.raw > 0 ? terms.price : reference_price(state, terms.instrument);
  const double value = terms.quantity_is_quote
                           ? to_double(terms.quote_quantity) * usd_price(state, instrument.quote)
                           : notional_usd(state, instrument, price, terms.quantity);
  if (!is_derivative(instrument.kind)) {
    added.available = -value;
    return added;
  }
  const auto leverage = state.exchange->leverage(terms.user, terms.instrument);
  added.initial = value / static_cast<double>(leverage > 0 ? leverage : 1);
  added.available = -added.initial;
  return added;
}

}  // namespace

RestReply close_position(RestCall& call) {
  const auto root = parse_body(call.state, call.request);
  const auto body = root ? as_object(*root) : std::nullopt;
  if (!body) return refusal("50002", "JSON syntax error", 400);
  CloseRequest request;
  if (const auto refused = parse_close(call, *body, request)) return *refused;
  const std::string bucket = "close:" + call.account().settings.uid + ":" +
                             std::string(call.state.instruments[request.instrument].name.view());
  if (!call.state.limiter.acquire(bucket, call.state.settings.limits.rest ? 20 : 0, seconds(2), 1,
                                  call.state.now))
    return refusal("50011", "Rate limit reached", 429);

  const auto position = find_position(call, request);
  if (!position) return refusal("51023", "Position does not exist");
  sim::Exchange& exchange = *call.state.exchange;
  const std::vector<VenueOrderId> waiting = closing_orders(call, *position);
  if (!waiting.empty() && !request.cancels_orders)
    return refusal("51115", "Cancel all pending close-orders before liquidation", 429);
  for (const VenueOrderId id : waiting)
    exchange.cancel(call.account().id, id, sim::CancelCause::User, call.state.exchange_time());
  const auto placed =
      exchange.place(closing_order(call, request, *position), call.state.exchange_time());
  if (placed.refusal == sim::Refusal::QuantityTooLarge)
    return refusal("51108", "Positions exceed the limit for closing out with the market price");
  const Verdict verdict = refused(call.state, placed.refusal, Operation::Place, request.instrument,
                                  sim::OrderType::Market);
  if (!verdict.ok()) return refusal(verdict.code, verdict.message);
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object()
      .field("instId", call.state.instruments[request.instrument].name.view())
      .field("posSide", name_of(request.side))
      .field("clOrdId", request.client_id)
      .field("tag", request.tag)
      .end_object();
  return reply;
}

RestReply precheck_order(RestCall& call) {
  const auto root = parse_body(call.state, call.request);
  const auto body = root ? as_object(*root) : std::nullopt;
  if (!body) return refusal("50002", "JSON syntax error", 400);
  const UserState& user = call.account();
  if (call.state.exchange->settings(user.id).account_mode < 3)
    return refusal("51010", "Operation is not supported under the current account mode");
  const NamedInstrument named = named_instrument(call.state, *body, Source::Rest);
  if (!named.verdict.ok()) return refusal(named.verdict.code, named.verdict.message);
  const ParsedOrder parsed = parse_order(call.state, user, named.id, *body);
  if (!parsed.verdict.ok()) return refusal(parsed.verdict.code, parsed.verdict.message);

  const Figures now = account_figures(call.state, user.id);
  const Figures added = order_figures(call.state, parsed.terms);
  Figures after = now;
  after.initial += added.initial;
  after.available += added.available;
  RestReply reply;
  JsonWriter json(reply.data);
  // Current figures and their change; this venue does not say where a liquidation would come.
  json.begin_object()
      .field("adjEq", estimate_text(now.equity))
      .field("adjEqChg", "0")
      .field("imr", estimate_text(now.initial))
      .field("imrChg", estimate_text(added.initial))
      .field("mmr", estimate_text(now.maintenance))
      .field("mmrChg", "0")
      .field("mgnRatio", estimate_text(now.ratio()))
      .field("mgnRatioChg", estimate_text(after.ratio() - now.ratio()))
      .field("availBal", estimate_text(now.available))
      .field("availBalChg", estimate_text(added.available))
      .blank("liqPx", "liqPxDiff", "liqPxDiffRatio", "posBal", "posBalChg")
      .field("liab", "0")
      .field("liabChg", "0")
      .blank("liabChgCcy", "type")
      .end_object();
  return reply;
}

}  // namespace gannet::okx_server
