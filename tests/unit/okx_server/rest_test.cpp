#include <gtest/gtest.h>

#include <set>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

std::string rest_order(std::string_view client_id, std::string_view at) {
  return fmt::format(
      R"({{"instId":"BTC-USDT-SWAP","tdMode":"cross","clOrdId":"{}","side":"buy","ordType":"limit","px":"{}","sz":"0.01"}})",
      client_id, at);
}

TEST(RestPublic, TellsTimeInMillisecondsWithoutASignature) {
  Venue venue;
  const Json json(venue.http({"GET", "/api/v5/public/time", {}, ""}).body);
  EXPECT_EQ(json.at("/code"), "0");
  EXPECT_EQ(json.at("/data/0/ts"), std::to_string(to_unix_millis(venue.now)));
}

TEST(RestPublic, ListsInstrumentsWithTheirCodes) {
  Venue venue;
  const Json json(venue.http({"GET", "/api/v5/public/instruments?instType=SPOT", {}, ""}).body);
  ASSERT_EQ(json.size("/data"), 1u);
  EXPECT_EQ(json.at("/data/0/instId"), "BTC-USDT");
  EXPECT_EQ(json.at("/data/0/baseCcy"), "BTC");
  EXPECT_EQ(json.at("/data/0/ctVal"), "");
  EXPECT_EQ(json.at("/data/0/instIdCode"), std::to_string(venue.spot_code));
  EXPECT_EQ(venue.get("/api/v5/account/instruments?instType=SWAP").at("/data/0/settleCcy"), "USDT");
}

TEST(RestPublic, KnowsPathsAndMethods) {
  Venue venue;
  EXPECT_EQ(venue.http({"GET", "/api/v5/none", {}, ""}).status, 404);
  EXPECT_EQ(venue.http({"POST", "/api/v5/public/time", {}, ""}).status, 405);
  EXPECT_EQ(Json(venue.http({"GET", "/api/v5/market/ticker?instId=X", {}, ""}).body).at("/code"),
            "51001");
  EXPECT_EQ(Json(venue.http({"GET", "/api/v5/market/ticker", {}, ""}).body).at("/code"), "50014");
}

TEST(RestPublic, LimitsByAddress) {
  Venue venue;
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(venue.http({"GET", "/api/v5/public/time", {}, ""}).status, 200);
  const HttpResponse refused = venue.http({"GET", "/api/v5/public/time", {}, ""});
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(Json(refused.body).at("/code"), "50011");
  venue.advance(seconds(2));
  EXPECT_EQ(venue.http({"GET", "/api/v5/public/time", {}, ""}).status, 200);
}

// 10 in 2 s by address and instrument (PROTOCOL 9): what the route ignores names no other bucket.
TEST(RestPublic, LimitsByInstrumentAreNotEscapedByJunkParameters) {
  const auto served = [](std::string_view target, auto junk) {
    Venue venue;
    int count = 0;
    for (int i = 0; i < 60; ++i) {
      const std::string asked = fmt::format("/api/v5/public/{}{}", target, junk(i));
      count += venue.http({"GET", asked, {}, ""}).status == 200;
    }
    return count;
  };
  const auto named = [](std::string_view name) {
    return [name](int i) { return fmt::format("&{}=j{}", name, i); };
  };
  const std::string_view funding = "funding-rate?instId=BTC-USDT-SWAP";
  EXPECT_EQ(served(funding, named("instFamily")), 10);
  EXPECT_EQ(served(funding, named("instType")), 10);
  const auto kind = [](int i) { return i % 2 == 0 ? "&instType=SWAP" : "&instType=SPOT"; };
  EXPECT_EQ(served(funding, kind), 10);
  EXPECT_EQ(served("mark-price?instType=SWAP", named("instFamily")), 10);
  const auto list = [](int i) {
    return "&instId=BTC-USDT-SWAP" + std::string(static_cast<std::size_t>(1 + i % 9), ',');
  };
  EXPECT_EQ(served("mark-price?instType=SWAP", list), 10);
  // Two instruments have a bucket each.
  const auto both = [](int i) { return i % 2 == 0 ? "BTC-USDT-SWAP" : "BTC-USDT"; };
  EXPECT_EQ(served("mark-price?instType=SWAP&instId=", both), 20);
}

TEST(RestOrders, PlaceQueryAmendAndCancelByName) {
  Venue venue;
  const Json placed = venue.post("/api/v5/trade/order", rest_order("41", "61000"));
  ASSERT_EQ(placed.at("/code"), "0");
  EXPECT_NE(placed.at("/inTime"), "<none>");
  const Json found = venue.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=41");
  EXPECT_EQ(found.at("/data/0/ordId"), placed.at("/data/0/ordId"));
  EXPECT_EQ(found.at("/data/0/state"), "live");
  EXPECT_EQ(found.at("/data/0/avgPx"), "");
  EXPECT_EQ(venue
                .post("/api/v5/trade/amend-order",
                      R"({"instId":"BTC-USDT-SWAP","clOrdId":"41","newSz":"0.02"})")
                .at("/code"),
            "0");
  EXPECT_EQ(venue.post("/api/v5/trade/cancel-order", R"({"instId":"BTC-USDT-SWAP","clOrdId":"41"})")
                .at("/code"),
            "0");
  EXPECT_EQ(venue.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=41").at("/data/0/sz"),
            "0.02");
  EXPECT_EQ(venue.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=nope").at("/code"),
            "51603");
  EXPECT_EQ(
      venue.post("/api/v5/trade/order", R"({"instIdCode":1,"tdMode":"cross"})").at("/data/0/sCode"),
      "50014");
}

TEST(RestOrders, ForgetsUnfilledCancelledOrdersAfterTwoHours) {
  Venue venue;
  venue.post("/api/v5/trade/order", rest_order("41", "61000"));
  venue.post("/api/v5/trade/cancel-order", R"({"instId":"BTC-USDT-SWAP","clOrdId":"41"})");
  EXPECT_EQ(venue.get("/api/v5/trade/orders-history?instType=SWAP").size("/data"), 1u);
  venue.now = venue.now + seconds(2 * 3600 + 1);
  EXPECT_EQ(venue.get("/api/v5/trade/orders-history?instType=SWAP").size("/data"), 0u);
  EXPECT_EQ(venue.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=41").at("/code"), "51603");
}

TEST(RestOrders, PagesOfPendingOrdersJoinWithoutHoleOrDouble) {
  Venue venue(without_limits);
  for (int i = 0; i < 250; ++i)
    venue.post("/api/v5/trade/order", rest_order(std::to_string(1000 + i), "60000"));
  std::set<std::string> seen;
  std::string after;
  int pages = 0;
  for (; pages < 10; ++pages) {
    const Json page = venue.get("/api/v5/trade/orders-pending?instType=SWAP" +
                                (after.empty() ? "" : "&after=" + after));
    const std::size_t rows = page.size("/data");
    if (rows == 0) break;
    for (std::size_t i = 0; i < rows; ++i) {
      after = page.at(fmt::format("/data/{}/ordId", i));
      EXPECT_TRUE(seen.insert(after).second);
    }
  }
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen.size(), 250u);
  EXPECT_EQ(venue.get("/api/v5/trade/orders-pending?limit=7").size("/data"), 7u);
  EXPECT_EQ(venue.get("/api/v5/trade/orders-pending?instType=SPOT").size("/data"), 0u);
  EXPECT_EQ(venue.get("/api/v5/trade/orders-pending?before=" + *seen.begin() + "&limit=100")
                .size("/data"),
            100u);
}

TEST(RestOrders, ListFillsByBillNewestFirst) {
  Venue venue(without_limits);
  venue.market_order(Side::Sell, "61251", "1");
  venue.market_order(Side::Sell, "61252", "1");
  venue.post(
      "/api/v5/trade/order",
      R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","clOrdId":"9","tag":"e1","side":"buy","ordType":"ioc","px":"61252","sz":"1.5"})");
  const Json fills = venue.get("/api/v5/trade/fills?instType=SWAP");
  ASSERT_EQ(fills.size("/data"), 2u);
  EXPECT_EQ(fills.at("/data/0/fillPx"), "61252");
  EXPECT_EQ(fills.at("/data/0/fillSz"), "0.5");
  EXPECT_EQ(fills.at("/data/0/execType"), "T");
  EXPECT_EQ(fills.at("/data/0/tag"), "e1");
  EXPECT_EQ(venue.get("/api/v5/trade/fills?after=" + fills.at("/data/0/billId")).size("/data"), 1u);
  EXPECT_EQ(venue.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=9")
                .at("/data/0/avgPx")
                .substr(0, 14),
            "61251.33333333");
  EXPECT_GT(venue.get("/api/v5/account/bills").size("/data"), 2u);
}

TEST(CancelAllAfter, FiresByTagOnTheTimerUnlessItIsFed) {
  Venue venue(without_limits);
  const auto place = [&](std::string_view tag, std::string_view id) {
    venue.post(
        "/api/v5/trade/order",
        fmt::format(
            R"({{"instId":"BTC-USDT-SWAP","tdMode":"cross","clOrdId":"{}","tag":"{}","side":"buy","ordType":"limit","px":"61000","sz":"1"}})",
            id, tag));
  };
  place("e1", "1");
  place("e2", "2");
  EXPECT_EQ(
      venue.post("/api/v5/trade/cancel-all-after", R"({"timeOut":"10","tag":"e1"})").at("/code"),
      "0");
  venue.advance(seconds(9));
  EXPECT_EQ(
      venue.post("/api/v5/trade/cancel-all-after", R"({"timeOut":"10","tag":"e1"})").at("/code"),
      "0");
  venue.advance(seconds(9));
  EXPECT_EQ(venue.get("/api/v5/trade/orders-pending").size("/data"), 2u);
  venue.advance(seconds(2));
  EXPECT_EQ(venue.get("/api/v5/trade/orders-pending").size("/data"), 1u);
  EXPECT_EQ(
      venue.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=1").at("/data/0/cancelSource"),
      "20");
  venue.post("/api/v5/trade/cancel-all-after", R"({"timeOut":"10"})");
  venue.post("/api/v5/trade/cancel-all-after", R"({"timeOut":"0"})");
  venue.advance(seconds(11));
  EXPECT_EQ(venue.get("/api/v5/trade/orders-pending").size("/data"), 1u);
  EXPECT_EQ(venue.post("/api/v5/trade/cancel-all-after", R"({"timeOut":"5"})").at("/code"),
            "51000");
}

TEST(RestAccount, TellsConfigLeverageAndFees) {
  Venue venue;
  const Json config = venue.get("/api/v5/account/config");
  EXPECT_EQ(config.at("/data/0/acctLv"), "2");
  EXPECT_EQ(config.at("/data/0/posMode"), "net_mode");
  EXPECT_EQ(config.at("/data/0/perm"), "read_only,trade");
  EXPECT_EQ(
      venue.post("/api/v5/account/set-position-mode", R"({"posMode":"net_mode"})").at("/code"),
      "0");
  EXPECT_EQ(venue.get("/api/v5/account/leverage-info?instId=BTC-USDT-SWAP&mgnMode=cross")
                .at("/data/0/lever"),
            "5");
  venue.post("/api/v5/account/set-leverage",
             R"({"instId":"BTC-USDT-SWAP","lever":"8","mgnMode":"cross"})");
  EXPECT_EQ(venue.get("/api/v5/account/leverage-info?instId=BTC-USDT-SWAP&mgnMode=cross")
                .at("/data/0/lever"),
            "8");
  EXPECT_EQ(venue.get("/api/v5/account/trade-fee?instType=SWAP").at("/data/0/maker"), "-0.0002");
  const Json balance = venue.get("/api/v5/account/balance?ccy=USDT");
  EXPECT_EQ(balance.at("/data/0/details/0/cashBal"), "100000");
  EXPECT_EQ(balance.at("/data/0/details/0/availEq"), "100000");
}

}  // namespace
}  // namespace gannet::okx_server
