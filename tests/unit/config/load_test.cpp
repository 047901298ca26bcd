#include "config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "test_paths.h"

namespace gannet::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A file that is right, to which a test adds one thing.
constexpr std::string_view kSim = R"([venue]
environment = "sim"
[venue.embedded]
seed = 7
)";

std::vector<std::string> problems_of(std::string_view text) {
  const auto loaded = load_text(text, "test.toml");
  std::vector<std::string> messages;
  if (loaded) return messages;
  for (const Problem& problem : loaded.error()) messages.push_back(to_string(problem));
  return messages;
}

std::vector<std::string> problems_after_sim(std::string_view more) {
  return problems_of(std::string(kSim) + std::string(more));
}

TEST(Load, TakesDefaultsWhereNothingIsSaid) {
  const auto loaded = load_text(kSim, "test.toml");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->venue.embedded->seed, 7u);
  EXPECT_EQ(loaded->venue.embedded->market, "synthetic");
  EXPECT_EQ(loaded->account.engine_id, "e1");
  EXPECT_EQ(loaded->risk.rates.place.count, 60u);
  EXPECT_TRUE(loaded->strategies.empty());
}

TEST(Load, ServesFiguresOnLoopbackUnlessToldOtherwise) {
  EXPECT_FALSE(load_text(kSim, "test.toml")->metrics);
  const auto with = [](std::string_view lines) {
    return load_text(std::string(kSim) + "[metrics]\n" + std::string(lines), "test.toml");
  };
  EXPECT_EQ(with("")->metrics->host, "127.0.0.1");
  EXPECT_EQ(with("")->metrics->port, 9464);
  const auto loopback = with("listen = \"[::1]:9000\"\n");
  ASSERT_TRUE(loopback);
  EXPECT_EQ(loopback->metrics->host, "::1");
  EXPECT_EQ(loopback->metrics->port, 9000);
  EXPECT_THAT(print_resolved(*loopback), HasSubstr("listen = \"[::1]:9000\""));
  const auto beyond = with("listen = \"10.0.0.1:9000\"\nbeyond_loopback = true\n");
  ASSERT_TRUE(beyond);
  EXPECT_EQ(beyond->metrics->host, "10.0.0.1");
  EXPECT_THAT(problems_after_sim("[metrics]\nlisten = \"10.0.0.1:9000\"\n"),
              ElementsAre(HasSubstr("beyond_loopback = true")));
  for (const char* wrong : {"9464", "localhost:9464", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000",
                            "::1:9464", "[127.0.0.1]:9464", "127.0.0.1:94x", ""}) {
    EXPECT_THAT(problems_after_sim("[metrics]\nlisten = \"" + std::string(wrong) + "\"\n"),
                ElementsAre(HasSubstr("must be an address and a port")))
        << wrong;
  }
  EXPECT_THAT(problems_after_sim("[metrics]\nport = 1\n"), ElementsAre(HasSubstr("unknown key")));
}

TEST(Load, TakesTheDirectoriesThatAServiceManagerMadeUnlessTheFileNamesOthers) {
  ::setenv("STATE_DIRECTORY", "/var/lib/gannet:/var/lib/other", 1);
  ::setenv("RUNTIME_DIRECTORY", "/run/gannet", 1);
  const auto given = load_text(kSim, "test.toml");
  const auto named = load_text(std::string(kSim) + "[engine]\nstate_directory = \"mine\"\n" +
                                   "[journal]\nring_directory = \"/run/mine\"\n",
                               "test.toml");
  ::unsetenv("STATE_DIRECTORY");
  ::unsetenv("RUNTIME_DIRECTORY");
  ASSERT_TRUE(given && named);
  EXPECT_EQ(given->engine.state_directory, "/var/lib/gannet");
  EXPECT_EQ(given->journal.ring_directory, "/run/gannet");
  EXPECT_EQ(named->engine.state_directory, "mine");
  EXPECT_EQ(named->journal.ring_directory, "/run/mine");
}

TEST(Load, ReadsTheRouteOfEachKindOfRequest) {
  const auto loaded =
      load_text(std::string(kSim) + "[venue.routes]\nplace = \"rest\"\n", "test.toml");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->venue.routes.place, Route::Rest);
  EXPECT_EQ(loaded->venue.routes.cancel, Route::Socket);
  EXPECT_THAT(problems_after_sim("[venue.routes]\nplace = \"carrier pigeon\"\n"),
              ElementsAre(HasSubstr("venue.routes.place")));
}

TEST(Load, ReadsTheQuoteCurrencyThatARegionTradesIn) {
  const std::string head = std::string(kSim) + "[[instrument]]\nname = \"BTC-USD\"\n";
  const auto loaded = load_text(head + "trade_quote_currency = \"USDC\"\n", "test.toml");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->instruments.at(0).trade_quote_currency, "USDC");
  EXPECT_FALSE(load_text(head + "trade_quote_currency = \"NO-CURRENCY-IS-SO-LONG\"\n", "t.toml"));
}

TEST(Load, ReadsTheOtherBundledConfigurationsWithoutTheirSecrets) {
  for (const char* name : {"/config/okx-demo.toml", "/config/paper.toml"}) {
    const auto loaded = load_without_secrets(std::string(GANNET_SOURCE_DIR) + name);
    EXPECT_TRUE(loaded) << name << ": " << to_string(loaded.error().front());
  }
}

TEST(Load, ReadsTheBundledDemoConfiguration) {
  const auto loaded = load(std::string(GANNET_SOURCE_DIR) + "/config/demo.toml");
  ASSERT_TRUE(loaded) << to_string(loaded.error().front());
  EXPECT_EQ(loaded->venue.environment, Environment::Sim);
  EXPECT_TRUE(loaded->venue.embedded.has_value());
  ASSERT_EQ(loaded->strategies.size(), 2u);
  EXPECT_EQ(loaded->strategies[0].plugin, "market_maker");
  EXPECT_EQ(loaded->strategies[1].plugin, "probe");
  ASSERT_EQ(loaded->instruments.size(), 2u);
  EXPECT_EQ(loaded->risk.strategies.size(), 2u);
}

TEST(Load, NamesFileLineKeyAndNearestKeyOfAnUnknownOne) {
  EXPECT_THAT(
      problems_of("[venue]\nenvironment = \"sim\"\nregoin = \"global\"\n[venue.embedded]\n"),
      ElementsAre("test.toml:3: venue.regoin: unknown key; did you mean \"region\"?"));
  EXPECT_THAT(problems_after_sim("[acount]\n"),
              ElementsAre("test.toml:5: acount: unknown key; did you mean \"account\"?"));
}

TEST(Load, SuggestsNothingWhenNothingIsNear) {
  EXPECT_THAT(problems_after_sim("[engine]\nxyzzy = 1\n"),
              ElementsAre("test.toml:6: engine.xyzzy: unknown key"));
}

TEST(Load, CollectsAllProblemsInTheOrderOfTheFile) {
  const auto problems = problems_after_sim(R"([account]
engine_id = "much too long"
exclusive_account = "no"
[engine]
busy_poll = 1
)");
  EXPECT_THAT(problems,
              ElementsAre(HasSubstr("test.toml:6: account.engine_id: \"much too long\" is not"),
                          "test.toml:7: account.exclusive_account: must be true or false, is text",
                          "test.toml:9: engine.busy_poll: must be true or false, is an integer"));
}

TEST(Load, SaysThatExactNumbersAreText) {
  EXPECT_THAT(problems_after_sim("[risk.account]\norder_notional_max = 5000\n"),
              ElementsAre("test.toml:6: risk.account.order_notional_max: must be text, is an "
                          "integer; exact numbers are written in quotes: \"5000\""));
}

TEST(Load, NamesTheRangeOfAValueOutsideIt) {
  EXPECT_THAT(problems_after_sim("[engine]\nreactor_cpu = -1\n"),
              ElementsAre("test.toml:6: engine.reactor_cpu: -1 is out of range: 0 to 1023"));
}

TEST(Load, NamesTheChoicesAndTheNearest) {
  EXPECT_THAT(
      problems_of("[venue]\nenvironment = \"dmeo\"\n[venue.embedded]\n"),
      ElementsAre("test.toml:2: venue.environment: \"dmeo\" is not one of sim, paper, demo, "
                  "live; did you mean \"demo\"?"));
}

TEST(Load, TellsWhereTheFileIsNoToml) {
  EXPECT_THAT(problems_of("[venue]\nkind = \n"), ElementsAre(HasSubstr("test.toml:2")));
}

TEST(Load, TellsThatThereIsNoSuchFile) {
  const auto loaded = load("/nowhere/gannet.toml");
  ASSERT_FALSE(loaded);
  EXPECT_THAT(to_string(loaded.error().front()), HasSubstr("/nowhere/gannet.toml: no such file"));
}

TEST(Load, RefusesASectionOfTheWrongShape) {
  EXPECT_THAT(problems_of("venue = 3\n"),
              testing::Contains(HasSubstr("test.toml:1: venue: must be a table")));
  EXPECT_THAT(
      problems_after_sim("[strategy]\nname = \"a\"\n"),
      ElementsAre(HasSubstr("strategy: must be a list of tables, each under [[strategy]]")));
}

TEST(LoadRisk, LossLimitsHaveKeysOfTheirOwnAndLiveNeedsTheAccounts) {  // PRE-15
  const std::string live =
      "[venue]\nenvironment = \"live\"\nconfirm_live = \"I accept live trading\"\n";
  EXPECT_THAT(
      problems_of(live),
      testing::Contains(HasSubstr("risk.account.loss_day_max: is needed for live trading")));
  EXPECT_THAT(problems_of(live + "[risk.account]\nloss_day_max = \"500\"\n"),
              testing::Not(testing::Contains(HasSubstr("loss_day_max"))));
  EXPECT_THAT(problems_after_sim("[risk.account]\nloss_day_max = \"0\"\n"),
              ElementsAre(HasSubstr("risk.account.loss_day_max: must be above 0")));
  EXPECT_THAT(problems_after_sim("[risk]\nday_start = \"24:00\"\n"),
              ElementsAre(HasSubstr("risk.day_start: \"24:00\" is no time of the day")));
  const auto loaded = load_text(std::string(kSim) +
                                    "[risk]\nday_start = \"16:30\"\n[risk.account]\n"
                                    "drawdown_max = \"250.5\"\n[risk.strategy_default]\n"
                                    "loss_day_max = \"20\"\n",
                                "test.toml");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->risk.day_start, seconds(16 * 3600 + 30 * 60));
  EXPECT_EQ(loaded->risk.account_loss.drawdown_max, (Decimal{2505, 1}));
  EXPECT_FALSE(loaded->risk.account_loss.loss_day_max);
  EXPECT_EQ(loaded->risk.strategy_loss_default.loss_day_max, (Decimal{20, 0}));
}

TEST(LoadProtection, ActingOnesMustBeConfirmedAndEachProblemNamesItsKey) {
  struct Case {
    std::string_view text;
    std::string_view problem;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"name = \"a\"\nwatch = \"loss\"\nabove = \"5\"\naction = \"alert\"\n", ""},
           {"name = \"a\"\nwatch = \"loss\"\nabove = \"5\"\naction = \"close\"\n",
            "confirmed: this protection acts by itself"},
           {"name = \"a\"\nwatch = \"loss\"\nabove = \"5\"\nreduce_to = \"50%\"\n"
            "confirmed = true\n",
            ""},
           {"name = \"a\"\nwatch = \"loss\"\nabove = \"5\"\n", "action: is one of"},
           {"name = \"a\"\nwatch = \"loss\"\naction = \"alert\"\n", "above: is needed"},
           {"name = \"a\"\nwatch = \"lost\"\nabove = \"5\"\naction = \"alert\"\n",
            "did you mean \"loss\"?"},
           {"name = \"a\"\nwatch = \"margin_ratio\"\nbelow = \"250 %\"\naction = \"alert\"\n",
            "currency: is needed"},
           {"name = \"a\"\nwatch = \"position_ratio\"\nabove = \"2\"\naction = \"alert\"\n",
            "is no ratio"},
           {"name = \"a\"\nwatch = \"loss\"\nabove = \"5\"\naction = \"alert\"\n"
            "strategy = \"nobody\"\n",
            "strategy: \"nobody\" is not configured"}}) {
    const auto problems = problems_after_sim("[[protection]]\n" + std::string(c.text));
    if (c.problem.empty()) {
      EXPECT_THAT(problems, testing::IsEmpty()) << c.text;
    } else {
      EXPECT_THAT(problems, testing::Contains(HasSubstr(std::string(c.problem)))) << c.text;
    }
  }
}

TEST(LoadVenue, LiveNeedsTheExplicitWords) {
  const std::string credentials = R"([venue.credentials]
api_key = { file = "/nowhere/a" }
secret = { file = "/nowhere/b" }
passphrase = { file = "/nowhere/c" }
)";
  const auto silent = problems_of("[venue]\nenvironment = \"live\"\n" + credentials);
  EXPECT_THAT(silent, testing::Contains(HasSubstr(
                          "test.toml:2: venue.environment: live trading risks real money: it also "
                          "needs confirm_live = \"I accept live trading\"")));
  const auto wrong =
      problems_of("[venue]\nenvironment = \"live\"\nconfirm_live = \"yes\"\n" + credentials);
  EXPECT_THAT(wrong, testing::Contains(HasSubstr("test.toml:3: venue.confirm_live")));
  const auto right = problems_of(
      "[venue]\nenvironment = \"live\"\nconfirm_live = \"I accept live trading\"\n" + credentials);
  EXPECT_THAT(right, testing::Not(testing::Contains(HasSubstr("confirm_live"))));
}

TEST(LoadVenue, ASimulatedVenueNeedsAddressesOrIsEmbedded) {
  EXPECT_THAT(problems_of("[venue]\nenvironment = \"sim\"\n"),
              testing::Contains(HasSubstr("venue.rest_url: is needed")));
  EXPECT_THAT(problems_after_sim("[venue.credentials]\n"), IsEmpty());
  EXPECT_THAT(problems_of("[venue]\nrest_url = \"https://127.0.0.1:1\"\n[venue.embedded]\n"),
              ElementsAre(HasSubstr("test.toml:2: venue.rest_url: the embedded venue")));
}

TEST(LoadVenue, AnEmbeddedVenueIsOnlyForSim) {
  EXPECT_THAT(problems_of("[venue]\nenvironment = \"demo\"\n[venue.embedded]\n"),
              testing::Contains(HasSubstr("venue.embedded: an embedded venue is a simulated one")));
}

TEST(LoadVenue, SpeaksTlsOnly) {
  EXPECT_THAT(
      problems_of("[venue]\nenvironment = \"paper\"\nws_public_url = \"ws://plain\"\n"),
      ElementsAre(HasSubstr("test.toml:3: venue.ws_public_url: \"ws://plain\" does not start "
                            "with wss://")));
}

TEST(LoadVenue, RegionAndEnvironmentGiveTheAddresses) {
  const auto loaded =
      load_text("[venue]\nenvironment = \"paper\"\nregion = \"eea\"\n", "test.toml");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->venue.rest_url, "https://eea.okx.com");
  EXPECT_EQ(loaded->venue.ws_private_url, "wss://wseea.okx.com/ws/v5/private");
}

TEST(LoadVenue, ReadsRatesWithTheirWindow) {
  const auto loaded =
      load_text(std::string(kSim) + "[venue.limits]\nplace = \"600/1s\"\n", "test.toml");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->risk.rates.place.count, 600u);
  EXPECT_EQ(loaded->risk.rates.place.window, seconds(1));
  EXPECT_THAT(problems_after_sim("[venue.limits]\nplace = \"60\"\namend = \"0/2s\"\n"),
              ElementsAre(HasSubstr("test.toml:6: venue.limits.place: \"60\" is no rate"),
                          HasSubstr("test.toml:7: venue.limits.amend: \"0/2s\" is no rate")));
}

class LoadSecrets : public testing::Test {
 protected:
  LoadSecrets() {
    std::string name = (std::filesystem::temp_directory_path() / "gannet-secrets-XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~LoadSecrets() override { std::filesystem::remove_all(directory_); }

  std::string write(const std::string& name, const std::string& text, mode_t mode) {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path) << text;
    chmod(path.c_str(), mode);
    return path;
  }
  static std::string demo(const std::string& source, std::string_view environment = "demo") {
    std::string text = "[venue]\nenvironment = \"" + std::string(environment) + "\"\n";
    if (environment == "live") text += "confirm_live = \"I accept live trading\"\n";
    text += "[venue.credentials]\n";
    for (const char* key : {"api_key", "secret", "passphrase"})
      text += std::string(key) + " = { " + source + " }\n";
    return text;
  }

  std::string directory_;
};

TEST_F(LoadSecrets, ReadsAPrivateFileAndCutsItsLineEnd) {
  const auto path = write("key", "hunter2\n", 0600);
  const auto loaded = load_text(demo("file = \"" + path + "\""), "test.toml");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->venue.credentials.secret.reveal(), "hunter2");
}

TEST_F(LoadSecrets, RefusesAFileThatOthersMayRead_SEC02) {
  const auto path = write("key", "hunter2", 0644);
  const auto problems = problems_of(demo("file = \"" + path + "\""));
  ASSERT_EQ(problems.size(), 3u);
  EXPECT_THAT(problems[0], HasSubstr("test.toml:4: venue.credentials.api_key"));
  EXPECT_THAT(problems[0], HasSubstr("others may read it (mode 0644): chmod 0600 it"));
  EXPECT_THAT(problems[0], testing::Not(HasSubstr("hunter2")));
}

TEST_F(LoadSecrets, RefusesLinksAndFilesOfOthersWithTheRemedy_SEC02) {
  const auto path = write("key", "hunter2", 0600);
  const std::string link = directory_ + "/link";
  ASSERT_EQ(symlink(path.c_str(), link.c_str()), 0);
  EXPECT_THAT(problems_of(demo("file = \"" + link + "\"")),
              testing::Each(HasSubstr("symbolic link: name the file that it points to")));
  for (const mode_t mode : {0640u, 0604u, 0620u}) {
    chmod(path.c_str(), mode);
    EXPECT_THAT(problems_of(demo("file = \"" + path + "\"")),
                testing::Each(HasSubstr("chmod 0600 it")));
  }
  chmod(path.c_str(), 0400);
  EXPECT_THAT(problems_of(demo("file = \"" + path + "\"")), testing::IsEmpty());
  if (geteuid() != 0) GTEST_SKIP() << "only root may give a file away";
  ASSERT_EQ(chown(path.c_str(), 12'345, 0), 0);
  EXPECT_THAT(problems_of(demo("file = \"" + path + "\"")),
              testing::Each(HasSubstr("belongs to user 12345, this is user 0: chown it")));
}

TEST_F(LoadSecrets, ReadsNoneForThoseWhoNeedNone) {
  const std::string path = write("c.toml", demo("file = \"/nowhere\""), 0644);
  EXPECT_FALSE(load(path));
  const auto loaded = load_without_secrets(path);
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->venue.credentials.api_key.empty());
}

TEST_F(LoadSecrets, ReadsASystemdCredential) {
  write("okx-key", "abc", 0440);
  setenv("CREDENTIALS_DIRECTORY", directory_.c_str(), 1);
  const auto loaded = load_text(demo("credential = \"okx-key\""), "test.toml");
  const auto missing = load_text(demo("credential = \"okx-kee\""), "test.toml");
  unsetenv("CREDENTIALS_DIRECTORY");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->venue.credentials.api_key.reveal(), "abc");
  ASSERT_FALSE(missing);
  EXPECT_THAT(to_string(missing.error().front()),
              testing::AllOf(HasSubstr("venue.credentials.api_key"),
                             HasSubstr("no credential \"okx-kee\""), HasSubstr("LoadCredential")));
}

TEST_F(LoadSecrets, TakesTheEnvironmentForDemoAndWipesIt_SEC02) {
  std::string text = "[venue]\nenvironment = \"demo\"\n[venue.credentials]\n";
  for (const char* key : {"api_key", "secret", "passphrase"}) {
    setenv((std::string("GANNET_TEST_") + key).c_str(), "value", 1);
    text += std::string(key) + " = { env = \"GANNET_TEST_" + key + "\" }\n";
  }
  const auto loaded = load_text(text, "test.toml");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->venue.credentials.passphrase.reveal(), "value");
  EXPECT_EQ(getenv("GANNET_TEST_secret"), nullptr);
}

TEST_F(LoadSecrets, RefusesTheEnvironmentForLive_SEC02) {
  setenv("GANNET_TEST_KEY", "value", 1);
  const auto problems = problems_of(demo("env = \"GANNET_TEST_KEY\"", "live"));
  EXPECT_THAT(problems, testing::Contains(HasSubstr("env is for sim and demo only")));
  unsetenv("GANNET_TEST_KEY");
}

TEST_F(LoadSecrets, WantsExactlyOneSource) {
  EXPECT_THAT(problems_of(demo("env = \"A\", file = \"B\"")),
              testing::Contains(HasSubstr("exactly one of credential, file, env")));
  EXPECT_THAT(problems_of("[venue]\nenvironment = \"demo\"\n"),
              testing::Contains(HasSubstr("venue.credentials.api_key: is needed")));
}

TEST_F(LoadSecrets, PrintsThemAsStars_SEC02) {
  const auto path = write("key", "hunter2", 0600);
  const auto loaded = load_text(demo("file = \"" + path + "\""), "test.toml");
  ASSERT_TRUE(loaded);
  const std::string printed = print_resolved(*loaded);
  EXPECT_THAT(printed, HasSubstr("api_key = \"***\""));
  EXPECT_THAT(printed, testing::Not(HasSubstr("hunter2")));
}

TEST(LoadPaper, NeedsNoCredentialsAndReadsItsAccount) {
  const auto loaded = load_text(R"([venue]
environment = "paper"
[venue.paper]
balances = ["5000 USDT", "1 BTC"]
queue = "front"
)",
                                "test.toml");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->venue.ws_public_url, "wss://ws.okx.com/ws/v5/public");
  EXPECT_THAT(loaded->venue.paper.balances, ElementsAre("5000 USDT", "1 BTC"));
  EXPECT_THAT(print_resolved(*loaded), HasSubstr("balances = [\"5000 USDT\", \"1 BTC\"]"));
  EXPECT_THAT(
      problems_of("[venue]\nenvironment = \"paper\"\n[venue.paper]\nbalances = [\"much\"]\n"),
      ElementsAre(HasSubstr("test.toml:4: venue.paper.balances: \"much\" is no amount")));
  EXPECT_THAT(
      problems_after_sim("[venue.paper]\nqueue = \"x\"\n"),
      ElementsAre(HasSubstr("is the account of environment"), HasSubstr("is none of back")));
}

TEST(LoadRecord, ReadsSizesWithTheirUnits) {
  const auto loaded = load_text(std::string(kSim) + R"([record]
directory = "recordings"
segment_megabytes = 2
segment_duration_max = "10m"
disk_free_min = "5%"
private_frames = true
)",
                                "test.toml");
  ASSERT_TRUE(loaded);
  ASSERT_TRUE(loaded->record);
  EXPECT_EQ(loaded->record->segment_bytes_max, 2u << 20);
  EXPECT_EQ(loaded->record->segment_duration_max, seconds(600));
  EXPECT_EQ(loaded->record->disk_free_min_ppm, 50'000u);
  EXPECT_TRUE(loaded->record->private_frames);
  EXPECT_THAT(problems_after_sim("[record]\nsegment_megabytes = 0\n"),
              ElementsAre(HasSubstr("record.directory"), HasSubstr("record.segment_megabytes")));
}

TEST(LoadStrategies, KeepsParametersAsTheyWereWritten) {
  const auto loaded = load_text(std::string(kSim) + R"([[strategy]]
name = "a"
plugin = "p"
parameters = { quantity = "1 contract", skew = 0.5, levels = 2, quiet = true }
)",
                                "dir/test.toml");
  ASSERT_TRUE(loaded);
  const auto& parameters = loaded->strategies.at(0).parameters;
  ASSERT_EQ(parameters.size(), 4u);
  using Kind = engine::ParameterSetting::Kind;
  for (const auto& p : parameters) {
    EXPECT_EQ(p.where, "dir/test.toml:8");
    if (p.name == "quantity") {
      EXPECT_EQ(p.text, "1 contract");
      EXPECT_EQ(p.kind, Kind::Text);
    }
    if (p.name == "skew") {
      EXPECT_EQ(p.text, "0.5");
    }
    if (p.name == "levels") {
      EXPECT_EQ(p.kind, Kind::Integer);
    }
    if (p.name == "quiet") {
      EXPECT_EQ(p.text, "true");
    }
  }
}

TEST(LoadStrategies, RefusesMissingAndRepeatedNames) {
  EXPECT_THAT(problems_after_sim("[[strategy]]\nplugin = \"p\"\n[[strategy]]\nname = \"a\"\nplugin "
                                 "= \"p\"\n[[strategy]]\nname = \"a\"\nplugin = \"p\"\n"),
              ElementsAre(HasSubstr("test.toml:5: strategy.name: is needed"),
                          "test.toml:11: strategy.name: \"a\" is there twice"));
}

TEST(LoadStrategies, RefusesTheNameOfAPersonsOwn) {
  EXPECT_THAT(problems_after_sim("[[strategy]]\nname = \"operator\"\nplugin = \"p\"\n"),
              ElementsAre(HasSubstr("is the name of a person's own orders")));
}

// SEC-04
TEST(LoadControl, ReadsWhoMayWhat) {
  const auto loaded = load_text(std::string(kSim) + R"([control]
socket = "/run/gannet/control.sock"
socket_group = "gannet"
view = ["group:ops", "1000"]
kill = ["alice"]
)",
                                "test.toml");
  ASSERT_TRUE(loaded) << to_string(loaded.error().front());
  EXPECT_EQ(loaded->control.socket_group, "gannet");
  EXPECT_EQ(loaded->control.view, (std::vector<std::string>{"group:ops", "1000"}));
  EXPECT_TRUE(loaded->control.is_open());
  EXPECT_THAT(print_resolved(*loaded), HasSubstr("view = [\"group:ops\", \"1000\"]"));
}

// SEC-04
TEST(LoadControl, RefusesWhatCannotWork) {
  EXPECT_THAT(
      problems_after_sim("[control]\nview = [\"a b\"]\n"),
      ElementsAre(HasSubstr("control.socket: is needed"), HasSubstr("\"a b\" is neither a user")));
  EXPECT_THAT(problems_after_sim("[control]\nsocket = \"here\"\n"),
              ElementsAre(HasSubstr("must be a whole path")));
  EXPECT_THAT(problems_after_sim("[control]\nsocket_group = \"ops\"\n"),
              ElementsAre(HasSubstr("nobody but the engine's user has a role")));
}

TEST(LoadRisk, ReadsSizesWithTheirUnitsAndFractions) {
  const auto loaded = load_text(std::string(kSim) + R"([[instrument]]
name = "BTC-USDT-SWAP"
[risk.instrument.BTC-USDT-SWAP]
order_quantity_max = "10 contracts"
position_long_max = "0.5 BTC"
price_collar = "0.5 %"
)",
                                "test.toml");
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->risk.instruments.size(), 1u);
  const auto& [name, limits] = loaded->risk.instruments[0];
  EXPECT_EQ(name, "BTC-USDT-SWAP");
  EXPECT_EQ(limits.order_quantity_max->value, (Decimal{10, 0}));
  EXPECT_TRUE(limits.order_quantity_max->currency.empty());
  EXPECT_EQ(limits.position_long_max->value, (Decimal{5, 1}));
  EXPECT_EQ(limits.position_long_max->currency.view(), "BTC");
  EXPECT_EQ(limits.price_collar_ppm, 5'000u);
}

TEST(LoadRisk, RefusesLimitsOfWhatIsNotConfigured) {
  EXPECT_THAT(
      problems_after_sim(
          "[[strategy]]\nname = \"quotes\"\nplugin = \"p\"\n[risk.strategy.qoutes]\n"),
      ElementsAre(
          "test.toml:8: risk.strategy.qoutes: limits a strategy that is not configured; did "
          "you mean \"quotes\"?"));
}

TEST(LoadRisk, RefusesASizeWithoutItsUnit) {
  EXPECT_THAT(
      problems_after_sim("[risk.account]\norder_quantity_max = \"10\"\n"),
      ElementsAre(HasSubstr("test.toml:6: risk.account.order_quantity_max: \"10\" is no size "
                            "with its unit")));
}

TEST(PrintResolved, IsReadAgainAsTheSameSettings) {
  const auto loaded = load(std::string(GANNET_SOURCE_DIR) + "/config/demo.toml");
  ASSERT_TRUE(loaded);
  const std::string once = print_resolved(*loaded);
  const auto again = load_text(once, loaded->file);
  ASSERT_TRUE(again) << to_string(again.error().front());
  EXPECT_EQ(print_resolved(*again), once);
}

}  // namespace
}  // namespace gannet::config
