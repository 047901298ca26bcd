#include <algorithm>

#include "engine/order_manager.h"

// The venue's words on algo orders and on what they put in. Two channels and two sockets tell of
// one algo order: its own state, and its children's; they race, and either may be lost.

namespace gannet::engine {

namespace {

bool is_ended(OrderState state) noexcept {
  return state != OrderState::Live && state != OrderState::PartiallyFilled;
}

/// The algo order as an order that rests, for the rules that both share. Its own price is the main
/// price; one that closes the position has no quantity of its own.
ExecutionReport resting_status(const AlgoReport& report) noexcept {
  ExecutionReport status;
  status.kind = ExecutionReport::Kind::Status;
  status.source = report.source;
  status.account = report.account;
  status.instrument = report.instrument;
  status.client_id = report.client_id;
  status.venue_id = report.venue_id;
  status.own_tag = report.own_tag;
  status.amend_id = report.amend_id;
  status.side = report.terms.side;
  status.reduce_only = report.terms.reduce_only;
  status.position_side = report.terms.position_side;
  status.price = main_price(report.terms);
  status.quantity = report.terms.quantity;
  status.exchange_time = report.exchange_time;
  status.receive_time = report.receive_time;
  return status;
}

}  // namespace

void OrderManager::on_algo_report(const AlgoReport& report) noexcept {
  const Timestamp now = report.receive_time;
  record(to_record(report), now);
  Order* order = report.client_id.valid() ? table_.find(report.client_id) : nullptr;
  if (order != nullptr && (!order->algo || !is_about(*order, report.venue_id, report.own_tag)))
    order = nullptr;
  if (order == nullptr && report.own_tag && ids_.is_ours(report.client_id) &&
      !is_final(report.state))
    order = meet_previous_run_algo(report);
  AlgoOrder* algo = order == nullptr ? nullptr : algos_.find(order->client_id);
  if (algo == nullptr) return foreign_.on_algo(report);
  if (report.source == ExecutionReport::Source::Query) order->query_sent = {};
  if (report.amend_failed) {
    ExecutionReport refusal = resting_status(report);
    refusal.kind = ExecutionReport::Kind::AmendRejected;
    refusal.request = ExecutionReport::Request::Amend;
    refusal.reason = report.reason;
    refusal.venue_code = report.venue_code;
    on_amend_rejected(*order, refusal);
  }
  on_algo_status(*order, *algo, report);
  count(*order);
  pump_cancels(now);
}

void OrderManager::on_algo_status(Order& order, AlgoOrder& algo,
                                  const AlgoReport& report) noexcept {
  const Timestamp now = report.receive_time;
  const bool is_stale = report.exchange_time < order.venue_time;
  if (report.venue_id.valid()) order.venue_id = report.venue_id;
  if (!is_stale) order.last_seen = std::max(order.last_seen, now);
  if (!order.is_open()) {
    // A trailing stop may be set up anew after it triggered; what is no newer is an echo.
    const bool is_news = report.exchange_time > order.venue_time && !is_final(report.state);
    const bool is_echo = algo.final_since.nanos != 0 && is_final(report.state);
    if ((order.end_evidence == EndEvidence::Venue && !is_news) || is_echo)
      return static_cast<void>(++counters_.duplicates);
    if (report.state == AlgoState::Cancelled || report.state == AlgoState::Failed) {
      order.end_evidence = EndEvidence::Venue;
      return;
    }
    revive(order, now);  // concluded too early: it works, or has put something in
  }
  for (const VenueOrderId id : report.children) meet_child(order, algo, id, now);
  if (is_stale) return static_cast<void>(++counters_.stale);
  if (report.state == AlgoState::PartiallyEffective || !report.children.empty())
    note_triggered(order, algo, now);
  algo.state = report.state;
  if (is_final(report.state)) return on_algo_final(order, algo, report);
  if (report.state == AlgoState::Live && fires_once(algo.terms.kind) && algo.open_children == 0)
    algo.triggered = false;  // set up anew: it will put in another
  apply_live(order, resting_status(report));
  if (main_price(algo.terms).raw != 0) algo.terms = with_main_price(algo.terms, order.price);
  if (!algo.terms.close_position) algo.terms.quantity = order.quantity;
}

void OrderManager::on_algo_final(Order& order, AlgoOrder& algo, const AlgoReport& report) noexcept {
  const Timestamp now = report.receive_time;
  order.venue_time = std::max(order.venue_time, report.exchange_time);
  note_exists(order, now);
  order.acknowledged = true;
  if (order.phase == OrderPhase::PendingNew) order.phase = OrderPhase::Live;
  order.amends.clear();
  order.cancel_in_flight = false;
  order.cancel_accepted = false;
  order.next_query = {};
  algo.reason = report.reason;
  if (algo.final_since.nanos == 0) algo.final_since = now;
  const bool has_failed =
      report.state == AlgoState::Failed || report.state == AlgoState::PartiallyFailed;
  if (has_failed) alert(Alert::AlgoFailed, order, now, order.quantity.raw, report.venue_code);
  if (report.state == AlgoState::Effective) note_triggered(order, algo, now);
  settle_algo_end(order, algo, now);
  if (!order.is_open()) return;
  if (order.cancel_wish != CancelWish::None) put_back(order, now);
  if (report.state != AlgoState::Effective || algo.children != 0) return;
  // It put something in, and nobody says what: its child's push, or another look, will.
  if (report.source == ExecutionReport::Source::Query &&
      (algo.childless_looks == 0 ||
       now - algo.last_childless_look >= settings_.not_found_spacing)) {
    algo.last_childless_look = now;
    if (algo.childless_looks < 255) ++algo.childless_looks;
  }
  query_at(order, now + settings_.query_spacing);
  conclude_childless(order, algo, now);
}

/// An algo order that did its work, of which no order and no fill is anywhere: what it put in was
/// cancelled without a trace.
void OrderManager::conclude_childless(Order& order, AlgoOrder& algo, Timestamp now) noexcept {
  if (!order.is_open() || algo.state != AlgoState::Effective || algo.children != 0) return;
  if (algo.childless_looks < 2 || open_orders_listed_ <= algo.final_since ||
      fills_listed_ <= algo.final_since)
    return;
  alert(Alert::OrderVanished, order, now);
  end(order, OrderPhase::Cancelled, VenueReason::OrderGone, EndEvidence::Concluded, now);
}

void OrderManager::note_triggered(Order& order, AlgoOrder& algo, Timestamp now) noexcept {
  if (algo.triggered) return;
  algo.triggered = true;
  if (order.is_open()) emit(order, OrderEventKind::Triggered, VenueReason::None, now);
}

AlgoChild* OrderManager::meet_child(Order& order, AlgoOrder& algo, VenueOrderId id,
                                    Timestamp now) noexcept {
  if (AlgoChild* known = algos_.find_child(id)) return known;
  AlgoChild* child = algos_.add_child(algo, order.instrument, id);
  if (child == nullptr) {
    alert(Alert::ForeignOrdersFull, order, now);
    return nullptr;
  }
  child->last_seen = now;
  child->next_query = now + settings_.query_spacing;  // unless its own push comes first
  return child;
}

/// Ends the algo order when it has ended itself and so has all that it put in; or, whatever it says
/// of itself, when its whole quantity is filled.
void OrderManager::settle_algo_end(Order& order, AlgoOrder& algo, Timestamp now) noexcept {
  if (!order.is_open() || algo.open_children != 0) return;
  const bool is_whole = !algo.terms.close_position && order.cumulative_quantity.raw > 0 &&
                        order.cumulative_quantity >= order.quantity;
  const auto finish = [&](OrderPhase phase, VenueReason reason) {
    if (order.unknown) ++counters_.resolved;
    const bool by_venue =
        phase == OrderPhase::Filled || !algos_.has_concluded_child(order.client_id);
    end(order, phase, reason, by_venue ? EndEvidence::Venue : EndEvidence::Concluded, now);
  };
  if (is_whole) return finish(OrderPhase::Filled, VenueReason::None);
  if (!is_final(algo.state)) return;
  switch (algo.state) {
    case AlgoState::Effective:
      if (algo.children == 0) return;
      // A child that the venue made smaller (reduce-only) and filled is all there was to do.
      return order.cumulative_quantity.raw > 0 && algo.child_reason == VenueReason::None
                 ? finish(OrderPhase::Filled, VenueReason::None)
                 : finish(OrderPhase::Cancelled, algo.child_reason);
    case AlgoState::Failed:
      return finish(OrderPhase::Rejected, algo.reason);
    case AlgoState::Cancelled:
    case AlgoState::PartiallyFailed:
    case AlgoState::Live:
    case AlgoState::Paused:
    case AlgoState::PartiallyEffective:
      return finish(OrderPhase::Cancelled, algo.reason);
  }
}

Order* OrderManager::meet_previous_run_algo(const AlgoReport& report) noexcept {
  if (!links_.exposure.contains(report.instrument) || !has_algo_room()) {
    ++counters_.unmatched;
    return nullptr;
  }
  Order order;
  order.client_id = report.client_id;
  order.venue_id = report.venue_id;
  order.instrument = report.instrument;
  order.side = report.terms.side;
  order.reduce_only = report.terms.reduce_only;
  order.position_side = report.terms.position_side;
  order.algo = true;
  order.protective = report.terms.reduce_only;
  order.price = main_price(report.terms);
  order.quantity = report.terms.quantity;
  order.phase = OrderPhase::Live;
  order.acknowledged = true;
  order.previous_run = true;
  order.met = true;  // its children tell from when: see AlgoChild
  Order* kept = table_.add(order);
  if (kept == nullptr) {
    links_.listener.on_alert({Alert::ForeignOrdersFull, report.instrument, report.client_id,
                              report.venue_id, 0, 0, report.receive_time});
    return nullptr;
  }
  algos_.add(report.client_id, report.terms);
  count(*kept);
  alert(Alert::PreviousRunOrder, *kept, report.receive_time);
  return kept;
}

// ---- children ----

bool OrderManager::on_child_report(const ExecutionReport& report) noexcept {
  using Kind = ExecutionReport::Kind;
  if (report.client_id.valid()) return false;
  AlgoChild* child = algos_.find_child(report.venue_id);
  Order* order = table_.find(child != nullptr ? child->parent : report.algo_client_id);
  if (order == nullptr || !order->algo) return false;
  AlgoOrder* algo = algos_.find(order->client_id);
  if (algo == nullptr) return false;
  const Timestamp now = report.receive_time;
  if (child == nullptr) {
    // The number alone says nothing: another tenant's algo order may have the same.
    if (report.kind != Kind::Status || !report.venue_id.valid() ||
        !is_about(*order, report.algo_venue_id, report.own_tag))
      return false;
    child = meet_child(*order, *algo, report.venue_id, now);
    if (child == nullptr) return false;
  }
  if (report.kind == Kind::Status && order->met && !child->met)
    note_met_child(*order, *child, report);
  switch (report.kind) {
    case Kind::Status:
      on_child_status(*order, *algo, *child, report);
      break;
    case Kind::NotFound:
      on_child_not_found(*order, *algo, *child, now);
      break;
    case Kind::CancelRejected:
    case Kind::OutcomeUnknown:
      if (child->open) child->next_query = now + settings_.send_retry;
      break;
    case Kind::PlaceAccepted:
    case Kind::PlaceRejected:
    case Kind::AmendAccepted:
    case Kind::AmendRejected:
    case Kind::CancelAccepted:
      break;
  }
  links_.rules.on_child(*order, *child, report);
  count(*order);
  pump_cancels(now);
  return true;
}

/// What a child of an algo order that we met had filled before is in the position, or in the list
/// of fills, already.
void OrderManager::note_met_child(Order& order, AlgoChild& child,
                                  const ExecutionReport& report) noexcept {
  child.met = true;
  child.met_time = report.exchange_time;
  Quantity before = report.cumulative_quantity;
  if (report.source == ExecutionReport::Source::Push && report.has_fill)
    before = std::max(Quantity{}, before - report.fill.quantity);
  order.booked_quantity = add_saturating(order.booked_quantity, before);
}

void OrderManager::on_child_status(Order& order, AlgoOrder& algo, AlgoChild& child,
                                   const ExecutionReport& report) noexcept {
  const Timestamp now = report.receive_time;
  const bool is_stale = report.exchange_time < child.venue_time;
  child.venue_time = std::max(child.venue_time, report.exchange_time);
  if (!is_stale) child.last_seen = std::max(child.last_seen, now);
  child.not_found = 0;
  child.next_query = {};
  child.cumulative_quantity = std::max(child.cumulative_quantity, report.cumulative_quantity);
  Quantity told = algos_.cumulative(algo);
  if (!algo.terms.close_position) told = std::min(told, order.worst_quantity());
  order.cumulative_quantity = std::max(order.cumulative_quantity, told);

  const Quantity booked_before = order.booked_quantity;
  if (report.source == ExecutionReport::Source::Push && report.has_fill &&
      report.fill.trade_id.value > 0) {
    const bool is_late = !order.is_open() && order.end_evidence != EndEvidence::Venue;
    FillOwner owner = owner_of(order);
    owner.venue_id = child.venue_id;
    const BookingResult result =
        links_.booking.book(owner, report.fill, order.booked_quantity, is_late, now);
    if (result == BookingResult::Duplicate) ++counters_.duplicates;
    if (result == BookingResult::Booked)
      links_.rules.on_traded(order, report.fill.price, booked_before.raw == 0, now);
    order.cumulative_quantity = std::max(order.cumulative_quantity, order.booked_quantity);
  }
  if (!is_ended(report.state) && child.concluded && !is_stale) algos_.reopen_child(child);
  if (is_ended(report.state) && child.open) {
    algos_.end_child(child);
    algo.child_reason = report.state == OrderState::Filled ? VenueReason::None : report.reason;
  }
  if (!order.is_open()) {
    if (!child.open || is_stale) return;
    revive(order, now);  // it goes on working for an algo order believed gone
  }
  note_exists(order, now);
  order.acknowledged = true;
  if (order.phase == OrderPhase::PendingNew) order.phase = OrderPhase::Live;
  note_triggered(order, algo, now);
  settle_algo_end(order, algo, now);
  if (!order.is_open()) return;
  if (order.cumulative_quantity.raw > 0 &&
      (order.booked_quantity > booked_before || order.phase != OrderPhase::PartiallyFilled)) {
    order.phase = OrderPhase::PartiallyFilled;
    emit(order, OrderEventKind::PartiallyFilled, VenueReason::None, now);
  }
  // Its own last word may be lost: ask, unless it comes.
  if (!child.open && !is_final(algo.state)) query_at(order, now + settings_.query_after);
  if (child.open && order.cancel_wish != CancelWish::None) put_back(order, now);
}

void OrderManager::on_child_not_found(Order& order, AlgoOrder& algo, AlgoChild& child,
                                      Timestamp now) noexcept {
  if (!child.open) return;
  child.next_query = now + settings_.not_found_spacing;
  if (child.not_found != 0 && now - child.last_not_found < settings_.not_found_spacing) return;
  child.last_not_found = now;
  // The venue forgets what was cancelled without a fill: twice, spaced, and in no list that was
  // asked for since it was last seen, is gone. An answer may lag behind: its own word brings it
  // back.
  if (child.not_found < 255) ++child.not_found;
  if (child.not_found < 2 || open_orders_listed_ <= child.last_seen ||
      fills_listed_ <= child.last_seen)
    return;
  algos_.end_child(child);
  child.concluded = true;
  if (child.cumulative_quantity.raw == 0) algo.child_reason = VenueReason::OrderGone;
  settle_algo_end(order, algo, now);
}

// ---- lists, questions, fills of children nobody told of ----

void OrderManager::on_algos_listed(Timestamp requested_at, Timestamp now) noexcept {
  algos_listed_ = std::max(algos_listed_, requested_at);
  foreign_.on_listed(requested_at, true);
  table_.for_each_open([&](Order& order) {
    if (!order.algo || order.last_seen >= requested_at || is_dormant(order)) return;
    const bool is_young = requested_at - order.sent_time < settings_.query_spacing;
    const AlgoOrder* algo = algos_.find(order.client_id);
    if ((is_young && !order.unknown) || (algo != nullptr && is_final(algo->state))) return;
    query_at(order, now);
  });
}

void OrderManager::look_at_children(Timestamp listed, Timestamp now) noexcept {
  algos_.for_each_open_child([&](AlgoChild& child) {
    if (child.last_seen < listed && child.next_query.nanos == 0) child.next_query = now;
  });
}

void OrderManager::ask_about_children(Timestamp now) noexcept {
  algos_.for_each_open_child([&](AlgoChild& child) {
    if (child.next_query.nanos == 0 || now < child.next_query) return;
    const bool asked = links_.port.query_order(child.instrument, {}, child.venue_id, now);
    child.next_query = now + (asked ? settings_.query_timeout : settings_.send_retry);
    if (asked) ++counters_.queries;
  });
}

Order* OrderManager::parent_of(const FillReport& report) noexcept {
  const AlgoChild* child = algos_.find_child(report.venue_id);
  Order* order = child == nullptr ? nullptr : table_.find(child->parent);
  return order != nullptr && order->algo ? order : nullptr;
}

bool OrderManager::holds_back(const FillReport& report) noexcept {
  if (!report.own_tag || report.client_id.valid() || foreign_.knows(report.venue_id) ||
      links_.booking.has(report.venue_id, report.fill))
    return false;
  bool may_be_childs = false;
  table_.for_each_open([&](const Order& order) {
    may_be_childs = may_be_childs || (order.algo && order.instrument == report.instrument);
  });
  return may_be_childs && algos_.hold_fill(report);
}

void OrderManager::release_held_fills(Timestamp now) noexcept {
  auto& held = algos_.held_fills();
  for (std::size_t i = 0; i < held.size();) {
    FillReport fill = held[i];
    const bool has_parent = parent_of(fill) != nullptr;
    if (!has_parent && now - fill.receive_time < settings_.held_fill_patience) {
      ++i;
      continue;
    }
    held.erase(i);
    fill.receive_time = now;
    has_parent ? book_fill_row(fill) : foreign_.on_fill_row(fill);
  }
}

}  // namespace gannet::engine
