// `make run` in small: the configuration that ships, for a few seconds, to its summary.
#include <set>

#include "base/log_events.h"
#include "support/daemon.h"
#include "test_paths.h"

namespace gannet::test {
namespace {

std::string demo_config_in(const Folder& folder) {
  std::string text = read_file(std::string(GANNET_SOURCE_DIR) + "/config/demo.toml");
  const std::string directory = "state/demo";
  text.replace(text.find(directory), directory.size(), folder.state());
  return folder.write("demo.toml", text);
}

void expect_figures(const Json& summary, std::string_view name) {
  const auto figures = summary[name];
  const auto count = std::int64_t(figures["count"]);
  const auto p50 = std::int64_t(figures["p50"]);
  const auto p99 = std::int64_t(figures["p99"]);
  const auto max = std::int64_t(figures["max"]);
  EXPECT_GT(count, 0) << name;
  EXPECT_GT(p50, 0) << name;
  EXPECT_LE(p50, p99) << name;
  EXPECT_LE(p99, max) << name;
}

TEST(DemoRun, TradesThenLeavesNothingBehindAndSaysSo) {
  const Folder folder;
  const std::string summary_file = folder.file("summary.json");
  const std::string log_file = folder.file("gannetd.log");
  Process daemon(folder, program("gannetd"),
                 {"--config", demo_config_in(folder), "--duration", "6s", "--status", "--log",
                  log_file, "--summary", summary_file});
  EXPECT_EQ(daemon.wait(), 0) << daemon.out() << daemon.err();
  EXPECT_EQ(daemon.err(), "");

  const Json summary(read_file(summary_file));
  EXPECT_GT(summary.number("orders"), 0);
  EXPECT_GE(summary.number("fills"), 0);
  EXPECT_GE(summary.number("denied"), 0);
  EXPECT_EQ(summary.number("rejected"), 0);
  EXPECT_EQ(summary.number("unknown"), 0);
  EXPECT_EQ(summary.number("open_orders"), 0);
  EXPECT_EQ(summary.number("reconnects"), 0);
  EXPECT_EQ(summary.number("log_records_lost"), 0);
  EXPECT_GT(summary.number("market_frames"), 0);
  EXPECT_GE(summary.number("duration_s"), 5);
  EXPECT_EQ(summary.text("currency"), "USDT");
  for (const char* money : {"realised_pnl", "unrealised_pnl", "fees"})
    EXPECT_FALSE(summary.text(money).empty()) << money;
  for (const char* instrument : {"BTC-USDT-SWAP", "ETH-USDT-SWAP"})
    EXPECT_FALSE(std::string_view(summary["position"][instrument]).empty());
  expect_figures(summary, "tick_to_order_ns");
  expect_figures(summary, "order_round_trip_ns");
  EXPECT_TRUE(summary.flag("clean_exit"));

  const std::string out = daemon.out();
  std::size_t status_lines = 0;
  for (const std::string& line : lines_of(out)) {
    if (line.find("tick-to-order p50") == std::string::npos) continue;
    ++status_lines;
    for (const char* word : {"BTC-USDT-SWAP pos ", "ETH-USDT-SWAP pos ", "pnl ", "open ", "msg/s"})
      EXPECT_NE(line.find(word), std::string::npos) << word << " in " << line;
  }
  EXPECT_GE(status_lines, 3u) << out;
  EXPECT_NE(out.find("ready"), std::string::npos) << out;
  EXPECT_NE(out.find("left nothing behind"), std::string::npos) << out;
  // The engine knows the venue's rules: it asks for nothing that is refused, but for cancels and
  // amends that a fill was faster than.
  for (const std::string& line : lines_of(read_file(folder.state() + "/sim.log"))) {
    const bool lost_race = line.find(" refused 51503:") != std::string::npos ||
                           line.find(" refused 51400:") != std::string::npos;
    EXPECT_TRUE(lost_race) << line;
  }

  std::set<std::string_view, std::less<>> known;
  for (const LogEventInfo& event : log_events()) known.insert(event.name);
  std::set<std::int64_t> strategies_that_ordered;
  for (const std::string& line : lines_of(read_file(log_file))) {
    const Json entry(line);
    for (const char* member : {"ts", "level", "thread"})
      EXPECT_FALSE(entry.text(member).empty()) << line;
    EXPECT_TRUE(known.contains(entry.text("event"))) << line;
    if (entry.text("event") == "order.placed")
      strategies_that_ordered.insert(entry.number("strategy"));
  }
  EXPECT_EQ(strategies_that_ordered, (std::set<std::int64_t>{0, 1}));

  const Said verified = gannet(folder, {"journal", "verify", "--state", folder.state()});
  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
}

}  // namespace
}  // namespace gannet::test
