// kill -9 in mid-trading: the next start finds what was left, ends it, and the books agree.
// [RELIABILITY REC-01, REC-02, REC-05, fault 38]
#include <algorithm>
#include <set>

#include "support/daemon.h"
#include "support/venue_agreement.h"

namespace gannet::test {
namespace {

std::set<std::string> open_ids(const Json& truth) {
  std::set<std::string> ids;
  for (const auto order : truth["orders"].get_array()) {
    const std::string_view state = order["state"];
    if (state == "live" || state == "partially_filled")
      ids.insert(std::string(std::string_view(order["clOrdId"])));
  }
  return ids;
}

class CrashRecoveryTest : public ::testing::Test {
 protected:
  Folder folder;
  Venue venue{folder};
  DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
};

TEST_F(CrashRecoveryTest, WhatAKilledRunLeftIsCancelledAndTheBooksAgree) {
  std::set<std::string> left;
  for (int run = 0; run < 2; ++run) {
    Daemon daemon(folder, config);
    ASSERT_TRUE(daemon.wait_for("fills and open orders", [](const Json& now) {
      return now.number("fills") > 0 && now.number("open_orders") > 0 && now.number("orders") > 5;
    }));
    daemon.process().signal(SIGKILL);
    ASSERT_EQ(daemon.process().wait(), -SIGKILL);
    const auto now = open_ids(venue.truth());
    for (const std::string& id : left) EXPECT_FALSE(now.contains(id)) << "left since two runs";
    left = now;
    ASSERT_FALSE(left.empty()) << "a killed engine cannot cancel";
    // The journal of a killed run is whole: it lives in shared memory until it is on disk.
    const Said verified = gannet(folder, {"journal", "verify", "--state", folder.state()});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  }
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_state("ready"));
  ASSERT_TRUE(daemon.wait_for_orders(3));
  for (const std::string& id : open_ids(venue.truth()))
    EXPECT_FALSE(left.contains(id)) << id << " rests since the run before";
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  EXPECT_EQ(venue.open_orders(), 0u);

  const Said verified = gannet(folder, {"journal", "verify", "--state", folder.state()});
  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  const Said ledger = gannet(folder, {"journal", "ledger", "--state", folder.state()});
  ASSERT_EQ(ledger.code, 0) << ledger.err;
  EXPECT_EQ(differences(venue.truth(), Json(ledger.out)), std::vector<std::string>{});

  // Every run, the killed ones too, is done again from the journal alone. [REC-07, I10]
  const Said replayed =
      gannet(folder, {"journal", "replay", "--all", "--state", folder.state(), "--json"});
  EXPECT_EQ(replayed.code, 0) << replayed.out << replayed.err;
  EXPECT_EQ(lines_of(replayed.out).size(), 3u);
  // And each order's life can be told. [MON-07]
  for (const std::string& id : left) {
    const Said life = gannet(folder, {"why", id, "--state", folder.state(), "--json"});
    ASSERT_EQ(life.code, 0) << life.err;
    std::vector<std::string> types;
    for (const std::string& line : lines_of(life.out)) types.push_back(Json(line).text("type"));
    ASSERT_GE(types.size(), 4u) << life.out;
    EXPECT_EQ(types[0], "place_intent");
    EXPECT_EQ(types[1], "observations") << "what the gate read of the market";
    EXPECT_EQ(types[2], "place");
    // Behind it at most what the lists told of it once more.
    EXPECT_NE(std::ranges::find(types, "order_ended"), types.end()) << life.out;
  }
}

/// REC-01: orders wait for the disk, and the rest is as ever.
TEST_F(CrashRecoveryTest, InGroupModeItTradesAndAgreesAfterAKillToo) {
  config.more = "[journal]\nmode = \"group\"\n";
  for (int run = 0; run < 2; ++run) {
    Daemon daemon(folder, config);
    ASSERT_TRUE(daemon.wait_for("fills and open orders", [](const Json& now) {
      return now.number("fills") > 0 && now.number("open_orders") > 0 && now.number("orders") > 5;
    }));
    if (run == 0) {
      daemon.process().signal(SIGKILL);
      ASSERT_EQ(daemon.process().wait(), -SIGKILL);
    } else {
      EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
    }
  }
  EXPECT_EQ(venue.open_orders(), 0u);
  const Said ledger = gannet(folder, {"journal", "ledger", "--state", folder.state()});
  ASSERT_EQ(ledger.code, 0) << ledger.err;
  EXPECT_EQ(differences(venue.truth(), Json(ledger.out)), std::vector<std::string>{});
  EXPECT_EQ(gannet(folder, {"journal", "replay", "--all", "--state", folder.state()}).code, 0);
}

TEST_F(CrashRecoveryTest, AStartRightAfterAKillDoesNotRepeatIds) {
  for (int run = 0; run < 3; ++run) {
    Daemon daemon(folder, config);
    ASSERT_TRUE(daemon.wait_for_orders(1)) << run;
    daemon.process().signal(SIGKILL);
    ASSERT_EQ(daemon.process().wait(), -SIGKILL);
  }
  const Json truth = venue.truth();
  std::set<std::string_view> ids;
  for (const auto order : truth["orders"].get_array())
    EXPECT_TRUE(ids.insert(std::string_view(order["clOrdId"])).second);
}

TEST_F(CrashRecoveryTest, AJournalThatIsCutOffIsReadAsFarAsItIsWhole) {
  {
    Daemon daemon(folder, config);
    ASSERT_TRUE(daemon.wait_for_orders(5));
    EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  }
  std::filesystem::path newest;
  for (const auto& entry : std::filesystem::directory_iterator(folder.state() + "/journal"))
    newest = std::max(newest, entry.path());
  std::filesystem::resize_file(newest, std::filesystem::file_size(newest) - 37);
  const Said damaged = gannet(folder, {"journal", "verify", "--state", folder.state()});
  EXPECT_EQ(damaged.code, 1) << damaged.out;
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_orders(2)) << "the venue tells what the journal lost";
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
}

}  // namespace
}  // namespace gannet::test
