#include "engine/order_table.h"

#include "base/check.h"

namespace gannet::engine {

OrderTable::OrderTable(std::size_t open_capacity, std::size_t ended_capacity)
    : slots_(open_capacity + ended_capacity),
      by_client_id_(open_capacity + ended_capacity),
      by_handle_(open_capacity + ended_capacity),
      open_capacity_(open_capacity) {
  for (std::size_t i = slots_.size(); i-- > 0;) {
    slots_[i].next = free_;
    free_ = static_cast<std::uint32_t>(i);
  }
}

Order& OrderTable::draft() noexcept {
  if (free_ == kNone) forget_oldest_ended();
  Order& place = free_ == kNone ? spare_ : slots_[free_].order;
  place = Order{};
  return place;
}

void OrderTable::expect_after(const Order& order) const noexcept {
  by_client_id_.prefetch(order.client_id.value + 1);
  by_handle_.prefetch(order.handle.value + 1);
  const std::uint32_t next = free_ != kNone ? free_ : ended_list_.first;
  if (next == kNone) return;
  const Slot& slot = slots_[next];
  const auto* const bytes = reinterpret_cast<const char*>(&slot);
  constexpr std::size_t kLine = 64;
  for (std::size_t at = 0; at < sizeof slot; at += kLine) __builtin_prefetch(bytes + at, 1);
  if (free_ != kNone) return;
  if (slot.next != kNone) __builtin_prefetch(&slots_[slot.next].previous, 1);
  by_client_id_.prefetch(slot.order.client_id.value);  // it makes room
  by_handle_.prefetch(slot.order.handle.value);
}

Order* OrderTable::add(const Order& order) noexcept {
  if (open_ == open_capacity_ || by_client_id_.find(order.client_id.value) != nullptr)
    return nullptr;
  if (order.handle.valid() && by_handle_.find(order.handle.value) != nullptr) return nullptr;
  if (free_ == kNone && !forget_oldest_ended()) return nullptr;
  const std::uint32_t i = free_;
  free_ = slots_[i].next;
  if (&slots_[i].order != &order) slots_[i].order = order;
  by_client_id_.insert(order.client_id.value, i);
  if (order.handle.valid()) by_handle_.insert(order.handle.value, i);
  link(open_list_, i);
  ++open_;
  return &slots_[i].order;
}

Order* OrderTable::find(ClientOrderId id) noexcept {
  const std::uint32_t* i = by_client_id_.find(id.value);
  return i == nullptr ? nullptr : &slots_[*i].order;
}

Order* OrderTable::find(Handle handle) noexcept {
  const std::uint32_t* i = by_handle_.find(handle.value);
  return i == nullptr ? nullptr : &slots_[*i].order;
}

void OrderTable::set_handle(Order& order, Handle handle) noexcept {
  order.handle = handle;
  by_handle_.insert(handle.value, index_of(order));
}

void OrderTable::note_ended(Order& order) noexcept {
  const std::uint32_t i = index_of(order);
  unlink(open_list_, i);
  link(ended_list_, i);
  --open_;
  ++ended_;
}

void OrderTable::note_revived(Order& order) noexcept {
  const std::uint32_t i = index_of(order);
  unlink(ended_list_, i);
  link(open_list_, i);
  ++open_;  // may pass the capacity for new orders: an order that lives must be held
  --ended_;
}

bool OrderTable::forget_oldest_ended() noexcept {
  // One that still waits for missed fills stays: it says what they belong to.
  std::uint32_t i = ended_list_.first;
  while (i != kNone && (slots_[i].order.counted || slots_[i].order.in_cancel_queue))
    i = slots_[i].next;
  if (i == kNone) return false;
  unlink(ended_list_, i);
  --ended_;
  by_client_id_.erase(slots_[i].order.client_id.value);
  if (slots_[i].order.handle.valid()) by_handle_.erase(slots_[i].order.handle.value);
  slots_[i].next = free_;
  free_ = i;
  return true;
}

std::uint32_t OrderTable::index_of(const Order& order) const noexcept {
  const std::uint32_t* i = by_client_id_.find(order.client_id.value);
  CHECK(i != nullptr);
  return *i;
}

void OrderTable::link(List& list, std::uint32_t i) noexcept {
  slots_[i].previous = list.last;
  slots_[i].next = kNone;
  (list.last == kNone ? list.first : slots_[list.last].next) = i;
  list.last = i;
}

void OrderTable::unlink(List& list, std::uint32_t i) noexcept {
  Slot& slot = slots_[i];
  (slot.previous == kNone ? list.first : slots_[slot.previous].next) = slot.next;
  (slot.next == kNone ? list.last : slots_[slot.next].previous) = slot.previous;
}

}  // namespace gannet::engine
