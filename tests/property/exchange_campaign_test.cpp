#include "support/exchange_campaign.h"

#include <gtest/gtest.h>

namespace gannet::sim {
namespace {

TEST(ExchangeCampaign, ConservesMoneyAndKeepsBooksUncrossedAndPositionsEqualToFills) {
  Campaign campaign(20'261'123);
  for (int orders = 0, steps = 0; orders < 100'000; ++steps) {
    orders += campaign.step() ? 1 : 0;
    ASSERT_EQ(campaign.check_step(), "") << "step " << steps;
    if (steps % 5'000 == 0) {
      ASSERT_EQ(campaign.check_all(), "") << "step " << steps;
    }
  }
  EXPECT_EQ(campaign.check_all(), "");
  EXPECT_GT(campaign.accepted(), 40'000u);
  EXPECT_GT(campaign.events().fills, 20'000u);
  EXPECT_GT(campaign.events().liquidations, 0u);
}

TEST(ExchangeCampaign, TellsTheSameEventsToTheLastDigitFromTheSameSeed) {
  const auto hash = [](std::uint64_t seed) {
    Campaign campaign(seed);
    for (int i = 0; i < 20'000; ++i) campaign.step();
    return campaign.events().hash;
  };
  EXPECT_EQ(hash(5), hash(5));
  EXPECT_NE(hash(5), hash(6));
}

TEST(ExchangeCampaign, RemembersNoMoreOfThePastThanItIsTold) {
  Campaign campaign(9, {.shrinking_keeps_place = true,
                        .ended_orders = 50,
                        .ended_unfilled_orders = 70,
                        .fills = 100});
  for (int i = 0; i < 50'000; ++i) campaign.step();
  for (UserId user = 1; user < campaign.exchange().user_count(); ++user) {
    const std::size_t open = campaign.exchange().open_orders(user).size();
    EXPECT_LE(campaign.exchange().all_orders(user).size(), open + 50 + 70);
    EXPECT_LT(campaign.exchange().fills(user).size(), 200u);
    EXPECT_GE(campaign.exchange().fills(user).size(), 100u);
  }
  EXPECT_EQ(campaign.check_all(), "");
}

}  // namespace
}  // namespace gannet::sim
