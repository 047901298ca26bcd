#include <gtest/gtest.h>

#include <algorithm>

#include "support/tiny_algo_desk.h"

// Kill, resume and cancel of an order, a strategy, an instrument, the engine and the account:
// narrower ones never touch others, each survives a restart, and each is resumed by itself alone.
// [KILL-09, KILL-12]

namespace gannet {
namespace {

using engine::ControlLevel;
using engine::ControlResult;
using engine::ControlScope;
using engine::EngineState;
using engine::OrderEventKind;
using test::EngineBench;
using test::TinyVenue;

constexpr StrategyId kKilledStrategy{0};
constexpr InstrumentId kKilledInstrument{0};

engine::PriorBelief journaled(const EngineBench& bench) {
  engine::PriorBelief prior;
  for (const auto& entry : bench.journal.entries())
    prior.add(entry.type, entry.payload, entry.time);
  return prior;
}

/// The engine anew, with what the venue and the journal hold.
struct NextRun {
  NextRun(const EngineBench& before, bool adopts = false)
      : prior(journaled(before)), bench(1, prior.newest_run() + 60) {
    bench.settings.exclusive_account = true;
    if (adopts) bench.settings.on_start.assign(2, engine::StrategySettings::OnStart::Adopt);
    bench.now = before.now + seconds(2);
    bench.venue.orders = before.venue.orders;
    bench.venue.faults.automatic = true;
    bench.build(&prior);
    bench.connect();
    bench.run_for(seconds(4));
  }
  engine::PriorBelief prior;
  EngineBench bench;
};

/// One order of each strategy in each instrument: [strategy][instrument].
struct KillBench {
  explicit KillBench(bool exclusive = false) {
    bench.settings.exclusive_account = exclusive;
    bench.make_ready();
    bench.venue.faults.automatic = true;
    for (std::uint16_t s = 0; s < 2; ++s) {
      for (std::uint32_t i = 0; i < 2; ++i) orders[s][i] = bench.place(Side::Buy, 1, 99'500, i, s);
    }
    bench.run_for(milliseconds(50));
  }
  ClientOrderId id_of(Handle handle) { return bench.order(handle)->client_id; }
  bool is_gone(std::uint16_t s, std::uint32_t i) {
    return bench.ears.last(orders[s][i]) == OrderEventKind::Cancelled;
  }
  /// Somebody else's order, as the venue lists and pushes it.
  TinyVenue::Order& foreign(std::uint64_t id) {
    TinyVenue::Order& order = bench.venue.orders[id];
    order.venue_id = {id};
    order.instrument = kKilledInstrument;
    order.price = {99'000};
    order.quantity = {1};
    order.own_tag = false;
    order.update_time = bench.now;
    bench.core->request_round();
    bench.run_for(seconds(1));
    return order;
  }

  /// The strategy buys so much of an instrument.
  void buy(std::uint16_t strategy, std::uint32_t instrument, std::int64_t quantity) {
    const Handle handle = bench.place(Side::Buy, quantity, 100'000, instrument, strategy);
    bench.run_for(milliseconds(20));
    bench.venue.fill(*bench.venue.find(id_of(handle)), {quantity}, {100'000}, bench.now);
    bench.run_for(milliseconds(20));
  }
  std::int64_t held(std::uint16_t strategy, std::uint32_t instrument) {
    return bench.core->positions()
        .of_strategy(StrategyId{strategy}, InstrumentId{instrument})
        .quantity()
        .raw;
  }
  EngineBench bench;
  Handle orders[2][2];
};

struct KillLevelCase {
  const char* name;
  ControlScope scope;
  bool gone[2][2];  // [strategy][instrument]
};
const KillLevelCase kKillLevels[] = {
    {"strategy", ControlScope::of(kKilledStrategy), {{true, true}, {false, false}}},
    {"instrument", ControlScope::of(kKilledInstrument), {{true, false}, {true, false}}},
    {"engine", {}, {{true, true}, {true, true}}},
    {"account", {.level = ControlLevel::Account}, {{true, true}, {true, true}}},
};

/// Who may trade what is as the case says, by what the gate lets through.
void expect_stopped(EngineBench& bench, const KillLevelCase& level) {
  for (std::uint16_t s = 0; s < 2; ++s) {
    for (std::uint32_t i = 0; i < 2; ++i) {
      const Handle probe = bench.place(Side::Buy, 1, 99'400, i, s);
      EXPECT_EQ(bench.ears.last(probe) == OrderEventKind::Denied, level.gone[s][i])
          << level.name << " strategy " << s << " instrument " << i;
    }
  }
}

TEST(KillLevels, EachCancelsAndStopsItsOwnAndTouchesNothingElse) {  // KILL-12
  for (const KillLevelCase& level : kKillLevels) {
    KillBench t(true);
    ASSERT_EQ(t.bench.core->kill(level.scope, "a test", "somebody", t.bench.now),
              ControlResult::Done);
    expect_stopped(t.bench, level);
    t.bench.run_for(seconds(3));
    for (std::uint16_t s = 0; s < 2; ++s) {
      for (std::uint32_t i = 0; i < 2; ++i)
        EXPECT_EQ(t.is_gone(s, i), level.gone[s][i]) << level.name << s << i;
    }
    expect_stopped(t.bench, level);  // and it stays so
    const bool all = level.gone[1][1];
    EXPECT_EQ(t.bench.core->state(), all ? EngineState::Killed : EngineState::Ready) << level.name;
    EXPECT_EQ(t.bench.core->status().flat_confirmed, all) << level.name;
  }
}

TEST(KillLevels, EachSurvivesARestartAndIsResumedByItselfAlone) {  // KILL-09, KILL-12
  for (const KillLevelCase& level : kKillLevels) {
    KillBench t(true);
    ASSERT_EQ(t.bench.core->kill(level.scope, "a test", "somebody", t.bench.now),
              ControlResult::Done);
    t.bench.run_for(seconds(1));
    NextRun next(t.bench);
    EngineBench& second = next.bench;
    expect_stopped(second, level);

    for (const KillLevelCase& other : kKillLevels) {
      if (&other == &level) continue;
      const ControlResult said = second.core->resume(other.scope, "somebody", second.now);
      EXPECT_EQ(said, other.scope.level == ControlLevel::Engine ? ControlResult::Done
                                                                : ControlResult::NotKilled)
          << level.name << " by " << other.name;
    }
    second.run_for(seconds(2));
    expect_stopped(second, level);
    EXPECT_EQ(second.core->resume(level.scope, "somebody", second.now), ControlResult::Done);
    second.run_for(seconds(2));
    ASSERT_EQ(second.core->state(), EngineState::Ready) << level.name;
    expect_stopped(second, {level.name, {}, {}});

    NextRun third(second);
    EXPECT_EQ(third.bench.core->state(), EngineState::Ready) << level.name;
    EXPECT_EQ(third.bench.core->status().killed_parts, 0u) << level.name;
  }
}

TEST(KillLevels, AFlattenLeavesAKillAsItIsOverARestartToo) {  // KILL-09, KILL-13
  KillBench t(true);
  t.buy(0, 0, 5);
  for (const KillLevelCase& level : {kKillLevels[0], kKillLevels[1]}) {
    t.bench.core->kill(level.scope, "", "somebody", t.bench.now);
    t.bench.core->flatten(level.scope, "somebody", t.bench.now);
  }
  const engine::PriorBelief prior = journaled(t.bench);
  EXPECT_TRUE(prior.killed_strategies().contains(kKilledStrategy.value));
  EXPECT_TRUE(prior.killed_instruments().contains(kKilledInstrument.value));
}

TEST(KillLevels, AnEngineThatIsResumedLeavesItsKilledStrategyStopped) {  // KILL-12
  KillBench t;
  t.bench.core->kill(ControlScope::of(kKilledStrategy), "bad numbers", "somebody", t.bench.now);
  t.bench.core->kill({}, "all of it", "somebody", t.bench.now);
  t.bench.run_for(seconds(2));
  t.bench.core->resume({}, "somebody", t.bench.now);
  t.bench.run_for(seconds(2));
  ASSERT_EQ(t.bench.core->state(), EngineState::Ready);
  expect_stopped(t.bench, kKillLevels[0]);
}

TEST(KillLevels, AnOrderGoesAloneAndStaysDoomedOverARestart) {  // KILL-06, KILL-09, KILL-12
  KillBench t;
  const Handle doomed = t.orders[0][0];
  const ClientOrderId id = t.id_of(doomed);
  t.bench.venue.faults.lose_request_percent = 100;  // the cancel never arrives
  ASSERT_EQ(t.bench.core->kill(ControlScope::of(id), "too big", "somebody", t.bench.now),
            ControlResult::Done);
  t.bench.amend(doomed, Price{99'600}, std::nullopt);
  EXPECT_TRUE(t.bench.ears.heard(doomed, OrderEventKind::AmendDenied));
  t.bench.run_for(milliseconds(100));
  EXPECT_EQ(t.bench.venue.open_orders(), 4u);

  // Its strategy adopts what it left: but not this one.
  NextRun next(t.bench, true);
  EngineBench& second = next.bench;
  EXPECT_EQ(second.core->state(), EngineState::Ready);
  EXPECT_EQ(second.venue.open_orders(), 3u);
  EXPECT_FALSE(second.venue.find(id)->open());
  EXPECT_EQ(second.core->kill(ControlScope::of(id), "again", "somebody", second.now),
            ControlResult::NoSuchOrder);
}

TEST(KillLevels, AnOrderIsFoundByTheVenuesNumberTooAndMayBeForgiven) {  // KILL-12
  KillBench t;
  const VenueOrderId number = t.bench.order(t.orders[1][1])->venue_id;
  t.bench.venue.faults.lose_request_percent = 100;
  EXPECT_EQ(t.bench.core->resume(ControlScope::of(number), "somebody", t.bench.now),
            ControlResult::NotKilled);
  ASSERT_EQ(t.bench.core->kill(ControlScope::of(number), "", "somebody", t.bench.now),
            ControlResult::Done);
  EXPECT_EQ(t.bench.venue.cancels.back().venue_id, number);
  ASSERT_EQ(t.bench.core->resume(ControlScope::of(number), "somebody", t.bench.now),
            ControlResult::Done);
  t.bench.venue.faults.lose_request_percent = 0;
  t.bench.run_for(seconds(5));
  EXPECT_EQ(t.bench.venue.open_orders(), 4u);
}

TEST(KillLevels, TheAccountIsSweptOnlyWhereItIsOursAlone) {  // KILL-05, KILL-12
  {
    KillBench shared;
    shared.foreign(50);
    const ControlScope account{.level = ControlLevel::Account};
    EXPECT_EQ(shared.bench.core->kill(account, "", "somebody", shared.bench.now),
              ControlResult::NotExclusive);
    EXPECT_EQ(shared.bench.core->cancel({.level = ControlLevel::Foreign}, "x", shared.bench.now),
              ControlResult::NotExclusive);
    EXPECT_EQ(shared.bench.core->cancel(ControlScope::of(VenueOrderId{50}), "x", shared.bench.now),
              ControlResult::NoSuchOrder);
    // The engine's own kill shows it and leaves it.
    shared.bench.core->kill({}, "a test", "somebody", shared.bench.now);
    shared.bench.run_for(seconds(3));
    EXPECT_TRUE(shared.bench.core->status().flat_confirmed);
    EXPECT_EQ(shared.bench.core->status().foreign_orders, 1u);
    EXPECT_TRUE(shared.bench.venue.orders[50].open());
  }
  KillBench t(true);
  t.foreign(50);
  t.bench.venue.answers_lists = false;
  t.bench.core->kill({.level = ControlLevel::Account}, "stolen key", "somebody", t.bench.now);
  t.bench.run_for(seconds(3));
  EXPECT_FALSE(t.bench.core->status().flat_confirmed) << "only the venue's own list says so";
  t.bench.venue.answers_lists = true;
  t.bench.run_for(seconds(3));
  EXPECT_EQ(t.bench.venue.open_orders(), 0u);
  EXPECT_TRUE(t.bench.core->status().flat_confirmed);
  EXPECT_TRUE(t.bench.core->status().account_killed);
}

TEST(KillLevels, AStopThatGuardsAnothersPositionOutlivesTheAccountsKill) {  // KILL-06
  EngineBench bench;
  test::TinyAlgoDesk desk(bench);
  bench.settings.exclusive_account = true;
  bench.make_ready();
  bench.venue.faults.automatic = true;
  for (const std::uint64_t id : {900u, 901u}) {
    auto& algo = desk.algos[id];
    algo.id = {id};
    algo.own_tag = false;
    algo.time = bench.now;
    algo.request.instrument = kKilledInstrument;
    algo.request.terms.quantity = {1};
    algo.request.terms.stop_trigger = {99'000};
    algo.request.terms.reduce_only = id == 900;
  }
  bench.core->request_round();
  bench.run_for(seconds(1));
  ASSERT_EQ(bench.core->status().foreign_orders, 2u);
  bench.core->kill({.level = ControlLevel::Account}, "a test", "somebody", bench.now);
  ASSERT_EQ(desk.cancels.size(), 1u);
  ASSERT_EQ(desk.cancels[0].size(), 1u);
  EXPECT_EQ(desk.cancels[0][0].venue_id.value, 901u);
  desk.algos[901].state = AlgoState::Cancelled;
  bench.run_for(seconds(3));
  EXPECT_TRUE(bench.core->status().flat_confirmed);
}

TEST(KillLevels, ACancelIsNoKill) {
  struct Case {
    ControlScope scope;
    std::size_t left;
  };
  for (const Case& cancel :
       {Case{ControlScope::of(kKilledStrategy), 3}, Case{ControlScope::of(kKilledInstrument), 3},
        Case{{}, 1}, Case{{.level = ControlLevel::Foreign}, 4},
        Case{{.level = ControlLevel::Account}, 0}, Case{ControlScope::of(VenueOrderId{50}), 4}}) {
    KillBench t(true);
    t.foreign(50);
    ASSERT_EQ(t.bench.core->cancel(cancel.scope, "somebody", t.bench.now), ControlResult::Done);
    t.bench.run_for(seconds(2));
    EXPECT_EQ(t.bench.venue.open_orders(), cancel.left) << static_cast<int>(cancel.scope.level);
    EXPECT_EQ(t.bench.core->state(), EngineState::Ready);
    expect_stopped(t.bench, {"nothing", {}, {}});
  }
}

TEST(KillLevels, AFailedStrategyIsNotRevivedByAResume) {
  KillBench t;
  engine::LaneCommand failed;
  failed.kind = engine::LaneCommand::Kind::StrategyFailed;
  failed.strategy = kKilledStrategy;
  t.bench.core->on_lane_command(failed, t.bench.now);
  t.bench.core->kill(ControlScope::of(kKilledStrategy), "", "somebody", t.bench.now);
  ASSERT_EQ(t.bench.core->resume(ControlScope::of(kKilledStrategy), "somebody", t.bench.now),
            ControlResult::Done);
  expect_stopped(t.bench, kKillLevels[0]);
}

TEST(KillLevels, AKilledInstrumentThatWasHeldIsStillKilledWhenTheHoldEnds) {  // KILL-12
  KillBench t;
  t.bench.core->kill(ControlScope::of(kKilledInstrument), "", "somebody", t.bench.now);
  t.bench.venue.position[0] = {7};
  t.bench.venue.position_time[0] = t.bench.now;
  t.bench.core->request_round();
  t.bench.run_for(seconds(8));
  ASSERT_TRUE(t.bench.core->is_held(kKilledInstrument));
  ASSERT_TRUE(t.bench.core->accept(kKilledInstrument, "somebody", t.bench.now));
  expect_stopped(t.bench, kKillLevels[1]);
  EXPECT_TRUE(t.bench.core->status(kKilledInstrument, t.bench.now).killed);
  EXPECT_EQ(t.bench.ears.state_events.back().state, EngineState::Killed);
}

TEST(KillLevels, AStrategysFlattenTouchesItsOwnPositionAloneKilledOrNot) {  // KILL-13
  for (const bool killed : {false, true}) {
    KillBench t;
    t.buy(0, 0, 5);
    t.buy(1, 0, 3);
    t.buy(0, 1, 2);
    if (killed) t.bench.core->kill({}, "a test", "somebody", t.bench.now);
    t.bench.run_for(seconds(2));
    const std::size_t placed = t.bench.venue.places.size();
    t.bench.run_for(seconds(2));
    EXPECT_EQ(t.bench.venue.places.size(), placed) << "a kill closes nothing by itself";

    // In parts, as the market takes it; then its other instrument.
    ASSERT_EQ(t.bench.core->flatten(ControlScope::of(kKilledStrategy), "somebody", t.bench.now),
              ControlResult::Done);
    t.bench.venue.faults.delay_max_ms = 1;
    for (int i = 0; i < 10 && t.bench.core->reducer().running() != 0; ++i) {
      const std::size_t sent = t.bench.venue.places.size();
      for (int turn = 0; turn < 100 && t.bench.venue.places.size() == sent; ++turn) {
        t.bench.run_for(milliseconds(10));
        if (t.bench.core->reducer().running() == 0) break;
      }
      t.bench.run_for(milliseconds(2), milliseconds(1));  // it is at the venue
      for (auto& [id, order] : t.bench.venue.orders) {
        const engine::Order* known = t.bench.core->orders().table().find(order.client_id);
        if (!order.open() || order.side != Side::Sell || known == nullptr) continue;
        EXPECT_TRUE(known->reduce_only);
        EXPECT_EQ(known->strategy, kKilledStrategy);
        EXPECT_EQ(known->time_in_force, TimeInForce::ImmediateOrCancel);
        EXPECT_GE(order.price.raw, 98'900) << "within the collar";
        t.bench.venue.fill(order, {std::min<std::int64_t>(order.quantity.raw, 4)}, {99'900},
                           t.bench.now);
        if (order.open())
          t.bench.venue.end(order, OrderState::Cancelled, VenueReason::UserCancel, t.bench.now);
      }
      t.bench.run_for(milliseconds(20));
    }
    EXPECT_EQ(t.held(0, 0), 0);
    EXPECT_EQ(t.held(0, 1), 0);
    EXPECT_EQ(t.held(1, 0), 3) << "another's position";
    EXPECT_TRUE(t.bench.ears.heard(engine::Alert::PositionReduced));
    EXPECT_EQ(t.bench.core->flatten(ControlScope::of(kKilledStrategy), "somebody", t.bench.now),
              ControlResult::NothingHeld);
  }
}

TEST(KillLevels, WhatCannotBeFlattenedIsTold) {  // KILL-13
  KillBench t;
  t.buy(0, 0, 5);
  ASSERT_EQ(t.bench.core->flatten(ControlScope::of(kKilledInstrument), "somebody", t.bench.now),
            ControlResult::Done);
  // Nobody buys: each order ends as it came.
  for (int i = 0; i < 700 && t.bench.core->reducer().running() != 0; ++i) {
    t.bench.run_for(milliseconds(100));
    for (auto& [id, order] : t.bench.venue.orders) {
      if (order.open() && order.side == Side::Sell)
        t.bench.venue.end(order, OrderState::Cancelled, VenueReason::UserCancel, t.bench.now);
    }
  }
  EXPECT_EQ(t.bench.core->reducer().running(), 0u);
  EXPECT_TRUE(t.bench.ears.heard(engine::Alert::ReductionResidue));
  EXPECT_EQ(t.held(0, 0), 5);
}

TEST(KillLevels, ABrokenInvariantKillsTheEngine) {  // KILL-10
  KillBench t;
  t.bench.run_for(seconds(4));
  ASSERT_EQ(t.bench.core->state(), EngineState::Ready);
  // An order that nobody has: as a wrong step in our books would leave it.
  auto& exposure = const_cast<risk::Exposure&>(t.bench.core->exposure());
  exposure.on_working_changed(StrategyId{1}, InstrumentId{1}, Side::Sell, {}, {5});
  t.bench.run_for(seconds(3));
  EXPECT_EQ(t.bench.core->state(), EngineState::Killed);
  std::size_t told = 0;
  for (const auto& event : t.bench.ears.alerts)
    told += event.alert == engine::Alert::InvariantBroken ? 1u : 0u;
  EXPECT_EQ(told, 1u);
  t.bench.run_for(seconds(2));
  EXPECT_EQ(t.bench.venue.open_orders(), 0u);
}

}  // namespace
}  // namespace gannet
