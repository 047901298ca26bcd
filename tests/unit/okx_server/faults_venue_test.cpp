// Trouble of the whole venue, and how faults are ordered. RELIABILITY D57-D59.
#include <gtest/gtest.h>

#include <set>

#include "sim/okx_server/protocol/fault_table.h"
#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

constexpr std::string_view kStatus = R"({"op":"subscribe","args":[{"channel":"status"}]})";

TEST(VenueFaults, D57_ARestartClosesCancelsTellsHalfAndBeginsAnew) {
  Venue venue;
  const ConnectionId id = venue.open_private();
  venue.text(id, R"({"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]})");
  for (int i = 0; i < 4; ++i)
    venue.text(id, venue.order("1", std::to_string(100 + i), "buy", "limit", "61000", "1"));
  venue.take(id);
  venue.fault(R"({"restart":{"down_ms":1000}})");
  EXPECT_EQ(venue.pushes(id, "orders").size(), 2u);
  EXPECT_EQ(venue.output.closes.at(id), 0);
  const Json truth = venue.get("/sim/v1/truth");
  for (int i = 0; i < 4; ++i) EXPECT_EQ(truth.at(fmt::format("/orders/{}/state", i)), "canceled");
  EXPECT_EQ(venue.server->on_upgrade("/ws/v5/public", "127.0.0.1:1", venue.now), 503);
  EXPECT_EQ(venue.http({"GET", "/api/v5/public/time", {}, ""}).status, 503);
  venue.advance(milliseconds(1100));
  EXPECT_EQ(venue.http({"GET", "/api/v5/public/time", {}, ""}).status, 200);
  const ConnectionId market = venue.open("/ws/v5/public");
  venue.text(market, R"({"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT-SWAP"}]})");
  EXPECT_LT(std::stoll(venue.last(market).at("/data/0/seqId")), 1000);
}

TEST(VenueFaults, D58_AMaintenanceWindowIsToldAndOrdersWait) {
  Venue venue;
  const ConnectionId watcher = venue.open("/ws/v5/public");
  venue.text(watcher, kStatus);
  const ConnectionId id = venue.open_private();
  venue.text(id, venue.order("1", "5", "buy", "limit", "61000", "1"));
  venue.take(watcher);
  venue.fault(R"({"maintenance":{"lead_ms":1000,"for":"3s"}})");
  EXPECT_EQ(venue.last(watcher).at("/data/0/state"), "scheduled");
  const auto order = [&](const std::string& frame) {
    venue.text(id, frame);
    const auto frames = venue.take(id);
    return frames.empty() ? std::string() : Json(frames[0]).at("/data/0/sCode");
  };
  EXPECT_EQ(order(venue.order("1", "6", "buy", "limit", "61000", "1")), "0");
  venue.advance(milliseconds(1100));
  EXPECT_EQ(venue.last(watcher).at("/data/0/state"), "ongoing");
  EXPECT_EQ(venue.get("/api/v5/system/status?state=ongoing").size("/data"), 1u);
  EXPECT_EQ(order(venue.order("1", "7", "buy", "limit", "61000", "1")), "50001");
  EXPECT_EQ(order(fmt::format(
                R"({{"id":"2","op":"cancel-order","args":[{{"instIdCode":{},"clOrdId":"5"}}]}})",
                venue.swap_code)),
            "0")
      << "cancels work";
  venue.advance(seconds(2));
  EXPECT_EQ(venue.last(watcher).at("/data/0/state"), "completed");
  EXPECT_EQ(order(venue.order("1", "8", "buy", "limit", "61000", "1")), "0");
}

TEST(VenueFaults, D59_ARegionIsDownForAWhile) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.fault(R"({"down":{"for":"2s","status":502}})");
  EXPECT_EQ(venue.output.closes.at(id), 0);
  EXPECT_EQ(venue.server->on_upgrade("/ws/v5/public", "127.0.0.1:1", venue.now), 502);
  EXPECT_EQ(venue.http({"GET", "/api/v5/public/time", {}, ""}).status, 502);
  EXPECT_EQ(venue.http({"GET", "/sim/v1/faults", {}, ""}).status, 200) << "its switches work";
  venue.advance(milliseconds(2100));
  EXPECT_EQ(venue.server->on_upgrade("/ws/v5/public", "127.0.0.1:1", venue.now), 0);
}

TEST(FaultOrders, HaveTimesAndComeAgain) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  EXPECT_EQ(venue.fault(R"({"fault":"send_raw","text":"x","at":"1s","every":"500ms","count":3})")
                .at("/ids/0"),
            "1");
  venue.advance(milliseconds(990));
  EXPECT_TRUE(venue.take(id).empty());
  EXPECT_EQ(venue.get("/sim/v1/faults").at("/to_come/0/fault"), "send_raw");
  venue.advance(milliseconds(20));
  EXPECT_EQ(venue.take(id).size(), 1u);
  venue.advance(seconds(5));
  EXPECT_EQ(venue.take(id).size(), 2u);
  EXPECT_EQ(venue.get("/sim/v1/faults").at("/happened/send_raw"), "3");
}

TEST(FaultOrders, OfALastingKindEndAndBeginAgain) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.fault(R"({"fault":"half_open","at":"1s","for":"1s","every":"3s"})");
  std::string heard;
  for (int i = 0; i < 8; ++i) {
    venue.text(id, "ping");
    heard += venue.take(id).empty() ? "." : "p";
    venue.advance(seconds(1));
  }
  EXPECT_EQ(heard, "p.pp.pp.");
}

TEST(FaultOrders, AreListedEndedByIdByNameAndAll) {
  Venue venue;
  venue.fault(
      R"({"faults":[{"drop_ack":{"op":"order"}},{"fault":"latency","ms":5},{"stall":{}}]})");
  const Json listed = venue.get("/sim/v1/faults");
  ASSERT_EQ(listed.size("/on"), 3u);
  EXPECT_EQ(listed.at("/on/0/fault"), "drop_ack");
  EXPECT_EQ(listed.at("/on/0/left"), "1");
  EXPECT_EQ(listed.at("/on/1/ms"), "5");
  const auto end = [&](const std::string& query) {
    return Json(venue.http({"DELETE", "/sim/v1/faults" + query, {}, ""}).body).size("/on");
  };
  EXPECT_EQ(end("?id=" + listed.at("/on/1/id")), 2u);
  EXPECT_EQ(end("?fault=stall"), 1u);
  EXPECT_EQ(end(""), 0u);
}

TEST(FaultOrders, AreNotAllEndedByAMistypedWish) {
  Venue venue;
  venue.fault(R"({"faults":[{"latency":{"ms":5}},{"stall":{"direction":"in"}}]})");
  const auto on = [&] { return venue.get("/sim/v1/faults").size("/on"); };
  ASSERT_EQ(on(), 2u);
  for (const char* const query :
       {"?fualt=stall", "?id=", "?id=0", "?id=x", "?id=9999999999999999999",
        "?fault=", "?fault=stal", "?all", "?Id=1", "?fault=stall&id=1"}) {
    EXPECT_EQ(venue.http({"DELETE", std::string("/sim/v1/faults") + query, {}, ""}).status, 400)
        << query;
    EXPECT_EQ(on(), 2u) << query;
  }
  for (const char* const wish : {"0", "{}", "[]", "null", "false", "-1", "1.5", R"("")",
                                 R"("stal")", R"({"fault":"stall"})"}) {
    const std::string body = fmt::format(R"({{"clear":{}}})", wish);
    EXPECT_EQ(venue.http({"POST", "/sim/v1/faults", {}, body}).status, 400) << body;
    EXPECT_EQ(on(), 2u) << body;
  }
  EXPECT_EQ(venue.http({"POST", "/sim/v1/faults", {}, R"({"clear":"stall"})"}).status, 200);
  EXPECT_EQ(on(), 1u);
  EXPECT_EQ(venue.http({"DELETE", "/sim/v1/faults?", {}, ""}).status, 200);
  EXPECT_EQ(on(), 0u);
}

TEST(FaultOrders, ThatAreWrongAreRefusedWholeAndSayWhy) {
  Venue venue;
  const auto error_of = [&](const std::string& order) {
    const HttpResponse response = venue.http({"POST", "/sim/v1/faults", {}, order});
    EXPECT_EQ(response.status, 400) << order;
    return Json(response.body).at("/error");
  };
  EXPECT_EQ(error_of("{"), "the body is not JSON");
  EXPECT_NE(error_of(R"({"drop_ack":{"opp":"order"}})").find("takes no \"opp\"; it takes op"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"stall":{"for":"soon"}})").find("for can not be soon"), std::string::npos);
  EXPECT_NE(error_of(R"({"stall":5})").find("want an object"), std::string::npos);
  EXPECT_EQ(error_of(R"({"drop_ack":{},"explode":{}})"), "unknown fault: explode");
  EXPECT_EQ(venue.get("/sim/v1/faults").size("/on"), 0u);
}

TEST(FaultOrders, OfAScenarioAreTakenAtTheStart) {
  Venue venue([](Settings settings) {
    settings.scenario = {R"({"fault":"down","at":"1s","for":"1s"})"};
    return settings;
  });
  const auto status = [&] { return venue.http({"GET", "/api/v5/public/time", {}, ""}).status; };
  EXPECT_EQ(status(), 200);
  venue.advance(milliseconds(1500));
  EXPECT_EQ(status(), 503);
  venue.advance(seconds(1));
  EXPECT_EQ(status(), 200);
}

/// Everything that the venue sends in a minute of trading under faults of that seed.
std::string run_with_seed(std::uint64_t seed, std::set<std::string>* kinds = nullptr) {
  static std::uint64_t given;
  given = seed;
  Venue venue([](Settings settings) {
    settings.limits = no_limits();
    settings.fault_seed = given;
    settings.fault_intensity = 5;
    return settings;
  });
  std::string all;
  ConnectionId id = 0;
  for (int i = 0; i < 6'000; ++i) {
    venue.advance(milliseconds(10));
    if (id == 0 || venue.output.closes.contains(id)) {
      if (venue.server->on_upgrade("/ws/v5/private", "127.0.0.1:1", venue.now) != 0) continue;
      id = ++venue.last_connection;
      venue.server->on_open(id, "/ws/v5/private", "127.0.0.1:1", venue.now);
      venue.text(id, venue.login_text());
      venue.text(id, R"({"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]})");
    }
    if (i % 10 == 0)
      venue.text(id, venue.order("1", std::to_string(i), i % 20 == 0 ? "buy" : "sell", "ioc",
                                 "61250", "1"));
    for (const std::string& frame : venue.take(id)) all += frame;
  }
  const Json listed = venue.get("/sim/v1/faults");
  if (kinds != nullptr) {
    for (const FaultInfo& info : fault_table()) {
      if (listed.at("/happened/" + std::string(info.id)) != "<none>")
        kinds->insert(std::string(info.id));
    }
  }
  EXPECT_EQ(venue.get("/sim/v1/truth").at("/money_ok"), "true");
  return all;
}

TEST(FaultSeed, MixesManyKindsTheSameForTheSameSeed) {
  std::set<std::string> kinds;
  const std::string first = run_with_seed(11, &kinds);
  EXPECT_EQ(first, run_with_seed(11));
  EXPECT_NE(first, run_with_seed(12));
  EXPECT_GT(kinds.size(), 20u);
}

TEST(FaultTable, SaysOfEveryFaultWhatItIsAndWhatItTakes) {
  const std::string text = describe_faults();
  std::set<std::string_view> ids;
  for (const FaultInfo& info : fault_table()) {
    EXPECT_TRUE(ids.insert(info.id).second) << info.id;
    EXPECT_EQ(find_fault(info.id), &info);
    EXPECT_FALSE(info.description.empty());
    EXPECT_FALSE(info.controls.empty());
    EXPECT_NE(text.find(std::string(info.id) + "  ["), std::string::npos);
  }
}

// Every fault can be ordered by its name alone, and what a seed orders is understood.
TEST(FaultTable, HasNoFaultThatCannotBeOrdered) {
  Venue venue;
  for (const FaultInfo& info : fault_table()) {
    EXPECT_EQ(venue.fault("{\"" + std::string(info.id) + "\":{}}").at("/ok"), "true") << info.id;
    venue.fault(R"({"clear":true})");
    venue.advance(milliseconds(10));
  }
}

}  // namespace
}  // namespace gannet::okx_server
