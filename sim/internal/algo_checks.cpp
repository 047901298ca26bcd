// Which algo orders may come in. The first reason against one counts.

#include <algorithm>

#include "sim/internal/algo_state.h"

namespace gannet::sim {
namespace {

std::size_t cap_of(const AlgoCaps& caps, AlgoType type) noexcept {
  switch (type) {
    case AlgoType::Conditional:
    case AlgoType::OneCancelsOther:
      return caps.exits;
    case AlgoType::Trigger:
      return caps.triggers;
    case AlgoType::TrailingStop:
      return caps.trailing;
    case AlgoType::Iceberg:
    case AlgoType::SmartIceberg:
      return caps.icebergs;
    case AlgoType::TimeWeighted:
      return caps.time_weighted;
    case AlgoType::Chase:
      return caps.chases;
  }
  return 0;
}

bool one_way(AlgoType type) noexcept {
  return type == AlgoType::Conditional || type == AlgoType::OneCancelsOther;
}

bool same_kind(AlgoType a, AlgoType b) noexcept {
  const auto iceberg = [](AlgoType type) {
    return type == AlgoType::Iceberg || type == AlgoType::SmartIceberg;
  };
  return a == b || (one_way(a) && one_way(b)) || (iceberg(a) && iceberg(b));
}

}  // namespace

AlgoRefusal AlgoDesk::State::check(const NewAlgo& terms) {
  if (const AlgoRefusal r = check_form(terms); !r.ok()) return r;
  if (knows_client_id(terms.user, terms.client_id.view())) {
    return {AlgoProblem::DuplicateClientId};
  }
  if (const AlgoRefusal r = check_caps(terms); !r.ok()) return r;
  switch (terms.type) {
    case AlgoType::Conditional:
    case AlgoType::OneCancelsOther:
      return check_exits(terms);
    case AlgoType::Trigger:
      return {};
    case AlgoType::TrailingStop:
      return check_trail(terms);
    case AlgoType::Iceberg:
    case AlgoType::SmartIceberg:
    case AlgoType::TimeWeighted:
      return check_slices(terms);
    case AlgoType::Chase:
      return {};
  }
  return {};
}

AlgoRefusal AlgoDesk::State::check_form(const NewAlgo& terms) {
  const auto refuse = [](Refusal why) { return AlgoRefusal{AlgoProblem::OrderTerms, why}; };
  if (!instruments.contains(terms.instrument)) return refuse(Refusal::UnknownInstrument);
  if (terms.user == kMarketUser || terms.user >= exchange.user_count()) {
    return refuse(Refusal::BadMode);
  }
  const Instrument& instrument = instruments[terms.instrument];
  const bool derivative = is_derivative(instrument.kind);
  if (instrument.kind == InstrumentKind::Option) return refuse(Refusal::UnsupportedType);
  if (instrument.state != InstrumentState::Live) return refuse(Refusal::InstrumentNotLive);
  const bool names_leg = terms.position_side != PositionSide::Net;
  const bool legs = derivative && exchange.settings(terms.user).long_short_mode;
  if (names_leg != legs) return refuse(Refusal::BadPositionSide);
  if (terms.reduce_only && !derivative) return refuse(Refusal::UnsupportedType);
  if (terms.quantity_is_quote) {
    if (derivative || terms.quote_quantity.raw <= 0) return refuse(Refusal::UnsupportedType);
  } else if (!terms.close_all) {
    if (const AlgoRefusal r = check_quantity(instrument, terms.quantity); !r.ok()) return r;
  }
  if (terms.type == AlgoType::Trigger) {
    if (terms.trigger.raw <= 0) return refuse(Refusal::PriceNotPositive);
    if (!derivative && terms.source != PriceSource::Last) return {AlgoProblem::SourceNotForSpot};
    if (terms.limit) {
      if (const AlgoRefusal r = check_limit(instrument, *terms.limit); !r.ok()) return r;
    }
    if (!terms.attached.empty()) {
      NewOrder parent = {};
      parent.instrument = terms.instrument;
      parent.user = terms.user;
      parent.side = terms.side;
      parent.position_side = terms.position_side;
      parent.reduce_only = terms.reduce_only;
      parent.quantity = terms.quantity;
      const AlgoRefusal r =
          check_attached(parent, terms.limit.value_or(terms.trigger), terms.attached);
      if (!r.ok()) return r;
    }
  }
  const bool chases = terms.type == AlgoType::Chase || terms.triggered == TriggeredOrder::Chase;
  if (!chases) return {};
  if (!derivative) return {AlgoProblem::ChaseNotDerivative};
  const auto sane = [](const Distance& distance, bool may_be_zero) {
    const std::int64_t raw = distance.is_ratio ? distance.ratio : distance.absolute.raw;
    if (raw < 0 || raw > kLargestPrice || (raw == 0 && !may_be_zero)) return false;
    return !distance.is_ratio || raw < kWhole;
  };
  const bool fits = sane(terms.chase.distance, true) &&
                    (!terms.chase.farthest || sane(*terms.chase.farthest, false));
  return fits ? AlgoRefusal{} : AlgoRefusal{AlgoProblem::ChaseOutOfRange};
}

AlgoRefusal AlgoDesk::State::check_quantity(const Instrument& instrument, Quantity quantity) const {
  const auto refuse = [](Refusal why) { return AlgoRefusal{AlgoProblem::OrderTerms, why}; };
  if (quantity.raw <= 0) return refuse(Refusal::QuantityTooSmall);
  if (quantity.raw % instrument.lot_size.raw != 0) return refuse(Refusal::QuantityOffLot);
  if (quantity < instrument.minimum_quantity) return refuse(Refusal::QuantityTooSmall);
  if (instrument.maximum_limit_quantity.raw > 0 && quantity > instrument.maximum_limit_quantity) {
    return refuse(Refusal::QuantityTooLarge);
  }
  return {};
}

AlgoRefusal AlgoDesk::State::check_limit(const Instrument& instrument, Price price) const {
  if (price.raw <= 0 || price.raw > kLargestPrice) {
    return {AlgoProblem::OrderTerms, Refusal::PriceNotPositive};
  }
  if (price.raw % instrument.tick_size.raw != 0) {
    return {AlgoProblem::OrderTerms, Refusal::PriceOffTick};
  }
  return {};
}

bool AlgoDesk::State::knows_client_id(UserId user, std::string_view client_id) const {
  if (client_id.empty()) return false;
  // Unique among pending ones, as client order ids are.
  const auto found = by_client_id.find({user, std::string(client_id)});
  return found != by_client_id.end() && algos[found->second]->pending();
}

AlgoRefusal AlgoDesk::State::check_caps(const NewAlgo& terms) {
  if (terms.instrument.value >= pending.size()) return {};
  const auto& here = pending[terms.instrument.value];
  const auto count = static_cast<std::size_t>(std::ranges::count_if(here, [&](std::uint32_t index) {
    const NewAlgo& other = algos[index]->view.terms;
    return other.user == terms.user && same_kind(other.type, terms.type);
  }));
  const std::size_t cap = cap_of(caps, terms.type);
  return count < cap ? AlgoRefusal{} : AlgoRefusal{.problem = AlgoProblem::TooMany, .limit = cap};
}

AlgoRefusal AlgoDesk::State::check_exits(const NewAlgo& terms, AlgoId self) {
  if (!terms.take_profit && !terms.stop_loss) return {AlgoProblem::NoExit};
  if (terms.type == AlgoType::OneCancelsOther && !(terms.take_profit && terms.stop_loss)) {
    return {AlgoProblem::NoExit};
  }
  if (terms.take_profit) {
    if (const AlgoRefusal r = check_exit(terms, *terms.take_profit, true); !r.ok()) return r;
  }
  if (terms.stop_loss) {
    if (const AlgoRefusal r = check_exit(terms, *terms.stop_loss, false); !r.ok()) return r;
  }
  return terms.close_all ? check_close_all(terms, self) : AlgoRefusal{};
}

AlgoRefusal AlgoDesk::State::check_exit(const NewAlgo& terms, const Exit& exit, bool takes_profit) {
  const Instrument& instrument = instruments[terms.instrument];
  if (exit.limit) {
    if (const AlgoRefusal r = check_limit(instrument, *exit.limit); !r.ok()) return r;
  }
  if (exit.resting) {
    if (!exit.limit) return {AlgoProblem::RestingTakeProfitNeedsPrice};
    if (!is_derivative(instrument.kind)) return {AlgoProblem::ExitsUnavailable};
    if (!terms.stop_loss) return {AlgoProblem::RestingTakeProfitNeedsStop};
    return {};
  }
  if (exit.trigger.raw <= 0) return {AlgoProblem::OrderTerms, Refusal::PriceNotPositive};
  if (!is_derivative(instrument.kind) && exit.source != PriceSource::Last) {
    return {AlgoProblem::SourceNotForSpot};
  }
  const Price market = reference(terms.instrument, exit.source);
  if (market.raw <= 0) return {};
  const bool above = (terms.side == Side::Sell) == takes_profit;  // where its trigger belongs
  if (above && exit.trigger < market) {
    return {takes_profit ? AlgoProblem::TakeProfitTooLow : AlgoProblem::StopTooLow, Refusal::None,
            exit.source};
  }
  if (!above && exit.trigger > market) {
    return {takes_profit ? AlgoProblem::TakeProfitTooHigh : AlgoProblem::StopTooHigh, Refusal::None,
            exit.source};
  }
  return {};
}

AlgoRefusal AlgoDesk::State::check_close_all(const NewAlgo& terms, AlgoId self) {
  if (!is_derivative(instruments[terms.instrument].kind)) {
    return {AlgoProblem::CloseAllNotDerivative};
  }
  const bool net = terms.position_side == PositionSide::Net;
  if (net && !terms.reduce_only) return {AlgoProblem::CloseAllNotReduceOnly};
  if (!net && !closes_position_leg(terms.side, terms.position_side)) {
    return {AlgoProblem::CloseAllNotClosing};
  }
  if ((terms.take_profit && terms.take_profit->limit) ||
      (terms.stop_loss && terms.stop_loss->limit)) {
    return {AlgoProblem::CloseAllNotMarket};
  }
  const std::int64_t position = held(terms);
  if (position == 0 || (position > 0) != (terms.side == Side::Sell)) {
    return {AlgoProblem::NoPosition};
  }
  if (terms.instrument.value >= pending.size()) return {};
  for (const std::uint32_t index : pending[terms.instrument.value]) {
    const NewAlgo& other = algos[index]->view.terms;
    if (algos[index]->view.id != self && other.user == terms.user && other.close_all &&
        other.mode == terms.mode && other.position_side == terms.position_side) {
      return {AlgoProblem::CloseAllTwice};
    }
  }
  return {};
}

AlgoRefusal AlgoDesk::State::check_trail(const NewAlgo& terms) {
  const Distance& back = terms.trail.callback;
  const std::int64_t raw = back.is_ratio ? back.ratio : back.absolute.raw;
  if (raw <= 0 || raw > (back.is_ratio ? kWhole : kLargestPrice)) {
    return {AlgoProblem::CallbackOutOfRange};
  }
  if (!terms.trail.activation) return {};
  const Price last = reference(terms.instrument, PriceSource::Last);
  const bool sells = terms.side == Side::Sell;
  if (terms.trail.activation->raw <= 0 || (sells && *terms.trail.activation <= last)) {
    return {AlgoProblem::ActivationTooLow};
  }
  if (!sells && last.raw > 0 && *terms.trail.activation >= last) {
    return {AlgoProblem::ActivationTooHigh};
  }
  return {};
}

AlgoRefusal AlgoDesk::State::check_slices(const NewAlgo& terms) {
  const Instrument& instrument = instruments[terms.instrument];
  const SliceTerms& slices = terms.slices;
  const bool iceberg = terms.type != AlgoType::TimeWeighted;
  if (const AlgoRefusal r = check_quantity(instrument, slices.slice); !r.ok()) return r;
  if (slices.slice > terms.quantity) return {AlgoProblem::SliceOutOfRange};
  if (iceberg && static_cast<__int128>(slices.slice.raw) * 1000 <= terms.quantity.raw) {
    return {AlgoProblem::SliceOutOfRange};
  }
  if (slices.limit && (slices.limit->raw < 0 || slices.limit->raw > kLargestPrice)) {
    return {AlgoProblem::OrderTerms, Refusal::PriceNotPositive};
  }
  if (terms.type == AlgoType::SmartIceberg) {
    const bool fits = slices.orders >= 1 && slices.orders <= kMostIcebergOrders &&
                      (!slices.start || slices.start->raw > 0);
    return fits ? AlgoRefusal{} : AlgoRefusal{AlgoProblem::SliceOutOfRange};
  }
  const Distance& variance = slices.variance;
  const bool fits = variance.is_ratio
                        ? variance.ratio >= kSmallestVariance && variance.ratio <= kLargestVariance
                        : variance.absolute.raw >= 0 && variance.absolute.raw <= kLargestPrice;
  if (!fits) return {AlgoProblem::VarianceOutOfRange};
  if (terms.type == AlgoType::TimeWeighted &&
      (slices.interval < kShortestInterval || slices.interval > kLongestInterval)) {
    return {AlgoProblem::IntervalOutOfRange};
  }
  return {};
}

}  // namespace gannet::sim
