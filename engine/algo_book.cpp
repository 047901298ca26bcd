#include "engine/algo_book.h"

#include <algorithm>

namespace gannet::engine {

AlgoBook::AlgoBook(std::size_t orders, std::size_t children)
    : orders_(orders), children_(children) {
  arrival_.reserve(children);
}

AlgoOrder* AlgoBook::add(ClientOrderId client_id, const AlgoTerms& terms) noexcept {
  AlgoOrder order;
  order.client_id = client_id;
  order.terms = terms;
  return orders_.insert(client_id.value, order);
}

AlgoChild* AlgoBook::add_child(AlgoOrder& parent, InstrumentId instrument,
                               VenueOrderId venue_id) noexcept {
  if (AlgoChild* child = find_child(venue_id)) return child;
  if (children_.full() && !forget_oldest_ended()) return nullptr;
  AlgoChild child;
  child.venue_id = venue_id;
  child.parent = parent.client_id;
  child.instrument = instrument;
  arrival_.push_back(venue_id.value);
  ++parent.open_children;
  ++parent.children;
  ++open_children_;
  return children_.insert(venue_id.value, child);
}

void AlgoBook::end_child(AlgoChild& child) noexcept {
  if (!child.open) return;
  child.open = false;
  child.next_query = {};
  --open_children_;
  if (AlgoOrder* parent = find(child.parent)) --parent->open_children;
}

bool AlgoBook::misses_an_open_child() const noexcept {
  if (open_children_ == 0) return false;
  return std::ranges::any_of(arrival_, [this](std::uint64_t id) {
    const AlgoChild* child = children_.find(id);
    return child != nullptr && child->open && child->not_found >= 2;
  });
}

bool AlgoBook::has_concluded_child(ClientOrderId parent) const noexcept {
  return std::ranges::any_of(arrival_, [&](std::uint64_t id) {
    const AlgoChild* child = children_.find(id);
    return child != nullptr && child->parent == parent && child->concluded;
  });
}

void AlgoBook::reopen_child(AlgoChild& child) noexcept {
  if (child.open) return;
  child.open = true;
  child.concluded = false;
  ++open_children_;
  if (AlgoOrder* parent = find(child.parent)) ++parent->open_children;
}

bool AlgoBook::hold_fill(const FillReport& fill) noexcept {
  const bool is_held = std::ranges::any_of(held_fills_, [&fill](const FillReport& held) {
    return held.venue_id == fill.venue_id && held.fill.trade_id == fill.fill.trade_id &&
           held.fill.bill_id == fill.fill.bill_id;
  });
  return is_held || held_fills_.push(fill);
}

Quantity AlgoBook::cumulative(const AlgoOrder& order) const noexcept {
  Quantity sum = order.folded;
  for (const std::uint64_t id : arrival_) {
    const AlgoChild* child = children_.find(id);
    if (child != nullptr && child->parent == order.client_id)
      sum = add_saturating(sum, child->cumulative_quantity);
  }
  return sum;
}

bool AlgoBook::forget_oldest_ended() noexcept {
  const auto ended = std::ranges::find_if(
      arrival_, [this](std::uint64_t id) { return !children_.find(id)->open; });
  if (ended == arrival_.end()) return false;
  const AlgoChild& child = *children_.find(*ended);
  if (AlgoOrder* parent = find(child.parent))
    parent->folded = add_saturating(parent->folded, child.cumulative_quantity);
  children_.erase(*ended);
  arrival_.erase(ended);
  return true;
}

}  // namespace gannet::engine
