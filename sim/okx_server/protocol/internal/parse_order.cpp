#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/order_entry.h"
#include "sim/okx_server/protocol/internal/valuation.h"

namespace gannet::okx_server {
namespace {

Verdict bad_parameter(std::string_view name) {
  return {"51000", "Parameter " + std::string(name) + " error", ""};
}

Verdict empty_parameter(std::string_view name) {
  return {"50014", "Parameter " + std::string(name) + " can not be empty", ""};
}

Verdict take_price(const ServerState& state, const Instrument& instrument,
                   simdjson::dom::object item, sim::NewOrder& terms) {
  if (terms.type == sim::OrderType::Market || terms.type == sim::OrderType::OptimalLimitIoc)
    return {};
  const std::string_view text = text_or_empty(item, "px");
  if (text.empty()) return {"51204", "The price of a limit order is missing", ""};
  if (text.size() > 32) return {"51514", "The price is longer than 32 characters", ""};
  const auto raw = parse_units(text, instrument.price_digits);
  if (!raw && raw.error() == ParseError::TooPrecise)
    return verdict_of(sim::Refusal::PriceOffTick, Operation::Place, instrument, terms.type,
                      state.settings.off_tick_code);
  if (!raw || *raw <= 0) return bad_parameter("px");
  terms.price = {*raw};
  const std::string_view amend = text_or_empty(item, "pxAmendType");
  if (!amend.empty() && amend != "0" && amend != "1") return bad_parameter("pxAmendType");
  if (amend != "1") return {};
  if (const auto limits = price_limits(state, instrument.id)) {
    if (terms.side == Side::Buy && terms.price > limits->highest_buy)
      terms.price = limits->highest_buy;
    if (terms.side == Side::Sell && terms.price < limits->lowest_sell)
      terms.price = limits->lowest_sell;
  }
  return {};
}

Verdict take_size(const Instrument& instrument, simdjson::dom::object item, sim::NewOrder& terms) {
  const std::string_view text = text_or_empty(item, "sz");
  if (text.empty()) return empty_parameter("sz");
  if (text.size() > 32) return bad_parameter("sz");
  const bool spot_market = !is_derivative(instrument.kind) && terms.type == sim::OrderType::Market;
  const std::string_view unit = text_or_empty(item, "tgtCcy");
  if (!unit.empty() && unit != "base_ccy" && unit != "quote_ccy") return bad_parameter("tgtCcy");
  terms.quantity_is_quote =
      spot_market && (unit.empty() ? terms.side == Side::Buy : unit == "quote_ccy");
  if (terms.quantity_is_quote) {
    const auto amount = parse_amount(text, instrument.quote);
    if (!amount || amount->raw <= 0) return bad_parameter("sz");
    terms.quote_quantity = *amount;
    return {};
  }
  const auto raw = parse_units(text, instrument.quantity_digits);
  if (!raw && raw.error() == ParseError::TooPrecise)
    return verdict_of(sim::Refusal::QuantityOffLot, Operation::Place, instrument, terms.type, 0);
  if (!raw || *raw <= 0) return bad_parameter("sz");
  terms.quantity = {*raw};
  return {};
}

Verdict take_mode(const UserState& user, const Instrument& instrument, simdjson::dom::object item,
                  sim::NewOrder& terms) {
  const std::string_view text = text_or_empty(item, "tdMode");
  if (text.empty()) return empty_parameter("tdMode");
  const auto mode = parse_trade_mode(text);
  if (!mode) return bad_parameter("tdMode");
  terms.mode = *mode;
  const int account = user.settings.account.account_mode;
  Verdict wrong{"51010", "tdMode does not fit the account mode", ""};
  if (is_derivative(instrument.kind)) {
    if (account == 1 || *mode == sim::TradeMode::Cash) return wrong;
    if (account >= 3 && *mode == sim::TradeMode::Isolated)
      return {"50072", "Isolated margin is not supported in this account mode", ""};
    return {};
  }
  if (account <= 2 && *mode == sim::TradeMode::Cash) return {};
  if (account >= 3 && *mode == sim::TradeMode::Cross) {
    terms.mode = sim::TradeMode::Cash;  // the venue's word there; the exchange knows spot as cash
    return {};
  }
  if (account == 2 && text_or_empty(item, "ccy").empty()) return empty_parameter("ccy");
  return wrong;
}

Verdict take_position_side(const UserState& user, const Instrument& instrument,
                           simdjson::dom::object item, sim::NewOrder& terms) {
  const std::string_view text = text_or_empty(item, "posSide");
  const bool sided = user.settings.account.long_short_mode && is_derivative(instrument.kind) &&
                     instrument.kind != InstrumentKind::Option;
  if (text == "long" && sided)
    terms.position_side = PositionSide::Long;
  else if (text == "short" && sided)
    terms.position_side = PositionSide::Short;
  else if (sided || (!text.empty() && text != "net"))
    return bad_parameter("posSide");
  return {};
}

Verdict take_self_trade_mode(simdjson::dom::object item, sim::NewOrder& terms) {
  const std::string_view text = text_or_empty(item, "stpMode");
  if (text.empty() || text == "cancel_maker") return {};
  if (text == "cancel_taker")
    terms.stp = sim::SelfTradePrevention::CancelTaker;
  else if (text == "cancel_both")
    terms.stp = sim::SelfTradePrevention::CancelBoth;
  else
    return bad_parameter("stpMode");
  if (terms.stp == sim::SelfTradePrevention::CancelBoth && terms.type == sim::OrderType::FillOrKill)
    return {"54036", "A FOK order can not use cancel_both", ""};
  return {};
}

Verdict take_flags(const UserState& user, const Instrument& instrument, simdjson::dom::object item,
                   sim::NewOrder& terms) {
  terms.reduce_only = bool_member(item, "reduceOnly").value_or(false);
  if (terms.reduce_only &&
      (!is_derivative(instrument.kind) || user.settings.account.account_mode == 1))
    return {"51205", "Reduce-only is not available", ""};
  // In long/short mode the sides say what closes; the flag means nothing there.
  if (user.settings.account.long_short_mode) terms.reduce_only = false;
  simdjson::dom::element attached;
  if (item.at_key("attachAlgoOrds").get(attached) == simdjson::SUCCESS)
    return bad_parameter("attachAlgoOrds");  // better refused than silently not there
  return {};
}

Verdict take_names(simdjson::dom::object item, sim::NewOrder& terms) {
  const std::string_view client_id = text_or_empty(item, "clOrdId");
  if (!client_id.empty() && !is_plain_name(client_id, 32)) return bad_parameter("clOrdId");
  const std::string_view tag = text_or_empty(item, "tag");
  if (!tag.empty() && !is_plain_name(tag, 16)) return bad_parameter("tag");
  terms.client_id = client_id;
  terms.tag = tag;
  return {};
}

Verdict take_all(const ServerState& state, const UserState& user, const Instrument& instrument,
                 simdjson::dom::object item, sim::NewOrder& terms) {
  const std::string_view side = text_or_empty(item, "side");
  if (side.empty()) return empty_parameter("side");
  if (side != "buy" && side != "sell") return bad_parameter("side");
  terms.side = side == "buy" ? Side::Buy : Side::Sell;
  const std::string_view type = text_or_empty(item, "ordType");
  if (type.empty()) return empty_parameter("ordType");
  const auto parsed_type = parse_order_type(type);
  if (!parsed_type) return bad_parameter("ordType");
  terms.type = *parsed_type;
  if (Verdict v = take_names(item, terms); !v.ok()) return v;
  if (Verdict v = take_mode(user, instrument, item, terms); !v.ok()) return v;
  if (Verdict v = take_position_side(user, instrument, item, terms); !v.ok()) return v;
  if (Verdict v = take_flags(user, instrument, item, terms); !v.ok()) return v;
  if (Verdict v = take_self_trade_mode(item, terms); !v.ok()) return v;
  if (Verdict v = take_price(state, instrument, item, terms); !v.ok()) return v;
  return take_size(instrument, item, terms);
}

}  // namespace

ParsedOrder parse_order(const ServerState& state, const UserState& user, InstrumentId id,
                        simdjson::dom::object item) {
  ParsedOrder parsed;
  parsed.terms.user = user.id;
  parsed.terms.instrument = id;
  parsed.verdict = take_all(state, user, state.instruments[id], item, parsed.terms);
  return parsed;
}

NamedInstrument named_instrument(const ServerState& state, simdjson::dom::object item,
                                 Source source) {
  const Verdict unknown{"51001", "Instrument ID, instrument ID code or spread ID does not exist",
                        ""};
  if (source == Source::Rest) {
    const std::string_view name = text_or_empty(item, "instId");
    if (name.empty()) return {{}, empty_parameter("instId")};
    const InstrumentId id = state.find_instrument(name);
    return {id, id.valid() ? Verdict{} : unknown};
  }
  simdjson::dom::element element;
  if (item.at_key("instIdCode").get(element) != simdjson::SUCCESS || element.is_null())
    return {{}, empty_parameter("instIdCode")};
  const auto code = integer_member(item, "instIdCode");
  if (!code) return {{}, bad_parameter("instIdCode")};
  const auto found = state.by_code.find(*code);
  if (found == state.by_code.end()) return {{}, unknown};
  return {found->second, {}};
}

const sim::OrderView* named_order(const ServerState& state, const UserState& user,
                                  InstrumentId instrument, std::string_view order_id,
                                  std::string_view client_id) {
  const sim::OrderView* order = nullptr;
  if (!order_id.empty()) {
    const VenueOrderId id = order_of_wire_id(order_id);
    if (id.valid()) order = state.exchange->find(id);
  } else if (!client_id.empty()) {
    order = state.exchange->find_by_client_id(user.id, client_id);
  }
  if (order == nullptr || order->terms.user != user.id || order->terms.instrument != instrument)
    return nullptr;
  return order;
}

}  // namespace gannet::okx_server
