#include "gateway/net/event_loop.h"

#include <csignal>
#include <thread>
#include <vector>

#include "support/loopback.h"

namespace gannet::net {
namespace {

TEST(EventLoop, PollRunsWhatIsDueAndNeverWaits) {
  EventLoop loop;
  EXPECT_EQ(loop.poll(), 0u);
  int ran = 0;
  loop.post([&] { ++ran; });
  loop.post([&] { ++ran; });
  EXPECT_EQ(loop.poll(), 2u);
  EXPECT_EQ(ran, 2);
  EXPECT_EQ(loop.poll(), 0u);
}

TEST(EventLoop, ASleepingLoopIsWokenByAPostFromAnotherThread) {
  EventLoop loop;
  bool ran = false;
  std::thread other([&] { loop.post([&] { ran = true; }); });
  EXPECT_TRUE(run_until(loop, [&] { return ran; }));
  other.join();
}

TEST(EventLoop, RunEndsWithStop) {
  EventLoop loop;
  loop.post([&] { loop.stop(); });
  loop.run();
  EXPECT_TRUE(loop.stopped());
}

TEST(EventLoop, TellsSignals) {
  EventLoop loop;
  std::vector<int> seen;
  loop.on_signals({SIGUSR1, SIGUSR2}, [&](int signal) { seen.push_back(signal); });
  std::raise(SIGUSR2);
  ASSERT_TRUE(run_until(loop, [&] { return seen.size() == 1; }));
  std::raise(SIGUSR1);
  ASSERT_TRUE(run_until(loop, [&] { return seen.size() == 2; }));
  EXPECT_EQ(seen, (std::vector<int>{SIGUSR2, SIGUSR1}));
}

TEST(Timer, FiresOnceAndMayBeStartedFromItsTask) {
  EventLoop loop;
  Timer timer(loop);
  int fired = 0;
  std::function<void()> task = [&] {
    if (++fired < 3) timer.start(milliseconds(1), [&] { task(); });
  };
  timer.start(milliseconds(1), [&] { task(); });
  EXPECT_TRUE(run_until(loop, [&] { return fired == 3; }));
}

TEST(Timer, AStartedAgainTimerForgetsWhatItWasToDo) {
  EventLoop loop;
  Timer timer(loop);
  int first = 0;
  int second = 0;
  timer.start({}, [&] { ++first; });  // due at once, its wait completes in the same turn
  timer.start({}, [&] { ++second; });
  EXPECT_TRUE(run_until(loop, [&] { return second == 1; }));
  EXPECT_EQ(first, 0);
}

TEST(Timer, ACancelledOrDestroyedTimerDoesNotFireEvenWhenDue) {
  EventLoop loop;
  int fired = 0;
  Timer cancelled(loop);
  auto destroyed = std::make_unique<Timer>(loop);
  Timer last(loop);
  bool done = false;
  // In one turn: the first task takes the others away, though their time has come as well.
  Timer taker(loop);
  taker.start(milliseconds(1), [&] {
    cancelled.cancel();
    destroyed.reset();
  });
  cancelled.start(milliseconds(2), [&] { ++fired; });
  destroyed->start(milliseconds(2), [&] { ++fired; });
  last.start(milliseconds(5), [&] { done = true; });
  EXPECT_TRUE(run_until(loop, [&] { return done; }));
  EXPECT_LE(fired, 0);
}

TEST(Timer, MayDestroyItselfInItsTask) {
  EventLoop loop;
  auto timer = std::make_unique<Timer>(loop);
  timer->start(milliseconds(1), [&] { timer.reset(); });
  EXPECT_TRUE(run_until(loop, [&] { return timer == nullptr; }));
}

}  // namespace
}  // namespace gannet::net
