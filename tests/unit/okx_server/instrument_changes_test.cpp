#include <gtest/gtest.h>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

struct ChangingVenue : Venue {
  ChangingVenue() : Venue(without_limits) {
    listener = open("/ws/v5/public");
    text(listener, R"({"op":"subscribe","args":[{"channel":"instruments","instType":"SWAP"}]})");
    EXPECT_EQ(pushes(listener, "instruments").size(), 1u);
    take(listener);
  }
  Json control(const std::string& body) { return post("/sim/v1/instruments", body); }
  /// The rows of `instruments` pushed since the last call.
  std::vector<std::string> told() {
    advance(milliseconds(400));
    auto frames = pushes(listener, "instruments");
    take(listener);
    return frames;
  }
  std::string place(std::string_view name, std::string_view at, std::string_view quantity) {
    const Json json = post(
        "/api/v5/trade/order",
        fmt::format(
            R"({{"instId":"{}","tdMode":"cross","side":"buy","ordType":"limit","px":"{}","sz":"{}"}})",
            name, at, quantity));
    last_order = json.at("/data/0/ordId");
    return json.at("/data/0/sCode");
  }
  ConnectionId listener = 0;
  std::string last_order;
};

TEST(InstrumentChanges, AStateIsPushedAndDecidesWhatMayBeOrdered) {
  ChangingVenue venue;
  EXPECT_EQ(venue.place("BTC-USDT-SWAP", "61000", "1"), "0");
  EXPECT_EQ(venue.control(R"({"instId":"BTC-USDT-SWAP","state":"suspend"})").at("/ok"), "true");
  const auto told = venue.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(Json(told[0]).at("/data/0/state"), "suspend");
  EXPECT_EQ(Json(told[0]).size("/data"), 1u);
  EXPECT_EQ(venue.get("/api/v5/public/instruments?instType=SWAP").at("/data/0/state"), "suspend");
  EXPECT_EQ(venue.place("BTC-USDT-SWAP", "61000", "1"), "51022");
  venue.control(R"({"instId":"BTC-USDT-SWAP","state":"preopen"})");
  EXPECT_EQ(venue.place("BTC-USDT-SWAP", "61000", "1"), "51021");
  venue.control(R"({"instId":"BTC-USDT-SWAP","state":"live"})");
  EXPECT_EQ(venue.place("BTC-USDT-SWAP", "61000", "1"), "0");
  EXPECT_EQ(venue.control(R"({"instId":"BTC-USDT-SWAP","state":"asleep"})").at("/error"),
            "state: \"asleep\"");
}

TEST(InstrumentChanges, ANewTickAndLotHoldFromThenOn) {
  ChangingVenue venue;
  EXPECT_EQ(venue.place("BTC-USDT-SWAP", "61000.3", "0.01"), "0");
  EXPECT_EQ(venue.control(R"({"instId":"BTC-USDT-SWAP","tickSz":"0.5","lotSz":"1","minSz":"1"})")
                .at("/ok"),
            "true");
  const auto told = venue.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(Json(told[0]).at("/data/0/tickSz"), "0.5");
  EXPECT_EQ(venue.place("BTC-USDT-SWAP", "61000.3", "1"), "51000");
  EXPECT_EQ(venue.place("BTC-USDT-SWAP", "61000.5", "1.5"), "51121");
  EXPECT_EQ(venue.place("BTC-USDT-SWAP", "61000.5", "2"), "0");
  // A hundred times finer than it began is the most.
  EXPECT_EQ(venue.control(R"({"instId":"BTC-USDT-SWAP","tickSz":"0.001"})").at("/ok"), "true");
  EXPECT_NE(venue.control(R"({"instId":"BTC-USDT-SWAP","tickSz":"0.0001"})").at("/error"),
            "<none>");
  EXPECT_EQ(venue.get("/api/v5/public/instruments?instType=SWAP").at("/data/0/tickSz"), "0.001");
}

TEST(InstrumentChanges, AnAnnouncedChangeIsToldAheadAndThenMade) {
  ChangingVenue venue;
  venue.control(R"({"instId":"BTC-USDT-SWAP","tickSz":"0.5","in":"5s"})");
  auto told = venue.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(Json(told[0]).at("/data/0/tickSz"), "0.1");
  EXPECT_EQ(Json(told[0]).at("/data/0/upcChg/0/param"), "tickSz");
  EXPECT_EQ(Json(told[0]).at("/data/0/upcChg/0/newValue"), "0.5");
  EXPECT_EQ(Json(told[0]).at("/data/0/upcChg/0/effTime"),
            std::to_string(to_unix_millis(Venue::kStart) + 5'000));
  EXPECT_EQ(venue.place("BTC-USDT-SWAP", "61000.3", "1"), "0");
  venue.advance(seconds(5));
  told = venue.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(Json(told[0]).at("/data/0/tickSz"), "0.5");
  EXPECT_EQ(Json(told[0]).size("/data/0/upcChg"), 0u);
  EXPECT_EQ(venue.place("BTC-USDT-SWAP", "61000.3", "1"), "51000");
}

TEST(InstrumentChanges, AListingAppearsTradesAndIsDelistedWithItsOrders) {
  ChangingVenue venue;
  EXPECT_EQ(
      venue
          .control(
              R"({"list":"NEW-USDT-SWAP","like":"BTC-USDT-SWAP","state":"preopen","price":"2.5","tickSz":"0.001"})")
          .at("/ok"),
      "true");
  auto told = venue.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(Json(told[0]).at("/data/0/instId"), "NEW-USDT-SWAP");
  EXPECT_EQ(Json(told[0]).at("/data/0/state"), "preopen");
  EXPECT_EQ(venue.get("/api/v5/public/instruments?instType=SWAP").size("/data"), 2u);
  EXPECT_EQ(venue.place("NEW-USDT-SWAP", "2.45", "1"), "51021");
  venue.control(R"({"instId":"NEW-USDT-SWAP","state":"live"})");
  EXPECT_EQ(venue.place("NEW-USDT-SWAP", "2.45", "1"), "0");
  const std::string order = venue.last_order;
  venue.told();
  EXPECT_EQ(venue.control(R"({"delist":"NEW-USDT-SWAP"})").at("/ok"), "true");
  told = venue.told();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(Json(told[0]).at("/data/0/state"), "expired");
  EXPECT_EQ(venue.get("/api/v5/public/instruments?instType=SWAP").size("/data"), 1u);
  const Json gone = venue.get("/api/v5/trade/orders-history?instType=SWAP");
  EXPECT_EQ(gone.at("/data/0/ordId"), order);
  EXPECT_EQ(gone.at("/data/0/state"), "canceled");
  EXPECT_EQ(gone.at("/data/0/cancelSource"), "7");
  EXPECT_EQ(venue.place("NEW-USDT-SWAP", "2.45", "1"), "51027");
  EXPECT_NE(venue.control(R"({"list":"NEW-USDT-SWAP","like":"BTC-USDT-SWAP"})").at("/error"),
            "<none>");
}

TEST(InstrumentChanges, BadOrdersOfChangesAreExplained) {
  ChangingVenue venue;
  for (const char* body :
       {"", "[]", "{}", R"({"instId":"NO-SUCH"})", R"({"list":"X","like":"Y"})",
        R"({"list":"X","like":"BTC-USDT-SWAP"})", R"({"instId":"BTC-USDT-SWAP","lotSz":"-1"})",
        R"({"instId":"BTC-USDT-SWAP","tickSz":"1","in":"soon"})"})
    EXPECT_NE(venue.control(body).at("/error"), "<none>") << body;
  EXPECT_TRUE(venue.told().empty());
}

// RELIABILITY D36.
TEST(InstrumentChanges, ContractsOfAnotherSizeWhileNobodyHoldsAny) {
  ChangingVenue venue;
  EXPECT_EQ(venue.place("BTC-USDT-SWAP", "61000", "1"), "0");
  EXPECT_EQ(venue.control(R"({"instId":"BTC-USDT-SWAP","ctVal":"0.001"})").at("/ok"), "true");
  EXPECT_EQ(Json(venue.told().at(0)).at("/data/0/ctVal"), "0.001");
  EXPECT_EQ(venue.get("/sim/v1/truth").at("/orders/0/state"), "canceled");
  venue.market_order(Side::Sell, "61000", "1");
  EXPECT_EQ(venue.place("BTC-USDT-SWAP", "61000", "1"), "0");
  // A thousandth of a bitcoin at 61,000: 61, and 0.05 % of it is the fee.
  EXPECT_EQ(venue.get("/sim/v1/truth").at("/orders/1/fee"), "-0.0305");
  EXPECT_EQ(venue.control(R"({"instId":"BTC-USDT-SWAP","ctVal":"0.01"})").at("/error"),
            "ctVal: somebody holds a position");
  EXPECT_EQ(venue.get("/sim/v1/truth").at("/money_ok"), "true");
  EXPECT_NE(venue.control(R"({"instId":"BTC-USDT","ctVal":"0.01"})").at("/error"), "<none>");
  EXPECT_NE(venue.control(R"({"instId":"BTC-USDT-SWAP","ctVal":"-1"})").at("/error"), "<none>");
}

}  // namespace
}  // namespace gannet::okx_server
