#include "sim/okx_server/protocol/internal/account_routes.h"
#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

using sim::AccountRefusal;

/// The body's object; a refusal in `reply` if it is none.
std::optional<simdjson::dom::object> body_of(RestCall& call, RestReply& reply) {
  const auto root = parse_body(call.state, call.request);
  auto body = root ? as_object(*root) : std::nullopt;
  if (!body) reply = refusal("50002", "JSON syntax error", 400);
  return body;
}

std::optional<PositionSide> parse_side(std::string_view text) noexcept {
  if (text == "net") return PositionSide::Net;
  if (text == "long") return PositionSide::Long;
  if (text == "short") return PositionSide::Short;
  return std::nullopt;
}

/// "5", also "5.0" or "5.00": leverages here are whole.
std::optional<std::int64_t> parse_leverage(std::string_view text) noexcept {
  const auto units = parse_units(text, 2);
  if (!units || *units <= 0 || *units % 100 != 0) return std::nullopt;
  return *units / 100;
}

void write_leverage(JsonWriter& json, const RestCall& call, InstrumentId id, std::string_view mode,
                    std::string_view side, std::int64_t leverage) {
  json.begin_object()
      .field("instId", call.state.instruments[id].name.view())
      .field("ccy", "")
      .field("mgnMode", mode)
      .field("posSide", side)
      .field("lever", std::to_string(leverage))
      .end_object();
}

RestReply leverage_info(RestCall& call) {
  const std::string_view mode = call.param("mgnMode");
  if (mode.empty()) return missing("mgnMode");
  if (mode != "cross" && mode != "isolated") return bad_parameter("mgnMode");
  if (call.param("instId").empty()) return missing("instId");
  const sim::Exchange& exchange = *call.state.exchange;
  const sim::UserId user = call.account().id;
  const bool legs = exchange.settings(user).long_short_mode;
  const sim::TradeMode margin = mode == "cross" ? sim::TradeMode::Cross : sim::TradeMode::Isolated;
  RestReply reply;
  JsonWriter json(reply.data);
  for (const Instrument& instrument : call.state.instruments) {
    if (!call.state.listed(instrument.id) || !is_derivative(instrument.kind)) continue;
    if (!listed_in(call.param("instId"), instrument.name.view())) continue;
    const auto row = [&](PositionSide side) {
      write_leverage(json, call, instrument.id, mode, name_of(side),
                     exchange.leverage(user, instrument.id, margin, side));
    };
    if (legs) {
      row(PositionSide::Long);
      row(PositionSide::Short);
    } else {
      row(PositionSide::Net);
    }
  }
  if (reply.data.empty()) return unknown_instrument();
  return reply;
}

RestReply leverage_refusal(AccountRefusal refused, bool isolated, bool whole) {
  switch (refused) {
    case AccountRefusal::LeverageTooHigh:
      return refusal("59102", "Leverage exceeds the maximum leverage. Please lower the leverage.");
    case AccountRefusal::TierExceeded:
      return refusal("59104",
                     "Leverage is too high. The position exceeds the maximum of this leverage.");
    case AccountRefusal::OpenOrders:
      return refusal("59101",
                     "Leverage can't be modified. Please cancel all pending isolated margin orders "
                     "before adjusting the leverage.");
    case AccountRefusal::InsufficientFunds:
      return refusal(isolated ? "59108" : "59103",
                     "Leverage is too low and there isn't enough margin in your account.");
    case AccountRefusal::UnsupportedMode:
      if (isolated && whole)
        return refusal("50072", "Isolated margin is not supported in this account mode");
      return refusal("51010", "Operation is not supported under the current account mode");
    case AccountRefusal::UnknownInstrument:
      return unknown_instrument();
    case AccountRefusal::None:
    case AccountRefusal::UnknownUser:
    case AccountRefusal::BadValue:
    case AccountRefusal::OpenPositions:
    case AccountRefusal::NoPosition:
      break;
  }
  return bad_parameter("lever");
}

RestReply set_leverage(RestCall& call) {
  RestReply reply;
  const auto body = body_of(call, reply);
  if (!body) return reply;
  const std::string_view mode = text_or_empty(*body, "mgnMode");
  if (text_or_empty(*body, "lever").empty()) return missing("lever");
  if (mode != "cross" && mode != "isolated") return bad_parameter("mgnMode");
  const auto leverage = parse_leverage(text_or_empty(*body, "lever"));
  if (!leverage) return bad_parameter("lever");
  const std::string_view name = text_or_empty(*body, "instId");
  if (name.empty() && !text_or_empty(*body, "ccy").empty())
    return refusal("54000", "Margin trading is not supported");
  if (name.empty()) return refusal("50015", "Either parameter instId or ccy is required", 400);
  const InstrumentId id = call.state.find_instrument(name);
  if (!id.valid()) return unknown_instrument();
  if (!is_derivative(call.state.instruments[id].kind))
    return refusal("54000", "Margin trading is not supported");
  sim::Exchange& exchange = *call.state.exchange;
  const sim::UserId user = call.account().id;
  const sim::UserSettings& account = exchange.settings(user);
  const bool isolated = mode == "isolated";
  const std::string_view side_text = text_or_empty(*body, "posSide");
  PositionSide side = PositionSide::Net;
  if (isolated && account.long_short_mode) {
    const auto named = parse_side(side_text);
    if (!named || *named == PositionSide::Net) return bad_parameter("posSide");
    side = *named;
  } else if (!side_text.empty() && !parse_side(side_text)) {
    return bad_parameter("posSide");
  }
  const AccountRefusal refused = exchange.change_leverage(
      user, id, isolated ? sim::TradeMode::Isolated : sim::TradeMode::Cross, side, *leverage,
      call.state.exchange_time());
  if (refused != AccountRefusal::None)
    return leverage_refusal(refused, isolated, account.account_mode > 2);
  call.account().event = "set_leverage";
  JsonWriter json(reply.data);
  write_leverage(json, call, id, mode, side_text.empty() ? name_of(side) : side_text, *leverage);
  reply.timed = true;
  return reply;
}

RestReply in_use() {
  return refusal("59000",
                 "Setting failed. Cancel any open orders, close positions, and stop "
                 "trading bots first.");
}

RestReply set_position_mode(RestCall& call) {
  RestReply reply;
  const auto body = body_of(call, reply);
  if (!body) return reply;
  const std::string_view mode = text_or_empty(*body, "posMode");
  if (mode.empty()) return missing("posMode");
  if (mode != "net_mode" && mode != "long_short_mode") return bad_parameter("posMode");
  const sim::UserId user = call.account().id;
  if (call.state.exchange->settings(user).account_mode < 2)
    return refusal("51010", "Operation is not supported under the current account mode");
  const bool legs = mode == "long_short_mode";
  const bool changes = legs != call.state.exchange->settings(user).long_short_mode;
  if (changes && call.state.algos->pending_count(user) > 0) return in_use();
  if (call.state.exchange->set_position_mode(user, legs) != AccountRefusal::None) return in_use();
  call.account().settings.account.long_short_mode = legs;
  JsonWriter json(reply.data);
  json.begin_object().field("posMode", mode).end_object();
  return reply;
}

RestReply set_account_level(RestCall& call) {
  RestReply reply;
  const auto body = body_of(call, reply);
  if (!body) return reply;
  const std::string_view text = text_or_empty(*body, "acctLv");
  if (text.empty()) return missing("acctLv");
  const auto level = parse_digits(text);
  if (!level || *level < 1 || *level > 4) return bad_parameter("acctLv");
  // Portfolio margin is not for such as these: what it asks of an account, nobody here has.
  if (*level == 4)
    return refusal("59133",
                   "Unable to switch due to insufficient assets for the chosen account mode.");
  const int mode = static_cast<int>(*level);
  const sim::UserId user = call.account().id;
  const bool changes = mode != call.state.exchange->settings(user).account_mode;
  if (changes && call.state.algos->pending_count(user) > 0)
    return refusal("59132",
                   "Unable to switch. Please close or cancel all open orders and try again.");
  switch (call.state.exchange->set_account_mode(call.account().id, mode)) {
    case AccountRefusal::None:
      break;
    case AccountRefusal::OpenOrders:
      return refusal("59132",
                     "Unable to switch. Please close or cancel all open orders and try again.");
    default:
      return in_use();
  }
  call.account().settings.account.account_mode = mode;
  JsonWriter json(reply.data);
  json.begin_object().field("acctLv", text).end_object();
  return reply;
}

RestReply adjust_margin(RestCall& call) {
  RestReply reply;
  const auto body = body_of(call, reply);
  if (!body) return reply;
  for (const char* name : {"instId", "posSide", "type", "amt"}) {
    if (text_or_empty(*body, name).empty()) return missing(name);
  }
  const InstrumentId id = call.state.find_instrument(text_or_empty(*body, "instId"));
  if (!id.valid()) return unknown_instrument();
  const auto side = parse_side(text_or_empty(*body, "posSide"));
  if (!side) return bad_parameter("posSide");
  const std::string_view type = text_or_empty(*body, "type");
  if (type != "add" && type != "reduce") return bad_parameter("type");
  const CurrencyId settle = call.state.instruments[id].settle;
  const auto amount = parse_amount(text_or_empty(*body, "amt"), settle);
  if (!amount || amount->raw <= 0) return bad_parameter("amt");
  const bool adds = type == "add";
  switch (call.state.exchange->adjust_margin(
      call.account().id, id, *side, adds ? *amount : -*amount, call.state.exchange_time())) {
    case AccountRefusal::None:
      break;
    case AccountRefusal::NoPosition:
      return refusal("59300", "Margin call failed. Position does not exist.");
    case AccountRefusal::InsufficientFunds:
      if (adds) return refusal("59303", "Insufficient available margin, add margin.");
      return refusal("59301", "Margin adjustment failed for exceeding the max limit.");
    default:
      return bad_parameter("amt");
  }
  JsonWriter json(reply.data);
  json.begin_object()
      .field("amt", amount_text(*amount))
      .field("ccy", call.state.currencies.name(settle))
      .field("instId", call.state.instruments[id].name.view())
      .field("leverage", "")
      .field("posSide", name_of(*side))
      .field("type", type)
      .end_object();
  return reply;
}

RestReply set_greeks(RestCall& call) {
  RestReply reply;
  const auto body = body_of(call, reply);
  if (!body) return reply;
  const std::string_view type = text_or_empty(*body, "greeksType");
  if (type != "PA" && type != "BS") return bad_parameter("greeksType");
  call.account().greeks_type = type == "PA" ? "PA" : "BS";
  JsonWriter json(reply.data);
  json.begin_object().field("greeksType", type).end_object();
  return reply;
}

/// Isolated margin is moved by itself here; that is the only way.
RestReply set_isolated_mode(RestCall& call) {
  RestReply reply;
  const auto body = body_of(call, reply);
  if (!body) return reply;
  const std::string_view mode = text_or_empty(*body, "isoMode");
  if (mode != "automatic" && mode != "auto_transfers_ccy") return bad_parameter("isoMode");
  JsonWriter json(reply.data);
  json.begin_object().field("isoMode", mode).end_object();
  return reply;
}

RestReply set_auto_loan(RestCall& call) {
  RestReply reply;
  const auto body = body_of(call, reply);
  if (!body) return reply;
  if (bool_member(*body, "autoLoan").value_or(true))
    return refusal("50064", "Borrowing is currently unavailable");
  JsonWriter json(reply.data);
  json.begin_object().field("autoLoan", false).end_object();
  return reply;
}

/// Nothing is borrowed, so there is nothing to repay.
RestReply set_auto_repay(RestCall& call) {
  RestReply reply;
  const auto body = body_of(call, reply);
  if (!body) return reply;
  if (bool_member(*body, "autoRepay").value_or(true))
    return refusal("50064", "Borrowing is currently unavailable");
  JsonWriter json(reply.data);
  json.begin_object().field("autoRepay", false).end_object();
  return reply;
}

constexpr LimitScope kUser = LimitScope::User;
constexpr Route kRoutes[] = {
    {"GET", "/api/v5/account/leverage-info", true, false, 20, 2000, kUser, leverage_info},
    {"POST", "/api/v5/account/set-leverage", true, true, 20, 2000, kUser, set_leverage},
    {"POST", "/api/v5/account/set-position-mode", true, true, 5, 2000, kUser, set_position_mode},
    {"POST", "/api/v5/account/set-account-level", true, true, 5, 2000, kUser, set_account_level},
    {"POST", "/api/v5/account/position/margin-balance", true, true, 20, 2000, kUser, adjust_margin},
    {"POST", "/api/v5/account/set-greeks", true, true, 5, 2000, kUser, set_greeks},
    {"POST", "/api/v5/account/set-isolated-mode", true, true, 5, 2000, kUser, set_isolated_mode},
    {"POST", "/api/v5/account/set-auto-loan", true, true, 5, 2000, kUser, set_auto_loan},
    {"POST", "/api/v5/account/set-auto-repay", true, true, 5, 2000, kUser, set_auto_repay},
};

}  // namespace

std::span<const Route> account_settings_routes() noexcept { return kRoutes; }

}  // namespace gannet::okx_server
