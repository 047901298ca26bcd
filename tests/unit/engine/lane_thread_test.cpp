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

TEST_F(LaneThreadTest, AThreadThatHasEndedIsJoinedAtOnce) {
  LaneThread thread(*publisher.threaded_lanes()[0], 1, {microseconds(10)});
  EXPECT_TRUE(thread.join_for(kForever));
  EXPECT_TRUE(thread.join_for({}));
  EXPECT_EQ(publisher.abandon_lanes({2}), 1);  // its strategies never heard of a stop
}

}  // namespace
}  // namespace gannet::engine
