#include "app/latency_stages.h"

#include <gtest/gtest.h>

#include "app/market_stopwatch.h"
#include "support/deaf_market.h"

namespace gannet::app {
namespace {

void spin(Nanos span) {
  const std::uint64_t start = SpanClock::now();
  while (SpanClock::between(start, SpanClock::now()) < span) {
  }
}

TEST(SpanClock, AgreesWithTheMonotonicClock) {
  SpanClock::calibrate();
  const Nanos before = monotonic_now();
  const std::uint64_t start = SpanClock::now();
  spin(milliseconds(2));
  const Nanos by_counter = SpanClock::between(start, SpanClock::now());
  const Nanos by_clock = monotonic_now() - before;
  EXPECT_GE(by_counter, milliseconds(2));
  // The clock was asked outside of it; a preemption between the two is all that may differ.
  EXPECT_LE(by_counter.count, by_clock.count + by_clock.count / 100);
  EXPECT_EQ(SpanClock::between(start + 5, start), Nanos{});
}

struct Stages : ::testing::Test {
  static constexpr Timestamp kReceived{1'790'000'000'000'000'000};
  LatencyStages stages;
  test::DeafMarket core;
  MarketStopwatch stopwatch{core, stages};

  engine::Order decided_now(Timestamp trigger) {
    engine::Order order;
    order.trigger_time = trigger;
    order.decided_time = LatencyStages::decided_stamp();
    return order;
  }
  std::uint64_t counted(LatencyStage stage) const { return stages.figures(stage).count; }
};

TEST_F(Stages, OfATickThatBecomesAnOrderAreAllCounted) {
  stopwatch.on_market_alive(kReceived);
  stopwatch.on_book_update({});
  stages.on_dispatched();
  const engine::Order order = decided_now(kReceived);
  spin(microseconds(50));
  const std::uint64_t checked = SpanClock::now();
  stages.on_order(order, checked, SpanClock::now());
  for (const LatencyStage stage : {LatencyStage::Decode, LatencyStage::Dispatch,
                                   LatencyStage::Decide, LatencyStage::Check, LatencyStage::Write})
    EXPECT_EQ(counted(stage), 1u) << name_of(stage);
  EXPECT_GE(stages.figures(LatencyStage::Check).p50, microseconds(50));
  EXPECT_EQ(core.updates, 1);
}

TEST_F(Stages, OfAnOrderThatAnEarlierFrameLedToSayNothingOfThisFrame) {
  const engine::Order order = decided_now(kReceived);
  stopwatch.on_market_alive(kReceived + milliseconds(1));
  stopwatch.on_book_update({});
  stages.on_dispatched();
  const std::uint64_t checked = SpanClock::now();
  stages.on_order(order, checked, SpanClock::now());
  EXPECT_EQ(counted(LatencyStage::Decide), 0u);
  EXPECT_EQ(counted(LatencyStage::Check), 1u);
}

TEST_F(Stages, OfAnOrderThatNoEventLedToAreNotCounted) {
  const engine::Order order = decided_now({});
  stages.on_order(order, SpanClock::now(), SpanClock::now());
  EXPECT_EQ(counted(LatencyStage::Check), 0u);
}

TEST_F(Stages, ArePrintedInTheOrderOfTheWay) {
  stages.on_tick_to_order(microseconds(3));
  DaemonStatus status;
  for (std::size_t i = 0; i < kLatencyStages; ++i)
    status.stages[i] = stages.figures(static_cast<LatencyStage>(i));
  const std::string json = latency_json(status);
  EXPECT_TRUE(json.starts_with(R"({"decode_ns":{"count":0,)")) << json;
  EXPECT_NE(json.find(R"("tick_to_order_ns":{"count":1,"p50":3000,"p99":3000,"max":3000})"),
            std::string::npos)
      << json;
  const std::string page = latency_page(status);
  EXPECT_LT(page.find("decode"), page.find("dispatch"));
  EXPECT_LT(page.find("write"), page.find("acknowledge"));
}

}  // namespace
}  // namespace gannet::app
