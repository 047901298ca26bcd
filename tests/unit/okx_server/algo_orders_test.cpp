#include <fstream>
#include <set>

#include "support/recordings.h"
#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

/// A venue with quotes of 1,000 contracts ten either side of 61250, and a client of it.
class AlgoOrders : public testing::Test {
 public:
  Venue venue;

  AlgoOrders() : AlgoOrders(nullptr) {}
  explicit AlgoOrders(Settings (*change)(Settings)) : venue(change) { move_to("61250"); }

  /// Puts the market's quotes around a price and trades there; nothing is told until the next turn.
  void move_to(std::string_view price) {
    for (const VenueOrderId id : std::exchange(quotes_, {}))
      venue.server->exchange().cancel(sim::kMarketUser, id, sim::CancelCause::User, venue.now);
    const std::int64_t middle = venue.price(price).raw;
    const auto at = [](std::int64_t raw) { return fmt::format("{}.{}", raw / 1000, raw % 1000); };
    quotes_.push_back(venue.market_order(Side::Buy, at(middle - 10'000), "1000"));
    quotes_.push_back(venue.market_order(Side::Sell, at(middle + 10'000), "1000"));
    venue.market_order(Side::Sell, price, "1");
    venue.market_order(Side::Buy, price, "1", sim::OrderType::ImmediateOrCancel);
  }
  void turn() { venue.advance(milliseconds(10)); }

  Json place(const std::string& members) {
    return venue.post("/api/v5/trade/order-algo",
                      R"({"instId":"BTC-USDT-SWAP","tdMode":"cross",)" + members + "}");
  }
  /// The sCode of an algo order that is refused, or "0".
  std::string code(const std::string& members) { return place(members).at("/data/0/sCode"); }
  std::string placed(const std::string& members) {
    const Json reply = place(members);
    EXPECT_EQ(reply.at("/code"), "0") << reply.at("/data/0/sMsg");
    return reply.at("/data/0/algoId");
  }
  Json details(const std::string& id) { return venue.get("/api/v5/trade/order-algo?algoId=" + id); }
  void open_long(std::string_view quantity) {
    const Json reply = venue.post(
        "/api/v5/trade/order",
        fmt::format(
            R"({{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"market","sz":"{}"}})",
            quantity));
    EXPECT_EQ(reply.at("/data/0/sCode"), "0");
  }
  ConnectionId open_business(const std::string& arg) {
    const ConnectionId id = venue.open("/ws/v5/business");
    venue.text(id, venue.login_text());
    venue.take(id);
    venue.text(id, R"({"op":"subscribe","args":[)" + arg + "]}");
    return id;
  }

 private:
  std::vector<VenueOrderId> quotes_;
};

constexpr const char* kStop =
    R"("side":"sell","ordType":"conditional","sz":"5","slTriggerPx":"61000","slOrdPx":"-1","reduceOnly":true,"tag":"mm1","algoClOrdId":"stop1")";

TEST_F(AlgoOrders, PlacingAnswersAsOkxDoes) {
  const Json reply = place(kStop);
  EXPECT_EQ(reply.at("/code"), "0");
  EXPECT_EQ(reply.at("/msg"), "");
  EXPECT_EQ(reply.at("/data/0/sCode"), "0");
  EXPECT_EQ(reply.at("/data/0/sMsg"), "");
  EXPECT_EQ(reply.at("/data/0/algoClOrdId"), "stop1");
  EXPECT_EQ(reply.at("/data/0/tag"), "mm1");
  EXPECT_EQ(reply.at("/data/0/algoId").size(), 19u);
}

TEST_F(AlgoOrders, DetailsShowTheFieldsOfToday) {
  const Json row = details(placed(kStop));
  EXPECT_EQ(row.at("/data/0/instType"), "SWAP");
  EXPECT_EQ(row.at("/data/0/state"), "live");
  EXPECT_EQ(row.at("/data/0/ordType"), "conditional");
  EXPECT_EQ(row.at("/data/0/slTriggerPx"), "61000");
  EXPECT_EQ(row.at("/data/0/slTriggerPxType"), "last");
  EXPECT_EQ(row.at("/data/0/slOrdPx"), "-1");
  EXPECT_EQ(row.at("/data/0/tpTriggerPx"), "");
  EXPECT_EQ(row.at("/data/0/tpTriggerPxType"), "");
  EXPECT_EQ(row.at("/data/0/sz"), "5");
  EXPECT_EQ(row.at("/data/0/closeFraction"), "");
  EXPECT_EQ(row.at("/data/0/actualSz"), "0");
  EXPECT_EQ(row.at("/data/0/actualPx"), "");
  EXPECT_EQ(row.at("/data/0/ordId"), "");
  EXPECT_EQ(row.at("/data/0/ordIdList"), "[]");
  EXPECT_EQ(row.at("/data/0/attachAlgoOrds"), "[]");
  EXPECT_EQ(row.at("/data/0/linkedOrd/ordId"), "");
  EXPECT_EQ(row.at("/data/0/reduceOnly"), "true");
  EXPECT_EQ(row.at("/data/0/triggerTime"), "");
  EXPECT_EQ(row.at("/data/0/failCode"), "");
  EXPECT_EQ(row.at("/data/0/last"), "61250");
  EXPECT_EQ(row.at("/data/0/posSide"), "net");
  // Every field of the documentation's sample is there. OKX API v5, algo order details.
  for (const char* name : {"activePx",
                           "actualSide",
                           "algoClOrdId",
                           "algoId",
                           "amendPxOnTriggerType",
                           "cTime",
                           "callbackRatio",
                           "callbackSpread",
                           "ccy",
                           "chaseType",
                           "chaseVal",
                           "clOrdId",
                           "isTradeBorrowMode",
                           "lever",
                           "maxChaseType",
                           "maxChaseVal",
                           "moveTriggerPx",
                           "ordPx",
                           "pxLimit",
                           "pxSpread",
                           "pxVar",
                           "quickMgnType",
                           "side",
                           "szLimit",
                           "tag",
                           "tdMode",
                           "tgtCcy",
                           "timeInterval",
                           "tpOrdPx",
                           "triggerPx",
                           "triggerPxType",
                           "tradeQuoteCcy",
                           "uTime",
                           "subAlgoIdList",
                           "advanceOrdType",
                           "advChaseParams",
                           "instId"})
    EXPECT_NE(row.at(std::string("/data/0/") + name), "<none>") << name;
  EXPECT_EQ(venue.get("/api/v5/trade/order-algo?algoClOrdId=stop1").at("/data/0/algoClOrdId"),
            "stop1");
  EXPECT_EQ(venue.get("/api/v5/trade/order-algo?algoId=1").at("/code"), "51603");
  EXPECT_EQ(venue.get("/api/v5/trade/order-algo").at("/code"), "50015");
}

TEST_F(AlgoOrders, AStopFiresIntoAnOrderThatNamesItAndBothChannelsTell) {
  open_long("5");
  const ConnectionId algos = open_business(R"({"channel":"orders-algo","instType":"SWAP"})");
  const ConnectionId orders = venue.open_private();
  venue.text(orders, R"({"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]})");
  const std::string id = placed(kStop);
  turn();
  ASSERT_EQ(venue.pushes(algos, "orders-algo").size(), 1u);
  const Json live(venue.pushes(algos, "orders-algo").back());
  EXPECT_EQ(live.at("/arg/instType"), "SWAP");
  EXPECT_NE(live.at("/arg/uid"), "<none>");
  EXPECT_EQ(live.at("/data/0/state"), "live");
  EXPECT_EQ(live.at("/data/0/algoId"), id);
  EXPECT_EQ(live.at("/data/0/reqId"), "");
  EXPECT_EQ(live.at("/data/0/amendResult"), "");
  EXPECT_EQ(live.at("/data/0/notionalUsd"), "3062.5");  // 5 x 0.01 x 61250
  venue.take(algos);
  move_to("61000");
  turn();
  ASSERT_EQ(venue.pushes(algos, "orders-algo").size(), 1u);
  const Json fired(venue.pushes(algos, "orders-algo").back());
  EXPECT_EQ(fired.at("/data/0/state"), "effective");
  EXPECT_EQ(fired.at("/data/0/actualSide"), "sl");
  EXPECT_EQ(fired.at("/data/0/actualSz"), "5");
  EXPECT_EQ(fired.at("/data/0/actualPx"), "60990");
  EXPECT_EQ(fired.at("/data/0/failCode"), "");
  EXPECT_EQ(fired.at("/data/0/triggerTime"), std::to_string(to_unix_millis(venue.now)));
  const std::string order_id = fired.at("/data/0/ordId");
  EXPECT_EQ(fired.at("/data/0/ordIdList/0"), order_id);
  const Json child(venue.pushes(orders, "orders").back());
  EXPECT_EQ(child.at("/data/0/ordId"), order_id);
  EXPECT_EQ(child.at("/data/0/algoId"), id);
  EXPECT_EQ(child.at("/data/0/algoClOrdId"), "stop1");
  EXPECT_EQ(child.at("/data/0/source"), "7");
  EXPECT_EQ(child.at("/data/0/tag"), "mm1");
  EXPECT_EQ(child.at("/data/0/state"), "filled");
  const Json rest = venue.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&ordId=" + order_id);
  EXPECT_EQ(rest.at("/data/0/algoId"), id);
  EXPECT_EQ(rest.at("/data/0/source"), "7");
}

TEST_F(AlgoOrders, AFailedStopTellsItsCode) {
  const std::string id = placed(kStop);
  move_to("61000");
  turn();
  const Json row = details(id);
  EXPECT_EQ(row.at("/data/0/state"), "order_failed");
  EXPECT_EQ(row.at("/data/0/failCode"), "51169") << "there is nothing to reduce";
  EXPECT_EQ(venue.get("/api/v5/trade/orders-algo-history?ordType=conditional&state=order_failed")
                .at("/data/0/algoId"),
            id);
}

TEST_F(AlgoOrders, SubscriptionsFilterAndSurviveReconnecting) {
  const ConnectionId other = open_business(R"({"channel":"orders-algo","instType":"SPOT"})");
  const ConnectionId family =
      open_business(R"({"channel":"orders-algo","instType":"SWAP","instFamily":"BTC-USDT"})");
  const ConnectionId named =
      open_business(R"({"channel":"orders-algo","instType":"ANY","instId":"BTC-USDT-SWAP"})");
  placed(kStop);
  turn();
  EXPECT_TRUE(venue.pushes(other, "orders-algo").empty());
  EXPECT_EQ(venue.pushes(family, "orders-algo").size(), 1u);
  EXPECT_EQ(venue.pushes(named, "orders-algo").size(), 1u);
  venue.advance(seconds(1));
  venue.on_closed_by_peer(named);
  const ConnectionId again = open_business(R"({"channel":"orders-algo","instType":"SWAP"})");
  EXPECT_TRUE(venue.pushes(again, "orders-algo").empty()) << "this channel has no snapshot";
  move_to("61000");
  turn();
  EXPECT_EQ(venue.pushes(again, "orders-algo").size(), 1u) << "the order outlived the connection";
}

TEST_F(AlgoOrders, ChannelsNeedLoginAndTheBusinessPath) {
  const ConnectionId id = venue.open("/ws/v5/business");
  venue.text(id, R"({"op":"subscribe","args":[{"channel":"orders-algo","instType":"SWAP"}]})");
  EXPECT_EQ(venue.last(id).at("/code"), "60011");
  const ConnectionId wrong = venue.open_private();
  venue.text(wrong, R"({"op":"subscribe","args":[{"channel":"algo-advance","instType":"SWAP"}]})");
  EXPECT_EQ(venue.last(wrong).at("/event"), "error");
}

TEST_F(AlgoOrders, TheAdvancedChannelTellsWhatThereIsAtOnce) {
  const std::string id = placed(
      R"("side":"sell","ordType":"move_order_stop","sz":"1","callbackSpread":"100","algoClOrdId":"t1")");
  turn();
  const ConnectionId all = open_business(R"({"channel":"algo-advance","instType":"SWAP"})");
  ASSERT_EQ(venue.pushes(all, "algo-advance").size(), 1u);
  const Json row(venue.pushes(all, "algo-advance").back());
  EXPECT_EQ(row.at("/data/0/algoId"), id);
  EXPECT_EQ(row.at("/data/0/moveTriggerPx"), "61150");
  EXPECT_EQ(row.at("/data/0/callbackSpread"), "100");
  EXPECT_EQ(row.at("/data/0/callbackRatio"), "");
  EXPECT_NE(row.at("/data/0/pTime"), "<none>");
  EXPECT_EQ(row.at("/data/0/count"), "0");
  const ConnectionId one =
      open_business(R"({"channel":"algo-advance","instType":"SWAP","algoId":"1"})");
  EXPECT_TRUE(venue.pushes(one, "algo-advance").empty());
  move_to("61150");
  turn();
  const Json fired(venue.pushes(all, "algo-advance").back());
  EXPECT_EQ(fired.at("/data/0/state"), "effective");
  EXPECT_TRUE(venue.pushes(one, "algo-advance").empty());
}

TEST_F(AlgoOrders, EveryKindIsTakenAndListedWithItsFields) {
  const std::string trigger = placed(
      R"("side":"buy","ordType":"trigger","sz":"1","triggerPx":"61500","orderPx":"61510","triggerPxType":"mark")");
  const std::string oco = placed(
      R"("side":"sell","ordType":"oco","sz":"1","tpTriggerPx":"61500","tpOrdPx":"-1","slTriggerPx":"61000","slOrdPx":"60990")");
  const std::string twap = placed(
      R"("side":"buy","ordType":"twap","sz":"10","szLimit":"2","pxLimit":"61300","timeInterval":"10","pxVar":"0.001")");
  const std::string iceberg = placed(
      R"("side":"buy","ordType":"iceberg","sz":"10","szLimit":"2","pxLimit":"61300","pxSpread":"5")");
  const std::string smart = placed(
      R"("side":"buy","ordType":"smart_iceberg","sz":"10","szLimit":"2","lmtOrderNumber":"2","aggressiveness":"conservative","triggerParams":[{"triggerAction":"start","triggerStrategy":"price","triggerPx":"60000","triggerCond":"cross_down"}])");
  const std::string chase = placed(
      R"("side":"buy","ordType":"chase","sz":"1","chaseType":"distance","chaseVal":"1","maxChaseType":"ratio","maxChaseVal":"0.1")");
  EXPECT_EQ(details(trigger).at("/data/0/ordPx"), "61510");
  EXPECT_EQ(details(trigger).at("/data/0/triggerPxType"), "mark");
  EXPECT_EQ(details(oco).at("/data/0/slOrdPx"), "60990");
  EXPECT_EQ(details(twap).at("/data/0/pxVar"), "0.001");
  EXPECT_EQ(details(twap).at("/data/0/timeInterval"), "10");
  EXPECT_EQ(details(twap).at("/data/0/actualSz"), "2");
  EXPECT_EQ(details(iceberg).at("/data/0/pxSpread"), "5");
  EXPECT_EQ(details(smart).at("/data/0/aggressiveness"), "conservative");
  EXPECT_EQ(details(smart).at("/data/0/triggerParams/0/triggerPx"), "60000");
  EXPECT_EQ(details(chase).at("/data/0/maxChaseVal"), "0.1");
  EXPECT_EQ(details(chase).at("/data/0/maxChaseType"), "ratio");
  const std::string child = details(chase).at("/data/0/ordId");
  const Json order = venue.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&ordId=" + child);
  EXPECT_EQ(order.at("/data/0/source"), "34");
  EXPECT_EQ(order.at("/data/0/ordType"), "post_only");
  for (const auto& [type, id] : {std::pair{"trigger", trigger},
                                 {"oco", oco},
                                 {"twap", twap},
                                 {"iceberg", iceberg},
                                 {"smart_iceberg", smart},
                                 {"chase", chase}}) {
    const Json list = venue.get(std::string("/api/v5/trade/orders-algo-pending?ordType=") + type);
    ASSERT_EQ(list.size("/data"), 1u) << type;
    EXPECT_EQ(list.at("/data/0/algoId"), id);
  }
}

TEST_F(AlgoOrders, ASmartIcebergBeginsWhenTheRelativeStrengthOfClosedCandlesSaysSo) {
  const auto next_bar = [&](std::string_view close) {
    move_to(close);
    turn();
    venue.now = venue.now + seconds(180);
    turn();
  };
  const auto waits_for = [&](std::string_view condition, int threshold) {
    return placed(fmt::format(
        R"("side":"buy","ordType":"smart_iceberg","sz":"10","szLimit":"2","lmtOrderNumber":"2",)"
        R"("aggressiveness":"conservative","triggerParams":[{{"triggerAction":"start",)"
        R"("triggerStrategy":"rsi","timeframe":"3m","timePeriod":"2","thold":"{}",)"
        R"("triggerCond":"{}"}}])",
        threshold, condition));
  };
  const auto has_begun = [&](const std::string& id) {
    const Json open = venue.get("/api/v5/trade/orders-pending");
    for (std::size_t i = 0; i < open.size("/data"); ++i) {
      if (open.at(fmt::format("/data/{}/algoId", i)) == id) return true;
    }
    return false;
  };
  for (const std::string_view close : {"61250", "61450", "61650", "61850"}) next_bar(close);
  const std::string falls = waits_for("cross_down", 50);
  const std::string deep = waits_for("below", 1);
  const std::string rises = waits_for("cross_up", 50);
  const std::string high = waits_for("above", 90);
  turn();
  EXPECT_TRUE(has_begun(high)) << "all of the last candles rose";
  next_bar("61900");
  EXPECT_FALSE(has_begun(falls));
  next_bar("61000");
  EXPECT_TRUE(has_begun(falls));
  EXPECT_FALSE(has_begun(rises));
  EXPECT_EQ(details(falls).at("/data/0/triggerParams/0/triggerStrategy"), "rsi");
  EXPECT_EQ(details(falls).at("/data/0/triggerParams/0/triggerCond"), "cross_down");
  EXPECT_EQ(details(falls).at("/data/0/triggerParams/0/timeframe"), "3m");
  EXPECT_EQ(details(falls).at("/data/0/triggerParams/0/timePeriod"), "2");
  next_bar("62500");
  EXPECT_TRUE(has_begun(rises));
  EXPECT_FALSE(has_begun(deep));
  EXPECT_EQ(details(deep).at("/data/0/state"), "live");
}

TEST_F(AlgoOrders, ListsPageAndFilter) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i)
    ids.push_back(placed(
        R"("side":"sell","ordType":"conditional","sz":"1","slTriggerPx":"61000","slOrdPx":"-1")"));
  const std::string oco = placed(
      R"("side":"sell","ordType":"oco","sz":"1","tpTriggerPx":"61500","tpOrdPx":"-1","slTriggerPx":"61000","slOrdPx":"-1")");
  const std::string list = "/api/v5/trade/orders-algo-pending?";
  EXPECT_EQ(venue.get(list + "ordType=conditional").size("/data"), 5u);
  EXPECT_EQ(venue.get(list + "ordType=conditional,oco").size("/data"), 6u);
  EXPECT_EQ(venue.get(list + "ordType=conditional,oco").at("/data/0/algoId"), oco)
      << "newest first";
  EXPECT_EQ(venue.get(list + "ordType=conditional&limit=2").size("/data"), 2u);
  const Json older = venue.get(list + "ordType=conditional&limit=2&after=" + ids[3]);
  EXPECT_EQ(older.at("/data/0/algoId"), ids[2]);
  EXPECT_EQ(venue.get(list + "ordType=conditional&before=" + ids[3]).size("/data"), 1u);
  EXPECT_EQ(venue.get(list + "ordType=conditional&instType=SPOT").size("/data"), 0u);
  EXPECT_EQ(venue.get(list + "ordType=conditional&instId=BTC-USDT-SWAP").size("/data"), 5u);
  EXPECT_EQ(venue.get(list + "ordType=conditional&algoId=" + ids[0]).size("/data"), 1u);
  EXPECT_EQ(venue.get("/api/v5/trade/orders-algo-pending").at("/code"), "50014");
  EXPECT_EQ(venue.get(list + "ordType=trigger,oco").at("/code"), "51000");
  EXPECT_EQ(venue.get(list + "ordType=limit").at("/code"), "51000");
}

TEST_F(AlgoOrders, CancellingAndItsHistory) {
  const std::string id = placed(kStop);
  const std::string body = R"([{"instId":"BTC-USDT-SWAP","algoId":")" + id +
                           R"("},{"instId":"BTC-USDT-SWAP","algoId":"123"}])";
  const Json reply = venue.post("/api/v5/trade/cancel-algos", body);
  EXPECT_EQ(reply.at("/code"), "2");
  EXPECT_EQ(reply.at("/data/0/sCode"), "0");
  EXPECT_EQ(reply.at("/data/0/algoId"), id);
  EXPECT_EQ(reply.at("/data/0/algoClOrdId"), "stop1");
  EXPECT_EQ(reply.at("/data/0/clOrdId"), "");
  EXPECT_EQ(reply.at("/data/1/sCode"), "51400");
  const std::string history = "/api/v5/trade/orders-algo-history?ordType=conditional";
  EXPECT_EQ(venue.get(history + "&state=canceled").at("/data/0/algoId"), id);
  EXPECT_EQ(venue.get(history + "&algoId=" + id).at("/data/0/state"), "canceled");
  EXPECT_EQ(venue.get(history + "&state=effective").size("/data"), 0u);
  EXPECT_EQ(venue.get(history).at("/code"), "51602");
  EXPECT_EQ(venue.get(history + "&state=canceled&algoId=" + id).at("/code"), "51601");
  EXPECT_EQ(venue.get(history + "&state=live").at("/code"), "51600");
  EXPECT_EQ(venue.get("/api/v5/trade/orders-algo-pending?ordType=conditional").size("/data"), 0u);
  // By its own name, by the endpoint that is gone from the documentation, and too many at once.
  placed(kStop);
  EXPECT_EQ(venue
                .post("/api/v5/trade/cancel-advance-algos",
                      R"([{"instId":"BTC-USDT-SWAP","algoClOrdId":"stop1"}])")
                .at("/code"),
            "0");
  std::string eleven = "[";
  for (int i = 0; i < 11; ++i)
    eleven += R"({"instId":"BTC-USDT-SWAP","algoId":"1"})" + std::string(i < 10 ? "," : "]");
  EXPECT_EQ(venue.post("/api/v5/trade/cancel-algos", eleven).at("/code"), "51406");
  EXPECT_EQ(venue.post("/api/v5/trade/cancel-algos", "{}").at("/code"), "50002");
  EXPECT_EQ(venue.post("/api/v5/trade/cancel-algos", "[]").at("/code"), "50014");
}

TEST_F(AlgoOrders, AmendingAnswersAndTells) {
  const ConnectionId algos = open_business(R"({"channel":"orders-algo","instType":"SWAP"})");
  const std::string id = placed(kStop);
  turn();
  venue.take(algos);
  // Numbers without quotes and members that OKX does not know, as a widely used client sends them.
  const Json reply = venue.post(
      "/api/v5/trade/amend-algos",
      R"({"instId":"BTC-USDT-SWAP","algoId":")" + id +
          R"(","newSlTriggerPx":"60900","newSlOrdPx":60800,"newSlTriggerPxType":"last","newSz":"1","stopLossPrice":60900,"reqId":"r1"})");
  EXPECT_EQ(reply.at("/data/0/sCode"), "0") << reply.at("/data/0/sMsg");
  EXPECT_EQ(reply.at("/data/0/reqId"), "r1");
  EXPECT_EQ(reply.at("/data/0/algoClOrdId"), "stop1");
  turn();
  const Json told(venue.pushes(algos, "orders-algo").back());
  EXPECT_EQ(told.at("/data/0/reqId"), "r1");
  EXPECT_EQ(told.at("/data/0/amendResult"), "0");
  EXPECT_EQ(told.at("/data/0/slTriggerPx"), "60900");
  EXPECT_EQ(told.at("/data/0/slOrdPx"), "60800");
  EXPECT_EQ(told.at("/data/0/sz"), "1");
  const auto amend = [&](const std::string& members) {
    return venue
        .post("/api/v5/trade/amend-algos",
              R"({"instId":"BTC-USDT-SWAP","algoId":")" + id + R"(")" + members + "}")
        .at("/data/0/sCode");
  };
  EXPECT_EQ(amend(""), "51500");
  EXPECT_EQ(amend(R"(,"newSlTriggerPx":"62000")"), "51280") << "above the last price";
  EXPECT_EQ(amend(R"(,"newTpTriggerPx":"62000","newTpOrdPx":"-1")"), "51526");
  EXPECT_EQ(amend(R"(,"newSlTriggerPx":"0")"), "51526") << "the last exit stays";
  EXPECT_EQ(venue
                .post("/api/v5/trade/amend-algos",
                      R"({"instId":"BTC-USDT-SWAP","algoId":"1","newSz":"1"})")
                .at("/data/0/sCode"),
            "51503");
  const std::string twap = placed(
      R"("side":"buy","ordType":"twap","sz":"10","szLimit":"2","pxLimit":"61300","timeInterval":"10","pxVar":"0.001")");
  EXPECT_EQ(venue
                .post("/api/v5/trade/amend-algos",
                      R"({"instId":"BTC-USDT-SWAP","algoId":")" + twap + R"(","newSz":"1"})")
                .at("/data/0/sCode"),
            "51506");
  EXPECT_EQ(amend(R"(,"newSz":"0.001","cxlOnFail":true)"), "51121");
  EXPECT_EQ(details(id).at("/data/0/state"), "canceled");
}

TEST_F(AlgoOrders, RefusalsCarryOkxCodes) {
  struct Row {
    const char* members;
    const char* expected;
  };
  const Row rows[] = {
      {R"("side":"sell","ordType":"conditional","sz":"1","slTriggerPx":"61300","slOrdPx":"-1")",
       "51280"},
      {R"("side":"buy","ordType":"conditional","sz":"1","slTriggerPx":"61200","slOrdPx":"-1")",
       "51278"},
      {R"("side":"sell","ordType":"conditional","sz":"1","tpTriggerPx":"61200","tpOrdPx":"-1")",
       "51279"},
      {R"("side":"buy","ordType":"conditional","sz":"1","tpTriggerPx":"61300","tpOrdPx":"-1")",
       "51277"},
      {R"("side":"sell","ordType":"conditional","sz":"1","slTriggerPx":"61300","slOrdPx":"-1","slTriggerPxType":"mark")",
       "51304"},
      {R"("side":"sell","ordType":"conditional","sz":"1","slTriggerPx":"61300","slOrdPx":"-1","slTriggerPxType":"index")",
       "51308"},
      {R"("side":"sell","ordType":"conditional","sz":"1")", "51178"},
      {R"("side":"sell","ordType":"conditional","sz":"1","slTriggerPx":"61000")", "50014"},
      {R"("side":"sell","ordType":"conditional","slTriggerPx":"61000","slOrdPx":"-1")", "50015"},
      {R"("side":"sell","ordType":"conditional","sz":"1","closeFraction":"1","slTriggerPx":"61000","slOrdPx":"-1")",
       "50024"},
      {R"("side":"sell","ordType":"conditional","closeFraction":"1","reduceOnly":true,"slTriggerPx":"61000","slOrdPx":"-1")",
       "51058"},
      {R"("side":"sell","ordType":"conditional","closeFraction":"1","slTriggerPx":"61000","slOrdPx":"-1")",
       "51328"},
      {R"("side":"sell","ordType":"conditional","closeFraction":"0.5","slTriggerPx":"61000","slOrdPx":"-1")",
       "51000"},
      {R"("side":"sell","ordType":"stop","sz":"1")", "51000"},
      {R"("side":"sell","sz":"1")", "50014"},
      {R"("ordType":"trigger","sz":"1","triggerPx":"1","orderPx":"-1")", "50014"},
      {R"("side":"buy","ordType":"trigger","sz":"1","orderPx":"-1")", "50014"},
      {R"("side":"buy","ordType":"trigger","sz":"1","triggerPx":"x","orderPx":"-1")", "51000"},
      {R"("side":"buy","ordType":"trigger","sz":"0.001","triggerPx":"61500","orderPx":"-1")",
       "51121"},
      {R"("side":"buy","ordType":"trigger","sz":"1","triggerPx":"61500","orderPx":"-1","posSide":"long")",
       "51000"},
      {R"("side":"buy","ordType":"trigger","sz":"1","triggerPx":"61500","orderPx":"-1","algoClOrdId":"a-b")",
       "51000"},
      {R"("side":"sell","ordType":"move_order_stop","sz":"1","callbackRatio":"1.1")", "51311"},
      {R"("side":"sell","ordType":"move_order_stop","sz":"1","callbackSpread":"1","activePx":"61000")",
       "51258"},
      {R"("side":"buy","ordType":"move_order_stop","sz":"1","callbackSpread":"1","activePx":"61500")",
       "51259"},
      {R"("side":"buy","ordType":"move_order_stop","sz":"1")", "50015"},
      {R"("side":"buy","ordType":"twap","sz":"1","szLimit":"2","pxLimit":"61300","timeInterval":"10","pxVar":"0.001")",
       "51274"},
      {R"("side":"buy","ordType":"twap","sz":"10","szLimit":"2","pxLimit":"61300","timeInterval":"10","pxVar":"0.02")",
       "51270"},
      {R"("side":"buy","ordType":"twap","sz":"10","szLimit":"2","pxLimit":"61300","timeInterval":"0","pxVar":"0.001")",
       "51269"},
      {R"("side":"buy","ordType":"twap","sz":"10","szLimit":"2","timeInterval":"1","pxVar":"0.001")",
       "50014"},
      {R"("side":"buy","ordType":"iceberg","sz":"1000","szLimit":"1","pxLimit":"61300","pxSpread":"5")",
       "51255"},
      {R"("side":"buy","ordType":"smart_iceberg","sz":"10","szLimit":"2","lmtOrderNumber":"2","aggressiveness":"mid","triggerParams":[{"triggerStrategy":"rsi"}])",
       "50014"},
      {R"("side":"buy","ordType":"smart_iceberg","sz":"10","szLimit":"2","lmtOrderNumber":"2","aggressiveness":"mid","triggerParams":[{"triggerStrategy":"rsi","timeframe":"2m","thold":"30","triggerCond":"below"}])",
       "51000"},
      {R"("side":"buy","ordType":"smart_iceberg","sz":"10","szLimit":"2","lmtOrderNumber":"2","aggressiveness":"mid","triggerParams":[{"triggerStrategy":"rsi","timeframe":"3m","thold":"101","triggerCond":"below"}])",
       "51000"},
      {R"("side":"buy","ordType":"chase","sz":"1","maxChaseType":"ratio")", "50014"},
  };
  for (const Row& row : rows) {
    const Json reply = place(row.members);
    const std::string code =
        reply.size("/data") == 0 ? reply.at("/code") : reply.at("/data/0/sCode");
    EXPECT_EQ(code, row.expected) << row.members;
    if (reply.size("/data") > 0) {
      EXPECT_EQ(reply.at("/code"), "1");
      EXPECT_EQ(reply.at("/data/0/algoId"), "");
    }
    venue.now = venue.now + seconds(1);  // the rate limit is another test's
  }
  placed(kStop);
  EXPECT_EQ(code(kStop), "51065");
  EXPECT_EQ(
      venue
          .post(
              "/api/v5/trade/order-algo",
              R"({"instId":"BTC-USDT","tdMode":"cash","side":"sell","ordType":"conditional","sz":"0.1","slTriggerPx":"61000","slOrdPx":"-1","slTriggerPxType":"mark"})")
          .at("/data/0/sCode"),
      "51415");
  EXPECT_EQ(
      venue
          .post(
              "/api/v5/trade/order-algo",
              R"({"instId":"BTC-USDT","tdMode":"cash","side":"sell","ordType":"chase","sz":"0.1"})")
          .at("/data/0/sCode"),
      "51287");
  EXPECT_EQ(venue.post("/api/v5/trade/order-algo", R"({"instId":"NO-SUCH","ordType":"trigger"})")
                .at("/data/0/sCode"),
            "51001");
  EXPECT_EQ(venue.post("/api/v5/trade/order-algo", "[]").at("/code"), "50002");
}

TEST_F(AlgoOrders, TwentyInTwoSecondsPerInstrument) {
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(
        code(
            R"("side":"sell","ordType":"conditional","sz":"1","slTriggerPx":"61000","slOrdPx":"-1")"),
        "0");
  EXPECT_EQ(
      place(
          R"("side":"sell","ordType":"conditional","sz":"1","slTriggerPx":"61000","slOrdPx":"-1")")
          .at("/code"),
      "50011");
  venue.advance(seconds(2));
  EXPECT_EQ(
      code(
          R"("side":"sell","ordType":"conditional","sz":"1","slTriggerPx":"61000","slOrdPx":"-1")"),
      "0");
}

TEST_F(AlgoOrders, AttachedExitsShowOnTheirOrderAndThenAsAlgoOrders) {
  const Json reply = venue.post(
      "/api/v5/trade/order",
      R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","px":"61200","sz":"5","clOrdId":"p1","attachAlgoOrds":[{"attachAlgoClOrdId":"x1","tpTriggerPx":"61500","tpOrdPx":"-1","slTriggerPx":"61000","slOrdPx":"60990","slTriggerPxType":"mark"}]})");
  ASSERT_EQ(reply.at("/data/0/sCode"), "0") << reply.at("/data/0/sMsg");
  const Json order = venue.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=p1");
  EXPECT_EQ(order.at("/data/0/attachAlgoOrds/0/attachAlgoClOrdId"), "x1");
  EXPECT_EQ(order.at("/data/0/attachAlgoOrds/0/attachAlgoId").size(), 19u);
  EXPECT_EQ(order.at("/data/0/attachAlgoOrds/0/slOrdPx"), "60990");
  EXPECT_EQ(order.at("/data/0/attachAlgoOrds/0/slTriggerPxType"), "mark");
  EXPECT_EQ(order.at("/data/0/attachAlgoOrds/0/failCode"), "");
  EXPECT_EQ(order.at("/data/0/tpTriggerPx"), "61500") << "mirrored at the top";
  EXPECT_EQ(order.at("/data/0/attachAlgoClOrdId"), "x1");
  EXPECT_EQ(venue.get("/api/v5/trade/orders-algo-pending?ordType=oco").size("/data"), 0u);
  // Amended with its order, by the id that the order shows.
  const std::string id = order.at("/data/0/attachAlgoOrds/0/attachAlgoId");
  const Json amended =
      venue.post("/api/v5/trade/amend-order",
                 R"({"instId":"BTC-USDT-SWAP","clOrdId":"p1","attachAlgoOrds":[{"attachAlgoId":")" +
                     id + R"(","newTpTriggerPx":"61600"}]})");
  EXPECT_EQ(amended.at("/data/0/sCode"), "0") << amended.at("/data/0/sMsg");
  EXPECT_EQ(venue.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=p1")
                .at("/data/0/attachAlgoOrds/0/tpTriggerPx"),
            "61600");
  venue.market_order(Side::Sell, "61240", "1000");
  venue.market_order(Side::Sell, "61200", "5");
  turn();
  const Json live = venue.get("/api/v5/trade/orders-algo-pending?ordType=conditional,oco");
  ASSERT_EQ(live.size("/data"), 1u);
  EXPECT_EQ(live.at("/data/0/ordType"), "oco");
  EXPECT_EQ(live.at("/data/0/algoClOrdId"), "x1");
  EXPECT_EQ(live.at("/data/0/side"), "sell");
  EXPECT_EQ(live.at("/data/0/sz"), "5");
  EXPECT_EQ(live.at("/data/0/tpTriggerPx"), "61600");
  EXPECT_EQ(live.at("/data/0/reduceOnly"), "true");
}

TEST_F(AlgoOrders, AttachedExitsAreRefusedWithTheirOwnCodes) {
  const auto code_of = [&](const std::string& order, const std::string& exits) {
    return venue
        .post("/api/v5/trade/order", R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","sz":"5",)" +
                                         order + R"(,"attachAlgoOrds":[)" + exits + "]}")
        .at("/data/0/sCode");
  };
  const std::string buy = R"("side":"buy","ordType":"limit","px":"61200")";
  const std::string sell = R"("side":"sell","ordType":"limit","px":"61300")";
  EXPECT_EQ(code_of(buy, R"({"tpTriggerPx":"61100","tpOrdPx":"-1"})"), "51046");
  EXPECT_EQ(code_of(buy, R"({"slTriggerPx":"61300","slOrdPx":"-1"})"), "51047");
  EXPECT_EQ(code_of(sell, R"({"tpTriggerPx":"61400","tpOrdPx":"-1"})"), "51048");
  EXPECT_EQ(code_of(sell, R"({"slTriggerPx":"61200","slOrdPx":"-1"})"), "51049");
  EXPECT_EQ(code_of(buy, R"({"slTriggerPx":"61000"})"), "50014");
  EXPECT_EQ(code_of(buy, R"({})"), "51178");
  EXPECT_EQ(
      code_of(
          buy,
          R"({"tpTriggerPx":"61400","tpOrdPx":"-1"},{"tpTriggerPx":"61500","tpOrdPx":"-1","sz":"2"})"),
      "51089");
  open_long("5");
  EXPECT_EQ(code_of(sell + R"(,"reduceOnly":true)", R"({"slTriggerPx":"61400","slOrdPx":"-1"})"),
            "51333");
}

TEST_F(AlgoOrders, ARestingTakeProfitIsLinkedBothWays) {
  open_long("5");
  const std::string id = placed(
      R"("side":"sell","ordType":"oco","sz":"5","reduceOnly":true,"cxlOnClosePos":true,"tpOrdKind":"limit","tpOrdPx":"61500","slTriggerPx":"61000","slOrdPx":"-1")");
  const Json row = details(id);
  const std::string order_id = row.at("/data/0/linkedOrd/ordId");
  EXPECT_EQ(row.at("/data/0/tpTriggerPx"), "");
  EXPECT_EQ(row.at("/data/0/tpOrdPx"), "61500");
  const Json order = venue.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&ordId=" + order_id);
  EXPECT_EQ(order.at("/data/0/isTpLimit"), "true");
  EXPECT_EQ(order.at("/data/0/linkedAlgoOrd/algoId"), id);
  move_to("61000");
  turn();
  const Json after = venue.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&ordId=" + order_id);
  EXPECT_EQ(after.at("/data/0/cancelSource"), "36");
}

TEST_F(AlgoOrders, APositionNamesTheExitThatClosesAllOfIt) {
  open_long("5");
  const std::string id = placed(
      R"("side":"sell","ordType":"conditional","closeFraction":"1","reduceOnly":true,"slTriggerPx":"61000","slOrdPx":"-1","slTriggerPxType":"mark")");
  const Json row = venue.get("/api/v5/account/positions");
  ASSERT_EQ(row.size("/data/0/closeOrderAlgo"), 1u);
  EXPECT_EQ(row.at("/data/0/closeOrderAlgo/0/algoId"), id);
  EXPECT_EQ(row.at("/data/0/closeOrderAlgo/0/slTriggerPx"), "61000");
  EXPECT_EQ(row.at("/data/0/closeOrderAlgo/0/slTriggerPxType"), "mark");
  EXPECT_EQ(row.at("/data/0/closeOrderAlgo/0/tpTriggerPx"), "");
  EXPECT_EQ(row.at("/data/0/closeOrderAlgo/0/closeFraction"), "1");
  EXPECT_EQ(details(id).at("/data/0/sz"), "");
  EXPECT_EQ(details(id).at("/data/0/closeFraction"), "1");
}

TEST_F(AlgoOrders, WhileOneIsPendingThePositionModeStays) {
  placed(R"("side":"buy","ordType":"trigger","sz":"1","triggerPx":"61500","orderPx":"-1")");
  const std::string body = R"({"posMode":"long_short_mode"})";
  EXPECT_EQ(venue.post("/api/v5/account/set-position-mode", body).at("/code"), "59000");
  EXPECT_EQ(
      venue.post("/api/v5/account/set-position-mode", R"({"posMode":"net_mode"})").at("/code"),
      "0");
}

TEST_F(AlgoOrders, SpotOrdersShowTheirUnits) {
  const Json reply = venue.post(
      "/api/v5/trade/order-algo",
      R"({"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"conditional","sz":"100","tpTriggerPx":"61000","tpOrdPx":"-1"})");
  ASSERT_EQ(reply.at("/data/0/sCode"), "0") << reply.at("/data/0/sMsg");
  const Json row = details(reply.at("/data/0/algoId"));
  EXPECT_EQ(row.at("/data/0/tgtCcy"), "quote_ccy");
  EXPECT_EQ(row.at("/data/0/sz"), "100");
  EXPECT_EQ(row.at("/data/0/tradeQuoteCcy"), "USDT");
  EXPECT_EQ(row.at("/data/0/ccy"), "");
}

TEST_F(AlgoOrders, HostileBodiesGetAnErrorAndNothingElse) {
  for (
      const char* members :
      {R"("side":1,"ordType":[],"sz":{})",
       R"("side":"buy","ordType":"trigger","sz":"99999999999999999999","triggerPx":"1","orderPx":"1")",
       R"("side":"buy","ordType":"trigger","sz":"1","triggerPx":"9223372036854775807","orderPx":"-1")",
       R"("side":"buy","ordType":"twap","sz":"1","szLimit":"1","pxLimit":"9223372036854775","timeInterval":"99999999999","pxVar":"0.001")",
       R"("side":"buy","ordType":"move_order_stop","sz":"1","callbackSpread":"9223372036854775")",
       R"("side":"sell","ordType":"move_order_stop","sz":"1","callbackSpread":"9223372036854775")",
       R"("side":"buy","ordType":"chase","sz":"1","chaseVal":"9223372036854775")",
       R"("side":"sell","ordType":"chase","sz":"1","chaseVal":"9223372036854775")",
       R"("side":"buy","ordType":"smart_iceberg","sz":"1","szLimit":"1","lmtOrderNumber":"999999999999","aggressiveness":"mid")",
       R"("side":"buy","ordType":"iceberg","sz":"1","szLimit":"1","pxLimit":"0","pxSpread":"9223372036854775")",
       R"("side":"sell","ordType":"iceberg","sz":"1","szLimit":"1","pxLimit":"0","pxSpread":"9223372036854775")",
       R"("side":"buy","ordType":"trigger","sz":"1","triggerPx":"61500","orderPx":"-1","attachAlgoOrds":[1,2])",
       R"("side":"buy","ordType":"trigger","sz":"1","triggerPx":"61500","orderPx":"-1","attachAlgoOrds":[{"tpTriggerRatio":"100","tpOrdPx":"-1","slTriggerRatio":"-100","slOrdPx":"-1"}])",
       R"("side":"buy","ordType":"conditional","closeFraction":"-1","slTriggerPx":"1","slOrdPx":"1")"}) {
    place(members);
    venue.advance(seconds(2));
    move_to("61260");
    venue.advance(seconds(2));
  }
  move_to("61500");
  venue.advance(seconds(2));
  EXPECT_EQ(venue.server->exchange().check_money(), "");
}

/// As its clients of the wire have them: in long/short mode and with the instruments they name.
Settings legs(Settings settings) {
  settings.users.front().account.long_short_mode = true;
  settings.limits.rest = false;
  return settings;
}

TEST(AlgoClientRequests, EachIsTakenOrRefusedForATrueReason) {
  GANNET_RECORDING(file, "okx/samples/client-requests.jsonl");
  std::ifstream lines(file);
  // What the client meant for other instruments meets this venue's only swap and only pair.
  const auto ours = [](std::string text) {
    for (const char* swap : {"LTC-USDT-SWAP", "ETH-USDT-SWAP", "ADA-USDT-SWAP"}) {
      for (std::size_t at = 0; (at = text.find(swap)) != std::string::npos;)
        text.replace(at, std::string_view(swap).size(), "BTC-USDT-SWAP");
    }
    for (std::size_t at = 0; (at = text.find("LTC-USDT")) != std::string::npos;)
      text.replace(at, 8, "BTC-USDT");
    return text;
  };
  // Codes that say true things: prices of other markets and years, spot margin, nothing to find,
  // no position, the position side that each mode needs.
  const std::set<std::string> honest{"0",     "51277", "51278", "51279", "51280", "51010",
                                     "50014", "51400", "51503", "51603", "51058", "51000",
                                     "51046", "51047", "51050", "51051", "51006", "51169"};
  int seen = 0;
  for (Settings (*change)(Settings) : {static_cast<Settings (*)(Settings)>(nullptr), &legs}) {
    Venue venue(change);
    venue.market_order(Side::Buy, "61240", "1000");
    venue.market_order(Side::Sell, "61260", "1000");
    lines.clear();
    lines.seekg(0);
    for (std::string line; std::getline(lines, line);) {
      const Json request(line);
      const std::string target = ours(request.at("/target"));
      if (line.find("algo") == std::string::npos && line.find("Algo") == std::string::npos)
        continue;
      ++seen;
      const std::string body = ours(request.at("/body"));
      const Json reply =
          request.at("/method") == "GET" ? venue.get(target) : venue.post(target, body);
      const std::string code = reply.size("/data") > 0 && reply.at("/data/0/sCode") != "<none>"
                                   ? reply.at("/data/0/sCode")
                                   : reply.at("/code");
      EXPECT_TRUE(honest.contains(code))
          << code << " " << reply.at("/data/0/sMsg") << reply.at("/msg") << "\n"
          << target << " " << body;
      if (code == "51000") {
        EXPECT_NE(reply.at("/data/0/sMsg").find("posSide"), std::string::npos)
            << reply.at("/data/0/sMsg") << body;
      }
      venue.advance(seconds(1));
    }
  }
  EXPECT_GT(seen, 40);
}

}  // namespace
}  // namespace gannet::okx_server
