#include "sim/okx_server/protocol/internal/account_json.h"

#include <cmath>
#include <utility>

#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/valuation.h"

namespace gannet::okx_server {
namespace {

double number(const Amount& amount) noexcept { return static_cast<double>(amount.raw) / 1e18; }

/// Sums over the positions that settle in one currency.
struct CurrencyRisk {
  Amount unrealised;
  Amount initial_margin;
  Amount maintenance_margin;
};

CurrencyRisk risk_in(const ServerState& state, const std::vector<sim::PositionView>& positions,
                     CurrencyId currency) {
  CurrencyRisk risk{{0, currency}, {0, currency}, {0, currency}};
  for (const sim::PositionView& position : positions) {
    if (state.instruments[position.instrument].settle != currency) continue;
    risk.unrealised.raw += position.unrealised_pnl.raw;
    risk.initial_margin.raw += position.initial_margin.raw;
    risk.maintenance_margin.raw += position.maintenance_margin.raw;
  }
  return risk;
}

std::string margin_ratio(double equity, double maintenance) {
  return maintenance > 0 ? estimate_text(equity / maintenance) : std::string();
}

void write_currency(JsonWriter& json, const ServerState& state, const sim::BalanceView& balance,
                    const CurrencyRisk& risk) {
  const double price = usd_price(state, balance.currency);
  json.begin_object()
      .field("ccy", state.currencies.name(balance.currency))
      .field("eq", amount_text(balance.equity))
      .field("cashBal", amount_text(balance.cash))
      .field("uTime", millis_text(state.wall_time(balance.update_time)))
      .field("isoEq", "0")
      .field("availEq", amount_text(balance.available))
      .field("disEq", estimate_text(number(balance.equity) * price))
      .field("fixedBal", "0")
      .field("availBal", amount_text(balance.available))
      .field("frozenBal", decimal_text(balance.frozen.raw + risk.initial_margin.raw, 18))
      .field("ordFrozen", amount_text(balance.frozen))
      .field("liab", "")
      .field("upl", amount_text(risk.unrealised))
      .field("uplLiab", "")
      .field("crossLiab", "")
      .field("isoLiab", "")
      .field("rewardBal", "0")
      .field("mgnRatio", margin_ratio(number(balance.equity), number(risk.maintenance_margin)))
      .field("imr", amount_text(risk.initial_margin))
      .field("mmr", amount_text(risk.maintenance_margin))
      .field("interest", "")
      .field("twap", "0")
      .field("frpType", "0")
      .field("maxLoan", "")
      .field("eqUsd", estimate_text(number(balance.equity) * price))
      .field("borrowFroz", "")
      .field("notionalLever", "0")
      .field("coinUsdPrice", estimate_text(price))
      .field("stgyEq", "0")
      .field("isoUpl", "0")
      .blank("spotInUseAmt", "clSpotInUseAmt", "maxSpotInUseAmt", "maxSpotInUse")
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

/// Price at which a position alone would eat the currency's equity down to its maintenance margin.
std::string liquidation_price_text(const ServerState& state, const UserState& user,
                                   const sim::PositionView& position) {
  const Instrument& instrument = state.instruments[position.instrument];
  if (position.quantity.raw == 0 || instrument.contract != ContractKind::Linear) return "";
  const double size = gannet::to_double(position.quantity, instrument.quantity_digits) *
                      to_double(instrument.contract_value) *
                      to_double(instrument.contract_multiplier);
  for (const sim::BalanceView& balance : state.exchange->balances(user.id)) {
    if (balance.currency != instrument.settle) continue;
    const double mark = to_double(state, instrument.id, reference_price(state, instrument.id));
    const double spare = number(balance.equity) - number(position.maintenance_margin);
    const double price = mark - spare / size;
    return price > 0 ? estimate_text(price) : "";
  }
  return "";
}

}  // namespace

void write_account(JsonWriter& json, const ServerState& state, const UserState& user,
                   const std::set<CurrencyId>& only) {
  const std::vector<sim::PositionView> positions = state.exchange->positions(user.id);
  const std::vector<sim::BalanceView> balances = state.exchange->balances(user.id);
  double equity = 0, initial = 0, maintenance = 0, unrealised = 0, frozen = 0, notional = 0;
  for (const sim::BalanceView& balance : balances) {
    const double price = usd_price(state, balance.currency);
    const CurrencyRisk risk = risk_in(state, positions, balance.currency);
    equity += number(balance.equity) * price;
    initial += number(risk.initial_margin) * price;
    maintenance += number(risk.maintenance_margin) * price;
    unrealised += number(risk.unrealised) * price;
    frozen += number(balance.frozen) * price;
  }
  for (const sim::PositionView& position : positions) {
    const Instrument& instrument = state.instruments[position.instrument];
    notional += std::abs(
        notional_usd(state, instrument, reference_price(state, instrument.id), position.quantity));
  }
  // Futures mode has no account-wide margin: those fields stay empty there.
  const bool wide = user.settings.account.account_mode >= 3;
  const auto wide_text = [&](double value) { return wide ? estimate_text(value) : std::string(); };
  json.begin_object()
      .field("uTime", millis_text(state.now))
      .field("totalEq", estimate_text(equity))
      .field("isoEq", "0")
      .field("adjEq", wide_text(equity))
      .field("availEq", wide_text(equity - initial - frozen))
      .field("ordFroz", wide_text(frozen))
      .field("imr", wide_text(initial))
      .field("mmr", wide_text(maintenance))
      .field("borrowFroz", "")
      .field("mgnRatio", wide ? margin_ratio(equity, maintenance) : std::string())
      .field("notionalUsd", wide_text(notional))
      .blank("notionalUsdForBorrow", "notionalUsdForSwap", "notionalUsdForFutures",
             "notionalUsdForOption")
      .field("upl", wide_text(unrealised))
      .blank("delta", "deltaLever")
      .field("deltaNeutralStatus", "0");
  json.key("details").begin_array();
  for (const sim::BalanceView& balance : balances) {
    if (!only.empty() && !only.contains(balance.currency)) continue;
    if (only.empty() && balance.cash.raw == 0 && balance.equity.raw == 0) continue;
    write_currency(json, state, balance, risk_in(state, positions, balance.currency));
  }
  json.end_array().end_object();
}

std::string position_id(const UserState& user, const sim::PositionView& position) {
  const std::uint64_t parts = static_cast<std::uint64_t>(position.instrument.value) * 16 +
                              static_cast<std::uint64_t>(position.side) * 4 +
                              static_cast<std::uint64_t>(position.mode);
  return std::to_string(2'500'000'000'000'000'000ull + user.id * 1'000'000'000ull + parts);
}

void write_position(JsonWriter& json, const ServerState& state, const UserState& user,
                    const sim::PositionView& position) {
  const Instrument& instrument = state.instruments[position.instrument];
  const bool flat = position.quantity.raw == 0;
  const Price mark = reference_price(state, instrument.id);
  const auto leverage = user.leverage.find(instrument.id);
  const std::int64_t lever = leverage == user.leverage.end() ? 1 : leverage->second;
  const std::string quantity = quantity_text(instrument, position.quantity);
  const std::string positive =
      quantity_text(instrument, position.quantity.raw < 0 ? -position.quantity : position.quantity);
  const bool cross = position.mode != sim::TradeMode::Isolated;
  const double margin = number(position.initial_margin);
  // What the venue calls realised: profit, fees and funding together, each signed as income.
  const __int128 realised = position.realised_pnl.raw - position.fee.raw + position.funding.raw;
  const std::optional<Price> last = last_price(state, instrument.id);
  const std::string time = millis_text(state.wall_time(position.update_time));
  json.begin_object()
      .field("instType", name_of(instrument.kind))
      .field("mgnMode", name_of(position.mode))
      .field("posId", position_id(user, position))
      .field("posSide", name_of(position.side))
      .field("pos", position.side == PositionSide::Short ? positive : quantity)
      .field("hedgedPos", "")
      .field("posCcy", "")
      .field("availPos", position.side == PositionSide::Net ? "" : positive)
      .field("avgPx", flat ? "" : amount_text(position.average_price))
      .field("upl", amount_text(position.unrealised_pnl))
      .field("uplRatio", margin > 0 ? estimate_text(number(position.unrealised_pnl) / margin) : "0")
      .field("uplLastPx", amount_text(position.unrealised_pnl))
      .field("uplRatioLastPx", "")
      .field("instId", instrument.name.view())
      .field("lever", std::to_string(lever))
      .field("liqPx", liquidation_price_text(state, user, position))
      .field("markPx", price_text(instrument, mark))
      .field("imr", cross ? amount_text(position.initial_margin) : "")
      .field("margin", cross ? "" : amount_text(position.initial_margin))
      .field("mgnRatio", "")
      .field("mmr", amount_text(position.maintenance_margin))
      .blank("liab", "liabCcy")
      .field("interest", "")
      .field("tradeId", std::to_string(position.last_trade.value))
      .field("notionalUsd",
             estimate_text(std::abs(notional_usd(state, instrument, mark, position.quantity))))
      .blank("optVal", "pendingCloseOrdLiabVal")
      .field("adl", flat ? "0" : "1")
      .blank("bizRefId", "bizRefType")
      .field("ccy", state.currencies.name(instrument.settle))
      .field("last", last ? price_text(instrument, *last) : "")
      .field("idxPx", price_text(instrument, index_price(state, instrument.id)))
      .field("usdPx", estimate_text(usd_price(state, instrument.settle)))
      .field("bePx", flat ? "" : amount_text(position.average_price))
      .blank("deltaBS", "deltaPA", "gammaBS", "gammaPA", "thetaBS", "thetaPA", "vegaBS", "vegaPA",
             "spotInUseAmt", "spotInUseCcy", "clSpotInUseAmt", "maxSpotInUseAmt")
      .field("realizedPnl", decimal_text(realised, Amount::kDigits))
      .field("pnl", amount_text(position.realised_pnl))
      .field("fee", amount_text(-position.fee))
      .field("fundingFee", amount_text(position.funding))
      .field("liqPenalty", "0")
      .field("nonSettleAvgPx", "")
      .field("settledPnl", "");
  json.key("closeOrderAlgo").begin_array().end_array();
  json.field("cTime", time)
      .field("uTime", time)
      .field("pTime", millis_text(state.now))
      .blank("baseBal", "quoteBal", "baseBorrowed", "baseInterest", "quoteBorrowed",
             "quoteInterest")
      .end_object();
}

namespace {

struct BillType {
  const char* type;
  const char* sub_type;
};

BillType bill_type(const sim::Bill& bill) noexcept {
  const bool gain = bill.change.raw >= 0;
  switch (bill.cause) {
    case sim::Bill::Cause::Deposit:
    case sim::Bill::Cause::Transfer:
      return {"1", gain ? "11" : "12"};
    case sim::Bill::Cause::Trade:
    case sim::Bill::Cause::Fee:
      return {"2", gain ? "2" : "1"};
    case sim::Bill::Cause::Funding:
      return {"8", gain ? "174" : "173"};
    case sim::Bill::Cause::Liquidation:
      return {"5", "100"};
  }
  std::unreachable();
}

}  // namespace

void write_bill(JsonWriter& json, const ServerState& state, const sim::Bill& bill) {
  const BillType words = bill_type(bill);
  const bool fee = bill.cause == sim::Bill::Cause::Fee;
  const bool traded = bill.instrument.valid() && state.instruments.contains(bill.instrument);
  json.begin_object()
      .field("billId", std::to_string(bill.id))
      .field("type", words.type)
      .field("subType", words.sub_type)
      .field("ts", millis_text(state.wall_time(bill.time)))
      .field("ccy", state.currencies.name(bill.change.currency))
      .field("balChg", amount_text(bill.change))
      .field("bal", amount_text(bill.balance_after))
      .field("posBalChg", "0")
      .field("posBal", "0")
      .blank("sz", "px")
      .field("pnl", fee ? "0" : amount_text(bill.change))
      .field("fee", fee ? amount_text(bill.change) : "0")
      .field("mgnMode", "")
      .field("instType",
             traded ? name_of(state.instruments[bill.instrument].kind) : std::string_view())
      .field("instId", traded ? state.instruments[bill.instrument].name.view() : std::string_view())
      .field("ordId", bill.order.valid() ? std::to_string(wire_order_id(bill.order)) : "")
      .field("tradeId", bill.trade.value != 0 ? std::to_string(bill.trade.value) : "")
      .blank("clOrdId", "execType", "from", "to", "notes", "interest", "tag", "fillIdxPx",
             "fillMarkPx")
      .field("fillTime", millis_text(state.wall_time(bill.time)))
      .end_object();
}

}  // namespace gannet::okx_server
