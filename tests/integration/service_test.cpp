// What gannetd tells a service manager: a datagram socket of ours stands for systemd's.
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstddef>

#include "support/daemon.h"
#include "test_paths.h"

namespace gannet::test {
namespace {

/// The manager's end: every line that was told, in order.
class Manager {
 public:
  explicit Manager(std::string path) : path_(std::move(path)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~Manager() { ::close(socket_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  const std::string& path() const { return path_; }
  /// Reads what has come; how many of the new lines begin like that.
  std::size_t take(std::string_view beginning = "") {
    const std::size_t before = lines_.size();
    std::array<char, 4'096> message;
    for (ssize_t n; (n = ::recv(socket_, message.data(), message.size(), 0)) > 0;) {
      for (std::string& line : lines_of(std::string(message.data(), static_cast<std::size_t>(n))))
        lines_.push_back(std::move(line));
    }
    return static_cast<std::size_t>(
        std::count_if(lines_.begin() + static_cast<std::ptrdiff_t>(before), lines_.end(),
                      [&](const std::string& line) { return line.starts_with(beginning); }));
  }
  bool has_told(std::string_view beginning) {
    take();
    return std::ranges::any_of(
        lines_, [&](const std::string& line) { return line.starts_with(beginning); });
  }
  /// The newest line "STATUS=..."; without those letters.
  std::string status() {
    take();
    constexpr std::string_view kStatus = "STATUS=";
    for (auto line = lines_.rbegin(); line != lines_.rend(); ++line)
      if (line->starts_with(kStatus)) return line->substr(kStatus.size());
    return "";
  }
  bool wait_for(std::string_view beginning) {
    return wait_until([&] { return has_told(beginning); });
  }
  bool wait_for_status(std::string_view beginning) {
    const bool met = wait_until([&] { return status().starts_with(beginning); });
    EXPECT_TRUE(met) << "waited for: " << beginning << "\nlast: " << status();
    return met;
  }
  /// So many more words for the watchdog.
  bool wait_for_feeds(std::size_t count) {
    std::size_t seen = 0;
    return wait_until([&] { return (seen += take("WATCHDOG=1")) >= count; });
  }
  /// A second went by in which the watchdog was not fed: five times as long as it is fed apart.
  bool wait_until_it_starves() {
    Nanos last = monotonic_now();
    return wait_until([&] {
      if (take("WATCHDOG=1") != 0) last = monotonic_now();
      return monotonic_now() - last > seconds(1);
    });
  }

 private:
  std::string path_;
  int socket_ = -1;
  std::vector<std::string> lines_;
};

class ServiceTest : public ::testing::Test {
 protected:
  Process::Environment environment() const {
    Process::Environment given = config.credentials();
    given["NOTIFY_SOCKET"] = manager.path();
    given["WATCHDOG_USEC"] = "400000";
    return given;
  }

  Folder folder;
  Manager manager{folder.file("notify")};
  Venue venue{folder};
  DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
};

TEST_F(ServiceTest, IsReadyOnceTheVenuesListsWereReadAndNotBefore) {  // MON-09, REC-11
  venue.order_fault(
      R"({"http_status":{"path":"/api/v5/trade/orders-pending","status":503,"count":0}})");
  Daemon daemon(folder, config, {}, environment());
  ASSERT_TRUE(manager.wait_for("STATUS=starting"));
  ASSERT_TRUE(manager.wait_for("STATUS=reconciling"));
  EXPECT_TRUE(manager.has_told("EXTEND_TIMEOUT_USEC=")) << "a long start is no failure";
  ASSERT_TRUE(manager.wait_for_feeds(5)) << "it turns meanwhile";
  EXPECT_FALSE(manager.has_told("READY=1"));
  venue.end_faults();
  ASSERT_TRUE(manager.wait_for("READY=1"));
  EXPECT_EQ(daemon.status()->text("state"), "ready");
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  EXPECT_TRUE(manager.has_told("STOPPING=1"));
  EXPECT_TRUE(manager.status().starts_with("stopping, ")) << manager.status();
  EXPECT_EQ(venue.open_orders(), 0u);
}

TEST_F(ServiceTest, SaysStateAndReasonInTheWordsOfTheStatusPage) {
  Daemon daemon(folder, config, {}, environment());
  ASSERT_TRUE(manager.wait_for("READY=1"));
  EXPECT_EQ(manager.status(), "ready");
  const auto first_line = [&] {
    return lines_of(gannet(folder, {"status", "--state", folder.state()}).out).at(0);
  };
  ASSERT_EQ(gannet(folder, {"hold", "--state", folder.state()}).code, 0);
  ASSERT_TRUE(manager.wait_for_status("held("));
  EXPECT_EQ(first_line(), "state          " + manager.status());
  ASSERT_EQ(gannet(folder, {"resume", "--state", folder.state()}).code, 0);
  ASSERT_TRUE(manager.wait_for_status("ready"));
  ASSERT_EQ(
      gannet(folder, {"kill", "--reason", "enough for today", "--state", folder.state()}).code, 0);
  ASSERT_TRUE(manager.wait_for_status("killed (enough for today)"));
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();

  Manager next(folder.file("next"));
  auto again = environment();
  again["NOTIFY_SOCKET"] = next.path();
  Daemon killed(folder, config, {}, again);
  ASSERT_TRUE(next.wait_for("READY=1")) << "killed is what it is to be, and no failed start";
  EXPECT_EQ(next.status(), "killed (enough for today)");
}

TEST_F(ServiceTest, AStoppedProcessFeedsNoWatchdog) {  // MON-09
  Daemon daemon(folder, config, {}, environment());
  ASSERT_TRUE(manager.wait_for("READY=1"));
  ASSERT_TRUE(manager.wait_for_feeds(3));
  daemon.process().signal(SIGSTOP);
  EXPECT_TRUE(manager.wait_until_it_starves());
  daemon.process().signal(SIGCONT);
  EXPECT_TRUE(manager.wait_for_feeds(3));
}

TEST_F(ServiceTest, AHungTradingLoopFeedsNoWatchdogThoughAllElseGoesOn) {  // MON-09
  config.strategies = {{"hangs",
                        std::string(GANNET_BINARY_DIR) + "/lib/gannet/test_plugins/throws_later.so",
                        R"(instrument = "BTC-USDT-SWAP", orders = 1, books = 200, spins = 1)"}};
  Daemon daemon(folder, config, {}, environment());
  ASSERT_TRUE(manager.wait_for("READY=1"));
  ASSERT_TRUE(manager.wait_for_feeds(2));
  ASSERT_TRUE(manager.wait_for_status("the trading loop stands still; before that: ready"));
  EXPECT_TRUE(manager.wait_until_it_starves());
  EXPECT_TRUE(daemon.status()) << "people are answered all the same";
}

TEST_F(ServiceTest, AHungColdThreadFeedsNoWatchdogThoughTheLoopTurns) {  // MON-09
  const std::string disk = folder.write("disk", "");
  auto given = environment();
  given["LD_PRELOAD"] = std::string(GANNET_BINARY_DIR) + "/lib/gannet/test_plugins/disk_stub.so";
  given["GANNET_DISK_STUB"] = disk;
  given["GANNET_DISK_STUB_UNDER"] = std::filesystem::canonical(folder.file("")).string() + "/state";
  const char* const options = std::getenv("ASAN_OPTIONS");
  given["ASAN_OPTIONS"] =
      (options == nullptr ? "" : std::string(options) + ":") + "verify_asan_link_order=0";
  Daemon daemon(folder, config, {}, given);
  ASSERT_TRUE(manager.wait_for("READY=1"));
  folder.write("disk", "stall");
  daemon.process().signal(SIGUSR1);  // a kill: it is to be written, and the disk stands still
  EXPECT_TRUE(manager.wait_until_it_starves());
  EXPECT_TRUE(wait_until([&] { return venue.open_orders() == 0; })) << "killed all the same";
  folder.write("disk", "");
  EXPECT_TRUE(manager.wait_for_feeds(2));
}

TEST_F(ServiceTest, WhyAStartWasRefusedIsItsStatus) {
  auto given = environment();
  given.erase("GANNET_TEST_PASSPHRASE");
  Process daemon(folder, program("gannetd"),
                 {"--config", folder.write("gannetd.toml", config.text()), "--log", "none"}, given);
  EXPECT_EQ(daemon.wait(), 3);
  EXPECT_NE(manager.status().find("GANNET_TEST_PASSPHRASE"), std::string::npos) << manager.status();
  EXPECT_FALSE(manager.has_told("READY=1"));
}

TEST_F(ServiceTest, AStopInTheMiddleOfAStartIsObeyedInOrderAndIsNoCrash) {  // REC-12
  venue.order_fault(R"({"http_delay":{"path":"/api/v5/account/balance","ms":2000}})");
  Daemon daemon(folder, config, {}, environment());
  ASSERT_TRUE(manager.wait_for("STATUS=starting: asking the venue"));
  EXPECT_EQ(daemon.stop(), 0) << daemon.process().err() << daemon.summary();
  EXPECT_TRUE(manager.has_told("STOPPING=1"));
  EXPECT_FALSE(std::filesystem::exists(folder.state() + "/starts"));
}

TEST_F(ServiceTest, AnotherProcesssWatchdogIsNotFed) {
  auto given = environment();
  given["WATCHDOG_PID"] = "1";
  Daemon daemon(folder, config, {}, given);
  ASSERT_TRUE(manager.wait_for("READY=1"));
  ASSERT_TRUE(daemon.wait_for_orders(3));
  EXPECT_EQ(daemon.stop(), 0);
  EXPECT_FALSE(manager.has_told("WATCHDOG=1"));
}

}  // namespace
}  // namespace gannet::test
