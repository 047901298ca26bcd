// What Prometheus would read of a trading engine, and that nobody who reads can hold it up.
#include <atomic>
#include <thread>

#include "monitor/figure.h"
#include "support/daemon.h"
#include "support/plain_http.h"

namespace gannet::test {
namespace {

class MetricsTest : public ::testing::Test {
 protected:
  std::string section() const {
    return "[metrics]\nlisten = \"127.0.0.1:" + std::to_string(port) + "\"\n";
  }
  std::map<std::string, double> samples() const { return samples_of(scrape(port)); }

  Folder folder;
  Venue venue{folder};
  std::uint16_t port = free_port();
  DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready(), .more = section()};
};

/// Of the status and of a scrape after it: counters only grow.
TEST_F(MetricsTest, TellWhatTheStatusTells) {  // MON-03, MON-05
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_state("ready"));
  ASSERT_TRUE(daemon.wait_for_orders(3));
  const auto status = daemon.status();
  ASSERT_TRUE(status);
  const auto orders = static_cast<double>(status->number("orders"));
  std::map<std::string, double> now;
  ASSERT_TRUE(wait_until([&] {
    now = samples();
    return now["gannet_requests_total{kind=\"place\"}"] >= orders;
  }));
  for (const char* stage :
       {"decode", "dispatch", "check", "write", "tick_to_order", "acknowledge"}) {
    const std::string count = std::string("gannet_latency_seconds_count{stage=\"") + stage + "\"}";
    EXPECT_TRUE(wait_until([&] { return samples()[count] >= 1; })) << stage;  // once a second
  }
  EXPECT_EQ(now.at("gannet_engine_state{state=\"ready\"}"), 1);
  EXPECT_EQ(now.at("gannet_connection_ready{connection=\"market\"}"), 1);
  EXPECT_EQ(now.at("gannet_connection_ready{connection=\"account\"}"), 1);
  EXPECT_EQ(now.at("gannet_journal_failed"), 0);
  EXPECT_EQ(now.at("gannet_restarts_total"), 0);
  EXPECT_GE(now.at("gannet_frames_received_total{connection=\"market\"}"), 1);
  EXPECT_GE(now.at("gannet_journal_records_total"), 3);
  EXPECT_GT(now.at("gannet_balance_cash{currency=\"USDT\"}"), 0);
  EXPECT_LT(std::abs(now.at("gannet_clock_offset_seconds{reference=\"venue\"}")), 30);
  for (const char* instrument : {"BTC-USDT-SWAP", "ETH-USDT-SWAP"}) {
    const std::string label = std::string("{instrument=\"") + instrument + "\"}";
    EXPECT_EQ(now.at("gannet_book_valid" + label), 1);
    EXPECT_TRUE(now.contains("gannet_position_quantity" + label));
  }
  for (const auto& [name, value] : now) {
    if (!name.starts_with("gannet_")) continue;
    std::string family = name.substr(0, name.find('{'));
    for (const std::string_view part : {"_bucket", "_sum", "_count"})
      if (family.ends_with(part)) family.resize(family.size() - part.size());
    EXPECT_TRUE(monitor::figure_named(family)) << name << " is not in the list";
  }
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  EXPECT_EQ(scrape(port), "");  // the port is free again
}

/// MON-05: readers in a loop, and readers that hang, reach neither trading nor the operator.
TEST_F(MetricsTest, AreReadWithoutHoldingUpAnybody) {
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_state("ready"));
  std::vector<std::unique_ptr<LoopbackSocket>> stuck;
  for (int i = 0; i < 8; ++i) {
    stuck.push_back(std::make_unique<LoopbackSocket>());
    ASSERT_TRUE(stuck.back()->connect(port));
    stuck.back()->say("GET /metr");
  }
  ASSERT_TRUE(daemon.wait_for_orders(2));  // which asks the operator's socket, and trades
  stuck.clear();
  std::atomic<bool> enough{false};
  std::atomic<int> read{0};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!enough) read += scrape(port).empty() ? 0 : 1;
    });
  }
  EXPECT_TRUE(daemon.wait_for_orders(3));
  EXPECT_TRUE(wait_until([&] { return read >= 20; }));
  enough = true;
  readers.clear();
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
}

TEST_F(MetricsTest, APortThatIsTakenRefusesTheStart) {
  LoopbackSocket other;
  port = other.listen();
  config.more = section();
  Daemon daemon(folder, config);
  EXPECT_EQ(daemon.process().wait(), 3);
  EXPECT_EQ(lines_of(daemon.process().err()).size(), 1u) << daemon.process().err();
  EXPECT_NE(daemon.process().err().find("[metrics] listen"), std::string::npos);
  EXPECT_EQ(venue.orders(), 0u);
}

TEST_F(MetricsTest, CountTheStarts) {
  for (int start = 0; start < 2; ++start) {
    Daemon daemon(folder, config);
    ASSERT_TRUE(daemon.wait_for_state("ready"));
    ASSERT_TRUE(wait_until([&] { return samples().contains("gannet_restarts_total"); }));
    EXPECT_EQ(samples().at("gannet_restarts_total"), start);
    EXPECT_EQ(daemon.stop(), 0);
  }
}

}  // namespace
}  // namespace gannet::test
