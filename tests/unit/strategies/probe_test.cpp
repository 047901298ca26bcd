#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/strategies/strategy_stage.h"

namespace gannet {
namespace {

using engine::OrderEventKind;

class Probe : public test::StrategyStage {
 protected:
  void SetUp() override {
    load("probe", {{"instrument", "BTC-USDT-SWAP"}, {"quantity", "0.01 contracts"}});
  }
};

TEST_F(Probe, SendsOneLimitOrderAtEachNewBestBid) {
  book(1000, 1001, 10);
  const auto first = take();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].kind, Kind::Place);
  EXPECT_EQ(first[0].place.side, Side::Buy);
  EXPECT_EQ(ticks(first[0].place.price), 1000);
  EXPECT_EQ(first[0].trigger_time, Timestamp{10 * 1'000'000});
  book(1000, 1002, 11);  // the ask moved, the bid did not
  EXPECT_TRUE(take().empty());
  book(999, 1002, 12);
  EXPECT_EQ(take().size(), 2u);
}

TEST_F(Probe, PlacesFirstAndCancelsItsPreviousOrderThen) {
  book(1000, 1001, 10);
  const auto first = take().at(0).place;
  book(1001, 1002, 11);
  const auto second = take();
  ASSERT_EQ(second.size(), 2u);
  EXPECT_EQ(second[0].kind, Kind::Place);
  EXPECT_EQ(second[1].kind, Kind::Cancel);
  EXPECT_EQ(second[1].cancel.handle, first.handle);
}

TEST_F(Probe, TriesADeniedCancelAgainWithTheNextChange) {
  book(1000, 1001, 10);
  const auto first = take().at(0).place;
  book(1001, 1002, 11);
  take();
  book(1002, 1003, 12);
  const auto third = take();
  EXPECT_EQ(std::ranges::count(third, Kind::Cancel, &engine::LaneCommand::kind), 1);
  event(OrderEventKind::CancelDenied, first, 1000);
  book(1003, 1004, 13);
  const auto fourth = take();
  EXPECT_EQ(std::ranges::count(fourth, Kind::Cancel, &engine::LaneCommand::kind), 2);
}

TEST_F(Probe, KeepsItsOpenOrdersBoundedWhenNoCancelIsAnswered) {
  std::int64_t placed = 0;
  for (int i = 0; i < 200; ++i) {
    book(1000 + i, 2000, 10 + i);
    placed += std::ranges::count(take(), Kind::Place, &engine::LaneCommand::kind);
  }
  EXPECT_EQ(placed, 32);
}

TEST_F(Probe, ReadsEveryChannelItOffers) {
  EXPECT_EQ(plugin_->type().parameters.at(2).name, "channel");
  EXPECT_EQ(plugin_->type().parameters.at(2).choices.size(), 5u);
}

}  // namespace
}  // namespace gannet
