// A strategy may leave its orders at the venue when the engine stops; everybody else's are gone.
#include "support/daemon.h"

namespace gannet::test {
namespace {

TEST(LeaveOrders, OnlyOfTheStrategyThatAsksForIt) {
  const Folder folder;
  Venue venue(folder);
  DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
  config.strategies[0].on_stop = "leave";
  {
    Daemon daemon(folder, config);
    ASSERT_TRUE(daemon.wait_for("orders of both at the venue", [&](const Json& now) {
      return now.text("state") == "ready" && venue.open_orders("BTC-USDT-SWAP") > 0 &&
             venue.open_orders("ETH-USDT-SWAP") > 0;
    }));
    EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  }
  EXPECT_GT(venue.open_orders("BTC-USDT-SWAP"), 0u);
  EXPECT_EQ(venue.open_orders("ETH-USDT-SWAP"), 0u);

  config.strategies[0].on_stop = "cancel";  // and the next start takes what was left away
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_orders(2));
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  EXPECT_EQ(venue.open_orders(), 0u);
}

}  // namespace
}  // namespace gannet::test
