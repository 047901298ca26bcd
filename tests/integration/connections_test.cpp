#include "support/daemon.h"
#include "support/venue_agreement.h"

// Connections of a running daemon: moved before the venue ends them, doubled so that losing one
// costs nothing, and let go with the reaction that each end has.

namespace gannet::test {
namespace {

/// The connections of the market feed that work, as the daemon sees them.
std::size_t ready_lines(const Json& status) {
  std::size_t count = 0;
  for (const auto line : status["market_lines"].get_array())
    count += std::string_view(line["state"]) == "ready" ? 1u : 0u;
  return count;
}

std::int64_t sum_over_lines(const Json& status, std::string_view member) {
  std::int64_t sum = 0;
  for (const auto line : status["market_lines"].get_array()) sum += std::int64_t(line[member]);
  return sum;
}

/// What the engine was told of its books and states between two points of its log.
std::vector<std::string> states_told(const Daemon& daemon) {
  return daemon.log_lines({"engine.state"});
}

void expect_the_ledger_agrees(Daemon& daemon, Venue& venue, const Folder& folder) {
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  const Said ledger = gannet(folder, {"journal", "ledger", "--state", folder.state()});
  ASSERT_EQ(ledger.code, 0) << ledger.err;
  EXPECT_EQ(differences(venue.truth(), Json(ledger.out)), std::vector<std::string>{});
}

// RELIABILITY D11
TEST(Connections, AnAnnouncedUpgradeMovesBothWithoutALossOrAPause) {
  const Folder folder;
  Venue venue(folder);
  Daemon daemon(folder, {.state_directory = folder.state(), .venue = &venue.ready()});
  ASSERT_TRUE(daemon.wait_for_orders(2));
  const auto states = states_told(daemon);
  for (std::int64_t round = 1; round <= 2; ++round) {
    for (const char* path : {"public", "private"}) {
      venue.order_fault(R"({"notice64008":{"connection":")" + std::string(path) +
                        R"(","close_after_ms":20000}})");
    }
    ASSERT_TRUE(daemon.wait_for("both moved", [&](const Json& now) {
      return now.number("moves") == 2 * round && ready_lines(now) == 1;
    }));
    ASSERT_TRUE(daemon.wait_for_orders(3));
    EXPECT_TRUE(wait_until([&] {
      return venue.connections("public").size() == 1 && venue.connections("private").size() == 1;
    })) << "the old ones are gone";
  }
  EXPECT_EQ(states_told(daemon), states) << "no hold, no reconciliation: nothing happened";
  EXPECT_EQ(daemon.status()->number("reconnects"), 0);
  EXPECT_EQ(daemon.status()->number("unknown_orders"), 0);
  expect_the_ledger_agrees(daemon, venue, folder);
}

TEST(Connections, OfTwoMarketLinesOneMayBeCutDelayedOrLoseUpdatesAtNoCost) {
  const Folder folder;
  Venue venue(folder);
  Daemon daemon(
      folder,
      {.state_directory = folder.state(), .venue = &venue.ready(), .market_connections = 2});
  ASSERT_TRUE(daemon.wait_for("two lines", [](const Json& now) { return ready_lines(now) == 2; }));
  ASSERT_TRUE(daemon.wait_for_orders(2));
  const auto states = states_told(daemon);
  // Which line wins is seen when one is slow.
  const std::string slow = venue.connections("public").front();
  venue.order_fault(R"({"latency":{"connection":")" + slow +
                    R"(","ms":30,"direction":"out","for":"60s"}})");
  const std::int64_t seconds_before = sum_over_lines(*daemon.status(), "second");
  ASSERT_TRUE(daemon.wait_for("a lead", [&](const Json& now) {
    return sum_over_lines(now, "second") > seconds_before + 50;
  }));
  // The venue says it 30 ms late; the machine may add to it.
  std::int64_t longest_lead = 0;
  const auto at_lead = daemon.status();
  for (const auto line : (*at_lead)["market_lines"].get_array())
    longest_lead = std::max(longest_lead, std::int64_t(line["lead_ns"]["max"]));
  EXPECT_GE(longest_lead, 30'000'000);
  std::int64_t cuts = 0;
  for (int round = 0; round < 3; ++round) {
    for (const std::string& line : venue.connections("public")) {
      venue.order_fault(R"({"cut":{"connection":")" + line + "\"}}");
      ++cuts;
      ASSERT_TRUE(daemon.wait_for("the cut line is back", [&](const Json& now) {
        return now.number("reconnects") >= cuts && ready_lines(now) == 2;
      }));
      ASSERT_TRUE(daemon.wait_for_orders(1));
    }
  }
  EXPECT_EQ(states_told(daemon), states) << "the engine was ready all the while";
  const auto now = daemon.status();
  EXPECT_EQ(now->text("state"), "ready");
  expect_the_ledger_agrees(daemon, venue, folder);
}

// PROTOCOL 3.6: the venue tells why; what we do is in the log.
TEST(Connections, EachCloseOfTheVenueHasItsReaction) {
  const Folder folder;
  Venue venue(folder);
  Daemon daemon(folder, {.state_directory = folder.state(), .venue = &venue.ready()});
  ASSERT_TRUE(daemon.wait_for_orders(1));
  std::int64_t ends = 0;
  for (const int code : {4004, 4005, 4006}) {
    venue.order_fault(R"({"close":{"connection":"public","code":)" + std::to_string(code) + "}}");
    ++ends;
    ASSERT_TRUE(daemon.wait_for("a reconnect", [&](const Json& now) {
      return now.number("reconnects") >= ends && now.text("state") == "ready";
    }));
    EXPECT_FALSE(daemon.log_lines({"connection.lost", "\"code\":" + std::to_string(code)}).empty());
  }
  venue.order_fault(R"({"close":{"connection":"private","code":4007}})");
  EXPECT_NE(daemon.process().wait(), 0) << "the key was changed: a person must act";
  EXPECT_FALSE(daemon.log_lines({"API key was changed or deleted"}).empty());
}

}  // namespace
}  // namespace gannet::test
