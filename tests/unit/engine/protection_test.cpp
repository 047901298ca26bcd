#include "engine/protection.h"

#include <gtest/gtest.h>

#include "support/engine_bench.h"

// Automatic protection: thresholds with actions that a person confirmed once.

namespace gannet {
namespace {

using engine::Alert;
using engine::EngineState;
using engine::OrderEventKind;
using engine::ProtectionAction;
using engine::ProtectionRule;
using engine::ProtectionWatch;
using test::EngineBench;

constexpr InstrumentId kGuarded{0};
constexpr __int128 kMoney = 1'000'000'000'000'000'000;

ProtectionRule protect_when(ProtectionWatch watch, __int128 threshold, ProtectionAction action) {
  ProtectionRule rule;
  rule.name = "test";
  rule.watch = watch;
  rule.threshold = threshold;
  rule.action = action;
  return rule;
}

/// Strategy 0 holds 100 contracts of 0.01 bought at 100, strategy 1 holds 40.
struct ProtectedBench : EngineBench {
  explicit ProtectedBench(ProtectionRule rule) { settings.protections.push_back(std::move(rule)); }

  void make_holding() {
    make_ready();
    venue.faults.automatic = true;
    trade(Side::Buy, 100, 0);
    trade(Side::Buy, 40, 1);
    also_run = [this](Timestamp at) {  // the market takes what reduces
      for (auto& [id, resting] : venue.orders) {
        const engine::Order* known = core->orders().table().find(resting.client_id);
        if (resting.open() && known != nullptr && known->by_engine)
          venue.fill(resting, resting.quantity, resting.price, at);
      }
    };
    own = place(Side::Buy, 1, 99'500, 0, 0);
    others = place(Side::Buy, 1, 99'500, 0, 1);
    run_for(milliseconds(50));
  }
  void trade(Side side, std::int64_t quantity, std::uint16_t strategy) {
    const Handle handle = place(side, quantity, 100'000, 0, strategy);
    run_for(milliseconds(20));
    for (auto& [id, at] : venue.orders) {
      if (at.client_id == order(handle)->client_id) venue.fill(at, at.quantity, at.price, now);
    }
    run_for(milliseconds(20));
  }
  void mark(std::int64_t price) {
    core->on_reference_price({kGuarded, ReferencePriceEvent::Kind::Mark, Price{price}, now, now});
    run_for(milliseconds(200));
  }
  void tell_balance(std::int64_t equity, std::int64_t margin_ratio_ppm = 0) {
    BalanceReport balance;
    balance.cash = balance.available = balance.equity = {equity * kMoney, usdt};
    balance.margin_ratio_ppm = margin_ratio_ppm;
    balance.exchange_time = balance.receive_time = now;
    core->on_balance(balance, false);
    run_for(milliseconds(200));
  }
  int acted() const {
    int count = 0;
    for (const auto& alert : ears.alerts) count += alert.alert == Alert::Protection ? 1 : 0;
    return count;
  }
  std::int64_t held(std::uint16_t strategy) const {
    return core->positions().of_strategy(StrategyId{strategy}, kGuarded).quantity().raw;
  }
  /// What becomes of one that would add, and of one that would take off.
  OrderEventKind adding(std::uint16_t strategy = 0) {
    return ears.last(place(Side::Buy, 1, 99'500, 0, strategy));
  }
  OrderEventKind reducing(std::uint16_t strategy = 0) {
    return ears.last(place(Side::Sell, 1, 100'500, 0, strategy));
  }

  Handle own;
  Handle others;
};

TEST(Protection, EachFigureIsComparedWithItsThreshold) {
  struct Case {
    ProtectionWatch watch;
    __int128 threshold;
    std::int64_t equity;
    std::int64_t margin_ratio_ppm;
    std::int64_t mark;
    bool acts;
  };
  using W = ProtectionWatch;
  for (const Case& c : std::initializer_list<Case>{
           {W::Balance, 1'000 * kMoney, 1'000, 0, 100'000, false},
           {W::Balance, 1'000 * kMoney, 999, 0, 100'000, true},
           {W::MarginRatio, 3'000'000, 1'000, 3'000'000, 100'000, false},
           {W::MarginRatio, 3'000'000, 1'000, 2'999'999, 100'000, true},
           {W::MarginRatio, 3'000'000, 1'000, 0, 100'000, false},  // not told
           {W::PositionRatio, 1'400'000, 100, 0, 100'000, false},  // 140 of value
           {W::PositionRatio, 1'399'999, 100, 0, 100'000, true},
           {W::PositionRatio, 1'000'000, -1, 0, 100'000, true},  // owing
           {W::Loss, 14 * kMoney / 10, 1'000, 0, 99'000, false},
           {W::Loss, 13 * kMoney / 10, 1'000, 0, 99'000, true},
           {W::Profit, 14 * kMoney / 10, 1'000, 0, 101'000, false},
           {W::Profit, 13 * kMoney / 10, 1'000, 0, 101'000, true},
           {W::Drawdown, 13 * kMoney / 10, 1'000, 0, 99'000, true}}) {
    ProtectionRule rule = protect_when(c.watch, c.threshold, ProtectionAction::Alert);
    ProtectedBench bench(rule);
    bench.settings.protections[0].currency = bench.usdt;
    bench.make_holding();
    bench.tell_balance(c.equity, c.margin_ratio_ppm);
    bench.mark(c.mark);
    EXPECT_EQ(bench.acted(), c.acts ? 1 : 0)
        << static_cast<int>(c.watch) << " at " << c.equity << " " << c.mark;
    EXPECT_EQ(bench.core->state(), EngineState::Ready) << "an alert is all";
  }
}

TEST(Protection, ActsOnceAndAgainOnlyWhenTheConditionHadGoneForAMinute) {
  ProtectedBench bench(protect_when(ProtectionWatch::Loss, kMoney, ProtectionAction::Alert));
  bench.make_holding();
  for (const std::int64_t price : {98'000, 97'000, 100'000, 98'000}) bench.mark(price);
  EXPECT_EQ(bench.acted(), 1) << "back within a minute is the same event";
  bench.mark(100'000);
  bench.run_for(seconds(61), milliseconds(50));
  bench.mark(98'000);
  EXPECT_EQ(bench.acted(), 2);
}

TEST(Protection, LegsThatDoNotMatchHaveALimitAndAClock) {  // POST-09
  ProtectionRule rule =
      protect_when(ProtectionWatch::Unhedged, 100 * kMoney, ProtectionAction::Close);
  rule.strategy = StrategyId{0};
  rule.hold_for = seconds(2);
  ProtectedBench bench(rule);
  bench.make_holding();  // 100 of value; the other leg lags
  bench.trade(Side::Buy, 10, 0);
  bench.run_for(seconds(1));
  EXPECT_EQ(bench.acted(), 0) << "it has two seconds";
  bench.trade(Side::Sell, 10, 0);
  bench.run_for(seconds(3));
  EXPECT_EQ(bench.acted(), 0) << "hedged in time";
  bench.trade(Side::Buy, 10, 0);
  bench.run_for(seconds(4));
  EXPECT_EQ(bench.acted(), 1);
  EXPECT_EQ(bench.held(0), 0) << "unwound";
  EXPECT_EQ(bench.held(1), 40);
}

TEST(Protection, ReducesToAPartWithReduceOnlyOrdersAndRefusesNewRiskUntilAPersonResumes) {
  ProtectionRule rule = protect_when(ProtectionWatch::Loss, kMoney, ProtectionAction::ReduceTo);
  rule.strategy = StrategyId{0};
  rule.reduce_to_ppm = 500'000;
  rule.collar_ppm = 20'000;
  ProtectedBench bench(rule);
  bench.risk_settings.instrument_default.price_collar_ppm = 50'000;
  bench.make_holding();
  bench.venue.places.clear();
  bench.mark(98'900);
  bench.run_for(seconds(3));
  EXPECT_EQ(bench.held(0), 50);
  EXPECT_EQ(bench.held(1), 40) << "another's position is not touched";
  EXPECT_EQ(bench.ears.last(bench.own), OrderEventKind::Cancelled);
  EXPECT_EQ(bench.ears.last(bench.others), OrderEventKind::Live);
  ASSERT_FALSE(bench.venue.places.empty());
  for (const PlaceRequest& request : bench.venue.places) {
    EXPECT_TRUE(request.reduce_only);
    EXPECT_EQ(request.price.raw, 98'000) << "two percent through the middle of the book";
  }
  EXPECT_TRUE(bench.ears.heard(Alert::PositionReduced));
  EXPECT_EQ(bench.adding(), OrderEventKind::Denied);
  EXPECT_NE(bench.reducing(), OrderEventKind::Denied) << "PRE-18: what takes off passes";
  EXPECT_NE(bench.adding(1), OrderEventKind::Denied);
  bench.core->resume("tester", bench.now);
  bench.run_for(seconds(1));
  EXPECT_NE(bench.adding(), OrderEventKind::Denied);
}

TEST(Protection, ClosesTheAccountOnALiquidationWarning) {  // KILL-13
  ProtectedBench bench(
      protect_when(ProtectionWatch::LiquidationWarning, 0, ProtectionAction::Close));
  bench.make_holding();
  LiquidationWarning warning;
  warning.instrument = kGuarded;
  warning.quantity = {140};
  warning.margin_ratio_ppm = 2'900'000;
  warning.receive_time = bench.now;
  bench.core->on_liquidation_warning(warning);
  bench.core->on_liquidation_warning(warning);
  bench.run_for(seconds(3));
  EXPECT_EQ(bench.acted(), 1);
  EXPECT_EQ(bench.held(0), 0);
  EXPECT_EQ(bench.held(1), 0);
  EXPECT_EQ(bench.core->positions().of_account(kGuarded).quantity().raw, 0);
  EXPECT_EQ(bench.venue.open_orders(), 0u);
}

TEST(Protection, HoldCancelAndReduceOnlyDoWhatTheySayAndNoMore) {
  {
    ProtectedBench bench(protect_when(ProtectionWatch::Loss, kMoney, ProtectionAction::Hold));
    bench.make_holding();
    bench.mark(98'000);
    bench.run_for(seconds(1));
    EXPECT_EQ(bench.core->state(), EngineState::Held);
    EXPECT_EQ(bench.core->hold_reason(), engine::HoldReason::Operator);
    EXPECT_EQ(bench.held(0), 100);
  }
  {
    ProtectedBench bench(protect_when(ProtectionWatch::Loss, kMoney, ProtectionAction::Cancel));
    bench.make_holding();
    bench.mark(98'000);
    bench.run_for(seconds(1));
    EXPECT_EQ(bench.ears.last(bench.own), OrderEventKind::Cancelled);
    EXPECT_NE(bench.adding(), OrderEventKind::Denied);
  }
  {
    ProtectedBench bench(protect_when(ProtectionWatch::Loss, kMoney, ProtectionAction::ReduceOnly));
    bench.make_holding();
    bench.mark(98'000);
    bench.run_for(seconds(1));
    EXPECT_EQ(bench.ears.last(bench.others), OrderEventKind::Cancelled);
    EXPECT_EQ(bench.adding(1), OrderEventKind::Denied);
    EXPECT_NE(bench.reducing(1), OrderEventKind::Denied);
    EXPECT_EQ(bench.held(0), 100);
    EXPECT_EQ(bench.core->state(), EngineState::Ready);
  }
}

// ReduceOnly is the last of the modes and not the worst: what waits for the disk asks for the
// worst.
TEST(Protection, WhatMayReduceOnlyIsHeldAndKilledAllTheSame) {  // PRE-01
  ProtectedBench bench(protect_when(ProtectionWatch::Loss, kMoney, ProtectionAction::ReduceOnly));
  bench.make_holding();
  bench.mark(98'000);
  const Handle handle = bench.place(Side::Sell, 1, 100'500);
  const ClientOrderId id = bench.order(handle)->client_id;
  EXPECT_EQ(bench.core->mode_of(id), risk::TradingMode::ReduceOnly);
  bench.core->hold("test", "tester", bench.now);
  EXPECT_EQ(bench.core->mode_of(id), risk::TradingMode::Held);
  bench.core->kill("test", "tester", bench.now);
  EXPECT_EQ(bench.core->mode_of(id), risk::TradingMode::Killed);
}

/// The engine anew, with what the journal holds, on a venue that has what it had.
struct NextProtectedRun {
  NextProtectedRun(const ProtectedBench& before, const ProtectionRule& rule)
      : bench(1, EngineBench::kRun + 600) {
    for (const auto& entry : before.journal.entries())
      prior.add(entry.type, entry.payload, entry.time);
    bench.settings.protections.push_back(rule);
    bench.risk_settings.instrument_default.price_collar_ppm = 50'000;
    bench.settings.on_start.assign(2, engine::StrategySettings::OnStart::Adopt);
    bench.now = before.now + seconds(2);
    bench.venue.orders = before.venue.orders;
    bench.venue.position = before.venue.position;
    bench.venue.position_time = before.venue.position_time;
    bench.venue.fills = before.venue.fills;
    bench.venue.faults.automatic = true;
    bench.build(&prior);
    bench.connect();
    run_at(98'900, milliseconds(500));
  }
  void run_at(std::int64_t mark, Nanos span) {
    for (const Timestamp end = bench.now + span; bench.now < end;) {
      bench.core->on_reference_price(
          {kGuarded, ReferencePriceEvent::Kind::Mark, Price{mark}, bench.now, bench.now});
      bench.run_for(milliseconds(100));
    }
  }
  void take() {
    for (auto& [id, resting] : bench.venue.orders) {
      const engine::Order* known = bench.core->orders().table().find(resting.client_id);
      if (resting.open() && known != nullptr && known->by_engine)
        bench.venue.fill(resting, resting.quantity, resting.price, bench.now);
    }
  }
  OrderEventKind adding(std::uint16_t strategy) {
    const Handle handle = bench.place(Side::Buy, 1, 98'000, 0, strategy);
    bench.run_for(milliseconds(30));
    return bench.ears.last(handle);
  }
  std::int64_t held(std::uint16_t strategy) const {
    return bench.core->positions().of_strategy(StrategyId{strategy}, kGuarded).quantity().raw;
  }
  engine::PriorBelief prior;
  EngineBench bench;
};

TEST(Protection, WhatItDidOutlivesARestartAndIsNotDoneTwice) {
  ProtectionRule rule = protect_when(ProtectionWatch::Loss, kMoney, ProtectionAction::ReduceTo);
  rule.strategy = StrategyId{0};
  rule.reduce_to_ppm = 500'000;
  rule.collar_ppm = 20'000;
  ProtectedBench bench(rule);
  bench.risk_settings.instrument_default.price_collar_ppm = 50'000;
  bench.make_holding();
  bench.also_run = {};  // nobody takes what reduces
  bench.mark(98'900);
  bench.run_for(seconds(1));
  ASSERT_EQ(bench.acted(), 1);
  ASSERT_EQ(bench.held(0), 100);

  NextProtectedRun next(bench, rule);
  ASSERT_EQ(next.bench.core->state(), EngineState::Ready);
  EXPECT_EQ(next.adding(0), OrderEventKind::Denied);
  EXPECT_NE(next.adding(1), OrderEventKind::Denied);
  EXPECT_TRUE(next.bench.core->reducer().is_running(StrategyId{0}));
  next.bench.also_run = [&](Timestamp) { next.take(); };
  next.run_at(98'900, seconds(3));
  EXPECT_EQ(next.held(0), 50) << "half of what there was at first, not of what is left";
  EXPECT_FALSE(next.bench.ears.heard(Alert::Protection)) << "the same condition holds on";

  // A third run would find nothing to reduce.
  engine::PriorBelief prior = next.prior;
  for (const auto& entry : next.bench.journal.entries())
    prior.add(entry.type, entry.payload, entry.time);
  EXPECT_TRUE(prior.reductions().empty());
  EXPECT_EQ(prior.protections().size(), 1u);
  EXPECT_EQ(prior.acted_rules().size(), 1u);

  // The condition goes for a minute: the rule may act again, in this run and in the next.
  next.run_at(100'000, seconds(62));
  next.bench.core->resume("tester", next.bench.now);
  next.run_at(100'000, seconds(1));
  EXPECT_NE(next.adding(0), OrderEventKind::Denied);
  for (const auto& entry : next.bench.journal.entries())
    prior.add(entry.type, entry.payload, entry.time);
  EXPECT_TRUE(prior.protections().empty());
  EXPECT_TRUE(prior.acted_rules().empty());
}

TEST(Protection, AHoldOutlivesARestart) {
  const ProtectionRule rule = protect_when(ProtectionWatch::Loss, kMoney, ProtectionAction::Hold);
  ProtectedBench bench(rule);
  bench.make_holding();
  bench.mark(98'000);
  bench.run_for(seconds(1));
  ASSERT_EQ(bench.core->state(), EngineState::Held);
  NextProtectedRun next(bench, rule);
  EXPECT_EQ(next.bench.core->state(), EngineState::Held);
  EXPECT_EQ(next.bench.core->hold_reason(), engine::HoldReason::Operator);
  next.bench.core->resume("tester", next.bench.now);
  next.run_at(98'900, seconds(1));
  EXPECT_EQ(next.bench.core->state(), EngineState::Ready);
}

// A review found it: what a person had lifted was there again after a restart.
TEST(Protection, WhatAPersonLiftedDoesNotComeBackWithARestart) {
  ProtectionRule rule = protect_when(ProtectionWatch::Loss, kMoney, ProtectionAction::ReduceTo);
  rule.strategy = StrategyId{0};
  rule.reduce_to_ppm = 500'000;
  rule.collar_ppm = 20'000;
  ProtectedBench bench(rule);
  bench.risk_settings.instrument_default.price_collar_ppm = 50'000;
  bench.make_holding();
  bench.also_run = {};
  bench.mark(98'900);
  bench.run_for(seconds(1));
  ASSERT_EQ(bench.acted(), 1);
  bench.core->resume("tester", bench.now);
  bench.run_for(seconds(1));

  NextProtectedRun next(bench, rule);
  EXPECT_TRUE(next.prior.protections().empty());
  EXPECT_TRUE(next.prior.reductions().empty());
  EXPECT_FALSE(next.bench.core->reducer().is_running(StrategyId{0}));
  EXPECT_NE(next.adding(0), OrderEventKind::Denied);
  next.run_at(98'900, seconds(1));
  EXPECT_FALSE(next.bench.ears.heard(Alert::Protection)) << "the condition never went";
}

// Likewise: another rule at the same place in the file took over what the older one had done.
TEST(Protection, ARuleThatWatchesSomethingElseHasNotActedYet) {
  const ProtectionRule rule = protect_when(ProtectionWatch::Loss, kMoney, ProtectionAction::Alert);
  ProtectedBench bench(rule);
  bench.make_holding();
  bench.mark(98'900);
  bench.run_for(seconds(1));
  ASSERT_EQ(bench.acted(), 1);
  NextProtectedRun same(bench, rule);
  same.run_at(98'900, seconds(1));
  EXPECT_FALSE(same.bench.ears.heard(Alert::Protection));
  NextProtectedRun other(bench,
                         protect_when(ProtectionWatch::Drawdown, kMoney, ProtectionAction::Alert));
  other.run_at(98'900, seconds(1));
  EXPECT_TRUE(other.bench.ears.heard(Alert::Protection));
}

}  // namespace
}  // namespace gannet
