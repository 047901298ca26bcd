#include <gtest/gtest.h>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

struct Desk {
  Venue venue;
  ConnectionId id;
  Desk() : id(venue.open_private()) {
    venue.text(id, R"({"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]})");
    venue.take(id);
  }
  std::vector<std::string> place(std::string_view client_id) {
    venue.text(id, venue.order("1", client_id, "buy", "limit", "61000", "1"));
    return venue.take(id);
  }
};

TEST(Faults, CutNamedConnectionsWithoutAGoodbye) {
  Venue venue;
  const ConnectionId market = venue.open("/ws/v5/public");
  const ConnectionId account = venue.open("/ws/v5/private");
  EXPECT_EQ(venue.fault(R"({"cut":{"connection":"private","once":true}})").at("/ok"), "true");
  EXPECT_EQ(venue.output.closes.at(account), 0);
  EXPECT_FALSE(venue.output.closes.contains(market));
  const Json listed = venue.get("/sim/v1/connections");
  ASSERT_EQ(listed.size(""), 1u);
  EXPECT_EQ(listed.at("/0/path"), "public");
  venue.fault(R"({"close":{"connection":")" + listed.at("/0/connId") + R"(","code":4006}})");
  EXPECT_EQ(venue.output.closes.at(market), 4006);
  venue.on_closed_by_peer(account);  // the transport's word comes later: nothing happens
}

TEST(Faults, StandingCutsHitEveryNewConnectionUntilCleared) {
  Venue venue;
  venue.fault(R"({"cut":{"connection":"public","once":false}})");
  const ConnectionId id = venue.open("/ws/v5/public");
  EXPECT_EQ(venue.output.closes.at(id), 0);
  venue.fault(R"({"clear":true})");
  EXPECT_FALSE(venue.output.closes.contains(venue.open("/ws/v5/public")));
}

TEST(Faults, AnnounceAnUpgradeAndCloseLater) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.fault(R"({"notice64008":{"connection":"all","close_after_ms":1000}})");
  EXPECT_EQ(venue.last(id).at("/event"), "notice");
  EXPECT_EQ(venue.last(id).at("/code"), "64008");
  venue.advance(milliseconds(900));
  EXPECT_FALSE(venue.output.closes.contains(id));
  venue.advance(milliseconds(200));
  EXPECT_TRUE(venue.output.closes.contains(id));
}

TEST(Faults, LoseAcksAndRequests) {
  Desk desk;
  desk.venue.fault(R"({"drop_ack":{"op":"order","count":1}})");
  const auto pushed = desk.place("5");
  ASSERT_EQ(pushed.size(), 1u);
  EXPECT_EQ(Json(pushed[0]).at("/data/0/state"), "live");
  desk.venue.fault(R"({"drop_request":{"op":"order","count":1}})");
  EXPECT_TRUE(desk.place("6").empty());
  EXPECT_EQ(desk.place("7").size(), 2u);
  EXPECT_EQ(desk.venue.get("/sim/v1/truth").size("/orders"), 2u);
}

TEST(Faults, DelayAcksAndPushesAndDoublePushes) {
  Desk desk;
  desk.venue.fault(R"({"late_ack":{"op":"order","ms":50}})");
  EXPECT_EQ(Json(desk.place("5").at(0)).at("/data/0/state"), "live");
  desk.venue.advance(milliseconds(60));
  EXPECT_EQ(Json(desk.venue.take(desk.id).at(0)).at("/op"), "order");
  desk.venue.fault(R"({"delay_push":{"channel":"orders","ms":50}})");
  EXPECT_EQ(desk.place("6").size(), 1u);
  desk.venue.advance(milliseconds(60));
  EXPECT_EQ(desk.venue.take(desk.id).size(), 1u);
  desk.venue.fault(R"({"duplicate_push":{"channel":"orders"}})");
  const auto doubled = desk.place("7");
  ASSERT_EQ(doubled.size(), 3u);
  EXPECT_EQ(doubled[1], doubled[2]);
}

TEST(Faults, RejectWithAnyCodeAndAnswerAnyStatus) {
  Desk desk;
  desk.venue.fault(R"({"reject_code":{"op":"order","code":"51149","count":1}})");
  EXPECT_EQ(Json(desk.place("5").at(0)).at("/data/0/sCode"), "51149");
  EXPECT_EQ(desk.venue.get("/sim/v1/truth").size("/orders"), 0u);
  desk.venue.fault(R"({"http_status":{"path":"/api/v5/public/time","status":503,"count":1}})");
  const HttpResponse response = desk.venue.http({"GET", "/api/v5/public/time", {}, ""});
  EXPECT_EQ(response.status, 503);
  EXPECT_FALSE(Json(response.body).ok());
  EXPECT_EQ(desk.venue.http({"GET", "/api/v5/public/time", {}, ""}).status, 200);
}

TEST(Faults, AreForLoopbackPeersAlone) {
  Venue venue;
  EXPECT_EQ(venue.server->on_http({"GET", "/sim/v1/truth", {}, ""}, "10.1.2.3:4", venue.now).status,
            403);
  EXPECT_EQ(venue.http({"POST", "/sim/v1/faults", {}, R"({"explode":{}})"}).status, 400);
}

TEST(Truth, HoldsEveryOrderFillPositionAndBalance) {
  Desk desk;
  desk.venue.market_order(Side::Sell, "61251", "1");
  desk.venue.text(desk.id, desk.venue.order("1", "5", "buy", "ioc", "61251", "2"));
  const Json truth = desk.venue.get("/sim/v1/truth");
  ASSERT_EQ(truth.size("/orders"), 1u);
  EXPECT_EQ(truth.at("/orders/0/clOrdId"), "5");
  EXPECT_EQ(truth.at("/orders/0/state"), "canceled");
  EXPECT_EQ(truth.at("/orders/0/accFillSz"), "1");
  EXPECT_EQ(truth.at("/orders/0/avgPx"), "61251");
  EXPECT_EQ(truth.at("/orders/0/fee"), "-0.306255");
  ASSERT_EQ(truth.size("/fills"), 1u);
  EXPECT_EQ(truth.at("/fills/0/ordId"), truth.at("/orders/0/ordId"));
  EXPECT_EQ(truth.at("/positions/0/pos"), "1");
  EXPECT_EQ(truth.at("/balances/0/ccy").empty(), false);
  EXPECT_EQ(truth.at("/money_ok"), "true");
}

TEST(Server, SaysTheSameForTheSameInputs) {
  const auto run = [] {
    Desk desk;
    desk.venue.market_order(Side::Sell, "61251", "1");
    std::string all;
    for (const std::string& frame : desk.place("5")) all += frame;
    desk.venue.advance(seconds(1));
    for (const std::string& frame : desk.venue.take(desk.id)) all += frame;
    return all + desk.venue.http(desk.venue.signed_request("GET", "/sim/v1/truth")).body;
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace gannet::okx_server
