#include "app/drill_config.h"

#include <gtest/gtest.h>

#include <string>

#include "config/load.h"

namespace gannet::app {
namespace {

// The drill runs beside the real engine, on the same machine, with its configuration.
TEST(DrillConfig, LeavesNothingThatIsTheRealEngines) {
  const auto loaded = config::load_text_without_secrets(R"([venue]
environment = "live"
confirm_live = "I accept live trading"
[account]
account_number = "123456789"
[engine]
state_directory = "/var/lib/gannet/mm1"
[journal]
ring_directory = "/run/gannet/mm1"
[control]
socket = "/run/gannet/control.sock"
view = ["group:ops"]
[metrics]
listen = "127.0.0.1:9464"
[record]
directory = "/var/lib/gannet/recording"
[[alert_route]]
name = "pager"
kind = "webhook"
url = { file = "/etc/gannet/pager" }
[[instrument]]
name = "BTC-USDT-SWAP"
[risk.account]
loss_day_max = "100"
)",
                                                        "mine.toml");
  ASSERT_TRUE(loaded) << config::to_string(loaded.error().front());
  const SimReady venue{"https://127.0.0.1:1", "wss://127.0.0.1:1/ws/v5", "/tmp/ca", "", "", ""};
  const std::string text = drill_config(*loaded, venue, 10, "/tmp/drill/state");
  for (const char* theirs :
       {"/var/lib/gannet", "/run/gannet", "9464", "pager", "123456789", "\"live\"", "okx.com"})
    EXPECT_EQ(text.find(theirs), std::string::npos) << theirs << "\n" << text;
  EXPECT_NE(text.find("/tmp/drill/state"), std::string::npos);
  EXPECT_NE(text.find("drill-BTC-USDT-SWAP"), std::string::npos);
}

}  // namespace
}  // namespace gannet::app
