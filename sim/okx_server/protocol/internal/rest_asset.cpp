#include "sim/okx_server/protocol/internal/account_json.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/rest.h"
#include "sim/okx_server/protocol/internal/sub_accounts.h"
#include "sim/okx_server/protocol/internal/valuation.h"

namespace gannet::okx_server {
namespace {

std::string chain_of(std::string_view currency) {
  const std::string name(currency);
  if (name == "BTC") return "BTC-Bitcoin";
  if (name == "USDT" || name == "USDC" || name == "ETH") return name + "-ERC20";
  return name + "-" + name;
}

RestReply currencies(RestCall& call) {
  RestReply reply;
  JsonWriter json(reply.data);
  for (std::uint16_t i = 0; i < call.state.currencies.size(); ++i) {
    const std::string_view name = call.state.currencies.name(CurrencyId{i});
    if (name == "USD" || !listed_in(call.param("ccy"), name)) continue;
    json.begin_object()
        .field("ccy", name)
        .field("name", name)
        .field("logoLink", "")
        .field("chain", chain_of(name))
        .field("ctAddr", "")
        .field("canDep", false)
        .field("canWd", false)
        .field("canInternal", false)
        .blank("depEstOpenTime", "wdEstOpenTime")
        .field("minDep", "0.0001")
        .field("minWd", "0.001")
        .field("minInternal", "0.001")
        .field("maxWd", "1000000")
        .field("wdTickSz", "8")
        .field("wdQuota", "10000000")
        .field("usedWdQuota", "0")
        .field("fee", "0.0001")
        .field("minFee", "0.0001")
        .field("maxFee", "0.0002")
        .blank("minFeeForCtAddr", "maxFeeForCtAddr", "burningFeeRate")
        .field("mainNet", true)
        .field("needTag", false)
        .field("minDepArrivalConfirm", "1")
        .field("minWdUnlockConfirm", "2")
        .blank("depQuotaFixed", "usedDepQuotaFixed", "depQuoteDailyLayer2")
        .end_object();
  }
  return reply;
}

void write_funding_balances(JsonWriter& json, const RestCall& call, const UserState& user) {
  for (const Amount& held : call.state.exchange->funding_balances(user.id)) {
    const std::string_view name = call.state.currencies.name(held.currency);
    if (held.raw == 0 || !listed_in(call.param("ccy"), name)) continue;
    json.begin_object()
        .field("ccy", name)
        .field("bal", amount_text(held))
        .field("frozenBal", "0")
        .field("availBal", amount_text(held))
        .end_object();
  }
}

RestReply balances(RestCall& call) {
  RestReply reply;
  JsonWriter json(reply.data);
  write_funding_balances(json, call, call.account());
  return reply;
}

RestReply valuation(RestCall& call) {
  const std::string_view unit = call.param("ccy").empty() ? "BTC" : call.param("ccy");
  const CurrencyId currency = call.state.currencies.find(unit);
  const double unit_price = currency.valid() ? usd_price(call.state, currency) : 0;
  if (unit_price <= 0) return bad_parameter("ccy");
  const auto worth = [&](const Amount& amount) {
    return static_cast<double>(amount.raw) * 1e-18 * usd_price(call.state, amount.currency);
  };
  double funding = 0, trading = 0;
  for (const Amount& held : call.state.exchange->funding_balances(call.account().id))
    funding += worth(held);
  for (const sim::BalanceView& row : call.state.exchange->balances(call.account().id))
    trading += worth(row.equity);
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object()
      .field("totalBal", estimate_text((funding + trading) / unit_price))
      .field("ts", millis_text(call.state.now));
  json.key("details")
      .begin_object()
      .field("funding", estimate_text(funding / unit_price))
      .field("trading", estimate_text(trading / unit_price))
      .field("classic", "0")
      .field("earn", "0")
      .end_object()
      .end_object();
  return reply;
}

RestReply bills(RestCall& call) {
  RestReply reply;
  JsonWriter json(reply.data);
  std::size_t left = page_limit(call, 100);
  const auto& all = call.state.funding.bills;
  for (auto bill = all.rbegin(); bill != all.rend() && left > 0; ++bill) {
    if (bill->user != *call.user) continue;
    const std::string time = millis_text(bill->time);
    if (!inside_page(call, parse_digits(time).value_or(0))) continue;  // paged by time
    const std::string_view currency = call.state.currencies.name(bill->change.currency);
    if (!listed_in(call.param("ccy"), currency)) continue;
    if (!listed_in(call.param("type"), bill->type)) continue;
    if (!listed_in(call.param("clientId"), bill->client_id)) continue;
    json.begin_object()
        .field("billId", std::to_string(bill->id))
        .field("ccy", currency)
        .field("clientId", bill->client_id)
        .field("balChg", amount_text(bill->change))
        .field("bal", amount_text(bill->balance))
        .field("type", bill->type)
        .field("notes", "")
        .field("ts", time)
        .end_object();
    --left;
  }
  return reply;
}

/// No coins come or go here.
RestReply nothing(RestCall&) { return {}; }

RestReply no_address(RestCall& call) {
  if (call.param("ccy").empty()) return missing("ccy");
  return refusal("58301", "Deposit address does not exist");
}

RestReply no_withdrawal(RestCall& call) {
  if (!call.key->may_withdraw)
    return refusal("50120", "This API key doesn't have permission to use this function");
  return refusal("58204", "Withdrawal suspended");
}

RestReply sub_account_balances(RestCall& call) {
  RestReply reply;
  const auto sub = wanted_sub_account(call, reply);
  if (!sub) return reply;
  JsonWriter json(reply.data);
  write_funding_balances(json, call, call.state.users[*sub]);
  return reply;
}

/// Transfers between the caller and its sub-accounts: type 0 to them, 1 from them. Paged by time.
RestReply sub_account_bills(RestCall& call) {
  if (!is_master(call))
    return refusal("59500", "Only the API key of the main account has permission");
  RestReply reply;
  JsonWriter json(reply.data);
  std::size_t left = page_limit(call, 100);
  const auto& all = call.state.funding.transfers;
  for (auto transfer = all.rbegin(); transfer != all.rend() && left > 0; ++transfer) {
    if (transfer->by != *call.user || transfer->sub_account.empty()) continue;
    const std::string_view type = transfer->type == "1" ? "0" : "1";
    const std::string time = millis_text(transfer->time);
    if (!inside_page(call, parse_digits(time).value_or(0))) continue;
    if (!listed_in(call.param("ccy"), transfer->currency)) continue;
    if (!listed_in(call.param("type"), type)) continue;
    if (!listed_in(call.param("subAcct"), transfer->sub_account)) continue;
    json.begin_object()
        .field("billId", std::to_string(transfer->id))
        .field("ccy", transfer->currency)
        .field("amt", transfer->amount)
        .field("type", type)
        .field("subAcct", transfer->sub_account)
        .field("ts", time)
        .end_object();
    --left;
  }
  return reply;
}

RestReply sub_account_trading(RestCall& call) {
  RestReply reply;
  const auto sub = wanted_sub_account(call, reply);
  if (!sub) return reply;
  JsonWriter json(reply.data);
  write_account(json, call.state, call.state.users[*sub], {});
  return reply;
}

RestReply sub_account_list(RestCall& call) {
  if (!is_master(call))
    return refusal("59500", "Only the API key of the main account has permission");
  RestReply reply;
  JsonWriter json(reply.data);
  for (std::size_t i = 0; i < call.state.users.size(); ++i) {
    const UserState& user = call.state.users[i];
    if (!is_sub_account_of(call.state, i, *call.user)) continue;
    if (!listed_in(call.param("subAcct"), user.settings.account.name)) continue;
    json.begin_object()
        .field("type", "1")
        .field("enable", true)
        .field("subAcct", user.settings.account.name)
        .field("uid", user.settings.uid)
        .field("label", user.settings.account.name)
        .field("mobile", "")
        .field("gAuth", false);
    json.key("frozenFunc").begin_array().end_array();
    json.field("canTransOut", true)
        .field("ts", millis_text(call.state.start))
        .field("subAcctLv", "1")
        .field("firstLvSubAcct", user.settings.account.name)
        .field("ifDma", false)
        .end_object();
  }
  return reply;
}

RestReply sub_account_keys(RestCall& call) {
  RestReply reply;
  const auto sub = wanted_sub_account(call, reply);
  if (!sub) return reply;
  JsonWriter json(reply.data);
  for (const ApiKey& key : call.state.settings.keys) {
    if (call.state.find_user(key.user) != sub) continue;
    if (!listed_in(call.param("apiKey"), key.credentials.key)) continue;
    json.begin_object()
        .field("label", key.label)
        .field("apiKey", key.credentials.key)
        .field("perm", permissions_text(key))
        .field("ip", addresses_text(key))
        .field("ts", millis_text(call.state.start))
        .end_object();
  }
  return reply;
}

constexpr LimitScope kUser = LimitScope::User;
constexpr Route kRoutes[] = {
    {"GET", "/api/v5/asset/currencies", true, false, 6, 1000, kUser, currencies},
    {"GET", "/api/v5/asset/balances", true, false, 6, 1000, kUser, balances},
    {"GET", "/api/v5/asset/non-tradable-assets", true, false, 6, 1000, kUser, nothing},
    {"GET", "/api/v5/asset/asset-valuation", true, false, 1, 1000, kUser, valuation},
    {"GET", "/api/v5/asset/bills", true, false, 6, 1000, kUser, bills},
    {"GET", "/api/v5/asset/bills-history", true, false, 1, 1000, kUser, bills},
    {"GET", "/api/v5/asset/deposit-history", true, false, 6, 1000, kUser, nothing},
    {"GET", "/api/v5/asset/withdrawal-history", true, false, 6, 1000, kUser, nothing},
    {"GET", "/api/v5/asset/deposit-address", true, false, 6, 1000, kUser, no_address},
    {"POST", "/api/v5/asset/withdrawal", true, false, 6, 1000, kUser, no_withdrawal},
    {"POST", "/api/v5/asset/cancel-withdrawal", true, false, 6, 1000, kUser, no_withdrawal},
    {"POST", "/api/v5/asset/transfer", true, true, 2, 1000, kUser, transfer_funds},
    {"GET", "/api/v5/asset/transfer-state", true, false, 10, 1000, kUser, transfer_state},
    {"POST", "/api/v5/asset/subaccount/transfer", true, true, 1, 1000, kUser,
     transfer_between_subs},
    {"GET", "/api/v5/asset/subaccount/bills", true, false, 6, 1000, kUser, sub_account_bills},
    {"GET", "/api/v5/asset/subaccount/balances", true, false, 6, 2000, kUser, sub_account_balances},
    {"GET", "/api/v5/account/subaccount/balances", true, false, 6, 2000, kUser,
     sub_account_trading},
    {"GET", "/api/v5/users/subaccount/list", true, false, 2, 2000, kUser, sub_account_list},
    {"GET", "/api/v5/users/subaccount/apikey", true, false, 2, 2000, kUser, sub_account_keys},
};

}  // namespace

std::span<const Route> asset_routes() noexcept { return kRoutes; }

}  // namespace gannet::okx_server
