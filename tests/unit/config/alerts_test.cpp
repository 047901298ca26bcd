#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>
#include <vector>

#include "config/load.h"

namespace gannet::config {
namespace {

using monitor::AlertCondition;
using monitor::AlertRule;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Five lines, then what a test adds.
std::string sim_and(std::string_view more) {
  return "[venue]\nenvironment = \"sim\"\n[venue.embedded]\nseed = 7\n\n" + std::string(more);
}

std::vector<std::string> alert_problems(std::string_view more) {
  const auto loaded = load_text(sim_and(more), "test.toml");
  std::vector<std::string> messages;
  if (loaded) return messages;
  for (const Problem& problem : loaded.error()) messages.push_back(to_string(problem));
  return messages;
}

const AlertRule& rule_named(const Settings& settings, std::string_view name) {
  return *std::ranges::find(settings.alerts.rules, name, &AlertRule::name);
}

TEST(LoadAlerts, HasRulesAndTheJournalWithoutAWord) {
  const auto loaded = load_text(sim_and(""), "test.toml");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->alerts.rules.size(), monitor::default_alert_rules().size());
  ASSERT_EQ(loaded->alerts.routes.size(), 1u);
  EXPECT_EQ(loaded->alerts.routes[0].kind, monitor::AlertRoute::Kind::Journald);
}

TEST(LoadAlerts, ChangesABuiltInRuleByItsNameAndMakesNewOnes) {
  const auto loaded = load_text(sim_and(R"([[alert]]
name = "latency"
severity = "critical"
quantile_above = "2ms"
[[alert]]
name = "disk"
enabled = false
[[alert]]
name = "mine"
figure = "gannet_position_quantity"
labels = { instrument = "BTC-USDT-SWAP" }
outside = "12.5"
clear = "10"
for = "3s"
[[alert]]
name = "fills"
events = ["fill", "fill.late"]
severity = "info"
)"),
                                "test.toml");
  ASSERT_TRUE(loaded) << to_string(loaded.error()[0]);
  const AlertRule& latency = rule_named(*loaded, "latency");
  EXPECT_EQ(latency.severity, monitor::Severity::Critical);
  EXPECT_DOUBLE_EQ(latency.condition.threshold, 0.002);
  EXPECT_EQ(latency.labels.size(), 1u);  // as it was
  EXPECT_FALSE(rule_named(*loaded, "disk").enabled);
  const AlertRule& mine = rule_named(*loaded, "mine");
  EXPECT_EQ(mine.condition.kind, AlertCondition::Kind::Outside);
  EXPECT_EQ(mine.condition.clear, 10.0);
  EXPECT_EQ(mine.hold, seconds(3));
  EXPECT_EQ(rule_named(*loaded, "fills").events.size(), 2u);

  // What is printed reads as the same again.
  const std::string printed = print_resolved(*loaded);
  EXPECT_THAT(printed, HasSubstr("name = \"mine\""));
  const auto at = printed.find("[[alert]]\nname = \"latency\"");
  ASSERT_NE(at, std::string::npos) << printed;
  const auto again = load_text(sim_and(printed.substr(at)), "printed.toml");
  ASSERT_TRUE(again) << to_string(again.error()[0]);
  EXPECT_EQ(print_resolved(*again).substr(print_resolved(*again).find("[[alert]]")),
            printed.substr(printed.find("[[alert]]")));
}

TEST(LoadAlerts, NamesLineKeyAndTheNearestOfWhatIsWrong) {
  EXPECT_THAT(
      alert_problems("[[alert]]\nname = \"a\"\nfigure = \"gannet_open_order\"\nabove = \"1\"\n"),
      Contains(HasSubstr("test.toml:8: alert.figure: there is no figure "
                         "\"gannet_open_order\"; did you mean \"gannet_open_orders\"?")));
  EXPECT_THAT(alert_problems("[[alert]]\nname = \"latncy\"\nenabled = false\n"),
              Contains(HasSubstr("test.toml:7: alert.name: there is no built-in rule \"latncy\"; "
                                 "did you mean \"latency\"?")));
  EXPECT_THAT(alert_problems("[[alert]]\nname = \"x\"\nevents = [\"engine.kiled\"]\n"),
              ElementsAre(HasSubstr("alert.events: there is no log event \"engine.kiled\"; did you "
                                    "mean \"engine.killed\"?")));
  EXPECT_THAT(
      alert_problems("[[alert]]\nname = \"x\"\nfigure = \"gannet_open_orders\"\nabove = 5\n"),
      ElementsAre(HasSubstr("test.toml:9: alert.above: must be text, is an integer")));
  EXPECT_THAT(alert_problems(
                  "[[alert]]\nname = \"x\"\nfigure = \"gannet_open_orders\"\nabove = \"many\"\n"),
              ElementsAre(HasSubstr("alert.above: \"many\" is no number")));
  EXPECT_THAT(alert_problems("[[alert]]\nname = \"x\"\nfigure = \"gannet_open_orders\"\n"),
              ElementsAre(HasSubstr("alert.figure: needs a condition")));
  EXPECT_THAT(alert_problems("[[alert]]\nname = \"x\"\nfigure = \"gannet_book_age_seconds\"\n"
                             "above = \"5s\"\nlabels = { instrumnt = \"A\" }\n"),
              ElementsAre(HasSubstr("did you mean \"instrument\"?")));
  EXPECT_THAT(alert_problems("[[alert]]\nname = \"x\"\nfigure = \"gannet_latency_seconds\"\n"
                             "above = \"5ms\"\n"),
              ElementsAre(HasSubstr("is a histogram: say quantile_above")));
  EXPECT_THAT(alert_problems("[[alert]]\nname = \"x\"\nfigure = \"gannet_open_orders\"\n"
                             "above = \"5\"\nbelow = \"1\"\n"),
              Contains(HasSubstr("is one condition of several")));
  EXPECT_THAT(alert_problems("[[alert]]\nname = \"x\"\nfigure = \"gannet_open_orders\"\n"
                             "above = \"5\"\nclear = \"6\"\n"),
              ElementsAre(HasSubstr("alert.clear: must be on the good side")));
  EXPECT_THAT(alert_problems("[[alert]]\nname = \"disk\"\nquietfor = \"5s\"\n"),
              ElementsAre(HasSubstr("unknown key; did you mean \"quiet_for\"?")));
  EXPECT_THAT(alert_problems("[[alert]]\nname = \"disk\"\n[[alert]]\nname = \"disk\"\n"),
              ElementsAre(HasSubstr("alert.name: \"disk\" is there twice")));
}

TEST(LoadAlerts, TakesUrlsOfWebhooksAsSecretsAlone) {  // SEC-02
  EXPECT_THAT(alert_problems("[[alert_route]]\nname = \"h\"\nkind = \"webhook\"\n"
                             "url = \"https://hooks.example/s3cret\"\n"),
              ElementsAre(HasSubstr("alert_route.url: must be a table, is text")));
  EXPECT_THAT(alert_problems("[[alert_route]]\nname = \"h\"\nkind = \"slac\"\n"),
              Contains(HasSubstr("did you mean \"slack\"?")));
  ::setenv("GANNET_TEST_HOOK", "https://hooks.example/s3cret", 1);
  const auto loaded =
      load_text(sim_and("[[alert_route]]\nname = \"h\"\nkind = \"slack\"\nseverity_min = "
                        "\"warning\"\nurl = { env = \"GANNET_TEST_HOOK\" }\n"),
                "test.toml");
  ASSERT_TRUE(loaded) << to_string(loaded.error()[0]);
  EXPECT_EQ(loaded->alerts.routes[0].url.reveal(), "https://hooks.example/s3cret");
  EXPECT_THAT(print_resolved(*loaded), Not(HasSubstr("s3cret")));
  EXPECT_EQ(::getenv("GANNET_TEST_HOOK"), nullptr);
  ::setenv("GANNET_TEST_HOOK", "ftp://hooks.example/s3cret", 1);
  EXPECT_THAT(alert_problems("[[alert_route]]\nname = \"h\"\nkind = \"slack\"\n"
                             "url = { env = \"GANNET_TEST_HOOK\" }\n"),
              ElementsAre(HasSubstr("alert_route.url: is no http:// or https:// URL")));
}

TEST(LoadAlerts, LiveWantsTwoRoutesOrAWordThatFewerWillDo) {  // MON-02
  const std::string live =
      "[venue]\nenvironment = \"live\"\nconfirm_live = \"I accept live trading\"\n";
  const auto problems = [&](const std::string& more) {
    std::vector<std::string> messages;
    const auto loaded = load_text_without_secrets(live + more, "test.toml");
    if (!loaded)
      for (const Problem& problem : loaded.error()) messages.push_back(to_string(problem));
    return messages;
  };
  EXPECT_THAT(problems(""), Contains(HasSubstr("live trading wants 2 routes for critical alerts")));
  EXPECT_THAT(problems("[alerts]\ncritical_routes_min = 1\n"),
              Not(Contains(HasSubstr("critical_routes_min"))));
  EXPECT_THAT(problems("[[alert_route]]\nname = \"am\"\nkind = \"alertmanager\"\n"
                       "url = \"http://127.0.0.1:9093\"\n"),
              Not(Contains(HasSubstr("critical_routes_min"))));
}

}  // namespace
}  // namespace gannet::config
