// What the order endpoints take, refuse and answer beyond the common case: sockets and REST.

#include <gtest/gtest.h>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

/// A private connection with `orders`, and a market around 61,250 on the swap and on spot.
struct Floor {
  Venue venue;
  ConnectionId id;
  explicit Floor(Settings (*change)(Settings) = nullptr) : venue(change), id(venue.open_private()) {
    venue.market_order(Side::Buy, "61249", "10");
    venue.market_order(Side::Sell, "61251", "10");
    spot_order(Side::Buy, "61249", "10");
    spot_order(Side::Sell, "61251", "10");
    venue.server->exchange().deposit(1, parse_amount("10", venue.currencies.find("BTC")).value(),
                                     venue.now);
    venue.text(id, R"({"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]})");
    venue.take(id);
  }
  void spot_order(Side side, std::string_view at, std::string_view quantity) {
    sim::NewOrder order;
    order.instrument = venue.spot;
    order.side = side;
    order.mode = sim::TradeMode::Cash;
    order.price = venue.price(at);
    order.quantity = venue.lots(quantity);
    venue.server->exchange().place(order, venue.now);
  }
  std::vector<std::string> say(const std::string& text) {
    venue.text(id, text);
    return venue.take(id);
  }
  /// An operation of one item of the swap by socket; all frames that came.
  std::vector<std::string> op(std::string_view name, std::string_view members) {
    return say(fmt::format(R"({{"id":"1","op":"{}","args":[{{"instIdCode":{},{}}}]}})", name,
                           venue.swap_code, members));
  }
  /// sCode of a spot order by REST, its other members as given.
  std::string spot(std::string_view members) {
    return venue
        .post("/api/v5/trade/order",
              fmt::format(R"({{"instId":"BTC-USDT","tdMode":"cash",{}}})", members))
        .at("/data/0/sCode");
  }
};

constexpr std::string_view kLimit =
    R"("tdMode":"cross","side":"buy","ordType":"limit","px":"61000","sz":"2")";

TEST(OrderEntryRules, SpecialOrderTypesAreRefusedAsTheVenueDoes) {
  Floor desk;
  const auto code = [&](std::string_view type) {
    return Json(desk.op("order", fmt::format(R"("tdMode":"cross","side":"buy","ordType":"{}",)"
                                             R"("px":"61000","sz":"1")",
                                             type))[0])
        .at("/data/0/sCode");
  };
  EXPECT_EQ(code("mmp"), "51000");  // options alone have it
  EXPECT_EQ(code("mmp_and_post_only"), "51000");
  EXPECT_EQ(code("rpi"), "54042");
  EXPECT_EQ(code("elp"), "51000");
  EXPECT_EQ(code("optimal_limit_ioc"), "0");
  EXPECT_EQ(desk.spot(R"("side":"buy","ordType":"optimal_limit_ioc","sz":"1")"), "51000");
}

TEST(OrderEntryRules, AMassCancelIsRefusedForWantOfPermission) {
  Floor desk;
  const auto code = [&](std::string_view arg) {
    return Json(desk.say(fmt::format(R"({{"id":"1","op":"mass-cancel","args":[{}]}})", arg))[0])
        .at("/code");
  };
  EXPECT_EQ(code(R"({"instType":"OPTION","instFamily":"BTC-USD"})"), "51411");
  EXPECT_EQ(code(R"({"instType":"OPTION"})"), "50014");
  EXPECT_EQ(code(R"({"instType":"SWAP","instFamily":"BTC-USDT"})"), "51000");
  EXPECT_EQ(code("1"), "60013");
  EXPECT_EQ(
      desk.venue
          .post("/api/v5/trade/mass-cancel", R"({"instType":"OPTION","instFamily":"BTC-USD"})")
          .at("/code"),
      "51411");
}

TEST(OrderEntryRules, SocketRequestsNeedAnIdOfLettersAndDigits) {
  Floor desk;
  const auto code = [&](std::string_view id) {
    return Json(
               desk.say(fmt::format(R"({{"id":"{}","op":"order","args":[{{"instIdCode":{},{}}}]}})",
                                    id, desk.venue.swap_code, kLimit))[0])
        .at("/code");
  };
  EXPECT_EQ(code(""), "60013");
  EXPECT_NE(code("a-1"), "0");
  EXPECT_NE(code(std::string(33, 'a')), "0");
  EXPECT_EQ(code(std::string(32, 'a')), "0");
}

TEST(OrderEntryRules, PriceOutsideTheBandNamesItAndPxAmendTypeMovesItIn) {
  Floor desk;  // the band is 5 % around 61,250: 58,187.5 to 64,312.5
  const Json refused(desk.op("order", R"("tdMode":"cross","side":"buy","ordType":"limit",)"
                                      R"("px":"64312.6","sz":"0.01")")[0]);
  EXPECT_EQ(refused.at("/data/0/sCode"), "51006");
  EXPECT_NE(refused.at("/data/0/sMsg").find("max buy price: 64312.5 min sell price: 58187.5"),
            std::string::npos);
  desk.op("order", R"("tdMode":"cross","side":"sell","ordType":"limit","px":"62000","sz":"0.01",)"
                   R"("clOrdId":"a")");
  EXPECT_EQ(Json(desk.op("amend-order", R"("clOrdId":"a","newPx":"58000")")[0]).at("/data/0/sCode"),
            "51006");
  EXPECT_EQ(Json(desk.op("amend-order", R"("clOrdId":"a","newPx":"58000","pxAmendType":"2")")[0])
                .at("/data/0/sCode"),
            "51000");
  const auto moved = desk.op("amend-order", R"("clOrdId":"a","newPx":"58000","pxAmendType":"1")");
  EXPECT_EQ(Json(moved[0]).at("/data/0/sCode"), "0");
  EXPECT_EQ(Json(moved[1]).at("/data/0/px"), "58187.5");
}

TEST(OrderEntryRules, FailedAmendLeavesTheOrderUnlessItIsToBeCancelled) {
  Floor desk;
  desk.op("order", R"("clOrdId":"p","tdMode":"cross","side":"buy","ordType":"post_only",)"
                   R"("px":"61000","sz":"2")");
  const auto kept = desk.op("amend-order", R"("clOrdId":"p","newPx":"61251","reqId":"r1")");
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(Json(kept[0]).at("/data/0/sCode"), "51511");
  EXPECT_EQ(Json(kept[0]).at("/data/0/reqId"), "r1");
  const auto ended =
      desk.op("amend-order", R"("clOrdId":"p","newPx":"61251","reqId":"r2","cxlOnFail":true)");
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(Json(ended[0]).at("/data/0/sCode"), "51511");
  const Json push(ended[1]);
  EXPECT_EQ(push.at("/data/0/state"), "canceled");
  EXPECT_EQ(push.at("/data/0/amendResult"), "1");
  EXPECT_EQ(push.at("/data/0/reqId"), "r2");
  EXPECT_EQ(push.at("/data/0/code"), "51511");
  EXPECT_EQ(push.at("/data/0/px"), "61000");
}

TEST(OrderEntryRules, AnAmendMayFailAfterItsAcknowledgement) {
  Floor desk([](Settings settings) {
    settings.amends_fail_after_ack = true;
    return settings;
  });
  desk.op("order", R"("clOrdId":"p","tdMode":"cross","side":"buy","ordType":"post_only",)"
                   R"("px":"61000","sz":"2")");
  const auto frames = desk.op("amend-order", R"("clOrdId":"p","newPx":"61251","reqId":"r1")");
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(Json(frames[0]).at("/data/0/sCode"), "0");
  const Json push(frames[1]);
  EXPECT_EQ(push.at("/data/0/state"), "live");
  EXPECT_EQ(push.at("/data/0/amendResult"), "-1");
  EXPECT_EQ(push.at("/data/0/reqId"), "r1");
  EXPECT_EQ(push.at("/data/0/code"), "51511");
  EXPECT_EQ(push.at("/data/0/px"), "61000");
}

TEST(OrderEntryRules, AmendedToNoMoreThanFilledIsFilled) {
  Floor desk;
  desk.op("order", R"("clOrdId":"p","tdMode":"cross","side":"buy","ordType":"limit",)"
                   R"("px":"61250","sz":"2")");
  desk.venue.market_order(Side::Sell, "61250", "0.5", sim::OrderType::ImmediateOrCancel);
  desk.say("ping");
  const auto frames = desk.op("amend-order", R"("clOrdId":"p","newSz":"0.5")");
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(Json(frames[1]).at("/data/0/state"), "filled");
  EXPECT_EQ(Json(frames[1]).at("/data/0/amendResult"), "0");
  EXPECT_EQ(Json(frames[1]).at("/data/0/accFillSz"), "0.5");
  EXPECT_EQ(Json(desk.op("amend-order", R"("clOrdId":"p","newSz":"1")")[0]).at("/data/0/sCode"),
            "51503");
  EXPECT_EQ(Json(desk.op("amend-order", R"("clOrdId":"p")")[0]).at("/data/0/sCode"), "51500");
  EXPECT_EQ(Json(desk.op("amend-order", R"("newSz":"1")")[0]).at("/data/0/sCode"), "51003");
}

TEST(OrderEntryRules, SpotMarketOrdersAreSizedAsTgtCcySays) {
  Floor desk;
  const auto filled = [&](std::string_view client_id) {
    return desk.venue.get(fmt::format("/api/v5/trade/order?instId=BTC-USDT&clOrdId={}", client_id))
        .at("/data/0/accFillSz");
  };
  EXPECT_EQ(desk.spot(R"("side":"sell","ordType":"market","sz":"2","clOrdId":"a")"), "0");
  EXPECT_EQ(filled("a"), "2");  // a sale is in base currency
  EXPECT_EQ(
      desk.spot(
          R"("side":"sell","ordType":"market","sz":"61249","tgtCcy":"quote_ccy","clOrdId":"b")"),
      "0");
  EXPECT_EQ(filled("b"), "1");
  EXPECT_EQ(desk.spot(R"("side":"buy","ordType":"market","sz":"61251","clOrdId":"c")"), "0");
  EXPECT_EQ(filled("c"), "1");  // a purchase is in quote currency
  EXPECT_EQ(desk.spot(R"("side":"buy","ordType":"market","sz":"1","tgtCcy":"pounds")"), "51000");
  EXPECT_EQ(desk.spot(R"("side":"sell","ordType":"market","sz":"1000")"), "51008");
}

TEST(OrderEntryRules, BanAmendSlippageAndQuoteCurrencyAreChecked) {
  Floor desk;
  constexpr std::string_view kSale =
      R"("side":"sell","ordType":"market","sz":"612490","tgtCcy":"quote_ccy",)";
  EXPECT_EQ(desk.spot(std::string(kSale) + R"("slippagePct":"0.06")"), "54085");
  EXPECT_EQ(desk.spot(std::string(kSale) + R"("slippagePct":"0.00001")"), "54085");
  EXPECT_EQ(desk.spot(R"("side":"sell","ordType":"market","sz":"1","slippagePct":"0.01")"),
            "51000");  // only where the size is in what is received
  EXPECT_EQ(desk.spot(std::string(kSale) + R"("slippagePct":"0.01","tradeQuoteCcy":"USDC")"),
            "51000");
  EXPECT_EQ(desk.spot(R"("side":"buy","ordType":"market","sz":"11","tgtCcy":"base_ccy",)"
                      R"("slippagePct":"0.05")"),
            "54084");  // ten are offered
  EXPECT_EQ(desk.spot(std::string(kSale) + R"("slippagePct":"0.01","tradeQuoteCcy":"USDT")"), "0");
  EXPECT_EQ(desk.spot(std::string(kSale) + R"("banAmend":true)"), "51109");  // nobody bids
  desk.spot_order(Side::Buy, "61000", "100");
  EXPECT_EQ(desk.spot(R"("side":"sell","ordType":"market","sz":"6100000","tgtCcy":"quote_ccy",)"
                      R"("banAmend":true)"),
            "51008");  // a hundred coins, which nobody has
}

TEST(OrderEntryRules, SelfTradeModesEndTheOrderTheyName) {
  Floor desk;
  const auto cross = [&](std::string_view mode) {
    desk.op("order", R"("clOrdId":"m","tdMode":"cross","side":"sell","ordType":"limit",)"
                     R"("px":"61250","sz":"1")");
    auto frames = desk.op("order", fmt::format(R"("clOrdId":"t","tdMode":"cross","side":"buy",)"
                                               R"("ordType":"limit","px":"61250","sz":"1",)"
                                               R"("stpMode":"{}")",
                                               mode));
    std::vector<std::string> ends;
    for (const std::string& frame : frames) {
      const Json push(frame);
      if (push.at("/data/0/state") != "canceled") continue;
      EXPECT_EQ(push.at("/data/0/cancelSource"), "32");
      ends.push_back(push.at("/data/0/clOrdId"));
    }
    for (const char* name : {"m", "t"})
      desk.op("cancel-order", fmt::format(R"("clOrdId":"{}")", name));
    return ends;
  };
  EXPECT_EQ(cross("cancel_maker"), std::vector<std::string>{"m"});
  EXPECT_EQ(cross("cancel_taker"), std::vector<std::string>{"t"});
  EXPECT_EQ(cross("cancel_both"), (std::vector<std::string>{"m", "t"}));
  EXPECT_EQ(Json(desk.op("order", R"("tdMode":"cross","side":"buy","ordType":"fok","px":"61250",)"
                                  R"("sz":"1","stpMode":"cancel_both")")[0])
                .at("/data/0/sCode"),
            "54036");
  EXPECT_EQ(
      Json(desk.op("order", std::string(kLimit) + R"(,"stpMode":"none")")[0]).at("/data/0/sCode"),
      "51000");
}

TEST(OrderEntryRules, ASubAccountDoesNotTradeWithItsMaster) {
  Floor desk([](Settings settings) {
    User sub = settings.users[0];
    sub.account.name = "sub";
    sub.master = settings.users[0].account.name;
    sub.uid.clear();
    settings.users.push_back(sub);
    ApiKey key = settings.keys[0];
    key.credentials = make_default_credentials(99);
    key.user = "sub";
    settings.keys.push_back(key);
    return settings;
  });
  desk.op("order", R"("clOrdId":"m","tdMode":"cross","side":"sell","ordType":"limit",)"
                   R"("px":"61250","sz":"1")");
  desk.venue.credentials = make_default_credentials(99);
  desk.venue.now = desk.venue.now + seconds(1);
  const ConnectionId sub = desk.venue.open_private();
  desk.venue.text(sub, desk.venue.order("1", "t", "buy", "limit", "61250", "1"));
  const auto ended = desk.venue.pushes(desk.id, "orders");
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(Json(ended[0]).at("/data/0/state"), "canceled");
  EXPECT_EQ(Json(ended[0]).at("/data/0/cancelSource"), "32");
  EXPECT_EQ(Json(ended[0]).at("/data/0/accFillSz"), "0");
}

TEST(OrderEntryRules, RestBatchesSucceedItemByItemUpToTwenty) {
  Floor desk;
  const std::string good = fmt::format(R"({{"instId":"BTC-USDT-SWAP",{}}})", kLimit);
  const std::string bad = R"({"instId":"NO-SUCH","tdMode":"cross"})";
  const auto batch = [&](const std::string& endpoint, const std::string& items) {
    return desk.venue.http(
        desk.venue.signed_request("POST", "/api/v5/trade/" + endpoint, "[" + items + "]"));
  };
  const HttpResponse mixed = batch("batch-orders", good + "," + bad + "," + good);
  EXPECT_EQ(mixed.status, 200);
  const Json json(mixed.body);
  EXPECT_EQ(json.at("/code"), "2");
  EXPECT_EQ(json.at("/data/0/sCode"), "0");
  EXPECT_EQ(json.at("/data/1/sCode"), "51001");
  EXPECT_EQ(json.at("/data/2/sCode"), "0");
  EXPECT_EQ(Json(batch("batch-orders", bad + "," + bad).body).at("/code"), "1");
  const std::string one = R"({"instId":"BTC-USDT-SWAP","ordId":"1","newSz":"1"})";
  std::string many = one;
  for (int i = 0; i < 20; ++i) many += "," + one;
  EXPECT_EQ(Json(batch("batch-orders", many).body).at("/code"), "51111");
  EXPECT_EQ(Json(batch("amend-batch-orders", many).body).at("/code"), "51501");
  EXPECT_EQ(batch("amend-batch-orders", many).status, 400);
  EXPECT_EQ(Json(batch("cancel-batch-orders", many).body).at("/code"), "51406");
  EXPECT_EQ(batch("cancel-batch-orders", many).status, 400);
  EXPECT_EQ(Json(batch("amend-batch-orders", one + "," + one).body).at("/code"), "51512");
  EXPECT_EQ(batch("batch-orders", "").status, 400);
  EXPECT_EQ(desk.venue.post("/api/v5/trade/batch-orders", good).at("/code"), "50002");
}

TEST(OrderEntryRules, RestTakesTheExpiryAsAHeader) {
  Floor desk;
  const std::string body = fmt::format(R"({{"instId":"BTC-USDT-SWAP",{}}})", kLimit);
  const auto code = [&](Timestamp expiry) {
    HttpRequest request = desk.venue.signed_request("POST", "/api/v5/trade/order", body);
    request.headers.emplace_back("expTime", std::to_string(to_unix_millis(expiry)));
    return Json(desk.venue.http(request).body).at("/data/0/sCode");
  };
  EXPECT_EQ(code(desk.venue.now - milliseconds(1)), "50036");
  EXPECT_EQ(code(desk.venue.now + milliseconds(500)), "0");
}

TEST(CancelAllAfter, ByTagCancelsThatTagAloneAndOneByOneTheRest) {
  Floor desk;
  desk.op("order", std::string(kLimit) + R"(,"clOrdId":"a","tag":"one")");
  desk.op("order", std::string(kLimit) + R"(,"clOrdId":"b","tag":"two")");
  const auto arm = [&](const std::string& body) {
    return desk.venue.post("/api/v5/trade/cancel-all-after", body);
  };
  const Json tagged = arm(R"({"timeOut":"10","tag":"one"})");
  EXPECT_EQ(tagged.at("/code"), "0");
  EXPECT_EQ(tagged.at("/data/0/tag"), "one");
  EXPECT_EQ(tagged.at("/data/0/triggerTime"),
            std::to_string(to_unix_millis(desk.venue.now + seconds(10))));
  EXPECT_EQ(tagged.at("/data/0/ts"), std::to_string(to_unix_millis(desk.venue.now)));
  EXPECT_EQ(arm(R"({"timeOut":"20"})").at("/code"), "0");
  EXPECT_EQ(arm(R"({"timeOut":"20"})").at("/code"), "50011");  // one a second and tag
  EXPECT_EQ(arm(R"({"timeOut":"9","tag":"x"})").at("/code"), "51000");
  EXPECT_EQ(arm(R"({"timeOut":"121","tag":"x"})").at("/code"), "51000");
  EXPECT_EQ(arm(R"({"timeOut":"0","tag":"x"})").at("/data/0/triggerTime"), "0");
  desk.venue.take(desk.id);
  desk.venue.advance(seconds(10));
  auto ended = desk.venue.pushes(desk.id, "orders");
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(Json(ended[0]).at("/data/0/clOrdId"), "a");
  EXPECT_EQ(Json(ended[0]).at("/data/0/cancelSource"), "20");
  desk.venue.take(desk.id);
  desk.venue.advance(seconds(10));
  ended = desk.venue.pushes(desk.id, "orders");
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(Json(ended[0]).at("/data/0/clOrdId"), "b");
  desk.venue.take(desk.id);
  EXPECT_EQ(Json(desk.op("order", kLimit)[0]).at("/data/0/sCode"), "0");  // new orders may come
}

TEST(CancelAllAfter, KnowsTwentyTagsAtOnce) {
  Floor desk;
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(desk.venue
                  .post("/api/v5/trade/cancel-all-after",
                        fmt::format(R"({{"timeOut":"60","tag":"t{}"}})", i))
                  .at("/code"),
              "0");
  EXPECT_EQ(desk.venue.post("/api/v5/trade/cancel-all-after", R"({"timeOut":"60","tag":"t20"})")
                .at("/code"),
            "51071");
  EXPECT_EQ(desk.venue.post("/api/v5/trade/cancel-all-after", R"({"timeOut":60})").at("/code"),
            "0");
}

TEST(ClosePosition, SellsAllOfItAndNamesWhatStandsInTheWay) {
  Floor desk;
  const auto close = [&](const std::string& more = "") {
    return desk.venue.post("/api/v5/trade/close-position",
                           R"({"instId":"BTC-USDT-SWAP","mgnMode":"cross")" + more + "}");
  };
  EXPECT_EQ(close().at("/code"), "51023");
  EXPECT_EQ(
      desk.venue.post("/api/v5/trade/close-position", R"({"instId":"BTC-USDT-SWAP"})").at("/code"),
      "50014");
  EXPECT_EQ(close(R"(,"posSide":"long")").at("/code"), "51000");
  desk.op("order", R"("tdMode":"cross","side":"buy","ordType":"ioc","px":"61251","sz":"2")");
  desk.op("order", R"("tdMode":"cross","side":"sell","ordType":"limit","px":"62000","sz":"1",)"
                   R"("reduceOnly":true)");
  EXPECT_EQ(close().at("/code"), "51115");
  const Json done = close(R"(,"autoCxl":true,"clOrdId":"bye","tag":"t")");
  EXPECT_EQ(done.at("/code"), "0");
  EXPECT_EQ(done.at("/data/0/instId"), "BTC-USDT-SWAP");
  EXPECT_EQ(done.at("/data/0/posSide"), "net");
  EXPECT_EQ(done.at("/data/0/clOrdId"), "bye");
  EXPECT_EQ(done.at("/data/0/tag"), "t");
  EXPECT_EQ(desk.venue.get("/api/v5/account/positions").size("/data"), 0u);
  EXPECT_EQ(desk.venue.get("/api/v5/trade/orders-pending").size("/data"), 0u);
  const Json order = desk.venue.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=bye");
  EXPECT_EQ(order.at("/data/0/state"), "filled");
  EXPECT_EQ(order.at("/data/0/reduceOnly"), "true");
}

TEST(OrderPrecheck, IsForAccountsMarginedAsAWhole) {
  const std::string body = fmt::format(R"({{"instId":"BTC-USDT-SWAP",{}}})", kLimit);
  Floor futures;
  EXPECT_EQ(futures.venue.post("/api/v5/trade/order-precheck", body).at("/code"), "51010");
  Floor multi([](Settings settings) {
    settings.users[0].account.account_mode = 3;
    return settings;
  });
  const Json checked = multi.venue.post("/api/v5/trade/order-precheck", body);
  EXPECT_EQ(checked.at("/code"), "0");
  // Two contracts of 0.01 BTC at 61,000 and five-fold leverage.
  EXPECT_EQ(checked.at("/data/0/imrChg"), "244");
  EXPECT_EQ(multi.venue.get("/api/v5/trade/orders-pending").size("/data"), 0u);
}

TEST(OrderMode, SpotIsTradedCrossWhereAllIsOneMarginAndCashElsewhere) {
  for (const int mode : {1, 2, 3}) {
    Venue venue;
    if (mode != 2) {
      venue.post("/api/v5/account/set-account-level", fmt::format(R"({{"acctLv":"{}"}})", mode));
    }
    const auto place = [&](std::string_view trade_mode) {
      return venue.post("/api/v5/trade/order",
                        fmt::format(R"({{"instId":"BTC-USDT","tdMode":"{}","side":"buy",)"
                                    R"("ordType":"limit","px":"61000","sz":"0.01","ccy":"USDT"}})",
                                    trade_mode));
    };
    EXPECT_EQ(place("cash").at("/data/0/sCode") == "0", mode < 3) << mode;
    EXPECT_EQ(place("cross").at("/data/0/sCode") == "0", mode == 3) << mode;
    const Json open = venue.get("/api/v5/trade/orders-pending?instType=SPOT");
    ASSERT_EQ(open.size("/data"), 1u) << mode;
    EXPECT_EQ(open.at("/data/0/tdMode"), mode == 3 ? "cross" : "cash");
    venue.fault(R"({"foreign_order":{"instId":"BTC-USDT","side":"buy","px":"60000","sz":"0.02"}})");
    EXPECT_EQ(venue.get("/api/v5/trade/orders-pending?instType=SPOT").size("/data"), 2u) << mode;
  }
}

TEST(OrderHistory, PagesByIdNewestFirstAndFiltersByTimeStateAndType) {
  Floor desk;
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    desk.venue.now = desk.venue.now + seconds(1);
    const auto frames = desk.op("order", fmt::format(R"("clOrdId":"o{}",{})", i, kLimit));
    ids.push_back(Json(frames[0]).at("/data/0/ordId"));
  }
  const auto rows = [&](const std::string& query) {
    const Json json = desk.venue.get("/api/v5/trade/orders-pending?" + query);
    std::string names;
    for (std::size_t i = 0; i < json.size("/data"); ++i)
      names += json.at(fmt::format("/data/{}/clOrdId", i)).substr(1);
    return json.at("/code") == "0" ? names : json.at("/code");
  };
  EXPECT_EQ(rows("instType=SWAP"), "43210");
  EXPECT_EQ(rows("limit=2"), "43");
  EXPECT_EQ(rows("limit=2&after=" + ids[3]), "21");
  EXPECT_EQ(rows("before=" + ids[2]), "43");
  EXPECT_EQ(rows("after=" + ids[3] + "&before=" + ids[0]), "21");
  EXPECT_EQ(rows("instType=SPOT"), "");
  EXPECT_EQ(rows("instFamily=BTC-USDT&ordType=limit,ioc&state=live"), "43210");
  EXPECT_EQ(rows("state=partially_filled"), "");
  EXPECT_EQ(rows("instType=WHAT"), "51000");
  EXPECT_EQ(rows("state=cancelled"), "51000");
  EXPECT_EQ(rows("after=x"), "51000");

  for (int i = 0; i < 5; ++i) desk.op("cancel-order", fmt::format(R"("clOrdId":"o{}")", i));
  const auto history = [&](const std::string& query) {
    return desk.venue.get("/api/v5/trade/orders-history?instType=SWAP&" + query).size("/data");
  };
  const auto at = [&](int i) { return to_unix_millis(Venue::kStart + seconds(i)); };
  EXPECT_EQ(history("state=canceled"), 5u);
  EXPECT_EQ(history(fmt::format("begin={}&end={}", at(2), at(4))), 3u);
  EXPECT_EQ(history("category=normal"), 5u);
  EXPECT_EQ(history("category=adl"), 0u);
  EXPECT_EQ(desk.venue.get("/api/v5/trade/orders-history").at("/code"), "50014");
}

TEST(OrderHistory, UnfilledCancelledOrdersVanishAfterTwoHours) {
  Floor desk;
  desk.op("order", fmt::format(R"("clOrdId":"gone",{})", kLimit));
  desk.op("order", R"("clOrdId":"part","tdMode":"cross","side":"buy","ordType":"ioc",)"
                   R"("px":"61251","sz":"11")");
  desk.op("cancel-order", R"("clOrdId":"gone")");
  const auto rows = [&](const std::string& endpoint) {
    return desk.venue.get("/api/v5/trade/" + endpoint + "?instType=SWAP").size("/data");
  };
  const auto found = [&] {
    return desk.venue.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=gone").at("/code");
  };
  EXPECT_EQ(rows("orders-history"), 2u);
  EXPECT_EQ(rows("orders-history-archive"), 1u);  // never has them
  desk.venue.now = desk.venue.now + seconds(2 * 3600);
  EXPECT_EQ(rows("orders-history"), 2u);
  EXPECT_EQ(found(), "0");
  desk.venue.now = desk.venue.now + seconds(1);
  EXPECT_EQ(rows("orders-history"), 1u);
  EXPECT_EQ(found(), "51603");
}

TEST(FillHistory, PagesByBillAndTellsWhatTheFillDid) {
  Floor desk;
  desk.op("order", R"("tdMode":"cross","side":"buy","ordType":"ioc","px":"61251","sz":"2")");
  desk.venue.now = desk.venue.now + seconds(1);
  desk.op("order", R"("tdMode":"cross","side":"sell","ordType":"ioc","px":"61249","sz":"1")");
  const Json all = desk.venue.get("/api/v5/trade/fills");
  ASSERT_EQ(all.size("/data"), 2u);
  EXPECT_EQ(all.at("/data/0/side"), "sell");
  EXPECT_EQ(all.at("/data/0/subType"), "2");
  EXPECT_EQ(all.at("/data/0/fillPnl"), "-0.02");  // 2 on one contract of 0.01
  EXPECT_EQ(all.at("/data/0/fillIdxPx"), "61250");
  EXPECT_EQ(all.at("/data/1/subType"), "1");
  EXPECT_EQ(all.at("/data/1/fillPnl"), "0");
  const auto rows = [&](const std::string& query) {
    return desk.venue.get("/api/v5/trade/fills?" + query).size("/data");
  };
  EXPECT_EQ(rows("after=" + all.at("/data/0/billId")), 1u);
  EXPECT_EQ(rows("before=" + all.at("/data/1/billId")), 1u);
  EXPECT_EQ(rows("subType=1"), 1u);
  EXPECT_EQ(rows("instType=SPOT"), 0u);
  EXPECT_EQ(rows("ordId=" + all.at("/data/1/ordId")), 1u);
  EXPECT_EQ(rows(fmt::format("begin={}", to_unix_millis(desk.venue.now))), 1u);
}

}  // namespace
}  // namespace gannet::okx_server
