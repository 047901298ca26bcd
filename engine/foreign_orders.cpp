#include "engine/foreign_orders.h"

#include <algorithm>

namespace gannet::engine {

ForeignOrders::ForeignOrders(std::size_t capacity, FillBooking& booking, risk::Exposure& exposure,
                             EngineListener& listener)
    : booking_(booking), exposure_(exposure), listener_(listener), orders_(capacity) {
  order_.reserve(capacity);
}

void ForeignOrders::on_status(const ExecutionReport& report) noexcept {
  if (!report.venue_id.valid() || !exposure_.contains(report.instrument)) return;
  const bool ends = report.state != OrderState::Live && report.state != OrderState::PartiallyFilled;
  ForeignOrder* order = orders_.find(report.venue_id.value);
  const bool is_new = order == nullptr;
  // A liquidation's fills come by the list of fills alone: only its rows can be told apart.
  const bool has_fill = report.source == ExecutionReport::Source::Push && report.has_fill &&
                        report.fill.trade_id.value > 0;
  if (is_new) {
    if (ends && !has_fill) return;
    order = find_or_add(report.venue_id, report.instrument, report.receive_time);
    if (order == nullptr) return;
    order->client_id = report.client_id;
    order->side = report.side;
    order->position_side = report.position_side;
    order->own_tag = report.own_tag;
    order->met_time = report.exchange_time;
    if (!ends)
      listener_.on_alert({report.own_tag ? Alert::PreviousRunOrder : Alert::ForeignOrder,
                          report.instrument, report.client_id, report.venue_id, 0,
                          report.quantity.raw, report.receive_time});
  }
  order->cumulative_quantity = std::max(order->cumulative_quantity, report.cumulative_quantity);
  if (has_fill) {
    if (is_new)  // what it filled before we met it is in the position already
      order->booked_quantity =
          std::max(Quantity{}, report.cumulative_quantity - report.fill.quantity);
    booking_.book(owner_of(*order, report.account), report.fill, order->booked_quantity, false,
                  report.receive_time);
  } else if (is_new) {
    order->booked_quantity = report.cumulative_quantity;
  }
  order->last_seen = std::max(order->last_seen, report.receive_time);
  if (report.exchange_time >= order->venue_time) {
    order->venue_time = report.exchange_time;
    order->price = report.price;
    order->quantity = report.quantity;
    order->ended = order->ended || ends;
    const bool open = !order->ended;
    if (order->open != open) open ? ++open_ : --open_;
    order->open = open;
  }
  count(*order);
}

void ForeignOrders::on_fill_row(const FillReport& report) noexcept {
  if (!report.venue_id.valid() || !exposure_.contains(report.instrument)) return;
  ForeignOrder* order = find_or_add(report.venue_id, report.instrument, report.receive_time);
  if (order == nullptr) return;
  order->client_id = report.client_id;
  order->side = report.side;
  order->position_side = report.position_side;
  const Quantity booked_before = order->booked_quantity;
  booking_.book(owner_of(*order, report.account), report.fill, order->booked_quantity, false,
                report.receive_time);
  if (report.fill.exchange_time <= order->met_time) order->booked_quantity = booked_before;
  count(*order);
}

/// Counts as an order of its quantity; what it puts in will count as itself.
void ForeignOrders::on_algo(const AlgoReport& report) noexcept {
  ExecutionReport status;
  status.source = report.source;
  status.account = report.account;
  status.instrument = report.instrument;
  status.client_id = report.client_id;
  status.venue_id = report.venue_id;
  status.own_tag = report.own_tag;
  status.state = is_final(report.state) ? OrderState::Cancelled : OrderState::Live;
  status.side = report.terms.side;
  status.position_side = report.terms.position_side;
  status.price = main_price(report.terms);
  status.quantity = report.terms.reduce_only ? Quantity{} : report.terms.quantity;
  status.exchange_time = report.exchange_time;
  status.receive_time = report.receive_time;
  on_status(status);
  ForeignOrder* order = orders_.find(report.venue_id.value);
  if (order == nullptr) return;
  order->algo = true;
  order->protective = report.terms.reduce_only || report.terms.close_position;
}

void ForeignOrders::on_listed(Timestamp requested_at, bool algos) noexcept {
  for (const std::uint64_t id : order_) {
    ForeignOrder* order = orders_.find(id);
    if (order == nullptr || !order->open || order->algo != algos ||
        order->last_seen >= requested_at)
      continue;
    order->open = false;
    --open_;
    count(*order);
  }
}

std::size_t ForeignOrders::open_with_own_tag() const noexcept {
  std::size_t n = 0;
  for_each_open([&](const ForeignOrder& order) { n += order.own_tag ? 1u : 0u; });
  return n;
}

std::size_t ForeignOrders::open_without_protective() const noexcept {
  std::size_t n = 0;
  for_each_open([&](const ForeignOrder& order) { n += order.protective ? 0u : 1u; });
  return n;
}

ForeignOrder* ForeignOrders::find_or_add(VenueOrderId id, InstrumentId instrument,
                                         Timestamp now) noexcept {
  if (ForeignOrder* order = orders_.find(id.value)) return order;
  if (orders_.full()) {
    const auto ended = std::find_if(order_.begin(), order_.end(),
                                    [&](std::uint64_t o) { return !orders_.find(o)->open; });
    if (ended == order_.end()) {
      listener_.on_alert({Alert::ForeignOrdersFull, instrument, {}, id, 0, 0, now});
      return nullptr;
    }
    orders_.erase(*ended);
    order_.erase(ended);
  }
  ForeignOrder order;
  order.venue_id = id;
  order.instrument = instrument;
  order_.push_back(id.value);
  return orders_.insert(id.value, order);
}

void ForeignOrders::count(ForeignOrder& order) noexcept {
  const Quantity leaves =
      order.open ? std::max(Quantity{}, order.quantity - order.booked_quantity) : Quantity{};
  const StrategyId nobody;
  if (order.open && !order.counted) {
    exposure_.on_order_opened(nobody, order.instrument, order.side, leaves, order.position_side);
  } else if (order.open) {
    exposure_.on_working_changed(nobody, order.instrument, order.side, order.counted_leaves, leaves,
                                 order.position_side);
  } else if (order.counted) {
    exposure_.on_order_closed(nobody, order.instrument, order.side, order.counted_leaves,
                              order.position_side);
  }
  order.counted = order.open;
  order.counted_leaves = leaves;
}

FillOwner ForeignOrders::owner_of(const ForeignOrder& order, AccountId account) const noexcept {
  FillOwner owner;
  owner.account = account;
  owner.instrument = order.instrument;
  owner.client_id = order.client_id;
  owner.venue_id = order.venue_id;
  owner.side = order.side;
  owner.position_side = order.position_side;
  return owner;
}

}  // namespace gannet::engine
