#include "sim/internal/market_side.h"

#include <algorithm>

#include "sim/internal/exchange_state.h"

namespace gannet::sim {

VenueOrderId MarketSide::set_level(VenueOrderId id, InstrumentId instrument, Side side, Price price,
                                   Quantity quantity, Timestamp now) {
  Exchange::State& state = *exchange_->state_;
  MatchingBook& book = state.market(instrument).book;
  Order* order = id.valid() ? state.orders.find(id) : nullptr;
  if (order != nullptr) {
    const Quantity left = order->remaining();
    if (left == quantity) return id;
    if (quantity.raw <= 0) {
      book.remove(order->node);
      order->node = MatchingBook::kNoNode;
      state.orders.end(*order);
      id = {};
    } else {
      if (quantity < left) {
        book.reduce(order->node, left - quantity);
      } else {
        if (!book.fits(side, price, quantity - left)) return id;
        book.grow(order->node, quantity - left);
      }
      order->view.terms.quantity = order->view.filled + quantity;
      order->view.update_time = now;
    }
    state.tell_level(instrument, side, price, now);
    return id;
  }
  if (quantity.raw <= 0 || !book.fits(side, price, quantity)) return {};
  NewOrder terms;
  terms.instrument = instrument;
  terms.side = side;
  terms.price = price;
  terms.quantity = quantity;
  Order& fresh = state.orders.create(terms, state.next_order_id(now), now);
  fresh.node = book.add(side, price, quantity, fresh.slot, kMarketUser);
  state.tell_level(instrument, side, price, now);
  return fresh.view.id;
}

Quantity MarketSide::resting(VenueOrderId id) const noexcept {
  const Order* order = id.valid() ? exchange_->state_->orders.find(id) : nullptr;
  return order == nullptr ? Quantity{} : order->remaining();
}

Quantity MarketSide::hit(VenueOrderId maker, Quantity quantity, Timestamp now) {
  Exchange::State& state = *exchange_->state_;
  Order* order = state.orders.find(maker);
  if (order == nullptr || !order->open || !order->resting()) return {};
  const NewOrder rested = order->view.terms;
  const Quantity matched = std::min(quantity, order->remaining());
  if (matched.raw <= 0) return {};
  NewOrder terms;
  terms.instrument = rested.instrument;
  terms.side = opposite(rested.side);
  terms.type = OrderType::ImmediateOrCancel;
  terms.price = rested.price;
  terms.quantity = matched;
  Order& taker = state.orders.create(terms, state.next_order_id(now), now);
  state.settle(*order, taker, rested.price, matched, now);
  state.tell_level(rested.instrument, rested.side, rested.price, now);
  state.release_and_end(taker);
  state.cancel_uncovered(now);
  return matched;
}

void MarketSide::print(InstrumentId instrument, Side aggressor, Price price, Quantity quantity,
                       Timestamp now) {
  if (quantity.raw <= 0) return;
  Exchange::State& state = *exchange_->state_;
  Market& market = state.market(instrument);
  state.events.on_trade({instrument, {++market.last_trade_id}, aggressor, price, quantity, now});
}

void MarketSide::user_orders(InstrumentId instrument, std::vector<const OrderView*>& out) const {
  out.clear();
  const OrderStore& orders = exchange_->state_->orders;
  for (UserId user = kMarketUser + 1; user < exchange_->user_count(); ++user) {
    if (orders.open_count(user, instrument) == 0) continue;
    for (std::uint32_t slot = orders.first_open(user); slot != Order::kEnd;
         slot = orders.at(slot).next) {
      const Order& order = orders.at(slot);
      if (order.view.terms.instrument == instrument && order.resting()) out.push_back(&order.view);
    }
  }
  std::ranges::sort(out, {}, [](const OrderView* view) { return view->id.value; });
}

}  // namespace gannet::sim
