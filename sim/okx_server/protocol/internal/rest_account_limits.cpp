#include <algorithm>

#include "sim/okx_server/protocol/internal/account_json.h"
#include "sim/okx_server/protocol/internal/account_routes.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/position_figures.h"

namespace gannet::okx_server {
namespace {

constexpr std::size_t kLongestCurrency = 32;

std::optional<Price> parse_price(const Instrument& instrument, std::string_view text) {
  if (text.empty()) return Price{};
  const auto units = parse_units(text, instrument.price_digits);
  if (!units || *units <= 0) return std::nullopt;
  return Price{*units};
}

struct RiskLimits {
  Quantity largest;  ///< position at that leverage
  std::int64_t largest_leverage = 1;
};

RiskLimits risk_limits(const sim::Exchange& exchange, InstrumentId id, std::int64_t leverage) {
  RiskLimits limits;
  for (const sim::RiskTier& tier : exchange.risk_tiers(id)) {
    limits.largest_leverage = std::max(limits.largest_leverage, tier.largest_leverage);
    if (tier.largest_leverage >= leverage) limits.largest = std::max(limits.largest, tier.most);
  }
  return limits;
}

/// For each instrument of the list, at most five. `write` gets the instrument and its room.
template <class Write>
RestReply for_each_room(RestCall& call, bool reduce_only, Write&& write) {
  if (call.param("instId").empty()) return missing("instId");
  if (call.param("tdMode").empty()) return missing("tdMode");
  const auto mode = parse_trade_mode(call.param("tdMode"));
  if (!mode) return bad_parameter("tdMode");
  std::int64_t leverage = 0;
  if (!call.param("leverage").empty()) {
    const auto units = parse_units(call.param("leverage"), 2);
    if (!units || *units < 100 || *units % 100 != 0) return bad_parameter("leverage");
    leverage = *units / 100;
  }
  RestReply reply;
  JsonWriter json(reply.data);
  std::string_view list = call.param("instId");
  for (int count = 0; !list.empty(); ++count) {
    if (count == 5) return refusal("50025", "Parameter instId count exceeds the limit 5");
    const std::size_t end = std::min(list.find(','), list.size());
    const InstrumentId id = call.state.find_instrument(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (!id.valid()) return unknown_instrument();
    const Instrument& instrument = call.state.instruments[id];
    const auto price = parse_price(instrument, call.param("px"));
    if (!price) return bad_parameter("px");
    write(json, instrument,
          call.state.exchange->order_room(call.account().id, id, *mode, *price, leverage,
                                          reduce_only));
  }
  return reply;
}

RestReply max_size(RestCall& call) {
  return for_each_room(
      call, false,
      [&](JsonWriter& json, const Instrument& instrument, const sim::Exchange::OrderRoom& room) {
        const CurrencyId currency =
            is_derivative(instrument.kind) ? instrument.settle : instrument.base;
        json.begin_object()
            .field("instId", instrument.name.view())
            .field("ccy", call.state.currencies.name(currency))
            .field("maxBuy", quantity_text(instrument, room.buy))
            .field("maxSell", quantity_text(instrument, room.sell))
            .end_object();
      });
}

RestReply max_avail_size(RestCall& call) {
  const bool reduce_only = call.param("reduceOnly") == "true";
  return for_each_room(
      call, reduce_only,
      [&](JsonWriter& json, const Instrument& instrument, const sim::Exchange::OrderRoom& room) {
        json.begin_object()
            .field("instId", instrument.name.view())
            .field("availBuy", reduce_only ? quantity_text(instrument, room.buy)
                                           : amount_text(room.money_to_buy))
            .field("availSell", reduce_only ? quantity_text(instrument, room.sell)
                                            : amount_text(room.money_to_sell))
            .end_object();
      });
}

RestReply max_withdrawal(RestCall& call) {
  const ServerState& state = call.state;
  RestReply reply;
  JsonWriter json(reply.data);
  for (const sim::BalanceView& balance : state.exchange->balances(call.account().id)) {
    const std::string_view name = state.currencies.name(balance.currency);
    if (!listed_in(call.param("ccy"), name)) continue;
    const std::string most =
        amount_text(state.exchange->max_withdrawal(call.account().id, balance.currency));
    json.begin_object()
        .field("ccy", name)
        .field("maxWd", most)
        .field("maxWdEx", most)
        .field("spotOffsetMaxWd", "0")
        .field("spotOffsetMaxWdEx", "0")
        .end_object();
  }
  return reply;
}

/// Nothing is lent here.
RestReply max_loan(RestCall& call) {
  const std::string_view mode = call.param("mgnMode");
  if (mode.empty()) return missing("mgnMode");
  if (mode != "cross" && mode != "isolated") return bad_parameter("mgnMode");
  for (const char* name : {"mgnCcy", "ccy"}) {
    const std::string_view currency = call.param(name);
    if (!currency.empty() && !is_plain_name(currency, kLongestCurrency)) return bad_parameter(name);
  }
  if (call.param("instId").empty() && call.param("ccy").empty()) return missing("instId");
  RestReply reply;
  JsonWriter json(reply.data);
  const auto row = [&](std::string_view instrument, std::string_view currency,
                       std::string_view side) {
    json.begin_object()
        .field("instId", instrument)
        .field("mgnMode", mode)
        .field("mgnCcy", call.param("mgnCcy"))
        .field("maxLoan", "0")
        .field("ccy", currency)
        .field("side", side)
        .end_object();
  };
  if (call.param("instId").empty()) {
    row("", call.param("ccy"), "");
    return reply;
  }
  for (const Instrument& instrument : call.state.instruments) {
    if (!call.state.listed(instrument.id) ||
        !listed_in(call.param("instId"), instrument.name.view()))
      continue;
    row(instrument.name.view(), call.state.currencies.name(instrument.quote), "buy");
    if (!is_derivative(instrument.kind))
      row(instrument.name.view(), call.state.currencies.name(instrument.base), "sell");
  }
  if (reply.data.empty()) return unknown_instrument();
  return reply;
}

RestReply interest_rate(RestCall& call) {
  RestReply reply;
  JsonWriter json(reply.data);
  for (const sim::BalanceView& balance : call.state.exchange->balances(call.account().id)) {
    const std::string_view name = call.state.currencies.name(balance.currency);
    if (!listed_in(call.param("ccy"), name)) continue;
    json.begin_object().field("ccy", name).field("interestRate", "0").end_object();
  }
  return reply;
}

RestReply interest_accrued(RestCall&) { return {}; }

RestReply interest_limits(RestCall& call) {
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object()
      .field("debt", "0")
      .field("interest", "0")
      .field("loanAlloc", "")
      .field("nextDiscountTime", millis_text(call.state.now))
      .field("nextInterestTime", millis_text(call.state.now));
  json.key("records").begin_array();
  for (const sim::BalanceView& balance : call.state.exchange->balances(call.account().id)) {
    const std::string_view name = call.state.currencies.name(balance.currency);
    if (!listed_in(call.param("ccy"), name)) continue;
    json.begin_object().field("ccy", name);
    for (const char* zero : {"rate", "loanQuota", "surplusLmt", "usedLmt", "interest", "posLoan",
                             "availLoan", "usedLoan", "avgRate", "interestFreeLiab"})
      json.field(zero, "0");
    json.end_object();
  }
  json.end_array().end_object();
  return reply;
}

RestReply adjust_leverage_info(RestCall& call) {
  for (const char* name : {"instType", "mgnMode", "lever"}) {
    if (call.param(name).empty()) return missing(name);
  }
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  const auto units = parse_units(call.param("lever"), 2);
  if (!units || *units < 100) return bad_parameter("lever");
  const sim::Exchange& exchange = *call.state.exchange;
  const sim::UserId user = call.account().id;
  // Margin that the open positions would need then, and what could be withdrawn beside them.
  const double leverage = static_cast<double>(*units) / 100;
  double margin = 0;
  double change = 0;
  for (const sim::PositionView& position : exchange.positions(user)) {
    const bool isolated = position.mode == sim::TradeMode::Isolated;
    if (position.instrument != id || isolated != (call.param("mgnMode") == "isolated")) continue;
    margin += to_double(position.value) / leverage;
    change += to_double(position.value) / leverage - to_double(position.initial_margin);
  }
  const CurrencyId settle = call.state.instruments[id].settle;
  const double free = to_double(exchange.max_withdrawal(user, settle)) - change;
  const RiskLimits limits = risk_limits(exchange, id, *units / 100);
  JsonWriter json(reply.data);
  json.begin_object()
      .field("estAvailQuoteTrans", "")
      .field("estAvailTrans", "")
      .field("estLiqPx", "")
      .field("estMaxAmt", quantity_text(call.state.instruments[id], limits.largest))
      .field("estMgn", shortest_text(margin))
      .field("estQuoteMaxAmt", "")
      .field("estQuoteMgn", "")
      .field("existOrd", !exchange.open_orders(user).empty())
      .field("maxLever", std::to_string(limits.largest_leverage))
      .field("minLever", "1")
      .field("estMaxWd", shortest_text(std::max(free, 0.0)))
      .end_object();
  return reply;
}

RestReply greeks(RestCall& call) {
  RestReply reply;
  JsonWriter json(reply.data);
  for (const sim::BalanceView& balance : call.state.exchange->balances(call.account().id)) {
    if (listed_in(call.param("ccy"), call.state.currencies.name(balance.currency)))
      write_greeks(json, call.state, balance.currency);
  }
  return reply;
}

/// Everything counts as collateral here.
RestReply collateral_assets(RestCall& call) {
  if (call.param("collateralEnabled") == "false") return {};
  RestReply reply;
  JsonWriter json(reply.data);
  for (const sim::BalanceView& balance : call.state.exchange->balances(call.account().id)) {
    const std::string_view name = call.state.currencies.name(balance.currency);
    if (!listed_in(call.param("ccy"), name)) continue;
    json.begin_object().field("ccy", name).field("collateralEnabled", true).end_object();
  }
  return reply;
}

/// Of portfolio margin alone.
RestReply portfolio_only(RestCall&) {
  return refusal("51010", "Operation is not supported under the current account mode");
}

constexpr LimitScope kUser = LimitScope::User;
constexpr Route kRoutes[] = {
    {"GET", "/api/v5/account/max-size", true, false, 20, 2000, kUser, max_size},
    {"GET", "/api/v5/account/max-avail-size", true, false, 20, 2000, kUser, max_avail_size},
    {"GET", "/api/v5/account/max-withdrawal", true, false, 20, 2000, kUser, max_withdrawal},
    {"GET", "/api/v5/account/max-loan", true, false, 20, 2000, kUser, max_loan},
    {"GET", "/api/v5/account/interest-rate", true, false, 5, 2000, kUser, interest_rate},
    {"GET", "/api/v5/account/interest-accrued", true, false, 5, 2000, kUser, interest_accrued},
    {"GET", "/api/v5/account/interest-limits", true, false, 5, 2000, kUser, interest_limits},
    {"GET", "/api/v5/account/adjust-leverage-info", true, false, 5, 2000, kUser,
     adjust_leverage_info},
    {"GET", "/api/v5/account/greeks", true, false, 10, 2000, kUser, greeks},
    {"GET", "/api/v5/account/risk-state", true, false, 10, 2000, kUser, portfolio_only},
    {"GET", "/api/v5/account/position-tiers", true, false, 10, 2000, kUser, portfolio_only},
    // Protection of option market makers, who have portfolio margin.
    {"GET", "/api/v5/account/mmp-config", true, false, 5, 2000, kUser, portfolio_only},
    {"POST", "/api/v5/account/mmp-config", true, true, 2, 10000, kUser, portfolio_only},
    {"POST", "/api/v5/account/mmp-reset", true, true, 5, 2000, kUser, portfolio_only},
    {"GET", "/api/v5/account/collateral-assets", true, false, 5, 2000, kUser, collateral_assets},
};

}  // namespace

std::span<const Route> account_limit_routes() noexcept { return kRoutes; }

}  // namespace gannet::okx_server
