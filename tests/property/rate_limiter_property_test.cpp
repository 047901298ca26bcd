#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <vector>

#include "risk/rate_limiter.h"
#include "support/instrument_samples.h"

namespace gannet::risk {
namespace {

/// The venue's side: counts what was granted in the sliding window that ends at each grant, both
/// ends included. If no window that ends at a grant is over, none is.
class SlidingWindow {
 public:
  explicit SlidingWindow(const RateLimit& limit) : limit_(limit) {}

  void add(Timestamp now, std::uint32_t count) {
    entries_.push_back({now, count});
    sum_ += count;
    while (now - entries_.front().when > limit_.window) {
      sum_ -= entries_.front().count;
      entries_.pop_front();
    }
    if (sum_ > limit_.count) ++over_;
    highest_ = std::max(highest_, sum_);
  }
  std::uint64_t over() const { return over_; }
  std::uint64_t highest() const { return highest_; }

 private:
  struct Entry {
    Timestamp when;
    std::uint32_t count;
  };
  RateLimit limit_;
  std::deque<Entry> entries_;
  std::uint64_t sum_ = 0;
  std::uint64_t over_ = 0;
  std::uint64_t highest_ = 0;
};

/// Time between requests: bursts at one instant, steady streams, waits for exactly retry_at, and
/// pauses in which buckets fill.
Nanos random_step(std::mt19937_64& random) {
  switch (random() % 64) {
    case 0:
      return seconds(static_cast<std::int64_t>(random() % 4));
    case 1:
    case 2:
    case 3:
      return milliseconds(static_cast<std::int64_t>(random() % 200));
    default:
      return random() % 2 == 0 ? Nanos{0}
                               : microseconds(static_cast<std::int64_t>(random() % 5'000));
  }
}

void run(const RateLimits& limits, std::uint64_t seed, int requests) {
  CurrencyTable currencies;
  InstrumentTable instruments;
  for (int i = 0; i < 20; ++i) {
    instruments.add(test::linear_swap(currencies, "C" + std::to_string(i) + "-USDT-SWAP"));
  }
  instruments.add(test::spot(currencies));
  RateLimiter limiter(limits, instruments);
  const RateLimit by_slot[] = {limits.place,       limits.place_batch, limits.amend,
                               limits.amend_batch, limits.cancel,      limits.cancel_batch};
  std::vector<SlidingWindow> windows;
  for (std::size_t i = 0; i < instruments.size() * 6; ++i) windows.emplace_back(by_slot[i % 6]);
  SlidingWindow account(limits.account);

  std::mt19937_64 random(seed);
  Timestamp now{1'790'000'000'000'000'000};
  std::uint64_t granted = 0;
  Timestamp retry_at = now;
  for (int n = 0; n < requests; ++n) {
    now = now + random_step(random);
    if (random() % 100 == 0 && retry_at > now && retry_at - now < seconds(3)) now = retry_at;
    const auto kind = static_cast<RequestKind>(random() % 3);
    // A few busy instruments, so that their own buckets are the tight ones at times.
    const auto id = static_cast<std::uint32_t>(random() % (random() % 2 == 0 ? 2 : 21));
    const std::uint32_t count =
        random() % 4 == 0 ? 2 + static_cast<std::uint32_t>(random() % 19) : 1;
    const auto priority = static_cast<RequestPriority>(random() % 2);
    const auto decision = limiter.try_acquire(kind, {id}, now, priority, count, form_of(count));
    if (!decision.granted) {
      ASSERT_GT(decision.retry_at, now);
      retry_at = decision.retry_at;
      continue;
    }
    ++granted;
    const std::size_t slot = static_cast<std::size_t>(kind) * 2 + (count > 1 ? 1 : 0);
    windows[id * 6 + slot].add(now, count);
    const bool in_account = kind != RequestKind::Cancel && is_derivative(instruments[{id}].kind);
    if (in_account) account.add(now, count);
  }
  std::uint64_t over = account.over();
  std::uint64_t highest = 0;
  for (const SlidingWindow& window : windows) {
    over += window.over();
    highest = std::max(highest, window.highest());
  }
  EXPECT_EQ(over, 0u) << "seed " << seed;
  // The test must have pressed against the limits, or it shows nothing.
  EXPECT_GT(granted, static_cast<std::uint64_t>(requests) / 20);
  EXPECT_GE(highest, 50u);
}

// PRE-09, I8: 0 sliding windows over the venue's limits in two million random requests.
TEST(RateLimiterNeverExceedsASlidingWindow, AtTheVenuesLimits) { run({}, 21, 1'000'000); }

TEST(RateLimiterNeverExceedsASlidingWindow, WithATightAccountBucket) {
  RateLimits limits;
  limits.account = {100, seconds(2)};
  run(limits, 22, 500'000);
}

TEST(RateLimiterNeverExceedsASlidingWindow, WithABurstOfNearlyAll) {
  RateLimits limits;
  limits.burst_ppm = 1'000'000;
  limits.place = {61, seconds(2)};
  limits.cancel = {7, milliseconds(300)};
  run(limits, 23, 500'000);
}

}  // namespace
}  // namespace gannet::risk
