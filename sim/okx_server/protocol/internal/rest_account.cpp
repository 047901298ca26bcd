#include <algorithm>
#include <vector>

#include "sim/okx_server/protocol/internal/account_json.h"
#include "sim/okx_server/protocol/internal/account_routes.h"
#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/position_figures.h"
#include "sim/okx_server/protocol/internal/rest.h"
#include "sim/okx_server/protocol/internal/sub_accounts.h"

namespace gannet::okx_server {
namespace {

const ApiKey* calling_key(const RestCall& call) noexcept {
  for (const ApiKey& key : call.state.settings.keys) {
    if (key.credentials.key == call.request.header("OK-ACCESS-KEY")) return &key;
  }
  return nullptr;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += ',';
    text += part;
  }
  return text;
}

RestReply config(RestCall& call) {
  const UserState& user = call.account();
  const ApiKey* const key = calling_key(call);
  const sim::UserSettings& account = call.state.exchange->settings(user.id);
  std::vector<std::string> permissions{"read_only"};
  if (key != nullptr && key->may_trade) permissions.emplace_back("trade");
  if (key != nullptr && key->may_withdraw) permissions.emplace_back("withdraw");
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object()
      .field("uid", user.settings.uid)
      .field("mainUid", call.state.users[master_of(call.state, *call.user)].settings.uid)
      .field("acctLv", std::to_string(account.account_mode))
      .field("acctStpMode", "cancel_maker")
      .field("posMode", account.long_short_mode ? "long_short_mode" : "net_mode")
      .field("autoLoan", false)
      .field("greeksType", user.greeks_type)
      .field("feeType", "0")
      .field("level", user.settings.deep_books ? "Lv4" : "Lv1")
      .field("levelTmp", "")
      .field("ctIsoMode", "automatic")
      .field("mgnIsoMode", "automatic")
      .field("spotOffsetType", "")
      .field("stgyType", "0")
      .field("roleType", "0")
      .field("spotRoleType", "0");
  json.key("traderInsts").begin_array().end_array();
  json.key("spotTraderInsts").begin_array().end_array();
  json.field("opAuth", "0")
      .field("kycLv", "3")
      .field("label", key == nullptr ? "" : key->label)
      .field("ip", key == nullptr ? "" : joined(key->addresses))
      .field("perm", joined(permissions))
      .field("liquidationGear", "-1")
      .field("enableSpotBorrow", false)
      .field("spotBorrowAutoRepay", false)
      .field("type", is_master(call) ? "0" : "1")
      .field("settleCcy", "");
  json.key("settleCcyList").begin_array().end_array();
  json.end_object();
  return reply;
}

RestReply balance(RestCall& call) {
  std::set<CurrencyId> only;
  const std::string_view wanted = call.param("ccy");
  for (const sim::BalanceView& row : call.state.exchange->balances(call.account().id)) {
    if (!wanted.empty() && listed_in(wanted, call.state.currencies.name(row.currency)))
      only.insert(row.currency);
  }
  if (!wanted.empty() && only.empty()) only.insert(CurrencyId{});
  RestReply reply;
  JsonWriter json(reply.data);
  write_account(json, call.state, call.account(), only);
  return reply;
}

RestReply positions(RestCall& call) {
  RestReply reply;
  JsonWriter json(reply.data);
  for (const sim::PositionView& position : call.state.exchange->positions(call.account().id)) {
    // A flat position is told only to who asks for its instrument.
    if (position.quantity.raw == 0 && call.param("instId").empty()) continue;
    if (!inside_filter(call, position.instrument)) continue;
    if (!listed_in(call.param("posId"), position_id(call.account(), position))) continue;
    write_position(json, call.state, call.account(), position);
  }
  return reply;
}

RestReply trade_fee(RestCall& call) {
  if (call.param("instType").empty()) return missing("instType");
  const auto kind = parse_instrument_kind(call.param("instType"));
  if (!kind) return refusal("51000", "Parameter instType error", 400);
  const sim::UserSettings& account = call.state.exchange->settings(call.account().id);
  const sim::FeeRates& rates = is_derivative(*kind) ? account.derivative_fees : account.spot_fees;
  const std::string taker = decimal_text(-rates.taker, 9);
  const std::string maker = decimal_text(-rates.maker, 9);
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object()
      .field("instType", name_of(*kind))
      .field("level", call.account().settings.deep_books ? "Lv4" : "Lv1");
  json.key("feeGroup").begin_array().begin_object();
  json.field("taker", taker).field("maker", maker);
  json.field("groupId", is_derivative(*kind) ? "4" : "12").field("rpiMaker", "").end_object();
  json.end_array();
  json.key("fiat").begin_array().end_array();
  json.field("category", "1")
      .blank("uly", "instFamily")
      .field("taker", taker)
      .field("maker", maker)
      .field("takerU", taker)
      .field("makerU", maker)
      .blank("takerUSDC", "makerUSDC", "delivery", "exercise", "settle")
      .field("ts", millis_text(call.state.now))
      .end_object();
  return reply;
}

RestReply positions_history(RestCall& call) {
  // Paged by time: rows have no number of their own.
  const auto after = parse_digits(call.param("after"));
  const auto before = parse_digits(call.param("before"));
  RestReply reply;
  JsonWriter json(reply.data);
  const auto& all = call.state.exchange->closed_positions(call.account().id);
  std::vector<const sim::ClosedPosition*> newest;
  for (const sim::ClosedPosition& closed : all) newest.push_back(&closed);
  std::stable_sort(newest.begin(), newest.end(), [](const auto* a, const auto* b) {
    return a->position.update_time > b->position.update_time;
  });
  std::size_t left = page_limit(call, 100);
  for (const sim::ClosedPosition* closed : newest) {
    if (left == 0) break;
    const auto millis = static_cast<std::uint64_t>(
        to_unix_millis(call.state.wall_time(closed->position.update_time)));
    if ((after && millis >= *after) || (before && millis <= *before)) continue;
    if (!inside_filter(call, closed->position.instrument)) continue;
    if (!listed_in(call.param("mgnMode"), name_of(closed->position.mode))) continue;
    if (!listed_in(call.param("posId"), position_id(call.account(), closed->position))) continue;
    std::string row;
    JsonWriter one(row);
    write_closed_position(one, call.state, call.account(), *closed);
    const std::string wanted = call.param("type").empty()
                                   ? std::string()
                                   : "\"type\":\"" + std::string(call.param("type")) + '"';
    if (!wanted.empty() && row.find(wanted) == std::string::npos) continue;
    json.raw(row);
    --left;
  }
  return reply;
}

RestReply position_risk(RestCall& call) {
  const ServerState& state = call.state;
  const sim::AccountView account = state.exchange->account(call.account().id);
  const bool whole = state.exchange->settings(call.account().id).account_mode > 2;
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object()
      .field("ts", millis_text(state.now))
      .field("adjEq", whole ? shortest_text(to_double(Amount{account.adjusted_equity, {}})) : "");
  json.key("balData").begin_array();
  for (const sim::BalanceView& balance : state.exchange->balances(call.account().id)) {
    if (balance.equity.raw == 0) continue;
    json.begin_object()
        .field("ccy", state.currencies.name(balance.currency))
        .field("eq", amount_text(balance.equity))
        .field("disEq", shortest_text(to_double(balance.discounted_equity)))
        .end_object();
  }
  json.end_array().key("posData").begin_array();
  for (const sim::PositionView& position : state.exchange->positions(call.account().id)) {
    const bool asked =
        call.param("instType").empty() ||
        call.param("instType") == name_of(state.instruments[position.instrument].kind);
    if (position.quantity.raw != 0 && asked)
      write_position_risk(json, state, call.account(), position);
  }
  json.end_array().end_object();
  return reply;
}

constexpr LimitScope kUser = LimitScope::User;
constexpr Route kRoutes[] = {
    {"GET", "/api/v5/account/config", true, false, 5, 2000, kUser, config},
    {"GET", "/api/v5/account/balance", true, false, 10, 2000, kUser, balance},
    {"GET", "/api/v5/account/positions", true, false, 10, 2000, kUser, positions},
    {"GET", "/api/v5/account/positions-history", true, false, 10, 2000, kUser, positions_history},
    {"GET", "/api/v5/account/account-position-risk", true, false, 10, 2000, kUser, position_risk},
    {"GET", "/api/v5/account/trade-fee", true, false, 5, 2000, kUser, trade_fee},
};

}  // namespace

std::span<const Route> account_routes() noexcept {
  // One table for the outside; its parts are told apart by subject.
  static const std::vector<Route> all = [] {
    std::vector<Route> routes(std::begin(kRoutes), std::end(kRoutes));
    for (const auto& part : {account_settings_routes(), account_choice_routes(),
                             account_limit_routes(), bill_routes()})
      routes.insert(routes.end(), part.begin(), part.end());
    return routes;
  }();
  return all;
}

}  // namespace gannet::okx_server
