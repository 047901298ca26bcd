// Which exits may come with an order. The first reason against one counts.

#include <algorithm>

#include "sim/internal/algo_state.h"

namespace gannet::sim {

AlgoRefusal AlgoDesk::State::check_attached(const NewOrder& parent, Price order_price,
                                            const std::vector<AttachedExit>& exits) {
  const Instrument& instrument = instruments[parent.instrument];
  const bool derivative = is_derivative(instrument.kind);
  if (instrument.kind == InstrumentKind::Option) return {AlgoProblem::ExitsUnavailable};
  if (parent.reduce_only || closes_position_leg(parent.side, parent.position_side)) {
    return {AlgoProblem::ExitsOnReducingOrder};
  }
  const bool buys = parent.side == Side::Buy;
  for (const AttachedExit& one : exits) {
    if (knows_client_id(parent.user, one.client_id.view())) {
      return {AlgoProblem::DuplicateClientId};
    }
    if (one.trail) {
      const std::int64_t raw = one.trail->callback.is_ratio ? one.trail->callback.ratio
                                                            : one.trail->callback.absolute.raw;
      if (raw <= 0 || raw > (one.trail->callback.is_ratio ? kWhole : kLargestPrice)) {
        return {AlgoProblem::CallbackOutOfRange};
      }
      continue;
    }
    if (!one.take_profit && !one.stop_loss) return {AlgoProblem::NoExit};
    for (const bool takes_profit : {true, false}) {
      const std::optional<Exit>& exit = takes_profit ? one.take_profit : one.stop_loss;
      if (!exit) continue;
      if (exit->limit) {
        if (const AlgoRefusal r = check_limit(instrument, *exit->limit); !r.ok()) return r;
      }
      if (exit->resting) {
        if (!exit->limit) return {AlgoProblem::RestingTakeProfitNeedsPrice};
        if (!derivative) return {AlgoProblem::ExitsUnavailable};
      }
      if (!derivative && exit->source != PriceSource::Last) return {AlgoProblem::SourceNotForSpot};
      if (takes_profit ? one.take_profit_ratio : one.stop_loss_ratio) {
        if (!derivative) return {AlgoProblem::ExitsUnavailable};
        // A take profit's ratio has the sign of its way: up for a buy, down for a sale, not to
        // zero. A stop's is a distance: of a buy less than all of the price.
        const Ratio ratio = takes_profit ? *one.take_profit_ratio : *one.stop_loss_ratio;
        const bool fits = takes_profit ? (buys ? ratio > 0 : ratio < 0 && ratio > -kWhole)
                                       : ratio > 0 && (!buys || ratio < kWhole);
        if (!fits) return {AlgoProblem::RatioOutOfRange};
        continue;
      }
      const Price at = exit->resting ? *exit->limit : exit->trigger;
      if (at.raw <= 0) return {AlgoProblem::OrderTerms, Refusal::PriceNotPositive};
      if (order_price.raw <= 0) continue;
      const bool above = buys == takes_profit;
      if (above && at <= order_price) {
        return {takes_profit ? AlgoProblem::ExitTakeProfitTooLow : AlgoProblem::ExitStopTooLow};
      }
      if (!above && at >= order_price) {
        return {takes_profit ? AlgoProblem::ExitTakeProfitTooHigh : AlgoProblem::ExitStopTooHigh};
      }
    }
  }
  return exits.size() > 1 ? check_split(parent, exits) : AlgoRefusal{};
}

AlgoRefusal AlgoDesk::State::check_split(const NewOrder& parent,
                                         const std::vector<AttachedExit>& exits) const {
  if (!is_derivative(instruments[parent.instrument].kind)) return {AlgoProblem::ExitsUnavailable};
  std::size_t profits = 0;
  std::size_t stops = 0;
  Quantity total;
  bool to_entry = false;
  std::vector<std::int64_t> targets;
  for (const AttachedExit& one : exits) {
    if (one.take_profit && one.stop_loss) return {AlgoProblem::SplitMustBeOneWay};
    to_entry = to_entry || one.stop_to_entry;
    if (!one.take_profit) {
      ++stops;
      continue;
    }
    ++profits;
    if (!one.quantity) return {AlgoProblem::SplitWithoutQuantity};
    if (*one.quantity > parent.quantity) return {AlgoProblem::SplitQuantityMismatch};
    total += *one.quantity;
    if (one.take_profit_ratio) continue;
    targets.push_back(one.take_profit->resting ? one.take_profit->limit->raw
                                               : one.take_profit->trigger.raw);
  }
  if (profits > kMostSplits) return {.problem = AlgoProblem::SplitTooMany, .limit = kMostSplits};
  if (stops > 1) return {.problem = AlgoProblem::SplitTooMany, .limit = 1};
  std::ranges::sort(targets);
  if (std::ranges::adjacent_find(targets) != targets.end()) return {AlgoProblem::SplitSamePrice};
  if (profits > 0 && total != parent.quantity) return {AlgoProblem::SplitQuantityMismatch};
  if (to_entry && profits < 2) return {AlgoProblem::SplitTooFewForEntryStop};
  return {};
}

}  // namespace gannet::sim
