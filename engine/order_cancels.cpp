#include <algorithm>

#include "base/fixed_vector.h"
#include "engine/order_manager.h"

// Cancels are never lost: a wish stays in the queue until the request is sent, and comes back when
// the request was refused, lost, or had no effect, until the order has ended.

namespace gannet::engine {

namespace {
constexpr std::size_t kBatchMax = kLargestBatch;
}

struct OrderManager::CancelBatch {
  FixedVector<Order*, kBatchMax> orders;
};

/// Of algo orders: other requests, smaller.
using AlgoCancelBatch = FixedVector<Order*, kMaxAlgoCancels>;

void OrderManager::cancel_all(InstrumentId instrument, Timestamp now) noexcept {
  FixedVector<InstrumentId, 64> with_protected;  // one of each family
  const auto is_of_family = [&](InstrumentId a, InstrumentId b) {
    const InstrumentName& family = links_.instruments[a].family;
    return a == b || (!family.empty() && family == links_.instruments[b].family);
  };
  table_.for_each_open([&](Order& order) {
    if ((instrument.valid() && order.instrument != instrument) || keeps(order, now)) return;
    wish_cancel(order, CancelWish::Engine, now);
    if (order.options.program == QuoteProgram::MarketMakerProtection &&
        std::ranges::none_of(with_protected, [&](InstrumentId known) {
          return is_of_family(known, order.instrument);
        }))
      with_protected.push(order.instrument);
  });
  if (!with_protected.empty() && now >= next_protected_cancel_) {
    // The venue takes five in two seconds: two a second, the families in turn.
    next_protected_cancel_ = now + settings_.cancel_retry;
    const std::size_t asked = std::min<std::size_t>(2, with_protected.size());
    for (std::size_t i = 0; i < asked; ++i)
      links_.port.cancel_protected(with_protected[(protected_cursor_ + i) % with_protected.size()],
                                   now);
    protected_cursor_ += asked;
  }
  pump_cancels(now);
  cancel_foreign(instrument, now);
}

void OrderManager::cancel_by_engine(Order& order, Timestamp now) noexcept {
  wish_cancel(order, CancelWish::Engine, now);
  pump_cancels(now);
}

void OrderManager::wish_cancel(Order& order, CancelWish wish, Timestamp now) noexcept {
  if (wish > order.cancel_wish) {
    order.cancel_wish = wish;
    order.cancel_not_before = std::min(order.cancel_not_before, now);  // it may use the reserve
  }
  if (order.cancel_in_flight || order.cancel_accepted || order.in_cancel_queue) return;
  put_back(order, std::max(order.cancel_not_before, now));
}

void OrderManager::put_back(Order& order, Timestamp not_before) noexcept {
  order.cancel_not_before = not_before;
  order.cancel_throttled = false;
  if (order.in_cancel_queue) return;
  order.in_cancel_queue = true;
  cancel_queue_.push_back(&order);  // room for every slot was reserved
}

bool OrderManager::has_due_cancels(Timestamp now) const noexcept {
  const auto is_due = [&](const Order* order) { return now >= order->cancel_not_before; };
  return std::ranges::any_of(cancel_queue_, is_due) || has_cancel_overflow(now);
}

/// Cancels for which the bucket of single ones has no room leave together as a batch, which has a
/// bucket of its own: two are needed, for one alone would be a single one again.
bool OrderManager::has_cancel_overflow(Timestamp now) const noexcept {
  std::size_t throttled = 0;
  std::size_t due = 0;
  for (const Order* order : cancel_queue_) {
    if (order->algo || !order->is_open()) continue;
    if (order->cancel_throttled) {
      ++throttled;
    } else if (now >= order->cancel_not_before) {
      ++due;
    }
  }
  return throttled > 0 && throttled + due > 1;
}

void OrderManager::pump_cancels(Timestamp now) noexcept {
  for (bool more = true; more && !cancel_queue_.empty();) {
    CancelBatch batch;
    AlgoCancelBatch algos;
    std::size_t kept = 0;
    const bool overflows = has_cancel_overflow(now);
    for (std::size_t i = 0; i < cancel_queue_.size(); ++i) {
      Order* order = cancel_queue_[i];
      if (!order->is_open() || order->cancel_wish == CancelWish::None || order->cancel_in_flight ||
          order->cancel_accepted) {
        order->in_cancel_queue = false;
        continue;
      }
      const bool joins = overflows && order->cancel_throttled;
      if ((now >= order->cancel_not_before || joins) &&
          (order->algo ? algos.push(order) : batch.orders.push(order))) {
        order->in_cancel_queue = false;
        continue;
      }
      cancel_queue_[kept++] = order;
    }
    cancel_queue_.resize(kept);
    more = send_cancels(batch, now) == kBatchMax;
    more = send_algo_cancels(algos.view(), now) == kMaxAlgoCancels || more;
  }
}

std::size_t OrderManager::send_cancels(CancelBatch& batch, Timestamp now) noexcept {
  FixedVector<Order*, kBatchMax> going;
  const auto priority_of = [](const Order& order) {
    return order.cancel_wish == CancelWish::Engine ? risk::RequestPriority::Risk
                                                   : risk::RequestPriority::Normal;
  };
  const auto acquire_single = [&](Order& order) {
    const auto slot = links_.limiter.try_acquire(risk::RequestKind::Cancel, order.instrument, now,
                                                 priority_of(order));
    if (!slot.granted) {
      put_back(order, std::min(slot.retry_at, now + seconds(1)));
      order.cancel_throttled = true;
    }
    return slot.granted;
  };

  // A batch over several instruments takes from the batch bucket of each.
  const risk::RequestForm form = risk::form_of(batch.orders.size());
  FixedVector<Order*, kBatchMax> left;
  if (form == risk::RequestForm::Batch) {
    for (std::size_t i = 0; i < batch.orders.size(); ++i) {
      const InstrumentId instrument = batch.orders[i]->instrument;
      std::uint32_t count = 0;
      bool is_first = true;
      risk::RequestPriority priority = risk::RequestPriority::Normal;
      for (std::size_t j = 0; j < batch.orders.size(); ++j) {
        if (batch.orders[j]->instrument != instrument) continue;
        if (j < i) is_first = false;
        ++count;
        if (priority_of(*batch.orders[j]) == risk::RequestPriority::Risk)
          priority = risk::RequestPriority::Risk;
      }
      if (!is_first) continue;
      const bool granted = links_.limiter
                               .try_acquire(risk::RequestKind::Cancel, instrument, now, priority,
                                            count, risk::RequestForm::Batch)
                               .granted;
      for (Order* order : batch.orders) {
        if (order->instrument == instrument) (granted ? going : left).push(order);
      }
    }
  } else {
    left = batch.orders;
  }

  // One element is a single request to the venue, whatever we meant it to be.
  if (going.size() == 1) {
    left.push(going[0]);
    going.clear();
  }
  std::size_t sent = 0;
  const auto request_of = [&](Order& order) {
    order.cancel_in_flight = true;
    ++counters_.cancels;
    links_.rules.on_cancel_sent(order, now);
    record(CancelRecord{order.client_id.value, order.venue_id.value, order.instrument.value, 0},
           now);
    return CancelRequest{order.client_id, order.venue_id, order.instrument};
  };
  const auto not_sent = [&](Order& order, SendResult result) {
    --counters_.cancels;
    order.cancel_in_flight = false;
    record(NotSentRecord{order.client_id.value, ExecutionReport::Request::Cancel, result}, now);
    put_back(order, now + settings_.send_retry);
  };
  if (!going.empty()) {
    FixedVector<CancelRequest, kBatchMax> requests;
    for (Order* order : going) {
      order->cancel_in_batch = true;
      requests.push(request_of(*order));
    }
    const SendResult result = links_.port.cancel_batch(requests.view(), now);
    if (result == SendResult::Sent) {
      sent += going.size();
    } else {
      for (Order* order : going) not_sent(*order, result);
    }
  }
  for (Order* order : left) {
    if (!acquire_single(*order)) continue;
    order->cancel_in_batch = false;
    const SendResult result = links_.port.cancel(request_of(*order), now);
    if (result == SendResult::Sent) {
      ++sent;
    } else {
      not_sent(*order, result);
    }
  }
  return sent;
}

void OrderManager::cancel_strategy(StrategyId strategy, Timestamp now) noexcept {
  table_.for_each_open([&](Order& order) {
    if (order.strategy == strategy && !keeps(order, now))
      wish_cancel(order, CancelWish::Engine, now);
  });
  pump_cancels(now);
}

void OrderManager::forgive(Order& order) noexcept {
  order.cancel_wish = CancelWish::None;  // the queue drops what nobody wishes any more
}

Order* OrderManager::find_open(ClientOrderId id, VenueOrderId venue_id) noexcept {
  if (id.valid()) {
    Order* order = table_.find(id);
    return order != nullptr && order->is_open() ? order : nullptr;
  }
  Order* found = nullptr;
  table_.for_each_open([&](Order& order) {
    if (venue_id.valid() && order.venue_id == venue_id) found = &order;
  });
  return found;
}

/// Orders with our tag that carry no client id of ours (children of algo orders) and, where the
/// account is killed, everybody's.
void OrderManager::cancel_foreign(InstrumentId instrument, Timestamp now) noexcept {
  foreign_.for_each_open([&](ForeignOrder& order) {
    if (instrument.valid() && order.instrument != instrument) return;
    // Its cancel may be lost as any other, and nobody need wish it again.
    if (order.own_tag) order.cancel_wished = foreign_wished_ = true;
    if (order.cancel_wished || (account_wide_ && !order.protective))
      send_foreign_cancel(order, now);
  });
}

void OrderManager::cancel_foreign_orders(Timestamp now) noexcept {
  foreign_.for_each_open([&](ForeignOrder& order) {
    if (!order.own_tag) order.cancel_wished = foreign_wished_ = true;
  });
  pump_foreign(now);
}

bool OrderManager::cancel_foreign_order(VenueOrderId venue_id, bool any_tag,
                                        Timestamp now) noexcept {
  bool found = false;
  foreign_.for_each_open([&](ForeignOrder& order) {
    if (order.venue_id != venue_id || (!any_tag && !order.own_tag)) return;
    order.cancel_wished = foreign_wished_ = found = true;
  });
  pump_foreign(now);
  return found;
}

void OrderManager::pump_foreign(Timestamp now) noexcept {
  if (!foreign_wished_) return;
  foreign_wished_ = false;
  foreign_.for_each_open([&](ForeignOrder& order) {
    if (!order.cancel_wished) return;
    foreign_wished_ = true;
    send_foreign_cancel(order, now);
  });
}

/// Asked again every second until the venue's list has lost it.
void OrderManager::send_foreign_cancel(ForeignOrder& order, Timestamp now) noexcept {
  if (now < order.cancel_not_before) return;
  const auto kind = order.algo ? risk::RequestKind::CancelAlgo : risk::RequestKind::Cancel;
  if (order.algo && links_.algos == nullptr) return;
  if (!links_.limiter.try_acquire(kind, order.instrument, now, risk::RequestPriority::Risk).granted)
    return;
  order.cancel_not_before = now + settings_.cancel_retry;
  record(CancelRecord{0, order.venue_id.value, order.instrument.value, 0}, now);
  SendResult sent = SendResult::Sent;
  if (order.algo) {
    const AlgoCancelRequest request{ClientOrderId{}, order.venue_id, order.instrument};
    sent = links_.algos->cancel_algos({&request, 1}, now);
  } else {
    sent = links_.port.cancel({ClientOrderId{}, order.venue_id, order.instrument}, now);
  }
  if (sent == SendResult::Sent) ++counters_.cancels;
}

}  // namespace gannet::engine
