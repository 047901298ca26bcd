#include "monitor/alert_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "support/alert_stage.h"

namespace gannet::monitor {
namespace {

using test::alert_settings;
using test::AlertStage;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = AlertCondition::Kind;

AlertRule rule_on(FigureId figure, Kind kind, double threshold) {
  AlertRule rule;
  rule.name = "r";
  rule.figure = figure;
  rule.condition.kind = kind;
  rule.condition.threshold = threshold;
  rule.quiet_for = seconds(5);
  return rule;
}

AlertSettings one(AlertRule rule) { return alert_settings({std::move(rule)}); }

TEST(AlertRules, FireAfterTheirHoldAndEndWhenItWasQuiet) {
  AlertRule rule = rule_on(FigureId::OpenOrders, Kind::Above, 10);
  rule.hold = seconds(2);
  AlertStage stage(one(rule));
  const auto look = [&](double value) {
    stage.pass(seconds(1));
    stage.look(FigureId::OpenOrders, value);
    stage.work();
  };
  look(11);
  look(9);  // not long enough
  look(11);
  look(12);
  EXPECT_THAT(stage.fired(), IsEmpty());
  look(13);
  EXPECT_THAT(stage.fired(), ElementsAre("r"));
  EXPECT_EQ(stage.told[0].alert.detail, "gannet_open_orders = 13");
  for (int i = 0; i < 4; ++i) look(9);
  EXPECT_THAT(stage.resolved(), IsEmpty());
  for (int i = 0; i < 6; ++i) look(9);
  EXPECT_THAT(stage.resolved(), ElementsAre("r"));
  EXPECT_THAT(stage.fired(), ElementsAre("r"));
}

TEST(AlertRules, StayUntilTheValueIsBackAtTheOtherThreshold) {
  AlertRule rule = rule_on(FigureId::LossLimitUsed, Kind::Above, 0.8);
  rule.condition.clear = 0.7;
  rule.quiet_for = seconds(1);
  AlertStage stage(one(rule));
  const auto look = [&](double value) {
    stage.pass(seconds(2));
    stage.look(FigureId::LossLimitUsed, value, {{"scope", "account"}, {"limit", "drawdown"}});
    stage.work();
  };
  look(0.81);
  look(0.75);  // between the two
  look(0.81);
  look(0.75);
  EXPECT_THAT(stage.resolved(), IsEmpty());
  look(0.69);
  look(0.75);
  EXPECT_THAT(stage.fired(), ElementsAre("r"));
  EXPECT_THAT(stage.resolved(), ElementsAre("r"));
}

TEST(AlertRules, WatchEachSetOfLabelsForItself) {
  AlertRule rule = rule_on(FigureId::BookAge, Kind::Above, 10);
  AlertStage stage(one(rule));
  Figures figures;
  figures.add(FigureId::BookAge, 11, {{"instrument", "A"}});
  figures.add(FigureId::BookAge, 12, {{"instrument", "B"}});
  figures.add(FigureId::BookAge, 1, {{"instrument", "C"}});
  stage.desk.look(figures, stage.now());
  stage.work();
  ASSERT_EQ(stage.told.size(), 2u);
  EXPECT_NE(stage.told[0].alert.fingerprint, stage.told[1].alert.fingerprint);
  EXPECT_EQ(labels_text(stage.told[0].alert.labels), "instrument=A");

  rule.labels = {{"instrument", "B"}};
  AlertStage narrow(one(rule));
  narrow.desk.look(figures, narrow.now());
  narrow.work();
  ASSERT_EQ(narrow.told.size(), 1u);
  // The same alert is the same in every run.
  EXPECT_EQ(narrow.told[0].alert.fingerprint, stage.told[1].alert.fingerprint);
}

TEST(AlertRules, CountTheRiseOfAWindowAndSeeACounterThatBeganAnew) {
  AlertRule rule = rule_on(FigureId::Fills, Kind::RisesBy, 10);
  rule.condition.within = seconds(10);
  AlertStage stage(one(rule));
  const auto look = [&](double value) {
    stage.pass(seconds(1));
    stage.look(FigureId::Fills, value);
    stage.work();
  };
  for (int i = 0; i < 100; ++i) look(i);  // ten in ten seconds are not more than ten
  EXPECT_THAT(stage.fired(), IsEmpty());
  look(0);
  look(5);
  EXPECT_THAT(stage.fired(), ElementsAre("r"));  // those before it began anew count as well
}

TEST(AlertRules, KnowWhatIsUsual) {
  AlertRule rule = rule_on(FigureId::Fills, Kind::AboveUsual, 5);
  rule.condition.within = seconds(60);
  rule.condition.over = seconds(600);
  rule.condition.at_least = 50;
  AlertStage stage(one(rule));
  double value = 0;
  const auto minute = [&](double more) {
    for (int i = 0; i < 60; ++i) {
      stage.pass(seconds(1));
      value += more / 60;
      stage.look(FigureId::Fills, value);
      stage.work();
    }
  };
  minute(1'000);  // nothing is known of what is usual
  AlertStage other(one(rule));
  value = 0;
  for (int i = 0; i < 12; ++i) minute(20);
  EXPECT_THAT(stage.fired(), IsEmpty());
  minute(60);  // thrice
  EXPECT_THAT(stage.fired(), IsEmpty());
  minute(200);
  EXPECT_THAT(stage.fired(), ElementsAre("r"));
}

TEST(AlertRules, TakeQuantilesOfWhatWasAddedToAHistogram) {
  static constexpr double kBounds[] = {0.001, 0.005, 0.1};
  AlertRule rule = rule_on(FigureId::Latency, Kind::Quantile, 0.005);
  rule.condition.within = seconds(10);
  rule.condition.at_least = 20;
  rule.labels = {{"stage", "tick_to_order"}};
  AlertStage stage(one(rule));
  std::vector<std::uint64_t> counts{1'000'000, 0, 5'000, 0};  // slow ones long ago
  const auto look = [&] {
    Figures figures;
    figures.histograms.push_back(
        {FigureId::Latency, {{"stage", "tick_to_order"}}, kBounds, counts, 0});
    stage.desk.look(figures, stage.now());
    stage.work();
    stage.pass(seconds(1));
  };
  look();
  counts[0] += 100;
  look();
  counts[2] += 1;  // one of a hundred and one: within the 99th percentile
  look();
  EXPECT_THAT(stage.fired(), IsEmpty());
  counts[2] += 3;
  look();
  EXPECT_THAT(stage.fired(), ElementsAre("r"));
}

TEST(AlertRules, SilenceIsAnAlert) {  // MON-04
  AlertRule stale = rule_on(FigureId::FramesReceived, Kind::StaleFor, 0);
  stale.condition.within = seconds(30);
  AlertRule absent = rule_on(FigureId::StatusAge, Kind::AbsentFor, 0);
  absent.name = "absent";
  absent.condition.within = seconds(20);
  AlertStage stage(alert_settings({stale, absent}));
  double frames = 0;
  const auto seconds_of = [&](int count, double more) {
    for (int i = 0; i < count; ++i) {
      stage.pass(seconds(1));
      stage.look(FigureId::FramesReceived, frames += more, {{"connection", "market"}});
      stage.work();
    }
  };
  seconds_of(19, 1);
  EXPECT_THAT(stage.fired(), IsEmpty());
  seconds_of(3, 1);
  EXPECT_THAT(stage.fired(), ElementsAre("absent"));  // never seen at all
  seconds_of(29, 0);
  EXPECT_THAT(stage.fired(), ElementsAre("absent"));
  seconds_of(2, 0);
  EXPECT_THAT(stage.fired(), ElementsAre("absent", "r"));
  seconds_of(10, 1);
  EXPECT_THAT(stage.resolved(), ElementsAre("r"));
}

TEST(AlertRules, TheThreadThatLooksHasADeadlineToo) {  // MON-04
  AlertStage stage(alert_settings(default_alert_rules()));
  stage.look(FigureId::StatusAge, 0.1);
  stage.pass(seconds(4));
  stage.work();
  EXPECT_THAT(stage.fired(), IsEmpty());
  stage.pass(seconds(2));
  stage.work();
  EXPECT_THAT(stage.fired(), ElementsAre("cold_silent"));
}

TEST(AlertRules, ClockOffsetsHaveASignAndTwoBounds) {  // MON-08
  AlertStage stage(alert_settings(default_alert_rules()));
  const auto hold = [&](double ntp, double venue) {
    for (int i = 0; i < 7; ++i) {
      stage.pass(seconds(1));
      Figures figures;
      figures.add(FigureId::ClockOffset, ntp, {{"reference", "ntp"}});
      figures.add(FigureId::ClockOffset, venue, {{"reference", "venue"}});
      stage.desk.look(figures, stage.now());
      stage.work();
    }
  };
  hold(0.0009, -0.09);
  EXPECT_THAT(stage.fired(), IsEmpty());
  hold(-0.0011, -0.09);
  EXPECT_THAT(stage.fired(), ElementsAre("clock_ntp"));
  hold(-0.0011, -0.11);
  EXPECT_THAT(stage.fired(), ElementsAre("clock_ntp", "clock_venue"));
}

TEST(AlertRules, AnEventAndAFigureOfOneRuleAreOneAlert) {
  AlertStage stage(alert_settings(default_alert_rules()));
  stage.event(LogEvent::EngineKilled);
  stage.work();
  ASSERT_THAT(stage.fired(), ElementsAre("killed"));  // at once, without waiting for a figure
  stage.pass(milliseconds(200));
  stage.look(FigureId::Killed, 1);
  stage.work();
  EXPECT_THAT(stage.fired(), ElementsAre("killed"));
  for (int i = 0; i < 700; ++i) {
    stage.pass(seconds(1));
    stage.look(FigureId::Killed, 1);
    stage.work();
  }
  EXPECT_THAT(stage.resolved(), IsEmpty());  // it is killed still
  stage.look(FigureId::Killed, 0);
  stage.pass(seconds(61));
  stage.look(FigureId::Killed, 0);
  stage.work();
  EXPECT_THAT(stage.resolved(), testing::Contains("killed"));
}

/// The log ring may drop the record of a kill; the state cannot be dropped.
TEST(AlertRules, AKillWhoseRecordWasLostIsSeenByItsFigure) {  // MON-01
  AlertStage stage(alert_settings(default_alert_rules()));
  stage.look(FigureId::Killed, 1);
  stage.work();
  EXPECT_THAT(stage.fired(), ElementsAre("killed"));
}

TEST(AlertRules, EveryCriticalEventIsToldWhetherARuleNamesItOrNot) {  // MON-01
  for (const LogEventInfo& info : log_events()) {
    if (info.level != LogLevel::Critical) continue;
    AlertStage stage(alert_settings(default_alert_rules()));
    EXPECT_TRUE(stage.desk.wanted_events()[static_cast<std::size_t>(info.event)]) << info.name;
    stage.event(info.event);
    stage.work();
    ASSERT_EQ(stage.told.size(), 1u) << info.name;
    EXPECT_EQ(stage.told[0].alert.severity, Severity::Critical) << info.name;
  }
}

TEST(AlertRules, ARuleThatIsSwitchedOffSaysNothing) {
  std::vector<AlertRule> rules = default_alert_rules();
  for (AlertRule& rule : rules)
    rule.enabled = rule.name != "killed" && rule.name != "critical_event";
  AlertStage stage(alert_settings(rules));
  stage.event(LogEvent::EngineKilled);
  stage.look(FigureId::Killed, 1);
  stage.work();
  EXPECT_THAT(stage.fired(), IsEmpty());
}

TEST(AlertRules, TheBuiltInOnesHaveNamesOfTheirOwnAndSayWhatToDo) {
  std::set<std::string> names;
  for (const AlertRule& rule : default_alert_rules()) {
    EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
    EXPECT_FALSE(rule.text.empty()) << rule.name;
    EXPECT_EQ(rule.figure.has_value(), rule.condition.kind != Kind::None) << rule.name;
  }
}

}  // namespace
}  // namespace gannet::monitor
