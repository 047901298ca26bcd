#include "engine/book_store.h"

#include <gtest/gtest.h>

#include "support/engine_bench.h"

namespace gannet::engine {
namespace {

struct BookStoreTest : testing::Test {
  test::EngineBench bench;
  risk::ReferencePrices references{2};
  BookStore store{bench.instruments, references, bench.ears};
  InstrumentId a{0};
  Timestamp now = test::EngineBench::kStart;

  BookStoreTest() { references.set_alive(now); }
  void show(BookFeed feed, std::int64_t bid, std::int64_t ask,
            BookUpdate::Kind kind = BookUpdate::Kind::Snapshot) {
    const Level bids{bid, 1, 1, 0};
    const Level asks{ask, 1, 1, 0};
    BookUpdate update;
    update.instrument = a;
    update.feed = feed;
    update.kind = kind;
    update.bids = {&bids, 1};
    update.asks = {&asks, 1};
    update.receive_time = update.exchange_time = now;
    store.on_update(update);
  }
};

TEST_F(BookStoreTest, WithdrawnBookIsServedToNobodyUntilItsNextSnapshot) {  // I9
  store.add(a, BookFeed::Depth400);
  show(BookFeed::Depth400, 99'900, 100'100);
  EXPECT_NE(store.find(a, BookFeed::Depth400), nullptr);
  EXPECT_TRUE(references.fresh_bid(a, now));
  store.on_withdrawn(a, BookFeed::Depth400, BookWithdrawal::Gap, now);
  EXPECT_EQ(store.find(a, BookFeed::Depth400), nullptr);
  EXPECT_FALSE(references.fresh_bid(a, now));
  EXPECT_FALSE(store.mid(a));
  EXPECT_EQ(bench.ears.books_unavailable, 1);
  const int books = bench.ears.books;
  show(BookFeed::Depth400, 99'800, 100'100, BookUpdate::Kind::Update);
  EXPECT_EQ(bench.ears.books, books);
  EXPECT_EQ(store.counters().unwanted, 1u);
  EXPECT_EQ(store.find(a, BookFeed::Depth400), nullptr);
  show(BookFeed::Depth400, 99'800, 100'000);
  ASSERT_NE(store.find(a, BookFeed::Depth400), nullptr);
  EXPECT_EQ(store.mid(a), Price{99'900});
}

TEST_F(BookStoreTest, FastestFeedIsTheGatesReference) {
  store.add(a, BookFeed::Depth400);
  store.add(a, BookFeed::BestBidOffer);
  show(BookFeed::Depth400, 99'000, 101'000);
  EXPECT_FALSE(references.fresh_bid(a, now));
  show(BookFeed::BestBidOffer, 99'900, 100'100);
  EXPECT_EQ(references.fresh_bid(a, now), Price{99'900});
  show(BookFeed::Depth400, 99'000, 101'000);
  EXPECT_EQ(references.fresh_bid(a, now), Price{99'900});
  store.on_withdrawn(a, BookFeed::Depth400, BookWithdrawal::Checksum, now);
  EXPECT_EQ(references.fresh_bid(a, now), Price{99'900});
}

TEST_F(BookStoreTest, AKeepAliveKeepsAQuietBookFreshAndCallsNobody) {
  store.add(a, BookFeed::Depth400);
  show(BookFeed::Depth400, 99'900, 100'100);
  const int books = bench.ears.books;
  now = now + seconds(59);
  BookUpdate keep_alive;
  keep_alive.instrument = a;
  keep_alive.feed = BookFeed::Depth400;
  keep_alive.kind = BookUpdate::Kind::Update;
  keep_alive.receive_time = now;
  store.on_update(keep_alive);
  now = now + seconds(59);
  references.set_alive(now);
  EXPECT_EQ(references.fresh_bid(a, now), Price{99'900});
  EXPECT_EQ(references.fresh_ask(a, now), Price{100'100});
  EXPECT_EQ(bench.ears.books, books);
  now = now + seconds(2);
  references.set_alive(now);
  EXPECT_FALSE(references.fresh_bid(a, now));  // nothing proved it for too long
}

TEST_F(BookStoreTest, BookNobodyAskedForIsIgnored) {
  show(BookFeed::Top5, 99'900, 100'100);
  EXPECT_EQ(bench.ears.books, 0);
  EXPECT_EQ(store.counters().unwanted, 1u);
}

TEST_F(BookStoreTest, LostConnectionWithdrawsEveryBook) {
  store.add(a, BookFeed::Depth400);
  store.add(a, BookFeed::BestBidOffer);
  show(BookFeed::Depth400, 99'000, 101'000);
  show(BookFeed::BestBidOffer, 99'900, 100'100);
  store.withdraw_all(BookWithdrawal::Disconnected, now);
  EXPECT_EQ(bench.ears.books_unavailable, 2);
  EXPECT_EQ(store.unusable_since(a), now);
  EXPECT_EQ(store.find(a, BookFeed::BestBidOffer), nullptr);
}

}  // namespace
}  // namespace gannet::engine
