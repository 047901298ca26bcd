#include "sim/okx_server/protocol/internal/algo_json.h"
#include "sim/okx_server/protocol/internal/control.h"
#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

void write_order(JsonWriter& json, const ServerState& state, const sim::OrderView& order) {
  const Instrument& instrument = state.instruments[order.terms.instrument];
  json.begin_object()
      .field("ordId", std::to_string(wire_order_id(order.id)))
      .field("clOrdId", order.terms.client_id.view())
      .field("tag", order.terms.tag.view())
      .field("instId", instrument.name.view())
      .field("side", name_of(order.terms.side))
      .field("posSide", name_of(order.terms.position_side))
      .field("ordType", name_of(order.terms.type))
      .field("tdMode", name_of(order.terms.mode))
      .field("reduceOnly", order.terms.reduce_only)
      .field("state", name_of(order.state))
      .field("px", order.terms.type == sim::OrderType::Market
                       ? std::string()
                       : price_text(instrument, order.terms.price))
      .field("sz", order.terms.quantity_is_quote ? amount_text(order.terms.quote_quantity)
                                                 : quantity_text(instrument, order.terms.quantity))
      .field("accFillSz", quantity_text(instrument, order.filled))
      .field("avgPx", order.filled.raw == 0
                          ? std::string()
                          : average_price_text(instrument, order.filled_cost, order.filled))
      .field("fee", amount_text(-order.fee))
      .field("feeCcy", state.currencies.name(order.fee.currency))
      .field("pnl", amount_text(order.realised_pnl))
      .field("cancelSource", cancel_source(order.cancel_cause))
      .field("cTime", millis_text(state.wall_time(order.create_time)))
      .field("uTime", millis_text(state.wall_time(order.update_time)))
      .end_object();
}

void write_fill(JsonWriter& json, const ServerState& state, const sim::Exchange::UserFill& row) {
  const Instrument& instrument = state.instruments[row.instrument];
  json.begin_object()
      .field("tradeId", std::to_string(row.fill.trade_id.value))
      .field("ordId", std::to_string(wire_order_id(row.order)))
      .field("clOrdId", row.client_id.view())
      .field("tag", row.tag.view())
      .field("instId", instrument.name.view())
      .field("side", name_of(row.side))
      .field("posSide", name_of(row.position_side))
      .field("fillPx", price_text(instrument, row.fill.price))
      .field("fillSz", quantity_text(instrument, row.fill.quantity))
      .field("execType", row.fill.maker ? "M" : "T")
      .field("fee", amount_text(-row.fill.fee))
      .field("feeCcy", state.currencies.name(row.fill.fee.currency))
      .field("billId", std::to_string(row.bill_id))
      .field("ts", millis_text(state.wall_time(row.fill.exchange_time)))
      .end_object();
}

void write_position(JsonWriter& json, const ServerState& state, const sim::PositionView& position) {
  const Instrument& instrument = state.instruments[position.instrument];
  json.begin_object()
      .field("instId", instrument.name.view())
      .field("posSide", name_of(position.side))
      .field("mgnMode", name_of(position.mode))
      .field("pos", quantity_text(instrument, position.quantity))
      .field("avgPx", amount_text(position.average_price))
      .field("pnl", amount_text(position.realised_pnl))
      .field("fee", amount_text(-position.fee))
      .field("fundingFee", amount_text(position.funding))
      .field("upl", amount_text(position.unrealised_pnl))
      .field("ccy", state.currencies.name(instrument.settle))
      .field("tradeId", std::to_string(position.last_trade.value))
      .end_object();
}

void write_balance(JsonWriter& json, const ServerState& state, const sim::BalanceView& balance) {
  json.begin_object()
      .field("ccy", state.currencies.name(balance.currency))
      .field("cashBal", amount_text(balance.cash))
      .field("frozen", amount_text(balance.frozen))
      .field("availBal", amount_text(balance.available))
      .field("eq", amount_text(balance.equity))
      .end_object();
}

/// The windows of 2 s that the user's order operations draw from.
void write_windows(JsonWriter& json, const ServerState& state, const UserState& user) {
  json.key("windows").begin_array();
  state.limiter.for_each_of(user.settings.uid, seconds(2), state.now,
                            [&](std::string_view bucket, std::string_view instrument,
                                std::size_t taken, std::size_t most) {
                              const std::string_view operation = bucket == "all" ? "place and amend"
                                                                 : bucket.starts_with("p") ? "place"
                                                                 : bucket.starts_with("a")
                                                                     ? "amend"
                                                                     : "cancel";
                              json.begin_object()
                                  .field("operation", operation)
                                  .field("batch", bucket.size() == 2 && bucket[1] == 'b')
                                  .field("instId", instrument)
                                  .number("taken", static_cast<std::int64_t>(taken))
                                  .number("most", static_cast<std::int64_t>(most))
                                  .end_object();
                            });
  json.end_array();
}

}  // namespace

std::string truth_text(const ServerState& state, const UserState& user) {
  std::string text;
  JsonWriter json(text);
  json.begin_object()
      .field("now", millis_text(state.now))
      .field("user", user.settings.account.name)
      .field("uid", user.settings.uid);
  json.key("orders").begin_array();
  for (const VenueOrderId id : state.exchange->all_orders(user.id)) {
    if (const sim::OrderView* const order = state.exchange->find(id))
      write_order(json, state, *order);
  }
  json.end_array().key("algo_orders").begin_array();
  for (const sim::AlgoId id : state.algos->all(user.id)) {
    if (const sim::AlgoView* const algo = state.algos->find(id))
      write_rest_algo(json, state, *algo);
  }
  json.end_array().key("fills").begin_array();
  for (const sim::Exchange::UserFill& fill : state.exchange->fills(user.id))
    write_fill(json, state, fill);
  json.end_array().key("positions").begin_array();
  for (const sim::PositionView& position : state.exchange->positions(user.id))
    write_position(json, state, position);
  json.end_array().key("balances").begin_array();
  for (const sim::BalanceView& balance : state.exchange->balances(user.id))
    write_balance(json, state, balance);
  json.end_array();
  write_windows(json, state, user);
  const std::string complaint = state.exchange->check_money();
  json.field("money_ok", complaint.empty()).field("money", complaint).end_object();
  return text;
}

}  // namespace gannet::okx_server
