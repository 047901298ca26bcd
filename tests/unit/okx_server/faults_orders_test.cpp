// Faults of the order path and of its reports. RELIABILITY D13-D26, D60.
#include <gtest/gtest.h>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

struct OrderDesk {
  Venue venue;
  ConnectionId id;
  OrderDesk() : id(venue.open_private()) {
    venue.text(id, R"({"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]})");
    venue.take(id);
  }
  std::vector<std::string> send(const std::string& frame) {
    venue.text(id, frame);
    return venue.take(id);
  }
  std::vector<std::string> place(std::string_view client_id, std::string_view at = "61000") {
    return send(venue.order("1", client_id, "buy", "limit", at, "10"));
  }
  std::string on_order(std::string_view op, std::string_view client_id,
                       std::string_view more = "") const {
    return fmt::format(R"({{"id":"2","op":"{}","args":[{{"instIdCode":{},"clOrdId":"{}"{}}}]}})",
                       op, venue.swap_code, client_id, more);
  }
  std::string state_of(std::string_view client_id) {
    const Json truth = venue.get("/sim/v1/truth");
    for (std::size_t i = 0; i < truth.size("/orders"); ++i) {
      const std::string row = "/orders/" + std::to_string(i);
      if (truth.at(row + "/clOrdId") == client_id) return truth.at(row + "/state");
    }
    return "<none>";
  }
};

TEST(OrderFaults, D15_ARepliesTwiceAndAnOldPushComesAgain) {
  OrderDesk desk;
  desk.venue.fault(R"({"duplicate_ack":{"op":"order"}})");
  const auto frames = desk.place("5");
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[0], frames[1]);
  desk.place("6");
  desk.venue.fault(R"({"replay_push":{"channel":"orders"}})");
  desk.venue.advance(milliseconds(20));
  const auto again = desk.venue.pushes(desk.id, "orders");
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(Json(again[0]).at("/data/0/clOrdId"), "6");
}

TEST(OrderFaults, D16_AFillComesJustBeforeTheCancel) {
  OrderDesk desk;
  desk.venue.market_order(Side::Buy, "61001", "3");  // stands before ours
  desk.place("5", "61000");
  desk.venue.fault(R"({"fill_first":{"op":"cancel-order"}})");
  const auto frames = desk.send(desk.on_order("cancel-order", "5"));
  EXPECT_EQ(Json(frames[0]).at("/data/0/sCode"), "51400");
  EXPECT_EQ(desk.state_of("5"), "filled");
  EXPECT_EQ(Json(frames.back()).at("/data/0/state"), "filled");
}

TEST(OrderFaults, D16_APartIsFilledBeforeTheAmend) {
  OrderDesk desk;
  desk.place("5", "61000");
  desk.venue.fault(R"({"fill_first":{"op":"amend-order","percent":50}})");
  const auto frames = desk.send(desk.on_order("amend-order", "5", R"(,"newSz":"8")"));
  EXPECT_EQ(Json(frames[0]).at("/data/0/sCode"), "0");
  const Json last(frames.back());
  EXPECT_EQ(last.at("/data/0/accFillSz"), "5");
  EXPECT_EQ(last.at("/data/0/sz"), "8");
}

TEST(OrderFaults, D16_TheOrderIsCancelledJustBeforeTheAmend) {
  OrderDesk desk;
  desk.place("5");
  desk.venue.fault(R"({"cancel_first":{"op":"amend-order"}})");
  const auto frames = desk.send(desk.on_order("amend-order", "5", R"(,"newSz":"8")"));
  EXPECT_EQ(Json(frames[0]).at("/data/0/sCode"), "51503");
  EXPECT_EQ(desk.state_of("5"), "canceled");
}

TEST(OrderFaults, D17_ABatchHasMixedSuccessAndItsReplyIsLost) {
  OrderDesk desk;
  const std::string item = fmt::format(
      R"({{"instIdCode":{},"tdMode":"cross","side":"buy","ordType":"limit","px":"61000","sz":"1"}})",
      desk.venue.swap_code);
  const std::string batch = R"({"id":"9","op":"batch-orders","args":[)" + item + "," + item + "," +
                            item + "," + item + "]}";
  desk.venue.fault(R"({"reject_code":{"op":"batch-orders","code":"51008","nth":2,"count":2}})");
  const Json reply(desk.send(batch).at(0));
  EXPECT_EQ(reply.at("/code"), "2");
  EXPECT_EQ(reply.at("/data/0/sCode"), "0");
  EXPECT_EQ(reply.at("/data/1/sCode"), "51008");
  EXPECT_EQ(reply.at("/data/2/sCode"), "0");
  EXPECT_EQ(reply.at("/data/3/sCode"), "51008");
  desk.venue.fault(R"({"drop_ack":{"op":"batch-orders"}})");
  EXPECT_EQ(desk.send(batch).size(), 4u) << "four pushes and no reply";
}

TEST(OrderFaults, D18_ARequestHeldBackPastItsExpiryIsRefusedWith50037) {
  OrderDesk desk;
  const auto expiring = [&](std::string_view client_id) {
    std::string frame = desk.venue.order("1", client_id, "buy", "limit", "61000", "1");
    frame.pop_back();
    return frame + fmt::format(R"(,"expTime":"{}"}})", to_unix_millis(desk.venue.now) + 1000);
  };
  desk.venue.fault(R"({"late_request":{"op":"order","ms":1500}})");
  EXPECT_TRUE(desk.send(expiring("5")).empty());
  desk.venue.advance(milliseconds(1510));
  EXPECT_EQ(Json(desk.venue.take(desk.id).at(0)).at("/data/0/sCode"), "50037");
  EXPECT_EQ(desk.state_of("5"), "<none>");
  desk.venue.fault(R"({"late_request":{"op":"order","ms":500}})");
  EXPECT_TRUE(desk.send(expiring("6")).empty());
  desk.venue.advance(milliseconds(510));
  EXPECT_EQ(Json(desk.venue.take(desk.id).at(0)).at("/data/0/sCode"), "0");
}

TEST(OrderFaults, D19_TheVenueCancelsByItselfAndSaysWhy) {
  OrderDesk desk;
  desk.place("5");
  desk.venue.fault(R"({"venue_cancel":{"source":"20"}})");
  desk.venue.advance(milliseconds(20));
  const auto pushed = desk.venue.pushes(desk.id, "orders");
  ASSERT_EQ(pushed.size(), 1u);
  EXPECT_EQ(Json(pushed[0]).at("/data/0/state"), "canceled");
  EXPECT_EQ(Json(pushed[0]).at("/data/0/cancelSource"), "20");
}

TEST(OrderFaults, D20_TheVenueShrinksAnOrder) {
  OrderDesk desk;
  desk.place("5");
  desk.venue.fault(R"({"shrink_order":{"instId":"BTC-USDT-SWAP","lots":100}})");
  desk.venue.advance(milliseconds(20));
  const Json pushed(desk.venue.pushes(desk.id, "orders").at(0));
  EXPECT_EQ(pushed.at("/data/0/sz"), "9");  // a lot is 0.01
  EXPECT_EQ(pushed.at("/data/0/amendSource"), "4");
}

TEST(OrderFaults, D21_RateRefusalsComeAtRandomAndByRule) {
  OrderDesk desk;
  desk.venue.fault(R"({"rate_refusal":{"op":"order","nth":3,"count":0}})");
  std::string codes;
  for (int i = 0; i < 9; ++i)
    codes += Json(desk.place(std::to_string(100 + i)).at(0)).at("/code") == "50011" ? "x" : ".";
  EXPECT_EQ(codes, "..x..x..x");
  desk.venue.fault(R"({"clear":true})");
  desk.venue.fault(
      R"({"rate_refusal":{"op":"order","probability":0.5,"code":"50061","for":"10s"}})");
  int refused = 0;
  for (int i = 0; i < 40; ++i)
    refused += Json(desk.place(std::to_string(200 + i)).at(0)).at("/code") == "50061" ? 1 : 0;
  EXPECT_GT(refused, 5);
  EXPECT_LT(refused, 35);
}

TEST(OrderFaults, D22_EachActionIsRefusedWithAnyCode) {
  OrderDesk desk;
  desk.place("5");
  for (const char* code : {"51149", "50004", "51410", "99999"}) {
    desk.venue.fault(fmt::format(R"({{"reject_code":{{"op":"cancel-order","code":"{}"}}}})", code));
    EXPECT_EQ(Json(desk.send(desk.on_order("cancel-order", "5")).at(0)).at("/data/0/sCode"), code);
    desk.venue.fault(fmt::format(R"({{"reject_code":{{"op":"amend-order","code":"{}"}}}})", code));
    const auto frames = desk.send(desk.on_order("amend-order", "5", R"(,"newSz":"8")"));
    EXPECT_EQ(Json(frames.at(0)).at("/data/0/sCode"), code);
  }
  EXPECT_EQ(desk.state_of("5"), "live");
}

TEST(OrderFaults, D20_AnOrderIsFilledOneLotBeyondItsSize) {
  OrderDesk desk;
  desk.place("5");
  desk.venue.fault(R"({"overfill":{"instId":"BTC-USDT-SWAP"}})");
  desk.venue.advance(milliseconds(20));
  const auto pushed = desk.venue.pushes(desk.id, "orders");
  ASSERT_EQ(pushed.size(), 1u);
  EXPECT_EQ(Json(pushed[0]).at("/data/0/state"), "filled");
  EXPECT_EQ(Json(pushed[0]).at("/data/0/sz"), "10");
  EXPECT_EQ(Json(pushed[0]).at("/data/0/accFillSz"), "10.01");
  const Json truth = desk.venue.get("/sim/v1/truth");
  EXPECT_EQ(truth.at("/positions/0/pos"), "10.01");
  EXPECT_EQ(truth.at("/fills/0/fillSz"), "10.01");
  EXPECT_EQ(truth.at("/money_ok"), "true");
}

/// A long position of five, the price at 61250, and an algo order that sells it.
struct AlgoDesk : OrderDesk {
  AlgoDesk() {
    venue.market_order(Side::Sell, "61250", "5");
    send(venue.order("1", "9", "buy", "limit", "61250", "5"));
    venue.advance(milliseconds(20));
  }
  std::string place_algo(const std::string& members) {
    return venue
        .post(
            "/api/v5/trade/order-algo",
            R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"sell","sz":"5",)" + members + "}")
        .at("/data/0/algoId");
  }
  void trade_at(std::string_view price, std::string_view bid = "20") {
    venue.market_order(Side::Buy, price, bid);
    venue.market_order(Side::Sell, price, "1", sim::OrderType::ImmediateOrCancel);
    venue.advance(milliseconds(20));
  }
  Json algo(const std::string& named) {
    return venue.get("/api/v5/trade/order-algo?algoId=" + named);
  }
};
constexpr const char* kStop = R"("ordType":"conditional","slTriggerPx":"61000","slOrdPx":"-1")";

TEST(OrderFaults, D24_TheOrderOfATriggeredStopIsRefused) {
  AlgoDesk desk;
  const std::string id = desk.place_algo(kStop);
  desk.venue.fault(R"({"algo_refused":{}})");
  desk.trade_at("61000");
  EXPECT_EQ(desk.algo(id).at("/data/0/state"), "order_failed");
  EXPECT_EQ(desk.algo(id).at("/data/0/failCode"), "51008");
  EXPECT_EQ(desk.venue.get("/sim/v1/truth").at("/positions/0/pos"), "5") << "it sold nothing";
}

TEST(OrderFaults, D24_ATrailingStopArmsAnew) {
  AlgoDesk desk;
  const std::string id = desk.place_algo(R"("ordType":"move_order_stop","callbackSpread":"100")");
  desk.venue.fault(R"({"algo_rearm":{"instId":"BTC-USDT-SWAP"}})");
  desk.trade_at("61100", "1");
  EXPECT_EQ(desk.algo(id).at("/data/0/state"), "live");
  EXPECT_EQ(desk.algo(id).at("/data/0/moveTriggerPx"), "61000");
  desk.trade_at("60900");
  EXPECT_EQ(desk.algo(id).at("/data/0/state"), "effective");
}

TEST(OrderFaults, D24_TheOrdersOfAnAlgoOrderAreNotNamedAndItIsInTheHistoryAlone) {
  AlgoDesk desk;
  const std::string id = desk.place_algo(kStop);
  const std::string list = "/api/v5/trade/orders-algo-pending?ordType=conditional";
  desk.venue.fault(R"({"empty_list":{"path":"/api/v5/trade/orders-algo-pending"}})");
  EXPECT_EQ(desk.venue.get(list).size("/data"), 0u);
  EXPECT_EQ(desk.venue.get(list).size("/data"), 1u);
  desk.venue.fault(R"({"algo_unnamed":{"for":"5s"}})");
  desk.trade_at("61000");
  const auto named = [&] { return desk.algo(id).at("/data/0/ordId"); };
  EXPECT_EQ(desk.algo(id).at("/data/0/state"), "effective");
  EXPECT_EQ(named(), "");
  EXPECT_EQ(desk.algo(id).at("/data/0/ordIdList"), "[]");
  desk.venue.advance(seconds(6));
  EXPECT_EQ(named().size(), 19u);
}

TEST(OrderFaults, D23_TheInstrumentsCodeIsRefusedOnTheSocketAlone) {
  OrderDesk desk;
  desk.venue.fault(R"({"refuse_instrument_code":{"instId":"BTC-USDT-SWAP"}})");
  EXPECT_EQ(Json(desk.place("5").at(0)).at("/data/0/sCode"), "51001");
  const Json by_rest = desk.venue.post(
      "/api/v5/trade/order",
      R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","px":"61000","sz":"1"})");
  EXPECT_EQ(by_rest.at("/data/0/sCode"), "0");
}

TEST(OrderFaults, D25_D26_SomeoneElseChangesLeverageTradesAndMovesMoney) {
  OrderDesk desk;
  desk.venue.fault(R"({"set_leverage":{"instId":"BTC-USDT-SWAP","lever":3}})");
  const Json leverage =
      desk.venue.get("/api/v5/account/leverage-info?instId=BTC-USDT-SWAP&mgnMode=cross");
  EXPECT_EQ(leverage.at("/data/0/lever"), "3");
  desk.venue.fault(
      R"({"foreign_order":{"instId":"BTC-USDT-SWAP","side":"sell","px":"62000","sz":"2","tag":"other"}})");
  desk.venue.advance(milliseconds(20));
  const Json pushed(desk.venue.pushes(desk.id, "orders").at(0));
  EXPECT_EQ(pushed.at("/data/0/tag"), "other");
  EXPECT_EQ(pushed.at("/data/0/px"), "62000");
  const std::string before = desk.venue.get("/sim/v1/truth").at("/balances/0/cashBal");
  desk.venue.fault(R"({"transfer":{"ccy":"USDT","amount":"-250.5"}})");
  const Json truth = desk.venue.get("/sim/v1/truth");
  bool moved = false;
  for (std::size_t i = 0; i < truth.size("/balances"); ++i)
    moved |= truth.at(fmt::format("/balances/{}/cashBal", i)) == "99749.5";
  EXPECT_TRUE(moved) << before;
}

TEST(OrderFaults, D26_ThePositionModeIsChangedInTheWebPage) {
  OrderDesk desk;
  const auto mode = [&] { return desk.venue.get("/api/v5/account/config").at("/data/0/posMode"); };
  EXPECT_EQ(mode(), "net_mode");
  desk.venue.fault(R"({"set_leverage":{"posMode":"long_short_mode"}})");
  EXPECT_EQ(mode(), "long_short_mode");
}

TEST(OrderFaults, D60_AnotherEngineOfTheUserHasSpentTheBudget) {
  OrderDesk desk;
  desk.venue.fault(R"({"spend_rate":{"instId":"BTC-USDT-SWAP","op":"order","units":60}})");
  EXPECT_EQ(Json(desk.place("5").at(0)).at("/code"), "50011");
  desk.venue.advance(milliseconds(2010));
  EXPECT_EQ(Json(desk.place("5").at(0)).at("/data/0/sCode"), "0");
}

}  // namespace
}  // namespace gannet::okx_server
