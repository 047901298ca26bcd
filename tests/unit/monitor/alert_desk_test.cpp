#include "monitor/alert_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/alert_stage.h"

namespace gannet::monitor {
namespace {

using test::alert_settings;
using test::AlertStage;
using test::PaperCourier;
using test::route_of;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Ask = HttpJob::Kind;

AlertSettings two_routes() {
  return alert_settings(
      default_alert_rules(),
      {route_of("hook", AlertRoute::Kind::Webhook),
       route_of("desk", AlertRoute::Kind::Slack, "http://127.0.0.1:2/desk", Severity::Critical)});
}

std::vector<PaperCourier::Letter*> posts(AlertStage& stage) {
  std::vector<PaperCourier::Letter*> found;
  for (PaperCourier::Letter& letter : stage.courier.letters)
    if (letter.job.kind == Ask::Post) found.push_back(&letter);
  return found;
}

AlertRule kill_rule() {
  const std::vector<AlertRule> all = default_alert_rules();
  return *std::ranges::find(all, "killed", &AlertRule::name);
}

TEST(AlertDesk, HandsACriticalEventToEveryRouteWithinASecond) {  // MON-01
  AlertStage stage(two_routes());
  stage.work();
  stage.courier.answer_all(true);
  const Nanos happened = stage.time;
  stage.event(LogEvent::EngineKilled);
  stage.pass(milliseconds(100));  // the longest sleep of the thread
  stage.work();
  const auto letters = posts(stage);
  ASSERT_EQ(letters.size(), 2u);
  for (const PaperCourier::Letter* letter : letters)
    EXPECT_LE(letter->started - happened, seconds(1));
  EXPECT_THAT(letters[0]->job.body, HasSubstr(R"("name":"killed","severity":"critical")"));
  EXPECT_THAT(letters[1]->job.body, HasSubstr("[CRITICAL] killed (e1, sim)"));
}

TEST(AlertDesk, TellsARouteOnlyWhatIsSevereEnough) {
  AlertStage stage(two_routes());
  stage.event(LogEvent::EngineResumed);
  stage.work();
  const auto letters = posts(stage);
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0]->job.url, "http://127.0.0.1:1/hook");
}

TEST(AlertDesk, TellsAgainWhatWasNotTakenAndWaitsLongerEachTime) {
  AlertStage stage(
      alert_settings(default_alert_rules(), {route_of("hook", AlertRoute::Kind::Webhook)}));
  stage.event(LogEvent::EngineKilled);
  std::vector<Nanos> tries;
  for (int i = 0; i < 600; ++i) {
    stage.work();
    if (!posts(stage).empty()) tries.push_back(stage.time);
    stage.courier.answer_all(false, "answered 500");
    stage.pass(milliseconds(100));
  }
  ASSERT_GT(tries.size(), 5u);
  EXPECT_LT(tries.size(), 12u);
  EXPECT_EQ(tries[1] - tries[0], milliseconds(500));
  EXPECT_GT(tries.back() - tries[tries.size() - 2], seconds(10));
  stage.pass(seconds(20));
  stage.work();
  ASSERT_EQ(posts(stage).size(), 1u);
  EXPECT_THAT(posts(stage)[0]->job.body, HasSubstr(R"("name":"killed")"));
  stage.courier.answer_all(true);
  stage.pass(milliseconds(100));
  stage.work();
  EXPECT_EQ(stage.desk.view(stage.time).routes[0].waiting, 0u);
}

TEST(AlertDesk, TheLossOfOneRouteIsToldByTheOtherWithoutAnyAlertToTell) {  // MON-02
  AlertStage stage(two_routes());
  const auto seconds_of = [&](int count, bool hook_works) {
    for (int i = 0; i < count * 10; ++i) {
      stage.look(FigureId::StatusAge, 0.1);
      stage.work();
      for (PaperCourier::Letter& letter : std::exchange(stage.courier.letters, {})) {
        const bool works = hook_works || letter.job.url.find("hook") == std::string_view::npos;
        if (works && letter.job.kind == Ask::Post &&
            letter.job.body.find("route_lost") != std::string::npos)
          stage.told.push_back({});  // it reached somebody
        letter.done({works, works ? "" : "Couldn't connect to server"});
      }
      stage.pass(milliseconds(100));
    }
  };
  seconds_of(60, true);
  EXPECT_THAT(stage.told, IsEmpty());
  const Nanos lost = stage.time;
  while (stage.told.size() < 2 && stage.time - lost < seconds(60)) seconds_of(1, false);
  EXPECT_LE(stage.time - lost, seconds(30));
  ASSERT_EQ(stage.told.size(), 2u);  // it fired, and the other route took it
  EXPECT_EQ(labels_text(stage.told[0].alert.labels), "route=hook");
  EXPECT_TRUE(stage.desk.view(stage.time).routes[0].lost);
  seconds_of(90, true);
  EXPECT_THAT(stage.resolved(), ElementsAre("route_lost"));
}

TEST(AlertDesk, TheHeartbeatStopsWhenTheLoopHangsOrNobodyLooks) {  // MON-02
  AlertSettings settings = alert_settings(default_alert_rules());
  settings.heartbeat_url = Secret("http://127.0.0.1:3/beat");
  AlertStage stage(std::move(settings));
  const auto beats_of = [&](int count, double age, bool looks) {
    int beats = 0;
    for (int i = 0; i < count; ++i) {
      if (looks) stage.look(FigureId::StatusAge, age);
      stage.work();
      for (const PaperCourier::Letter& letter : stage.courier.letters)
        beats += letter.job.kind == Ask::Get ? 1 : 0;
      stage.courier.answer_all(true);
      stage.pass(seconds(1));
    }
    return beats;
  };
  EXPECT_EQ(beats_of(300, 0.2, false), 0);  // it has not started
  EXPECT_EQ(beats_of(300, 0.2, true), 10);
  EXPECT_EQ(beats_of(300, 60, true), 0);    // the reactor hangs
  EXPECT_EQ(beats_of(30, 0.2, true), 1);    // as soon as it turns
  EXPECT_LE(beats_of(300, 0.2, false), 1);  // the cold thread hangs
}

TEST(AlertDesk, RemindsAnAlertmanagerWhileAnAlertFiresAndThenTellsItsEnd) {
  AlertStage stage(alert_settings(
      {kill_rule()}, {route_of("am", AlertRoute::Kind::Alertmanager, "http://127.0.0.1:9093/")}));
  std::vector<std::string> bodies;
  const auto seconds_of = [&](int count, double killed) {
    for (int i = 0; i < count; ++i) {
      stage.look(FigureId::Killed, killed);
      stage.work();
      for (PaperCourier::Letter& letter : stage.courier.letters)
        if (letter.job.kind == Ask::Post) {
          EXPECT_EQ(letter.job.path, "/api/v2/alerts");
          bodies.push_back(letter.job.body);
        }
      stage.courier.answer_all(true);
      stage.pass(seconds(1));
    }
  };
  seconds_of(181, 1);
  EXPECT_GE(bodies.size(), 4u);  // the first and every minute
  EXPECT_LE(bodies.size(), 5u);
  EXPECT_THAT(bodies[0], HasSubstr(R"("alertname":"killed","severity":"critical","engine":"e1")"));
  bodies.clear();
  seconds_of(70, 0);
  ASSERT_FALSE(bodies.empty());
  const std::size_t told = bodies.size();
  seconds_of(300, 0);
  EXPECT_EQ(bodies.size(), told);  // its end was told once
}

TEST(AlertDesk, AnAlertThatEndedBeforeTheAlertmanagerHeardOfItIsToldAsFiringFirst) {
  AlertStage stage(
      alert_settings(default_alert_rules(),
                     {route_of("am", AlertRoute::Kind::Alertmanager, "http://127.0.0.1:9093")}));
  stage.event(LogEvent::EngineKilled);
  for (int i = 0; i < 100; ++i) {
    stage.work();
    stage.courier.answer_all(false, "Couldn't connect to server");
    stage.pass(seconds(1));
  }
  ASSERT_THAT(stage.resolved(), Contains("killed"));
  std::vector<std::string> ends;
  for (int i = 0; i < 60; ++i) {
    stage.work();
    for (const PaperCourier::Letter& letter : stage.courier.letters) {
      const auto at = letter.job.body.find("\"alertname\":\"killed\"");
      if (at != std::string::npos)
        ends.push_back(letter.job.body.substr(letter.job.body.find("\"endsAt\":", at), 40));
    }
    stage.courier.answer_all(true);
    stage.pass(seconds(1));
  }
  ASSERT_GE(ends.size(), 2u);
  EXPECT_GT(ends.front(), ends.back());  // fires until later, then ended before
}

TEST(AlertDesk, ATestAlertTellsPerRouteWhetherItWasTaken) {
  AlertStage stage(two_routes());
  std::vector<AlertTestResult> results;
  const auto keep = [&](std::vector<AlertTestResult> given) { results = std::move(given); };
  EXPECT_FALSE(stage.desk.test("nobody", keep, stage.now()));
  ASSERT_TRUE(stage.desk.test("", keep, stage.now()));
  ASSERT_EQ(stage.courier.letters.size(), 2u);
  stage.pass(milliseconds(3));
  stage.courier.letters[0].done({true, ""});
  EXPECT_THAT(results, IsEmpty());
  stage.pass(milliseconds(4));
  stage.courier.letters[1].done({false, "answered 404"});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_TRUE(results[0].taken);
  EXPECT_EQ(results[0].took, milliseconds(3));
  EXPECT_FALSE(results[1].taken);
  EXPECT_EQ(results[1].note, "answered 404");
  EXPECT_EQ(results[1].took, milliseconds(7));
}

TEST(AlertFormat, JournalEntriesAreOneLineAField) {
  Told told;
  told.alert.rule = "killed";
  told.alert.severity = Severity::Critical;
  told.alert.labels = {{"of what", "a\nb"}};
  told.alert.text = "Text";
  told.alert.total = told.count = 1;
  const std::string entry = journal_entry(told, {"e1", "sim"});
  EXPECT_THAT(entry, HasSubstr("PRIORITY=2\n"));
  EXPECT_THAT(entry, HasSubstr("GANNET_ALERT=killed\n"));
  EXPECT_THAT(entry, HasSubstr("GANNET_LABEL_OF_WHAT=a b\n"));
}

TEST(AlertFormat, TextIsSafeInEveryForm) {
  Told told;
  told.alert.rule = "r";
  told.alert.detail = "why=\"<!channel>\" & more\n";
  told.alert.total = told.count = 1;
  const std::vector<Told> all{told};
  EXPECT_THAT(slack_body(all, {"e", "sim"}),
              HasSubstr(R"(why=\"&lt;!channel&gt;\" &amp; more\u000a)"));
  EXPECT_THAT(webhook_body(all, {"e", "sim"}), HasSubstr(R"(why=\"<!channel>\" & more\u000a)"));
  EXPECT_THAT(webhook_body(all, {"e", "sim"}), HasSubstr(R"("status":"firing")"));
}

}  // namespace
}  // namespace gannet::monitor
