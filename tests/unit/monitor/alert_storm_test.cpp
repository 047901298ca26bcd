// MON-10: grouped, the first at once, none lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "monitor/alert_intake.h"
#include "support/alert_stage.h"

namespace gannet::monitor {
namespace {

using test::alert_settings;
using test::AlertStage;
using test::route_of;

/// What a webhook was told: occurrences by fingerprint, and how many requests.
struct Heard {
  std::map<std::string, std::uint64_t> counts;
  std::uint64_t all = 0;
  std::size_t requests = 0;

  void hear(const std::string& body) {
    ++requests;
    for (std::size_t at = 0; (at = body.find("\"fingerprint\":\"", at)) != std::string::npos;) {
      const std::string fingerprint = body.substr(at + 15, 16);
      const std::size_t count = body.find("\"count\":", at);
      const std::uint64_t times = std::strtoull(body.c_str() + count + 8, nullptr, 10);
      counts[fingerprint] += times;
      all += times;
      at = count;
    }
  }
};

std::vector<AlertRule> rejects_and_kills() {
  AlertRule rejects;
  rejects.name = "rejects";
  rejects.events = {LogEvent::OrderRejected};
  rejects.quiet_for = seconds(30);
  AlertRule kills;
  kills.name = "kills";
  kills.severity = Severity::Critical;
  kills.events = {LogEvent::EngineKilled};
  return {rejects, kills};
}

class AlertStormTest : public testing::Test {
 protected:
  void turn(bool taken = true) {
    stage.work();
    for (test::PaperCourier::Letter& letter : std::exchange(stage.courier.letters, {})) {
      if (letter.job.kind == HttpJob::Kind::Post && taken) heard.hear(letter.job.body);
      letter.done({taken, taken ? "" : "answered 500"});
    }
  }
  AlertStage stage{
      alert_settings(rejects_and_kills(), {route_of("hook", AlertRoute::Kind::Webhook)})};
  Heard heard;
};

TEST_F(AlertStormTest, OfOneKindIsToldAtOnceAndThenCounted_MON10) {
  constexpr std::uint64_t kEvents = 100'000;
  for (std::uint64_t i = 0; i < kEvents; ++i) {
    stage.event(LogEvent::OrderRejected, {{"instrument", i % 2 == 0 ? "A" : "B"}});
    if (i == 0) {
      turn();
      EXPECT_EQ(heard.all, 1u);  // the first, at once
    }
    if (i % 100 == 99) {
      stage.pass(seconds(1));
      turn();
    }
  }
  stage.pass(seconds(31));
  turn();
  EXPECT_EQ(heard.all, kEvents);
  EXPECT_EQ(heard.counts.size(), 2u);
  // A digest a minute of each, not a request an event: 1,000 s of storm.
  EXPECT_LE(heard.requests, 2u * (1'000 / 60 + 3));
  EXPECT_TRUE(stage.desk.view(stage.time).firing.empty());
}

TEST_F(AlertStormTest, OfAHundredThousandKindsNeedsBoundedRoomAndLosesNone_MON10) {
  constexpr std::uint64_t kEvents = 100'000;
  for (std::uint64_t i = 0; i < kEvents; ++i) {
    stage.event(LogEvent::OrderRejected, {{"instrument", std::to_string(i)}});
    if (i % 1'000 == 0) {
      ASSERT_LE(stage.desk.view(stage.time).routes[0].waiting, AlertBook::kMost + 2);
      stage.pass(milliseconds(100));
      turn(i % 3'000 != 0);  // a third of what is told is not taken
    }
    if (i == 50'000) {
      // One that matters is in front of all that waits.
      stage.event(LogEvent::EngineKilled);
      stage.pass(seconds(20));
      const std::size_t before = heard.requests;
      turn();
      EXPECT_TRUE(heard.counts.contains(fingerprint_text(alert_fingerprint("kills", {}))));
      EXPECT_EQ(heard.requests, before + 1);
    }
  }
  for (int i = 0; i < 1'000; ++i) {
    stage.pass(seconds(1));
    turn();
  }
  EXPECT_EQ(heard.all, kEvents + 1);
  EXPECT_LE(heard.counts.size(), AlertBook::kMost + 2);
}

TEST(AlertIntake, ABoundedPlaceForEventsThatLosesNone_MON10) {
  constexpr std::uint64_t kEvents = 100'000;
  int woken = 0;
  AlertIntake intake(std::vector<bool>(log_events().size(), true), [&] { ++woken; });
  LogRecord record;
  record.event = LogEvent::OrderRejected;
  record.field_count = 1;
  for (std::uint64_t i = 0; i < kEvents; ++i) {
    const std::string name = std::to_string(i % 1'000);
    std::ranges::copy(name, record.text.data());
    record.fields[0] = {
        "instrument", LogField::Kind::Text, 0, static_cast<std::uint16_t>(name.size()), {}};
    intake.take(record);
  }
  EXPECT_EQ(woken, 1);
  const std::vector<AlertEvent> events = intake.drain();
  EXPECT_LE(events.size(), AlertIntake::kMost + 1);
  std::uint64_t all = 0;
  for (const AlertEvent& event : events) all += event.times;
  EXPECT_EQ(all, kEvents);
  EXPECT_TRUE(intake.drain().empty());
}

}  // namespace
}  // namespace gannet::monitor
