#include "gateway/net/internal/polled_sockets.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace gannet::net {
namespace {

/// Tells as often as it is given something to tell, and writes itself down.
class ScriptedSocket final : public PolledSocket {
 public:
  ScriptedSocket(std::string name, std::string& log) : name_(std::move(name)), log_(log) {}
  std::size_t probe() noexcept override {
    ++probes;
    if (on_probe) on_probe();
    if (waiting == 0) return 0;
    --waiting;
    log_ += name_;
    return 1;
  }
  void prepare() noexcept override {}
  void write_corked() noexcept override { log_ += "w"; }

  int waiting = 0;
  int probes = 0;
  std::function<void()> on_probe;

 private:
  std::string name_;
  std::string& log_;
};

class PolledSocketsTest : public ::testing::Test {
 protected:
  std::string log;
  ScriptedSocket market{"m", log};
  ScriptedSocket account{"a", log};
  ScriptedSocket cold{"c", log};
  PolledSockets sockets;
};

TEST_F(PolledSocketsTest, ProbesTheUrgentOnesFirstAndTheOthersLessOften) {
  sockets.add(cold, 16);
  sockets.add(account, 2);
  sockets.add(market, 1);
  for (int round = 0; round < 32; ++round) EXPECT_EQ(sockets.probe(), 0u);
  EXPECT_EQ(market.probes, 32);
  EXPECT_EQ(account.probes, 16);
  EXPECT_EQ(cold.probes, 2);
  market.waiting = account.waiting = cold.waiting = 1;
  for (int round = 0; round < 16; ++round) sockets.probe();
  EXPECT_EQ(log, "mac");
}

TEST_F(PolledSocketsTest, LetsTheOthersWaitForAMarketThatTalksButNotForEver) {
  sockets.add(market, 1);
  sockets.add(account, 2);
  sockets.add(cold, 16);
  market.waiting = 1'000'000;
  account.waiting = cold.waiting = 1;
  int rounds = 0;
  while (account.waiting != 0) {
    sockets.probe();
    ASSERT_LE(++rounds, 10) << "its second round, and eight more";
  }
  EXPECT_GT(rounds, 2);
  while (cold.waiting != 0) {
    sockets.probe();
    ASSERT_LE(++rounds, 24);
  }
}

TEST_F(PolledSocketsTest, TakesComingAndGoingWithinAProbe) {
  sockets.add(market, 1);
  sockets.add(account, 1);
  market.on_probe = [&] {
    market.on_probe = nullptr;
    sockets.remove(market);
    sockets.remove(account);
    sockets.add(cold, 1);
  };
  market.waiting = account.waiting = cold.waiting = 1;
  EXPECT_EQ(sockets.probe(), 2u);  // what was under way, and the new one
  EXPECT_EQ(sockets.probe(), 0u);
  EXPECT_EQ(log, "mc");
  EXPECT_EQ(account.probes, 0);
}

TEST_F(PolledSocketsTest, ACorkHoldsThroughOneMoreEventAndNoLonger) {
  WriteCork cork;
  cork.begin_event();
  const std::uint64_t first = cork.event();
  EXPECT_TRUE(cork.holds(first));
  cork.hold(account);
  cork.end_event(true);
  EXPECT_EQ(log, "");
  EXPECT_FALSE(cork.holds(first)) << "outside of an event nothing is held back";
  cork.begin_event();
  EXPECT_FALSE(cork.holds(first)) << "a new event's first text goes at once";
  cork.end_event(true);
  EXPECT_EQ(log, "w");
  cork.begin_event();
  cork.hold(account);
  cork.forget(account);
  cork.end_event(false);
  EXPECT_EQ(log, "w");
}

}  // namespace
}  // namespace gannet::net
