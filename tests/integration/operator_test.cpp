// The operator's commands against a trading engine: status, kill, hold, resume. [KILL-05, KILL-09]
#include "support/daemon.h"
#include "support/venue_agreement.h"

namespace gannet::test {
namespace {

class OperatorTest : public ::testing::Test {
 protected:
  Said command(std::vector<std::string> words) {
    words.insert(words.end(), {"--state", folder.state()});
    return gannet(folder, std::move(words));
  }
  /// Nothing new at the venue while the market moves on.
  void expect_no_new_order(Daemon& daemon) {
    const std::size_t before = venue.orders();
    ASSERT_TRUE(daemon.wait_for_market_frames(60));
    EXPECT_EQ(venue.orders(), before);
    EXPECT_EQ(venue.open_orders(), 0u);
  }
  void expect_agreement() {
    const Said ledger = command({"journal", "ledger"});
    ASSERT_EQ(ledger.code, 0) << ledger.err;
    EXPECT_EQ(differences(venue.truth(), Json(ledger.out)), std::vector<std::string>{});
  }

  Folder folder;
  Venue venue{folder};
  DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
};

TEST_F(OperatorTest, StatusTellsPeopleAndPrograms) {
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_state("ready"));
  ASSERT_TRUE(daemon.wait_for_orders(2));
  const Said json = command({"status", "--json"});
  ASSERT_EQ(json.code, 0) << json.err;
  const Json status(json.out);
  EXPECT_EQ(status.text("state"), "ready");
  EXPECT_EQ(status.text("hold_reason"), "");
  EXPECT_TRUE(status.flag("market_ready"));
  EXPECT_TRUE(status.flag("account_ready"));
  EXPECT_FALSE(status.flag("journal_failed"));
  EXPECT_GE(status.number("orders"), 2);
  EXPECT_GT(std::int64_t(status["tick_to_order_ns"]["p50"]), 0);
  ASSERT_EQ(status["instruments"].get_array().size(), 2u);
  for (const auto row : status["instruments"].get_array()) {
    EXPECT_EQ(std::string_view(row["state"]), "ready");
    EXPECT_FALSE(std::string_view(row["best_bid"]).empty());
  }
  const Said page = command({"status"});
  EXPECT_EQ(page.code, 0);
  for (const char* word : {"state", "ready", "BTC-USDT-SWAP", "orders", "tick to order"})
    EXPECT_NE(page.out.find(word), std::string::npos) << word << " in " << page.out;
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  const Said nobody = command({"status"});
  EXPECT_EQ(nobody.code, 3);
  EXPECT_FALSE(nobody.err.empty());
}

TEST_F(OperatorTest, KillLeavesNothingAtTheVenueAndStaysOverARestart) {
  {
    Daemon daemon(folder, config);
    ASSERT_TRUE(daemon.wait_for_orders(3));
    ASSERT_TRUE(wait_until([&] { return venue.open_orders() > 0; }));
    const Said killed = command({"kill", "a drill"});
    ASSERT_EQ(killed.code, 0) << killed.out << killed.err;
    EXPECT_NE(killed.out.find("flat of orders"), std::string::npos) << killed.out;
    EXPECT_EQ(venue.open_orders(), 0u);
    const auto status = daemon.status();
    ASSERT_TRUE(status);
    EXPECT_EQ(status->text("state"), "killed");
    EXPECT_EQ(status->text("kill_reason"), "a drill");
    EXPECT_TRUE(status->flag("flat"));
    EXPECT_TRUE(std::filesystem::exists(folder.state() + "/killed"));
    EXPECT_FALSE(daemon.log_lines({"engine.killed", "a drill"}).empty());
    EXPECT_FALSE(daemon.log_lines({"engine.flat"}).empty());
    expect_no_new_order(daemon);
    const Said again = command({"kill", "once more"});
    EXPECT_EQ(again.code, 0) << again.err;
    daemon.process().signal(SIGKILL);
    EXPECT_EQ(daemon.process().wait(), -SIGKILL);
  }
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_state("killed"));
  EXPECT_EQ(daemon.status()->text("kill_reason"), "once more") << "the newest word";
  ASSERT_TRUE(daemon.wait_for("connections", [](const Json& now) {
    return now.flag("market_ready") && now.flag("account_ready");
  }));
  expect_no_new_order(daemon);
  EXPECT_EQ(daemon.status()->number("orders"), 0);

  const Said resumed = command({"resume", "the drill is over"});
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_FALSE(std::filesystem::exists(folder.state() + "/killed"));
  ASSERT_TRUE(daemon.wait_for_state("ready"));
  ASSERT_TRUE(daemon.wait_for_orders(2));
  EXPECT_EQ(daemon.status()->text("kill_reason"), "");
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  EXPECT_EQ(venue.open_orders(), 0u);
  expect_agreement();
}

TEST_F(OperatorTest, AResumedEngineIsNotKilledAgainByItsNextStart) {
  {
    Daemon daemon(folder, config);
    ASSERT_TRUE(daemon.wait_for_orders(1));
    ASSERT_EQ(command({"kill"}).code, 0);
    ASSERT_EQ(command({"resume"}).code, 0);
    ASSERT_TRUE(daemon.wait_for_orders(1));
    EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  }
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_orders(1));
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
}

TEST_F(OperatorTest, HoldCancelsAndResumeTradesOn) {
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_orders(3));
  const Said held = command({"hold"});
  ASSERT_EQ(held.code, 0) << held.err;
  ASSERT_TRUE(daemon.wait_for_state("held"));
  EXPECT_EQ(daemon.status()->text("hold_reason"), "operator");
  ASSERT_TRUE(wait_until([&] { return venue.open_orders() == 0; }));
  expect_no_new_order(daemon);
  EXPECT_EQ(daemon.status()->text("state"), "held") << "only a person ends a person's hold";
  const Said resumed = command({"resume"});
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  ASSERT_TRUE(daemon.wait_for_state("ready"));
  ASSERT_TRUE(daemon.wait_for_orders(2));
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  expect_agreement();
}

TEST_F(OperatorTest, AnEngineThatIsKilledEndsClean) {
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_orders(2));
  ASSERT_EQ(command({"kill"}).code, 0);
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  expect_agreement();
}

TEST_F(OperatorTest, AnInstrumentThatHasNoDifferenceCannotBeAccepted) {
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_state("ready"));
  const Said nothing = command({"accept", "BTC-USDT-SWAP"});
  EXPECT_EQ(nothing.code, 1);
  EXPECT_NE(nothing.err.find("no difference"), std::string::npos) << nothing.err;
  const Said unknown = command({"accept", "DOGE-USDT-SWAP"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_NE(unknown.err.find("no such instrument"), std::string::npos) << unknown.err;
}

// PRE-19, PRE-20
TEST_F(OperatorTest, LimitsAreShownChangedAndReloadedWhileItTrades) {
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_orders(2));
  const auto limit_of = [&](std::string_view level, std::string_view key) {
    const Json now(command({"limits", "--json"}).out);
    for (const auto row : now["limits"].get_array()) {
      if (std::string_view(row["level"]) != level || std::string_view(row["key"]) != key) continue;
      return row["limit"].is_null() ? std::string("none")
                                    : std::string(std::string_view(row["limit"]));
    }
    return std::string("no such row");
  };
  EXPECT_EQ(limit_of("account", "open_orders_max"), "400");
  EXPECT_EQ(limit_of("account", "gross_notional_max"), "none");
  EXPECT_EQ(limit_of("strategy", "open_orders_max"), "100");
  const Said page = command({"limits"});
  EXPECT_NE(page.out.find("strategy quotes"), std::string::npos) << page.out;
  EXPECT_NE(page.out.find("rule self_trade"), std::string::npos) << page.out;

  // Tighter at once, so tight that nothing goes; looser with a second word.
  const Said tighter = command({"limits", "set", "risk.account.order_notional_max", "1"});
  ASSERT_EQ(tighter.code, 0) << tighter.err;
  ASSERT_TRUE(wait_until([&] {
    return !daemon.log_lines({"limit.changed", "risk.account.order_notional_max"}).empty();
  }));
  ASSERT_TRUE(wait_until(
      [&] { return !daemon.log_lines({"order.denied", "notional_above_limit"}).empty(); }));
  const Said looser = command({"limits", "set", "risk.account.order_notional_max", "100000"});
  EXPECT_EQ(looser.code, 1);
  EXPECT_NE(looser.err.find("--confirm"), std::string::npos) << looser.err;
  EXPECT_NE(looser.err.find("thousandfold"), std::string::npos) << looser.err;
  const Said confirmed =
      command({"limits", "set", "risk.account.order_notional_max", "100000", "--confirm"});
  ASSERT_EQ(confirmed.code, 0) << confirmed.err;
  ASSERT_TRUE(daemon.wait_for_orders(3));

  // One order past one rule.
  ASSERT_EQ(
      command({"limits", "set", "risk.strategy.prober.order_quantity_max", "0.5 contracts"}).code,
      0);
  const Said never = command({"override", "prober", "killed", "why"});
  EXPECT_EQ(never.code, 1);
  const Said granted = command({"override", "prober", "quantity_above_limit", "a drill"});
  ASSERT_EQ(granted.code, 0) << granted.err;
  ASSERT_TRUE(wait_until(
      [&] { return !daemon.log_lines({"override.used", "quantity_above_limit"}).empty(); }));
  ASSERT_TRUE(
      wait_until([&] { return !daemon.log_lines({"override.granted", "a drill"}).empty(); }));

  DemoConfig changed = config;
  changed.more = "[risk.account]\nopen_orders_max = 30\norder_notional_max = \"100000\"\n";
  folder.write("gannetd.toml", changed.text());
  daemon.process().signal(SIGHUP);
  ASSERT_TRUE(wait_until([&] { return limit_of("account", "open_orders_max") == "30"; }));
  // Gone from the file: that loosens.
  ASSERT_TRUE(wait_until(
      [&] { return !daemon.log_lines({"limit.kept", "risk.strategy.prober"}).empty(); }));
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  expect_agreement();
}

}  // namespace
}  // namespace gannet::test
