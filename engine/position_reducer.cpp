#include "engine/position_reducer.h"

#include <algorithm>
#include <limits>

#include "domain/exact_math.h"
#include "domain/instrument.h"

namespace gannet::engine {

namespace {

std::int64_t magnitude(Quantity quantity) noexcept {
  return quantity.raw < 0 ? -quantity.raw : quantity.raw;
}

/// The worst price that the collar allows, on the tick and within the venue's own bounds.
Price limit_price(const Instrument& instrument, const risk::ReferencePrices& references, Side side,
                  Price reference, std::uint32_t collar_ppm) noexcept {
  const __int128 distance = static_cast<__int128>(reference.raw) * collar_ppm / 1'000'000;
  const __int128 edge = side == Side::Buy ? reference.raw + distance : reference.raw - distance;
  constexpr __int128 kMost = std::numeric_limits<std::int64_t>::max() / 2;
  Price price{static_cast<std::int64_t>(std::clamp<__int128>(edge, 1, kMost))};
  if (side == Side::Buy) {
    price = std::min(price, references.highest_buy(instrument.id).value_or(price));
  } else {
    price = std::max(price, references.lowest_sell(instrument.id).value_or(price));
  }
  const Rounding inwards = side == Side::Buy ? Rounding::Down : Rounding::Up;
  return std::max(round_to_tick(instrument, price, inwards), instrument.tick_size);
}

}  // namespace

bool PositionReducer::start(const ReductionRequest& request, Timestamp now) noexcept {
  if (!links_.instruments.contains(request.instrument) ||
      (request.strategy.valid() && !links_.exposure.contains(request.strategy)))
    return false;
  if (!settings_.long_short) return start_leg(request, PositionSide::Net, now);
  const bool is_long = start_leg(request, PositionSide::Long, now);
  return start_leg(request, PositionSide::Short, now) || is_long;
}

bool PositionReducer::start_leg(ReductionRequest request, PositionSide leg,
                                Timestamp now) noexcept {
  const __int128 kept =
      static_cast<__int128>(magnitude(held(request, leg))) * request.keep_ppm / 1'000'000;
  request.target = std::max(request.target, Quantity{static_cast<std::int64_t>(kept)});
  for (Reduction& running : reductions_) {
    if (running.request.strategy != request.strategy ||
        running.request.instrument != request.instrument || running.leg != leg)
      continue;
    const bool is_less = request.target < running.request.target;
    // A rule's goes on after a restart, a person's does not: it must be known for one.
    const bool is_rule_now = request.by_rule && !running.request.by_rule;
    running.request.target = std::min(running.request.target, request.target);
    running.request.by_rule = running.request.by_rule || request.by_rule;
    running.started = now;
    if (is_less || is_rule_now) record(running, ReductionRecord::Step::Started, held(running), now);
    return true;
  }
  Reduction reduction;
  reduction.request = request;
  reduction.leg = leg;
  reduction.started = reduction.next = now;
  if (magnitude(held(reduction)) <= request.target.raw || !reductions_.push(reduction))
    return false;
  record(reduction, ReductionRecord::Step::Started, held(reduction), now);
  return true;
}

void PositionReducer::restore(const ReductionRecord& begun) noexcept {
  Reduction reduction;
  reduction.request = {StrategyId{begun.strategy},
                       InstrumentId{begun.instrument},
                       Quantity{begun.target},
                       begun.collar_ppm,
                       0,
                       true};
  reduction.leg = begun.leg;
  if (!links_.instruments.contains(reduction.request.instrument) ||
      (reduction.request.strategy.valid() && !links_.exposure.contains(reduction.request.strategy)))
    return;
  static_cast<void>(reductions_.push(reduction));
}

void PositionReducer::withdraw(StrategyId strategy, Timestamp now) noexcept {
  for (std::size_t i = reductions_.size(); i-- > 0;) {
    if (reductions_[i].request.strategy != strategy) continue;
    end(reductions_[i], ReductionResult::End::Withdrawn, now);
    reductions_.erase(i);
  }
}

void PositionReducer::withdraw_all(Timestamp now) noexcept {
  for (const Reduction& reduction : reductions_)
    end(reduction, ReductionResult::End::Withdrawn, now);
  reductions_.clear();
}

void PositionReducer::withdraw_of_rules(Timestamp now) noexcept {
  for (std::size_t i = reductions_.size(); i-- > 0;) {
    if (!reductions_[i].request.by_rule) continue;
    end(reductions_[i], ReductionResult::End::Withdrawn, now);
    reductions_.erase(i);
  }
}

bool PositionReducer::is_running(StrategyId strategy) const noexcept {
  return std::ranges::any_of(reductions_, [strategy](const Reduction& reduction) {
    return reduction.request.strategy == strategy;
  });
}

void PositionReducer::on_timer(Timestamp now) noexcept {
  for (std::size_t i = 0; i < reductions_.size();) {
    if (step(reductions_[i], now)) {
      reductions_.erase(i);
    } else {
      ++i;
    }
  }
}

bool PositionReducer::step(Reduction& reduction, Timestamp now) noexcept {
  if (reduction.started.nanos == 0) reduction.started = now;  // of an earlier run
  if (is_waiting(reduction)) return false;
  const Quantity position = held(reduction);
  const std::int64_t excess = magnitude(position) - reduction.request.target.raw;
  if (excess <= 0) {
    end(reduction, ReductionResult::End::Done, now);
    return true;
  }
  if (now - reduction.started > settings_.patience) {
    end(reduction, ReductionResult::End::Residue, now);
    return true;
  }
  if (now < reduction.next) return false;

  const Instrument& instrument = links_.instruments[reduction.request.instrument];
  const Side side = position.raw > 0 ? Side::Sell : Side::Buy;
  const Owner owner = owner_of(reduction, side);
  if (owner.room < instrument.minimum_quantity.raw) {
    // Its own orders could fill first: they go, those that are kept apart.
    if (owner.working > 0 && owner.strategy.valid()) {
      links_.orders.cancel_all_of(owner.strategy, instrument.id, now, CancelWish::Engine);
      reduction.next = now + settings_.spacing;
      return false;
    }
    if (owner.room > 0) {
      reduction.reason = DenialReason::QuantityBelowMinimum;
      reduction.refused = true;
    }
    end(reduction, ReductionResult::End::Residue, now);  // too little, or nobody's we may touch
    return true;
  }
  const std::int64_t quantity = slice(reduction, owner.strategy, std::min(excess, owner.room));
  if (quantity < instrument.minimum_quantity.raw) {
    reduction.reason = DenialReason::QuantityBelowMinimum;
    reduction.refused = true;
    end(reduction, ReductionResult::End::Residue, now);
    return true;
  }
  send(reduction, owner.strategy, side, quantity, now);
  return false;
}

/// An order is out whose end or fills are not known yet.
bool PositionReducer::is_waiting(Reduction& reduction) noexcept {
  if (!reduction.order.valid()) return false;
  const Order* order = links_.orders.table().find(reduction.order);
  if (order != nullptr && (order->is_open() || !order->is_settled())) return true;
  reduction.order = {};
  return false;
}

Quantity PositionReducer::held(const ReductionRequest& request, PositionSide leg) const noexcept {
  return request.strategy.valid()
             ? links_.exposure.of_strategy(request.strategy, request.instrument, leg).position
             : links_.exposure.of_account(request.instrument, leg).position;
}

/// What could be sent for it now; better than `best` if the venue would take that, or if its own
/// orders are all that is in the way.
void PositionReducer::look_at(StrategyId strategy, const Reduction& reduction, Side side,
                              Owner& best) const noexcept {
  const risk::Holding& holding =
      links_.exposure.of_strategy(strategy, reduction.request.instrument, reduction.leg);
  const std::int64_t own = side == Side::Sell ? holding.position.raw : -holding.position.raw;
  const std::int64_t working =
      side == Side::Sell ? holding.working_sell.raw : holding.working_buy.raw;
  const std::int64_t minimum =
      links_.instruments[reduction.request.instrument].minimum_quantity.raw;
  if (own <= 0 || best.room >= minimum) return;
  const bool is_blocked = working > 0 && own >= minimum;
  if (own - working >= minimum || (is_blocked && best.working == 0) || best.room == 0)
    best = {strategy, own - working, working};
}

/// The first that holds enough of that side; else one whose own orders are in the way.
PositionReducer::Owner PositionReducer::owner_of(const Reduction& reduction,
                                                 Side side) const noexcept {
  Owner owner;
  if (reduction.request.strategy.valid()) {
    look_at(reduction.request.strategy, reduction, side, owner);
    return owner;
  }
  for (std::uint16_t s = 0; links_.exposure.contains(StrategyId{s}); ++s)
    look_at(StrategyId{s}, reduction, side, owner);
  if (settings_.reduces_foreign) look_at(StrategyId{}, reduction, side, owner);
  return owner;
}

/// As much as one order may be.
std::int64_t PositionReducer::slice(const Reduction& reduction, StrategyId owner,
                                    std::int64_t wanted) const noexcept {
  const Instrument& instrument = links_.instruments[reduction.request.instrument];
  std::int64_t most = std::min(links_.limits.of_instrument(instrument.id).order_quantity_max.raw,
                               instrument.maximum_limit_quantity.raw);
  if (owner.valid()) {
    most = std::min(most, links_.limits.of_strategy(owner, instrument.id).order_quantity_max.raw);
  }
  if (reduction.quantity_cap > 0) most = std::min(most, reduction.quantity_cap);
  const std::int64_t lot = std::max<std::int64_t>(1, instrument.lot_size.raw);
  return std::min(wanted, most) / lot * lot;
}

void PositionReducer::send(Reduction& reduction, StrategyId owner, Side side, std::int64_t quantity,
                           Timestamp now) noexcept {
  reduction.next = now + settings_.spacing;
  const Instrument& instrument = links_.instruments[reduction.request.instrument];
  const auto reference = links_.references.fresh_reference(instrument.id, now);
  if (!reference) {
    reduction.reason = DenialReason::NoFreshReferencePrice;
    reduction.refused = true;
    return;
  }
  std::uint32_t collar = links_.limits.of_instrument(instrument.id).price_collar_ppm;
  if (owner.valid()) {
    collar = std::min(collar, links_.limits.of_strategy(owner, instrument.id).price_collar_ppm);
  }
  if (reduction.request.collar_ppm != 0) collar = std::min(collar, reduction.request.collar_ppm);

  OrderIntent intent;
  intent.strategy = owner;
  intent.instrument = instrument.id;
  intent.side = side;
  intent.time_in_force = TimeInForce::ImmediateOrCancel;
  intent.position_side = reduction.leg;
  intent.price = limit_price(instrument, links_.references, side, *reference, collar);
  intent.quantity = {quantity};
  intent.intent_time = now;
  const auto placed = links_.orders.place_reduction(intent, now);
  if (placed) {
    reduction.order = *placed;
    return;
  }
  const Denial& why = placed.error();
  reduction.reason = why.reason;
  reduction.refused = true;
  reduction.next = why.retry_at > now ? why.retry_at : now + settings_.retry;
  if (why.reason == DenialReason::NotionalAboveLimit && why.value > 0) {
    // As much of it as the limit lets through, at once.
    const auto fits = mul_div(quantity, why.limit, why.value, Rounding::Down);
    reduction.quantity_cap = std::max<std::int64_t>(1, static_cast<std::int64_t>(fits.value_or(1)));
    reduction.next = now;
  }
}

void PositionReducer::end(const Reduction& reduction, ReductionResult::End how,
                          Timestamp now) noexcept {
  ReductionResult result;
  result.strategy = reduction.request.strategy;
  result.instrument = reduction.request.instrument;
  result.leg = reduction.leg;
  result.end = how;
  result.target = reduction.request.target;
  result.left = held(reduction);
  result.reason = reduction.reason;
  result.refused = reduction.refused;
  const auto step = how == ReductionResult::End::Done      ? ReductionRecord::Step::Done
                    : how == ReductionResult::End::Residue ? ReductionRecord::Step::Residue
                                                           : ReductionRecord::Step::Withdrawn;
  record(reduction, step, result.left, now);
  links_.listener.on_alert(
      {how == ReductionResult::End::Done ? Alert::PositionReduced : Alert::ReductionResidue,
       result.instrument,
       reduction.order,
       {},
       result.target.raw,
       result.left.raw,
       now});
  links_.listener.on_reduction_ended(result, now);
}

void PositionReducer::record(const Reduction& reduction, ReductionRecord::Step step, Quantity left,
                             Timestamp now) noexcept {
  ReductionRecord entry;
  entry.target = reduction.request.target.raw;
  entry.left = left.raw;
  entry.instrument = reduction.request.instrument.value;
  entry.strategy = reduction.request.strategy.value;
  entry.leg = reduction.leg;
  entry.step = step;
  entry.collar_ppm = reduction.request.collar_ppm;
  entry.reason = reduction.reason;
  entry.refused = reduction.refused ? 1 : 0;
  entry.by_rule = reduction.request.by_rule ? 1 : 0;
  if (append(links_.journal, entry, now)) return;
  links_.listener.on_alert({Alert::JournalFull, reduction.request.instrument, {}, {}, 0, 0, now});
}

}  // namespace gannet::engine
