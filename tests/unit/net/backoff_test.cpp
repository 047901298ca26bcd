#include "gateway/net/backoff.h"

#include <gtest/gtest.h>

namespace gannet::net {
namespace {

constexpr BackoffSettings kSettings{
    .first = milliseconds(100), .longest = milliseconds(1'000), .stable = seconds(5)};
constexpr Timestamp kStart{1'000'000'000'000};

TEST(Backoff, DoublesUpToItsBoundWithJitterInTheUpperHalf) {
  Backoff backoff(kSettings, 7);
  for (const std::int64_t bound_ms : {100, 200, 400, 800, 1'000, 1'000, 1'000}) {
    const Nanos delay = backoff.next(kStart);
    EXPECT_GE(delay, milliseconds(bound_ms / 2));
    EXPECT_LE(delay, milliseconds(bound_ms));
  }
}

TEST(Backoff, SeedsDifferAndTheSameSeedRepeats) {
  Backoff one(kSettings, 1);
  Backoff again(kSettings, 1);
  Backoff two(kSettings, 2);
  const Nanos delay = one.next(kStart);
  EXPECT_EQ(delay, again.next(kStart));
  EXPECT_NE(delay, two.next(kStart));
}

TEST(Backoff, AConnectionThatHeldStartsAnew) {
  Backoff backoff(kSettings, 7);
  for (int i = 0; i < 6; ++i) backoff.next(kStart);
  backoff.on_connected(kStart);
  EXPECT_LE(backoff.next(kStart + seconds(5)), milliseconds(100));
}

TEST(Backoff, AConnectionThatIsCutAtOnceCountsAsAFailure) {
  Backoff backoff(kSettings, 7);
  for (int i = 0; i < 6; ++i) {
    backoff.on_connected(kStart);
    backoff.next(kStart + milliseconds(10));
  }
  EXPECT_GE(backoff.next(kStart), milliseconds(500));
}

TEST(Backoff, OneLongConnectionDoesNotExcuseTheNextFailures) {
  Backoff backoff(kSettings, 7);
  backoff.on_connected(kStart);
  backoff.next(kStart + seconds(60));
  backoff.next(kStart + seconds(61));
  EXPECT_GE(backoff.next(kStart + seconds(62)), milliseconds(200));
}

}  // namespace
}  // namespace gannet::net
