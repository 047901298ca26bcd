#include <gtest/gtest.h>

#include <cstdlib>

#include "base/log.h"
#include "bench/path/hot_meter.h"
#include "bench/path/path_fixture.h"

// The whole path of a tick as the daemon has it (bench/path): after warm-up it takes nothing from
// the heap, whatever comes in, with the log thread at work. Release alone: sanitizers own malloc.

namespace gannet::bench {
namespace {

constexpr int kWarmUp = 10'000;  // the table of ended orders has gone round
constexpr int kTicks = 10'000;

class TickPath : public ::testing::TestWithParam<BookFeed> {
 protected:
  TickPath() { set_thread_name("reactor"); }

  LogThread log_thread_{{.output = "none"}};
};

TEST_P(TickPath, TicksThatBecomeOrdersAllocateNothing) {
  PathFixture path(GetParam());
  ASSERT_EQ(path.run(kWarmUp), static_cast<std::uint64_t>(kWarmUp));
  const std::uint64_t before = path.allocations();
  const std::uint64_t records_before = path.journal_records();
  const std::uint64_t denied_before = path.core().status().orders.denied;
  EXPECT_EQ(path.run(kTicks), static_cast<std::uint64_t>(kTicks));
  EXPECT_EQ(path.allocations() - before, 0u);
  EXPECT_EQ(path.surprises(), 0u);
  // REC-01: the intent and the request of every order are on record.
  EXPECT_GE(path.journal_records() - records_before, 2u * kTicks);
  EXPECT_EQ(path.venue().cancels(), path.venue().orders() - 1);
  EXPECT_EQ(path.core().status().orders.denied, denied_before);
}

TEST_P(TickPath, AcknowledgementsAndFillsAllocateNothing) {
  PathFixture path(GetParam());
  ASSERT_EQ(path.run(kWarmUp, Ending::Fill), static_cast<std::uint64_t>(kWarmUp));
  const std::uint64_t before = path.allocations();
  const std::uint64_t fills_before = path.core().status().fills;
  EXPECT_EQ(path.run(kTicks, Ending::Fill), static_cast<std::uint64_t>(kTicks));
  EXPECT_EQ(path.allocations() - before, 0u);
  EXPECT_EQ(path.surprises(), 0u);
  EXPECT_EQ(path.core().status().fills - fills_before, 2u * kTicks);
  EXPECT_EQ(path.core().status().fills, path.venue().fills());
  EXPECT_EQ(path.core().status().open_orders, 0u);
}

TEST_P(TickPath, ThrottledOrdersAllocateNothing) {
  PathFixture path(GetParam(), 60);
  path.run(kWarmUp);
  const std::uint64_t before = path.allocations();
  const std::uint64_t denied_before = path.core().status().orders.denied;
  const std::uint64_t sent = path.run(kTicks);
  EXPECT_EQ(path.allocations() - before, 0u);
  EXPECT_EQ(path.surprises(), 0u);
  // PRE-09: ten seconds at 60 orders in two, and the rest told to the strategy as denied.
  EXPECT_LE(sent, 330u);
  EXPECT_GE(sent, 100u);
  EXPECT_EQ(path.core().status().orders.denied - denied_before, kTicks - sent);
}

TEST(HotMeter, SeesWhatTheHotPathTakesAndLeavesOutWhatIsCold) {
  HotMeter meter;
  void* volatile taken = nullptr;
  const auto take = [&] {
    taken = std::malloc(64);
    std::free(taken);
    return true;
  };
  meter.hot(take);
  EXPECT_EQ(meter.allocations(), 1u);
  meter.hot([&] { meter.cold(take); });
  meter.cold(take);
  EXPECT_EQ(meter.allocations(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Feeds, TickPath,
                         ::testing::Values(BookFeed::BestBidOffer, BookFeed::Depth400),
                         [](const auto& feed) {
                           return feed.param == BookFeed::BestBidOffer ? "Best" : "Depth400";
                         });

}  // namespace
}  // namespace gannet::bench
