// What is wrong with a configuration is told before anything is traded: file, line, key, the
// nearest key, exit 2.
#include "support/daemon.h"
#include "test_paths.h"

namespace gannet::test {
namespace {

class BadConfigurationTest : public ::testing::Test {
 protected:
  BadConfigurationTest() : text_(DemoConfig{.state_directory = folder.state()}.text()) {}

  void change(std::string_view from, std::string_view to) {
    const std::size_t at = text_.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text_.replace(at, from.size(), to);
  }
  /// "FILE:LINE: " of the first line that contains `part`.
  std::string place_of(std::string_view part) const {
    const auto upto = text_.substr(0, text_.find(part));
    return folder.file("bad.toml") + ":" + std::to_string(std::ranges::count(upto, '\n') + 1) +
           ": ";
  }
  /// Runs gannetd on it and returns what it says on standard error.
  std::string refused(int code = 2) {
    Process daemon(folder, program("gannetd"),
                   {"--config", folder.write("bad.toml", text_), "--duration", "1s", "--log",
                    folder.file("log")});
    EXPECT_EQ(daemon.wait(), code) << text_ << daemon.out() << daemon.err();
    return daemon.err();
  }
  void expect_said(const std::string& said, const std::vector<std::string>& parts) {
    for (const std::string& part : parts)
      EXPECT_NE(said.find(part), std::string::npos) << "no \"" << part << "\" in: " << said;
  }

  Folder folder;
  std::string text_;
};

TEST_F(BadConfigurationTest, AnUnknownKeyIsNamedWithTheNearestOne) {
  change("busy_poll", "busy_pol");
  expect_said(refused(), {place_of("busy_pol") + "engine.busy_pol", "\"busy_poll\""});
}

TEST_F(BadConfigurationTest, AMistypedValueIsNamedWithTheTypeThatIsWanted) {
  change("busy_poll = false", "busy_poll = \"no\"");
  expect_said(refused(), {place_of("busy_poll") + "engine.busy_poll", "true"});
}

TEST_F(BadConfigurationTest, AProcessorThatThisProcessMayNotRunOnIsRefused) {
  change("busy_poll = false", "busy_poll = false\nreactor_cpu = 1000");
  expect_said(refused(), {"engine.reactor_cpu = 1000", "may run on 0"});
}

TEST_F(BadConfigurationTest, AllProblemsAreToldAtOnce) {
  change("busy_poll", "busy_pol");
  change("seed = 7", "seed = \"seven\"");
  change("margin_mode = \"cross\"", "margin_mode = \"crossed\"");
  const std::string said = refused();
  expect_said(said, {"engine.busy_pol", "venue.embedded.seed", "margin_mode", "\"cross\""});
  EXPECT_EQ(lines_of(said).size(), 3u) << said;
}

TEST_F(BadConfigurationTest, TextThatIsNoTomlIsNamedWithItsLine) {
  change("[risk]", "[risk");
  expect_said(refused(), {folder.file("bad.toml") + ":"});
}

TEST_F(BadConfigurationTest, AFileThatIsNotThereIsNamed) {
  Process daemon(folder, program("gannetd"), {"--config", folder.file("absent.toml")});
  EXPECT_EQ(daemon.wait(), 2);
  expect_said(daemon.err(), {folder.file("absent.toml")});
}

TEST_F(BadConfigurationTest, TheCommandLineIsConfigurationToo) {
  Process without(folder, program("gannetd"), {});
  EXPECT_EQ(without.wait(), 2) << without.err();
  Process unknown(folder, program("gannetd"), {"--confg", "x"});
  EXPECT_EQ(unknown.wait(), 2) << unknown.err();
  Process nonsense(folder, program("gannetd"),
                   {"--config", folder.write("good.toml", text_), "--duration", "soon"});
  EXPECT_EQ(nonsense.wait(), 2) << nonsense.err();
}

TEST_F(BadConfigurationTest, AnInstrumentThatTheVenueDoesNotListIsNamedWithTheNearestOne) {
  change("name = \"BTC-USDT-SWAP\"", "name = \"BTC-USDT-SWOP\"");
  change("instrument = \"BTC-USDT-SWAP\"", "instrument = \"BTC-USDT-SWOP\"");
  expect_said(refused(), {"\"BTC-USDT-SWOP\"", "\"BTC-USDT-SWAP\""});
}

TEST_F(BadConfigurationTest, APluginThatIsNotThereIsNamedWithItsStrategy) {
  change("plugin = \"probe\"", "plugin = \"prob\"");
  expect_said(refused(), {"prober", "prob.so", "no such file"});
}

TEST_F(BadConfigurationTest, APluginThatDoesNotFitIsRefusedWithTheReason) {
  const std::string plugins = std::string(GANNET_BINARY_DIR) + "/lib/gannet/test_plugins/";
  change("plugin = \"probe\"", "plugin = \"" + plugins + "bad_abi.so\"");
  expect_said(refused(), {"bad_abi.so", "interface 99", "rebuild"});
  change("bad_abi.so", "missing_symbol.so");
  expect_said(refused(), {"missing_symbol.so", "GANNET_STRATEGY"});
  change("missing_symbol.so", "wrong_size.so");
  expect_said(refused(), {"wrong_size.so", "size"});
}

TEST_F(BadConfigurationTest, AParameterThatThePluginDoesNotTakeIsNamed) {
  change("max_position", "max_positon");
  expect_said(refused(), {"quotes", "max_positon", "max_position"});
}

TEST_F(BadConfigurationTest, LimitsInACurrencyThatTheVenueDoesNotKnowAreRefused) {
  change("currency = \"USDT\"", "currency = \"XYZ\"");
  change("[risk.instrument", "[risk.account]\norder_notional_max = \"5000\"\n[risk.instrument");
  expect_said(refused(), {"XYZ"});
}

TEST_F(BadConfigurationTest, CheckPrintsTheResolvedSettingsAndNoSecret) {
  Venue venue(folder);
  const DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
  Process check(folder, program("gannetd"),
                {"--config", folder.write("good.toml", config.text()), "--check"},
                config.credentials());
  EXPECT_EQ(check.wait(), 0) << check.err();
  expect_said(check.out(), {"BTC-USDT-SWAP", "***", "open_orders_max"});
  EXPECT_EQ(check.out().find(venue.ready().secret), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder.state())) << "only looked at, nothing made";
}

}  // namespace
}  // namespace gannet::test
