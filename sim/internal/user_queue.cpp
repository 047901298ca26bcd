#include "sim/internal/user_queue.h"

#include <algorithm>

namespace gannet::sim {
namespace {

/// A trade is not told later than this after a book that lacks its volume.
constexpr Nanos kLatestTrade = seconds(2);

bool better(Side side, Price a, Price b) noexcept { return side == Side::Buy ? a > b : a < b; }

std::int64_t ahead_after(QueueModel model, std::int64_t ahead, std::int64_t before,
                         std::int64_t after) noexcept {
  switch (model) {
    case QueueModel::Back:
      break;
    case QueueModel::Proportional:
      // Rounded up: nobody gains a place by it.
      ahead =
          static_cast<std::int64_t>((static_cast<__int128>(ahead) * after + before - 1) / before);
      break;
    case QueueModel::Front:
      ahead = std::max<std::int64_t>(ahead - (before - after), 0);
      break;
  }
  return std::min(ahead, after);  // no more can stand before us than stands there
}

/// A trade that a book had shown already: what that book let the order gain was this trade.
void take_back(UserQueue::Place& place, std::int64_t quantity, Timestamp trade_time) noexcept {
  if (trade_time > place.gained_until) {
    place.gained = 0;
    return;
  }
  const std::int64_t back = std::min(place.gained, quantity);
  place.ahead += back;
  place.gained -= back;
}

}  // namespace

void UserQueue::join(const OrderView& order, const Recorded& recorded, Timestamp told) {
  Place place;
  place.order = order.id;
  place.side = order.terms.side;
  place.price = order.terms.price;
  place.queued = order.queued;
  place.ahead = recorded(place.side, place.price);
  place.came = told;
  places_.push_back(place);
}

void UserQueue::follow(std::span<const OrderView* const> orders, const Recorded& recorded,
                       Timestamp told) {
  if (orders.empty()) {
    places_.clear();
    return;
  }
  std::erase_if(places_, [&](Place& place) {
    const auto same = std::ranges::find(orders, place.order, &OrderView::id);
    if (same == orders.end()) return true;
    // It moved or grew, whatever its price and size are by now: it joins again below.
    return (*same)->queued != place.queued;
  });
  for (const OrderView* const order : orders) {
    if (std::ranges::find(places_, order->id, &Place::order) == places_.end()) {
      join(*order, recorded, told);
    }
  }
}

void UserQueue::on_level(Side side, Price price, std::int64_t before, std::int64_t after,
                         Timestamp book_time) {
  for (Place& place : places_) {
    if (place.side != side || place.price != price) continue;
    if (place.ahead == kUnknown) {
      place.ahead = after;  // seen for the first time: all of it may stand before us
      continue;
    }
    if (after >= before) continue;  // newcomers stand behind
    const std::int64_t ahead = ahead_after(model_, place.ahead, before, after);
    if (book_time - place.gained_until > kLatestTrade) place.gained = 0;
    place.gained += place.ahead - ahead;
    place.gained_until = book_time;
    place.ahead = ahead;
  }
}

std::int64_t UserQueue::on_trade(Side side, Price price, std::int64_t quantity,
                                 Timestamp trade_time,
                                 const std::function<std::int64_t(const Due&)>& filled) {
  std::int64_t left = quantity;
  std::vector<Place*> first;
  std::vector<Place*> here;
  for (Place& place : places_) {
    if (place.side != side || place.came >= trade_time) continue;
    if (better(side, place.price, price)) first.push_back(&place);
    if (place.price == price && place.ahead != kUnknown) here.push_back(&place);
  }
  std::ranges::stable_sort(
      first, [side](const Place* a, const Place* b) { return better(side, a->price, b->price); });
  for (Place* const place : first) {
    place->ahead = 0;
    if (left > 0) left -= filled({place->order, left});
  }
  std::int64_t passed = 0;  // of what is recorded
  for (Place* const place : here) take_back(*place, quantity, trade_time);
  for (Place* const place : here) {
    const std::int64_t before_it = std::max<std::int64_t>(place->ahead - passed, 0);
    if (left <= before_it) break;
    left -= before_it;
    passed += before_it;
    left -= filled({place->order, left});
    if (left == 0) break;
  }
  passed += left;
  for (Place* const place : here) place->ahead = std::max<std::int64_t>(place->ahead - passed, 0);
  return passed;
}

void UserQueue::forget_times() noexcept {
  for (Place& place : places_) {
    place.came = {};
    place.gained = 0;
    place.gained_until = {};
  }
}

void UserQueue::crossed_by(Side other, Price price, std::vector<VenueOrderId>& out) const {
  out.clear();
  std::vector<const Place*> met;
  for (const Place& place : places_) {
    if (place.side != other && !better(other, place.price, price)) met.push_back(&place);
  }
  std::ranges::stable_sort(met, [other](const Place* a, const Place* b) {
    return better(opposite(other), a->price, b->price);
  });
  for (const Place* const place : met) out.push_back(place->order);
}

}  // namespace gannet::sim
