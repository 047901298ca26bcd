#include "engine/open_order_list.h"

namespace gannet::engine {

gannet_open_order* OpenOrderList::find(std::uint64_t handle) noexcept {
  const auto at = std::ranges::lower_bound(orders_, handle, {}, &gannet_open_order::handle);
  return at != orders_.end() && at->handle == handle ? &*at : nullptr;
}

bool OpenOrderList::add(const gannet_open_order& order) noexcept {
  if (full()) return false;
  const auto at = std::ranges::lower_bound(orders_, order.handle, {}, &gannet_open_order::handle);
  orders_.insert(at, order);  // room was taken at construction: does not allocate
  return true;
}

void OpenOrderList::apply(const OrderEvent& event) noexcept {
  const auto remove = [this, &event] {
    std::erase_if(orders_, [&event](const gannet_open_order& order) {
      return order.handle == event.handle.value;
    });
  };
  gannet_open_order* order = find(event.handle.value);
  if (order == nullptr) {
    // Exits that came with an order are first heard of when they live.
    if (event.kind != OrderEventKind::Adopted && event.kind != OrderEventKind::Live) return;
    gannet_open_order adopted{};
    adopted.size = sizeof adopted;
    adopted.state = GANNET_ORDER_LIVE;
    adopted.handle = event.handle.value;
    adopted.cookie = event.cookie;
    adopted.instrument = event.instrument.value;
    adopted.side = static_cast<std::uint8_t>(event.side);
    adopted.price = event.price.raw;
    adopted.quantity = event.quantity.raw;
    adopted.cumulative_quantity = event.cumulative_quantity.raw;
    add(adopted);
    return;
  }
  const auto take_terms = [order, &event] {
    order->price = event.price.raw;
    order->quantity = event.quantity.raw;
    order->cumulative_quantity = event.cumulative_quantity.raw;
  };
  const auto clear_pending = [order](std::uint32_t bit) {
    order->pending = static_cast<std::uint8_t>(order->pending & ~bit);
  };
  switch (event.kind) {
    case OrderEventKind::Denied:
    case OrderEventKind::Filled:
    case OrderEventKind::Cancelled:
    case OrderEventKind::Rejected:
    case OrderEventKind::Expired:
      return remove();
    case OrderEventKind::PendingNew:
    case OrderEventKind::Accepted:
    case OrderEventKind::Unknown:
      order->state = static_cast<std::uint32_t>(event.kind);
      return;
    case OrderEventKind::Live:
    case OrderEventKind::PartiallyFilled:
    case OrderEventKind::Triggered:
      order->state = static_cast<std::uint32_t>(
          event.kind == OrderEventKind::Triggered ? OrderEventKind::Live : event.kind);
      return take_terms();
    case OrderEventKind::Adopted:
      order->state = GANNET_ORDER_LIVE;
      return take_terms();
    case OrderEventKind::Amended:
      clear_pending(GANNET_PENDING_AMEND);
      return take_terms();
    case OrderEventKind::AmendDenied:
    case OrderEventKind::AmendRejected:
      return clear_pending(GANNET_PENDING_AMEND);
    case OrderEventKind::CancelDenied:
    case OrderEventKind::CancelRejected:
      return clear_pending(GANNET_PENDING_CANCEL);
  }
}

}  // namespace gannet::engine
