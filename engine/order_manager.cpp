#include "engine/order_manager.h"

#include <algorithm>

namespace gannet::engine {

namespace {

// Handles of adopted orders: lanes count up from small numbers, these have the highest bit.
constexpr std::uint64_t kAdoptedHandles = std::uint64_t{1} << 63;

Denial denial(DenialReason reason) noexcept { return {reason, 0, 0, {}}; }

/// Protected quotes are exempt from the account's limit. [PROTOCOL 11.1]
risk::RequestCounting counting_of(const OrderOptions& options) noexcept {
  return options.program == QuoteProgram::MarketMakerProtection
             ? risk::RequestCounting::InstrumentOnly
             : risk::RequestCounting::Account;
}

PlaceRequest request_of(const Order& order, const risk::ApprovedOrder& approved, MarginMode mode) {
  PlaceRequest request;
  request.client_id = order.client_id;
  request.instrument = order.instrument;
  request.side = order.side;
  request.kind = OrderKind::Limit;
  request.time_in_force = order.time_in_force;
  // A market order goes out as a limit at the edge of the collar: nothing may trade through the
  // price that the gate has valued (PRE-04).
  if (order.kind == OrderKind::Market && order.time_in_force == TimeInForce::GoodTillCancel)
    request.time_in_force = TimeInForce::ImmediateOrCancel;
  request.post_only = order.post_only;
  request.reduce_only = approved.send_reduce_only();
  request.by_engine = order.by_engine;
  request.margin_mode = mode;
  request.position_side = order.position_side;
  request.price = order.price;
  request.quantity = order.quantity;
  request.expire_time = order.expire_time;
  request.options = order.options;
  if (order.quote_quantity.raw > 0) {
    // No limit order spends a sum: it goes as it is, bounded by the money itself.
    request.kind = OrderKind::Market;
    request.time_in_force = order.time_in_force;
    request.price = {};
    request.quantity = {};
    request.quote_quantity = order.quote_quantity;
  } else if (order.kind == OrderKind::Market) {
    request.options.slippage_max_bps = 0;  // it has a limit of its own
    request.options.exact_size = false;    // and is never shrunk
  }
  return request;
}

}  // namespace

OrderManager::OrderManager(const OrderManagerLinks& links, const OrderManagerSettings& settings,
                           ClientOrderIds ids, std::vector<MarginMode> margin_modes)
    : links_(links),
      settings_(settings),
      ids_(ids),
      margin_modes_(std::move(margin_modes)),
      table_(settings.open_capacity, settings.ended_capacity),
      foreign_(settings.foreign_capacity, links.booking, links.exposure, links.listener),
      algos_(settings.algo_capacity, settings.child_capacity) {
  margin_modes_.resize(links.instruments.size(), MarginMode::Cross);
  cancel_queue_.reserve(settings.open_capacity + settings.ended_capacity);
}

void OrderManager::place(const OrderIntent& intent, Timestamp decided, Timestamp trigger,
                         Timestamp now) noexcept {
  if (intent.exits.any()) return place_with_exits(intent, decided, trigger, now);
  if (!admit(intent, trigger, now)) return;
  const auto approved = approve(intent, risk::RequestForm::Single, now);
  if (!approved) return deny(intent, approved.error(), now);
  PlaceRequest request;
  Order* order = prepare_place(*approved, decided, trigger, false, request, now);
  if (order != nullptr) finish_place(*order, links_.port.place(request, now), now);
}

void OrderManager::place_batch(std::span<const OrderIntent> intents, Timestamp decided,
                               Timestamp trigger, Timestamp now) noexcept {
  const risk::RequestForm form = risk::form_of(intents.size());
  if (form == risk::RequestForm::Single) {
    if (!intents.empty()) place(intents.front(), decided, trigger, now);
    return;
  }
  FixedVector<Order*, kLargestBatch> orders;
  FixedVector<PlaceRequest, kLargestBatch> requests;
  for (const OrderIntent& intent : intents) {
    if (intent.exits.any()) {  // with exits of its own it goes by itself
      place_with_exits(intent, decided, trigger, now);
      continue;
    }
    if (!admit(intent, trigger, now)) continue;
    const auto approved = approve(intent, form, now);
    if (!approved) {
      deny(intent, approved.error(), now);
      continue;
    }
    PlaceRequest request;
    Order* order = prepare_place(*approved, decided, trigger, true, request, now);
    if (order != nullptr && orders.push(order)) requests.push(request);
  }
  if (orders.empty()) return;
  if (orders.size() > 1) {
    const SendResult sent = links_.port.place_batch(requests.view(), now);
    for (Order* order : orders) finish_place(*order, sent, now);
    return;
  }
  // The one that is left of a batch is a single request to the venue, and counted as one.
  Order& order = *orders[0];
  order.in_batch = false;
  const auto slot = links_.limiter.try_acquire(
      risk::RequestKind::Place, order.instrument, now, risk::RequestPriority::Normal, 1,
      risk::RequestForm::Single, risk::RequestCounting::InstrumentOnly);
  if (!slot.granted)
    return withdraw(order, SendResult::QueueFull, {DenialReason::RateLimited, 0, 0, slot.retry_at},
                    now);
  finish_place(order, links_.port.place(requests[0], now), now);
}

bool OrderManager::admit(const OrderIntent& intent, Timestamp trigger, Timestamp now) noexcept {
  const auto refuse = [&](const Denial& why) {
    deny(intent, why, now);
    return false;
  };
  if (!append(links_.journal, to_record(intent, trigger), now))
    return refuse(denial(DenialReason::JournalFull));
  if (!links_.exposure.contains(intent.strategy))
    return refuse(denial(DenialReason::StrategyStopped));
  if (!links_.instruments.contains(intent.instrument) ||
      !links_.exposure.contains(intent.instrument))
    return refuse(denial(DenialReason::UnknownInstrument));
  if (!intent.handle.valid() || table_.find(intent.handle) != nullptr)
    return refuse(denial(DenialReason::UnknownHandle));
  if (!table_.has_room()) return refuse(denial(DenialReason::OrderTableFull));
  if (const auto why = links_.rules.check_new(intent, table_, now)) return refuse(*why);
  return true;
}

std::expected<risk::ApprovedOrder, Denial> OrderManager::approve(const OrderIntent& intent,
                                                                 risk::RequestForm form,
                                                                 Timestamp now) noexcept {
  risk::GateContext context = gate_context(intent.instrument, now);
  context.waived = links_.rules.waived(intent.strategy, now);
  auto approved = links_.gate.check(intent, context, now);
  if (approved) {
    const auto slot = links_.limiter.try_acquire(risk::RequestKind::Place, intent.instrument, now,
                                                 risk::RequestPriority::Normal, 1, form,
                                                 counting_of(intent.options));
    if (!slot.granted)
      approved = std::unexpected(Denial{DenialReason::RateLimited, 0, 0, slot.retry_at});
  }
  return approved;
}

Order* OrderManager::prepare_place(const risk::ApprovedOrder& approved, Timestamp decided,
                                   Timestamp trigger, bool in_batch, PlaceRequest& request,
                                   Timestamp now) noexcept {
  const OrderIntent& intent = approved.intent();
  const auto refuse = [&](DenialReason reason) -> Order* {
    deny(intent, denial(reason), now);
    return nullptr;
  };
  const ClientOrderId id = ids_.next();
  if (!id.valid()) return refuse(DenialReason::ClientOrderIdsExhausted);
  Order& draft = table_.draft();
  draft.client_id = id;
  draft.handle = intent.handle;
  draft.cookie = intent.cookie;
  draft.strategy = intent.strategy;
  draft.instrument = intent.instrument;
  draft.side = intent.side;
  draft.kind = intent.kind;
  draft.time_in_force = intent.time_in_force;
  draft.post_only = intent.post_only;
  draft.reduce_only = intent.reduce_only;
  draft.position_side = intent.position_side;
  draft.options = approved.options();
  if (draft.options.self_trade == SelfTradePrevention::AccountDefault)
    draft.options.self_trade = settings_.self_trade;
  draft.quote_quantity = intent.quote_quantity;
  draft.by_engine = intent.by_engine;
  draft.in_batch = in_batch;
  draft.price = approved.worst_price();
  draft.quantity = approved.quantity();
  draft.expire_time = now + venue_offset_ + settings_.expiry;
  draft.trigger_time = trigger;
  draft.decided_time = decided;
  draft.sent_time = now;
  request = request_of(draft, approved, margin_modes_[intent.instrument.value]);
  if (!links_.port.supports(request)) return refuse(DenialReason::UnsupportedOrder);
  if (!journal_place(draft, request, now)) return refuse(DenialReason::JournalFull);

  Order* order = table_.add(draft);
  if (order == nullptr) {
    record(NotSentRecord{id.value, ExecutionReport::Request::Place, SendResult::QueueFull}, now);
    return refuse(DenialReason::OrderTableFull);
  }
  count(*order);
  ++counters_.placed;
  links_.rules.on_placed(*order, &intent, approved.is_override(), now);
  return order;
}

void OrderManager::finish_place(Order& order, SendResult sent, Timestamp now) noexcept {
  if (sent != SendResult::Sent)
    return withdraw(order, sent, denial(DenialReason::NotConnected), now);
  if (order.phase == OrderPhase::PendingNew && !order.acknowledged)
    emit(order, OrderEventKind::PendingNew, VenueReason::None, now);
  table_.expect_after(order);
}

void OrderManager::withdraw(Order& order, SendResult result, const Denial& why,
                            Timestamp now) noexcept {
  --counters_.placed;
  record(NotSentRecord{order.client_id.value, ExecutionReport::Request::Place, result}, now);
  order.phase = OrderPhase::Rejected;
  order.end_evidence = EndEvidence::Concluded;
  order.told_end = true;
  table_.note_ended(order);
  count(order);
  deny(order.strategy, order.handle, &order, OrderEventKind::Denied, why, now);
}

bool OrderManager::journal_place(const Order& order, const PlaceRequest& request,
                                 Timestamp now) noexcept {
  PlaceRecord record;
  record.client_id = request.client_id.value;
  record.handle = order.handle.value;
  record.cookie = order.cookie;
  record.price = order.price.raw;
  record.quantity = order.quantity.raw;
  record.quote_quantity = request.quote_quantity.raw;
  record.options = to_fields(request.options);
  record.in_batch = order.in_batch ? 1 : 0;
  record.expire_time = request.expire_time.nanos;
  const auto prices = links_.references.snapshot(order.instrument, now);
  record.best_bid = prices.bid.raw;
  record.best_ask = prices.ask.raw;
  record.mark = prices.mark.raw;
  record.book_time = prices.book_time.nanos;
  record.mark_time = prices.mark_time.nanos;
  record.instrument = order.instrument.value;
  record.strategy = order.strategy.value;
  record.side = request.side;
  record.kind = order.kind;
  record.time_in_force = order.time_in_force;
  record.post_only = request.post_only ? 1 : 0;
  record.reduce_only = request.reduce_only ? 1 : 0;
  record.position_side = request.position_side;
  record.margin_mode = request.margin_mode;
  return append(links_.journal, record, now);
}

void OrderManager::amend(const AmendIntent& intent, Timestamp now) noexcept {
  AmendRequest request;
  Order* order = prepare_amend(intent, risk::RequestForm::Single, request, now);
  if (order != nullptr) finish_amend(*order, request, links_.port.amend(request, now), now);
}

struct OrderManager::AmendBatch {
  FixedVector<Order*, kLargestBatch> orders;
  FixedVector<AmendRequest, kLargestBatch> requests;
};

void OrderManager::amend_batch(std::span<const AmendIntent> intents, Timestamp now) noexcept {
  const risk::RequestForm form = risk::form_of(intents.size());
  if (form == risk::RequestForm::Single) {
    if (!intents.empty()) amend(intents.front(), now);
    return;
  }
  AmendBatch batch;
  for (const AmendIntent& intent : intents) {
    // The venue refuses a batch that names an order twice: the second goes in the next one.
    const Order* named = find_own(intent.strategy, intent.handle);
    if (std::ranges::find(batch.orders, named) != batch.orders.end()) send_amends(batch, now);
    AmendRequest request;
    Order* order = prepare_amend(intent, form, request, now);
    if (order != nullptr && batch.orders.push(order)) batch.requests.push(request);
  }
  send_amends(batch, now);
}

void OrderManager::send_amends(AmendBatch& batch, Timestamp now) noexcept {
  if (batch.orders.size() > 1) {
    const SendResult sent = links_.port.amend_batch(batch.requests.view(), now);
    for (std::size_t i = 0; i < batch.orders.size(); ++i)
      finish_amend(*batch.orders[i], batch.requests[i], sent, now);
  } else if (batch.orders.size() == 1) {
    Order& order = *batch.orders[0];
    const AmendRequest& request = batch.requests[0];
    const auto slot = links_.limiter.try_acquire(
        risk::RequestKind::Amend, order.instrument, now, risk::RequestPriority::Normal, 1,
        risk::RequestForm::Single, risk::RequestCounting::InstrumentOnly);
    if (slot.granted) {
      finish_amend(order, request, links_.port.amend(request, now), now);
    } else {
      withdraw_amend(order, request, SendResult::QueueFull,
                     {DenialReason::RateLimited, 0, 0, slot.retry_at}, now);
    }
  }
  batch = {};
}

Order* OrderManager::prepare_amend(const AmendIntent& intent, risk::RequestForm form,
                                   AmendRequest& request, Timestamp now) noexcept {
  Order* order = find_own(intent.strategy, intent.handle);
  const auto refuse = [&](const Denial& why) -> Order* {
    deny(intent.strategy, intent.handle, order, OrderEventKind::AmendDenied, why, now);
    return nullptr;
  };
  if (!append(links_.journal, to_record(intent), now))
    return refuse(denial(DenialReason::JournalFull));
  if (order == nullptr) return refuse(denial(DenialReason::UnknownHandle));
  // An order in doubt is not changed: first it must be known what it is.
  if (!order->is_open() || order->unknown || order->has_unknown_amend() ||
      order->cancel_wish != CancelWish::None || order->amends.full())
    return refuse(denial(DenialReason::OrderNotWorking));
  if (!intent.new_price && !intent.new_quantity)
    return refuse(denial(DenialReason::NothingToAmend));
  if (order->quote_quantity.raw > 0) return refuse(denial(DenialReason::UnsupportedOrder));
  if (order->algo) {  // by its own request, never in a batch
    amend_algo(*order, intent, now);
    return nullptr;
  }

  risk::WorkingOrder working;
  working.strategy = order->strategy;
  working.instrument = order->instrument;
  working.side = order->side;
  working.kind = order->kind;
  working.time_in_force = order->time_in_force;
  working.post_only = order->post_only;
  working.reduce_only = order->reduce_only;
  working.position_side = order->position_side;
  working.price = order->worst_price();
  working.quantity = order->worst_quantity();
  working.cumulative_quantity = order->cumulative_quantity;
  working.booked_quantity = order->booked_quantity;
  working.counted_leaves = order->counted_leaves;
  const Price price = intent.new_price.value_or(working.price);
  const std::int64_t added = std::max<std::int64_t>(
      0, (intent.new_quantity.value_or(working.quantity) - working.quantity).raw);
  if (const auto why = links_.rules.check_amend(*order, price, added, table_, now))
    return refuse(*why);
  const auto approved =
      links_.gate.check_amend(intent, working, gate_context(order->instrument, now), now);
  if (!approved) return refuse(approved.error());
  const auto slot = links_.limiter.try_acquire(risk::RequestKind::Amend, order->instrument, now,
                                               risk::RequestPriority::Normal, 1, form,
                                               counting_of(order->options));
  if (!slot.granted) return refuse({DenialReason::RateLimited, 0, 0, slot.retry_at});

  request.client_id = order->client_id;
  request.venue_id = order->venue_id;
  request.instrument = order->instrument;
  request.amend_id = ++last_amend_id_;
  request.new_price = intent.new_price;
  request.new_quantity = intent.new_quantity;
  request.expire_time = now + venue_offset_ + settings_.expiry;
  request.clamp_price = intent.clamp_price;
  request.cancel_on_failure = intent.cancel_on_failure;
  AmendRecord entry;
  entry.client_id = request.client_id.value;
  entry.amend_id = request.amend_id;
  entry.new_price = intent.new_price.value_or(Price{}).raw;
  entry.new_quantity = intent.new_quantity.value_or(Quantity{}).raw;
  entry.expire_time = request.expire_time.nanos;
  entry.has_price = intent.new_price ? 1 : 0;
  entry.has_quantity = intent.new_quantity ? 1 : 0;
  entry.clamp_price = intent.clamp_price ? 1 : 0;
  entry.cancel_on_failure = intent.cancel_on_failure ? 1 : 0;
  if (!append(links_.journal, entry, now)) return refuse(denial(DenialReason::JournalFull));

  // What is left out stays as the newest amend before it asked.
  const bool is_first = order->amends.empty();
  const Price before = is_first ? order->price : order->amends[order->amends.size() - 1].price;
  const Quantity quantity_before =
      is_first ? order->quantity : order->amends[order->amends.size() - 1].quantity;
  PendingAmend pending;
  pending.amend_id = request.amend_id;
  pending.price = intent.new_price.value_or(before);
  pending.quantity = intent.new_quantity.value_or(quantity_before);
  pending.expire_time = request.expire_time;
  pending.in_batch = form == risk::RequestForm::Batch;
  order->amends.push(pending);
  count(*order);
  ++counters_.amended;
  links_.rules.on_amended(*order, now);
  return order;
}

void OrderManager::finish_amend(Order& order, const AmendRequest& request, SendResult sent,
                                Timestamp now) noexcept {
  if (sent == SendResult::Sent) return;
  withdraw_amend(order, request, sent, denial(DenialReason::NotConnected), now);
}

void OrderManager::withdraw_amend(Order& order, const AmendRequest& request, SendResult result,
                                  const Denial& why, Timestamp now) noexcept {
  --counters_.amended;
  record(NotSentRecord{order.client_id.value, ExecutionReport::Request::Amend, result}, now);
  for (std::size_t i = order.amends.size(); i-- > 0;) {
    if (order.amends[i].amend_id == request.amend_id) order.amends.erase(i);
  }
  count(order);
  deny(order.strategy, order.handle, &order, OrderEventKind::AmendDenied, why, now);
}

bool OrderManager::may_send_again(ExecutionReport::Request request, ClientOrderId id,
                                  InstrumentId instrument, std::uint64_t amend_id,
                                  Timestamp now) noexcept {
  using Request = ExecutionReport::Request;
  Order* order = id.valid() ? table_.find(id) : nullptr;
  if (request == Request::Cancel) {
    const bool is_risk = order == nullptr || order->cancel_wish == CancelWish::Engine;
    if (order != nullptr) order->cancel_in_batch = false;
    return links_.limiter
        .try_acquire(risk::RequestKind::Cancel, instrument, now,
                     is_risk ? risk::RequestPriority::Risk : risk::RequestPriority::Normal)
        .granted;
  }
  if (order == nullptr || !order->is_open() || order->unknown ||
      order->cancel_wish != CancelWish::None)
    return false;
  using Mode = risk::TradingMode;
  const Mode engine = links_.modes.engine();
  const Mode instrument_mode = links_.modes.instrument(order->instrument);
  // What the engine reduces passes kill and hold, as at the gate; what nobody can see it does not.
  if (order->by_engine ? engine == Mode::NotReady || instrument_mode == Mode::NotReady ||
                             instrument_mode == Mode::Held
                       : engine != Mode::Ready || instrument_mode != Mode::Ready ||
                             links_.modes.strategy(order->strategy) != Mode::Ready)
    return false;
  if (request == Request::Place) {
    if (order->phase != OrderPhase::PendingNew || order->acknowledged) return false;
    order->in_batch = false;
    return links_.limiter.try_acquire(risk::RequestKind::Place, order->instrument, now).granted;
  }
  for (PendingAmend& amend : order->amends) {
    if (amend.amend_id != amend_id || amend.unknown) continue;
    amend.in_batch = false;
    return links_.limiter.try_acquire(risk::RequestKind::Amend, order->instrument, now).granted;
  }
  return false;
}

void OrderManager::cancel(const CancelIntent& intent, Timestamp now) noexcept {
  cancel_soon(intent, now);
  pump_cancels(now);
}

void OrderManager::cancel_soon(const CancelIntent& intent, Timestamp now) noexcept {
  record(CancelIntentRecord{intent.handle.value, intent.intent_time.nanos, InstrumentId::kNone,
                            intent.strategy.value, 0},
         now);
  Order* order = find_own(intent.strategy, intent.handle);
  if (order == nullptr || !order->is_open()) {
    const DenialReason reason =
        order == nullptr ? DenialReason::UnknownHandle : DenialReason::OrderNotWorking;
    return deny(intent.strategy, intent.handle, order, OrderEventKind::CancelDenied, denial(reason),
                now);
  }
  wish_cancel(*order, CancelWish::Strategy, now);
}

void OrderManager::cancel_all_of(StrategyId strategy, InstrumentId instrument, Timestamp now,
                                 CancelWish wish) noexcept {
  record(CancelIntentRecord{0, now.nanos, instrument.value, strategy.value, 0}, now);
  table_.for_each_open([&](Order& order) {
    if (order.strategy != strategy || (instrument.valid() && order.instrument != instrument))
      return;
    if (wish == CancelWish::Engine && keeps(order, now)) return;
    wish_cancel(order, wish, now);
  });
  pump_cancels(now);
}

bool OrderManager::restore(const Order& order, const AlgoTerms* algo) noexcept {
  if (!links_.exposure.contains(order.instrument)) return false;
  if (order.algo && (algo == nullptr || algos_.full())) return false;
  Order draft = order;
  if (!links_.exposure.contains(draft.strategy)) draft.strategy = {};  // not configured any more
  Order* kept = table_.add(draft);
  if (kept == nullptr) return false;
  if (order.algo) algos_.add(order.client_id, *algo);
  count(*kept);
  return true;
}

void OrderManager::adopt(Order& order, Timestamp now) noexcept {
  order.previous_run = false;
  Handle handle = order.handle;
  if (!handle.valid()) {
    // Made anew: handles of the earlier run may be in use again.
    handle = {kAdoptedHandles | ++last_adopted_handle_};
    table_.set_handle(order, handle);
  }
  emit(order, OrderEventKind::Adopted, VenueReason::None, now);
}

void OrderManager::accept_shortfalls(InstrumentId instrument) noexcept {
  table_.for_each_ended([&](Order& order) {
    if (order.instrument != instrument || order.is_settled()) return;
    order.booked_quantity = order.cumulative_quantity;
    count(order);
  });
}

std::size_t OrderManager::unknown_orders() const noexcept {
  std::size_t n = 0;
  table_.for_each_open(
      [&](const Order& order) { n += order.unknown || order.has_unknown_amend() ? 1u : 0u; });
  return n;
}

bool OrderManager::has_previous_run_orders() const noexcept {
  bool any = false;
  table_.for_each_open([&](const Order& order) { any = any || order.previous_run; });
  return any;
}

Order* OrderManager::find_own(StrategyId strategy, Handle handle) noexcept {
  Order* order = handle.valid() ? table_.find(handle) : nullptr;
  return order != nullptr && order->strategy == strategy ? order : nullptr;
}

void OrderManager::deny(const OrderIntent& intent, const Denial& why, Timestamp now) noexcept {
  Order order;
  order.instrument = intent.instrument;
  order.cookie = intent.cookie;
  order.side = intent.side;
  order.price = intent.price;
  order.quantity = intent.quantity;
  order.by_engine = intent.by_engine;
  deny(intent.strategy, intent.handle, &order, OrderEventKind::Denied, why, now);
}

void OrderManager::deny(StrategyId strategy, Handle handle, const Order* order, OrderEventKind kind,
                        const Denial& why, Timestamp now) noexcept {
  ++counters_.denied;
  const auto index = static_cast<std::size_t>(why.reason);
  if (index < counters_.denied_by_reason.size()) ++counters_.denied_by_reason[index];
  OrderEvent event;
  event.kind = kind;
  event.strategy = strategy;
  event.handle = handle;
  event.denial = why;
  event.event_time = now;
  if (order != nullptr) {
    event.cookie = order->cookie;
    event.instrument = order->instrument;
    event.client_id = order->client_id;
    event.side = order->side;
    event.price = order->price;
    event.quantity = order->quantity;
    event.cumulative_quantity = order->cumulative_quantity;
  }
  DeniedRecord entry;
  entry.limit = why.limit;
  entry.value = why.value;
  entry.handle = handle.value;
  entry.retry_at = why.retry_at.nanos;
  entry.instrument = event.instrument.value;
  entry.strategy = strategy.value;
  entry.reason = why.reason;
  entry.kind = kind;
  record(entry, now);
  if (order == nullptr || !order->by_engine) links_.events.on_order_event(event);
}

void OrderManager::emit(const Order& order, OrderEventKind kind, VenueReason reason,
                        Timestamp now) noexcept {
  if (!order.strategy.valid() || !order.handle.valid()) return;  // no strategy holds it
  if (order.told_end) return;                                    // a handle ends once
  OrderEvent event;
  event.kind = kind;
  event.strategy = order.strategy;
  event.handle = order.handle;
  event.cookie = order.cookie;
  event.instrument = order.instrument;
  event.client_id = order.client_id;
  event.side = order.side;
  event.price = order.price;
  event.quantity = order.quantity;
  event.cumulative_quantity = order.cumulative_quantity;
  event.reason = reason;
  event.event_time = now;
  links_.events.on_order_event(event);
}

void OrderManager::alert(Alert what, const Order& order, Timestamp now, std::int64_t expected,
                         std::int64_t actual) noexcept {
  links_.listener.on_alert(
      {what, order.instrument, order.client_id, order.venue_id, expected, actual, now});
}

void OrderManager::count(Order& order) noexcept {
  const Quantity leaves = order.worst_leaves();
  const bool counts = order.is_open() || leaves.raw > 0;
  risk::Exposure& exposure = links_.exposure;
  if (counts && !order.counted) {
    exposure.on_order_opened(order.strategy, order.instrument, order.side, leaves,
                             order.position_side);
  } else if (counts) {
    if (leaves != order.counted_leaves)
      exposure.on_working_changed(order.strategy, order.instrument, order.side,
                                  order.counted_leaves, leaves, order.position_side);
  } else if (order.counted) {
    exposure.on_order_closed(order.strategy, order.instrument, order.side, order.counted_leaves,
                             order.position_side);
  }
  order.counted = counts;
  order.counted_leaves = leaves;
  const Quantity protective = order.worst_protective();
  if (protective != order.counted_protective) {
    exposure.on_protective_changed(order.strategy, order.instrument, order.side,
                                   order.counted_protective, protective, order.position_side);
    order.counted_protective = protective;
  }
  if (order.is_short == order.is_settled()) {
    order.is_short = !order.is_settled();
    order.is_short ? ++short_orders_ : --short_orders_;
  }
  links_.rules.on_counted(order);
}

FillOwner OrderManager::owner_of(const Order& order) const noexcept {
  FillOwner owner;
  owner.strategy = order.strategy;
  owner.handle = order.handle;
  owner.cookie = order.cookie;
  owner.instrument = order.instrument;
  owner.client_id = order.client_id;
  owner.venue_id = order.venue_id;
  owner.side = order.side;
  owner.position_side = order.position_side;
  return owner;
}

}  // namespace gannet::engine
