#include "sim/okx_server/protocol/internal/account_json.h"

#include <algorithm>

#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/position_figures.h"

namespace gannet::okx_server {
namespace {

constexpr int kDigits = Amount::kDigits;

std::string ratio_of(__int128 part, __int128 whole) {
  if (whole <= 0) return "";
  return shortest_text(static_cast<double>(part) / static_cast<double>(whole));
}

std::string dollars_of(const Amount& money, const Amount& price) {
  return shortest_text(to_double(money) * to_double(price));
}

/// Which fields of a currency have a meaning, the account's mode says. PROTOCOL 5.5.
void write_currency(JsonWriter& json, const ServerState& state, const sim::BalanceView& balance,
                    int mode) {
  const bool futures = mode == 2;
  const auto of_futures = [&](const Amount& amount) {
    return futures ? money_text(amount) : std::string();
  };
  const Amount isolated{balance.isolated_margin.raw + balance.isolated_pnl.raw, balance.currency};
  const __int128 in_use = balance.frozen.raw + balance.initial_margin.raw + isolated.raw;
  const __int128 spendable = std::clamp<__int128>(balance.cash.raw - balance.frozen.raw, 0,
                                                  std::max<__int128>(balance.available.raw, 0));
  const __int128 debt = std::max<__int128>(-balance.equity.raw, 0);
  json.begin_object()
      .field("ccy", state.currencies.name(balance.currency))
      .field("eq", amount_text(balance.equity))
      .field("cashBal", amount_text(balance.cash))
      .field("uTime", millis_text(state.wall_time(balance.update_time)))
      .field("isoEq", amount_text(isolated))
      .field("availEq", amount_text(balance.available))
      .field("disEq", shortest_text(to_double(balance.discounted_equity)))
      .field("fixedBal", "0")
      .field("availBal", decimal_text(mode > 2 ? spendable : balance.available.raw, kDigits))
      .field("frozenBal", decimal_text(in_use, kDigits))
      .field("ordFrozen", amount_text(balance.order_margin))
      .field("liab", mode > 2 ? decimal_text(debt, kDigits) : "")
      .field("upl", amount_text(balance.unrealised_pnl))
      .field("uplLiab", mode > 2 ? "0" : "")
      .field("crossLiab", mode > 2 ? decimal_text(debt, kDigits) : "")
      .field("isoLiab", mode > 2 ? "0" : "")
      .field("rewardBal", "0")
      .field("mgnRatio", futures ? ratio_of(balance.margin_equity, balance.margin_needed) : "")
      .field("imr", of_futures(balance.initial_margin))
      .field("mmr", of_futures(balance.maintenance_margin))
      .field("interest", mode > 2 ? "0" : "")
      .field("twap", "0")
      .field("frpType", "0")
      .field("maxLoan", mode > 2 ? "0" : "")
      .field("eqUsd", dollars_of(balance.equity, balance.dollar_price))
      .field("borrowFroz", mode > 2 ? "0" : "")
      .field("notionalLever", futures ? "0" : "")
      .field("coinUsdPrice", shortest_text(to_double(balance.dollar_price)))
      .field("stgyEq", "0")
      .field("isoUpl", amount_text(balance.isolated_pnl))
      // One name of it alone, as recorded by REST and socket: strict clients take both for the same
      // field twice.
      .blank("spotInUseAmt", "clSpotInUseAmt", "maxSpotInUseAmt")
      .field("spotIsoBal", "0")
      .field("smtSyncEq", "0")
      .field("spotCopyTradingEq", "0")
      .blank("spotBal", "openAvgPx", "accAvgPx", "spotUpl", "spotUplRatio", "totalPnl",
             "totalPnlRatio")
      .field("colRes", "0")
      .field("colBorrAutoConversion", "0")
      .field("collateralRestrict", false)
      .field("collateralEnabled", true)
      .field("autoLendStatus", "off")
      .field("autoLendMtAmt", "0")
      .end_object();
}

}  // namespace

void write_account(JsonWriter& json, const ServerState& state, const UserState& user,
                   const std::set<CurrencyId>& only) {
  const sim::AccountView account = state.exchange->account(user.id);
  const int mode = state.exchange->settings(user.id).account_mode;
  // Simple and futures mode have no account-wide margin: those fields stay empty there.
  const bool whole = mode > 2;
  const auto dollars = [](__int128 raw) { return shortest_text(to_double(Amount{raw, {}})); };
  const auto of_whole = [&](__int128 raw) { return whole ? dollars(raw) : std::string(); };
  const __int128 free = account.adjusted_equity - account.initial_margin - account.order_margin;
  json.begin_object()
      .field("uTime", millis_text(state.now))
      .field("totalEq", dollars(account.equity))
      .field("isoEq", dollars(account.isolated))
      .field("adjEq", of_whole(account.adjusted_equity))
      .field("availEq", of_whole(std::max<__int128>(free, 0)))
      .field("ordFroz", of_whole(account.order_margin))
      .field("imr", of_whole(account.initial_margin))
      .field("mmr", of_whole(account.maintenance_margin))
      .field("borrowFroz", whole ? "0" : "")
      .field("mgnRatio", whole ? ratio_of(account.adjusted_equity, account.margin_needed) : "")
      .field("notionalUsd", of_whole(account.notional))
      .field("notionalUsdForBorrow", whole ? "0" : "")
      .field("notionalUsdForSwap", of_whole(account.notional_swaps))
      .field("notionalUsdForFutures", of_whole(account.notional_futures))
      .field("notionalUsdForOption", of_whole(account.notional_options))
      .field("upl", of_whole(account.unrealised_pnl))
      .blank("delta", "deltaLever")
      .field("deltaNeutralStatus", "0");
  json.key("details").begin_array();
  for (const sim::BalanceView& balance : state.exchange->balances(user.id)) {
    if (!only.empty() && !only.contains(balance.currency)) continue;
    if (only.empty() && balance.cash.raw == 0 && balance.equity.raw == 0) continue;
    write_currency(json, state, balance, mode);
  }
  json.end_array().end_object();
}

void write_greeks(JsonWriter& json, const ServerState& state, CurrencyId currency) {
  json.begin_object().field("ccy", state.currencies.name(currency));
  for (const char* const zero :
       {"deltaBS", "deltaPA", "gammaBS", "gammaPA", "thetaBS", "thetaPA", "vegaBS", "vegaPA"})
    json.field(zero, "0");
  json.field("ts", millis_text(state.now)).end_object();
}

}  // namespace gannet::okx_server
