#include "backtest/order_log.h"

namespace gannet::backtest {

void OrderLog::on_lane_command(const engine::LaneCommand& command, Timestamp now) noexcept {
  if (command.kind == engine::LaneCommand::Kind::Place) {
    const OrderIntent& intent = command.place;
    OrderLine line;
    line.strategy = intent.strategy;
    line.instrument = intent.instrument;
    line.side = intent.side;
    line.kind = intent.kind;
    line.time_in_force = intent.time_in_force;
    line.post_only = intent.post_only;
    line.reduce_only = intent.reduce_only;
    line.price = intent.price;
    line.quantity = intent.quantity;
    line.decided_time = command.decided_time;
    add(intent.handle, line);
  } else if (command.kind == engine::LaneCommand::Kind::PlaceAlgo) {
    const AlgoIntent& intent = command.algo;
    OrderLine line;
    line.strategy = intent.strategy;
    line.instrument = intent.instrument;
    line.side = intent.terms.side;
    line.algo = intent.terms.kind;
    line.time_in_force = intent.terms.time_in_force;
    line.reduce_only = intent.terms.reduce_only;
    line.price = main_price(intent.terms);
    line.quantity = intent.terms.quantity;
    line.decided_time = command.decided_time;
    add(intent.handle, line);
  }
  core_->on_lane_command(command, now);
}

void OrderLog::add(Handle handle, OrderLine line) {
  by_handle_[handle.value] = orders_.size();
  orders_.push_back(line);
}

void OrderLog::on_order_event(const engine::OrderEvent& event) noexcept {
  using Kind = engine::OrderEventKind;
  const auto found = by_handle_.find(event.handle.value);
  if (found != by_handle_.end()) {
    OrderLine& line = orders_[found->second];
    switch (event.kind) {
      case Kind::Denied:
        line.is_denied = true;
        line.denial = event.denial.reason;
        ++denials_[static_cast<std::size_t>(event.denial.reason)];
        line.state = event.kind;
        line.ended_time = event.event_time;
        break;
      case Kind::PendingNew:
        line.client_id = event.client_id;
        by_client_id_[event.client_id.value] = found->second;
        line.state = event.kind;
        break;
      case Kind::Filled:
      case Kind::Cancelled:
      case Kind::Rejected:
      case Kind::Expired:
        line.reason = event.reason;
        line.state = event.kind;
        line.ended_time = event.event_time;
        break;
      case Kind::Live:
      case Kind::PartiallyFilled:
      case Kind::Unknown:
        line.state = event.kind;
        break;
      case Kind::Amended:
        ++line.amends;
        break;
      case Kind::AmendDenied:
      case Kind::CancelDenied:
        ++denials_[static_cast<std::size_t>(event.denial.reason)];
        break;
      case Kind::Accepted:
      case Kind::AmendRejected:
      case Kind::CancelRejected:
      case Kind::Adopted:
      case Kind::Triggered:
        break;
    }
  }
  strategies_->on_order_event(event);
}

void OrderLog::on_fill_event(const engine::FillEvent& event) noexcept {
  strategies_->on_fill_event(event);
}
void OrderLog::on_position_event(const engine::PositionEvent& event) noexcept {
  strategies_->on_position_event(event);
}
void OrderLog::on_state_event(const engine::StateEvent& event) noexcept {
  strategies_->on_state_event(event);
}
void OrderLog::on_balance_event(const BalanceReport& report) noexcept {
  strategies_->on_balance_event(report);
}

OrderLine* OrderLog::find(ClientOrderId id) noexcept {
  const auto found = by_client_id_.find(id.value);
  return found == by_client_id_.end() ? nullptr : &orders_[found->second];
}

void OrderLog::on_arrived(ClientOrderId id, Timestamp now) {
  if (OrderLine* line = find(id)) line->arrived_time = now;
}

void OrderLog::on_venue_change(ClientOrderId id, const sim::OrderChange& change, Timestamp) {
  OrderLine* line = find(id);
  if (line == nullptr) return;
  if (line->kind == OrderKind::Limit) line->price = change.order.terms.price;
  line->quantity = change.order.terms.quantity;
}

void OrderLog::on_venue_fill(ClientOrderId id, const sim::OrderChange& change, const Fill& fill) {
  OrderLine* line = find(id);
  if (line == nullptr) return;
  line->filled += fill.quantity;
  line->filled_cost += static_cast<__int128>(fill.price.raw) * fill.quantity.raw;
  const InstrumentId id_of_instrument = change.order.terms.instrument;
  const Instrument& instrument = instruments_[id_of_instrument];
  PositionCost& position = positions_[id_of_instrument.value];
  const FillResult result = apply_fill(instrument, position, line->side, fill.price, fill.quantity);
  position = result.position;
  fills_.push_back({static_cast<std::size_t>(line - orders_.data()), fill, result.realised_pnl,
                    position.quantity});

  FillTotals& totals = totals_[id_of_instrument.value];
  const Amount notional = order_notional(instrument, fill.price, fill.quantity);
  ++(fill.maker ? totals.maker : totals.taker);
  (fill.maker ? totals.maker_quantity : totals.taker_quantity) += fill.quantity;
  Amount& sum = fill.maker ? totals.maker_notional : totals.taker_notional;
  sum = {sum.raw + notional.raw, notional.currency};
}

}  // namespace gannet::backtest
