#include "monitor/scrape.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "monitor/exposition.h"
#include "support/plain_http.h"

namespace gannet::monitor {
namespace {

using test::free_port;
using test::LoopbackSocket;
using test::samples_of;
using test::scrape;

Figures some_figures(double orders) {
  static constexpr double kBounds[] = {0.001, 0.01};
  Figures figures;
  figures.time = wall_clock_now();
  figures.add(FigureId::Requests, orders, {{"kind", "place"}});
  figures.add(FigureId::OpenOrders, 3);
  figures.add(FigureId::Position, -1.5, {{"instrument", "a \"b\"\\c"}});
  figures.histograms.push_back(
      {FigureId::Latency, {{"stage", "decode"}}, kBounds, {5, 2, 1}, 0.25});
  return figures;
}

std::unique_ptr<Scrape> open(std::uint16_t port) {
  auto opened = Scrape::listen({.host = "127.0.0.1", .port = port});
  EXPECT_TRUE(opened) << opened.error().message;
  return opened ? std::move(*opened) : nullptr;
}

TEST(Exposition, MakesAFamilyOfEachNameThatHasAValue) {
  const auto families = to_families(some_figures(7));
  ASSERT_EQ(families.size(), 4u);
  for (const prometheus::MetricFamily& family : families) {
    EXPECT_EQ(family.metric.size(), 1u) << family.name;
    EXPECT_FALSE(family.help.empty()) << family.name;
  }
}

TEST(Scrape, ShowsTheNewestFigures) {
  const std::uint16_t port = free_port();
  const auto server = open(port);
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(scrape(port).find("gannet_"), std::string::npos);  // nothing is known yet
  server->show(some_figures(7));
  server->show(some_figures(8));
  const auto samples = samples_of(scrape(port));
  EXPECT_EQ(samples.at("gannet_requests_total{kind=\"place\"}"), 8);
  EXPECT_EQ(samples.at("gannet_open_orders"), 3);
  EXPECT_EQ(samples.at(R"(gannet_position_quantity{instrument="a \"b\"\\c"})"), -1.5);
  EXPECT_EQ(samples.at(R"(gannet_latency_seconds_bucket{stage="decode",le="0.001"})"), 5);
  EXPECT_EQ(samples.at(R"(gannet_latency_seconds_bucket{stage="decode",le="0.01"})"), 7);
  EXPECT_EQ(samples.at(R"(gannet_latency_seconds_bucket{stage="decode",le="+Inf"})"), 8);
  EXPECT_EQ(samples.at(R"(gannet_latency_seconds_count{stage="decode"})"), 8);
  EXPECT_EQ(samples.at(R"(gannet_latency_seconds_sum{stage="decode"})"), 0.25);
  EXPECT_GE(samples.at("gannet_figures_age_seconds"), 0);
}

TEST(Scrape, RefusesAPortThatIsTakenAndSaysWhatToDo) {
  LoopbackSocket other;
  const std::uint16_t port = other.listen();
  ASSERT_NE(port, 0);
  const auto refused = Scrape::listen({.host = "127.0.0.1", .port = port});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("127.0.0.1:" + std::to_string(port)), std::string::npos);
  EXPECT_NE(refused.error().message.find("[metrics] listen"), std::string::npos);
}

TEST(Scrape, RefusesAnAddressThatIsNotOfThisMachine) {
  const auto refused = Scrape::listen({.host = "192.0.2.1", .port = 9464});  // TEST-NET-1
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("no such address"), std::string::npos);
}

TEST(Scrape, ClientsThatNeverFinishDoNotHoldUpWhoShows) {  // MON-05
  const std::uint16_t port = free_port();
  const auto server = open(port);
  ASSERT_NE(server, nullptr);
  // More than it has threads: some say nothing, some half a request, some never read the answer.
  std::vector<std::unique_ptr<LoopbackSocket>> stuck;
  for (int i = 0; i < 12; ++i) {
    stuck.push_back(std::make_unique<LoopbackSocket>());
    ASSERT_TRUE(stuck.back()->connect(port));
    if (i % 3 == 1) stuck.back()->say("GET /metr");
    if (i % 3 == 2) stuck.back()->say("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  // Were any of them waited for, this would never come to its end.
  for (int i = 0; i < 1'000; ++i) server->show(some_figures(i));
  stuck.clear();
  const auto samples = samples_of(scrape(port));
  EXPECT_EQ(samples.at("gannet_requests_total{kind=\"place\"}"), 999);
}

TEST(Scrape, IsReadWhileItIsShown) {
  const std::uint16_t port = free_port();
  const auto server = open(port);
  ASSERT_NE(server, nullptr);
  server->show(some_figures(0));
  double seen = -1;
  std::jthread reader([&] {
    for (int i = 0; i < 20; ++i) {
      const double now = samples_of(scrape(port)).at("gannet_requests_total{kind=\"place\"}");
      EXPECT_GE(now, seen);
      seen = now;
    }
  });
  for (int i = 1; i < 2'000; ++i) server->show(some_figures(i));
}

}  // namespace
}  // namespace gannet::monitor
