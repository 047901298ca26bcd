#include "sim/okx_server/protocol/internal/order_json.h"

#include "sim/okx_server/protocol/internal/algo_json.h"
#include "sim/okx_server/protocol/internal/bill_json.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/valuation.h"

namespace gannet::okx_server {
namespace {

std::string position_side_text(const Instrument& instrument, PositionSide side) {
  return is_derivative(instrument.kind) ? std::string(name_of(side)) : std::string();
}

std::string size_text(const Instrument& instrument, const sim::NewOrder& terms) {
  return terms.quantity_is_quote ? amount_text(terms.quote_quantity)
                                 : quantity_text(instrument, terms.quantity);
}

bool is_spot_market(const Instrument& instrument, const sim::NewOrder& terms) {
  return !is_derivative(instrument.kind) && terms.type == sim::OrderType::Market;
}

std::string fee_currency(const ServerState& state, const Instrument& instrument,
                         const sim::OrderView& order) {
  CurrencyId currency = order.fee.currency;
  if (!currency.valid()) {
    currency = is_derivative(instrument.kind)  ? instrument.settle
               : order.terms.side == Side::Buy ? instrument.base
                                               : instrument.quote;
  }
  return std::string(state.currencies.name(currency));
}

/// A rebate would be paid in the currency that is not charged: on spot the other one.
std::string_view rebate_currency(const ServerState& state, const Instrument& instrument,
                                 const sim::OrderView& order) {
  if (is_derivative(instrument.kind)) return state.currencies.name(instrument.settle);
  return state.currencies.name(order.terms.side == Side::Buy ? instrument.quote : instrument.base);
}

/// OKX's numbers of who changed the terms: 1 the user, 2 the user but cut to what reduce-only
/// allows, 4 the system for reduce-only. OKX API v5, orders channel.
std::string_view amend_source(sim::AmendCause cause) noexcept {
  switch (cause) {
    case sim::AmendCause::None:
      return "";
    case sim::AmendCause::User:
      return "1";
    case sim::AmendCause::UserCapped:
      return "2";
    case sim::AmendCause::ReduceOnly:
      return "4";
  }
  return "";
}

/// reqId, amendResult, amendSource, code and msg: what a push says of an amend.
void write_amend_result(JsonWriter& json, const ServerState& state,
                        const sim::OrderChange& change) {
  const std::optional<FailedAmend>& failed = state.failed_amend;
  if (failed && failed->order == change.order.id) {
    const bool cancelled = change.what == sim::OrderChange::What::Cancelled;
    json.field("reqId", failed->request_id)
        .field("amendResult", cancelled ? "1" : "-1")
        .field("amendSource", "1")
        .field("code", failed->code)
        .field("msg", failed->message);
    return;
  }
  const bool amended = change.amended_by != sim::AmendCause::None;
  json.field("reqId", change.amend_request_id)
      .field("amendResult", amended ? "0" : "")
      .field("amendSource", amend_source(change.amended_by))
      .field("code", "0")
      .field("msg", "");
}

std::string leverage_text(const ServerState& state, const Instrument& instrument,
                          const sim::NewOrder& terms) {
  if (!is_derivative(instrument.kind)) return "0";
  return std::to_string(
      state.exchange->leverage(terms.user, instrument.id, terms.mode, terms.position_side));
}

bool has_price(sim::OrderType type) noexcept {
  return type != sim::OrderType::Market && type != sim::OrderType::OptimalLimitIoc;
}

/// What REST and the channel have in common.
void write_terms(JsonWriter& json, const ServerState& state, const sim::OrderView& order,
                 bool rest) {
  const Instrument& instrument = state.instruments[order.terms.instrument];
  const sim::NewOrder& terms = order.terms;
  const bool priced = has_price(terms.type);
  const bool derivative = is_derivative(instrument.kind);
  json.field("instType", name_of(instrument.kind))
      .field("instId", instrument.name.view())
      .field("ccy", derivative ? state.currencies.name(instrument.settle) : std::string_view())
      .field("ordId", std::to_string(wire_order_id(order.id)))
      .field("clOrdId", terms.client_id.view())
      .field("tag", terms.tag.view())
      .field("px", priced ? price_text(instrument, terms.price) : std::string())
      .blank("pxUsd", "pxVol", "pxType")
      .field("sz", size_text(instrument, terms))
      .field("ordType", name_of(terms.type))
      .field("side", name_of(terms.side))
      .field("posSide", position_side_text(instrument, terms.position_side))
      .field("tdMode", name_of(terms.mode))
      .field("tgtCcy", !is_spot_market(instrument, terms) ? ""
                       : terms.quantity_is_quote          ? "quote_ccy"
                                                          : "base_ccy")
      .field("tradeQuoteCcy",
             derivative ? std::string_view() : state.currencies.name(instrument.quote))
      .field("accFillSz", quantity_text(instrument, order.filled))
      .field("state", name_of(order.state))
      .field("lever", leverage_text(state, instrument, terms));
  write_algo_members(json, state, order, rest);
  json.field("stpId", "")
      .field("stpMode", name_of(terms.stp))
      .field("feeCcy", fee_currency(state, instrument, order))
      .field("fee", amount_text(-order.fee))
      .field("rebateCcy", rebate_currency(state, instrument, order))
      .field("rebate", "0")
      .field("pnl", amount_text(order.realised_pnl))
      .field("cancelSource", cancel_source(order.cancel_cause))
      .field("cancelSourceReason", describe_cancel(order.cancel_cause))
      .field("category", name_of(order.category))
      .field("reduceOnly", terms.reduce_only ? "true" : "false")
      .field("quickMgnType", "")
      .field("uTime", millis_text(state.wall_time(order.update_time)))
      .field("cTime", millis_text(state.wall_time(order.create_time)));
}

std::string notional_text(const ServerState& state, const Instrument& instrument,
                          const sim::OrderView& order, Quantity quantity) {
  const Price price =
      has_price(order.terms.type) ? order.terms.price : reference_price(state, instrument.id);
  return estimate_text(notional_usd(state, instrument, price, quantity));
}

std::string order_notional_text(const ServerState& state, const Instrument& instrument,
                                const sim::OrderView& order) {
  const sim::NewOrder& terms = order.terms;
  if (!terms.quantity_is_quote) return notional_text(state, instrument, order, terms.quantity);
  return estimate_text(to_double(terms.quote_quantity) * usd_price(state, instrument.quote));
}

}  // namespace

void write_rest_order(JsonWriter& json, const ServerState& state, const UserState&,
                      const sim::OrderView& order) {
  const Instrument& instrument = state.instruments[order.terms.instrument];
  json.begin_object();
  write_terms(json, state, order, true);
  json.field("avgPx", order.filled.raw == 0
                          ? std::string()
                          : average_price_text(instrument, order.filled_cost, order.filled));
  if (order.last_fill) {
    const Fill& fill = *order.last_fill;
    json.field("fillPx", price_text(instrument, fill.price))
        .field("fillSz", quantity_text(instrument, fill.quantity))
        .field("fillTime", millis_text(state.wall_time(fill.exchange_time)))
        .field("tradeId", std::to_string(fill.trade_id.value));
  } else {
    json.field("fillPx", "").field("fillSz", "0").field("fillTime", "").field("tradeId", "");
  }
  json.end_object();
}

void write_pushed_order(JsonWriter& json, const ServerState& state, const UserState&,
                        const sim::OrderChange& change, const Amount& profit) {
  const sim::OrderView& order = change.order;
  const Instrument& instrument = state.instruments[order.terms.instrument];
  const bool derivative = is_derivative(instrument.kind);
  json.begin_object();
  write_terms(json, state, order, false);
  json.field("avgPx", average_price_text(instrument, order.filled_cost, order.filled))
      .field("notionalUsd", order_notional_text(state, instrument, order))
      .field("fillNotionalUsd",
             order.filled.raw == 0 ? "" : notional_text(state, instrument, order, order.filled));
  if (change.fill) {
    const Fill& fill = *change.fill;
    json.field("fillPx", price_text(instrument, fill.price))
        .field("fillSz", quantity_text(instrument, fill.quantity))
        .field("tradeId", std::to_string(fill.trade_id.value))
        .field("fillTime", millis_text(state.wall_time(fill.exchange_time)))
        .field("fillPnl", amount_text(profit))
        .field("fillFee", amount_text(-fill.fee))
        .field("fillFeeCcy", state.currencies.name(fill.fee.currency))
        .field("execType", fill.maker ? "M" : "T")
        .field("fillMarkPx",
               derivative ? price_text(instrument, reference_price(state, instrument.id)) : "")
        .field("fillIdxPx", price_text(instrument, index_price(state, instrument.id)));
  } else {
    json.field("fillPx", "")
        .field("fillSz", "0")
        .blank("tradeId", "fillTime")
        .field("fillPnl", "0")
        .field("fillFee", "0")
        .blank("fillFeeCcy", "execType", "fillMarkPx", "fillIdxPx");
  }
  const std::optional<Price> last = last_price(state, instrument.id);
  json.blank("fillPxVol", "fillPxUsd", "fillMarkVol", "fillFwdPx")
      .field("lastPx", last ? price_text(instrument, *last) : "");
  write_amend_result(json, state, change);
  json.end_object();
}

std::string_view fill_sub_type(const sim::Exchange::UserFill& fill) noexcept {
  // The same as its bill's.
  sim::Bill bill;
  bill.side = fill.side;
  bill.position_side = fill.position_side;
  switch (fill.category) {
    case sim::OrderCategory::Normal:
      break;
    case sim::OrderCategory::PartialLiquidation:
      bill.cause = sim::Bill::Cause::PartialLiquidation;
      break;
    case sim::OrderCategory::FullLiquidation:
      bill.cause = sim::Bill::Cause::Liquidation;
      break;
    case sim::OrderCategory::AutoDeleverage:
      bill.cause = sim::Bill::Cause::AutoDeleverage;
      break;
    case sim::OrderCategory::Delivery:
      bill.cause = sim::Bill::Cause::Delivery;
      break;
  }
  return bill_type(bill).sub_type;
}

void write_pushed_fill(JsonWriter& json, const ServerState& state, const sim::OrderView& order,
                       const Fill& fill) {
  const Instrument& instrument = state.instruments[order.terms.instrument];
  // The channel knows client ids only as numbers of 63 bits.
  const auto number = parse_digits(order.terms.client_id.view());
  const bool numeric = number && *number > 0 && *number <= 9'223'372'036'854'775'807ull;
  json.begin_object()
      .field("instId", instrument.name.view())
      .field("fillSz", quantity_text(instrument, fill.quantity))
      .field("fillPx", price_text(instrument, fill.price))
      .field("side", name_of(order.terms.side))
      .field("ts", millis_text(state.wall_time(fill.exchange_time)))
      .field("ordId", std::to_string(wire_order_id(order.id)))
      .field("clOrdId", numeric ? order.terms.client_id.view() : std::string_view("0"))
      .field("tradeId", std::to_string(fill.trade_id.value))
      .field("execType", fill.maker ? "M" : "T")
      .field("count", "1")
      .end_object();
}

void write_rest_fill(JsonWriter& json, const ServerState& state, const UserState& user,
                     const sim::Exchange::UserFill& row) {
  const Instrument& instrument = state.instruments[row.instrument];
  const Fill& fill = row.fill;
  const bool derivative = is_derivative(instrument.kind);
  const sim::FeeRates& rates =
      derivative ? user.settings.account.derivative_fees : user.settings.account.spot_fees;
  const std::string time = millis_text(state.wall_time(fill.exchange_time));
  json.begin_object()
      .field("instType", name_of(instrument.kind))
      .field("instId", instrument.name.view())
      .field("tradeId", std::to_string(fill.trade_id.value))
      .field("ordId", std::to_string(wire_order_id(row.order)))
      .field("clOrdId", row.client_id.view())
      .field("billId", std::to_string(row.bill_id))
      .field("subType", fill_sub_type(row))
      .field("tag", row.tag.view())
      .field("fillPx", price_text(instrument, fill.price))
      .field("fillSz", quantity_text(instrument, fill.quantity))
      .field("fillIdxPx", row.index.raw > 0 ? price_text(instrument, row.index) : "")
      .field("fillPnl", amount_text(row.realised_pnl))
      .blank("fillPxVol", "fillPxUsd", "fillMarkVol", "fillFwdPx")
      .field("fillMarkPx", derivative && row.mark.raw > 0 ? price_text(instrument, row.mark) : "")
      .field("side", name_of(row.side))
      .field("posSide", derivative ? name_of(row.position_side) : std::string_view("net"))
      .field("execType", fill.maker ? "M" : "T")
      .field("feeCcy", state.currencies.name(fill.fee.currency))
      .field("fee", amount_text(-fill.fee))
      .field("feeRate",
             derivative ? "" : decimal_text(-(fill.maker ? rates.maker : rates.taker), 9))
      .field("ts", time)
      .field("fillTime", time)
      .field("tradeQuoteCcy",
             derivative ? std::string_view() : state.currencies.name(instrument.quote))
      .end_object();
}

}  // namespace gannet::okx_server
