#include "sim/okx_server/protocol/internal/account_json.h"
#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/rest.h"

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
  std::vector<std::string> permissions{"read_only"};
  if (key != nullptr && key->may_trade) permissions.emplace_back("trade");
  if (key != nullptr && key->may_withdraw) permissions.emplace_back("withdraw");
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object()
      .field("uid", user.settings.uid)
      .field("mainUid", user.settings.uid)
      .field("acctLv", std::to_string(user.settings.account.account_mode))
      .field("acctStpMode", "cancel_maker")
      .field("posMode", user.settings.account.long_short_mode ? "long_short_mode" : "net_mode")
      .field("autoLoan", false)
      .field("greeksType", "PA")
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
      .field("type", "0")
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

void write_leverage(JsonWriter& json, const RestCall& call, InstrumentId id, std::string_view mode,
                    std::int64_t leverage) {
  json.begin_object()
      .field("instId", call.state.instruments[id].name.view())
      .field("ccy", "")
      .field("mgnMode", mode)
      .field("posSide", "net")
      .field("lever", std::to_string(leverage))
      .end_object();
}

RestReply leverage_info(RestCall& call) {
  const std::string_view mode = call.param("mgnMode");
  if (mode.empty()) return missing("mgnMode");
  if (call.param("instId").empty()) return missing("instId");
  RestReply reply;
  JsonWriter json(reply.data);
  for (const auto& [id, leverage] : call.account().leverage) {
    if (listed_in(call.param("instId"), call.state.instruments[id].name.view()))
      write_leverage(json, call, id, mode, leverage);
  }
  if (reply.data.empty()) return refusal("51001", "Instrument ID does not exist");
  return reply;
}

RestReply set_leverage(RestCall& call) {
  const auto root = parse_body(call.state, call.request);
  const auto body = root ? as_object(*root) : std::nullopt;
  if (!body) return refusal("50002", "JSON syntax error", 400);
  const std::string_view mode = text_or_empty(*body, "mgnMode");
  const auto leverage = parse_digits(text_or_empty(*body, "lever"));
  if (mode != "cross" && mode != "isolated")
    return refusal("51000", "Parameter mgnMode error", 400);
  if (!leverage || *leverage < 1 || *leverage > 1000)
    return refusal("51000", "Parameter lever error", 400);
  const InstrumentId id = call.state.find_instrument(text_or_empty(*body, "instId"));
  if (!id.valid()) return refusal("51001", "Instrument ID does not exist");
  const Instrument& instrument = call.state.instruments[id];
  if (instrument.maximum_leverage &&
      static_cast<double>(*leverage) > to_double(*instrument.maximum_leverage))
    return refusal("59102", "Leverage exceeds the maximum leverage");
  const auto value = static_cast<std::int64_t>(*leverage);
  call.account().leverage[id] = value;
  call.state.exchange->set_leverage(call.account().id, id, value);
  RestReply reply;
  JsonWriter json(reply.data);
  write_leverage(json, call, id, mode, value);
  reply.timed = true;
  return reply;
}

RestReply set_position_mode(RestCall& call) {
  const auto root = parse_body(call.state, call.request);
  const auto body = root ? as_object(*root) : std::nullopt;
  if (!body) return refusal("50002", "JSON syntax error", 400);
  const std::string_view mode = text_or_empty(*body, "posMode");
  if (mode != "net_mode" && mode != "long_short_mode")
    return refusal("51000", "Parameter posMode error", 400);
  const bool sided = mode == "long_short_mode";
  // The exchange fixes the mode when the user is made; the venue, too, refuses while it is in use.
  if (sided != call.account().settings.account.long_short_mode)
    return refusal("59000",
                   "Setting failed. Cancel any open orders, close positions, and stop "
                   "trading bots first.");
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object().field("posMode", mode).end_object();
  return reply;
}

RestReply trade_fee(RestCall& call) {
  if (call.param("instType").empty()) return missing("instType");
  const auto kind = parse_instrument_kind(call.param("instType"));
  if (!kind) return refusal("51000", "Parameter instType error", 400);
  const sim::UserSettings& account = call.account().settings.account;
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
  json.field("taker", taker)
      .field("maker", maker)
      .field("takerU", taker)
      .field("makerU", maker)
      .blank("takerUSDC", "makerUSDC", "delivery", "exercise", "settle")
      .field("ts", millis_text(call.state.now))
      .end_object();
  return reply;
}

RestReply bills(RestCall& call) {
  RestReply reply;
  JsonWriter json(reply.data);
  const std::vector<sim::Bill>& all = call.state.exchange->bills(call.account().id);
  std::size_t left = page_limit(call, 100);
  for (auto bill = all.rbegin(); bill != all.rend() && left > 0; ++bill) {
    if (!inside_page(call, bill->id)) continue;
    if (!listed_in(call.param("ccy"), call.state.currencies.name(bill->change.currency))) continue;
    const bool filtered = !call.param("instId").empty() || !call.param("instType").empty();
    if (filtered && !inside_filter(call, bill->instrument)) continue;
    write_bill(json, call.state, *bill);
    --left;
  }
  return reply;
}

constexpr LimitScope kUser = LimitScope::User;
constexpr Route kRoutes[] = {
    {"GET", "/api/v5/account/config", true, false, 5, 2000, kUser, config},
    {"GET", "/api/v5/account/balance", true, false, 10, 2000, kUser, balance},
    {"GET", "/api/v5/account/positions", true, false, 10, 2000, kUser, positions},
    {"GET", "/api/v5/account/leverage-info", true, false, 20, 2000, kUser, leverage_info},
    {"POST", "/api/v5/account/set-leverage", true, true, 20, 2000, kUser, set_leverage},
    {"POST", "/api/v5/account/set-position-mode", true, true, 5, 2000, kUser, set_position_mode},
    {"GET", "/api/v5/account/trade-fee", true, false, 5, 2000, kUser, trade_fee},
    {"GET", "/api/v5/account/bills", true, false, 5, 1000, kUser, bills},
};

}  // namespace

std::span<const Route> account_routes() noexcept { return kRoutes; }

}  // namespace gannet::okx_server
