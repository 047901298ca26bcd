// How slices and chases go on: once a turn, by the book and their own clock.
// OKX describes these orders in a sentence each; prices and paces below are our choices within it.

#include <algorithm>

#include "sim/internal/algo_state.h"

namespace gannet::sim {
namespace {

/// Refusals that pass by themselves: the next turn may do better.
bool may_pass(Refusal refusal) noexcept {
  return refusal == Refusal::InstrumentNotLive || refusal == Refusal::PriceOutsideBand ||
         refusal == Refusal::TooManyOrders || refusal == Refusal::TooManyAccountOrders;
}

}  // namespace

Price at_distance(const Instrument& instrument, Price from, const Distance& distance, bool up) {
  std::int64_t step = distance.absolute.raw;
  if (distance.is_ratio) {
    step = static_cast<std::int64_t>(static_cast<__int128>(from.raw) * distance.ratio / kWhole);
  }
  Price price;
  if (__builtin_add_overflow(from.raw, up ? step : -step, &price.raw)) price = from;
  price = round_to_tick(instrument, price, up ? Rounding::Up : Rounding::Down);
  return std::max(price, instrument.tick_size);
}

void AlgoDesk::State::work(Algo& algo) {
  if (instruments[algo.view.terms.instrument].state == InstrumentState::Expired) {
    cancel(algo);
    return;
  }
  switch (algo.view.terms.type) {
    case AlgoType::TimeWeighted:
      return work_time_weighted(algo);
    case AlgoType::Iceberg:
      return work_iceberg(algo);
    case AlgoType::SmartIceberg:
      return work_smart_iceberg(algo);
    case AlgoType::Chase:
      return work_chase(algo);
    case AlgoType::Conditional:
    case AlgoType::OneCancelsOther:
    case AlgoType::Trigger:
    case AlgoType::TrailingStop:
      return;
  }
}

bool AlgoDesk::State::put_slice(Algo& algo, OrderType type, Price price, Quantity quantity) {
  AlgoView& view = algo.view;
  NewOrder order = order_of(algo);
  order.type = type;
  order.price = price;
  order.quantity = quantity;
  const Exchange::PlaceResult result = exchange.place(order, now);
  if (result.refusal == Refusal::None) {
    view.orders.push_back(result.id);
    view.order_price = price;
    return true;
  }
  if (may_pass(result.refusal)) return true;
  view.failure = {AlgoProblem::OrderTerms, result.refusal};
  end(algo, algo.filled.raw > 0 ? AlgoState::PartiallyFailed : AlgoState::Failed);
  cancel_orders(algo, CancelCause::System);
  return false;
}

Quantity AlgoDesk::State::next_slice(const Algo& algo, Quantity left) const {
  const Instrument& instrument = instruments[algo.view.terms.instrument];
  if (left < instrument.minimum_quantity) return {};
  const Quantity slice = std::min(algo.view.terms.slices.slice, left);
  const bool with_rest =
      left - slice < instrument.minimum_quantity && left <= instrument.maximum_limit_quantity;
  return with_rest ? left : slice;
}

bool AlgoDesk::State::inside_limit(Algo& algo) {
  const NewAlgo& terms = algo.view.terms;
  const std::optional<Price>& limit = terms.slices.limit;
  const Price market = reference(terms.instrument, PriceSource::Last);
  // A limit of zero is no limit.
  const bool inside = !limit || limit->raw == 0 || market.raw == 0 ||
                      (terms.side == Side::Buy ? market <= *limit : market >= *limit);
  const AlgoState state = inside ? AlgoState::Live : AlgoState::Paused;
  if (state != algo.view.state) {
    algo.view.state = state;
    algo.view.update_time = now;
    tell(algo);
    if (!inside) cancel_orders(algo, CancelCause::System);
  }
  return inside;
}

bool AlgoDesk::State::finish_if_done(Algo& algo) {
  AlgoView& view = algo.view;
  if (view.ordered != algo.filled) {
    view.ordered = algo.filled;
    view.update_time = now;
    if (algo.filled != view.terms.quantity) tell(algo);
  }
  // A rest too small for an order of its own is left.
  const bool no_order_left =
      algo.open.empty() && algo.remaining() < instruments[view.terms.instrument].minimum_quantity;
  if (algo.remaining().raw > 0 && !no_order_left) return false;
  end(algo, AlgoState::Effective);
  return true;
}

void AlgoDesk::State::forget_ended_orders(Algo& algo) {
  std::erase_if(algo.open, [](const ChildOrder& child) { return child.ended; });
}

void AlgoDesk::State::work_time_weighted(Algo& algo) {
  forget_ended_orders(algo);
  if (finish_if_done(algo)) return;
  if (now < algo.next_turn) return;
  const NewAlgo& terms = algo.view.terms;
  // Turns that were missed are not made up for.
  algo.next_turn = now + terms.slices.interval;
  if (!inside_limit(algo)) return;
  const bool buys = terms.side == Side::Buy;
  // From the own side's best price towards the other: a taking order of limited reach.
  const Instrument& instrument = instruments[terms.instrument];
  const std::optional<Price> own = exchange.best(terms.instrument, terms.side);
  const Price from = own.value_or(reference(terms.instrument, PriceSource::Last));
  if (from.raw <= 0) return;
  Price price = at_distance(instrument, from, terms.slices.variance, buys);
  if (terms.slices.limit && terms.slices.limit->raw > 0) {
    const Price limit =
        round_to_tick(instrument, *terms.slices.limit, buys ? Rounding::Down : Rounding::Up);
    price = buys ? std::min(price, limit) : std::max(price, limit);
  }
  const Quantity slice = next_slice(algo, algo.remaining());
  if (!put_slice(algo, OrderType::ImmediateOrCancel, price, slice)) return;
  forget_ended_orders(algo);
  finish_if_done(algo);
}

void AlgoDesk::State::work_iceberg(Algo& algo) {
  const NewAlgo& terms = algo.view.terms;
  const bool users_word = std::ranges::any_of(algo.open, [](const ChildOrder& child) {
    return child.ended && child.cause == CancelCause::User;
  });
  const bool filled_one =
      std::ranges::any_of(algo.open, [](const ChildOrder& child) { return child.ended; });
  forget_ended_orders(algo);
  if (finish_if_done(algo)) return;
  if (users_word) return cancel(algo);
  if (filled_one) algo.next_turn = now + kSlicePace;
  if (now < algo.next_turn) return;
  algo.next_turn = now + kRequotePace;
  if (!inside_limit(algo)) return;
  const bool buys = terms.side == Side::Buy;
  const Instrument& instrument = instruments[terms.instrument];
  const Price market = reference(terms.instrument, PriceSource::Last);
  if (!algo.open.empty()) {
    // It stays until the market has gone twice the variance away from it, then it comes after.
    Distance twice = terms.slices.variance;
    twice.absolute.raw *= 2;
    twice.ratio *= 2;
    const Price turn = at_distance(instrument, algo.open.front().price, twice, buys);
    const bool gone = market.raw > 0 && (buys ? market > turn : market < turn);
    if (!gone) return;
    cancel_orders(algo, CancelCause::System);
    forget_ended_orders(algo);
  }
  const Price best = exchange.best(terms.instrument, terms.side).value_or(market);
  if (best.raw <= 0) return;
  Price price = at_distance(instrument, best, terms.slices.variance, !buys);
  if (terms.slices.limit && terms.slices.limit->raw > 0) {
    const Price limit =
        round_to_tick(instrument, *terms.slices.limit, buys ? Rounding::Down : Rounding::Up);
    price = buys ? std::min(price, limit) : std::max(price, limit);
  }
  put_slice(algo, OrderType::Limit, price, next_slice(algo, algo.remaining()));
}

void AlgoDesk::State::work_smart_iceberg(Algo& algo) {
  const NewAlgo& terms = algo.view.terms;
  const bool users_word = std::ranges::any_of(algo.open, [](const ChildOrder& child) {
    return child.ended && child.cause == CancelCause::User;
  });
  const bool one_ended =
      std::ranges::any_of(algo.open, [](const ChildOrder& child) { return child.ended; });
  forget_ended_orders(algo);
  if (finish_if_done(algo)) return;
  if (users_word) return cancel(algo);
  if (one_ended) algo.next_turn = std::min(algo.next_turn, now + kSlicePace);
  if (now < algo.next_turn) return;
  algo.next_turn = now + kRequotePace;
  if (!inside_limit(algo)) return;
  const bool buys = terms.side == Side::Buy;
  const Instrument& instrument = instruments[terms.instrument];
  const std::int64_t tick = instrument.tick_size.raw;
  const std::int64_t inwards = buys ? tick : -tick;
  const auto own = exchange.best(terms.instrument, terms.side);
  const auto other = exchange.best(terms.instrument, buys ? Side::Sell : Side::Buy);
  if (!own && !other) return;
  Price top = own ? *own : Price{other->raw - inwards};
  const bool ours =
      std::ranges::any_of(algo.open, [&](const ChildOrder& child) { return child.price == top; });
  // Conservative queues at its side's best price, mid goes a tick before it, radical takes.
  if (terms.slices.aggressiveness == Aggressiveness::Mid && !ours) {
    const Price before{top.raw + inwards};
    if (!other || (buys ? before < *other : before > *other)) top = before;
  }
  if (terms.slices.aggressiveness == Aggressiveness::Radical && other) top = *other;
  if (terms.slices.limit && terms.slices.limit->raw > 0) {
    const Price limit =
        round_to_tick(instrument, *terms.slices.limit, buys ? Rounding::Down : Rounding::Up);
    top = buys ? std::min(top, limit) : std::max(top, limit);
  }
  // One order a tick, from the top outwards. What stands elsewhere goes.
  const auto wanted = [&](Price price) {
    const std::int64_t steps = (top.raw - price.raw) / inwards;
    return steps >= 0 && steps < terms.slices.orders;
  };
  for (const ChildOrder& child : std::vector<ChildOrder>(algo.open)) {
    if (!wanted(child.price)) {
      exchange.cancel(terms.user, child.id, CancelCause::System, now);
    }
  }
  forget_ended_orders(algo);
  Quantity left = algo.remaining();
  for (const ChildOrder& child : algo.open) left -= child.quantity - child.filled;
  for (int i = 0; i < terms.slices.orders && left.raw > 0 && algo.pending(); ++i) {
    const Price price{top.raw - i * inwards};
    if (price.raw <= 0) break;
    if (std::ranges::find(algo.open, price, &ChildOrder::price) != algo.open.end()) continue;
    const Quantity slice = next_slice(algo, left);
    if (slice.raw == 0) break;
    if (!put_slice(algo, OrderType::Limit, price, slice)) return;
    left -= slice;
  }
}

std::optional<Price> AlgoDesk::State::chase_price(const Algo& algo) const {
  const NewAlgo& terms = algo.view.terms;
  const bool buys = terms.side == Side::Buy;
  const auto best = exchange.best(terms.instrument, terms.side);
  if (!best) return std::nullopt;
  const Price price =
      at_distance(instruments[terms.instrument], *best, terms.chase.distance, !buys);
  return price;
}

void AlgoDesk::State::work_chase(Algo& algo) {
  const NewAlgo& terms = algo.view.terms;
  CancelCause ended = CancelCause::None;
  for (const ChildOrder& child : algo.open) {
    if (child.ended) ended = child.cause;
  }
  forget_ended_orders(algo);
  if (finish_if_done(algo)) return;
  // One that would have taken or met its owner's other side goes in again; any other cancel is
  // the end of the chase.
  if (ended != CancelCause::None && ended != CancelCause::PostOnlyWouldTake &&
      ended != CancelCause::SelfTrade) {
    return cancel(algo);
  }
  const std::optional<Price> price = chase_price(algo);
  if (!price) return;
  if (algo.chase_start.raw == 0) algo.chase_start = *price;
  if (terms.chase.farthest) {
    const Instrument& instrument = instruments[terms.instrument];
    const Price low = at_distance(instrument, algo.chase_start, *terms.chase.farthest, false);
    const Price high = at_distance(instrument, algo.chase_start, *terms.chase.farthest, true);
    if (*price <= low || *price >= high) {
      end(algo, algo.filled.raw > 0 ? AlgoState::PartiallyEffective : AlgoState::Cancelled);
      cancel_orders(algo, CancelCause::ChaseTooFar);
      return;
    }
  }
  if (algo.open.empty()) {
    put_slice(algo, OrderType::PostOnly, *price, algo.remaining());
    return;
  }
  const ChildOrder child = algo.open.front();
  if (child.price == *price) return;
  AmendTerms amend;
  amend.price = *price;
  // Refused (it would take, the price is outside the band): it stays where it is for this turn.
  exchange.amend(terms.user, child.id, amend, now);
  algo.view.order_price = *price;
}

}  // namespace gannet::sim
