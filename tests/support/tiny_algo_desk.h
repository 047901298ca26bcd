#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "domain/algo_orders.h"
#include "support/engine_bench.h"

namespace gannet::test {

/// The algo orders of a TinyVenue. Requests wait until a script answers them; single queries and
/// lists are answered from the truth kept here, in the next turn.
class TinyAlgoDesk final : public AlgoPort {
 public:
  struct Algo {
    AlgoPlaceRequest request;
    VenueOrderId id;
    AlgoState state = AlgoState::Live;
    VenueReason reason = VenueReason::None;
    std::vector<VenueOrderId> children;
    Timestamp time;
    bool own_tag = true;
    bool pending() const { return !is_final(state); }
  };

  explicit TinyAlgoDesk(EngineBench& bench) : bench_(bench) {
    bench.algos = this;
    bench.venue.list_algos = [this](Timestamp at) {
      for (const auto& [id, algo] : algos) {
        if (algo.pending()) tell(algo, ExecutionReport::Source::Query, at);
      }
    };
    bench.also_run = [this](Timestamp now) { answer(now); };
  }

  bool takes_requests = true;
  bool shows_children = true;  ///< in its own words; else their own pushes alone tell
  std::vector<AlgoPlaceRequest> places;
  std::vector<AlgoAmendRequest> amends;
  std::vector<std::vector<AlgoCancelRequest>> cancels;
  std::size_t queries = 0;
  std::map<std::uint64_t, Algo> algos;  // by venue id

  SendResult place_algo(const AlgoPlaceRequest& request, Timestamp) noexcept override {
    if (!takes_requests) return SendResult::NotConnected;
    places.push_back(request);
    return SendResult::Sent;
  }
  SendResult amend_algo(const AlgoAmendRequest& request, Timestamp) noexcept override {
    if (!takes_requests) return SendResult::NotConnected;
    amends.push_back(request);
    return SendResult::Sent;
  }
  SendResult cancel_algos(std::span<const AlgoCancelRequest> requests,
                          Timestamp) noexcept override {
    if (!takes_requests) return SendResult::NotConnected;
    cancels.emplace_back(requests.begin(), requests.end());
    return SendResult::Sent;
  }
  bool query_algo(InstrumentId instrument, AlgoKind, ClientOrderId client_id, VenueOrderId,
                  Timestamp) noexcept override {
    ++queries;
    asked_.push_back({instrument, client_id});
    return true;
  }

  /// The venue takes the newest request: it lives. `told`: the reply and the push arrive.
  Algo& take(bool told = true) {
    Algo& algo = algos[next_id_];
    algo.request = places.back();
    algo.id = {next_id_++};
    algo.time = bench_.now;
    if (told) {
      bench_.venue.reply(ExecutionReport::Kind::PlaceAccepted, ExecutionReport::Request::Place,
                         algo.request.client_id, algo.request.instrument, 0, VenueReason::None,
                         bench_.now);
      push(algo);
    }
    return algo;
  }
  /// The exits that came with that order live, for what it filled.
  Algo& take_exits(const PlaceRequest& order, Quantity filled, bool told = true) {
    OrderIntent intent;
    intent.side = order.side;
    intent.exits = order.exits;
    Algo& algo = algos[next_id_];
    algo.request.client_id = order.exits_client_id;
    algo.request.instrument = order.instrument;
    algo.request.terms = exit_terms(intent);
    algo.request.terms.quantity = filled;
    algo.id = {next_id_++};
    algo.time = bench_.now;
    if (told) push(algo);
    return algo;
  }
  void push(const Algo& algo) { tell(algo, ExecutionReport::Source::Push, bench_.now); }
  void end(Algo& algo, AlgoState state, VenueReason reason = VenueReason::None, bool told = true) {
    algo.state = state;
    algo.reason = reason;
    algo.time = bench_.now;
    if (told) push(algo);
  }
  /// Its order goes in; `told` by the algo channel and by the order's own.
  TinyVenue::Order& fire(Algo& algo, bool algo_told = true, bool child_told = true) {
    const VenueOrderId id{next_id_++};
    TinyVenue::Order& child = bench_.venue.orders[id.value];
    child.venue_id = id;
    child.instrument = algo.request.instrument;
    child.side = algo.request.terms.side;
    child.price = {100'000};
    child.quantity = algo.request.terms.quantity;
    child.update_time = algo.time = bench_.now;
    child.algo_client_id = algo.request.client_id;
    child.algo_venue_id = algo.id;
    algo.children.push_back(id);
    algo.state = fires_once(algo.request.terms.kind) ? AlgoState::Effective : AlgoState::Live;
    if (algo_told) push(algo);
    if (child_told) push_child(child);
    return child;
  }
  void push_child(const TinyVenue::Order& child) {
    ExecutionReport report;
    report.venue_id = child.venue_id;
    report.algo_client_id = child.algo_client_id;
    report.algo_venue_id = child.algo_venue_id;
    report.instrument = child.instrument;
    report.own_tag = child.own_tag;
    report.state = child.state;
    report.reason = child.reason;
    report.side = child.side;
    report.price = child.price;
    report.quantity = child.quantity;
    report.cumulative_quantity = child.cumulative;
    report.exchange_time = child.update_time;
    report.receive_time = bench_.now;
    bench_.core->on_execution_report(report);
  }

 private:
  void tell(const Algo& algo, ExecutionReport::Source source, Timestamp now) {
    AlgoReport report;
    report.source = source;
    report.instrument = algo.request.instrument;
    report.client_id = algo.request.client_id;
    report.venue_id = algo.id;
    report.own_tag = algo.own_tag;
    report.state = algo.state;
    report.reason = algo.reason;
    report.terms = algo.request.terms;
    if (shows_children) {
      for (const VenueOrderId child : algo.children) report.children.push(child);
    }
    report.exchange_time = algo.time;
    report.receive_time = now;
    bench_.core->on_algo_report(report);
  }
  void answer(Timestamp now) {
    const auto asked = std::exchange(asked_, {});
    for (const auto& [instrument, client_id] : asked) {
      bool is_known = false;
      for (const auto& [id, algo] : algos) {
        if (algo.request.client_id != client_id) continue;
        is_known = true;
        tell(algo, ExecutionReport::Source::Query, now);
      }
      if (is_known) continue;
      ExecutionReport report;
      report.kind = ExecutionReport::Kind::NotFound;
      report.source = ExecutionReport::Source::Query;
      report.client_id = client_id;
      report.instrument = instrument;
      report.receive_time = now;
      bench_.core->on_execution_report(report);
    }
  }

  EngineBench& bench_;
  std::vector<std::pair<InstrumentId, ClientOrderId>> asked_;
  std::uint64_t next_id_ = 50'000;
};

/// A bench with a desk, ready, whose first strategy has bought `held` of the first instrument.
struct AlgoBench {
  explicit AlgoBench(std::int64_t held = 0, bool keeps_protective = true,
                     std::optional<std::int64_t> short_max = std::nullopt,
                     bool venue_reduces = true)
      : desk(bench) {
    bench.risk_settings.venue_reduces = venue_reduces;
    if (short_max)
      bench.risk_settings.instrument_default.position_short_max =
          risk::SizeLimit{{*short_max, 0}, {}};
    bench.settings.orders.keep_protective = keeps_protective;
    bench.risk_settings.rates.place_algo = {200, seconds(2)};
    bench.risk_settings.rates.cancel_algo = {200, seconds(2)};
    bench.make_ready();
    if (held != 0) buy(held);
  }
  void buy(std::int64_t quantity, std::uint16_t strategy = 0) {
    const Handle handle = bench.place(quantity > 0 ? Side::Buy : Side::Sell, std::abs(quantity),
                                      100'000, 0, strategy);
    TinyVenue::Order& order = bench.venue.execute_place(bench.venue.places.back(), bench.now);
    bench.venue.fill(order, {std::abs(quantity)}, {100'000}, bench.now);
    static_cast<void>(handle);
    bench.run_for(milliseconds(10));
  }
  Handle place(const AlgoTerms& terms, std::uint16_t strategy = 0) {
    engine::LaneCommand command;
    command.kind = engine::LaneCommand::Kind::PlaceAlgo;
    command.strategy = StrategyId{strategy};
    command.algo = AlgoIntent{};
    command.algo.strategy = StrategyId{strategy};
    command.algo.handle = {++last_handle};
    command.algo.cookie = 77;
    command.algo.instrument = InstrumentId{0};
    command.algo.terms = terms;
    command.algo.intent_time = bench.now;
    bench.core->on_lane_command(command, bench.now);
    return {last_handle};
  }
  /// A buy at 100.0 with exits at 101.0 and 99.0.
  Handle entry(std::int64_t quantity) {
    engine::LaneCommand command;
    command.strategy = StrategyId{0};
    command.place = OrderIntent{};
    command.place.strategy = StrategyId{0};
    command.place.handle = {last_handle += 2};
    command.place.instrument = InstrumentId{0};
    command.place.price = {100'000};
    command.place.quantity = {quantity};
    command.place.exits.take_profit = {101'000};
    command.place.exits.stop = {99'000};
    bench.core->on_lane_command(command, bench.now);
    return command.place.handle;
  }
  Handle stop(std::int64_t quantity, std::int64_t trigger, bool reduce_only = true,
              Side side = Side::Sell) {
    AlgoTerms terms;
    terms.side = side;
    terms.reduce_only = reduce_only;
    terms.quantity = {quantity};
    terms.stop_trigger = {trigger};
    return place(terms);
  }
  engine::OrderEventKind last(Handle handle) { return bench.ears.last(handle); }
  Quantity own() const {
    return bench.core->positions().of_strategy(StrategyId{0}, InstrumentId{0}).quantity();
  }
  const risk::Holding& holding() const {
    return bench.core->exposure().of_strategy(StrategyId{0}, InstrumentId{0});
  }

  EngineBench bench;
  TinyAlgoDesk desk;
  std::uint64_t last_handle = 1'000;
};

inline engine::PriorBelief algo_belief_of(const AlgoBench& t) {
  engine::PriorBelief prior;
  for (const auto& entry : t.bench.journal.entries())
    prior.add(entry.type, entry.payload, entry.time);
  return prior;
}

/// A second run beside the same venue.
struct SecondAlgoRun {
  SecondAlgoRun(AlgoBench& first, engine::StrategySettings::OnStart on_start)
      : prior(algo_belief_of(first)), bench(2, EngineBench::kRun + 60), desk(bench) {
    bench.now = first.bench.now + seconds(1);
    bench.venue.orders = first.bench.venue.orders;
    bench.venue.fills = first.bench.venue.fills;
    bench.venue.position = first.bench.venue.position;
    bench.venue.position_time = first.bench.venue.position_time;
    desk.algos = first.desk.algos;
    bench.settings.on_start = {on_start, on_start};
    bench.settings.orders.keep_protective = first.bench.settings.orders.keep_protective;
  }
  void start() {
    bench.build(&prior);
    bench.connect();
    bench.run_for(seconds(3));
  }
  engine::PriorBelief prior;
  EngineBench bench;
  TinyAlgoDesk desk;
};

}  // namespace gannet::test
