// Faults of REST. RELIABILITY D10, D13, D21, D22, D27-D30, D35.
#include <gtest/gtest.h>

#include <set>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

struct RestDesk {
  Venue venue;
  ConnectionId id;
  RestDesk() : id(venue.open_private()) {}
  void place(std::string_view client_id, std::string_view at = "61000") {
    venue.text(id, venue.order("1", client_id, "buy", "limit", at, "1"));
  }
  void cancel(std::string_view client_id) {
    venue.text(
        id, fmt::format(
                R"({{"id":"2","op":"cancel-order","args":[{{"instIdCode":{},"clOrdId":"{}"}}]}})",
                venue.swap_code, client_id));
  }
  Json pending(const std::string& query = "") {
    return venue.get("/api/v5/trade/orders-pending" + query);
  }
};

constexpr std::string_view kBody =
    R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","clOrdId":"77","side":"buy","ordType":"limit","px":"61000","sz":"1"})";

TEST(RestFaults, D10_EveryStatusOfAnEdgeComesWithAPageAndNoJson) {
  Venue venue;
  for (const int status : {429, 500, 502, 503, 504}) {
    venue.fault(
        fmt::format(R"({{"http_status":{{"path":"/api/v5/public/time","status":{}}}}})", status));
    const HttpResponse response = venue.http({"GET", "/api/v5/public/time", {}, ""});
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.header("Content-Type"), "text/html");
  }
}

TEST(RestFaults, D21_ALongBanLastsUntilItIsOver) {
  Venue venue;
  venue.fault(R"({"http_status":{"status":429,"for":"60s"}})");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(venue.http({"GET", "/api/v5/public/time", {}, ""}).status, 429);
    venue.advance(seconds(11));
  }
  venue.advance(seconds(6));
  EXPECT_EQ(venue.http({"GET", "/api/v5/public/time", {}, ""}).status, 200);
}

TEST(RestFaults, D22_CodesOfTheVenueInTroubleComeWithTheirStatus) {
  Venue venue;
  for (const auto& [code, status] : std::vector<std::pair<const char*, int>>{
           {"50001", 503}, {"50004", 400}, {"50013", 429}, {"50026", 500}, {"51149", 500}}) {
    venue.fault(
        fmt::format(R"({{"http_status":{{"path":"/api/v5/trade/order","status":{},"code":"{}"}}}})",
                    status, code));
    const HttpResponse response =
        venue.http(venue.signed_request("POST", "/api/v5/trade/order", std::string(kBody)));
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(Json(response.body).at("/code"), code);
  }
  EXPECT_EQ(venue.get("/sim/v1/truth").size("/orders"), 0u);
}

TEST(RestFaults, D13_AnAnswerIsLostAfterOrBeforeTheEffect) {
  Venue venue;
  venue.fault(R"({"http_status":{"path":"/api/v5/trade/order","status":504,"after_effect":true}})");
  EXPECT_EQ(
      venue.http(venue.signed_request("POST", "/api/v5/trade/order", std::string(kBody))).status,
      504);
  EXPECT_EQ(venue.get("/sim/v1/truth").size("/orders"), 1u);
  venue.fault(R"({"http_cut":{"path":"/api/v5/trade/order","byte":10}})");
  venue.http(venue.signed_request("POST", "/api/v5/trade/order", std::string(kBody)));
  EXPECT_EQ(venue.server->delivery().cut_after, 10u);
  venue.fault(R"({"http_cut":{"path":"/api/v5/trade/cancel-order","before_effect":true}})");
  venue.http(venue.signed_request("POST", "/api/v5/trade/cancel-order",
                                  R"({"instId":"BTC-USDT-SWAP","clOrdId":"77"})"));
  EXPECT_EQ(venue.server->delivery().cut_after, 0u);
  EXPECT_EQ(venue.get("/sim/v1/truth").at("/orders/0/state"), "live");
}

TEST(RestFaults, D14_AnAnswerIsAsOfNowAndComesLater) {
  Venue venue;
  venue.fault(R"({"http_delay":{"path":"/api/v5/public/time","ms":800}})");
  venue.http({"GET", "/api/v5/public/time", {}, ""});
  EXPECT_EQ(venue.server->delivery().delay, milliseconds(800));
  venue.http({"GET", "/api/v5/public/time", {}, ""});
  EXPECT_EQ(venue.server->delivery().delay, Nanos{});
}

TEST(RestFaults, D27_PagesOverlapAndFail) {
  RestDesk desk;
  for (int i = 0; i < 5; ++i) desk.place(std::to_string(100 + i));
  const std::string last = desk.pending("?limit=2").at("/data/1/ordId");
  const Json next = desk.pending("?limit=2&after=" + last);
  EXPECT_NE(next.at("/data/0/ordId"), last);
  desk.venue.fault(R"({"page_overlap":{"path":"/api/v5/trade/orders-pending"}})");
  EXPECT_EQ(desk.pending("?limit=2&after=" + last).at("/data/0/ordId"), last);
  desk.venue.fault(R"({"page_error":{}})");
  EXPECT_EQ(desk.pending("?limit=2").at("/code"), "0") << "the first page comes";
  EXPECT_EQ(desk.pending("?limit=2&after=" + last).at("/code"), "50026");
}

// RELIABILITY D27: the client's pages and what there really is, for every length that matters.
TEST(RestFaults, D27_PendingListsOfEveryLengthComeInPages) {
  RestDesk desk;
  sim::NewOrder order;
  order.user = 1;
  order.instrument = desk.venue.swap;
  order.price = desk.venue.price("61000");
  order.quantity = desk.venue.lots("0.01");
  std::size_t placed = 0;
  for (const std::size_t length : {0u, 1u, 99u, 100u, 101u, 205u}) {
    for (; placed < length; ++placed) desk.venue.server->exchange().place(order, desk.venue.now);
    desk.venue.advance(seconds(3));
    std::set<std::string> seen;
    std::string after;
    std::size_t pages = 0;
    for (std::size_t rows = 100; rows == 100; ++pages) {
      const Json page = desk.pending(after.empty() ? "" : "?after=" + after);
      rows = page.size("/data");
      for (std::size_t i = 0; i < rows; ++i)
        seen.insert(after = page.at(fmt::format("/data/{}/ordId", i)));
    }
    EXPECT_EQ(seen.size(), length);
    EXPECT_EQ(pages, length / 100 + 1);
  }
}

TEST(RestFaults, D27_TheListChangesBetweenPages) {
  RestDesk desk;
  for (int i = 0; i < 6; ++i) desk.place(std::to_string(100 + i));
  const std::string path = "/api/v5/trade/orders-pending";
  const auto names = [&](const std::string& query) {
    const Json rows = desk.pending(query);
    std::string all;
    for (std::size_t i = 0; i < rows.size("/data"); ++i)
      all += rows.at(fmt::format("/data/{}/clOrdId", i)) + " ";
    return all;
  };
  const std::string last = desk.pending("?limit=2").at("/data/1/ordId");
  const std::string further = "?limit=2&after=" + last;
  desk.venue.fault(R"({"page_change":{"path":")" + path + R"("}})");
  EXPECT_EQ(names("?limit=2"), "105 104 ") << "a first page is no further page";
  EXPECT_EQ(names(further), "102 101 ") << "103 was cancelled meanwhile";
  desk.venue.fault(R"({"page_change":{"how":"fill"}})");
  EXPECT_EQ(names(further), "101 100 ") << "102 was filled meanwhile";
  desk.venue.fault(R"({"page_change":{"how":"new"}})");
  EXPECT_EQ(names(further), "101 100 ");
  EXPECT_EQ(desk.pending("?limit=1").at("/data/0/clOrdId"), "")
      << "placed behind the client's back";
  EXPECT_EQ(desk.venue.get("/sim/v1/truth").at("/positions/0/pos"), "1");
}

TEST(RestFaults, D28_AReplicaShowsWhatWasSomeTimeAgo) {
  RestDesk desk;
  desk.place("5");
  desk.venue.advance(seconds(1));
  desk.venue.fault(R"({"replica_lag":{"ms":2000}})");
  desk.place("6");
  desk.cancel("5");
  const auto one = [&](const std::string& client_id) {
    return desk.venue.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=" + client_id);
  };
  EXPECT_EQ(one("6").at("/code"), "51603") << "acknowledged, and not there yet";
  EXPECT_EQ(one("5").at("/data/0/state"), "live");
  ASSERT_EQ(desk.pending().size("/data"), 1u);
  EXPECT_EQ(desk.pending().at("/data/0/clOrdId"), "5");
  desk.venue.advance(milliseconds(2100));
  EXPECT_EQ(one("6").at("/data/0/state"), "live");
  EXPECT_EQ(one("5").at("/data/0/state"), "canceled");
  ASSERT_EQ(desk.pending().size("/data"), 1u);
  EXPECT_EQ(desk.pending().at("/data/0/clOrdId"), "6");
}

TEST(RestFaults, D28_AReplicasPositionsFillsAndMoneyAreOldToo) {
  RestDesk desk;
  desk.venue.fault(R"({"replica_lag":{"ms":1000,"for":"10s"}})");
  desk.venue.advance(seconds(2));
  desk.venue.market_order(Side::Sell, "61251", "1");
  desk.place("5", "61251");
  desk.venue.advance(milliseconds(100));
  const std::string positions = "/api/v5/account/positions";
  const std::string fills = "/api/v5/trade/fills";
  EXPECT_EQ(desk.venue.get(positions).size("/data"), 0u);
  EXPECT_EQ(desk.venue.get(fills).size("/data"), 0u);
  desk.venue.advance(milliseconds(1000));
  EXPECT_EQ(desk.venue.get(positions).at("/data/0/pos"), "1");
  EXPECT_EQ(desk.venue.get(fills).size("/data"), 1u);
}

TEST(RestFaults, D29_D30_RowsAreMissingReversedOrTooFew) {
  RestDesk desk;
  for (int i = 0; i < 3; ++i) desk.place(std::to_string(100 + i));
  const auto names = [&] {
    const Json rows = desk.pending();
    std::string all;
    for (std::size_t i = 0; i < rows.size("/data"); ++i)
      all += rows.at(fmt::format("/data/{}/clOrdId", i)) + " ";
    return all;
  };
  EXPECT_EQ(names(), "102 101 100 ");
  desk.venue.fault(R"({"missing_row":{"path":"/api/v5/trade/orders-pending","row":1}})");
  EXPECT_EQ(names(), "102 100 ");
  desk.venue.fault(R"({"reverse_rows":{}})");
  EXPECT_EQ(names(), "100 101 102 ");
  desk.venue.fault(R"({"truncate_list":{"keep":1}})");
  EXPECT_EQ(names(), "102 ");
  desk.venue.fault(R"({"empty_list":{}})");
  EXPECT_EQ(names(), "");
  EXPECT_EQ(names(), "102 101 100 ");
}

TEST(RestFaults, D35_FieldsOfAnswersAreWrittenWrongly) {
  Venue venue;
  venue.fault(R"({"malform":{"path":"/api/v5/public/time","how":"number","field":"ts"}})");
  const std::string body = venue.http({"GET", "/api/v5/public/time", {}, ""}).body;
  EXPECT_EQ(body.find("\"ts\":\""), std::string::npos) << body;
  EXPECT_TRUE(Json(body).ok());
}

}  // namespace
}  // namespace gannet::okx_server
