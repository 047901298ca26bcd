#include "risk/exposure.h"

#include <gtest/gtest.h>

namespace gannet::risk {
namespace {

constexpr StrategyId kA{0};
constexpr StrategyId kB{1};
constexpr StrategyId kForeign{};
constexpr InstrumentId kSwap{0};
constexpr InstrumentId kCoin{1};

class ExposureTest : public testing::Test {
 protected:
  Exposure exposure_{2, 2};
};

TEST_F(ExposureTest, Pre06AnOrderCountsFromOpenToClosed) {
  exposure_.on_order_opened(kA, kSwap, Side::Buy, Quantity{5});
  EXPECT_EQ(exposure_.of_strategy(kA, kSwap).worst_long(), Quantity{5});
  EXPECT_EQ(exposure_.of_strategy(kA, kSwap).worst_short(), Quantity{0});
  exposure_.on_order_closed(kA, kSwap, Side::Buy, Quantity{5});
  EXPECT_EQ(exposure_.of_strategy(kA, kSwap).worst_long(), Quantity{0});
  EXPECT_EQ(exposure_.open_orders(), 0u);
}

TEST_F(ExposureTest, Pre06AFillMovesLeavesIntoThePositionAndTheWorstCaseStays) {
  exposure_.on_order_opened(kA, kSwap, Side::Sell, Quantity{5});
  exposure_.on_fill(kA, kSwap, Side::Sell, Quantity{2});
  exposure_.on_working_changed(kA, kSwap, Side::Sell, Quantity{5}, Quantity{3});
  const Holding& holding = exposure_.of_strategy(kA, kSwap);
  EXPECT_EQ(holding.position, Quantity{-2});
  EXPECT_EQ(holding.worst_short(), Quantity{-5});
  EXPECT_EQ(holding.worst_long(), Quantity{-2});
}

TEST_F(ExposureTest, Pre06AnUnknownAmendCountsAtTheWorseOfOldAndNew) {
  exposure_.on_order_opened(kA, kSwap, Side::Buy, Quantity{5});
  exposure_.on_working_changed(kA, kSwap, Side::Buy, Quantity{5}, Quantity{8});  // max(5, 8)
  EXPECT_EQ(exposure_.of_account(kSwap).worst_long(), Quantity{8});
  exposure_.on_working_changed(kA, kSwap, Side::Buy, Quantity{8}, Quantity{5});  // refused
  EXPECT_EQ(exposure_.of_account(kSwap).worst_long(), Quantity{5});
}

TEST_F(ExposureTest, AbsurdSizesNeitherWrapNorLeaveATrace) {
  constexpr Quantity kAbsurd{9'000'000'000'000'000'000};
  exposure_.on_order_opened(kA, kSwap, Side::Buy, Quantity{5});
  for (int i = 0; i < 3; ++i) {
    exposure_.on_order_opened(kForeign, kSwap, Side::Buy, kAbsurd);
    exposure_.on_fill(kForeign, kSwap, Side::Buy, kAbsurd);
  }
  const Holding& account = exposure_.of_account(kSwap);
  EXPECT_EQ(account.working_buy, Exposure::kLargest);
  EXPECT_EQ(account.position, Exposure::kLargest);
  EXPECT_EQ(account.worst_long(), Exposure::kLargest + Exposure::kLargest);
  for (int i = 0; i < 3; ++i) {
    exposure_.on_order_closed(kForeign, kSwap, Side::Buy, kAbsurd);
    exposure_.on_fill(kForeign, kSwap, Side::Sell, kAbsurd);
  }
  EXPECT_EQ(account.working_buy, Quantity{5});
  EXPECT_EQ(account.position, Quantity{0});
}

TEST_F(ExposureTest, StrategiesAreApartAndTheAccountIsTheirSum) {
  exposure_.set_position(kA, kSwap, Quantity{7});
  exposure_.set_position(kB, kSwap, Quantity{-3});
  exposure_.on_order_opened(kB, kSwap, Side::Buy, Quantity{2});
  EXPECT_EQ(exposure_.of_strategy(kA, kSwap).worst_long(), Quantity{7});
  EXPECT_EQ(exposure_.of_strategy(kB, kSwap).worst_long(), Quantity{-1});
  EXPECT_EQ(exposure_.of_account(kSwap).position, Quantity{4});
  EXPECT_EQ(exposure_.of_account(kSwap).worst_long(), Quantity{6});
  EXPECT_EQ(exposure_.of_account(kCoin).worst_long(), Quantity{0});
}

TEST_F(ExposureTest, WhatNoStrategyOwnsIsForeignAndCountsInTheAccount) {
  exposure_.set_position(kA, kSwap, Quantity{7});
  exposure_.set_account_position(kSwap, Quantity{10});
  EXPECT_EQ(exposure_.of_strategy(kForeign, kSwap).position, Quantity{3});
  EXPECT_EQ(exposure_.of_account(kSwap).position, Quantity{10});
  exposure_.on_fill(kA, kSwap, Side::Sell, Quantity{2});
  exposure_.set_account_position(kSwap, Quantity{8});
  EXPECT_EQ(exposure_.of_strategy(kForeign, kSwap).position, Quantity{3});
  exposure_.on_order_opened(kForeign, kSwap, Side::Buy, Quantity{4});
  EXPECT_EQ(exposure_.of_account(kSwap).worst_long(), Quantity{12});
}

TEST_F(ExposureTest, Pre08CountsOrdersByStrategyInstrumentAndAccount) {
  exposure_.on_order_opened(kA, kSwap, Side::Buy, Quantity{1});
  exposure_.on_order_opened(kA, kCoin, Side::Buy, Quantity{1});
  exposure_.on_order_opened(kB, kSwap, Side::Sell, Quantity{1}, PositionSide::Short);
  exposure_.on_order_opened(kForeign, kSwap, Side::Sell, Quantity{1});
  EXPECT_EQ(exposure_.open_orders(kA), 2u);
  EXPECT_EQ(exposure_.open_orders(kB), 1u);
  EXPECT_EQ(exposure_.open_orders(kForeign), 1u);
  EXPECT_EQ(exposure_.open_orders(kSwap), 3u);
  EXPECT_EQ(exposure_.open_orders(kCoin), 1u);
  EXPECT_EQ(exposure_.open_orders(), 4u);
}

TEST_F(ExposureTest, LegsAreApart) {
  exposure_.set_position(kA, kSwap, Quantity{5}, PositionSide::Long);
  exposure_.set_position(kA, kSwap, Quantity{-4}, PositionSide::Short);
  EXPECT_EQ(exposure_.of_account(kSwap, PositionSide::Long).position, Quantity{5});
  EXPECT_EQ(exposure_.of_account(kSwap, PositionSide::Short).position, Quantity{-4});
}

TEST(ExposureDeathTest, TellingLeavesThatWereNeverToldIsOurBug) {
  Exposure exposure(1, 1);
  EXPECT_DEATH(exposure.on_working_changed(kA, kSwap, Side::Buy, Quantity{1}, {}), "CHECK");
  EXPECT_DEATH(exposure.on_fill(kA, kCoin, Side::Buy, Quantity{1}), "CHECK");
}

}  // namespace
}  // namespace gannet::risk
