#include <algorithm>
#include <utility>

#include "engine/order_manager.h"

// The venue's words on orders, in whatever order they come: replies, pushes and rows of queries
// race each other, come twice, or late.

namespace gannet::engine {

namespace {

OrderPhase end_phase(OrderState state) noexcept {
  switch (state) {
    case OrderState::Filled:
      return OrderPhase::Filled;
    case OrderState::Expired:
      return OrderPhase::Expired;
    case OrderState::Cancelled:
    case OrderState::Live:
    case OrderState::PartiallyFilled:
      break;
  }
  return OrderPhase::Cancelled;
}

bool ends(OrderState state) noexcept {
  return state != OrderState::Live && state != OrderState::PartiallyFilled;
}

OrderEventKind event_of(OrderPhase phase) noexcept {
  switch (phase) {
    case OrderPhase::Filled:
      return OrderEventKind::Filled;
    case OrderPhase::Rejected:
      return OrderEventKind::Rejected;
    case OrderPhase::Expired:
      return OrderEventKind::Expired;
    case OrderPhase::PendingNew:
    case OrderPhase::Live:
    case OrderPhase::PartiallyFilled:
    case OrderPhase::Cancelled:
      break;
  }
  return OrderEventKind::Cancelled;
}

/// The refusal says that nothing was executed and a later try may do better.
bool is_passing(VenueReason reason) noexcept {
  return reason == VenueReason::RateLimited || reason == VenueReason::AccountRateLimited ||
         reason == VenueReason::VenueUnavailable || reason == VenueReason::VenueBusy ||
         reason == VenueReason::OutcomeUnknown;
}

bool has_believable_sizes(const ExecutionReport& report) noexcept {
  const auto is_size = [](Quantity quantity) {
    return quantity.raw >= 0 && quantity <= kLargestQuantity;
  };
  return is_size(report.quantity) && is_size(report.cumulative_quantity) &&
         (!report.has_fill || is_size(report.fill.quantity));
}

/// Algo orders have limits of their own.
constexpr risk::RequestKind algo_kind(risk::RequestKind kind) noexcept {
  switch (kind) {
    case risk::RequestKind::Amend:
    case risk::RequestKind::AmendAlgo:
      return risk::RequestKind::AmendAlgo;
    case risk::RequestKind::Cancel:
    case risk::RequestKind::CancelAlgo:
      return risk::RequestKind::CancelAlgo;
    case risk::RequestKind::Place:
    case risk::RequestKind::PlaceAlgo:
      return risk::RequestKind::PlaceAlgo;
  }
  std::unreachable();
}

}  // namespace

void OrderManager::on_report(const ExecutionReport& report) noexcept {
  using Kind = ExecutionReport::Kind;
  record(to_record(report), report.receive_time);
  if (report.kind == Kind::Status && !has_believable_sizes(report)) return on_absurd(report);
  if (on_child_report(report)) return;
  Order* order = report.client_id.valid() ? table_.find(report.client_id) : nullptr;
  if (order != nullptr && report.kind == Kind::Status &&
      !is_about(*order, report.venue_id, report.own_tag)) {
    // Another tenant's order under our id: then ours is not at the venue.
    if (report.source == ExecutionReport::Source::Query) {
      order->query_sent = {};
      on_not_found(*order, report.receive_time);
      count(*order);
    }
    order = nullptr;
  }
  // The number in the id is not enough: other tenants of the account may count with the same.
  if (order == nullptr && report.kind == Kind::Status && report.own_tag &&
      ids_.is_ours(report.client_id)) {
    order = meet_previous_run_order(report);
    if (order == nullptr) return;
  }
  if (order == nullptr) {
    if (report.kind == Kind::Status) {
      foreign_.on_status(report);
    } else {
      ++counters_.unmatched;  // the reply to a cancel of a foreign order, or nonsense
    }
    return;
  }
  if (report.source == ExecutionReport::Source::Query) order->query_sent = {};
  switch (report.kind) {
    case Kind::Status:
      on_status(*order, report);
      break;
    case Kind::NotFound:
      on_not_found(*order, report.receive_time);
      break;
    case Kind::OutcomeUnknown:
      on_outcome_unknown(*order, report);
      break;
    case Kind::PlaceAccepted:
    case Kind::PlaceRejected:
    case Kind::AmendAccepted:
    case Kind::AmendRejected:
    case Kind::CancelAccepted:
    case Kind::CancelRejected:
      on_reply(*order, report);
      break;
  }
  count(*order);
  pump_cancels(report.receive_time);
}

bool OrderManager::is_about(const Order& order, VenueOrderId venue_id, bool own_tag) noexcept {
  return own_tag || (order.venue_id.valid() && order.venue_id == venue_id);
}

bool OrderManager::is_ours(const ExecutionReport& report) const noexcept {
  if (report.own_tag) return true;
  const Order* order = report.client_id.valid() ? table_.find(report.client_id) : nullptr;
  return order != nullptr && is_about(*order, report.venue_id, false);
}

void OrderManager::on_absurd(const ExecutionReport& report) noexcept {
  ++counters_.unmatched;
  Order* order = report.client_id.valid() ? table_.find(report.client_id) : nullptr;
  if (order == nullptr || !order->is_open()) return;
  // As good as unreadable: something happened to it, and not what this says.
  const bool is_query = report.source == ExecutionReport::Source::Query;
  order->query_sent = {};
  query_at(*order, report.receive_time + (is_query ? settings_.query_spacing : Nanos{}));
}

void OrderManager::on_reply(Order& order, const ExecutionReport& report) noexcept {
  using Kind = ExecutionReport::Kind;
  const Timestamp now = report.receive_time;
  if (report.venue_id.valid()) order.venue_id = report.venue_id;
  switch (report.kind) {
    case Kind::PlaceAccepted:
      if (!order.is_open() && order.end_evidence != EndEvidence::Venue) {
        revive(order, now);  // concluded too early: the gateway took it
      }
      if (!order.is_open() || order.acknowledged) {
        ++counters_.duplicates;
        break;
      }
      order.acknowledged = true;
      order.acknowledged_time = now;
      links_.rules.on_accepted(order);
      if (order.phase != OrderPhase::PendingNew) break;
      note_exists(order, now);
      emit(order, OrderEventKind::Accepted, VenueReason::None, now);
      query_at(order, now + settings_.query_after);  // unless its push comes first
      break;
    case Kind::PlaceRejected:
      on_place_rejected(order, report);
      break;
    case Kind::AmendAccepted:
      for (PendingAmend& amend : order.amends) {
        if (amend.amend_id != report.amend_id) continue;
        amend.acknowledged = true;
        amend.unknown = false;
        query_at(order, now + settings_.query_after);
      }
      break;
    case Kind::AmendRejected:
      on_amend_rejected(order, report);
      break;
    case Kind::CancelAccepted:
      order.cancel_in_flight = false;
      if (!order.is_open()) break;
      order.cancel_accepted = true;  // it may fill until the push says that it ended
      order.cancel_accepted_time = now;
      query_at(order, now + settings_.query_after);
      break;
    case Kind::CancelRejected:
      on_cancel_rejected(order, report);
      break;
    case Kind::OutcomeUnknown:
    case Kind::Status:
    case Kind::NotFound:
      break;
  }
}

void OrderManager::heed_limit(const Order& order, const ExecutionReport& report,
                              risk::RequestKind kind, bool in_batch) noexcept {
  if (report.reason == VenueReason::AccountRateLimited)
    links_.limiter.on_venue_account_refusal(report.receive_time);
  if (report.reason == VenueReason::RateLimited)
    links_.limiter.on_venue_refusal(
        order.algo ? algo_kind(kind) : kind, order.instrument, report.receive_time,
        in_batch ? risk::RequestForm::Batch : risk::RequestForm::Single);
}

void OrderManager::on_place_rejected(Order& order, const ExecutionReport& report) noexcept {
  heed_limit(order, report, risk::RequestKind::Place, order.in_batch);
  if (order.phase != OrderPhase::PendingNew || order.acknowledged) {
    ++counters_.duplicates;  // a push has shown it: the push wins
    return;
  }
  // Never sent twice by us, so the one with our id may be this very order.
  if (report.reason == VenueReason::DuplicateClientOrderId ||
      report.reason == VenueReason::OutcomeUnknown)
    return become_unknown(order, report.receive_time);
  if (order.unknown) ++counters_.resolved;
  links_.rules.on_rejected(order, report);
  end(order, OrderPhase::Rejected, report.reason, EndEvidence::Concluded, report.receive_time);
}

void OrderManager::on_amend_rejected(Order& order, const ExecutionReport& report) noexcept {
  bool was_pending = false;
  for (std::size_t i = order.amends.size(); i-- > 0;) {
    if (order.amends[i].amend_id != report.amend_id) continue;
    heed_limit(order, report, risk::RequestKind::Amend, order.amends[i].in_batch);
    if (order.amends[i].unknown) ++counters_.resolved;
    order.amends.erase(i);
    was_pending = true;
  }
  if (!was_pending) {
    ++counters_.duplicates;
    return;
  }
  if (!order.is_open()) return;
  ++counters_.rejected;
  links_.rules.on_rejected(order, report);
  emit(order, OrderEventKind::AmendRejected, report.reason, report.receive_time);
  // Not what we thought: what it is must be asked.
  if (report.reason == VenueReason::OrderGone || report.reason == VenueReason::ReduceOnly ||
      report.reason == VenueReason::DuplicateClientOrderId)
    query_at(order, report.receive_time);
}

void OrderManager::on_cancel_rejected(Order& order, const ExecutionReport& report) noexcept {
  const Timestamp now = report.receive_time;
  order.cancel_in_flight = false;
  if (!order.is_open()) return;  // the race was lost, and its end is known
  heed_limit(order, report, risk::RequestKind::Cancel, order.cancel_in_batch);
  if (is_passing(report.reason)) {
    const bool is_limit = report.reason == VenueReason::RateLimited ||
                          report.reason == VenueReason::AccountRateLimited;
    return put_back(order, now + (is_limit ? settings_.send_retry : settings_.cancel_retry));
  }
  // Filled, cancelled, never there, or refused for a reason that says nothing of the order: what it
  // is must be asked, and may be known any moment.
  query_at(order, now);
  emit(order, OrderEventKind::CancelRejected, report.reason, now);
  if (order.cancel_wish == CancelWish::Strategy) {
    order.cancel_wish = CancelWish::None;
  } else if (report.reason != VenueReason::OrderGone) {
    put_back(order, now + settings_.cancel_retry);
  } else {
    order.cancel_not_before = now + settings_.cancel_retry;
  }
}

void OrderManager::on_status(Order& order, const ExecutionReport& report) noexcept {
  const Timestamp now = report.receive_time;
  const bool is_stale = report.exchange_time < order.venue_time;
  const bool is_push = report.source == ExecutionReport::Source::Push;
  if (report.venue_id.valid()) order.venue_id = report.venue_id;
  if (!is_stale) order.last_seen = std::max(order.last_seen, now);
  order.cumulative_quantity = std::max(order.cumulative_quantity, report.cumulative_quantity);

  const Quantity booked_before = order.booked_quantity;
  if (is_push && report.has_fill && report.fill.trade_id.value > 0) {
    // Only a push carries its own fill; a row of a query names the last one, which the list of
    // fills will bring if it was missed. So it will one without a trade id.
    const bool is_late = !order.is_open() && order.end_evidence != EndEvidence::Venue;
    const BookingResult result =
        links_.booking.book(owner_of(order), report.fill, order.booked_quantity, is_late, now);
    if (result == BookingResult::Duplicate) ++counters_.duplicates;
    if (result == BookingResult::Booked)
      links_.rules.on_traded(order, report.fill.price, booked_before.raw == 0, now);
    if (result == BookingResult::InBaseline && order.end_evidence == EndEvidence::Venue)
      order.booked_quantity = booked_before;  // settled when its position was accepted
    order.cumulative_quantity = std::max(order.cumulative_quantity, order.booked_quantity);
    if (order.booked_quantity > order.worst_quantity() && result == BookingResult::Booked &&
        order.quote_quantity.raw == 0)  // what money buys is the market's answer
      alert(Alert::OverFill, order, now, order.worst_quantity().raw, order.booked_quantity.raw);
  }
  if (!order.is_open()) return on_status_of_ended(order, report, is_stale);
  compare_with_sent(order, report);
  if (ends(report.state)) {
    order.venue_time = std::max(order.venue_time, report.exchange_time);
    if (order.unknown) ++counters_.resolved;
    if (report.quantity.raw > 0 && order.quote_quantity.raw == 0) order.quantity = report.quantity;
    return end(order, end_phase(report.state), report.reason, EndEvidence::Venue, now);
  }
  if (is_stale) {
    ++counters_.stale;
  } else {
    apply_live(order, report);
  }
  const bool has_new_fill = order.booked_quantity > booked_before;
  if (order.cumulative_quantity.raw > 0 &&
      (has_new_fill || order.phase != OrderPhase::PartiallyFilled)) {
    order.phase = OrderPhase::PartiallyFilled;
    emit(order, OrderEventKind::PartiallyFilled, VenueReason::None, now);
  }
}

/// The first that the venue pushes of an order is what it took from the wire: it must be what the
/// gate has approved (PRE-13). Not where the venue may move a price, or makes a quantity of money.
void OrderManager::compare_with_sent(const Order& order, const ExecutionReport& report) noexcept {
  if (order.phase != OrderPhase::PendingNew || report.source != ExecutionReport::Source::Push ||
      order.previous_run || order.algo || order.met || !order.amends.empty() ||
      report.amend_id != 0 || order.quote_quantity.raw != 0)
    return;
  // The venue may take what reduces for no more than there is.
  const bool is_cut = order.reduce_only && report.quantity < order.quantity;
  const bool is_other =
      report.side != order.side || report.instrument != order.instrument ||
      (report.quantity.raw > 0 && report.quantity != order.quantity && !is_cut) ||
      (report.price.raw > 0 && report.price != order.price && !order.options.clamp_price);
  if (!is_other) return;
  alert(Alert::OrderNotAsSent, order, report.receive_time, order.quantity.raw, report.quantity.raw);
  not_as_sent_ = true;
}

void OrderManager::apply_live(Order& order, const ExecutionReport& report) noexcept {
  const Timestamp now = report.receive_time;
  const bool is_query = report.source == ExecutionReport::Source::Query;
  order.venue_time = std::max(order.venue_time, report.exchange_time);
  note_exists(order, now);
  if (!order.acknowledged) {
    order.acknowledged = true;  // a push before the ack is the stronger word
    links_.rules.on_accepted(order);
    order.acknowledged_time = now;
  }
  settle_amends(order, report);
  if (order.phase == OrderPhase::PendingNew) {
    order.phase = OrderPhase::Live;
    if (order.cumulative_quantity.raw == 0)
      emit(order, OrderEventKind::Live, VenueReason::None, now);
  }
  // Still there long after the cancel was taken: the cancel had no effect, and is sent again.
  if (is_query && order.cancel_accepted &&
      now - order.cancel_accepted_time >= settings_.query_after)
    order.cancel_accepted = false;
  if (order.cancel_wish != CancelWish::None && !order.cancel_in_flight && !order.cancel_accepted)
    put_back(order, std::max(now, order.cancel_not_before));
  const bool waits = order.cancel_accepted || !order.amends.empty();
  order.next_query = {};
  if (waits) query_at(order, now + (is_query ? settings_.query_spacing : settings_.query_after));
}

void OrderManager::settle_amends(Order& order, const ExecutionReport& report) noexcept {
  const Timestamp now = report.receive_time;
  const Price price =
      order.kind == OrderKind::Limit && report.price.raw > 0 ? report.price : order.price;
  const bool tells_quantity = report.quantity.raw > 0 && order.quote_quantity.raw == 0;
  const Quantity quantity = tells_quantity ? report.quantity : order.quantity;
  const bool is_changed = price != order.price || quantity != order.quantity;
  bool is_amended = false;
  for (std::size_t i = order.amends.size(); i-- > 0;) {
    const PendingAmend& amend = order.amends[i];
    const bool is_named = report.amend_id != 0 && report.amend_id == amend.amend_id;
    const bool is_alike = is_changed && amend.price == price && amend.quantity == quantity;
    if (!is_named && !is_alike) continue;
    if (amend.unknown) ++counters_.resolved;
    order.amends.erase(i);
    is_amended = true;
  }
  order.price = price;
  order.quantity = quantity;
  if (is_amended) emit(order, OrderEventKind::Amended, VenueReason::None, now);

  // An amend in doubt is settled by two looks at the order after the amend's expiry: a replica may
  // lag behind, so one is not enough.
  if (report.source != ExecutionReport::Source::Query || order.amends.empty()) return;
  for (const PendingAmend& amend : order.amends) {
    if (now < local_expiry(amend.expire_time) || (!amend.unknown && !amend.acknowledged)) return;
  }
  if (order.amend_looks != 0 && now - order.last_amend_look < settings_.not_found_spacing) return;
  order.last_amend_look = now;
  if (++order.amend_looks < 2) return;
  order.amend_looks = 0;
  order.amends.clear();
  ++counters_.resolved;
  emit(order, OrderEventKind::AmendRejected, VenueReason::RequestExpired, now);
}

void OrderManager::on_status_of_ended(Order& order, const ExecutionReport& report,
                                      bool is_stale) noexcept {
  if (ends(report.state)) {
    if (order.end_evidence == EndEvidence::Venue) {
      ++counters_.duplicates;
    } else {
      order.phase = end_phase(report.state);
      order.end_evidence = EndEvidence::Venue;
    }
  } else if (is_stale || order.end_evidence == EndEvidence::Venue) {
    ++counters_.stale;
  } else {
    revive(order, report.receive_time);
    apply_live(order, report);
  }
}

void OrderManager::end(Order& order, OrderPhase phase, VenueReason reason, EndEvidence evidence,
                       Timestamp now) noexcept {
  if (!order.is_open()) return;
  order.phase = phase;
  order.end_evidence = evidence;
  order.unknown = false;
  order.amends.clear();
  order.cancel_in_flight = false;
  order.cancel_accepted = false;
  order.next_query = {};
  order.query_sent = {};
  if (phase == OrderPhase::Rejected) ++counters_.rejected;
  OrderEndedRecord entry;
  entry.client_id = order.client_id.value;
  entry.cumulative_quantity = order.cumulative_quantity.raw;
  entry.kind = event_of(phase);
  entry.reason = reason;
  record(entry, now);
  table_.note_ended(order);
  count(order);
  emit(order, event_of(phase), reason, now);
  order.told_end = true;
  if (reason == VenueReason::CancelAllAfter) alert(Alert::DeadManFired, order, now);
  if (order.is_short)
    alert(Alert::FillsMissed, order, now, order.cumulative_quantity.raw, order.booked_quantity.raw);
}

void OrderManager::revive(Order& order, Timestamp now) noexcept {
  order.phase = order.cumulative_quantity.raw > 0 ? OrderPhase::PartiallyFilled : OrderPhase::Live;
  order.end_evidence = EndEvidence::None;
  order.not_found = 0;
  table_.note_revived(order);
  count(order);
  ++counters_.revived;
  alert(Alert::OrderRevived, order, now);
  // Its strategy believes it gone, so nobody minds it.
  order.cancel_wish = CancelWish::Engine;
  put_back(order, now);
}

void OrderManager::note_exists(Order& order, Timestamp) noexcept {
  order.not_found = 0;
  if (!order.unknown) return;
  order.unknown = false;
  ++counters_.resolved;
}

Order* OrderManager::meet_previous_run_order(const ExecutionReport& report) noexcept {
  const bool is_push = report.source == ExecutionReport::Source::Push;
  if (ends(report.state) || (is_push && ids_.is_of_this_run(report.client_id)) ||
      !links_.exposure.contains(report.instrument)) {
    // An order that ended long ago; a fill it still tells is booked to the account if it is new.
    ++counters_.unmatched;
    if (is_push && report.has_fill) foreign_.on_status(report);
    return nullptr;
  }
  Order order;
  order.client_id = report.client_id;
  order.venue_id = report.venue_id;
  order.instrument = report.instrument;
  order.side = report.side;
  order.kind = report.order_kind;
  order.reduce_only = report.reduce_only;
  order.position_side = report.position_side;
  order.price = report.price;
  order.quantity = report.quantity;
  order.cumulative_quantity = report.cumulative_quantity;
  // What it filled before we met it is in the position, or in the list of fills, already.
  order.booked_quantity = report.cumulative_quantity;
  if (is_push && report.has_fill)
    order.booked_quantity = std::max(Quantity{}, order.booked_quantity - report.fill.quantity);
  order.phase = OrderPhase::Live;
  order.acknowledged = true;
  order.previous_run = true;
  order.met = true;
  order.met_time = report.exchange_time;
  Order* kept = table_.add(order);
  if (kept == nullptr) {
    links_.listener.on_alert({Alert::ForeignOrdersFull, report.instrument, report.client_id,
                              report.venue_id, 0, 0, report.receive_time});
    return nullptr;
  }
  count(*kept);
  alert(Alert::PreviousRunOrder, *kept, report.receive_time);
  return kept;
}

void OrderManager::on_fill_row(const FillReport& report) noexcept {
  const Timestamp now = report.receive_time;
  record(to_record(report), now);
  if (!is_believable(report.fill.quantity)) return static_cast<void>(++counters_.unmatched);
  book_fill_row(report);
}

void OrderManager::book_fill_row(const FillReport& report) noexcept {
  const Timestamp now = report.receive_time;
  Order* order = report.client_id.valid() ? table_.find(report.client_id) : nullptr;
  if (order == nullptr || !is_about(*order, report.venue_id, report.own_tag)) {
    order = parent_of(report);
    if (order == nullptr) {
      if (!holds_back(report)) foreign_.on_fill_row(report);
      return;
    }
  }
  FillOwner owner = owner_of(*order);
  if (report.venue_id.valid()) {
    owner.venue_id = report.venue_id;
    if (!order->algo) order->venue_id = report.venue_id;
  }
  const bool is_late = !order->is_open() && order->end_evidence != EndEvidence::Venue;
  const Quantity booked_before = order->booked_quantity;
  const BookingResult result =
      links_.booking.book(owner, report.fill, order->booked_quantity, is_late, now);
  if (result == BookingResult::InBaseline) {
    // What the venue itself ended was settled when its position was accepted.
    if (order->end_evidence == EndEvidence::Venue) order->booked_quantity = booked_before;
    order->cumulative_quantity = std::max(order->cumulative_quantity, order->booked_quantity);
    return count(*order);
  }
  if (result != BookingResult::Booked) return;
  links_.rules.on_traded(*order, report.fill.price, booked_before.raw == 0, now);
  const AlgoChild* child = order->algo ? algos_.find_child(report.venue_id) : nullptr;
  const Timestamp met_time = child != nullptr ? child->met_time : order->met_time;
  if (order->met && report.fill.exchange_time <= met_time) order->booked_quantity = booked_before;
  order->cumulative_quantity = std::max(order->cumulative_quantity, order->booked_quantity);
  if (is_late) {
    revive(*order, now);  // what is left of it may be resting
    become_unknown(*order, now);
  }
  if (order->is_open()) {
    if (!is_late) note_exists(*order, now);
    order->acknowledged = true;
    order->phase = OrderPhase::PartiallyFilled;
    emit(*order, OrderEventKind::PartiallyFilled, VenueReason::None, now);
    query_at(*order, now + settings_.query_spacing);  // its push did not tell: is there more?
  }
  count(*order);
}

}  // namespace gannet::engine
