#include <algorithm>

#include "engine/order_manager.h"

// Algo orders on their way out: wishes, amends and cancels. They share ids, handles, the table and
// the rules with ordinary orders; the venue takes them by other requests, and without an expiry.

namespace gannet::engine {

namespace {
Denial refusal_for(DenialReason reason) noexcept { return {reason, 0, 0, {}}; }
}  // namespace

void OrderManager::place_algo(const AlgoIntent& intent, Timestamp decided, Timestamp trigger,
                              Timestamp now) noexcept {
  const auto refuse = [&](const Denial& why) {
    Order order;
    order.instrument = intent.instrument;
    order.cookie = intent.cookie;
    order.side = intent.terms.side;
    order.price = main_price(intent.terms);
    order.quantity = intent.terms.quantity;
    deny(intent.strategy, intent.handle, &order, OrderEventKind::Denied, why, now);
  };
  if (!append(links_.journal, to_record(intent, trigger), now))
    return refuse(refusal_for(DenialReason::JournalFull));
  if (!links_.exposure.contains(intent.strategy))
    return refuse(refusal_for(DenialReason::StrategyStopped));
  if (!links_.instruments.contains(intent.instrument) ||
      !links_.exposure.contains(intent.instrument))
    return refuse(refusal_for(DenialReason::UnknownInstrument));
  if (!intent.handle.valid() || table_.find(intent.handle) != nullptr)
    return refuse(refusal_for(DenialReason::UnknownHandle));
  if (links_.algos == nullptr) return refuse(refusal_for(DenialReason::UnsupportedOrder));
  if (settings_.requires_timer_cover) return refuse(refusal_for(DenialReason::NotCoveredByTimer));
  if (!table_.has_room() || !has_algo_room())
    return refuse(refusal_for(DenialReason::OrderTableFull));
  if (const auto why = links_.rules.check_algo(intent, now)) return refuse(*why);
  const auto approved = links_.gate.check_algo(intent, gate_context(intent.instrument, now), now);
  if (!approved) return refuse(approved.error());
  const auto slot =
      links_.limiter.try_acquire(risk::RequestKind::PlaceAlgo, intent.instrument, now);
  if (!slot.granted) return refuse({DenialReason::RateLimited, 0, 0, slot.retry_at});
  const ClientOrderId id = ids_.next();
  if (!id.valid()) return refuse(refusal_for(DenialReason::ClientOrderIdsExhausted));

  Order draft;
  draft.client_id = id;
  draft.handle = intent.handle;
  draft.cookie = intent.cookie;
  draft.strategy = intent.strategy;
  draft.instrument = intent.instrument;
  draft.side = intent.terms.side;
  draft.reduce_only = intent.terms.reduce_only;
  draft.position_side = intent.terms.position_side;
  draft.algo = true;
  draft.protective = approved->is_protective();
  draft.price = main_price(intent.terms);
  draft.quantity = approved->quantity();
  draft.expire_time = now + venue_offset_ + settings_.algo_patience;
  draft.trigger_time = trigger;
  draft.decided_time = decided;
  draft.sent_time = now;
  AlgoPlaceRequest request;
  request.client_id = id;
  request.instrument = intent.instrument;
  request.margin_mode = margin_modes_[intent.instrument.value];
  request.terms = intent.terms;
  request.terms.reduce_only = draft.protective;
  if (!append(links_.journal, to_record(draft, request), now))
    return refuse(refusal_for(DenialReason::JournalFull));

  Order* order = table_.add(draft);
  if (order == nullptr) {
    record(NotSentRecord{id.value, ExecutionReport::Request::Place, SendResult::QueueFull}, now);
    return refuse(refusal_for(DenialReason::OrderTableFull));
  }
  algos_.add(id, request.terms);
  count(*order);
  ++counters_.placed;
  links_.rules.on_placed(*order, nullptr, false, now);
  const SendResult sent = links_.algos->place_algo(request, now);
  if (sent == SendResult::Sent) {
    if (order->phase == OrderPhase::PendingNew && !order->acknowledged)
      emit(*order, OrderEventKind::PendingNew, VenueReason::None, now);
    return;
  }
  --counters_.placed;
  record(NotSentRecord{id.value, ExecutionReport::Request::Place, sent}, now);
  order->phase = OrderPhase::Rejected;
  order->end_evidence = EndEvidence::Concluded;
  order->told_end = true;
  table_.note_ended(*order);
  count(*order);
  refuse(refusal_for(DenialReason::NotConnected));
}

bool OrderManager::has_algo_room() noexcept {
  if (!algos_.full()) return true;
  // Those whose order is gone, or ended and settled, make room; all that can at once, so that the
  // order of the table decides nothing.
  table_.for_each_ended([this](Order& order) {
    if (order.algo && !order.counted) algos_.forget(order.client_id);
  });
  algos_.forget_if([this](ClientOrderId id) { return table_.find(id) == nullptr; });
  return !algos_.full();
}

void OrderManager::place_with_exits(const OrderIntent& intent, Timestamp decided, Timestamp trigger,
                                    Timestamp now) noexcept {
  AlgoIntent exits;
  exits.strategy = intent.strategy;
  exits.handle = exits_handle(intent.handle);
  exits.cookie = intent.cookie;
  exits.instrument = intent.instrument;
  exits.terms = exit_terms(intent);
  exits.intent_time = intent.intent_time;
  if (!append(links_.journal, to_record(exits, trigger), now))
    return deny(intent, refusal_for(DenialReason::JournalFull), now);
  if (links_.algos == nullptr)
    return deny(intent, refusal_for(DenialReason::UnsupportedOrder), now);
  if (settings_.requires_timer_cover)
    return deny(intent, refusal_for(DenialReason::NotCoveredByTimer), now);
  if (table_.find(exits.handle) != nullptr)
    return deny(intent, refusal_for(DenialReason::UnknownHandle), now);
  if (!has_algo_room()) return deny(intent, refusal_for(DenialReason::OrderTableFull), now);
  if (const auto allowed = links_.gate.check_exits(intent, gate_context(intent.instrument, now));
      !allowed)
    return deny(intent, allowed.error(), now);
  if (!admit(intent, trigger, now)) return;
  const auto approved = approve(intent, risk::RequestForm::Single, now);
  if (!approved) return deny(intent, approved.error(), now);
  PlaceRequest request;
  Order* entry = prepare_place(*approved, decided, trigger, false, request, now);
  if (entry == nullptr) return;
  const Order* waiting = prepare_exits(*entry, intent, now);
  if (waiting == nullptr)
    return withdraw(*entry, SendResult::QueueFull, refusal_for(DenialReason::OrderTableFull), now);
  request.exits = intent.exits;
  request.exits_client_id = waiting->client_id;
  finish_place(*entry, links_.port.place(request, now), now);
}

/// In the table and the journal; nobody is told of them before they live.
Order* OrderManager::prepare_exits(const Order& entry, const OrderIntent& intent,
                                   Timestamp now) noexcept {
  Order draft;
  draft.client_id = ids_.next();
  if (!draft.client_id.valid()) return nullptr;
  draft.handle = exits_handle(entry.handle);
  draft.cookie = entry.cookie;
  draft.strategy = entry.strategy;
  draft.instrument = entry.instrument;
  draft.position_side = entry.position_side;
  draft.algo = true;
  draft.attached_to = entry.client_id;
  draft.acknowledged = true;  // its order's answer is its own
  draft.sent_time = now;
  draft.expire_time = now + venue_offset_ + settings_.algo_patience;
  AlgoPlaceRequest request;
  request.client_id = draft.client_id;
  request.instrument = draft.instrument;
  request.margin_mode = margin_modes_[draft.instrument.value];
  request.terms = exit_terms(intent);
  draft.side = request.terms.side;
  draft.price = main_price(request.terms);
  if (!append(links_.journal, to_record(draft, request), now)) return nullptr;
  Order* order = table_.add(draft);
  if (order == nullptr) return nullptr;
  algos_.add(draft.client_id, request.terms);
  count(*order);
  return order;
}

bool OrderManager::is_dormant(const Order& order) const noexcept {
  if (!order.attached_to.valid() || order.phase != OrderPhase::PendingNew) return false;
  const Order* entry = table_.find(order.attached_to);
  return entry != nullptr && entry->is_open();
}

/// Once their order has ended: gone with it if it filled nothing, else on their way to life, for
/// what it filled; if the venue does not tell of them, it is asked.
void OrderManager::settle_exits(Order& exits, Timestamp now) noexcept {
  if (!exits.attached_to.valid() || exits.phase != OrderPhase::PendingNew ||
      exits.quantity.raw != 0 || is_dormant(exits))
    return;
  const Order* entry = table_.find(exits.attached_to);
  if (entry == nullptr || entry->cumulative_quantity.raw == 0) {
    // Nobody was told that they are, but a strategy that adopted them (such handles have bit 63).
    exits.told_end = (exits.handle.value >> 63) == 0;
    end(exits, OrderPhase::Cancelled, VenueReason::OrderGone, EndEvidence::Concluded, now);
    return;
  }
  exits.quantity = entry->cumulative_quantity;
  exits.sent_time = now;
  exits.expire_time = now + venue_offset_ + settings_.algo_patience;
  count(exits);
  query_at(exits, now + settings_.query_after);
}

void OrderManager::amend_algo(Order& order, const AmendIntent& intent, Timestamp now) noexcept {
  const auto refuse = [&](const Denial& why) {
    deny(intent.strategy, intent.handle, &order, OrderEventKind::AmendDenied, why, now);
  };
  AlgoOrder* algo = algos_.find(order.client_id);
  // Exits that came with an order are not there before it has filled.
  if (algo == nullptr || algo->triggered || is_final(algo->state) || is_dormant(order))
    return refuse(refusal_for(DenialReason::OrderNotWorking));
  AlgoAmendRequest request;
  request.terms = algo->terms;
  // What is left out stays as the newest amend before it asked.
  if (!order.amends.empty()) {
    const PendingAmend& newest = order.amends[order.amends.size() - 1];
    request.terms = with_main_price(request.terms, newest.price);
    if (!request.terms.close_position) request.terms.quantity = newest.quantity;
  }
  if (!is_amendable(algo->terms.kind) || (intent.new_quantity && algo->terms.close_position))
    return refuse(refusal_for(DenialReason::UnsupportedOrder));
  const AlgoTerms before = request.terms;
  if (intent.new_price) {
    // A limit of zero would mean: at the market.
    const auto shifted = shifted_terms(request.terms, *intent.new_price);
    if (!shifted) return refuse(refusal_for(DenialReason::PriceNotPositive));
    request.terms = *shifted;
  }
  if (intent.new_quantity) request.terms.quantity = *intent.new_quantity;
  request.new_price = main_price(request.terms) != main_price(before);
  request.new_quantity = request.terms.quantity != before.quantity;
  if (!request.new_price && !request.new_quantity)
    return refuse(refusal_for(DenialReason::NothingToAmend));
  if (!order.reduce_only) {
    const std::int64_t added =
        std::max<std::int64_t>(0, (request.terms.quantity - before.quantity).raw);
    if (const auto why =
            links_.rules.check_amend(order, main_price(request.terms), added, table_, now))
      return refuse(*why);
  }
  const auto allowed = links_.gate.check_algo_amend(
      order.strategy, order.instrument, request.terms, order.reduce_only, order.protective,
      order.protective ? order.counted_protective : order.counted_leaves,
      gate_context(order.instrument, now), now);
  if (!allowed) return refuse(allowed.error());
  const auto slot = links_.limiter.try_acquire(risk::RequestKind::AmendAlgo, order.instrument, now);
  if (!slot.granted) return refuse({DenialReason::RateLimited, 0, 0, slot.retry_at});

  request.client_id = order.client_id;
  request.venue_id = order.venue_id;
  request.instrument = order.instrument;
  request.amend_id = ++last_amend_id_;
  PendingAmend pending;
  pending.amend_id = request.amend_id;
  pending.price = main_price(request.terms);
  pending.quantity = algo->terms.close_position ? order.quantity : request.terms.quantity;
  pending.expire_time = now + venue_offset_ + settings_.algo_patience;
  AmendRecord entry;
  entry.client_id = request.client_id.value;
  entry.amend_id = request.amend_id;
  entry.new_price = pending.price.raw;
  entry.new_quantity = pending.quantity.raw;
  entry.expire_time = pending.expire_time.nanos;
  entry.has_price = request.new_price ? 1 : 0;
  entry.has_quantity = request.new_quantity ? 1 : 0;
  if (!append(links_.journal, entry, now)) return refuse(refusal_for(DenialReason::JournalFull));
  order.amends.push(pending);
  count(order);
  ++counters_.amended;
  links_.rules.on_amended(order, now);
  const SendResult sent = links_.algos->amend_algo(request, now);
  if (sent == SendResult::Sent) return;
  --counters_.amended;
  record(NotSentRecord{order.client_id.value, ExecutionReport::Request::Amend, sent}, now);
  for (std::size_t i = order.amends.size(); i-- > 0;) {
    if (order.amends[i].amend_id == request.amend_id) order.amends.erase(i);
  }
  count(order);
  refuse(refusal_for(DenialReason::NotConnected));
}

/// What must be cancelled is the algo order while it works, and what it put in once it does not.
std::size_t OrderManager::send_algo_cancels(std::span<Order* const> orders,
                                            Timestamp now) noexcept {
  FixedVector<AlgoCancelRequest, kMaxAlgoCancels> requests;
  FixedVector<Order*, kMaxAlgoCancels> going;
  for (Order* order : orders) {
    if (is_dormant(*order)) {  // they end with their order, or can be cancelled once they live
      put_back(*order, now + settings_.cancel_retry);
      continue;
    }
    const AlgoOrder* algo = algos_.find(order->client_id);
    const bool works_on = algo == nullptr || (!is_final(algo->state) &&
                                              !(algo->triggered && fires_once(algo->terms.kind)));
    if (!works_on) {
      cancel_children(*order, now);
      continue;
    }
    const auto slot = links_.limiter.try_acquire(
        risk::RequestKind::CancelAlgo, order->instrument, now,
        order->cancel_wish == CancelWish::Engine ? risk::RequestPriority::Risk
                                                 : risk::RequestPriority::Normal);
    if (!slot.granted) {
      put_back(*order, std::min(slot.retry_at, now + seconds(1)));
      continue;
    }
    requests.push({order->client_id, order->venue_id, order->instrument});
    going.push(order);
  }
  if (going.empty()) return 0;
  for (Order* order : going) {
    order->cancel_in_flight = true;
    ++counters_.cancels;
    links_.rules.on_cancel_sent(*order, now);
    record(CancelRecord{order->client_id.value, order->venue_id.value, order->instrument.value, 0},
           now);
  }
  const SendResult result = links_.algos == nullptr
                                ? SendResult::NotConnected
                                : links_.algos->cancel_algos(requests.view(), now);
  if (result == SendResult::Sent) return going.size();
  for (Order* order : going) {
    --counters_.cancels;
    order->cancel_in_flight = false;
    record(NotSentRecord{order->client_id.value, ExecutionReport::Request::Cancel, result}, now);
    put_back(*order, now + settings_.send_retry);
  }
  return 0;
}

void OrderManager::cancel_children(Order& order, Timestamp now) noexcept {
  algos_.for_each_open_child([&](AlgoChild& child) {
    if (child.parent != order.client_id) return;
    if (!links_.limiter
             .try_acquire(risk::RequestKind::Cancel, child.instrument, now,
                          risk::RequestPriority::Risk)
             .granted)
      return;
    record(CancelRecord{0, child.venue_id.value, child.instrument.value, 0}, now);
    if (links_.port.cancel({ClientOrderId{}, child.venue_id, child.instrument}, now) ==
        SendResult::Sent)
      ++counters_.cancels;
  });
  put_back(order, now + settings_.cancel_retry);  // until its end is known
}

bool OrderManager::is_kept(const Order& order) const noexcept {
  if (!settings_.keep_protective || !order.algo || !order.protective || !order.is_open() ||
      order.phase == OrderPhase::PendingNew)
    return false;
  // Also while it is being asked for (after a restart, or a list that lags): it can only reduce,
  // and what the venue was last seen to hold must not be taken from the position on a doubt.
  const Quantity held = links_.exposure.of_account(order.instrument, order.position_side).position;
  return order.side == Side::Sell ? held.raw > 0 : held.raw < 0;
}

bool OrderManager::keeps(const Order& order, Timestamp now) noexcept {
  if (!is_kept(order)) return false;
  AlgoOrder* algo = algos_.find(order.client_id);
  if (algo != nullptr && !algo->kept_told) {
    algo->kept_told = true;
    alert(Alert::ProtectiveKept, order, now, 0, order.quantity.raw);
  }
  return true;
}

bool OrderManager::is_kept_child(const ExecutionReport& report) const noexcept {
  if (report.client_id.valid()) return false;
  const AlgoChild* child = algos_.find_child(report.venue_id);
  const Order* order = table_.find(child != nullptr ? child->parent : report.algo_client_id);
  return order != nullptr && is_kept(*order);
}

std::size_t OrderManager::kept() const noexcept {
  std::size_t n = 0;
  table_.for_each_open([&](const Order& order) { n += is_kept(order) ? 1u : 0u; });
  return n;
}

}  // namespace gannet::engine
