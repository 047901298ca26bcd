#include "monitor/alert_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/un.h>

#include <cstdio>
#include <filesystem>

#include "base/log.h"
#include "monitor/curl_courier.h"
#include "monitor/journal_socket.h"
#include "support/alert_stage.h"
#include "support/http_receiver.h"
#include "support/process.h"

namespace gannet::monitor {
namespace {

using test::alert_settings;
using test::HttpReceiver;
using test::route_of;
using test::wait_until;
using testing::HasSubstr;

HttpOutcome ask(CurlCourier& courier, HttpJob job) {
  std::optional<HttpOutcome> outcome;
  courier.start(std::move(job), [&](HttpOutcome given) { outcome = std::move(given); });
  wait_until([&] {
    courier.work(milliseconds(20));
    return outcome.has_value();
  });
  return outcome.value_or(HttpOutcome{false, "no outcome"});
}

TEST(CurlCourier, TellsWhatBecameOfARequestAndNeverItsUrl) {
  CurlCourier courier;
  HttpReceiver receiver;
  const std::string url = receiver.url("/s3cret");
  EXPECT_TRUE(ask(courier, {.url = url, .body = "{}"}).taken);
  ASSERT_EQ(receiver.taken().size(), 1u);
  EXPECT_EQ(receiver.taken()[0].head, "POST /s3cret");
  EXPECT_EQ(receiver.taken()[0].body, "{}");
  receiver.answer_with(500);
  EXPECT_EQ(ask(courier, {.url = url, .body = "{}"}).error, "answered 500");
  receiver.answer_with(302);  // not followed
  EXPECT_EQ(ask(courier, {.url = url, .body = "{}"}).error, "answered 302");
  receiver.answer_with(HttpReceiver::kHang);
  const HttpOutcome late = ask(courier, {.url = url, .body = "{}", .timeout = milliseconds(200)});
  EXPECT_EQ(late.error, "Timeout was reached");
  receiver.answer_with(200);
  EXPECT_TRUE(ask(courier, {.kind = HttpJob::Kind::Get, .url = url}).taken);
  EXPECT_EQ(receiver.taken().back().head, "GET /s3cret");
}

TEST(CurlCourier, LooksWhetherARouteIsThereWithoutARequest) {
  CurlCourier courier;
  std::string url;
  {
    HttpReceiver receiver;
    url = receiver.url();
    EXPECT_TRUE(ask(courier, {.kind = HttpJob::Kind::Connect, .url = url}).taken);
    EXPECT_EQ(receiver.requests(), 0u);
  }
  const HttpOutcome refused = ask(courier, {.kind = HttpJob::Kind::Connect, .url = url});
  EXPECT_FALSE(refused.taken);
  EXPECT_EQ(refused.error.find("127.0.0.1"), std::string::npos);
}

TEST(AlertService, TellsACriticalEventFromTheLogWhileAnotherRouteHangs) {  // MON-01
  HttpReceiver good;
  HttpReceiver hanging;
  hanging.answer_with(HttpReceiver::kHang);
  AlertSettings settings = alert_settings(
      default_alert_rules(), {route_of("hanging", AlertRoute::Kind::Webhook, hanging.url()),
                              route_of("good", AlertRoute::Kind::Webhook, good.url())});
  settings.routes[0].timeout = milliseconds(300);
  AlertService service(std::move(settings));
  const LogThread log_thread(
      {.output = "none", .listener = [&](const LogRecord& r) { service.on_record(r); }});
  const Nanos began = monotonic_now();
  log(wall_clock_now(), LogEvent::EngineKilled, {LogField::string("why", "a \"test\"")});
  ASSERT_TRUE(wait_until([&] { return !good.taken().empty(); }));
  std::printf("MON-01: from the event to the route that took it: %.1f ms\n",
              static_cast<double>((good.taken()[0].time - began).count) / 1e6);
  EXPECT_THAT(good.taken()[0].body, HasSubstr(R"(engine.killed: why=a \"test\")"));
  ASSERT_TRUE(wait_until([&] { return service.view().routes[0].failures > 0; }));
  EXPECT_EQ(service.view().routes[0].waiting, 1u);
  hanging.answer_with(200);
  EXPECT_TRUE(wait_until([&] { return !hanging.bodies_with("killed").empty(); }));
}

TEST(AlertService, TellsItsLastWordsAtTheEnd) {
  HttpReceiver receiver;
  {
    AlertService service(alert_settings(
        default_alert_rules(), {route_of("hook", AlertRoute::Kind::Webhook, receiver.url())}));
    const LogThread log_thread(
        {.output = "none", .listener = [&](const LogRecord& r) { service.on_record(r); }});
    log(wall_clock_now(), LogEvent::VenueRefused, {LogField::string("text", "no")});
  }
  EXPECT_EQ(receiver.bodies_with("venue.refused").size(), 1u);
}

TEST(AlertService, TestsItsRoutes) {
  HttpReceiver receiver;
  receiver.answer_with(403);
  AlertService service(alert_settings(default_alert_rules(),
                                      {route_of("hook", AlertRoute::Kind::Slack, receiver.url())}));
  std::mutex mutex;
  std::optional<std::vector<AlertTestResult>> results;
  const auto keep = [&](std::vector<AlertTestResult> given) {
    const std::lock_guard lock(mutex);
    results = std::move(given);
  };
  const auto has_come = [&] {
    const std::lock_guard lock(mutex);
    return results.has_value();
  };
  service.test("", keep);
  ASSERT_TRUE(wait_until(has_come));
  ASSERT_EQ(results->size(), 1u);
  EXPECT_EQ(results->front().note, "answered 403");
  results.reset();
  service.test("nobody", keep);
  ASSERT_TRUE(wait_until(has_come));
  EXPECT_TRUE(results->empty());
}

TEST(JournalSocket, WritesOneDatagramAnEntryAndNeverWaits) {
  const test::Folder folder;
  const std::string path = folder.file("journal");
  EXPECT_FALSE(JournalSocket(path).exists());
  const int listening = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(path, address.sun_path);
  ASSERT_EQ(::bind(listening, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  JournalSocket journal(path);
  EXPECT_TRUE(journal.exists());
  EXPECT_TRUE(journal.write("MESSAGE=a\nPRIORITY=2\n"));
  char some[256];
  const ssize_t got = ::recv(listening, some, sizeof some, 0);
  EXPECT_EQ(std::string_view(some, static_cast<std::size_t>(got)), "MESSAGE=a\nPRIORITY=2\n");
  bool full = false;
  for (int i = 0; i < 100'000 && !full; ++i) full = !journal.write("MESSAGE=more\n");
  EXPECT_TRUE(full);
  ::close(listening);
  EXPECT_FALSE(journal.write("MESSAGE=nobody\n"));
}

}  // namespace
}  // namespace gannet::monitor
