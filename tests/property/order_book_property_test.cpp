#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

#include "domain/order_book.h"
#include "support/reference_book.h"

namespace gannet {
namespace {

/// Updates around a wandering price: most near the top, some deep, some deletes of what is not
/// there, now and then a snapshot in or out of order.
class RandomFeed {
 public:
  RandomFeed(std::uint64_t seed, std::int64_t reach) : random_(seed), reach_(reach) {}

  const BookUpdate& next() {
    update_.kind = chance(2'000) ? BookUpdate::Kind::Snapshot : BookUpdate::Kind::Update;
    centre_ += static_cast<std::int64_t>(random_() % 3) - 1;
    const bool whole = update_.kind == BookUpdate::Kind::Snapshot;
    fill(bids_, -1, whole);
    fill(asks_, +1, whole);
    update_.bids = bids_;
    update_.asks = asks_;
    ++update_.sequence;
    return update_;
  }

 private:
  bool chance(std::uint64_t one_in) { return random_() % one_in == 0; }

  void fill(std::vector<Level>& levels, std::int64_t direction, bool whole) {
    levels.clear();
    const std::uint64_t count = whole ? random_() % 500 : random_() % 4;
    const bool ordered = whole && !chance(4);
    std::int64_t distance = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto wide = static_cast<std::uint64_t>(chance(4) ? reach_ : 20);
      distance = ordered ? distance + 1 + static_cast<std::int64_t>(random_() % 3)
                         : static_cast<std::int64_t>(random_() % wide);
      const bool is_delete = !ordered && random_() % 5 < 2;
      const auto quantity = is_delete ? 0 : static_cast<std::int64_t>(1 + random_() % 1'000);
      levels.push_back({centre_ + direction * distance, quantity, 1, 0});
    }
  }

  std::mt19937_64 random_;
  std::int64_t reach_;
  std::int64_t centre_ = 1'000'000;
  std::vector<Level> bids_;
  std::vector<Level> asks_;
  BookUpdate update_;
};

bool is_same(const Level& a, const Level& b) {
  return a.price == b.price && a.quantity == b.quantity;
}

void expect_equal(const OrderBook& book, const test::ReferenceBook& reference) {
  ASSERT_EQ(book.bid_levels(), reference.bids().size());
  ASSERT_EQ(book.ask_levels(), reference.asks().size());
  std::size_t i = 0;
  for (const auto& [price, level] : reference.bids()) ASSERT_TRUE(is_same(book.bid(i++), level));
  i = 0;
  for (const auto& [price, level] : reference.asks()) ASSERT_TRUE(is_same(book.ask(i++), level));
  ASSERT_EQ(book.unknown_deletes(), reference.unknown_deletes());
}

struct Bests {
  Level bid{};
  Level ask{};
};

Bests bests_of(const test::ReferenceBook& reference) {
  Bests bests;
  if (!reference.bids().empty()) bests.bid = reference.bids().begin()->second;
  if (!reference.asks().empty()) bests.ask = reference.asks().begin()->second;
  return bests;
}

/// `updates` through both; bests after every one, all levels every so often.
void run(std::size_t depth, std::int64_t reach, std::uint64_t seed, int updates) {
  RandomFeed feed(seed, reach);
  auto book = std::make_unique<OrderBook>(depth);
  test::ReferenceBook reference(depth);
  for (int n = 0; n < updates; ++n) {
    const BookUpdate& update = feed.next();
    const Bests before = bests_of(reference);
    const BookChange change = book->apply(update);
    reference.apply(update);
    ASSERT_FALSE(change.overflow) << "seed " << seed << " update " << n;
    const Bests after = bests_of(reference);
    ASSERT_EQ(change.best_bid_changed, !is_same(before.bid, after.bid)) << seed << " " << n;
    ASSERT_EQ(change.best_ask_changed, !is_same(before.ask, after.ask)) << seed << " " << n;
    const bool deep = n % 512 == 0 || update.kind == BookUpdate::Kind::Snapshot;
    if (!deep) continue;
    expect_equal(*book, reference);
    ASSERT_FALSE(testing::Test::HasFatalFailure()) << "seed " << seed << " update " << n;
  }
  expect_equal(*book, reference);
}

// A million random updates in all, over books that fill, overflow their depth and empty.
TEST(OrderBookAgreesWithReference, InDeepBooks) { run(400, 2'000, 11, 400'000); }
TEST(OrderBookAgreesWithReference, InThinBooks) { run(400, 60, 12, 200'000); }
TEST(OrderBookAgreesWithReference, InFiftyLevels) { run(50, 300, 13, 200'000); }
TEST(OrderBookAgreesWithReference, InFiveLevels) { run(5, 30, 14, 100'000); }
TEST(OrderBookAgreesWithReference, InOneLevel) { run(1, 10, 15, 100'000); }

}  // namespace
}  // namespace gannet
