// Kill at every level from outside, its other triggers, the second program, and what is left when
// the engine dies. [KILL-05, KILL-07, KILL-09, KILL-10, KILL-11, KILL-12, COD-03, COD-06]
#include <fcntl.h>
#include <sys/stat.h>

#include "support/daemon.h"
#include "support/sim_client.h"

namespace gannet::test {
namespace {

/// What rests at the venue with that tag, orders and algo orders.
std::size_t open_with_tag(Venue& venue, std::string_view tag) {
  const Json now = venue.truth();
  std::size_t count = 0;
  for (const auto order : now["orders"].get_array()) {
    const std::string_view state = order["state"];
    if (std::string_view(order["tag"]) == tag && (state == "live" || state == "partially_filled"))
      ++count;
  }
  for (const auto algo : now["algo_orders"].get_array()) {
    if (std::string_view(algo["tag"]) == tag && std::string_view(algo["state"]) == "live") ++count;
  }
  return count;
}

class KillSwitchTest : public ::testing::Test {
 protected:
  Said command(std::vector<std::string> words) {
    words.insert(words.end(), {"--state", folder.state()});
    return gannet(folder, std::move(words));
  }
  /// `gannet-kill` with a file of its own.
  Said kill_program(std::vector<std::string> words, std::string_view more = "") {
    const app::SimReady& at = venue.ready();
    const std::string file = folder.write(
        "kill.conf", "# the key that kills\napi_key = \"" + at.api_key +
                         "\"\nsecret = " + at.secret + "\npassphrase = \"" + at.passphrase +
                         "\"\nurl = " + at.url + "\nca_file = " + at.ca + "\n" + std::string(more));
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    words.insert(words.begin(), {"--config", file});
    Process process(folder, program("gannet-kill"), std::move(words));
    const int code = process.wait();
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return {code, process.out(), process.err()};
  }
  bool wait_for_orders_of_both() {
    return wait_until([&] {
      return venue.open_orders("BTC-USDT-SWAP") > 0 && venue.open_orders("ETH-USDT-SWAP") > 0;
    });
  }
  std::string post(const std::string& target, const std::string& body) {
    return client.post(target, body);
  }
  void place_far(const std::string& tag, int count) {
    for (int i = 0; i < count; i += 20) {
      std::string body;
      for (int j = i; j < std::min(count, i + 20); ++j)
        body += (body.empty() ? "" : ",") +
                (R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit",)"
                 R"("px":"30000","sz":"0.1","tag":")" +
                 tag + "\"}");
      const Json said(post("/api/v5/trade/batch-orders", "[" + body + "]"));
      ASSERT_EQ(said.text("code"), "0") << said.source();
    }
  }
  void place_algo(const std::string& tag, const std::string& rest) {
    const Json said(
        post("/api/v5/trade/order-algo",
             R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","tag":")" + tag + "\"," + rest + "}"));
    ASSERT_EQ(said.text("code"), "0") << said.source();
  }
  void fault(const std::string& json) { venue.order_fault(json); }

  Folder folder;
  Venue venue{folder};
  DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
  net::EventLoop loop;
  app::SimClient client{loop, venue.ready()};
};

TEST_F(KillSwitchTest, AStrategyIsKilledAloneOverARestartUntilItIsResumed) {  // KILL-09, KILL-12
  {
    Daemon daemon(folder, config);
    ASSERT_TRUE(daemon.wait_for_state("ready"));
    ASSERT_TRUE(wait_for_orders_of_both());
    const Said killed = command({"kill", "--strategy", "quotes", "--reason", "odd numbers"});
    ASSERT_EQ(killed.code, 0) << killed.out << killed.err;
    EXPECT_NE(killed.out.find("gone by the venue's own list"), std::string::npos) << killed.out;
    EXPECT_EQ(venue.open_orders("BTC-USDT-SWAP"), 0u);
    const auto status = daemon.status();
    EXPECT_EQ(status->text("state"), "ready");
    EXPECT_EQ(status->text("killed_parts"), "strategy quotes");
    ASSERT_TRUE(daemon.wait_for_orders(2)) << "the other one trades on";
    EXPECT_EQ(venue.open_orders("BTC-USDT-SWAP"), 0u);

    EXPECT_EQ(command({"kill", "--strategy", "nobody"}).code, 1);
    EXPECT_EQ(command({"kill", "--account"}).code, 1) << "others may trade on the account";
    EXPECT_EQ(command({"resume", "--instrument", "ETH-USDT-SWAP"}).code, 1) << "it is not killed";
    EXPECT_EQ(command({"cancel"}).code, 2) << "which?";
    const Said orders = command({"orders"});
    EXPECT_NE(orders.out.find("prober"), std::string::npos) << orders.out;
    daemon.process().signal(SIGKILL);
    EXPECT_EQ(daemon.process().wait(), -SIGKILL);
  }
  EXPECT_NE(read_file(folder.state() + "/kills").find("strategy\tquotes\todd numbers"),
            std::string::npos);
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_orders(2));
  EXPECT_EQ(daemon.status()->text("killed_parts"), "strategy quotes");
  EXPECT_EQ(venue.open_orders("BTC-USDT-SWAP"), 0u);
  ASSERT_EQ(command({"resume", "--strategy", "quotes"}).code, 0);
  EXPECT_TRUE(wait_until([&] { return venue.open_orders("BTC-USDT-SWAP") > 0; }));
  EXPECT_FALSE(std::filesystem::exists(folder.state() + "/kills"));
  ASSERT_EQ(command({"hold"}).code, 0);  // a cancel alone stops nobody from placing the next
  const Said cancelled = command({"cancel", "--all"});
  EXPECT_EQ(cancelled.code, 0) << cancelled.out << cancelled.err;
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
}

TEST_F(KillSwitchTest, FlattenIsSeparateConfirmedAndOfOneStrategy) {  // KILL-13
  Daemon daemon(folder, config);
  const auto position = [&](std::string_view name) {
    const auto status = daemon.status();
    for (const auto row : (*status)["instruments"].get_array()) {
      if (std::string_view(row["instrument"]) == name)
        return std::string(std::string_view(row["position"]));
    }
    return std::string("none");
  };
  ASSERT_TRUE(daemon.wait_for("a position of the prober", [&](const Json& now) {
    return now.number("fills") > 0 && position("ETH-USDT-SWAP") != "0";
  }));
  ASSERT_EQ(command({"kill", "--strategy", "prober"}).code, 0);
  EXPECT_EQ(command({"flatten", "--strategy", "prober", "--json"}).code, 2) << "nobody said yes";
  EXPECT_NE(position("ETH-USDT-SWAP"), "0");
  const Said flat = command({"flatten", "--strategy", "prober", "--yes"});
  EXPECT_EQ(flat.code, 0) << flat.out << flat.err;
  EXPECT_NE(flat.out.find("nothing is left"), std::string::npos) << flat.out;
  EXPECT_EQ(position("ETH-USDT-SWAP"), "0");
  EXPECT_EQ(command({"flatten", "--strategy", "prober", "--yes"}).code, 1) << "nothing held";
  EXPECT_EQ(daemon.status()->text("state"), "ready");
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
}

TEST_F(KillSwitchTest, FlattenPassesAKilledEngineByRestAndNothingElseDoes) {  // KILL-01, KILL-13
  config.strategies = {prober()};
  config.more = "[venue.routes]\nplace = \"rest\"\n";
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for("fills", [](const Json& now) { return now.number("fills") > 2; }));
  ASSERT_EQ(command({"kill", "--reason", "test"}).code, 0);
  const auto held = [&] {
    const auto status = daemon.status();
    for (const auto row : (*status)["instruments"].get_array()) {
      if (std::string_view(row["instrument"]) == "ETH-USDT-SWAP")
        return std::string(std::string_view(row["position"]));
    }
    return std::string("none");
  };
  const std::size_t orders = venue.orders();
  const bool has_position = held() != "0";
  const Said flat = command({"flatten", "--yes"});
  EXPECT_EQ(flat.code, has_position ? 0 : 1) << flat.out << flat.err;
  EXPECT_EQ(held(), "0");
  EXPECT_EQ(venue.orders() > orders, has_position);
  EXPECT_EQ(daemon.status()->text("state"), "killed");
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
}

TEST_F(KillSwitchTest, ASignalAndADroppedFileKillTheEngine) {  // KILL-10
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_orders(2));
  daemon.process().signal(SIGUSR1);
  ASSERT_TRUE(daemon.wait_for_state("killed"));
  EXPECT_TRUE(wait_until([&] { return venue.open_orders() == 0; }));
  EXPECT_EQ(daemon.status()->text("kill_reason"), "signal SIGUSR1");
  ASSERT_EQ(command({"resume"}).code, 0);
  ASSERT_TRUE(daemon.wait_for_orders(2));

  folder.write("state/kill", "smoke in the machine room\n");
  ASSERT_TRUE(daemon.wait_for_state("killed"));
  EXPECT_EQ(daemon.status()->text("kill_reason"), "smoke in the machine room");
  EXPECT_TRUE(wait_until([&] { return !std::filesystem::exists(folder.file("state/kill")); }))
      << "taken away once it is durable";
  EXPECT_TRUE(std::filesystem::exists(folder.file("state/killed")));
  EXPECT_TRUE(wait_until([&] { return venue.open_orders() == 0; }));
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
}

TEST_F(KillSwitchTest, WorksWhileALaneSpinsAndNobodyReadsTheLog) {  // KILL-07
  config.strategies = {
      quotes(),
      {"spinner", std::string(GANNET_BINARY_DIR) + "/lib/gannet/test_plugins/throws_later.so",
       R"(instrument = "ETH-USDT-SWAP", orders = 3, books = 0, spins = 1)", "own"}};
  const std::string log = folder.file("gannetd.log");
  ASSERT_EQ(::mkfifo(log.c_str(), 0600), 0);
  const int sink = ::open(log.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(sink, 0);
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_state("ready"));
  ASSERT_TRUE(wait_until([&] { return venue.open_orders("ETH-USDT-SWAP") == 3; }));
  const std::string rubbish(4'096, 'x');
  while (::write(sink, rubbish.data(), rubbish.size()) > 0) {
  }
  const Said killed = command({"kill", "all of it"});
  EXPECT_EQ(killed.code, 0) << killed.out << killed.err;
  EXPECT_NE(killed.out.find("flat of orders"), std::string::npos) << killed.out;
  EXPECT_EQ(venue.open_orders(), 0u);
  daemon.process().signal(SIGKILL);
  EXPECT_EQ(daemon.process().wait(), -SIGKILL);
  ::close(sink);
}

TEST_F(KillSwitchTest, WorksWhileTheDiskStandsStillAndWhenItIsFull) {  // KILL-07, REC-08
  config.more = "[journal]\nmode = \"full\"\n";
  const std::string disk = folder.write("disk", "");
  Process::Environment environment = config.credentials();
  environment["LD_PRELOAD"] =
      std::string(GANNET_BINARY_DIR) + "/lib/gannet/test_plugins/disk_stub.so";
  environment["GANNET_DISK_STUB"] = disk;
  environment["GANNET_DISK_STUB_UNDER"] =
      std::filesystem::canonical(folder.file("")).string() + "/state/journal";
  const char* const options = std::getenv("ASAN_OPTIONS");
  environment["ASAN_OPTIONS"] =
      (options == nullptr ? "" : std::string(options) + ":") + "verify_asan_link_order=0";
  Daemon daemon(folder, config, {}, environment);
  ASSERT_TRUE(wait_for_orders_of_both());

  folder.write("disk", "stall");
  EXPECT_EQ(command({"kill", "--reason", "the disk stands still"}).code, 0);
  EXPECT_TRUE(wait_until([&] { return venue.open_orders() == 0; }));
  EXPECT_EQ(read_file(disk), "stall") << "it stands still yet";
  EXPECT_EQ(daemon.status()->text("state"), "killed");
  folder.write("disk", "");
  EXPECT_EQ(command({"resume"}).code, 0);
  ASSERT_TRUE(daemon.wait_for_state("ready"));
  ASSERT_TRUE(wait_for_orders_of_both());

  folder.write("disk", "full");
  EXPECT_EQ(command({"kill", "--reason", "the disk is full"}).code, 0);
  EXPECT_TRUE(wait_until([&] { return venue.open_orders() == 0; }));
  const std::size_t orders = venue.orders();
  EXPECT_EQ(daemon.status()->text("state"), "killed");
  // What was not written is final for that journal: no order before a restart.
  folder.write("disk", "");
  EXPECT_EQ(command({"resume"}).code, 0);
  EXPECT_TRUE(daemon.wait_for_state("held"));
  EXPECT_EQ(venue.orders(), orders);
}

TEST_F(KillSwitchTest, TheSecondProgramStopsTheEngineAndConfirms) {  // KILL-11
  place_far("", 3);
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_orders(2));
  ASSERT_TRUE(wait_for_orders_of_both());
  const Said dry = kill_program({"--tag", "test1", "--state", folder.state(), "--dry-run"});
  EXPECT_EQ(dry.code, 0) << dry.out << dry.err;
  EXPECT_NE(dry.out.find("would cancel"), std::string::npos) << dry.out;
  EXPECT_EQ(daemon.status()->text("state"), "ready");

  const Said killed =
      kill_program({"--reason", "panic"}, "tag = test1\nstate = \"" + folder.state() + "\"\n");
  EXPECT_EQ(killed.code, 0) << killed.out << killed.err;
  EXPECT_NE(killed.out.find("DONE in"), std::string::npos) << killed.out;
  EXPECT_NE(killed.out.find("it obeyed the kill file"), std::string::npos) << killed.out;
  EXPECT_NE(killed.out.find("3 orders of others left alone"), std::string::npos) << killed.out;
  EXPECT_EQ(open_with_tag(venue, "test1"), 0u);
  EXPECT_EQ(open_with_tag(venue, ""), 3u);
  EXPECT_EQ(daemon.status()->text("kill_reason"), "panic");
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
}

TEST_F(KillSwitchTest, TheSecondProgramEndsAnEngineThatHangs) {  // KILL-07, KILL-11
  {
    Daemon daemon(folder, config);
    ASSERT_TRUE(daemon.wait_for_orders(2));
    ASSERT_TRUE(wait_for_orders_of_both());
    daemon.process().signal(SIGSTOP);
    const Said killed =
        kill_program({"--tag", "test1", "--state", folder.state(), "--json", "--reason", "hangs"});
    ASSERT_EQ(killed.code, 0) << killed.out << killed.err;
    const Json result(killed.out);
    EXPECT_EQ(result.text("engine"), "terminated");
    EXPECT_TRUE(result.flag("confirmed"));
    EXPECT_LE(double(result["seconds"]), 5.0);
    EXPECT_EQ(open_with_tag(venue, "test1"), 0u);
    EXPECT_EQ(daemon.process().wait(), -SIGKILL);
  }
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_state("killed")) << "the file waited for its next start";
  EXPECT_EQ(daemon.status()->number("orders"), 0);
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
}

TEST_F(KillSwitchTest, TheSecondProgramWorksFromAnotherHostThroughFaults) {  // KILL-05, KILL-11
  place_far("test1", 130);                                                   // two pages
  place_far("", 2);
  ASSERT_EQ(
      Json(post("/api/v5/trade/order", R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy",)"
                                       R"("ordType":"market","sz":"1"})"))
          .text("code"),
      "0");
  place_algo("test1", R"("side":"buy","ordType":"trigger","sz":"1","triggerPx":"20000",)"
                      R"("orderPx":"-1")");
  place_algo("test1", R"("side":"sell","ordType":"conditional","sz":"1","slTriggerPx":"20000",)"
                      R"("slOrdPx":"-1","reduceOnly":"true")");
  fault(
      R"({"fault":"http_status","path":"/api/v5/trade/orders-pending","status":"503","count":"2"})");
  fault(R"({"fault":"http_cut","path":"/api/v5/trade/cancel-batch-orders","byte":"40"})");
  fault(
      R"({"fault":"http_status","path":"/api/v5/trade/cancel-algos","code":"50011","status":"429"})");
  fault(R"({"fault":"truncate_list","path":"/api/v5/trade/orders-pending","keep":"10"})");
  fault(R"({"fault":"http_delay","path":"/api/v5/trade/orders-algo-pending","ms":"300"})");
  const Said killed = kill_program({"--tag", "test1", "--json"});
  ASSERT_EQ(killed.code, 0) << killed.out << killed.err;
  const Json result(killed.out);
  EXPECT_TRUE(result.flag("confirmed"));
  EXPECT_EQ(result.text("engine"), "not_asked");
  EXPECT_EQ(result.number("cancelled"), 131);
  EXPECT_GE(result.number("retries"), 4);
  EXPECT_EQ(result["kept"].get_array().size(), 1u) << "a stop whose position is open";
  EXPECT_EQ(result["positions"].get_array().size(), 1u);
  EXPECT_LE(double(result["seconds"]), 5.0);
  EXPECT_EQ(open_with_tag(venue, "test1"), 1u);
  EXPECT_EQ(open_with_tag(venue, ""), 2u);

  const Said everything = kill_program({"--account", "--cancel-stops", "--json"});
  ASSERT_EQ(everything.code, 0) << everything.out << everything.err;
  EXPECT_TRUE(Json(everything.out).flag("timer_armed"));
  EXPECT_EQ(open_with_tag(venue, "test1") + open_with_tag(venue, ""), 0u);
}

TEST_F(KillSwitchTest, TheSecondProgramSaysWhatIsWrong) {  // KILL-11
  const Said nobody = kill_program({});
  EXPECT_EQ(nobody.code, 2);
  EXPECT_NE(nobody.err.find("whose orders?"), std::string::npos) << nobody.err;
  EXPECT_EQ(kill_program({"--secret", "x"}).code, 2) << "a command line is seen by everybody";
  const Said refused = kill_program({"--tag", "test1"}, "passphrase = wrong\n");
  EXPECT_EQ(refused.code, 3) << refused.out;
  EXPECT_NE(refused.out.find("REFUSED"), std::string::npos) << refused.out;
  const Said silent =
      kill_program({"--tag", "test1", "--url", "https://127.0.0.1:1", "--seconds", "1"});
  EXPECT_EQ(silent.code, 4) << silent.out;
  EXPECT_NE(silent.out.find("NOT CONFIRMED"), std::string::npos) << silent.out;
}

TEST(KillDrill, TellsHowLongAKillTookAndStoresIt) {  // KILL-14
  const Folder folder;
  const DemoConfig config{.state_directory = folder.state()};
  const std::string store = folder.file("drills.jsonl");
  const Said drilled =
      gannet(folder, {"drill", "--config", folder.write("mine.toml", config.text()), "--orders",
                      "20", "--part", "kill", "--store", store, "--json"});
  ASSERT_EQ(drilled.code, 0) << drilled.out << drilled.err;
  const Json result(drilled.out);
  EXPECT_TRUE(result.flag("flat"));
  EXPECT_GE(result.number("cancels"), 20);
  EXPECT_GT(result.number("sent_ns"), 0);
  EXPECT_GE(result.number("flat_ns"), 500'000'000) << "two lists, spaced";
  EXPECT_EQ(read_file(store), drilled.out);
  EXPECT_FALSE(std::filesystem::exists(folder.state())) << "nothing of the real one is touched";
}

// The rest of the drill: an engine that is stopped, that dies, and that another one stands in for.
TEST(Drill, RestartCrashAndFailOverEndReadyWithNothingOfTheDeadOneLeft) {  // KILL-14
  const Folder folder;
  DemoConfig config{.state_directory = folder.state()};
  config.strategies = {quotes()};
  const Said drilled = gannet(
      folder, {"drill", "--config", folder.write("mine.toml", config.text()), "--orders", "10",
               "--part", "restart", "--part", "crash", "--part", "failover", "--json"});
  ASSERT_EQ(drilled.code, 0) << drilled.out << drilled.err;
  Json result(drilled.out);
  EXPECT_TRUE(result.flag("good"));
  EXPECT_EQ(std::int64_t(result["restart"]["exit"]), 0);
  EXPECT_EQ(std::int64_t(result["restart"]["left"]), 0);
  for (const char* part : {"crash", "failover"}) {
    EXPECT_GE(std::int64_t(result[part]["left"]), 10) << part;
    EXPECT_EQ(std::string_view(result[part]["state"]), "ready") << part;
    EXPECT_TRUE(bool(result[part]["all_gone"])) << part;
    EXPECT_GT(std::int64_t(result[part]["ready_ns"]), 0) << part;
  }
}

// Two engines on one account: what one leaves behind the venue's timer takes away, and what either
// does, the other never notices. The 16 s are the venue's own.
TEST_F(KillSwitchTest, WhatADeadEngineLeavesIsGoneAfterTheTimerAndItsNeighbourTradesOn) {  // COD-03
  const Folder next_door;
  DemoConfig second = config;
  second.engine_id = "test2";
  second.state_directory = next_door.state();
  second.strategies = {quotes()};
  Daemon neighbour(next_door, second);
  {
    Daemon first(folder, config);
    ASSERT_TRUE(first.wait_for_orders(2));
    ASSERT_TRUE(wait_until(
        [&] { return open_with_tag(venue, "test1") > 0 && open_with_tag(venue, "test2") > 0; }));
    first.process().signal(SIGKILL);
    ASSERT_EQ(first.process().wait(), -SIGKILL);
  }
  const Nanos died = monotonic_now();
  EXPECT_GT(open_with_tag(venue, "test1"), 0u);
  EXPECT_TRUE(wait_until([&] { return open_with_tag(venue, "test1") == 0; }, seconds(30)));
  EXPECT_LE(monotonic_now() - died, seconds(16));
  EXPECT_TRUE(neighbour.log_lines({"dead_man_fired"}).empty());
  ASSERT_TRUE(neighbour.wait_for_state("ready"));

  Daemon first(folder, config);
  ASSERT_TRUE(first.wait_for_orders(2));
  ASSERT_TRUE(wait_for_orders_of_both());
  ASSERT_EQ(gannet(next_door, {"kill", "--state", next_door.state()}).code, 0);
  EXPECT_EQ(open_with_tag(venue, "test2"), 0u);
  EXPECT_EQ(first.status()->text("state"), "ready");
  EXPECT_TRUE(wait_until([&] { return open_with_tag(venue, "test1") > 0; }));
  EXPECT_EQ(first.stop(), 0) << first.summary();
  EXPECT_EQ(neighbour.stop(), 0) << neighbour.summary();
}

}  // namespace
}  // namespace gannet::test
