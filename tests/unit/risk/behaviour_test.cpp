#include "risk/behaviour.h"

#include <gtest/gtest.h>

#include <vector>

#include "risk/own_quotes.h"
#include "risk/rate_limiter.h"
#include "support/instrument_samples.h"

namespace gannet::risk {
namespace {

constexpr Timestamp kBegin{1'790'000'000'000'000'000};
constexpr StrategyId kOne{0};
constexpr StrategyId kTwo{1};
constexpr InstrumentId kFirst{0};
constexpr InstrumentId kSecond{1};

Timestamp at(std::int64_t ms) { return kBegin + milliseconds(ms); }

// PRE-10 ------------------------------------------------------------------------------------------

TEST(RepeatedExecutionsTest, Pre10TooManyExecutionsAtOnePriceInTheWindowBreakIt) {
  RepeatedExecutions rule({.count_max = 3}, 2, 2);
  const auto fill = [&](std::int64_t ms, std::int64_t price = 100'000, Side side = Side::Buy,
                        StrategyId who = kOne, InstrumentId what = kFirst) {
    return rule.on_executed(who, what, side, {price}, at(ms)).has_value();
  };
  EXPECT_FALSE(fill(0) || fill(1'000) || fill(2'000));
  // The other side, instrument and strategy count by themselves.
  EXPECT_FALSE(fill(2'000, 100'000, Side::Sell));
  EXPECT_FALSE(fill(2'000, 100'000, Side::Buy, kTwo));
  EXPECT_FALSE(fill(2'000, 100'000, Side::Buy, kOne, kSecond));
  EXPECT_TRUE(fill(9'999, 100'050));  // within the band of 0.1 %
  EXPECT_FALSE(fill(11'500));         // only 2,000 and 9,999 are in the window with it
  const auto found = rule.on_executed(kOne, kFirst, Side::Buy, {100'000}, at(11'600));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->reason, DenialReason::RepeatedExecution);
  EXPECT_EQ(found->limit, 3);
  EXPECT_EQ(found->value, 4);
  // A market that moved begins anew.
  EXPECT_FALSE(fill(11'700, 100'201) || fill(11'701, 100'201) || fill(11'702, 100'201));
  EXPECT_TRUE(fill(11'703, 100'201));
  rule.forget(kOne);
  EXPECT_FALSE(fill(11'704, 100'201));
}

// PRE-11 ------------------------------------------------------------------------------------------

TEST(UnacknowledgedIntentsTest, Pre11ATwinIsOneThatAsksForTheSameAndIsNotAcknowledged) {
  UnacknowledgedIntents intents(2);
  OrderIntent intent;
  intent.strategy = kOne;
  intent.instrument = kFirst;
  intent.price = {100'000};
  intent.quantity = {1};
  EXPECT_FALSE(intents.has_twin(intent));
  intents.on_sent({7}, intent);
  EXPECT_TRUE(intents.has_twin(intent));
  const auto changed = [&](auto change) {
    OrderIntent other = intent;
    change(other);
    return intents.has_twin(other);
  };
  EXPECT_FALSE(changed([](auto& o) { o.price = {100'100}; }));
  EXPECT_FALSE(changed([](auto& o) { o.quantity = {2}; }));
  EXPECT_FALSE(changed([](auto& o) { o.side = Side::Sell; }));
  EXPECT_FALSE(changed([](auto& o) { o.instrument = kSecond; }));
  EXPECT_FALSE(changed([](auto& o) { o.strategy = kTwo; }));
  EXPECT_TRUE(changed([](auto& o) { o.cookie = 99; }));
  intents.on_settled(kOne, {8});
  EXPECT_TRUE(intents.has_twin(intent));
  intents.on_settled(kOne, {7});
  EXPECT_FALSE(intents.has_twin(intent));
  // Of more than it keeps the newest are known.
  for (std::uint64_t id = 1; id <= UnacknowledgedIntents::kKept + 1; ++id) {
    intent.quantity = {static_cast<std::int64_t>(id)};
    intents.on_sent({id}, intent);
  }
  EXPECT_TRUE(intents.has_twin(intent));
  intent.quantity = {1};
  EXPECT_FALSE(intents.has_twin(intent));
}

// PRE-12 ------------------------------------------------------------------------------------------

TEST(RejectStormsTest, Pre12IdenticalRefusalsInARowAndTooManyAMinuteBreakIt) {
  RejectStorms storms({}, 2);
  const auto reject = [&](std::int64_t ms, VenueReason reason, std::int32_t code) {
    return storms.on_rejected(kOne, reason, code, at(ms)).has_value();
  };
  EXPECT_FALSE(reject(0, VenueReason::InsufficientFunds, 51008));
  EXPECT_FALSE(reject(1, VenueReason::InsufficientFunds, 51008));
  EXPECT_FALSE(reject(2, VenueReason::InvalidParameter, 51000));  // another one: the row is broken
  EXPECT_FALSE(reject(3, VenueReason::InvalidParameter, 51000));
  storms.on_accepted(kOne);
  EXPECT_FALSE(reject(4, VenueReason::InvalidParameter, 51000));
  EXPECT_FALSE(reject(5, VenueReason::InvalidParameter, 51000));
  EXPECT_TRUE(reject(6, VenueReason::InvalidParameter, 51000));
  storms.forget(kOne);
  // Alternating, so never in a row: more than thirty within a minute are too many.
  for (std::int64_t i = 0; i < 30; ++i)
    EXPECT_FALSE(reject(1'000 * i, i % 2 == 0 ? VenueReason::Other : VenueReason::PriceLimit, 1));
  EXPECT_FALSE(reject(61'000, VenueReason::Other, 1));  // the first two are out of the minute
  EXPECT_FALSE(reject(61'001, VenueReason::PriceLimit, 1));
  EXPECT_TRUE(reject(61'002, VenueReason::Other, 1));
}

TEST(RejectStormsTest, Pre12LostRacesPostOnlyAndTheVenuesOwnTroubleDoNotCount) {
  RejectStorms storms({}, 1);
  for (const VenueReason reason :
       {VenueReason::OrderGone, VenueReason::PostOnlyWouldTake, VenueReason::RateLimited,
        VenueReason::AccountRateLimited, VenueReason::VenueUnavailable, VenueReason::VenueBusy,
        VenueReason::OutcomeUnknown}) {
    for (int i = 0; i < 100; ++i)
      EXPECT_FALSE(storms.on_rejected(kOne, reason, 51400, at(i))) << static_cast<int>(reason);
  }
}

// PRE-14 ------------------------------------------------------------------------------------------

TEST(OwnQuotesTest, Pre14TheBestOwnPriceThatAnOrderWouldReachIsFound) {
  OwnQuotes quotes(2, 8);
  const auto crossed = [&](Side side, std::int64_t price, std::uint64_t but = 0) {
    const auto* quote = quotes.find_crossed(kFirst, side, {price},
                                            [&](const auto& q) { return q.id.value != but; });
    return quote == nullptr ? 0 : quote->id.value;
  };
  EXPECT_EQ(crossed(Side::Buy, 1'000), 0u);
  quotes.add(kFirst, Side::Sell, {{105}, {1}});
  quotes.add(kFirst, Side::Sell, {{103}, {2}});
  quotes.add(kFirst, Side::Sell, {{104}, {3}});
  quotes.add(kFirst, Side::Buy, {{100}, {4}});
  quotes.add(kSecond, Side::Sell, {{50}, {5}});
  EXPECT_EQ(crossed(Side::Buy, 102), 0u);
  EXPECT_EQ(crossed(Side::Buy, 103), 2u);
  EXPECT_EQ(crossed(Side::Buy, 104, 2), 3u);  // one that is on its way out is passed over
  EXPECT_EQ(crossed(Side::Sell, 101), 0u);
  EXPECT_EQ(crossed(Side::Sell, 100), 4u);
  quotes.remove(kFirst, Side::Sell, {2});
  quotes.remove(kFirst, Side::Sell, {99});
  EXPECT_EQ(crossed(Side::Buy, 103), 0u);
  EXPECT_EQ(crossed(Side::Buy, 110), 3u);
  // Room comes back.
  for (std::uint64_t id = 101; id < 1'000; ++id) {
    quotes.add(kFirst, Side::Buy, {{static_cast<std::int64_t>(id)}, {id}});
    EXPECT_EQ(crossed(Side::Sell, 10), id);
    quotes.remove(kFirst, Side::Buy, {id});
  }
}

// PRE-16 ------------------------------------------------------------------------------------------

TEST(OrderRatiosTest, Pre16RequestsPerTradedOrderAndCancelsPerOrderAreCountedInAWindow) {
  OrderRatios ratios({.ratio_max = 10, .cancel_ratio_max_ppm = 900'000, .window = seconds(60)}, 1);
  for (int i = 0; i < 10; ++i) ratios.on_placed(kOne, at(i));
  EXPECT_FALSE(ratios.check(kOne, at(10)));
  ratios.on_amended(kOne, at(11));
  const auto found = ratios.check(kOne, at(12));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->reason, DenialReason::TooManyRequestsForFills);
  EXPECT_EQ(found->value, 11);
  ratios.on_traded(kOne, at(13));
  ratios.on_traded(kOne, at(13));
  EXPECT_FALSE(ratios.check(kOne, at(14)));  // 11 : 2
  // Old ones are forgotten by halves of the window.
  EXPECT_EQ(ratios.counts(kOne).requests, 11u);
  EXPECT_FALSE(ratios.check(kOne, at(31'000)));
  EXPECT_EQ(ratios.counts(kOne).requests, 11u);
  EXPECT_FALSE(ratios.check(kOne, at(62'000)));
  EXPECT_EQ(ratios.counts(kOne).requests, 0u);
  // Cancels: of few orders nothing is said.
  for (int i = 0; i < 100; ++i) {
    ratios.on_placed(kOne, at(62'001));
    ratios.on_cancelled(kOne, at(62'001));
    for (int j = 0; j < 2; ++j) ratios.on_traded(kOne, at(62'001));
    EXPECT_EQ(ratios.check(kOne, at(62'001)).has_value(), i == 99) << i;
  }
}

// PRE-17 ------------------------------------------------------------------------------------------

struct SanityCase {
  const char* name;
  std::int64_t bid;
  std::int64_t ask;
  std::int64_t index;  ///< 0: none
  std::optional<DenialReason> reason;
};

TEST(MarketSanityTest, Pre17CrossedJumpedWideAndFarFromTheIndexAreSuspect) {
  using enum DenialReason;
  const SanityCase cases[] = {{"as ever", 99'990, 100'010, 100'000, std::nullopt},
                              {"crossed", 100'010, 100'000, 0, MarketCrossed},
                              {"locked", 100'000, 100'000, 0, MarketCrossed},
                              {"within three percent", 102'980, 103'000, 0, std::nullopt},
                              {"jumped up", 103'100, 103'120, 0, MarketJumped},
                              {"jumped down", 96'800, 96'820, 0, MarketJumped},
                              {"ten times the median", 99'900, 100'100, 0, std::nullopt},
                              {"more", 99'899, 100'101, 0, SpreadTooWide},
                              {"near the index", 99'990, 100'010, 102'900, std::nullopt},
                              {"far from it", 99'990, 100'010, 103'100, MarketFarFromIndex},
                              {"no index", 99'990, 100'010, 0, std::nullopt}};
  for (const SanityCase& c : cases) {
    MarketSanity sanity({}, 1);
    for (int i = 0; i < 20; ++i)  // a calm market with a spread of 20
      ASSERT_FALSE(sanity.on_best(kFirst, {99'990}, {100'010}, Price{100'000}, at(1'000 * i)));
    const auto index = c.index == 0 ? std::nullopt : std::optional(Price{c.index});
    EXPECT_EQ(sanity.on_best(kFirst, {c.bid}, {c.ask}, index, at(19'100)), c.reason.has_value())
        << c.name;
    const auto found = sanity.finding(kFirst, at(19'100));
    ASSERT_EQ(found.has_value(), c.reason.has_value()) << c.name;
    if (found) {
      EXPECT_EQ(found->reason, *c.reason) << c.name;
    }
  }
}

TEST(MarketSanityTest, Pre17AJumpIsOverWhenItHasSettledAndAWithdrawnBookForgets) {
  MarketSanity sanity({}, 1);
  const auto best = [&](std::int64_t mid, std::int64_t ms) {
    return sanity.on_best(kFirst, {mid - 10}, {mid + 10}, std::nullopt, at(ms));
  };
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(best(100'000, 1'000 * i));
  EXPECT_TRUE(best(104'000, 4'500));
  EXPECT_FALSE(best(104'001, 4'600));  // told once
  EXPECT_EQ(sanity.finding(kFirst, at(4'600))->value, 40'000);
  EXPECT_FALSE(sanity.finding(kFirst, at(9'500)));  // though nothing was heard
  EXPECT_FALSE(best(104'000, 9'400));
  EXPECT_TRUE(sanity.finding(kFirst, at(9'400)));
  EXPECT_FALSE(best(104'000, 9'500));
  EXPECT_FALSE(sanity.finding(kFirst, at(9'500)));
  EXPECT_TRUE(best(99'000, 9'600));
  sanity.on_withdrawn(kFirst);
  EXPECT_FALSE(best(99'000, 9'700));  // where the new book begins is where it is
  // A slow walk of any length is no jump.
  for (int i = 0; i < 60; ++i) EXPECT_FALSE(best(99'000 + 1'000 * i, 10'700 + 1'000 * i)) << i;
  MarketSanity off({.mode = RuleMode::Off}, 1);
  EXPECT_FALSE(off.on_best(kFirst, {100}, {99}, std::nullopt, kBegin));
  EXPECT_FALSE(off.finding(kFirst, kBegin));
}

// PRE-09 ------------------------------------------------------------------------------------------

int burst_of(RateBucket& bucket, Timestamp now) {
  int granted = 0;
  for (; bucket.ready_at(1, 0, now) <= now; ++granted) bucket.take(1, now);
  return granted;
}

TEST(RateBucketTest, Pre09ARefusalHalvesBurstAndRateAndTimeDoublesThemAgain) {
  RateBucket bucket({60, seconds(2)}, 500'000, seconds(30));
  EXPECT_EQ(burst_of(bucket, at(0)), 30);
  bucket.on_refusal(at(0));
  bucket.on_refusal(at(10));  // of the same burst: counted once
  EXPECT_EQ(bucket.halvings(), 1);
  EXPECT_EQ(burst_of(bucket, at(20)), 0);
  EXPECT_EQ(burst_of(bucket, at(5'000)), 15);
  int refilled = 0;
  for (int ms = 1; ms <= 2'000; ++ms) refilled += burst_of(bucket, at(5'000 + ms));
  EXPECT_LE(refilled, 15);
  EXPECT_GE(refilled, 14);
  for (int i = 1; i <= 5; ++i) bucket.on_refusal(at(8'000 + 1'000 * i));
  EXPECT_EQ(bucket.halvings(), RateBucket::kMostHalvings);
  EXPECT_EQ(burst_of(bucket, at(30'000)), 3);
  EXPECT_EQ(bucket.remaining(0, at(42'900)), 3u);
  EXPECT_EQ(burst_of(bucket, at(43'000)), 7);  // 30 s after the last refusal, of 30 / 4
  EXPECT_EQ(burst_of(bucket, at(73'000)), 15);
  EXPECT_EQ(burst_of(bucket, at(103'000)), 30);
  EXPECT_EQ(bucket.halvings(), 0);
  // A batch that is larger than what is left of the burst still goes, when the bucket is whole.
  bucket.on_refusal(at(110'000));
  EXPECT_LE(bucket.ready_at(20, 0, at(115'000)), at(115'000));
  bucket.take(20, at(115'000));
  EXPECT_GT(bucket.ready_at(1, 0, at(115'000)), at(115'000));
}

TEST(RateLimiterShareTest, Pre09AnEngineTakesItsShareAndTheAccountsTierCounts) {
  CurrencyTable currencies;
  InstrumentTable instruments;
  const InstrumentId swap = instruments.add(test::linear_swap(currencies));
  const InstrumentId coin = instruments.add(test::spot(currencies));
  const InstrumentId call = instruments.add(test::option(currencies));
  RateLimits limits;
  limits.place = {100'000, seconds(2)};
  limits.share_ppm = 250'000;
  RateLimiter limiter(limits, instruments);
  EXPECT_EQ(limiter.account_remaining(kBegin), 125u);  // half of a quarter of 1,000
  EXPECT_EQ(limiter.remaining(RequestKind::Place, coin, kBegin), 12'500u);
  // What a kill may use is all of the window's share.
  EXPECT_EQ(limiter.remaining(RequestKind::Cancel, swap, kBegin, RequestPriority::Risk), 15u);
  // Protected quotes and what is left of a batch are counted by instrument alone.
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(limiter
                    .try_acquire(RequestKind::Place, call, kBegin, RequestPriority::Normal, 1,
                                 RequestForm::Single, RequestCounting::InstrumentOnly)
                    .granted);
  EXPECT_EQ(limiter.account_remaining(kBegin), 125u);
  EXPECT_TRUE(limiter.try_acquire(RequestKind::Place, swap, kBegin).granted);
  EXPECT_EQ(limiter.account_remaining(kBegin), 124u);
  limiter.set_account_limit(account_limit_of_fill_ratio(2'500'000));
  EXPECT_EQ(limiter.account_remaining(kBegin), 187u);  // half of a quarter of 1,500
  limiter.on_venue_account_refusal(kBegin);
  EXPECT_EQ(limiter.account_halvings(), 1);
  const std::pair<std::uint64_t, std::uint32_t> tiers[] = {
      {0, 1'000},          {999'999, 1'000},    {1'000'000, 1'250},
      {2'000'000, 1'500},  {3'000'000, 1'750},  {5'000'000, 2'000},
      {10'000'000, 2'500}, {20'000'000, 3'000}, {50'000'000, 10'000}};
  for (const auto& [ratio, limit] : tiers) EXPECT_EQ(account_limit_of_fill_ratio(ratio), limit);
}

}  // namespace
}  // namespace gannet::risk
