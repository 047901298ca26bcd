#include "sim/order_store.h"

#include "base/check.h"

namespace gannet::sim {

Order& OrderStore::create(const NewOrder& terms, VenueOrderId id, Timestamp now) {
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = used_++;
    if (slot % kChunk == 0) chunks_.push_back(std::make_unique<Order[]>(kChunk));
  } else {
    slot = free_.back();
    free_.pop_back();
    at(slot) = Order{};
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
  user.reduce_only += terms.reduce_only ? 1 : 0;
  if (terms.instrument.value >= user.open_by_instrument.size()) {
    user.open_by_instrument.resize(std::size_t{terms.instrument.value} + 1);
  }
  ++user.open_by_instrument[terms.instrument.value];
  if (terms.user != kMarketUser) {
    order.older = user.newest;
    if (user.newest != Order::kEnd) at(user.newest).newer = slot;
    user.newest = slot;
    ++user.remembered;
  }
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
  user.reduce_only -= order.view.terms.reduce_only ? 1 : 0;
  --user.open_by_instrument[order.view.terms.instrument.value];
  if (order.view.terms.user == kMarketUser) {
    forget(user, order);
    return;
  }
  const std::size_t kind = order.view.filled.raw > 0 ? 0 : 1;
  user.ended[kind].push_back(order.slot);
  while (user.ended[kind].size() > keep_[kind]) {
    forget(user, at(user.ended[kind].front()));
    user.ended[kind].pop_front();
  }
}

void OrderStore::forget(User& user, Order& order) {
  by_id_.erase(order.view.id.value);
  const ClientKey key{order.view.terms.user, order.view.terms.client_id};
  if (!key.client_id.empty()) {
    const auto found = by_client_id_.find(key);
    if (found != by_client_id_.end() && found->second == order.slot) by_client_id_.erase(found);
  }
  if (key.user != kMarketUser) {
    (order.newer == Order::kEnd ? user.newest : at(order.newer).older) = order.older;
    if (order.older != Order::kEnd) at(order.older).newer = order.newer;
    --user.remembered;
  }
  free_.push_back(order.slot);
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
  ids.resize(users_[user].remembered);
  std::size_t left = ids.size();
  for (std::uint32_t slot = users_[user].newest; slot != Order::kEnd; slot = at(slot).older) {
    ids[--left] = at(slot).view.id;
  }
  return ids;
}

}  // namespace gannet::sim
