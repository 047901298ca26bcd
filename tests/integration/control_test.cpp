// The control socket of a trading engine: why it does not trade, orders by hand, strategies, roles,
// and whatever else somebody sends there. [SEC-04]
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "support/daemon.h"
#include "support/venue_agreement.h"

namespace gannet::test {
namespace {

class ControlTest : public ::testing::Test {
 protected:
  Said command(std::vector<std::string> words) {
    words.insert(words.end(), {"--state", folder.state()});
    return gannet(folder, std::move(words));
  }
  Json view(std::string word) { return Json(command({std::move(word), "--json"}).out); }
  /// Why that strategy does not trade; "" if it does.
  std::string why_not(Daemon& daemon, std::string_view list, std::string_view key,
                      std::string_view name) {
    const auto status = daemon.status();
    if (!status) return "no status";
    for (const auto row : (*status)[list].get_array()) {
      if (std::string_view(row[key]) == name)
        return std::string(std::string_view(row["not_trading"]));
    }
    return "no such row";
  }
  std::string why_not(Daemon& daemon, std::string_view strategy) {
    return why_not(daemon, "strategies", "strategy", strategy);
  }
  std::vector<std::string> journaled(std::string_view what) {
    auto lines = lines_of(command({"journal", "print"}).out);
    std::erase_if(lines, [&](const std::string& line) {
      return line.find("operator_command") == std::string::npos ||
             line.find(what) == std::string::npos;
    });
    return lines;
  }
  void expect_replayed() {
    const Said replay = command({"journal", "replay"});
    EXPECT_EQ(replay.code, 0) << replay.out << replay.err;
  }

  Folder folder;
  Venue venue{folder};
  DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
};

TEST_F(ControlTest, StatusNamesOneReasonForEachStrategyAndInstrument) {
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_orders(2));
  EXPECT_EQ(daemon.status()->text("not_trading"), "");
  ASSERT_TRUE(wait_until([&] { return why_not(daemon, "quotes").empty(); }));

  ASSERT_EQ(command({"strategy", "stop", "quotes"}).code, 0);
  ASSERT_TRUE(wait_until([&] { return why_not(daemon, "quotes") == "strategy_stopped"; }));
  ASSERT_TRUE(wait_until([&] { return venue.open_orders("BTC-USDT-SWAP") == 0; }));
  EXPECT_EQ(why_not(daemon, "prober"), "");
  EXPECT_EQ(command({"strategy", "stop", "quotes"}).code, 1) << "it is stopped already";
  const Said page = command({"status"});
  EXPECT_NE(page.out.find("gannet strategy start NAME"), std::string::npos) << page.out;

  ASSERT_EQ(command({"kill", "--instrument", "ETH-USDT-SWAP", "a drill"}).code, 0);
  ASSERT_TRUE(wait_until([&] {
    return why_not(daemon, "instruments", "instrument", "ETH-USDT-SWAP") == "instrument_killed";
  }));
  EXPECT_EQ(why_not(daemon, "prober"), "no_instrument_trades");
  ASSERT_EQ(command({"hold", "lunch"}).code, 0);
  ASSERT_TRUE(wait_until([&] { return why_not(daemon, "quotes") == "operator"; }));
  ASSERT_EQ(command({"resume"}).code, 0);
  ASSERT_EQ(command({"resume", "--instrument", "ETH-USDT-SWAP"}).code, 0);
  ASSERT_TRUE(wait_until([&] { return why_not(daemon, "prober").empty(); }));
  daemon.process().signal(SIGKILL);
  daemon.process().wait();

  Daemon again(folder, config);
  ASSERT_TRUE(again.wait_for_state("ready"));
  EXPECT_EQ(why_not(again, "quotes"), "strategy_stopped") << "over a restart";
  ASSERT_EQ(command({"strategy", "start", "quotes"}).code, 0);
  ASSERT_TRUE(wait_until([&] { return venue.open_orders("BTC-USDT-SWAP") > 0; }));
  EXPECT_EQ(again.stop(), 0) << again.summary();
  EXPECT_EQ(journaled("strategy-stop quotes").size(), 2u) << "the refused one too";
  EXPECT_EQ(journaled("strategy-start quotes").size(), 1u);
  EXPECT_NE(journaled("hold lunch").front().find("uid "), std::string::npos);
  expect_replayed();
}

TEST_F(ControlTest, OrdersByHandPassTheGateAndAreTheOperators) {
  config.more = "[risk.strategy.operator]\norder_quantity_max = \"5 contracts\"\n";
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_orders(2));
  const Json status = *daemon.status();
  std::string far;  // a buy that rests: whole, below the market, inside the collar
  for (const auto row : status["instruments"].get_array()) {
    if (std::string_view(row["instrument"]) != "BTC-USDT-SWAP") continue;
    const std::string bid{std::string_view(row["best_bid"])};
    far = std::to_string(static_cast<long>(std::stod(bid) * 0.99));
  }
  const Said refused = command({"order", "place", "BTC-USDT-SWAP", "buy", "6", far, "--post-only"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("quantity_above_limit"), std::string::npos) << refused.err;
  const Said placed = command({"order", "place", "BTC-USDT-SWAP", "buy", "2", far, "--post-only"});
  ASSERT_EQ(placed.code, 0) << placed.err;
  const std::string number = placed.out.substr(
      placed.out.find_last_of(' ') + 1, placed.out.size() - placed.out.find_last_of(' ') - 2);
  const auto mine = [&]() -> std::string {
    const Json orders = view("orders");
    for (const auto row : orders["orders"].get_array()) {
      if (std::string_view(row["client_id"]) == number)
        return std::string(std::string_view(row["strategy"])) + " " +
               std::string(std::string_view(row["quantity"]));
    }
    return "";
  };
  EXPECT_EQ(mine(), "operator 2");
  ASSERT_TRUE(wait_until([&] { return !daemon.log_lines({"order.live", number}).empty(); }));
  const Said amended = command({"order", "amend", number, "--quantity", "3"});
  EXPECT_EQ(amended.code, 0) << amended.err;
  ASSERT_TRUE(wait_until([&] { return mine() == "operator 3"; }));
  EXPECT_EQ(command({"order", "amend", number}).code, 2);
  const Said resolved = command({"order", "resolve", number, "ended"});
  EXPECT_EQ(resolved.code, 1) << "nothing is in doubt";
  // Strategies go on placing while it is waited for what was open.
  const Said cancelled = command({"cancel", "--all"});
  EXPECT_EQ(cancelled.code, 0) << cancelled.out << cancelled.err;
  EXPECT_EQ(mine(), "");

  // The rule against crossing our own orders holds for a person too.
  ASSERT_EQ(command({"strategy", "stop", "quotes"}).code, 0);
  ASSERT_TRUE(wait_until([&] { return venue.open_orders("BTC-USDT-SWAP") == 0; }));
  ASSERT_EQ(command({"order", "place", "BTC-USDT-SWAP", "buy", "1", "market"}).code, 0);
  ASSERT_TRUE(wait_until([&] {
    const Said fills = command({"fills", "--strategy", "operator", "--json"});
    return fills.code == 0 && Json(fills.out)["fills"].get_array().size() > 0;
  }));
  EXPECT_NE(command({"positions"}).out.find("operator"), std::string::npos);
  EXPECT_NE(command({"balances"}).out.find("USDT"), std::string::npos);
  EXPECT_NE(command({"feeds"}).out.find("live at"), std::string::npos);
  const Said set = command({"strategy", "set", "quotes", "max_position=8 contracts"});
  EXPECT_EQ(set.code, 0) << set.err;
  EXPECT_NE(command({"strategy", "list"}).out.find("8 contracts"), std::string::npos);
  EXPECT_EQ(command({"strategy", "set", "quotes", "max_position=many"}).code, 1);
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  EXPECT_FALSE(journaled("order-place BTC-USDT-SWAP buy 6").empty());
  EXPECT_FALSE(journaled("strategy-set quotes max_position=8 contracts").empty());
  expect_replayed();
  const Said ledger = command({"journal", "ledger"});
  ASSERT_EQ(ledger.code, 0) << ledger.err;
  EXPECT_EQ(differences(venue.truth(), Json(ledger.out)), std::vector<std::string>{});
}

TEST_F(ControlTest, AnOrderInDoubtIsResolvedByAPersonsWord) {
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_orders(2));
  for (const char* name : {"quotes", "prober"})
    ASSERT_EQ(command({"strategy", "stop", name}).code, 0);
  ASSERT_TRUE(wait_until([&] { return venue.open_orders() == 0; }));
  std::string price;
  const Json status = *daemon.status();
  for (const auto row : status["instruments"].get_array()) {
    if (std::string_view(row["instrument"]) == "BTC-USDT-SWAP")
      price = std::to_string(
          static_cast<long>(std::stod(std::string{std::string_view(row["best_bid"])}) * 0.99));
  }
  // The request is lost, and nobody answers what became of it.
  venue.order_fault(R"({"drop_request":{"op":"order"}})");
  venue.order_fault(R"({"http_status":{"path":"/api/v5/trade/order","status":500,"count":0}})");
  ASSERT_EQ(command({"order", "place", "BTC-USDT-SWAP", "buy", "1", price}).code, 0);
  std::string number;
  ASSERT_TRUE(wait_until([&] {
    const Json orders = view("orders");
    for (const auto row : orders["orders"].get_array()) {
      if (bool(row["unknown"])) number = std::string(std::string_view(row["client_id"]));
    }
    return !number.empty();
  }));
  const Said resolved = command({"order", "resolve", number, "not_placed"});
  EXPECT_EQ(resolved.code, 0) << resolved.err;
  EXPECT_EQ(view("orders")["orders"].get_array().size(), 0u);
  EXPECT_TRUE(
      wait_until([&] { return !daemon.log_lines({"order_resolved_by_hand", number}).empty(); }));
  venue.end_faults();
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  EXPECT_EQ(journaled("order-resolve " + number + " not_placed").size(), 1u);
  expect_replayed();
}

/// One connection to the socket, for what no client of ours would send.
class RawClient {
 public:
  explicit RawClient(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    good_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { ::close(fd_); }
  bool good() const { return good_; }
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;  // it was closed: that is an answer too
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }

 private:
  int fd_;
  bool good_ = false;
};

TEST_F(ControlTest, WhateverComesOnTheSocketItGoesOnServing) {
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_state("ready"));
  const std::string path = app::admin_socket_path(folder.state());
  std::string noise;
  std::uint32_t random = 1;
  for (int i = 0; i < 20'000; ++i) {
    random = random * 1664525 + 1013904223;
    noise.push_back(static_cast<char>(random >> 24));
  }
  RawClient(path).send(noise + "\n");
  RawClient(path).send(std::string(1'000'000, 'x'));
  RawClient(path).send("kill-str");                  // half a line, and gone
  RawClient(path).send("status\nstatus\nstatus\n");  // gone before the answers
  {
    std::vector<std::unique_ptr<RawClient>> sitting;  // more than are taken at once, all silent
    for (int i = 0; i < 100; ++i) {
      sitting.push_back(std::make_unique<RawClient>(path));
      sitting.back()->send("kill");
    }
    const Said status = command({"status", "--json"});
    ASSERT_EQ(status.code, 0) << "silent ones must keep nobody out: " << status.err;
  }
  for (int i = 0; i < 10'000; ++i) {
    const RawClient one(path);
    if (!one.good()) continue;  // its backlog is full: the kernel's word, and the next one is taken
    one.send("nonsense\n");
  }
  ASSERT_TRUE(daemon.wait_for("counts of garbage", [](const Json& now) {
    return std::int64_t(now["control"]["garbage"]) > 1'000;
  }));
  EXPECT_LE(daemon.log_lines({"command.garbage"}).size(), 10u);
  EXPECT_EQ(daemon.status()->text("state"), "ready");
  ASSERT_TRUE(daemon.wait_for_orders(1));
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
}

TEST_F(ControlTest, ARoleIsNeededAndRefusalsNameIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be somebody else";
  const std::filesystem::path open = folder.file("open");
  std::filesystem::create_directory(open);
  std::filesystem::permissions(open, std::filesystem::perms{0755});
  std::filesystem::permissions(open.parent_path(), std::filesystem::perms{0755});
  const std::string socket = open / "control.sock";
  config.more = "[control]\nsocket = \"" + socket + "\"\nview = [\"65534\"]\nkill = [\"65533\"]\n";
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_orders(1)) << "found through the state directory";
  const auto as = [&](const std::string& user, std::vector<std::string> words) {
    std::vector<std::string> all{"--reuid",        user, "--regid", user, "--clear-groups",
                                 program("gannet")};
    all.insert(all.end(), words.begin(), words.end());
    if (words.front() != "--help") all.insert(all.end(), {"--socket", socket});
    Process process(folder, "/usr/bin/setpriv", std::move(all));
    const int code = process.wait();
    return Said{code, process.out(), process.err()};
  };
  if (as("65534", {"--help"}).code != 0) GTEST_SKIP() << "others may not run what was built here";
  EXPECT_EQ(as("65534", {"status"}).code, 0);
  const Said forbidden = as("65534", {"kill", "for fun"});
  EXPECT_EQ(forbidden.code, 1);
  EXPECT_NE(forbidden.err.find("kill needs the role kill; yours: view"), std::string::npos)
      << forbidden.err;
  EXPECT_EQ(as("65532", {"status"}).code, 1) << "no role, not even a look";
  EXPECT_EQ(as("65533", {"limits", "set", "risk.account.order_notional_max", "1"}).code, 1);
  EXPECT_EQ(daemon.status()->text("state"), "ready");
  EXPECT_EQ(as("65533", {"kill", "in earnest"}).code, 0);
  EXPECT_EQ(daemon.status()->text("state"), "killed");
  EXPECT_EQ(std::int64_t((*daemon.status())["control"]["forbidden"]), 3);
  EXPECT_EQ(daemon.log_lines({"command.forbidden", "uid 65534"}).size(), 1u);
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  EXPECT_NE(journaled("kill in earnest").front().find("uid 65533"), std::string::npos);
  EXPECT_TRUE(journaled("for fun").empty()) << "what was refused changed nothing";
}

}  // namespace
}  // namespace gannet::test
