#include "backtest/algo_orders.h"

#include <algorithm>
#include <cstdlib>

#include "backtest/venue_words.h"

namespace gannet::backtest {
namespace {

constexpr sim::Ratio kPartPerMillion = sim::kWhole / 1'000'000;

VenueReason why_refused(const sim::AlgoRefusal& refusal) noexcept {
  switch (refusal.problem) {
    case sim::AlgoProblem::None:
      return VenueReason::None;
    case sim::AlgoProblem::OrderTerms:
      return reason_of(refusal.order);
    case sim::AlgoProblem::DuplicateClientId:
      return VenueReason::DuplicateClientOrderId;
    case sim::AlgoProblem::TooMany:
      return VenueReason::TooManyOrders;
    case sim::AlgoProblem::NoPosition:
    case sim::AlgoProblem::CloseAllNotClosing:
      return VenueReason::ReduceOnly;
    case sim::AlgoProblem::NotFound:
    case sim::AlgoProblem::AlreadyTriggered:
      return VenueReason::OrderGone;
    default:  // something is wrong with its own terms
      return VenueReason::InvalidParameter;
  }
}

/// One that was cancelled after it had put in a part has its own state there.
AlgoState state_of(sim::AlgoState state) noexcept {
  switch (state) {
    case sim::AlgoState::Live:
      return AlgoState::Live;
    case sim::AlgoState::Paused:
      return AlgoState::Paused;
    case sim::AlgoState::Effective:
      return AlgoState::Effective;
    case sim::AlgoState::PartiallyEffective:
    case sim::AlgoState::Cancelled:
      return AlgoState::Cancelled;
    case sim::AlgoState::Failed:
      return AlgoState::Failed;
    case sim::AlgoState::PartiallyFailed:
      return AlgoState::PartiallyFailed;
  }
  return AlgoState::Failed;
}

sim::PriceSource source_of(TriggerSource source) noexcept {
  switch (source) {
    case TriggerSource::Last:
      return sim::PriceSource::Last;
    case TriggerSource::Index:
      return sim::PriceSource::Index;
    case TriggerSource::Mark:
      return sim::PriceSource::Mark;
  }
  return sim::PriceSource::Last;
}

sim::Aggressiveness pace_of(Aggressiveness pace) noexcept {
  switch (pace) {
    case Aggressiveness::Passive:
      return sim::Aggressiveness::Conservative;
    case Aggressiveness::Middle:
      return sim::Aggressiveness::Mid;
    case Aggressiveness::Aggressive:
      return sim::Aggressiveness::Radical;
  }
  return sim::Aggressiveness::Mid;
}

std::optional<Price> given(Price price) noexcept {
  return price.raw == 0 ? std::nullopt : std::optional(price);
}

std::optional<sim::Exit> exit_of(Price trigger, TriggerSource source, Price limit) noexcept {
  if (trigger.raw == 0) return std::nullopt;
  return sim::Exit{trigger, source_of(source), given(limit)};
}

sim::Distance distance_of(Price absolute, std::uint32_t ppm) noexcept {
  return {absolute, ppm * kPartPerMillion, ppm != 0};
}

sim::TriggeredOrder triggered_of(TimeInForce time_in_force) noexcept {
  switch (time_in_force) {
    case TimeInForce::GoodTillCancel:
      return sim::TriggeredOrder::Plain;
    case TimeInForce::ImmediateOrCancel:
      return sim::TriggeredOrder::ImmediateOrCancel;
    case TimeInForce::FillOrKill:
      return sim::TriggeredOrder::FillOrKill;
  }
  return sim::TriggeredOrder::Plain;
}

void set_terms(sim::NewAlgo& algo, const AlgoTerms& terms) {
  algo.side = terms.side;
  algo.position_side = terms.position_side;
  algo.reduce_only = terms.reduce_only;
  algo.close_all = terms.close_position;
  algo.quantity = terms.quantity;
  switch (terms.kind) {
    case AlgoKind::Conditional:
    case AlgoKind::OneCancelsOther:
      algo.type = terms.kind == AlgoKind::Conditional ? sim::AlgoType::Conditional
                                                      : sim::AlgoType::OneCancelsOther;
      algo.take_profit = exit_of(terms.trigger, terms.source, terms.limit);
      algo.stop_loss = exit_of(terms.stop_trigger, terms.stop_source, terms.stop_limit);
      break;
    case AlgoKind::Trigger:
      algo.type = sim::AlgoType::Trigger;
      algo.trigger = terms.trigger;
      algo.source = source_of(terms.source);
      algo.limit = given(terms.limit);
      algo.triggered = triggered_of(terms.time_in_force);
      break;
    case AlgoKind::TrailingStop:
      algo.type = sim::AlgoType::TrailingStop;
      algo.trail = {distance_of(terms.distance, terms.distance_ppm), given(terms.trigger)};
      break;
    case AlgoKind::Iceberg:
      algo.type = sim::AlgoType::SmartIceberg;
      algo.slices.slice = terms.slice;
      algo.slices.limit = given(terms.limit);
      algo.slices.orders = terms.slices;
      algo.slices.aggressiveness = pace_of(terms.aggressiveness);
      algo.slices.start = given(terms.trigger);
      break;
    case AlgoKind::TimeWeighted:
      algo.type = sim::AlgoType::TimeWeighted;
      algo.slices.slice = terms.slice;
      algo.slices.variance = distance_of(terms.distance, terms.distance_ppm);
      algo.slices.limit = given(terms.limit);
      algo.slices.interval = terms.interval;
      break;
    case AlgoKind::Chase:
      algo.type = sim::AlgoType::Chase;
      algo.chase.distance = distance_of(terms.distance, terms.distance_ppm);
      if (terms.farthest.raw != 0 || terms.farthest_ppm != 0) {
        algo.chase.farthest = distance_of(terms.farthest, terms.farthest_ppm);
      }
      break;
  }
}

sim::AmendExit moved_to(Price trigger, TriggerSource source, Price limit) noexcept {
  sim::AmendExit exit;
  exit.trigger = trigger;
  exit.source = source_of(source);
  exit.limit = given(limit);
  exit.to_market = limit.raw == 0;
  return exit;
}

ExecutionReport answer_to(ExecutionReport::Request request, ClientOrderId id,
                          InstrumentId instrument) noexcept {
  ExecutionReport answer;
  answer.request = request;
  answer.instrument = instrument;
  answer.client_id = id;
  return answer;
}

void conclude(ExecutionReport& answer, const sim::AlgoRefusal& refusal,
              ExecutionReport::Kind accepted, ExecutionReport::Kind rejected) noexcept {
  answer.kind = refusal.ok() ? accepted : rejected;
  answer.reason = why_refused(refusal);
}

}  // namespace

ExecutionReport AlgoOrders::place(const AlgoPlaceRequest& request, Timestamp now) {
  using Kind = ExecutionReport::Kind;
  ExecutionReport answer =
      answer_to(ExecutionReport::Request::Place, request.client_id, request.instrument);
  sim::NewAlgo algo;
  algo.user = user_;
  algo.instrument = request.instrument;
  algo.mode = is_derivative(instruments_[request.instrument].kind) ? mode_of(request.margin_mode)
                                                                   : sim::TradeMode::Cash;
  algo.client_id = text_of(request.client_id.value);
  set_terms(algo, request.terms);
  terms_.try_emplace(request.client_id.value, request.terms);
  const sim::AlgoDesk::PlaceResult placed = desk_.place(algo, now);
  if (placed.refusal.ok()) answer.venue_id = {placed.id.value};
  conclude(answer, placed.refusal, Kind::PlaceAccepted, Kind::PlaceRejected);
  return answer;
}

VenueReason AlgoOrders::attach(sim::NewOrder& order, const PlaceRequest& request, Timestamp now) {
  OrderIntent intent;
  intent.side = request.side;
  intent.position_side = request.position_side;
  intent.exits = request.exits;
  const AlgoTerms terms = exit_terms(intent);
  sim::AttachedExit exit;
  exit.client_id = text_of(request.exits_client_id.value);
  exit.take_profit = exit_of(terms.trigger, terms.source, terms.limit);
  exit.stop_loss = exit_of(terms.stop_trigger, terms.stop_source, terms.stop_limit);
  const sim::AlgoRefusal refused = desk_.attach(order, {exit}, now);
  if (!refused.ok()) return why_refused(refused);
  terms_.try_emplace(request.exits_client_id.value, terms);
  return VenueReason::None;
}

ExecutionReport AlgoOrders::amend(const AlgoAmendRequest& request, Timestamp now) {
  using Kind = ExecutionReport::Kind;
  ExecutionReport answer =
      answer_to(ExecutionReport::Request::Amend, request.client_id, request.instrument);
  answer.amend_id = request.amend_id;
  sim::AlgoRefusal refusal{sim::AlgoProblem::NotFound};
  if (const sim::AlgoView* algo = view(request.client_id, request.venue_id)) {
    answer.venue_id = {algo->id.value};
    const AlgoTerms& terms = request.terms;
    sim::AmendAlgo change;
    if (request.new_quantity) change.quantity = terms.quantity;
    if (request.new_price) {
      const sim::AmendExit first = moved_to(terms.trigger, terms.source, terms.limit);
      if (terms.kind == AlgoKind::Trigger) {
        change.trigger = first;
      } else if (terms.stop_trigger.raw != 0) {
        change.stop_loss = moved_to(terms.stop_trigger, terms.stop_source, terms.stop_limit);
      } else {
        change.take_profit = first;
      }
    }
    // The desk tells of the change before it returns.
    AlgoTerms& kept = terms_[number_of(algo->terms.client_id.view())];
    const AlgoTerms before = kept;
    kept = terms;
    refusal = desk_.amend(user_, algo->id, change, text_of(request.amend_id).view(), now);
    if (!refusal.ok()) kept = before;
  }
  conclude(answer, refusal, Kind::AmendAccepted, Kind::AmendRejected);
  return answer;
}

ExecutionReport AlgoOrders::cancel(const AlgoCancelRequest& request, Timestamp now) {
  using Kind = ExecutionReport::Kind;
  ExecutionReport answer =
      answer_to(ExecutionReport::Request::Cancel, request.client_id, request.instrument);
  sim::AlgoRefusal refusal{sim::AlgoProblem::NotFound};
  if (const sim::AlgoView* algo = view(request.client_id, request.venue_id)) {
    answer.venue_id = {algo->id.value};
    refusal = desk_.cancel(user_, algo->id, now);
  }
  conclude(answer, refusal, Kind::CancelAccepted, Kind::CancelRejected);
  return answer;
}

std::optional<AlgoReport> AlgoOrders::find(ClientOrderId client_id, VenueOrderId venue_id) const {
  const sim::AlgoView* algo = view(client_id, venue_id);
  if (algo == nullptr) return std::nullopt;
  return report_of(*algo, ExecutionReport::Source::Query);
}

ClientOrderId AlgoOrders::client_id_of(std::uint64_t algo_id) const {
  const sim::AlgoView* algo = algo_id == 0 ? nullptr : desk_.find({algo_id});
  return {algo == nullptr ? 0 : number_of(algo->terms.client_id.view())};
}

Quantity AlgoOrders::most_at_once(InstrumentId instrument) const {
  Quantity most;
  for (const sim::AlgoId id : pending_) {
    const sim::NewAlgo& terms = desk_.find(id)->terms;
    if (terms.instrument != instrument) continue;
    if (terms.close_all) {
      for (const sim::PositionView& position : exchange_.positions(user_)) {
        if (position.instrument == instrument) most += {std::abs(position.quantity.raw)};
      }
    } else if (terms.slices.slice.raw == 0) {
      most += terms.quantity;
    } else {
      // A slice may take a rest with it that would be too small for an order.
      const std::int64_t orders = std::int64_t{terms.slices.orders} * 2;
      const std::int64_t slice = terms.slices.slice.raw;
      most += slice < terms.quantity.raw / orders ? Quantity{slice * orders} : terms.quantity;
    }
  }
  return most;
}

const sim::AlgoView* AlgoOrders::view(ClientOrderId client_id, VenueOrderId venue_id) const {
  if (venue_id.valid()) return desk_.find({venue_id.value});
  return desk_.find_by_client_id(user_, text_of(client_id.value).view());
}

AlgoReport AlgoOrders::report_of(const sim::AlgoView& algo, ExecutionReport::Source source) const {
  AlgoReport report;
  report.source = source;
  report.account = AccountId{0};
  report.instrument = algo.terms.instrument;
  report.client_id = {number_of(algo.terms.client_id.view())};
  report.venue_id = {algo.id.value};
  report.own_tag = true;
  report.state = state_of(algo.state);
  if (report.state == AlgoState::Cancelled) report.reason = VenueReason::UserCancel;
  if (!algo.failure.ok()) report.reason = why_refused(algo.failure);
  if (const auto kept = terms_.find(report.client_id.value); kept != terms_.end()) {
    report.terms = kept->second;
    // Of exits that came with an order: what it filled.
    if (report.terms.quantity.raw == 0) report.terms.quantity = algo.terms.quantity;
  }
  const std::size_t told = std::min(algo.orders.size(), AlgoReport::kMaxChildren);
  for (std::size_t i = algo.orders.size() - told; i < algo.orders.size(); ++i) {
    report.children.push(algo.orders[i]);
  }
  report.exchange_time = algo.update_time;
  return report;
}

void AlgoOrders::on_algo_change(const sim::AlgoChange& change) noexcept {
  const sim::AlgoView& algo = change.algo;
  if (!sim::is_pending(algo.state)) {
    std::erase(pending_, algo.id);
  } else if (std::ranges::find(pending_, algo.id) == pending_.end()) {
    pending_.push_back(algo.id);
  }
  AlgoReport report = report_of(algo, ExecutionReport::Source::Push);
  report.amend_id = number_of(change.amend_request_id);
  listener_.on_algo_news(report);
}

}  // namespace gannet::backtest
