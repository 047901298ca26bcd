// What goes in when the price is there, and what its orders' fates mean to an algo order.

#include <algorithm>
#include <cstdlib>

#include "sim/internal/algo_state.h"

namespace gannet::sim {
namespace {

bool same_position(const NewAlgo& a, const NewOrder& b) noexcept {
  return a.user == b.user && a.instrument == b.instrument && a.mode == b.mode &&
         a.position_side == b.position_side;
}

}  // namespace

void AlgoDesk::State::fire(Algo& algo, FiredExit exit) {
  if (!algo.pending()) return;
  algo.noted = false;
  const Triggered next = events.on_trigger(algo.view);
  if (next == Triggered::ArmsAnew && algo.view.terms.type == AlgoType::TrailingStop) {
    arm_anew(algo);
    return;
  }
  algo.watched = false;
  AlgoView& view = algo.view;
  view.fired = exit;
  view.trigger_time = now;
  if (next == Triggered::Refused) {
    cancel_orders(algo, CancelCause::LinkedStopTriggered);
    view.failure = {AlgoProblem::OrderTerms, Refusal::InsufficientFunds};
    end(algo, AlgoState::Failed);
    return;
  }
  if (view.resting.valid()) cancel_orders(algo, CancelCause::LinkedStopTriggered);
  if (exit == FiredExit::TakeProfit) move_stops_to_entry(algo.attachment);
  if (view.terms.type == AlgoType::Trigger && view.terms.triggered == TriggeredOrder::Chase) {
    spawn_chase(algo);
    return;
  }
  NewOrder order = order_of(algo);
  const NewAlgo& terms = view.terms;
  const std::optional<Exit>& chosen =
      exit == FiredExit::TakeProfit ? terms.take_profit : terms.stop_loss;
  std::optional<Price> limit = exit == FiredExit::None ? terms.limit : chosen->limit;
  if (terms.type == AlgoType::TrailingStop) limit.reset();
  order.type = limit ? OrderType::Limit : OrderType::Market;
  order.price = limit.value_or(Price{});
  if (limit && terms.triggered == TriggeredOrder::ImmediateOrCancel) {
    order.type = OrderType::ImmediateOrCancel;
  }
  if (limit && terms.triggered == TriggeredOrder::FillOrKill) order.type = OrderType::FillOrKill;
  order.quantity = terms.quantity - algo.filled;
  const bool leg = terms.position_side != PositionSide::Net;
  const bool closes = closes_position_leg(terms.side, terms.position_side);
  if (terms.close_all) {
    order.quantity = {leg ? closable(terms) : std::abs(held(terms))};
    if (order.quantity.raw <= 0) {
      view.failure = {AlgoProblem::NoPosition};
      end(algo, AlgoState::Failed);
      return;
    }
  } else if (closes) {
    // A stop larger than what is left of the leg closes what is left. Nothing left: the exchange
    // says so.
    if (const std::int64_t most = closable(terms); most > 0) {
      order.quantity = std::min(order.quantity, Quantity{most});
    }
  }
  if (terms.type == AlgoType::Trigger && !terms.attached.empty()) {
    // Whatever its exits were checked for when it came: the price is another now.
    (void)attach(order, limit.value_or(Price{}), terms.attached);
  }
  put_in(algo, order);
}

void AlgoDesk::State::arm_anew(Algo& algo) {
  algo.best = reference(algo.view.terms.instrument, PriceSource::Last);
  look_at_trail(algo, algo.best);
  algo.view.update_time = now;
  tell(algo);
}

NewOrder AlgoDesk::State::order_of(const Algo& algo) const {
  const NewAlgo& terms = algo.view.terms;
  NewOrder order;
  order.user = terms.user;
  order.instrument = terms.instrument;
  order.side = terms.side;
  order.mode = terms.mode;
  order.position_side = terms.position_side;
  order.reduce_only = terms.reduce_only;
  order.quantity_is_quote = terms.quantity_is_quote;
  order.quote_quantity = terms.quote_quantity;
  order.quantity = terms.quantity;
  order.tag = terms.tag;
  order.algo_id = algo.view.id.value;
  return order;
}

void AlgoDesk::State::put_in(Algo& algo, NewOrder order) {
  AlgoView& view = algo.view;
  const Instrument& instrument = instruments[order.instrument];
  Quantity piece = order.quantity;
  if (order.type == OrderType::Market && is_derivative(instrument.kind) &&
      instrument.maximum_market_quantity && instrument.maximum_market_quantity->raw > 0) {
    piece = std::min(piece, *instrument.maximum_market_quantity);
  }
  Quantity left = order.quantity;
  std::optional<Refusal> refused;
  for (std::int64_t pieces = 0; pieces < kMostPieces && !refused; ++pieces) {
    order.quantity = std::min(piece, left);
    refused = put_in_piece(algo, order);
    if (refused == Refusal::InsufficientFunds && view.terms.type == AlgoType::Trigger) {
      refused = put_in_what_is_covered(algo, order);
      break;
    }
    left -= order.quantity;
    if (left.raw <= 0) break;
    order.attachment = 0;  // the exits came with the first piece
  }
  if (!refused) {
    end(algo, AlgoState::Effective);
    return;
  }
  // Its exits wait for an order that never was.
  if (Attachment* const exits = find_attachment(order.attachment)) end(order.attachment, *exits);
  view.failure = {AlgoProblem::OrderTerms, *refused};
  end(algo, view.orders.empty() ? AlgoState::Failed : AlgoState::PartiallyFailed);
}

std::optional<Refusal> AlgoDesk::State::put_in_what_is_covered(Algo& algo, NewOrder order) {
  const Instrument& instrument = instruments[order.instrument];
  const Exchange::OrderRoom room = exchange.order_room(order.user, order.instrument, order.mode,
                                                       order.price, 0, order.reduce_only);
  Quantity most = order.side == Side::Buy ? room.buy : room.sell;
  most.raw -= most.raw % instrument.lot_size.raw;
  if (order.quantity_is_quote || most >= order.quantity || most < instrument.minimum_quantity) {
    return Refusal::InsufficientFunds;
  }
  order.quantity = most;
  return put_in_piece(algo, order);
}

std::optional<Refusal> AlgoDesk::State::put_in_piece(Algo& algo, const NewOrder& order) {
  AlgoView& view = algo.view;
  const Exchange::PlaceResult result = exchange.place(order, now);
  if (result.refusal != Refusal::None) return result.refusal;
  view.orders.push_back(result.id);
  const OrderView* const placed = exchange.find(result.id);
  if (placed == nullptr) {
    view.ordered += order.quantity;
    view.order_price = order.price;
    return std::nullopt;
  }
  view.ordered += order.quantity_is_quote ? placed->filled : placed->terms.quantity;
  view.order_price = placed->terms.price;
  if (order.type == OrderType::Market) {
    view.order_price = {};
    if (placed->filled.raw > 0) {
      view.order_price = {static_cast<std::int64_t>(placed->filled_cost / placed->filled.raw)};
    }
  }
  return std::nullopt;
}

void AlgoDesk::State::spawn_chase(Algo& algo) {
  NewAlgo terms = algo.view.terms;
  terms.type = AlgoType::Chase;
  terms.triggered = TriggeredOrder::Plain;
  terms.client_id = {};
  terms.attached.clear();
  Algo& chase = create(terms);
  tell(chase);
  notes.push_back({.what = Note::What::GoLive, .algo = chase.index});
  algo.view.spawned.push_back(chase.view.id);
  end(algo, AlgoState::Effective);
}

void AlgoDesk::State::rest_take_profit(Algo& algo) {
  NewOrder order = order_of(algo);
  order.type = OrderType::Limit;
  order.price = *algo.view.terms.take_profit->limit;
  const Exchange::PlaceResult result = exchange.place(order, now);
  if (result.refusal != Refusal::None) {
    algo.view.failure = {AlgoProblem::OrderTerms, result.refusal};
    end(algo, AlgoState::Failed);
    return;
  }
  algo.view.resting = result.id;
}

std::int64_t AlgoDesk::State::held(const NewAlgo& terms) const {
  for (const PositionView& position : exchange.positions(terms.user)) {
    if (position.instrument == terms.instrument && position.side == terms.position_side &&
        position.mode == terms.mode) {
      return position.quantity.raw;
    }
  }
  return 0;
}

std::int64_t AlgoDesk::State::closable(const NewAlgo& terms) const {
  std::int64_t left = std::abs(held(terms));
  for (const VenueOrderId id : exchange.open_orders(terms.user)) {
    const OrderView* const order = exchange.find(id);
    if (order == nullptr || !same_position(terms, order->terms)) continue;
    if (order->terms.side == terms.side) left -= (order->terms.quantity - order->filled).raw;
  }
  return std::max<std::int64_t>(left, 0);
}

void AlgoDesk::State::on_own_order(Algo& algo) {
  if (!algo.pending()) return;
  // Slices and chases look at their orders in their own turn, but done is done.
  if (algo.view.terms.type >= AlgoType::Iceberg) {
    if (algo.remaining().raw <= 0) finish_if_done(algo);
    return;
  }
  if (!algo.view.resting.valid()) return;
  const auto rests = std::ranges::find(algo.open, algo.view.resting, &ChildOrder::id);
  if (rests == algo.open.end() || !rests->ended) return;
  if (rests->filled >= rests->quantity) {
    // The profit is taken: its stop has nothing left to protect.
    algo.view.fired = FiredExit::TakeProfit;
    algo.view.trigger_time = now;
    algo.view.orders.push_back(rests->id);
    algo.view.ordered = rests->filled;
    algo.view.order_price = rests->price;
    move_stops_to_entry(algo.attachment);
    end(algo, AlgoState::Effective);
    return;
  }
  // Cancelled by its owner: the stop stays alone.
  algo.view.resting = {};
  algo.view.terms.take_profit.reset();
  algo.view.update_time = now;
  tell(algo);
}

void AlgoDesk::State::on_position(const NewOrder& of) {
  if (of.instrument.value >= pending.size()) return;
  for (const std::uint32_t index : std::vector<std::uint32_t>(pending[of.instrument.value])) {
    Algo& algo = *algos[index];
    const NewAlgo& terms = algo.view.terms;
    if (!algo.pending() || !same_position(terms, of)) continue;
    if (!terms.ends_with_position && !terms.close_all) continue;
    // A sale protects what is long, a buy what is short.
    const std::int64_t position = held(terms);
    const bool protects = terms.side == Side::Sell ? position > 0 : position < 0;
    if (protects) continue;
    end(algo, AlgoState::Cancelled);
    cancel_orders(algo, CancelCause::PositionGone);
  }
}

}  // namespace gannet::sim
