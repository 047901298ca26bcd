// The daemon as it runs: what the public and the business socket tell arrives at a strategy; a deep
// book above the account's fee tier is replaced; a definition changes under a running engine.
#include "support/daemon.h"
#include "test_paths.h"

namespace gannet::test {
namespace {

class MarketChannelsTest : public ::testing::TestWithParam<const char*> {};

TEST_P(MarketChannelsTest, ArriveAtTheStrategyByBothSockets) {
  const Folder folder;
  Venue venue(folder);
  DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
  config.strategies = {
      quotes(),
      {"ears", std::string(GANNET_BINARY_DIR) + "/lib/gannet/test_plugins/listens.so",
       R"(instrument = "ETH-USDT-SWAP")", GetParam()}};
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_state("ready"));
  for (const char* what : {"book", "single trade", "candle", "index candle", "funding",
                           "price limit", "open interest", "mark price"}) {
    const std::string line = "heard " + std::string(what) + " of ETH-USDT-SWAP";
    EXPECT_TRUE(wait_until([&] { return !daemon.log_lines({"strategy.log", line}).empty(); }))
        << what;
  }
  EXPECT_EQ(daemon.log_lines({"book.replaced", "ETH-USDT-SWAP"}).size(), 1u);
  EXPECT_EQ(venue.connections("business").size(), 1u);
  venue.change_instrument(R"({"instId":"ETH-USDT-SWAP","tickSz":"0.1"})");
  EXPECT_TRUE(wait_until(
      [&] { return !daemon.log_lines({"instrument.changed", "ETH-USDT-SWAP"}).empty(); }));
  EXPECT_TRUE(wait_until([&] { return !daemon.log_lines({"strategy.log", "tick "}).empty(); }));
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
}

INSTANTIATE_TEST_SUITE_P(Lanes, MarketChannelsTest, ::testing::Values("inline", "own"),
                         [](const auto& lane) { return std::string(lane.param); });

}  // namespace
}  // namespace gannet::test
