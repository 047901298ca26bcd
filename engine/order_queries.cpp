#include <algorithm>

#include "engine/order_manager.h"

// Orders whose outcome is not known: the questions asked about them, and what counts as an answer.

namespace gannet::engine {

void OrderManager::become_unknown(Order& order, Timestamp now) noexcept {
  if (!order.is_open()) return;
  if (!order.unknown) {
    order.unknown = true;
    order.not_found = 0;
    ++counters_.unknown;
    emit(order, OrderEventKind::Unknown, VenueReason::OutcomeUnknown, now);
    alert(Alert::OrderUnknown, order, now);
  }
  query_at(order, now);
}

void OrderManager::on_outcome_unknown(Order& order, const ExecutionReport& report) noexcept {
  const Timestamp now = report.receive_time;
  if (!order.is_open()) return;
  if (report.source == ExecutionReport::Source::Query) {
    order.next_query = now + settings_.query_spacing;
    return;
  }
  switch (report.request) {
    case ExecutionReport::Request::Place:
      if (order.phase == OrderPhase::PendingNew && !order.acknowledged) become_unknown(order, now);
      break;
    case ExecutionReport::Request::Amend:
      for (PendingAmend& amend : order.amends) {
        if (amend.amend_id != report.amend_id || amend.acknowledged || amend.unknown) continue;
        amend.unknown = true;
        order.amend_looks = 0;
        ++counters_.unknown;
        emit(order, OrderEventKind::Unknown, VenueReason::OutcomeUnknown, now);
        query_at(order, now);
      }
      break;
    case ExecutionReport::Request::Cancel:
      // Asking twice to cancel does no harm: ask what it is, and cancel again.
      order.cancel_in_flight = false;
      put_back(order, now + settings_.cancel_retry);
      query_at(order, now);
      break;
    case ExecutionReport::Request::None:
      // A push that could not be read: something happened to it, and a question that is out may be
      // answered from before. Ask, now.
      order.query_sent = {};
      query_at(order, now);
      break;
  }
}

void OrderManager::on_connection_lost(Timestamp now) noexcept {
  table_.for_each_open([&](Order& order) {
    if (order.phase == OrderPhase::PendingNew) {
      if (order.acknowledged) {
        query_at(order, now);  // its push may have been lost
      } else {
        become_unknown(order, now);
      }
    }
    for (PendingAmend& amend : order.amends) {
      if (amend.unknown) continue;
      amend.unknown = true;
      order.amend_looks = 0;
      ++counters_.unknown;
      query_at(order, now);
    }
    if (order.cancel_in_flight || order.cancel_accepted) {
      order.cancel_in_flight = false;
      order.cancel_accepted = false;
      put_back(order, now + settings_.send_retry);
      query_at(order, now);
    }
    count(order);
  });
}

void OrderManager::on_not_found(Order& order, Timestamp now) noexcept {
  if (!order.is_open()) return;
  order.next_query = now + settings_.query_spacing;
  // Before its expiry it may still arrive; and a push just before is the newer word.
  if (now < local_expiry(order.expire_time)) {
    order.next_query =
        std::max(order.next_query, local_expiry(order.expire_time) + milliseconds(1));
    return;
  }
  if (now - order.last_seen < settings_.not_found_spacing) return;
  if (order.not_found != 0 && now - order.last_not_found < settings_.not_found_spacing) return;
  if (!order.unknown) {
    if (order.phase != OrderPhase::PendingNew) alert(Alert::OrderVanished, order, now);
    become_unknown(order, now);
    order.next_query = now + settings_.query_spacing;
  }
  order.last_not_found = now;
  if (order.not_found < 255) ++order.not_found;
  if (has_evidence_of_absence(order)) conclude_absent(order, now);
}

bool OrderManager::has_evidence_of_absence(const Order& order) const noexcept {
  if (!order.unknown || order.not_found < 2) return false;
  // What works of its own making is evidence of an algo order, whatever lists say.
  const AlgoOrder* algo = order.algo ? algos_.find(order.client_id) : nullptr;
  if (algo != nullptr && algo->open_children != 0) return false;
  // Had a list held it, its row would have been seen after the list was asked for.
  const Timestamp from = std::max(local_expiry(order.expire_time), order.last_seen);
  return (order.algo ? algos_listed_ : open_orders_listed_) > from && fills_listed_ > from;
}

void OrderManager::conclude_absent(Order& order, Timestamp now) noexcept {
  ++counters_.resolved;
  if (order.phase == OrderPhase::PendingNew) {
    if (order.attached_to.valid()) alert(Alert::AlgoFailed, order, now, order.quantity.raw);
    end(order, OrderPhase::Rejected, VenueReason::RequestExpired, EndEvidence::Concluded, now);
  } else {
    end(order, OrderPhase::Cancelled, VenueReason::OrderGone, EndEvidence::Concluded, now);
  }
}

void OrderManager::on_open_orders_listed(Timestamp requested_at, Timestamp now) noexcept {
  open_orders_listed_ = std::max(open_orders_listed_, requested_at);
  foreign_.on_listed(requested_at, false);
  look_at_children(requested_at, now);
  table_.for_each_open([&](Order& order) {
    if (order.algo) return;  // in another list
    // A young order may be on its way still: its reply or push will tell.
    const bool is_young = requested_at - order.sent_time < settings_.query_spacing;
    if (order.last_seen >= requested_at || (is_young && !order.unknown)) return;
    query_at(order, now);
  });
}

void OrderManager::on_fills_listed(Timestamp requested_at, Timestamp now) noexcept {
  fills_listed_ = std::max(fills_listed_, requested_at);
  table_.for_each_open([&](Order& order) {
    if (has_evidence_of_absence(order)) conclude_absent(order, now);
    AlgoOrder* algo = order.algo && order.is_open() ? algos_.find(order.client_id) : nullptr;
    if (algo != nullptr) conclude_childless(order, *algo, now);
  });
}

bool OrderManager::wants_lists() const noexcept {
  bool wanted = short_orders_ != 0 || !algos_.held_fills().empty() || algos_.misses_an_open_child();
  table_.for_each_open([&](const Order& order) {
    wanted = wanted || (order.unknown && order.not_found >= 2 && !has_evidence_of_absence(order));
    const AlgoOrder* algo = order.algo ? algos_.find(order.client_id) : nullptr;
    wanted = wanted || (algo != nullptr && algo->childless_looks >= 2);
  });
  return wanted;
}

bool OrderManager::is_short_of_fills(InstrumentId instrument) noexcept {
  bool any = false;
  for (const FillReport& fill : algos_.held_fills()) any = any || fill.instrument == instrument;
  if (short_orders_ == 0) return any;
  const auto look = [&](Order& order) {
    any = any || (order.instrument == instrument && order.is_short);
  };
  table_.for_each_open(look);
  table_.for_each_ended(look);
  return any;
}

void OrderManager::on_timer(Timestamp now) noexcept {
  pump_cancels(now);
  if (now < next_scan_) return;
  next_scan_ = now + milliseconds(20);
  release_held_fills(now);
  ask_about_children(now);
  table_.for_each_open([&](Order& order) {
    settle_exits(order, now);
    if (!order.is_open()) return;
    if (order.query_sent.nanos != 0 && now - order.query_sent >= settings_.query_timeout) {
      order.query_sent = {};
      order.next_query = now;
    }
    if (order.next_query.nanos != 0 && now >= order.next_query && order.query_sent.nanos == 0)
      ask(order, now);
  });
}

void OrderManager::query_at(Order& order, Timestamp when) noexcept {
  if (order.next_query.nanos == 0 || when < order.next_query) order.next_query = when;
}

void OrderManager::ask(Order& order, Timestamp now) noexcept {
  if (is_dormant(order)) {
    order.next_query = {};
    return;
  }
  const AlgoOrder* algo = order.algo ? algos_.find(order.client_id) : nullptr;
  const bool asked =
      !order.algo ? links_.port.query_order(order.instrument, order.client_id, order.venue_id, now)
                  : links_.algos != nullptr && algo != nullptr &&
                        links_.algos->query_algo(order.instrument, algo->terms.kind,
                                                 order.client_id, order.venue_id, now);
  if (!asked) {
    order.next_query = now + settings_.send_retry;
    return;
  }
  ++counters_.queries;
  order.query_sent = now;
  order.next_query = now + settings_.query_timeout;
}

bool OrderManager::resolve(ClientOrderId id, OrderResolution resolution, Timestamp now) noexcept {
  Order* order = table_.find(id);
  if (order == nullptr || !order->is_open()) return false;
  if (!order->unknown && !order->has_unknown_amend()) return false;
  alert(Alert::OrderResolvedByHand, *order, now);
  switch (resolution) {
    case OrderResolution::NotPlaced:
      end(*order, OrderPhase::Rejected, VenueReason::Other, EndEvidence::Person, now);
      break;
    case OrderResolution::Ended:
      end(*order, OrderPhase::Cancelled, VenueReason::Other, EndEvidence::Person, now);
      break;
    case OrderResolution::Live:
      order->unknown = false;
      order->amends.clear();
      if (order->phase == OrderPhase::PendingNew) order->phase = OrderPhase::Live;
      emit(*order, OrderEventKind::Live, VenueReason::None, now);
      break;
  }
  count(*order);
  return true;
}

}  // namespace gannet::engine
