// The real daemon dies again and again, at random moments and at every named point of its code,
// while it trades against a simulated venue; what it makes of that at the next start is compared
// with what really is. [RELIABILITY REC-02, REC-12, REC-14, COD-03, fault 38]
// GANNET_CRASHES: how many random kills, and then every point; `make test` does a few.
#include <cstdlib>
#include <random>
#include <set>

#include "base/crash_point.h"
#include "support/daemon.h"
#include "support/venue_agreement.h"

namespace gannet::test {
namespace {

int crashes_wanted() {
  const char* text = std::getenv("GANNET_CRASHES");
  return text == nullptr ? 0 : std::atoi(text);
}

class CrashCampaign : public ::testing::Test {
 protected:
  Folder folder;
  Venue venue{folder};
  DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};

  /// A start that is allowed to follow crashes.
  std::unique_ptr<Daemon> start() {
    return std::make_unique<Daemon>(folder, config, std::vector<std::string>{"--after-crashes"});
  }
  std::int64_t number(Daemon& daemon, std::string_view key) {
    const auto now = daemon.status();
    return now ? now->number(key) : 0;
  }
  /// Every client id at the venue once; the journal whole; both sides of one mind after a clean
  /// end.
  void expect_agreement(const std::string& when) {
    SCOPED_TRACE(when);
    {
      auto daemon = start();
      ASSERT_TRUE(daemon->wait_for_orders(2));
      EXPECT_EQ(daemon->stop(), 0) << daemon->summary();
    }
    EXPECT_EQ(venue.open_orders(), 0u);
    const Json truth = venue.truth();
    std::set<std::string> ids;
    for (const auto order : truth["orders"].get_array())
      EXPECT_TRUE(ids.insert(std::string(std::string_view(order["clOrdId"]))).second) << "twice";
    const Said verified = gannet(folder, {"journal", "verify", "--state", folder.state()});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
    const Said ledger = gannet(folder, {"journal", "ledger", "--state", folder.state()});
    ASSERT_EQ(ledger.code, 0) << ledger.err;
    EXPECT_EQ(differences(truth, Json(ledger.out)), std::vector<std::string>{});
  }
};

TEST_F(CrashCampaign, NothingIsLostOrDoneTwiceAtRandomMoments_REC_02) {
  const int crashes = std::max(3, crashes_wanted());
  std::mt19937_64 random(static_cast<std::uint64_t>(crashes));
  std::size_t while_trading = 0;
  for (int i = 0; i < crashes; ++i) {
    {
      auto daemon = start();
      // Mostly in mid-trading; now and then while it starts.
      const bool trades = random() % 5 != 0;
      if (trades) {
        ASSERT_TRUE(daemon->wait_for_orders(1)) << "after " << i << " crashes";
        ++while_trading;
      }
      const Nanos until =
          monotonic_now() + microseconds(static_cast<std::int64_t>(random() % 600'000));
      while (monotonic_now() < until && daemon->process().running()) {
      }
      daemon->process().signal(SIGKILL);
      ASSERT_EQ(daemon->process().wait(), -SIGKILL) << "it ended by itself after crash " << i;
    }
    if (i % 50 == 49) expect_agreement("after crash " + std::to_string(i));
    if (HasFailure()) return;
  }
  expect_agreement("at the end");
  std::printf("%d random kills, %zu of them in mid-trading: nothing lost, nothing twice\n", crashes,
              while_trading);
}

TEST_F(CrashCampaign, NothingIsLostOrDoneTwiceAtEveryNamedPoint_REC_02) {
  const bool all = crashes_wanted() > 0;
  std::size_t reached = 0;
  std::vector<std::string> missed;
  for (const std::string_view point : kCrashPoints) {
    // In `make test` those around an order's way out and a report's way in.
    if (!all && point != "ring_head" && point != "place_at_port" && point != "fill_booked")
      continue;
    for (const int passage : all ? std::vector<int>{1, 2, 7, 40} : std::vector<int>{3}) {
      const std::string where = std::string(point) + ":" + std::to_string(passage);
      SCOPED_TRACE(where);
      ::setenv("GANNET_CRASH_AT", where.c_str(), 1);
      auto daemon = start();
      ::unsetenv("GANNET_CRASH_AT");
      if (point == "kill_file") {
        ASSERT_TRUE(daemon->wait_for_orders(1));
        gannet(folder, {"kill", "--state", folder.state(), "--reason", "crash test"});
      }
      if (wait_until([&] { return !daemon->process().running(); }, seconds(all ? 12 : 20))) {
        ASSERT_EQ(daemon->process().wait(), -SIGKILL) << daemon->process().err();
        ++reached;
      } else {
        missed.push_back(where);
        daemon->process().signal(SIGKILL);
        daemon->process().wait();
      }
      daemon.reset();
      if (point == "kill_file") {
        // The kill is on record although its file is not: it stands until a person resumes.
        auto after = start();
        ASSERT_TRUE(after->wait_for_state("killed"));
        gannet(folder, {"resume", "--state", folder.state()});
        ASSERT_TRUE(after->wait_for_state("ready"));
        EXPECT_EQ(after->stop(), 0) << after->summary();
        break;
      }
    }
    if (all) expect_agreement(std::string(point));
    if (HasFailure()) return;
  }
  if (!all) expect_agreement("at the end");
  std::string not_reached;
  for (const std::string& where : missed) not_reached += " " + where;
  std::printf("%zu named points reached%s%s\n", reached,
              missed.empty() ? "" : "; not reached:", not_reached.c_str());
  // A point that nothing passes proves nothing: its first passage at least must be reached.
  for (const std::string& where : missed) EXPECT_FALSE(where.ends_with(":1")) << where;
  EXPECT_GE(reached, all ? 50u : 3u);
}

/// It stays dead: the venue's own timer ends what it left. Long, so only in the campaign.
TEST_F(CrashCampaign, NoOrderIsLeftLongerThanSixteenSecondsWhenItStaysDead_COD_03) {
  if (crashes_wanted() == 0) GTEST_SKIP() << "make crash";
  {
    auto daemon = start();
    ASSERT_TRUE(daemon->wait_for("open orders", [](const Json& now) {
      return now.number("open_orders") > 0 && now.text("state") == "ready";
    }));
    daemon->process().signal(SIGKILL);
    daemon->process().wait();
  }
  ASSERT_GT(venue.open_orders(), 0u);
  const Nanos died = monotonic_now();
  EXPECT_TRUE(wait_until([&] { return venue.open_orders() == 0; }, seconds(20)));
  const Nanos took = monotonic_now() - died;
  EXPECT_LE(took, seconds(16)) << took.count;
  std::printf("left orders were gone after %.1f s\n", static_cast<double>(took.count) / 1e9);
}

/// REC-12: three deaths in ten minutes, and it stays down until somebody says otherwise.
TEST_F(CrashCampaign, AfterThreeDeathsItStaysDown_REC_12) {
  for (int i = 0; i < 3; ++i) {
    ::setenv("GANNET_CRASH_AT", "core_start:1", 1);
    Daemon daemon(folder, config);
    ::unsetenv("GANNET_CRASH_AT");
    ASSERT_EQ(daemon.process().wait(), -SIGKILL);
  }
  {
    Daemon refused(folder, config);
    EXPECT_EQ(refused.process().wait(), 3);
    EXPECT_NE(refused.process().err().find("3 starts since"), std::string::npos)
        << refused.process().err();
    EXPECT_NE(refused.process().err().find("--after-crashes"), std::string::npos);
  }
  auto daemon = start();
  ASSERT_TRUE(daemon->wait_for_state("ready"));
  EXPECT_EQ(daemon->stop(), 0);
}

}  // namespace
}  // namespace gannet::test
