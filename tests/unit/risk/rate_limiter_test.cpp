#include "risk/rate_limiter.h"

#include <gtest/gtest.h>

#include "support/instrument_samples.h"

namespace gannet::risk {
namespace {

constexpr Timestamp kStart{1'790'000'000'000'000'000};
using enum RequestKind;

class RateLimiterTest : public testing::Test {
 protected:
  RateLimiterTest() {
    swap_ = instruments_.add(test::linear_swap(currencies_));
    other_ = instruments_.add(test::inverse_swap(currencies_));
    coin_ = instruments_.add(test::spot(currencies_));
    call_ = instruments_.add(test::option(currencies_, "BTC-USD-261225-100000-C"));
    put_ = instruments_.add(test::option(currencies_, "BTC-USD-261225-100000-P"));
    margin_ = instruments_.add([&] {
      Instrument i = test::spot(currencies_);
      i.kind = InstrumentKind::Margin;
      return i;
    }());
    reset();
  }
  void reset() { limiter_.emplace(limits_, instruments_); }

  /// How many single requests go at once.
  int burst(RequestKind kind, InstrumentId instrument, Timestamp now = kStart,
            RequestPriority priority = RequestPriority::Normal) {
    int granted = 0;
    while (limiter_->try_acquire(kind, instrument, now, priority).granted) ++granted;
    return granted;
  }

  CurrencyTable currencies_;
  InstrumentTable instruments_;
  InstrumentId swap_, other_, coin_, call_, put_, margin_;
  RateLimits limits_;
  std::optional<RateLimiter> limiter_;
};

TEST_F(RateLimiterTest, Pre09BurstAndTwoSecondsOfRefillAreTheLimit) {
  EXPECT_EQ(burst(Place, swap_), 30);
  int refilled = 0;
  for (int ms = 1; ms <= 2'000; ++ms) refilled += burst(Place, swap_, kStart + milliseconds(ms));
  EXPECT_LE(refilled, 30);
  EXPECT_GE(refilled, 29);
}

TEST_F(RateLimiterTest, Pre09RetryAtIsTheEarliestTimeThatIsGranted) {
  burst(Place, swap_);
  const auto refused = limiter_->try_acquire(Place, swap_, kStart);
  ASSERT_FALSE(refused.granted);
  EXPECT_GT(refused.retry_at, kStart);
  EXPECT_FALSE(limiter_->try_acquire(Place, swap_, refused.retry_at - nanoseconds(1)).granted);
  EXPECT_TRUE(limiter_->try_acquire(Place, swap_, refused.retry_at).granted);
}

TEST_F(RateLimiterTest, Pre09PlaceAmendCancelSingleAndBatchAreIndependent) {
  EXPECT_EQ(burst(Place, swap_), 30);
  EXPECT_EQ(burst(Amend, swap_), 30);
  EXPECT_EQ(burst(Cancel, swap_, kStart, RequestPriority::Risk), 60);
  for (const RequestKind kind : {Place, Amend, Cancel}) {
    EXPECT_TRUE(
        limiter_->try_acquire(kind, swap_, kStart, RequestPriority::Risk, 20, RequestForm::Batch)
            .granted);
  }
}

TEST_F(RateLimiterTest, Pre09ABatchOfOneIsASingleRequest) {
  EXPECT_EQ(form_of(1), RequestForm::Single);
  EXPECT_EQ(form_of(2), RequestForm::Batch);
}

TEST_F(RateLimiterTest, Pre09BatchesCountOrdersAndAreTakenWholeOrNotAtAll) {
  const auto batch = [&](std::uint32_t orders) {
    return limiter_->try_acquire(Place, coin_, kStart, RequestPriority::Normal, orders,
                                 RequestForm::Batch);
  };
  for (int i = 0; i < 7; ++i) EXPECT_TRUE(batch(20).granted);  // 140 of 150
  EXPECT_FALSE(batch(20).granted);
  EXPECT_TRUE(batch(10).granted);
  EXPECT_FALSE(batch(2).granted);
  EXPECT_EQ(batch(151).retry_at, RateBucket::kNever);
}

TEST_F(RateLimiterTest, Pre09InstrumentsAreApartOptionsShareByFamilyRowsOfOneNameShare) {
  EXPECT_EQ(burst(Place, swap_), 30);
  EXPECT_EQ(burst(Place, other_), 30);
  EXPECT_EQ(burst(Place, call_), 30);
  EXPECT_EQ(burst(Place, put_), 0);
  EXPECT_EQ(burst(Place, coin_), 30);
  EXPECT_EQ(burst(Place, margin_), 0);
}

TEST_F(RateLimiterTest, Pre09TheAccountCountsPlaceAndAmendOfDerivativesAlone) {
  limits_.account = {20, seconds(2)};
  reset();
  EXPECT_EQ(burst(Place, swap_), 10);
  EXPECT_EQ(burst(Amend, other_), 0);
  EXPECT_EQ(burst(Cancel, swap_, kStart, RequestPriority::Risk), 60);
  EXPECT_EQ(burst(Place, coin_), 30);
  // A refusal by the account's bucket took nothing from the instrument's.
  EXPECT_EQ(limiter_->remaining(Amend, other_, kStart), 0u);
  EXPECT_EQ(burst(Amend, other_, kStart + seconds(2)), 10);
}

TEST_F(RateLimiterTest, Pre09AFifthOfEachCancelLimitIsKeptForKillAndRisk) {
  EXPECT_EQ(burst(Cancel, swap_), 18);  // 30 at once less 12, a fifth of 60
  EXPECT_EQ(burst(Cancel, swap_, kStart, RequestPriority::Risk), 42);  // what the venue still takes
  EXPECT_EQ(limiter_->remaining(Cancel, swap_, kStart, RequestPriority::Normal, RequestForm::Batch),
            90u);
  EXPECT_EQ(limiter_->remaining(Cancel, swap_, kStart, RequestPriority::Risk, RequestForm::Batch),
            300u);
  // However long ordinary cancels take all they can, the reserve stays whole.
  for (int ms = 0; ms < 10'000; ++ms) {
    burst(Cancel, other_, kStart + milliseconds(ms));
    ASSERT_GE(limiter_->remaining(Cancel, other_, kStart + milliseconds(ms), RequestPriority::Risk),
              12u);
  }
}

// A kill takes all that any sliding window allows, and never more of it. KILL-04
TEST_F(RateLimiterTest, RiskCancelsUseTheWholeWindowAndNoMore) {
  std::vector<std::pair<Timestamp, std::uint32_t>> sent;
  std::uint32_t all = 0;
  for (int ms = 0; ms < 9'000; ms += 7) {
    const Timestamp now = kStart + milliseconds(ms);
    const std::uint32_t count = 1 + static_cast<std::uint32_t>(ms) % 5;
    if (!limiter_->try_acquire(CancelAlgo, swap_, now, RequestPriority::Risk, count).granted)
      continue;
    sent.emplace_back(now, count);
    all += count;
    std::uint32_t in_window = 0;
    for (const auto& [when, what] : sent) in_window += now - when < seconds(2) ? what : 0;
    ASSERT_LE(in_window, 20u) << ms;
  }
  EXPECT_GE(all, 85u) << "five windows begun";
  const Timestamp later = kStart + seconds(60);
  EXPECT_EQ(burst(CancelAlgo, swap_, later, RequestPriority::Risk), 20);
  const auto refused = limiter_->try_acquire(CancelAlgo, swap_, later, RequestPriority::Risk);
  EXPECT_GE(refused.retry_at, later + seconds(2));
  EXPECT_TRUE(limiter_->try_acquire(CancelAlgo, swap_, refused.retry_at, RequestPriority::Risk, 20)
                  .granted);
  // The venue counts more than we do: a short pause.
  limiter_->on_venue_refusal(Cancel, swap_, later);
  EXPECT_EQ(burst(Cancel, swap_, later, RequestPriority::Risk), 0);
  EXPECT_EQ(burst(Cancel, swap_, later + milliseconds(201), RequestPriority::Risk), 60);
}

TEST_F(RateLimiterTest, RemainingIsWhatWouldBeGranted) {
  for (int i = 0; i < 30; ++i) {
    ASSERT_EQ(limiter_->remaining(Place, swap_, kStart), static_cast<std::uint32_t>(30 - i));
    ASSERT_TRUE(limiter_->try_acquire(Place, swap_, kStart).granted);
  }
  EXPECT_EQ(limiter_->remaining(Place, swap_, kStart), 0u);
  EXPECT_EQ(limiter_->remaining(Place, swap_, kStart + seconds(1)), 14u);  // intervals round up
  EXPECT_EQ(limiter_->remaining(Place, swap_, kStart + milliseconds(1'001)), 15u);
  EXPECT_EQ(limiter_->remaining(Place, InstrumentId{}, kStart), 0u);
}

TEST_F(RateLimiterTest, AVenueRefusalEmptiesTheBucket) {
  limiter_->on_venue_refusal(Place, swap_, kStart);
  EXPECT_FALSE(limiter_->try_acquire(Place, swap_, kStart).granted);
  EXPECT_TRUE(limiter_->try_acquire(Amend, swap_, kStart).granted);
  limiter_->on_venue_account_refusal(kStart);
  EXPECT_FALSE(limiter_->try_acquire(Amend, swap_, kStart).granted);
  EXPECT_TRUE(limiter_->try_acquire(Amend, coin_, kStart).granted);
}

TEST_F(RateLimiterTest, AClockThatStepsBackMakesItWaitOneBurstAtMost) {
  burst(Place, swap_);
  const Timestamp earlier = kStart - seconds(3'600);
  EXPECT_FALSE(limiter_->try_acquire(Place, swap_, earlier).granted);
  EXPECT_TRUE(limiter_->try_acquire(Place, swap_, earlier + seconds(2)).granted);
}

TEST_F(RateLimiterTest, OddLimitsStillWork) {
  limits_.place = {1, seconds(2)};
  limits_.cancel = {1, seconds(1)};
  limits_.amend = {3, seconds(5)};
  reset();
  EXPECT_EQ(burst(Amend, swap_), 1);
  EXPECT_EQ(burst(Place, swap_), 1);
  EXPECT_EQ(burst(Place, swap_, kStart + seconds(2)), 0);  // the window's end is still inside
  EXPECT_EQ(burst(Place, swap_, kStart + seconds(2) + nanoseconds(1)), 1);
  EXPECT_EQ(burst(Cancel, swap_), 1);  // a reserve never takes the last one
  EXPECT_EQ(limiter_->try_acquire(Place, InstrumentId{99}, kStart).retry_at, RateBucket::kNever);
}

}  // namespace
}  // namespace gannet::risk
