#include "engine/lane_thread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/unit/engine/lane_fixture.h"

namespace gannet::engine {
namespace {

using gannet::test::Script;
using gannet::test::scripted_type;

/// One strategy on a lane with a thread of its own; its book handler returns when it is let go.
class LaneThreadTest : public testing::Test, protected test::LaneFixture {
 protected:
  static constexpr Nanos kForever = seconds(120);  // a test that fails need not hang

  LaneThreadTest() {
    type = scripted_type();
    script.on_book = [this](const gannet_book&) {
      inside = true;
      while (!let_go) std::this_thread::yield();
      return GANNET_OK;
    };
    id = add(publisher, script, type, "stuck");
    publisher.start(core, {1});
  }
  void enter_the_handler() {
    publish_book(publisher, 100'000, 100'100, 10);
    while (!inside) std::this_thread::yield();
  }

  Publisher publisher{instruments, currencies, nullptr, {}};
  StrategyType type;
  Script script;
  StrategyId id;
  std::atomic<bool> inside{false};
  std::atomic<bool> let_go{false};
};

TEST_F(LaneThreadTest, ALaneThatNeverReturnsIsGivenUpAndItsOrdersAreCancelled) {
  LaneThread thread(*publisher.threaded_lanes()[0], 1, {microseconds(10)});
  enter_the_handler();
  publisher.stop({20});
  publisher.do_work({21});
  EXPECT_FALSE(publisher.has_stopped());
  EXPECT_FALSE(thread.join_for(milliseconds(1)));
  EXPECT_EQ(publisher.abandon_lanes({22}), 1);
  EXPECT_TRUE(publisher.has_stopped());
  let_go = true;
  EXPECT_TRUE(thread.join_for(kForever));
  ASSERT_FALSE(core.commands.empty());
  EXPECT_EQ(core.commands.back().kind, LaneCommand::Kind::StrategyFailed);
  EXPECT_EQ(core.commands.back().strategy, id);
  EXPECT_THAT(std::string(publisher.failure_of(id)), testing::HasSubstr("did not come back"));
}

TEST_F(LaneThreadTest, WhatAnAbandonedLaneStillSaysIsNotTaken) {
  script.on_book = [this, held = script.on_book](const gannet_book& book) {
    held(book);
    script.buy(book.instrument, 100'000, 1);
    return GANNET_OK;
  };
  LaneThread thread(*publisher.threaded_lanes()[0], 1, {microseconds(10)});
  enter_the_handler();
  publisher.abandon_lanes({20});
  let_go = true;
  ASSERT_TRUE(thread.join_for(kForever));
  publisher.do_work({30});
  ASSERT_EQ(core.commands.size(), 1u);
  EXPECT_EQ(core.commands[0].kind, LaneCommand::Kind::StrategyFailed);
}

TEST_F(LaneThreadTest, AnAbandonedThreadDoesNotHoldItsOwner) {
  std::shared_ptr<const std::atomic<bool>> ended;
  {
    LaneThread thread(*publisher.threaded_lanes()[0], 1, {microseconds(10)});
    enter_the_handler();
    ended = thread.abandon();
  }  // returns
  EXPECT_FALSE(ended->load());
  let_go = true;
  while (!ended->load()) std::this_thread::yield();  // the lane must outlive the thread
}

/// Under the thread sanitizer this is the proof; without it, torn levels would show.
TEST_F(LaneThreadTest, TimersAndHandlersSeeWholeBooksWhileTheReactorWritesOn_I9) {
  constexpr std::int64_t kSpread = 100;
  constexpr int kBooks = 20'000;
  std::atomic<int> looked{0}, wrong{0};
  const auto look = [&](const gannet_book& book) {
    std::this_thread::yield();  // the reactor may go on while the handler has its book
    const bool whole = book.bids.count == 1 && book.asks.count == 1 &&
                       book.bids.best[0].price == book.receive_time &&
                       book.asks.best[0].price == book.receive_time + kSpread;
    if (!whole) ++wrong;
    ++looked;
  };
  const gannet_timer timer{sizeof timer, 0, 1, 3, 1};
  script.on_start = [&] { return script.host->set_timer(script.engine, &timer); };
  script.on_book = [&](const gannet_book& book) {
    look(book);
    return GANNET_OK;
  };
  script.on_timer = [&](const gannet_timer&) {
    gannet_book book{};
    book.size = sizeof book;
    if (script.host->book(script.engine, swap.value, GANNET_BOOK_BEST, &book) == GANNET_OK)
      look(book);
    gannet_instrument definition{};
    definition.size = sizeof definition;
    script.host->instrument(script.engine, swap.value, &definition);
    return GANNET_OK;
  };
  LaneThread thread(*publisher.threaded_lanes()[0], 1, {});
  std::int64_t now = 2;
  for (int i = 0; i < kBooks || looked < 100; ++i) {
    ++now;
    publish_book(publisher, now, now + kSpread, now);
    if (i % 64 == 63)
      publisher.on_book_unavailable(swap, BookFeed::BestBidOffer, BookWithdrawal::Gap, {now});
    instruments[swap].state = i % 2 == 0 ? InstrumentState::Suspended : InstrumentState::Live;
    publisher.on_trade(trade(now));
    publisher.do_work({now});
  }
  publisher.stop({++now});
  while (!publisher.has_stopped()) publisher.do_work({++now});
  EXPECT_TRUE(thread.join_for(kForever));
  EXPECT_EQ(wrong, 0);
}

TEST_F(LaneThreadTest, AThreadThatHasEndedIsJoinedAtOnce) {
  LaneThread thread(*publisher.threaded_lanes()[0], 1, {microseconds(10)});
  EXPECT_TRUE(thread.join_for(kForever));
  EXPECT_TRUE(thread.join_for({}));
  EXPECT_EQ(publisher.abandon_lanes({2}), 1);  // its strategies never heard of a stop
}

}  // namespace
}  // namespace gannet::engine
