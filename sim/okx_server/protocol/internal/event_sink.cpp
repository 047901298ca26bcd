#include <algorithm>

#include "sim/okx_server/protocol/internal/bill_json.h"
#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/market_candles.h"
#include "sim/okx_server/protocol/internal/market_push.h"
#include "sim/okx_server/protocol/internal/order_json.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

void EventSink::on_order_change(const sim::OrderChange& change) noexcept {
  state_.algos->on_order_change(change);
  UserState* const user = state_.find_user(change.order.terms.user);
  if (user == nullptr) return;  // the market's own orders
  Amount profit = change.order.realised_pnl;
  if (change.fill) {
    Amount& told = state_.told_profit[change.order.id.value];
    profit.raw -= told.raw;
    told = change.order.realised_pnl;
    user->trades.emplace_back(change.order.terms.instrument, change.fill->trade_id);
  }
  const bool ended =
      change.order.state != OrderState::Live && change.order.state != OrderState::PartiallyFilled;
  if (ended) state_.told_profit.erase(change.order.id.value);
  OrderPush push;
  push.user = static_cast<std::size_t>(user - state_.users.data());
  push.instrument = change.order.terms.instrument;
  JsonWriter order(push.order);
  write_pushed_order(order, state_, *user, change, profit);
  // The fills channel has matches of the book alone. PROTOCOL 5.4.
  if (change.fill && change.fill->trade_id.value > 0) {
    JsonWriter fill(push.fill);
    write_pushed_fill(fill, state_, change.order, *change.fill);
  }
  if (state_.replica.on()) {
    std::string row;
    JsonWriter rest(row);
    write_rest_order(rest, state_, *user, change.order);
    state_.replica.on_order(state_, push.user, wire_order_id(change.order.id), std::move(row),
                            !ended);
  }
  state_.order_pushes.push_back(std::move(push));
}

void EventSink::on_trade(const sim::PublicTrade& trade) noexcept {
  state_.algos->on_trade(trade);
  if (trade.instrument.value >= state_.markets.size()) return;
  begin_candles(state_, trade.instrument, trade.price, trade.time);
  state_.markets[trade.instrument.value].on_trade(trade);
  state_.trades_waiting.insert(trade.instrument);
}

void EventSink::on_level(InstrumentId instrument, Side side, Price price, Quantity quantity,
                         std::uint32_t orders, Timestamp) noexcept {
  if (instrument.value >= state_.markets.size()) return;
  InstrumentMarket& market = state_.markets[instrument.value];
  const auto before = market.book.best(side);
  market.book.set(side, price, quantity, orders);
  market.sequence += static_cast<std::int64_t>(1 + (state_.next_random() & 3));
  market.book_changed = true;
  market.book_changed_fast = true;
  if (market.book.best(side) == before) return;
  market.best_changed = true;
  market.ticker_changed = true;
  if (state_.settings.best_price_interval_ms == 0) push_best_price(state_, instrument);
}

void EventSink::on_liquidation(const sim::LiquidationView& liquidation) noexcept {
  state_.liquidations.push_back(liquidation);
}

void EventSink::on_position(sim::UserId id, const sim::PositionView& position) noexcept {
  state_.algos->on_position(id, position);
  UserState* const user = state_.find_user(id);
  if (user == nullptr) return;
  // Only the newest word on a position between two pushes.
  std::erase_if(user->positions, [&](const sim::PositionView& other) {
    return other.instrument == position.instrument && other.side == position.side &&
           other.mode == position.mode;
  });
  user->positions.push_back(position);
}

void EventSink::on_balance(sim::UserId id, const sim::BalanceView& balance) noexcept {
  UserState* const user = state_.find_user(id);
  if (user == nullptr) return;
  std::erase_if(user->balances,
                [&](const sim::BalanceView& other) { return other.currency == balance.currency; });
  user->balances.push_back(balance);
  user->changed_currencies.insert(balance.currency);
  if (!user->account_due)
    user->account_due = state_.now + milliseconds(state_.settings.account_push_ms);
}

void EventSink::on_bill(const sim::Bill& bill) noexcept {
  UserState* const user = state_.find_user(bill.user);
  if (user == nullptr) return;
  user->cash_changed.insert(bill.change.currency);
  user->event = event_type(bill.cause);
}

void EventSink::on_margin_warning(sim::UserId id, const sim::PositionView& position) noexcept {
  if (UserState* const user = state_.find_user(id)) user->endangered.push_back(position);
}

void EventSink::on_mark_price(InstrumentId instrument, Price mark, Price index,
                              Timestamp time) noexcept {
  state_.algos->on_mark_price(instrument, mark, index);
  if (instrument.value >= state_.markets.size()) return;
  note_reference_prices(state_, instrument, mark, index, time);
  InstrumentMarket& market = state_.markets[instrument.value];
  const std::string_view name = state_.instruments[instrument].name.view();
  if (market.has_mark && state_.faults.find(FaultKind::MarkFrozen, name) != nullptr)
    return state_.faults.count(FaultKind::MarkFrozen);
  if (const Fault* const jump = state_.faults.find(FaultKind::IndexJump, name)) {
    state_.faults.count(FaultKind::IndexJump);
    const auto percent = std::clamp<std::int64_t>(jump->number("percent", 5), -99, 1'000);
    index = {index.raw + index.raw / 100 * percent};
  }
  if (!market.has_mark || market.mark != mark) market.mark_changed = true;
  if (!market.has_mark || market.index != index) market.index_changed = true;
  market.mark = mark;
  market.index = index;
  market.has_mark = true;
}

}  // namespace gannet::okx_server
