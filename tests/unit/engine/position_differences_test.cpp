#include <gtest/gtest.h>

#include "support/engine_bench.h"

// The venue's positions against those by fills: what holds an instrument, what frees it, what a
// person's acceptance means.

namespace gannet {
namespace {

using engine::Alert;
using engine::EngineState;
using engine::HoldReason;
using test::EngineBench;

constexpr InstrumentId kFirst{0};

struct PositionDifferences : testing::Test {
  EngineBench bench;
  void SetUp() override {
    bench.make_ready();
    bench.run_for(seconds(3));
    ASSERT_EQ(bench.core->state(), EngineState::Ready);
  }

  /// The venue's position becomes that, and it says so.
  void venue_tells(std::int64_t quantity, std::int64_t last_trade = 0) {
    bench.venue.position[0] = {quantity};
    bench.venue.position_time[0] = bench.now;
    PositionReport report;
    report.instrument = kFirst;
    report.quantity = {quantity};
    report.last_trade = {last_trade};
    report.exchange_time = report.receive_time = bench.now;
    bench.core->on_position(report, false);
  }
  void tell_leg(PositionSide side, MarginMode mode, std::int64_t quantity, Timestamp when) {
    PositionReport report;
    report.instrument = kFirst;
    report.side = side;
    report.margin_mode = mode;
    report.quantity = {quantity};
    report.average_entry_price = {static_cast<__int128>(100) * power_of_ten(Amount::kDigits),
                                  bench.usdt};
    report.exchange_time = when;
    report.receive_time = bench.now;
    bench.venue.other_positions.push_back(report);
    bench.core->on_position(report, false);
  }
  /// Of somebody else's order.
  void foreign_fill(std::int64_t trade, Side side, std::int64_t quantity,
                    PositionSide leg = PositionSide::Net) {
    ExecutionReport push;
    push.instrument = kFirst;
    push.venue_id = {static_cast<std::uint64_t>(700 + trade)};
    push.side = side;
    push.position_side = leg;
    push.state = OrderState::Filled;
    push.quantity = push.cumulative_quantity = {quantity};
    push.has_fill = true;
    push.fill.trade_id = {trade};
    push.fill.price = {100'000};
    push.fill.quantity = {quantity};
    push.fill.exchange_time = push.exchange_time = push.receive_time = bench.now;
    bench.core->on_execution_report(push);
  }
  /// How long until the instrument is held; 100 s if it is not.
  Nanos time_to_hold() {
    const Timestamp start = bench.now;
    while (!bench.core->is_held(kFirst) && bench.now - start < seconds(100))
      bench.run_for(milliseconds(10));
    return bench.now - start;
  }
};

TEST_F(PositionDifferences, AFillThatTheVenuesWordIsOlderThanFreesNothing) {  // POST-03
  venue_tells(100);
  bench.run_for(seconds(6));
  ASSERT_TRUE(bench.core->is_held(kFirst));
  bench.run_for(milliseconds(200));
  foreign_fill(42, Side::Buy, 1);  // its position push is still on its way
  for (int i = 0; i < 30; ++i) {
    bench.run_for(milliseconds(10));
    EXPECT_TRUE(bench.core->is_held(kFirst));
  }
  EXPECT_FALSE(bench.core->accept(kFirst, "operator", bench.now));  // it would undo the fill
  venue_tells(101);
  bench.run_for(milliseconds(300));
  EXPECT_TRUE(bench.core->is_held(kFirst));
  // Only agreement frees it.
  foreign_fill(43, Side::Buy, 100);
  venue_tells(101);
  bench.run_for(milliseconds(300));
  EXPECT_FALSE(bench.core->is_held(kFirst));
}

TEST_F(PositionDifferences, HoldAfterTheirGraceAndOneRoundOfLists) {  // POST-02, POST-03
  venue_tells(100);
  const Nanos took = time_to_hold();
  EXPECT_GE(took, seconds(2));
  EXPECT_LE(took, seconds(3));
}

TEST_F(PositionDifferences, HoldWithinFiveSecondsThoughNoListCanBeRead) {  // POST-03
  bench.venue.answers_lists = false;
  venue_tells(100);
  EXPECT_LE(time_to_hold(), seconds(5));
}

TEST_F(PositionDifferences, FillsBetweenDoNotRestartTheirTime) {  // POST-03
  venue_tells(100);
  const Timestamp start = bench.now;
  for (int i = 0; i < 50 && !bench.core->is_held(kFirst); ++i) {
    foreign_fill(50 + i, Side::Buy, 1);
    bench.run_for(milliseconds(110));
    venue_tells(101 + i);
    bench.run_for(milliseconds(110));
  }
  EXPECT_TRUE(bench.core->is_held(kFirst));
  EXPECT_LE(bench.now - start, seconds(5) + milliseconds(220));
}

TEST_F(PositionDifferences, WordAheadOfItsFillHoldsNothing) {  // D 28
  for (int i = 1; i <= 100; ++i) {
    venue_tells(i, i);  // the position is told first, every time, and bears the earlier time
    bench.run_for(milliseconds(100));
    foreign_fill(i, Side::Buy, 1);
    bench.run_for(milliseconds(10));
  }
  EXPECT_FALSE(bench.ears.heard(Alert::PositionDifference));
}

TEST_F(PositionDifferences, EngineHoldsWhenNoRoundOfListsCompletesForAMinute) {  // POST-03
  bench.venue.answers_lists = false;
  bench.run_for(seconds(45));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
  bench.run_for(seconds(20));
  EXPECT_EQ(bench.core->state(), EngineState::Held);
  EXPECT_EQ(bench.core->hold_reason(), HoldReason::Reconciliation);
  bench.venue.answers_lists = true;
  bench.run_for(seconds(3));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
}

TEST_F(PositionDifferences, CrossAndIsolatedOfOneInstrumentAddUp) {  // POST-03
  foreign_fill(1, Side::Buy, 5);
  tell_leg(PositionSide::Net, MarginMode::Cross, 5, bench.now);
  bench.run_for(milliseconds(10));
  foreign_fill(2, Side::Sell, 2);
  tell_leg(PositionSide::Net, MarginMode::Isolated, -2, bench.now);
  bench.run_for(seconds(40));
  EXPECT_FALSE(bench.core->is_held(kFirst));
  EXPECT_EQ(bench.core->status(kFirst, bench.now).venue_position, Quantity{3});
  // One of them closes and is left out of the list.
  foreign_fill(3, Side::Buy, 2);
  bench.venue.other_positions.pop_back();
  bench.run_for(seconds(40));
  EXPECT_FALSE(bench.core->is_held(kFirst));
  EXPECT_EQ(bench.core->status(kFirst, bench.now).venue_position, Quantity{5});
}

TEST_F(PositionDifferences, AcceptingOneKillsNothingByItsOldLoss) {  // PRE-15
  bench.core->on_reference_price(
      {kFirst, ReferencePriceEvent::Kind::Mark, Price{100'000}, bench.now, bench.now});
  bench.venue.position[0] = {100};
  tell_leg(PositionSide::Net, MarginMode::Cross, 100, bench.now);
  bench.run_for(seconds(6));
  ASSERT_TRUE(bench.core->is_held(kFirst));
  bench.core->on_reference_price(
      {kFirst, ReferencePriceEvent::Kind::Mark, Price{90'000}, bench.now, bench.now});
  ASSERT_TRUE(bench.core->accept(kFirst, "operator", bench.now));
  bench.run_for(milliseconds(300));
  const engine::ProfitFigures& account = bench.core->profits().figures({});
  EXPECT_TRUE(account.valued);
  EXPECT_LT(account.total, 0);
  EXPECT_EQ(account.result, 0);
  EXPECT_EQ(account.drawdown, 0);
}

TEST_F(PositionDifferences, LegsOfAHedgeAreComparedAndAcceptedOneByOne) {  // POST-03
  bench.run_for(milliseconds(100));
  tell_leg(PositionSide::Long, MarginMode::Cross, 5, bench.now);
  tell_leg(PositionSide::Short, MarginMode::Cross, -5, bench.now - seconds(1));  // sums to nothing
  EXPECT_LE(time_to_hold(), seconds(5));
  ASSERT_TRUE(bench.core->accept(kFirst, "operator", bench.now));
  const risk::Exposure& exposure = bench.core->exposure();
  EXPECT_EQ(exposure.of_account(kFirst, PositionSide::Long).position, Quantity{5});
  EXPECT_EQ(exposure.of_account(kFirst, PositionSide::Short).position, Quantity{-5});
  bench.run_for(seconds(40));
  EXPECT_FALSE(bench.core->is_held(kFirst));

  engine::PriorBelief prior;
  for (const auto& entry : bench.journal.entries())
    prior.add(entry.type, entry.payload, entry.time);
  EngineBench next(1, EngineBench::kRun + 100);
  next.build(&prior);
  EXPECT_EQ(next.core->exposure().of_account(kFirst, PositionSide::Long).position, Quantity{5});
  EXPECT_EQ(next.core->exposure().of_account(kFirst, PositionSide::Short).position, Quantity{-5});
  EXPECT_EQ(next.core->positions().of_account(kFirst).quantity(), Quantity{0});
}

}  // namespace
}  // namespace gannet
