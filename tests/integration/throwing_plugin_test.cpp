// A strategy that throws is stopped and its orders cancelled; the engine and the others go on.
// [RELIABILITY fault 50]
#include "support/daemon.h"
#include "test_paths.h"

namespace gannet::test {
namespace {

class ThrowingPluginTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ThrowingPluginTest, IsStoppedItsOrdersCancelledAndTheOtherTradesOn) {
  const Folder folder;
  Venue venue(folder);
  DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
  config.strategies = {
      quotes(),
      {"thrower", std::string(GANNET_BINARY_DIR) + "/lib/gannet/test_plugins/throws_later.so",
       R"(instrument = "ETH-USDT-SWAP", orders = 3, books = 40)", GetParam()}};
  Daemon daemon(folder, config);
  ASSERT_TRUE(wait_until([&] { return venue.open_orders("ETH-USDT-SWAP") == 3; }));
  ASSERT_TRUE(wait_until([&] { return !daemon.log_lines({"strategy.stopped"}).empty(); }));
  EXPECT_FALSE(
      daemon.log_lines({"strategy.stopped", "thrower", "thrown after all its orders"}).empty());
  ASSERT_TRUE(wait_until([&] { return venue.open_orders("ETH-USDT-SWAP") == 0; }));
  // The other quotes on: it amends more than it places.
  const auto actions = [&] {
    return daemon.log_lines({"order.amended", "\"strategy\":0,"}).size() +
           daemon.log_lines({"order.placed", "\"strategy\":0,"}).size();
  };
  const std::size_t before = actions();
  ASSERT_TRUE(wait_until([&] { return actions() >= before + 5; }));
  ASSERT_TRUE(daemon.wait_for_state("ready"));
  EXPECT_EQ(daemon.log_lines({"strategy.stopped"}).size(), 1u) << "told once";
  const Json truth = venue.truth();
  std::size_t of_thrower = 0;
  for (const auto order : truth["orders"].get_array())
    if (std::string_view(order["instId"]) == "ETH-USDT-SWAP") ++of_thrower;
  EXPECT_EQ(of_thrower, 3u);
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
}

INSTANTIATE_TEST_SUITE_P(Lanes, ThrowingPluginTest, ::testing::Values("inline", "own"),
                         [](const auto& lane) { return std::string(lane.param); });

}  // namespace
}  // namespace gannet::test
