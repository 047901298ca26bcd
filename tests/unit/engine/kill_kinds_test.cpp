#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>

#include "support/tiny_algo_desk.h"

// What kill reaches: every kind of order in every state it can be in, and nothing new after the
// flag. [KILL-01, KILL-04, KILL-06, COD-02, COD-06, COD-09]

namespace gannet {
namespace {

using engine::EngineState;
using engine::OrderEventKind;
using test::AlgoBench;
using test::EngineBench;
using test::TinyAlgoDesk;
using test::TinyVenue;

/// The desk carries out cancels of algo orders, as a venue would.
void answer_cancels(EngineBench& bench, TinyAlgoDesk& desk) {
  bench.also_run = [&desk, before = bench.also_run](Timestamp now) {
    before(now);
    for (const auto& request : std::exchange(desk.cancels, {})) {
      for (const AlgoCancelRequest& cancel : request) {
        const auto found = desk.algos.find(cancel.venue_id.value);
        if (found != desk.algos.end() && found->second.pending())
          desk.end(found->second, AlgoState::Cancelled);
      }
    }
  };
}

struct KillKindsBench : AlgoBench {
  explicit KillKindsBench(std::int64_t held = 0) : AlgoBench(held) {
    bench.venue.faults.automatic = true;
    answer_cancels(bench, desk);
  }
  Handle order(std::int64_t price = 99'500) { return bench.place(Side::Buy, 3, price); }
  TinyVenue::Order& at_venue() { return bench.venue.orders.rbegin()->second; }
  void kill() { bench.core->kill("a test", "somebody", bench.now); }
};

struct KindCase {
  const char* name;
  void (*make)(KillKindsBench&);
  std::int64_t position = 0;
};

AlgoTerms entry_trigger() {
  AlgoTerms terms;
  terms.kind = AlgoKind::Trigger;
  terms.side = Side::Buy;
  terms.quantity = {1};
  terms.trigger = {101'000};
  return terms;
}

void fail_strategy(EngineBench& bench) {
  engine::LaneCommand failed;
  failed.kind = engine::LaneCommand::Kind::StrategyFailed;
  failed.strategy = StrategyId{0};
  bench.core->on_lane_command(failed, bench.now);
}

const KindCase kKinds[] = {
    {"working",
     [](KillKindsBench& t) {
       t.order();
       t.bench.run_for(milliseconds(50));
     }},
    {"partially filled",
     [](KillKindsBench& t) {
       t.order();
       t.bench.run_for(milliseconds(50));
       t.bench.venue.fill(t.at_venue(), {1}, {99'500}, t.bench.now);
       t.bench.run_for(milliseconds(20));
     },
     1},
    {"in flight", [](KillKindsBench& t) { t.order(); }},
    {"its reply was lost: unknown",
     [](KillKindsBench& t) {
       t.bench.venue.faults.lose_reply_percent = 100;
       t.order();
       t.bench.run_for(milliseconds(20));
       t.bench.venue.faults.lose_reply_percent = 0;
     }},
    {"never arrived: unknown",
     [](KillKindsBench& t) {
       t.bench.venue.faults.lose_request_percent = 100;
       t.order();
       t.bench.run_for(milliseconds(1'100));
       t.bench.venue.faults.lose_request_percent = 0;
     }},
    {"an amend is on its way",
     [](KillKindsBench& t) {
       const Handle handle = t.order();
       t.bench.run_for(milliseconds(50));
       t.bench.amend(handle, Price{99'600}, Quantity{5});
     }},
    {"an amend is in doubt",
     [](KillKindsBench& t) {
       const Handle handle = t.order();
       t.bench.run_for(milliseconds(50));
       t.bench.venue.faults.lose_reply_percent = 100;
       t.bench.amend(handle, Price{99'600}, Quantity{5});
       t.bench.run_for(milliseconds(1'100));
       t.bench.venue.faults.lose_reply_percent = 0;
     }},
    {"a cancel of its strategy is on its way",
     [](KillKindsBench& t) {
       const Handle handle = t.order();
       t.bench.run_for(milliseconds(50));
       t.bench.venue.faults.lose_request_percent = 100;
       t.bench.cancel(handle);
       t.bench.venue.faults.lose_request_percent = 0;
     }},
    {"an algo order",
     [](KillKindsBench& t) {
       t.place(entry_trigger());
       t.desk.take();
     }},
    {"what an algo order put in",
     [](KillKindsBench& t) {
       t.place(entry_trigger());
       t.desk.fire(t.desk.take());
     }},
    {"an entry with exits attached",
     [](KillKindsBench& t) {
       t.entry(2);
       t.bench.run_for(milliseconds(50));
     }},
    {"of a strategy that failed",
     [](KillKindsBench& t) {
       t.order();
       t.bench.run_for(milliseconds(50));
       t.bench.venue.faults.lose_request_percent = 100;
       fail_strategy(t.bench);
       t.bench.venue.faults.lose_request_percent = 0;
     }},
    {"with our tag, of a run that nobody remembers",
     [](KillKindsBench& t) {
       PlaceRequest request;
       request.client_id = {1};
       request.price = {99'000};
       request.quantity = {2};
       request.instrument = InstrumentId{1};
       t.bench.venue.execute_place(request, t.bench.now);
     }},
    {"with our tag and no number of ours",
     [](KillKindsBench& t) {
       PlaceRequest request;
       request.price = {99'000};
       request.quantity = {2};
       request.instrument = InstrumentId{0};
       t.bench.venue.execute_place(request, t.bench.now);
     }},
};

TEST(KillKinds, EachIsGoneAndTheVenuesOwnListSaysSo) {  // KILL-06
  for (const KindCase& kind : kKinds) {
    SCOPED_TRACE(kind.name);
    KillKindsBench t;
    kind.make(t);
    t.kill();
    t.bench.run_for(seconds(12));
    EXPECT_EQ(t.bench.venue.open_orders(), 0u);
    for (const auto& [id, algo] : t.desk.algos) EXPECT_FALSE(algo.pending()) << id;
    EXPECT_TRUE(t.bench.ears.flat_at.has_value());
    EXPECT_EQ(t.bench.core->status().open_orders, 0u);
    EXPECT_EQ(t.bench.core->status().unknown_orders, 0u);
    EXPECT_EQ(t.own(), Quantity{kind.position});
  }
}

TEST(KillKinds, EachIsGoneWhenTheKilledRunEndedBeforeItCouldCancel) {  // KILL-06, KILL-09
  for (const KindCase& kind : kKinds) {
    SCOPED_TRACE(kind.name);
    KillKindsBench first;
    kind.make(first);
    first.bench.run_for(milliseconds(20));
    first.bench.venue.disconnect(first.bench.now);
    first.desk.takes_requests = false;
    first.kill();
    test::SecondAlgoRun second(first, engine::StrategySettings::OnStart::Adopt);
    answer_cancels(second.bench, second.desk);
    second.bench.venue.faults.automatic = true;
    second.start();
    second.bench.run_for(seconds(10));
    EXPECT_EQ(second.bench.core->state(), EngineState::Killed);
    EXPECT_EQ(second.bench.venue.open_orders(), 0u);
    for (const auto& [id, algo] : second.desk.algos) EXPECT_FALSE(algo.pending()) << id;
    EXPECT_TRUE(second.bench.ears.flat_at.has_value());
  }
}

TEST(KillKinds, NothingNewLeavesAfterTheFlagInTenThousandTrials) {  // KILL-01
  std::mt19937_64 random(20'261'130);
  std::size_t sent_while_ready = 0;
  for (int round = 0; round < 50; ++round) {
    KillKindsBench t(5);
    EngineBench& bench = t.bench;
    std::vector<Handle> handles;
    const auto any = [&] { return handles[random() % handles.size()]; };
    const auto wish = [&] {
      engine::LaneCommand command;
      command.strategy = StrategyId{0};
      command.more = random() % 2 == 0;  // a batch that the ring cuts short
      switch (handles.empty() ? 0 : random() % 6) {
        case 0:
        case 1:
          command.place = OrderIntent{};
          command.place.strategy = StrategyId{0};
          command.place.handle = {t.last_handle += 2};
          command.place.instrument = InstrumentId{static_cast<std::uint32_t>(random() % 2)};
          command.place.price = {99'500};
          command.place.quantity = {1};
          if (!command.more && random() % 4 == 0) command.place.exits.stop = {99'000};
          handles.push_back(command.place.handle);
          break;
        case 2:
          command.kind = engine::LaneCommand::Kind::Amend;
          command.amend = {StrategyId{0}, any(), Price{99'400}, std::nullopt,
                           bench.now,     false, false};
          break;
        case 3:
          command.kind = engine::LaneCommand::Kind::Cancel;
          command.cancel = {StrategyId{0}, any(), bench.now};
          break;
        case 4:
          t.place(entry_trigger());
          return;
        case 5:
          t.stop(5, 98'000);
          return;
      }
      bench.core->on_lane_command(command, bench.now);
    };
    const auto sent = [&] {
      return bench.venue.places.size() + bench.venue.amends.size() + t.desk.places.size() +
             t.desk.amends.size();
    };
    for (int trial = 0; trial < 200; ++trial) {
      for (auto n = random() % 6; n > 0; --n) wish();
      if (random() % 8 == 0) bench.journal.set_capacity(bench.journal.entries().size());
      if (random() % 8 == 0) bench.turn();
      t.kill();
      const std::size_t before = sent();
      // What stood in the rings, to the last place, and what comes after it.
      for (auto n = 1 + random() % 40; n > 0; --n) wish();
      bench.run_for(milliseconds(20));
      for (auto n = random() % 4; n > 0; --n) wish();
      bench.run_for(milliseconds(20));
      ASSERT_EQ(sent(), before) << "round " << round << " trial " << trial;
      bench.journal.set_capacity(10'000'000);
      bench.core->resume("somebody", bench.now);
      for (int i = 0; i < 40 && bench.core->state() != EngineState::Ready; ++i)
        bench.run_for(milliseconds(100), milliseconds(50));
      ASSERT_EQ(bench.core->state(), EngineState::Ready);
      std::erase_if(bench.venue.orders, [](const auto& entry) { return !entry.second.open(); });
      handles.clear();
    }
    sent_while_ready += sent();
  }
  EXPECT_GT(sent_while_ready, 10'000u) << "there was something to stop";
}

/// The formula for algo orders alone: 20 in 2 s of an instrument, ten a request.
TEST(KillKinds, AlgoOrdersAreBoundedByTheVenuesLimitAlone) {  // KILL-04
  constexpr std::int64_t kAlgos = 100;
  EngineBench bench;
  TinyAlgoDesk desk(bench);
  answer_cancels(bench, desk);
  bench.risk_settings.rates.place_algo = {1'000, seconds(2)};
  bench.make_ready();
  engine::LaneCommand command;
  command.kind = engine::LaneCommand::Kind::PlaceAlgo;
  command.strategy = StrategyId{0};
  command.algo = AlgoIntent{};
  command.algo.strategy = StrategyId{0};
  command.algo.instrument = InstrumentId{0};
  command.algo.terms = entry_trigger();
  for (int i = 0; i < kAlgos; ++i) {
    ++command.algo.handle.value;
    bench.core->on_lane_command(command, bench.now);
    desk.take();
  }
  bench.core->kill("a test", "somebody", bench.now);
  const Timestamp start = bench.now;
  const auto are_gone = [&] {
    return std::ranges::none_of(desk.algos,
                                [](const auto& entry) { return entry.second.pending(); });
  };
  while (!are_gone() && bench.now - start < seconds(60)) bench.run_for(milliseconds(10));
  EXPECT_LE(bench.now - start, milliseconds(2'000 * kAlgos / 20 + 100));
  EXPECT_GE(bench.now - start, seconds(4)) << "the venue's limit was kept";
}

TEST(KillKinds, TheTimerIsRefreshedByNoTurnThatIsIll) {  // COD-02
  struct Ill {
    const char* name;
    void (*begin)(EngineBench&);
  };
  const Ill ills[] = {
      {"market feed not fresh", [](EngineBench& b) { b.market_up = false; }},
      {"account silent", [](EngineBench& b) { b.venue.connected = false; }},
      {"account lost", [](EngineBench& b) { b.venue.disconnect(b.now); }},
      {"market lost",
       [](EngineBench& b) { b.core->on_market_connection(ConnectionState::Disconnected, b.now); }},
      {"journal full",
       [](EngineBench& b) {
         b.journal.set_capacity(b.journal.entries().size());
         b.place(Side::Buy, 1, 99'500);
       }},
      {"journal's writer failed", [](EngineBench& b) { b.core->set_journal_failed(true, b.now); }},
      {"lists cannot be read", [](EngineBench& b) { b.venue.answers_lists = false; }},
      {"clock off", [](EngineBench& b) { b.core->on_venue_clock(seconds(60), b.now); }},
      {"held by a person", [](EngineBench& b) { b.core->hold("", "somebody", b.now); }},
      {"killed", [](EngineBench& b) { b.core->kill("", "somebody", b.now); }},
      {"stood still",
       [](EngineBench& b) {
         b.venue.answers_lists = false;
         b.core->on_pause(seconds(9), b.now);
       }},
  };
  for (const Ill& ill : ills) {
    SCOPED_TRACE(ill.name);
    EngineBench bench;
    bench.uses_dead_man = true;
    bench.settings.alive_max = milliseconds(900);
    bench.settings.reconciler.overdue_after = milliseconds(900);
    bench.settings.reconciler.period = milliseconds(600);
    bench.make_ready();
    bench.run_for(seconds(4));
    ASSERT_EQ(bench.core->state(), EngineState::Ready);
    const std::size_t healthy = bench.venue.dead_man_calls;
    ASSERT_GE(healthy, 2u);
    ill.begin(bench);
    bench.run_for(seconds(1));
    const std::size_t calls = bench.venue.dead_man_calls;
    bench.run_for(seconds(20));
    EXPECT_EQ(bench.venue.dead_man_calls, calls) << "refreshed more than 1 s after it began";
    EXPECT_NE(bench.core->state(), EngineState::Ready);
  }
}

TEST(KillKinds, WhatTheTimerDoesNotCoverIsListedAndMayBeRefused) {  // COD-06
  KillKindsBench t(5);
  t.stop(5, 99'000);
  t.desk.take();
  EXPECT_EQ(t.bench.core->status().algo_orders, 1u);

  EngineBench strict;
  TinyAlgoDesk desk(strict);
  strict.settings.orders.requires_timer_cover = true;
  strict.make_ready();
  engine::LaneCommand command;
  command.strategy = StrategyId{0};
  command.place = OrderIntent{};
  command.place.strategy = StrategyId{0};
  command.place.handle = {2};
  command.place.instrument = InstrumentId{0};
  command.place.price = {99'500};
  command.place.quantity = {1};
  command.place.exits.stop = {99'000};
  strict.core->on_lane_command(command, strict.now);
  command.kind = engine::LaneCommand::Kind::PlaceAlgo;
  command.algo = AlgoIntent{};
  command.algo.strategy = StrategyId{0};
  command.algo.handle = {4};
  command.algo.instrument = InstrumentId{0};
  command.algo.terms = entry_trigger();
  strict.core->on_lane_command(command, strict.now);
  ASSERT_EQ(strict.ears.order_events.size(), 2u);
  for (const engine::OrderEvent& event : strict.ears.order_events)
    EXPECT_EQ(event.denial.reason, DenialReason::NotCoveredByTimer);
  EXPECT_TRUE(desk.places.empty());
  EXPECT_TRUE(strict.venue.places.empty());
  EXPECT_EQ(strict.ears.last(strict.place(Side::Buy, 1, 99'500)), OrderEventKind::PendingNew);
}

TEST(KillKinds, AMachineThatStoodStillHoldsUntilAllIsCompared) {  // COD-05, COD-09
  EngineBench bench;
  bench.uses_dead_man = true;
  bench.make_ready();
  bench.venue.faults.automatic = true;
  const Handle order = bench.place(Side::Buy, 1, 99'500);
  bench.run_for(milliseconds(50));
  bench.core->on_pause(milliseconds(500), bench.now);
  EXPECT_EQ(bench.core->state(), EngineState::Ready) << "no more than a busy machine shows";

  bench.now = bench.now + seconds(20);  // the venue's timer has fired meanwhile
  bench.venue.end(bench.venue.orders.begin()->second, OrderState::Cancelled,
                  VenueReason::CancelAllAfter, bench.now, false);
  bench.venue.answers_lists = false;
  bench.core->on_pause(seconds(20), bench.now);
  EXPECT_EQ(bench.core->hold_reason(), engine::HoldReason::Paused);
  EXPECT_TRUE(bench.ears.heard(engine::Alert::ClockJumped));
  EXPECT_EQ(bench.ears.last(bench.place(Side::Buy, 1, 99'500)), OrderEventKind::Denied);
  bench.run_for(seconds(5));
  EXPECT_EQ(bench.core->hold_reason(), engine::HoldReason::Paused);
  bench.venue.answers_lists = true;
  bench.run_for(seconds(8));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
  EXPECT_EQ(bench.ears.last(order), OrderEventKind::Cancelled);
  EXPECT_EQ(bench.core->status().open_orders, 0u);
}

}  // namespace
}  // namespace gannet
