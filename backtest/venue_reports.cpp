// What the simulated venue says, on its way back to the engine.

#include <memory>
#include <utility>

#include "backtest/simulated_venue.h"
#include "backtest/venue_words.h"

namespace gannet::backtest {

void SimulatedVenue::deliver_report(AccountListener& listener, Timestamp now) {
  Answer answer = to_engine_.take();
  struct Teller {
    AccountListener& to;
    Timestamp now;
    void operator()(ExecutionReport& report) const {
      report.receive_time = now;
      to.on_execution_report(report);
    }
    void operator()(FillReport& report) const {
      report.receive_time = now;
      to.on_fill_report(report);
    }
    void operator()(PositionRow& row) const {
      row.report.receive_time = now;
      to.on_position(row.report, row.from_snapshot);
    }
    void operator()(BalanceRow& row) const {
      row.report.receive_time = now;
      to.on_balance(row.report, row.from_snapshot);
    }
    void operator()(AlgoRow& row) const {
      row->receive_time = now;
      to.on_algo_report(*row);
    }
    void operator()(const SnapshotEdge& edge) const {
      if (edge.is_end) {
        to.on_snapshot_end(edge.kind, edge.request, true, now);
      } else {
        to.on_snapshot_begin(edge.kind, edge.request, edge.asked);
      }
    }
  };
  std::visit(Teller{listener, now}, answer);
}

ExecutionReport SimulatedVenue::status_of(const sim::OrderView& order,
                                          ExecutionReport::Source source) const {
  ExecutionReport report;
  report.kind = ExecutionReport::Kind::Status;
  report.source = source;
  report.account = AccountId{0};
  report.instrument = order.terms.instrument;
  report.client_id = {number_of(order.terms.client_id.view())};
  report.venue_id = order.id;
  report.own_tag = true;
  if (order.terms.algo_id != 0) {
    report.algo_client_id = algos_->client_id_of(order.terms.algo_id);
    report.algo_venue_id = {order.terms.algo_id};
  }
  report.state = order.state;
  report.reason = reason_of(order.cancel_cause);
  report.side = order.terms.side;
  report.order_kind =
      order.terms.type == sim::OrderType::Market ? OrderKind::Market : OrderKind::Limit;
  report.reduce_only = order.terms.reduce_only;
  report.position_side = order.terms.position_side;
  report.price = order.terms.price;
  report.quantity = order.terms.quantity;
  report.cumulative_quantity = order.filled;
  report.exchange_time = order.update_time;
  return report;
}

PositionReport SimulatedVenue::report_of(const sim::PositionView& position) const {
  PositionReport report;
  report.account = AccountId{0};
  report.instrument = position.instrument;
  report.side = position.side;
  report.margin_mode = margin_modes_[position.instrument.value];
  report.quantity = position.quantity;
  report.average_entry_price = position.average_price;
  report.last_trade = position.last_trade;
  report.exchange_time = position.update_time;
  return report;
}

BalanceReport SimulatedVenue::report_of(const sim::BalanceView& balance) const {
  BalanceReport report;
  report.account = AccountId{0};
  report.cash = {balance.cash.raw, balance.currency};
  report.available = {balance.available.raw, balance.currency};
  report.equity = {balance.equity.raw, balance.currency};
  report.exchange_time = balance.update_time;
  return report;
}

void SimulatedVenue::push(Answer answer) {
  if (holds_back_) {
    held_back_.push_back(std::move(answer));
  } else {
    to_engine_.send(std::move(answer), now_);
  }
}

void SimulatedVenue::on_order_change(const sim::OrderChange& change) noexcept {
  const sim::OrderView& order = change.order;
  if (order.terms.user != user_) return;
  algos_->desk().on_order_change(change);
  ExecutionReport report = status_of(order, ExecutionReport::Source::Push);
  report.exchange_time = now_;
  report.amend_id = number_of(change.amend_request_id);
  if (change.fill) {
    report.has_fill = true;
    report.fill = *change.fill;
  }
  if (watcher_ != nullptr) {
    const bool is_child = report.algo_client_id.valid();
    const ClientOrderId id = is_child ? report.algo_client_id : report.client_id;
    if (change.fill) watcher_->on_venue_fill(id, change, *change.fill);
    if (!is_child) watcher_->on_venue_change(id, change, now_);
  }
  push(report);
}

void SimulatedVenue::on_trade(const sim::PublicTrade& trade) noexcept {
  algos_->desk().on_trade(trade);
}

void SimulatedVenue::on_position(sim::UserId user, const sim::PositionView& position) noexcept {
  if (user != user_) return;
  algos_->desk().on_position(user, position);
  push(PositionRow{report_of(position), false});
}

void SimulatedVenue::on_balance(sim::UserId user, const sim::BalanceView& balance) noexcept {
  if (user == user_) push(BalanceRow{report_of(balance), false});
}

void SimulatedVenue::on_mark_price(InstrumentId instrument, Price mark, Price index,
                                   Timestamp) noexcept {
  algos_->desk().on_mark_price(instrument, mark, index);
}

void SimulatedVenue::on_algo_news(const AlgoReport& report) {
  push(std::make_unique<AlgoReport>(report));
}

}  // namespace gannet::backtest
