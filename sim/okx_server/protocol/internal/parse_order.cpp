#include <algorithm>

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
  return fit_to_band(state, instrument.id, terms.side, item, terms.price);
}

Verdict take_size(const Instrument& instrument, simdjson::dom::object item, sim::NewOrder& terms) {
  const std::string_view text = text_or_empty(item, "sz");
  if (text.empty()) return empty_parameter("sz");
  if (text.size() > 32) return bad_parameter("sz");
  const bool spot_market = !is_derivative(instrument.kind) && terms.type == sim::OrderType::Market;
  const std::string_view unit = text_or_empty(item, "tgtCcy");
  if (!unit.empty() && unit != "base_ccy" && unit != "quote_ccy") return bad_parameter("tgtCcy");
  // Whoever must not be shrunk is refused when the money does not cover the order.
  terms.shrinks_to_funds = !bool_member(item, "banAmend").value_or(false);
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

Verdict take_mode(const sim::UserSettings& user, const Instrument& instrument,
                  simdjson::dom::object item, sim::NewOrder& terms) {
  const std::string_view text = text_or_empty(item, "tdMode");
  if (text.empty()) return empty_parameter("tdMode");
  const auto mode = parse_trade_mode(text);
  if (!mode) return bad_parameter("tdMode");
  terms.mode = *mode;
  const int account = user.account_mode;
  Verdict wrong{"51010", "tdMode does not fit the account mode", ""};
  if (is_derivative(instrument.kind)) {
    if (account == 1 || *mode == sim::TradeMode::Cash) return wrong;
    if (account >= 3 && *mode == sim::TradeMode::Isolated)
      return {"50072", "Isolated margin is not supported in this account mode", ""};
    return {};
  }
  if (account <= 2 && *mode == sim::TradeMode::Cash) return {};
  if (account >= 3 && *mode == sim::TradeMode::Cross) return {};
  if (account == 2 && text_or_empty(item, "ccy").empty()) return empty_parameter("ccy");
  return wrong;
}

Verdict take_position_side(const sim::UserSettings& user, const Instrument& instrument,
                           simdjson::dom::object item, sim::NewOrder& terms) {
  const std::string_view text = text_or_empty(item, "posSide");
  const bool sided = user.long_short_mode && is_derivative(instrument.kind) &&
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

/// The most that a market order may move from the best price: 0 to 0.05, four decimals. Only where
/// the size is in the currency that is received: there the price decides what is paid.
Verdict take_slippage(const Instrument& instrument, simdjson::dom::object item,
                      sim::NewOrder& terms) {
  const std::string_view text = text_or_empty(item, "slippagePct");
  if (text.empty()) return {};
  const Verdict invalid{"54085", "slippagePct must be 0 to 0.05 with at most 4 decimals", ""};
  const auto raw = parse_units(text, 4);
  if (!raw || *raw < 0 || *raw > 500) return invalid;
  const bool spot_market = !is_derivative(instrument.kind) && terms.type == sim::OrderType::Market;
  const bool sized_in_received = (terms.side == Side::Buy) != terms.quantity_is_quote;
  if (!spot_market || !sized_in_received) return bad_parameter("slippagePct");
  terms.slippage = static_cast<std::int32_t>(*raw);
  return {};
}

/// The market of one quote currency is the only one here.
Verdict take_quote_currency(const ServerState& state, const Instrument& instrument,
                            simdjson::dom::object item) {
  const std::string_view text = text_or_empty(item, "tradeQuoteCcy");
  if (text.empty() || is_derivative(instrument.kind)) return {};
  if (text != state.currencies.name(instrument.quote)) return bad_parameter("tradeQuoteCcy");
  return {};
}

/// Order types that OKX has for others than the users of this venue.
Verdict refuse_special_type(const Instrument& instrument, std::string_view type) {
  const bool option = instrument.kind == InstrumentKind::Option;
  if (option && (type == "mmp" || type == "mmp_and_post_only"))
    return {"51035", "This account doesn't have permission to submit MMP orders", ""};
  if (type == "rpi") return {"54042", "No permission to place RPI orders", ""};
  return bad_parameter("ordType");
}

Verdict take_flags(const sim::UserSettings& user, const Instrument& instrument,
                   simdjson::dom::object item, sim::NewOrder& terms) {
  terms.reduce_only = bool_member(item, "reduceOnly").value_or(false);
  if (terms.reduce_only && (!is_derivative(instrument.kind) || user.account_mode == 1))
    return {"51205", "Reduce-only is not available", ""};
  // In long/short mode the sides say what closes; the flag means nothing there.
  if (user.long_short_mode) terms.reduce_only = false;
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

Verdict take_all(const ServerState& state, const sim::UserSettings& user,
                 const Instrument& instrument, simdjson::dom::object item, sim::NewOrder& terms) {
  const std::string_view side = text_or_empty(item, "side");
  if (side.empty()) return empty_parameter("side");
  if (side != "buy" && side != "sell") return bad_parameter("side");
  terms.side = side == "buy" ? Side::Buy : Side::Sell;
  const std::string_view type = text_or_empty(item, "ordType");
  if (type.empty()) return empty_parameter("ordType");
  const auto parsed_type = parse_order_type(type);
  if (!parsed_type) return refuse_special_type(instrument, type);
  terms.type = *parsed_type;
  if (Verdict v = take_names(item, terms); !v.ok()) return v;
  if (Verdict v = take_mode(user, instrument, item, terms); !v.ok()) return v;
  if (Verdict v = take_position_side(user, instrument, item, terms); !v.ok()) return v;
  if (Verdict v = take_flags(user, instrument, item, terms); !v.ok()) return v;
  if (Verdict v = take_self_trade_mode(item, terms); !v.ok()) return v;
  if (Verdict v = take_price(state, instrument, item, terms); !v.ok()) return v;
  if (Verdict v = take_size(instrument, item, terms); !v.ok()) return v;
  if (Verdict v = take_slippage(instrument, item, terms); !v.ok()) return v;
  return take_quote_currency(state, instrument, item);
}

}  // namespace

Verdict parse_common_terms(const sim::UserSettings& user, const Instrument& instrument,
                           simdjson::dom::object item, sim::NewOrder& terms) {
  const std::string_view side = text_or_empty(item, "side");
  if (side.empty()) return empty_parameter("side");
  if (side != "buy" && side != "sell") return bad_parameter("side");
  terms.side = side == "buy" ? Side::Buy : Side::Sell;
  if (Verdict v = take_names(item, terms); !v.ok()) return v;
  if (Verdict v = take_mode(user, instrument, item, terms); !v.ok()) return v;
  if (Verdict v = take_position_side(user, instrument, item, terms); !v.ok()) return v;
  return take_flags(user, instrument, item, terms);
}

Verdict fit_to_band(const ServerState& state, InstrumentId instrument, Side side,
                    simdjson::dom::object item, Price& price) {
  const std::string_view amend = text_or_empty(item, "pxAmendType");
  if (!amend.empty() && amend != "0" && amend != "1") return bad_parameter("pxAmendType");
  if (amend != "1") return {};
  if (const auto limits = price_limits(state, instrument)) {
    if (side == Side::Buy) price = std::min(price, limits->highest_buy);
    if (side == Side::Sell) price = std::max(price, limits->lowest_sell);
  }
  return {};
}

ParsedOrder parse_order(const ServerState& state, const UserState& user, InstrumentId id,
                        simdjson::dom::object item) {
  ParsedOrder parsed;
  parsed.terms.user = user.id;
  parsed.terms.instrument = id;
  parsed.verdict =
      take_all(state, state.exchange->settings(user.id), state.instruments[id], item, parsed.terms);
  return parsed;
}

NamedInstrument named_instrument(const ServerState& state, simdjson::dom::object item,
                                 Source source) {
  const Verdict unknown{"51001", "Instrument ID, instrument ID code or spread ID does not exist",
                        ""};
  const std::string_view name = text_or_empty(item, "instId");
  const bool by_name = state.settings.socket_orders_by_name && !name.empty();
  if (source == Source::Rest || by_name) {
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
