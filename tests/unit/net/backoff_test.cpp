#include "gateway/net/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gannet::net {
namespace {

constexpr BackoffSettings kSettings{
    .first = milliseconds(100), .longest = milliseconds(1'000), .stable = seconds(5)};
constexpr Timestamp kStart{1'000'000'000'000};

/// The longest delay that any of many clients waits at that attempt, and the shortest.
struct Spread {
  Nanos shortest = seconds(3'600);
  Nanos longest{};
};
template <class F>
Spread spread_over_seeds(F&& delay_of) {
  Spread spread;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Backoff backoff(kSettings, seed);
    const Nanos delay = delay_of(backoff);
    spread.shortest = std::min(spread.shortest, delay);
    spread.longest = std::max(spread.longest, delay);
  }
  return spread;
}

TEST(Backoff, DoublesItsBoundWithFullJitterBelowIt) {
  int failures = 0;
  for (const std::int64_t bound_ms : {100, 200, 400, 800, 1'000, 1'000}) {
    const Spread spread = spread_over_seeds([&](Backoff& backoff) {
      for (int i = 0; i < failures; ++i) backoff.next(kStart);
      return backoff.next(kStart);
    });
    EXPECT_LT(spread.longest, milliseconds(bound_ms));
    EXPECT_GT(spread.longest, milliseconds(bound_ms * 95 / 100));
    EXPECT_LT(spread.shortest, milliseconds(bound_ms * 5 / 100));
    ++failures;
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
  const Spread spread = spread_over_seeds([](Backoff& backoff) {
    for (int i = 0; i < 6; ++i) backoff.next(kStart);
    backoff.on_connected(kStart);
    return backoff.next(kStart + seconds(5));
  });
  EXPECT_LT(spread.longest, milliseconds(100));
}

TEST(Backoff, AConnectionThatIsCutAtOnceCountsAsAFailure) {
  const Spread spread = spread_over_seeds([](Backoff& backoff) {
    for (int i = 0; i < 6; ++i) {
      backoff.on_connected(kStart);
      backoff.next(kStart + milliseconds(10));
    }
    return backoff.next(kStart);
  });
  EXPECT_GT(spread.longest, milliseconds(900));
}

TEST(Backoff, OneLongConnectionDoesNotExcuseTheNextFailures) {
  const Spread spread = spread_over_seeds([](Backoff& backoff) {
    backoff.on_connected(kStart);
    backoff.next(kStart + seconds(60));
    backoff.next(kStart + seconds(61));
    return backoff.next(kStart + seconds(62));
  });
  EXPECT_GT(spread.longest, milliseconds(380));
}

TEST(Backoff, WhatWouldEndTheSameWayIsTriedSlowlyAtOnce) {
  const Spread spread = spread_over_seeds([](Backoff& backoff) { return backoff.next_slow(); });
  EXPECT_GE(spread.shortest, milliseconds(500));
  EXPECT_LT(spread.longest, milliseconds(1'000));
  Backoff backoff(kSettings, 3);
  backoff.on_connected(kStart);
  backoff.next_slow();
  EXPECT_LT(backoff.next(kStart + seconds(60)), milliseconds(1'000));
}

}  // namespace
}  // namespace gannet::net
