#include "sim/order_store.h"

#include <algorithm>

#include "base/check.h"

namespace gannet::sim {
namespace {

/// The slot that the next order will take was used long ago: its lines are asked for early.
void fetch_ahead(const Order* order) noexcept {
  const auto* bytes = reinterpret_cast<const char*>(order);
  for (std::size_t at = 0; at < sizeof(Order); at += 64) __builtin_prefetch(bytes + at, 1);
}

}  // namespace

Order& OrderStore::create(const NewOrder& terms, VenueOrderId id, Timestamp now) {
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = used_++;
    if (slot % kChunk == 0) chunks_.push_back(std::make_unique<Order[]>(kChunk));
  } else {
    slot = free_.back();
    free_.pop_back();
    at(slot) = Order{};
    if (!free_.empty()) fetch_ahead(&at(free_.back()));
  }
  Order& order = at(slot);
  order.slot = slot;
  order.view.id = id;
  order.view.terms = terms;
  order.view.create_time = now;
  order.view.update_time = now;
  order.open = true;
  by_id_.insert(id.value, slot);

  if (terms.user >= users_.size()) users_.resize(std::size_t{terms.user} + 1);
  User& user = users_[terms.user];
  order.previous = user.last;
  (user.last == Order::kEnd ? user.first : at(user.last).next) = slot;
  user.last = slot;
  ++user.open;
  user.closing += only_closes(terms) ? 1u : 0u;
  if (terms.instrument.value >= user.open_by_instrument.size()) {
    user.open_by_instrument.resize(std::size_t{terms.instrument.value} + 1);
  }
  ++user.open_by_instrument[terms.instrument.value];
  if (!terms.client_id.empty()) by_client_id_[{terms.user, terms.client_id}] = slot;
  return order;
}

void OrderStore::end(Order& order) {
  CHECK(order.open);
  CHECK(!order.resting());
  User& user = users_[order.view.terms.user];
  (order.previous == Order::kEnd ? user.first : at(order.previous).next) = order.next;
  (order.next == Order::kEnd ? user.last : at(order.next).previous) = order.previous;
  order.previous = order.next = Order::kEnd;
  order.open = false;
  --user.open;
  user.closing -= only_closes(order.view.terms) ? 1u : 0u;
  --user.open_by_instrument[order.view.terms.instrument.value];
  const Ended ended{order.view.id, order.slot, !order.view.terms.client_id.empty()};
  if (order.view.terms.user == kMarketUser) {
    forget(ended);
    return;
  }
  const std::size_t kind = order.view.filled.raw > 0 ? 0 : 1;
  user.ended[kind].push_back(ended);
  while (user.ended[kind].size() > keep_[kind]) {
    forget(user.ended[kind].front());
    user.ended[kind].pop_front();
  }
}

void OrderStore::forget(const Ended& ended) {
  by_id_.erase(ended.id.value);
  if (ended.has_client_id) {
    const NewOrder& terms = at(ended.slot).view.terms;
    const auto found = by_client_id_.find({terms.user, terms.client_id});
    if (found != by_client_id_.end() && found->second == ended.slot) by_client_id_.erase(found);
  }
  free_.push_back(ended.slot);
}

Order* OrderStore::find(VenueOrderId id) noexcept {
  const std::uint32_t slot = by_id_.find(id.value);
  return slot == IdMap::kNone ? nullptr : &at(slot);
}

const Order* OrderStore::find(VenueOrderId id) const noexcept {
  const std::uint32_t slot = by_id_.find(id.value);
  return slot == IdMap::kNone ? nullptr : &at(slot);
}

const Order* OrderStore::find_by_client_id(UserId user, std::string_view client_id) const noexcept {
  if (client_id.empty() || !FixedString<32>::fits(client_id)) return nullptr;
  const auto found = by_client_id_.find({user, FixedString<32>(client_id)});
  return found == by_client_id_.end() ? nullptr : &at(found->second);
}

std::size_t OrderStore::open_count(UserId user, InstrumentId instrument) const noexcept {
  if (user >= users_.size()) return 0;
  const std::vector<std::uint32_t>& counts = users_[user].open_by_instrument;
  return instrument.value < counts.size() ? counts[instrument.value] : 0;
}

std::vector<VenueOrderId> OrderStore::all(UserId user) const {
  std::vector<VenueOrderId> ids;
  if (user >= users_.size()) return ids;
  const User& owner = users_[user];
  ids.reserve(owner.open + owner.ended[0].size() + owner.ended[1].size());
  for (std::uint32_t slot = owner.first; slot != Order::kEnd; slot = at(slot).next) {
    ids.push_back(at(slot).view.id);
  }
  for (const std::deque<Ended>& ended : owner.ended) {
    for (const Ended& one : ended) ids.push_back(one.id);
  }
  std::sort(ids.begin(), ids.end());  // ids rise with time
  return ids;
}

}  // namespace gannet::sim
