#include "domain/order_book.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace gannet {
namespace {

using Levels = std::vector<Level>;

Level level(std::int64_t price, std::int64_t quantity) { return {price, quantity, 1, 0}; }

BookUpdate step(BookUpdate::Kind kind, const Levels& bids, const Levels& asks) {
  BookUpdate update;
  update.kind = kind;
  update.bids = bids;
  update.asks = asks;
  update.sequence = 7;
  return update;
}

class OrderBookTest : public testing::Test {
 protected:
  BookChange snapshot(const Levels& bids, const Levels& asks) {
    return book_->apply(step(BookUpdate::Kind::Snapshot, bids, asks));
  }
  BookChange update(const Levels& bids, const Levels& asks) {
    return book_->apply(step(BookUpdate::Kind::Update, bids, asks));
  }
  std::vector<std::int64_t> bid_prices() const {
    std::vector<std::int64_t> prices;
    for (std::size_t i = 0; i < book_->bid_levels(); ++i) prices.push_back(book_->bid(i).price);
    return prices;
  }
  void make(std::size_t depth) { book_ = std::make_unique<OrderBook>(depth); }

  std::unique_ptr<OrderBook> book_ = std::make_unique<OrderBook>();
};

TEST_F(OrderBookTest, EmptyHasNoBest) {
  EXPECT_EQ(book_->best_bid(), nullptr);
  EXPECT_EQ(book_->best_ask(), nullptr);
  EXPECT_EQ(book_->sequence(), -1);
}

TEST_F(OrderBookTest, SnapshotReplacesWhatWasThere) {
  snapshot({level(10, 1), level(9, 2)}, {level(11, 3)});
  EXPECT_TRUE(snapshot({level(8, 5)}, {}).best_changed());
  EXPECT_EQ(bid_prices(), (std::vector<std::int64_t>{8}));
  EXPECT_EQ(book_->ask_levels(), 0u);
  EXPECT_EQ(book_->sequence(), 7);
}

TEST_F(OrderBookTest, SnapshotInAnyOrderIsSorted) {
  snapshot({level(9, 2), level(10, 1), level(9, 4), level(7, 0)}, {level(12, 1), level(11, 3)});
  EXPECT_EQ(bid_prices(), (std::vector<std::int64_t>{10, 9}));
  EXPECT_EQ(book_->bid(1).quantity, 4);
  EXPECT_EQ(book_->best_ask()->price, 11);
}

TEST_F(OrderBookTest, UpdateAddsChangesAndDeletes) {
  snapshot({level(10, 1), level(8, 2)}, {level(11, 3)});
  update({level(9, 5), level(10, 0), level(8, 7)}, {level(11, 0), level(12, 1)});
  EXPECT_EQ(bid_prices(), (std::vector<std::int64_t>{9, 8}));
  EXPECT_EQ(book_->bid(1).quantity, 7);
  EXPECT_EQ(book_->best_ask()->price, 12);
}

TEST_F(OrderBookTest, SaysWhichBestChanged) {
  snapshot({level(10, 1), level(8, 2)}, {level(11, 3)});
  EXPECT_FALSE(update({level(8, 9)}, {}).best_changed());
  EXPECT_FALSE(update({}, {}).best_changed());
  EXPECT_FALSE(update({level(10, 1)}, {}).best_changed());  // told again, the same
  const BookChange quantity = update({level(10, 2)}, {});
  EXPECT_TRUE(quantity.best_bid_changed);
  EXPECT_FALSE(quantity.best_ask_changed);
  EXPECT_TRUE(update({}, {level(11, 0)}).best_ask_changed);
}

TEST_F(OrderBookTest, DeletesOfUnknownLevelsAreCountedAndIgnored) {
  snapshot({level(10, 1)}, {level(11, 3)});
  EXPECT_FALSE(update({level(7, 0), level(12, 0)}, {level(9, 0)}).best_changed());
  EXPECT_EQ(book_->unknown_deletes(), 3u);
  EXPECT_EQ(book_->bid_levels(), 1u);
}

TEST_F(OrderBookTest, CutsToItsDepthAfterAnUpdateAndKeepsTheBest) {
  make(3);
  snapshot({level(10, 1), level(9, 1), level(8, 1), level(7, 1)}, {});
  EXPECT_EQ(bid_prices(), (std::vector<std::int64_t>{10, 9, 8}));
  update({level(12, 1), level(11, 1)}, {});
  EXPECT_EQ(bid_prices(), (std::vector<std::int64_t>{12, 11, 10}));
  update({level(6, 1)}, {});
  EXPECT_EQ(bid_prices(), (std::vector<std::int64_t>{12, 11, 10}));
}

TEST_F(OrderBookTest, InsertsBeforeDeletesOfOneUpdateLoseNothing) {
  make(2);
  snapshot({level(10, 1), level(9, 1)}, {});
  // Four levels in mid-update: the cut comes at the end.
  update({level(12, 1), level(11, 1), level(12, 0), level(11, 0), level(10, 0)}, {});
  EXPECT_EQ(bid_prices(), (std::vector<std::int64_t>{9}));
}

TEST_F(OrderBookTest, TellsOverflowOnlyWhenALostLevelCouldMatter) {
  constexpr std::int64_t kRoom = OrderBook::kMaxLevels + OrderBook::kSlack;
  Levels many;
  for (std::int64_t i = 0; i < kRoom + 100; ++i) many.push_back(level(10'000 + i, 1));
  EXPECT_FALSE(update(many, {}).overflow);  // the worst were pushed out by better ones
  EXPECT_EQ(book_->bid_levels(), OrderBook::kMaxLevels);
  EXPECT_EQ(book_->best_bid()->price, 10'000 + kRoom + 99);

  make(OrderBook::kMaxLevels);
  Levels then_gone = many;
  for (std::int64_t i = 100; i < kRoom + 100; ++i) then_gone.push_back(level(10'000 + i, 0));
  EXPECT_TRUE(update(then_gone, {}).overflow);  // the lost hundred would now be the book
}

TEST_F(OrderBookTest, OverflowOfOneSideDoesNotTouchTheOther) {
  constexpr std::int64_t kRoom = OrderBook::kMaxLevels + OrderBook::kSlack;
  Levels asks;
  for (std::int64_t i = 0; i < kRoom + 1; ++i) asks.push_back(level(20'000 - i, 1));
  for (std::int64_t i = 1; i < kRoom + 1; ++i) asks.push_back(level(20'000 - i, 0));
  EXPECT_TRUE(update({level(5, 5)}, asks).overflow);
  EXPECT_EQ(bid_prices(), (std::vector<std::int64_t>{5}));
  EXPECT_FALSE(update({level(5, 6)}, {}).overflow);
}

TEST_F(OrderBookTest, CompactsWhenTheFrontHasCreptAway) {
  make(400);
  // Every update improves the best and drops the worst: the window creeps through the array.
  for (std::int64_t i = 1; i <= 5'000; ++i) ASSERT_FALSE(update({level(i, i)}, {}).overflow);
  ASSERT_EQ(book_->bid_levels(), 400u);
  for (std::size_t i = 0; i < 400; ++i) {
    ASSERT_EQ(book_->bid(i).price, 5'000 - static_cast<std::int64_t>(i));
    ASSERT_EQ(book_->bid(i).quantity, book_->bid(i).price);
  }
}

TEST_F(OrderBookTest, KeepsACrossedBookAsTold) {
  snapshot({level(12, 1)}, {level(11, 1)});
  EXPECT_EQ(book_->best_bid()->price, 12);
  EXPECT_EQ(book_->best_ask()->price, 11);
}

TEST_F(OrderBookTest, ClearForgetsLevelsAndSequence) {
  snapshot({level(12, 1)}, {level(13, 1)});
  book_->clear();
  EXPECT_EQ(book_->bid_levels() + book_->ask_levels(), 0u);
  EXPECT_EQ(book_->sequence(), -1);
}

TEST_F(OrderBookTest, ViewsRunFromTheWorstToTheBest) {
  snapshot({level(10, 1), level(9, 1)}, {level(11, 1), level(12, 1)});
  EXPECT_EQ(book_->bids_worst_first().back().price, 10);
  EXPECT_EQ(book_->asks_worst_first().back().price, 11);
  EXPECT_EQ(book_->asks_worst_first().front().price, 12);
}

}  // namespace
}  // namespace gannet
