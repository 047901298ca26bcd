// Is its price there: every trade, mark and index price is held against what waits for it.

#include <algorithm>

#include "sim/internal/algo_state.h"

namespace gannet::sim {
namespace {

bool reached(Price price, Price trigger, bool rises) noexcept {
  return rises ? price >= trigger : price <= trigger;
}

/// A sale takes profit above and stops below, a buy the other way round.
bool exit_rises(Side side, bool takes_profit) noexcept {
  return (side == Side::Sell) == takes_profit;
}

}  // namespace

void AlgoDesk::State::watch(Algo& algo) {
  const NewAlgo& terms = algo.view.terms;
  const Price last = reference(terms.instrument, PriceSource::Last);
  switch (terms.type) {
    case AlgoType::Conditional:
    case AlgoType::OneCancelsOther:
      break;
    case AlgoType::Trigger:
      // The way its price must go is the way from here: a trigger above waits for a rise.
      algo.rises = terms.trigger >= reference(terms.instrument, terms.source);
      break;
    case AlgoType::TrailingStop:
      break;
    case AlgoType::SmartIceberg:
      if (terms.slices.rsi) break;
      if (!terms.slices.start) {
        working.push_back(algo.index);
        return;
      }
      algo.rises = *terms.slices.start >= last;
      break;
    case AlgoType::Iceberg:
    case AlgoType::TimeWeighted:
    case AlgoType::Chase:
      if (std::ranges::find(working, algo.index) == working.end()) working.push_back(algo.index);
      return;
  }
  algo.watched = true;
  for (const PriceSource source : {PriceSource::Last, PriceSource::Index, PriceSource::Mark}) {
    if (const Price price = reference(terms.instrument, source); price.raw > 0) {
      look(algo, source, price);
    }
  }
}

void AlgoDesk::State::look(Algo& algo, PriceSource source, Price price) {
  if (!algo.watched || algo.noted || price.raw <= 0) return;
  const NewAlgo& terms = algo.view.terms;
  switch (terms.type) {
    case AlgoType::Conditional:
    case AlgoType::OneCancelsOther: {
      const auto fires = [&](const std::optional<Exit>& exit, bool takes_profit) {
        return exit && !exit->resting && exit->source == source &&
               reached(price, exit->trigger, exit_rises(terms.side, takes_profit));
      };
      // The stop first: where one price reaches both, protection goes before profit.
      if (fires(terms.stop_loss, false)) {
        note_fire(algo, FiredExit::StopLoss);
      } else if (fires(terms.take_profit, true)) {
        note_fire(algo, FiredExit::TakeProfit);
      }
      return;
    }
    case AlgoType::Trigger:
      if (terms.source == source && reached(price, terms.trigger, algo.rises)) {
        note_fire(algo, FiredExit::None);
      }
      return;
    case AlgoType::TrailingStop:
      if (source == PriceSource::Last) look_at_trail(algo, price);
      return;
    case AlgoType::SmartIceberg:
      if (terms.slices.start && source == PriceSource::Last &&
          reached(price, *terms.slices.start, algo.rises)) {
        algo.watched = false;
        working.push_back(algo.index);
      }
      return;
    case AlgoType::Iceberg:
    case AlgoType::TimeWeighted:
    case AlgoType::Chase:
      return;
  }
}

void AlgoDesk::State::look_at_trail(Algo& algo, Price price) {
  const NewAlgo& terms = algo.view.terms;
  const bool sells = terms.side == Side::Sell;
  if (!algo.active) {
    // A sale waits for the price to rise to its activation, a buy for it to fall there.
    if (terms.trail.activation && !reached(price, *terms.trail.activation, sells)) return;
    algo.active = true;
    algo.best = price;
  }
  algo.best = sells ? std::max(algo.best, price) : std::min(algo.best, price);
  const Distance& back = terms.trail.callback;
  __int128 distance = back.absolute.raw;
  if (back.is_ratio) distance = static_cast<__int128>(algo.best.raw) * back.ratio / kWhole;
  const auto step = static_cast<std::int64_t>(distance);
  algo.view.trail_trigger = {sells ? algo.best.raw - step : algo.best.raw + step};
  if (reached(price, algo.view.trail_trigger, !sells)) note_fire(algo, FiredExit::None);
}

void AlgoDesk::State::note_fire(Algo& algo, FiredExit exit) {
  algo.noted = true;
  notes.push_back({.what = Note::What::Fire, .algo = algo.index, .exit = exit});
}

}  // namespace gannet::sim
