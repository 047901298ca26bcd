#include <gtest/gtest.h>

#include "support/engine_bench.h"

// The venue's dead-man timer: armed before the first order, refreshed while healthy, and never
// believed to be armed when it may have fired.

namespace gannet {
namespace {

using engine::EngineState;
using engine::HoldReason;
using test::EngineBench;

struct DeadManTimer : testing::Test {
  EngineBench bench;
  void SetUp() override {
    bench.uses_dead_man = true;
    bench.make_ready();
    ASSERT_EQ(bench.core->state(), EngineState::Ready);
  }
  /// Runs up to the turn that sends the next refresh.
  void run_to_next_request() {
    const std::size_t calls = bench.venue.dead_man_calls;
    while (bench.venue.dead_man_calls == calls) bench.run_for(milliseconds(10));
  }
};

TEST_F(DeadManTimer, RefusedTwiceHoldsAndSaysSo) {  // COD-04
  bench.venue.accepts_dead_man = false;
  const Timestamp start = bench.now;
  while (bench.core->state() == EngineState::Ready && bench.now - start < seconds(30))
    bench.run_for(milliseconds(10));
  EXPECT_EQ(bench.core->state(), EngineState::Held);
  EXPECT_EQ(bench.core->hold_reason(), HoldReason::DeadManTimer);
  EXPECT_LE(bench.now - start, seconds(6));
  bench.venue.accepts_dead_man = true;
  bench.run_for(seconds(5));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
}

// As after a quick restart: the run before has just used the venue's one request a second. A second
// request that the gateway had to keep back was taken for a second refusal, held the engine and
// cancelled the orders that it had adopted.
TEST_F(DeadManTimer, RefusedOnceIsAskedAgainAndHoldsNothing) {  // COD-04
  bench.venue.dead_man_spacing = milliseconds(1'050);
  bench.venue.accepts_dead_man = false;
  run_to_next_request();
  bench.run_for(milliseconds(20));
  bench.venue.accepts_dead_man = true;
  const std::size_t calls = bench.venue.dead_man_calls;
  for (int i = 0; i < 300 && bench.core->state() != EngineState::Held; ++i)
    bench.run_for(milliseconds(10));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
  EXPECT_GT(bench.venue.dead_man_calls, calls);
}

// Orders that strategies leave must outlive us: a refresh on its way may not arm it again.
TEST_F(DeadManTimer, ReleasedIsSetToZeroOnceAndForAll) {
  bench.venue.dead_man_delay = milliseconds(400);
  run_to_next_request();
  ASSERT_EQ(bench.venue.dead_man_seconds, 15u);
  bench.core->release_dead_man();
  bench.run_for(milliseconds(500));  // the answer to the refresh has come
  EXPECT_FALSE(bench.core->dead_man_is_off());
  bench.venue.accepts_dead_man = false;
  bench.run_for(seconds(2));
  EXPECT_FALSE(bench.core->dead_man_is_off());
  bench.venue.accepts_dead_man = true;
  bench.run_for(seconds(3));
  EXPECT_TRUE(bench.core->dead_man_is_off());
  const std::size_t calls = bench.venue.dead_man_calls;
  bench.run_for(seconds(60));
  EXPECT_EQ(bench.venue.dead_man_calls, calls);
  EXPECT_EQ(bench.venue.dead_man_seconds, 0u);
}

TEST_F(DeadManTimer, LateTwiceHolds) {  // COD-04
  run_to_next_request();
  bench.venue.answers_dead_man = false;
  bench.run_for(seconds(3) + milliseconds(100));  // sent, not yet late
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
  bench.run_for(seconds(6));
  EXPECT_EQ(bench.core->hold_reason(), HoldReason::DeadManTimer);
}

TEST_F(DeadManTimer, OneLateAnswerIsOneFailure) {  // COD-04
  bench.venue.accepts_dead_man = false;
  bench.venue.dead_man_delay = seconds(5);  // the client's time-out, told as a refusal
  run_to_next_request();
  bench.venue.accepts_dead_man = true;
  bench.venue.dead_man_delay = {};
  bench.run_for(seconds(10));
  std::size_t failures = 0;
  for (const auto& event : bench.ears.alerts)
    failures += event.alert == engine::Alert::DeadManRefused ? 1u : 0u;
  EXPECT_EQ(failures, 1u);
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
}

TEST_F(DeadManTimer, AnswerToARequestFromBeforeAHoldArmsNothing) {  // COD-01
  bench.run_for(seconds(2));
  bench.venue.dead_man_delay = seconds(2);
  run_to_next_request();
  bench.core->hold("test", "operator", bench.now);
  bench.run_for(seconds(60));  // answered while held; the timer has fired long ago
  const std::size_t calls = bench.venue.dead_man_calls;
  bench.core->resume("operator", bench.now);
  while (bench.core->state() != EngineState::Ready) bench.run_for(milliseconds(10));
  EXPECT_EQ(bench.venue.dead_man_calls, calls + 1);  // armed again before the first order
}

TEST_F(DeadManTimer, ArmedWhileNotReadyExpires) {  // COD-01
  // Armed, but kept from Ready by something else for longer than the timer runs.
  EngineBench slow;
  slow.uses_dead_man = true;
  test::TinyVenue::Order old;
  old.client_id = {1'178'000'000'000'000'005};
  old.venue_id = {55};
  old.instrument = InstrumentId{0};
  old.price = {99'000};
  old.quantity = {2};
  old.update_time = slow.now;
  slow.venue.orders[55] = old;  // of an earlier run; its cancel is not answered
  slow.make_ready();
  slow.run_for(seconds(1));
  ASSERT_EQ(slow.core->state(), EngineState::Reconciling);
  ASSERT_GE(slow.venue.dead_man_calls, 1u);
  slow.venue.disconnect(slow.now);
  slow.run_for(seconds(20));  // nobody refreshes; it fires, and with it the old order
  slow.venue.orders[55].state = OrderState::Cancelled;
  slow.venue.answers_dead_man = false;
  slow.venue.connect(slow.now);
  slow.run_for(seconds(2));
  EXPECT_NE(slow.core->state(), EngineState::Ready);
  slow.venue.answers_dead_man = true;
  slow.run_for(seconds(5));
  EXPECT_EQ(slow.core->state(), EngineState::Ready);
}

}  // namespace
}  // namespace gannet
