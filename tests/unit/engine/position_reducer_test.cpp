#include <gtest/gtest.h>

#include "support/engine_bench.h"

// KILL-13: positions are brought down by reduce-only orders with a collar; residue is told.

namespace gannet {
namespace {

using engine::Alert;
using engine::EngineState;
using engine::ReductionRequest;
using test::EngineBench;

constexpr InstrumentId kReduced{0};
constexpr StrategyId kSeller{0};
constexpr StrategyId kOther{1};

struct ReducerBench : EngineBench {
  ReducerBench() {
    risk_settings.instrument_default.order_quantity_max = risk::SizeLimit{{40, 0}, {}};
  }
  /// Ready, and the strategies hold that much of the first instrument.
  void make_holding(std::int64_t first, std::int64_t second = 0) {
    make_ready();
    venue.faults.automatic = true;
    hold(kSeller, first);
    hold(kOther, second);
  }
  void hold(StrategyId strategy, std::int64_t quantity) {
    const Side side = quantity > 0 ? Side::Buy : Side::Sell;
    for (std::int64_t left = std::abs(quantity); left > 0;) {
      const std::int64_t part = std::min<std::int64_t>(left, 40);
      const Handle handle = place(side, part, 100'000, 0, strategy.value);
      run_for(milliseconds(20));
      fill(handle);
      left -= part;
    }
    venue.places.clear();
  }
  void fill(Handle handle) {
    for (auto& [id, at] : venue.orders) {
      if (order(handle) != nullptr && at.client_id == order(handle)->client_id && at.open())
        venue.fill(at, at.quantity, at.price, now);
    }
    run_for(milliseconds(20));
  }
  /// The market takes what is sent, up to so much an order; the rest of it ends.
  void take(std::int64_t most) {
    also_run = [this, most](Timestamp at) {
      for (auto& [id, resting] : venue.orders) {
        if (!resting.open() || !is_reduction(resting.client_id)) continue;
        const std::int64_t taken = std::min(most, resting.quantity.raw);
        if (taken > 0) venue.fill(resting, {taken}, resting.price, at);
        if (resting.open())
          venue.end(resting, OrderState::Cancelled, VenueReason::ImmediateOrCancelRemainder, at);
      }
    };
  }
  bool is_reduction(ClientOrderId id) const {
    const engine::Order* known = core->orders().table().find(id);
    return known != nullptr && known->by_engine;
  }
  std::int64_t account() const { return core->positions().of_account(kReduced).quantity().raw; }
  std::int64_t own(StrategyId strategy) const {
    return core->positions().of_strategy(strategy, kReduced).quantity().raw;
  }
};

TEST(PositionReducer, StrategysPositionGoesInSlicesByReduceOnlyOrdersWithinTheCollar) {  // KILL-13
  ReducerBench bench;
  bench.make_holding(100, 20);
  bench.take(30);
  ASSERT_TRUE(bench.core->reducer().start({kSeller, kReduced, {25}, 5'000}, bench.now));
  bench.run_for(seconds(5));
  EXPECT_EQ(bench.own(kSeller), 25);
  EXPECT_EQ(bench.own(kOther), 20) << "another's position is not touched";
  EXPECT_EQ(bench.core->reducer().running(), 0u);
  ASSERT_GE(bench.venue.places.size(), 3u);
  for (const PlaceRequest& request : bench.venue.places) {
    EXPECT_EQ(request.side, Side::Sell);
    EXPECT_EQ(request.time_in_force, TimeInForce::ImmediateOrCancel);
    EXPECT_TRUE(request.reduce_only);
    EXPECT_EQ(request.options.self_trade, SelfTradePrevention::CancelMaker)
        << "a quote of our own in its way goes";
    EXPECT_LE(request.quantity.raw, 40) << "the gate's own limit of one order";
    EXPECT_EQ(request.price.raw, 99'500) << "half a percent through the middle, on the tick";
  }
  EXPECT_TRUE(bench.ears.heard(Alert::PositionReduced));
  EXPECT_FALSE(bench.ears.heard(Alert::ReductionResidue));
}

TEST(PositionReducer, AccountsNetPositionIsTakenFromThoseWhoHoldThatSide) {  // KILL-13
  ReducerBench bench;
  bench.make_holding(-50, 20);
  bench.take(100);
  ASSERT_TRUE(bench.core->reducer().start({{}, kReduced, {}, 0}, bench.now));
  bench.run_for(seconds(3));
  EXPECT_EQ(bench.account(), 0);
  EXPECT_EQ(bench.own(kSeller), -20);
  EXPECT_EQ(bench.own(kOther), 20);
  EXPECT_FALSE(bench.core->reducer().start({{}, kReduced, {}, 0}, bench.now)) << "nothing is left";
}

TEST(PositionReducer, OwnerOfTooLittleDoesNotStandInTheWayOfTheOthers) {
  ReducerBench bench;
  bench.instruments[kReduced].minimum_quantity = {5};
  bench.make_holding(8, 20);
  bench.take(100);
  ASSERT_TRUE(bench.core->reducer().start({kSeller, kReduced, {3}, 0}, bench.now));
  bench.run_for(seconds(1));
  ASSERT_EQ(bench.own(kSeller), 3) << "below the minimum from here on";
  ASSERT_TRUE(bench.core->reducer().start({{}, kReduced, {}, 0}, bench.now));
  bench.run_for(seconds(3));
  EXPECT_EQ(bench.own(kOther), 0);
  EXPECT_EQ(bench.account(), 3);
  EXPECT_TRUE(bench.ears.heard(Alert::ReductionResidue));
}

TEST(PositionReducer, WorksWhileKilledAndNobodyElseDoes) {  // KILL-13, KILL-01
  ReducerBench bench;
  bench.make_holding(30);
  bench.take(100);
  bench.core->kill("test", "tester", bench.now);
  EXPECT_EQ(bench.ears.last(bench.place(Side::Sell, 1, 100'000)), engine::OrderEventKind::Denied);
  ASSERT_TRUE(bench.core->reducer().start({kSeller, kReduced, {}, 0}, bench.now));
  bench.run_for(seconds(3));
  EXPECT_EQ(bench.own(kSeller), 0);
  EXPECT_EQ(bench.core->state(), EngineState::Killed);
}

TEST(PositionReducer, OwnersOrdersOfThatSideAreCancelledFirst) {
  ReducerBench bench;
  bench.make_holding(30);
  const Handle resting = bench.place(Side::Sell, 30, 100'200);
  bench.run_for(milliseconds(20));
  bench.take(100);
  ASSERT_TRUE(bench.core->reducer().start({kSeller, kReduced, {}, 0}, bench.now));
  bench.run_for(seconds(3));
  EXPECT_EQ(bench.ears.last(resting), engine::OrderEventKind::Cancelled);
  EXPECT_EQ(bench.own(kSeller), 0);
  EXPECT_EQ(bench.account(), 0) << "never beyond flat";
}

TEST(PositionReducer, TellsWhatIsLeftWhenNobodyTakesIt) {  // KILL-13: residue reported
  ReducerBench bench;
  bench.make_holding(30);
  bench.take(0);
  ASSERT_TRUE(bench.core->reducer().start({kSeller, kReduced, {10}, 0}, bench.now));
  bench.run_for(seconds(62), milliseconds(50));
  EXPECT_EQ(bench.core->reducer().running(), 0u);
  ASSERT_TRUE(bench.ears.heard(Alert::ReductionResidue));
  const auto& told = *std::ranges::find_if(
      bench.ears.alerts, [](const auto& alert) { return alert.alert == Alert::ReductionResidue; });
  EXPECT_EQ(told.expected, 10);
  EXPECT_EQ(told.actual, 30);
  EXPECT_GT(bench.venue.places.size(), 50u) << "it went on asking";
}

TEST(PositionReducer, NothingIsSentWithoutAFreshReferenceOrInAnUnknownState) {
  ReducerBench bench;
  bench.make_holding(30);
  bench.take(100);
  bench.core->on_market_connection(ConnectionState::Disconnected, bench.now);
  bench.market_up = false;
  ASSERT_TRUE(bench.core->reducer().start({kSeller, kReduced, {}, 0}, bench.now));
  bench.run_for(seconds(2));
  EXPECT_TRUE(bench.venue.places.empty());
  bench.core->reducer().withdraw(kSeller, bench.now);
  EXPECT_EQ(bench.core->reducer().running(), 0u);
}

TEST(PositionReducer, ItsOrderIsSentAgainOnlyWhereANewOneWouldPass) {  // PRE-01, KILL-13
  ReducerBench bench;
  bench.make_holding(30);
  bench.venue.faults.automatic = false;  // no answer: it stays pending
  bench.core->kill("test", "tester", bench.now);
  ASSERT_TRUE(bench.core->reducer().start({kSeller, kReduced, {}, 0}, bench.now));
  bench.run_for(milliseconds(20));
  ASSERT_FALSE(bench.venue.places.empty());
  const ClientOrderId sent = bench.venue.places.back().client_id;
  const auto may = [&] {
    return bench.core->may_send_again(ExecutionReport::Request::Place, sent, kReduced, 0,
                                      bench.now);
  };
  EXPECT_TRUE(may()) << "it passes a kill";
  InstrumentChange change;
  change.instrument = kReduced;
  change.unit_too_coarse = true;  // held until a restart
  bench.core->on_instrument_changed(change, bench.now);
  EXPECT_FALSE(may());
}

TEST(PositionReducer, AResumeEndsWhatProtectionsBeganAndNothingElse) {
  ReducerBench bench;
  bench.make_holding(30, 20);
  bench.take(0);
  ASSERT_TRUE(bench.core->reducer().start({kSeller, kReduced, {}, 0, 0, true}, bench.now));
  ASSERT_TRUE(bench.core->reducer().start({kOther, kReduced, {}, 0}, bench.now));
  bench.core->resume("tester", bench.now);
  EXPECT_FALSE(bench.core->reducer().is_running(kSeller));
  EXPECT_TRUE(bench.core->reducer().is_running(kOther));
}

TEST(PositionReducer, LaneCannotPassForTheEngine) {
  ReducerBench bench;
  bench.make_holding(30);
  bench.core->kill("test", "tester", bench.now);
  engine::LaneCommand command;
  command.strategy = kSeller;
  command.place = OrderIntent{};
  command.place.strategy = kSeller;
  command.place.handle = {77};
  command.place.instrument = kReduced;
  command.place.side = Side::Sell;
  command.place.price = {100'000};
  command.place.quantity = {1};
  command.place.reduce_only = command.place.by_engine = true;
  bench.core->on_lane_command(command, bench.now);
  EXPECT_TRUE(bench.venue.places.empty());
}

}  // namespace
}  // namespace gannet
