#include <gtest/gtest.h>

#include <algorithm>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

constexpr std::string_view kOrders =
    R"({"id":"1","op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]})";

/// A private connection with `orders`, and a market around 61,250.
struct Counter {
  Venue venue;
  ConnectionId id;
  explicit Counter(Settings (*change)(Settings) = nullptr)
      : venue(change), id(venue.open_private()) {
    venue.market_order(Side::Buy, "61249", "10");
    venue.market_order(Side::Sell, "61251", "10");
    venue.text(id, kOrders);
    venue.take(id);
  }
  std::vector<std::string> say(const std::string& text) {
    venue.text(id, text);
    return venue.take(id);
  }
};

TEST(OrderLife, RunsAsTheRoundTripOfTheFactSheet) {
  // PROTOCOL 15.4: place, partial fill as maker, amend, cancel.
  Counter desk;
  auto frames =
      desk.say(desk.venue.order("17", "900000000017", "buy", "post_only", "61250.1", "0.05"));
  ASSERT_EQ(frames.size(), 2u);  // the reply goes first
  const Json ack(frames[0]);
  EXPECT_EQ(ack.at("/id"), "17");
  EXPECT_EQ(ack.at("/op"), "order");
  EXPECT_EQ(ack.at("/code"), "0");
  EXPECT_EQ(ack.at("/data/0/sCode"), "0");
  EXPECT_EQ(ack.at("/data/0/clOrdId"), "900000000017");
  EXPECT_EQ(ack.at("/data/0/tag"), "mm1");
  EXPECT_EQ(ack.at("/data/0/ts"), std::to_string(to_unix_millis(desk.venue.now)));
  EXPECT_GT(ack.at("/outTime"), ack.at("/inTime"));
  const std::string order_id = ack.at("/data/0/ordId");
  const Json live(frames[1]);
  EXPECT_EQ(live.at("/arg/channel"), "orders");
  EXPECT_EQ(live.at("/arg/instType"), "ANY");
  EXPECT_NE(live.at("/arg/uid"), "<none>");
  EXPECT_EQ(live.at("/data/0/ordId"), order_id);
  EXPECT_EQ(live.at("/data/0/state"), "live");
  EXPECT_EQ(live.at("/data/0/px"), "61250.1");
  EXPECT_EQ(live.at("/data/0/sz"), "0.05");
  EXPECT_EQ(live.at("/data/0/accFillSz"), "0");
  EXPECT_EQ(live.at("/data/0/fillSz"), "0");
  EXPECT_EQ(live.at("/data/0/avgPx"), "0");
  EXPECT_EQ(live.at("/data/0/tradeId"), "");
  EXPECT_EQ(live.at("/data/0/posSide"), "net");
  EXPECT_EQ(live.at("/data/0/reduceOnly"), "false");

  desk.venue.market_order(Side::Sell, "61250", "0.02", sim::OrderType::ImmediateOrCancel);
  desk.venue.advance(milliseconds(10));
  frames = desk.venue.take(desk.id);
  ASSERT_EQ(frames.size(), 1u);
  const Json fill(frames[0]);
  EXPECT_EQ(fill.at("/data/0/state"), "partially_filled");
  EXPECT_EQ(fill.at("/data/0/fillSz"), "0.02");
  EXPECT_EQ(fill.at("/data/0/accFillSz"), "0.02");
  EXPECT_EQ(fill.at("/data/0/fillPx"), "61250.1");
  EXPECT_EQ(fill.at("/data/0/execType"), "M");
  // 0.02 contracts of 0.01 BTC at 61,250.1 and 0.02 %.
  EXPECT_EQ(fill.at("/data/0/fillFee"), "-0.002450004");
  EXPECT_EQ(fill.at("/data/0/fillFeeCcy"), "USDT");

  const auto target =
      fmt::format(R"("instIdCode":{},"ordId":"{}")", desk.venue.swap_code, order_id);
  frames = desk.say(R"({"id":"18","op":"amend-order","args":[{)" + target +
                    R"(,"newPx":"61249.9","reqId":"a18"}]})");
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(Json(frames[0]).at("/data/0/reqId"), "a18");
  const Json amended(frames[1]);
  EXPECT_EQ(amended.at("/data/0/state"), "partially_filled");
  EXPECT_EQ(amended.at("/data/0/px"), "61249.9");
  EXPECT_EQ(amended.at("/data/0/reqId"), "a18");
  EXPECT_EQ(amended.at("/data/0/amendResult"), "0");
  EXPECT_EQ(amended.at("/data/0/amendSource"), "1");

  frames = desk.say(R"({"id":"19","op":"cancel-order","args":[{)" + target + "}]}");
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(Json(frames[0]).at("/data/0/sCode"), "0");
  const Json cancelled(frames[1]);
  EXPECT_EQ(cancelled.at("/data/0/state"), "canceled");
  EXPECT_EQ(cancelled.at("/data/0/cancelSource"), "1");
  EXPECT_EQ(cancelled.at("/data/0/accFillSz"), "0.02");

  frames = desk.say(R"({"id":"20","op":"cancel-order","args":[{)" + target + "}]}");
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(Json(frames[0]).at("/code"), "1");
  EXPECT_EQ(Json(frames[0]).at("/data/0/sCode"), "51400");
}

TEST(OrderLife, PostOnlyThatWouldTakeIsAcknowledgedAndThenOnlyCancelled) {
  Counter desk;
  const auto frames = desk.say(desk.venue.order("1", "5", "buy", "post_only", "61251", "1"));
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(Json(frames[0]).at("/data/0/sCode"), "0");
  EXPECT_EQ(Json(frames[1]).at("/data/0/state"), "canceled");
  EXPECT_EQ(Json(frames[1]).at("/data/0/cancelSource"), "31");
}

TEST(OrderLife, ImmediateOrderTellsLiveThenFillThenRemainder) {
  Counter desk;
  const auto frames = desk.say(desk.venue.order("1", "5", "buy", "ioc", "61251", "11"));
  ASSERT_EQ(frames.size(), 4u);
  EXPECT_EQ(Json(frames[1]).at("/data/0/state"), "live");
  EXPECT_EQ(Json(frames[2]).at("/data/0/state"), "partially_filled");
  EXPECT_EQ(Json(frames[2]).at("/data/0/execType"), "T");
  EXPECT_EQ(Json(frames[3]).at("/data/0/state"), "canceled");
  EXPECT_EQ(Json(frames[3]).at("/data/0/cancelSource"), "14");
}

TEST(OrderEntry, WantsTheNumericCodeOnSockets) {
  Counter desk;
  const auto code_of = [&](std::string_view named) {
    const auto frames =
        desk.say(R"({"id":"1","op":"order","args":[{)" + std::string(named) +
                 R"("tdMode":"cross","side":"buy","ordType":"limit","px":"61000","sz":"1"}]})");
    return std::pair(Json(frames[0]).at("/data/0/sCode"), Json(frames[0]).at("/data/0/sMsg"));
  };
  const auto by_name = code_of(R"("instId":"BTC-USDT-SWAP",)");
  EXPECT_EQ(by_name.first, "50014");
  EXPECT_NE(by_name.second.find("instIdCode"), std::string::npos);
  EXPECT_EQ(code_of(R"("instIdCode":999999999,)").first, "51001");
}

TEST(OrderEntry, AnswersBadTermsWithTheVenuesCodes) {
  Counter desk;
  const auto code_of = [&](std::string_view type, std::string_view px, std::string_view sz) {
    return Json(desk.say(desk.venue.order("1", "", "buy", type, px, sz))[0]).at("/data/0/sCode");
  };
  EXPECT_EQ(code_of("limit", "61000.05", "1"), "51000");  // off tick
  EXPECT_EQ(code_of("limit", "61000", "0.015"), "51121");
  EXPECT_EQ(code_of("limit", "61000", "0"), "51000");
  EXPECT_EQ(code_of("limit", "61000", "10000000"), "51101");
  EXPECT_EQ(code_of("limit", "90000", "1"), "51006");
  EXPECT_EQ(code_of("limit", "61000", "50000"), "51008");
  EXPECT_EQ(code_of("limit", "", "1"), "51204");
  EXPECT_EQ(code_of("strange", "61000", "1"), "51000");
  EXPECT_EQ(code_of("limit", "1e5", "1"), "51000");
  const auto bad_id = desk.say(desk.venue.order("1", "with-dash", "buy", "limit", "61000", "1"));
  EXPECT_EQ(Json(bad_id[0]).at("/data/0/sCode"), "51000");
}

TEST(OrderEntry, RefusesTheSameClientIdWhileItIsPendingOnly) {
  Counter desk;
  desk.say(desk.venue.order("1", "77", "buy", "limit", "61000", "1"));
  EXPECT_EQ(Json(desk.say(desk.venue.order("2", "77", "buy", "limit", "61000", "1"))[0])
                .at("/data/0/sCode"),
            "51016");
  desk.say(
      fmt::format(R"({{"id":"3","op":"cancel-order","args":[{{"instIdCode":{},"clOrdId":"77"}}]}})",
                  desk.venue.swap_code));
  EXPECT_EQ(Json(desk.say(desk.venue.order("4", "77", "buy", "limit", "61000", "1"))[0])
                .at("/data/0/sCode"),
            "0");
}

TEST(OrderEntry, RefusesWhatIsOlderThanItsExpiry) {
  Counter desk;
  std::string text = desk.venue.order("1", "77", "buy", "limit", "61000", "1");
  text.pop_back();
  const auto with = [&](Timestamp t) {
    return text + R"(,"expTime":")" + std::to_string(to_unix_millis(t)) + R"("})";
  };
  EXPECT_EQ(Json(desk.say(with(desk.venue.now - milliseconds(1)))[0]).at("/data/0/sCode"), "50036");
  EXPECT_EQ(Json(desk.say(with(desk.venue.now + seconds(1)))[0]).at("/data/0/sCode"), "0");
}

TEST(OrderEntry, AnswersABatchItemByItem) {
  Counter desk;
  const std::string good = fmt::format(
      R"({{"instIdCode":{},"tdMode":"cross","side":"buy","ordType":"limit","px":"61000","sz":"1"}})",
      desk.venue.swap_code);
  const std::string bad = R"({"instIdCode":1,"tdMode":"cross"})";
  const auto batch = [&](const std::string& items) {
    return Json(desk.say(R"({"id":"b","op":"batch-orders","args":[)" + items + "]}")[0]);
  };
  const Json mixed = batch(good + "," + bad);
  EXPECT_EQ(mixed.at("/code"), "2");
  EXPECT_EQ(mixed.at("/data/0/sCode"), "0");
  EXPECT_EQ(mixed.at("/data/1/sCode"), "51001");
  EXPECT_EQ(batch(good + "," + good).at("/code"), "0");
  EXPECT_EQ(batch(bad).at("/code"), "1");
  std::string many = good;
  for (int i = 0; i < 20; ++i) many += "," + good;
  EXPECT_EQ(batch(many).at("/code"), "51111");
}

TEST(OrderEntry, NeedsALogin) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/private");
  venue.text(id, venue.order("1", "", "buy", "limit", "61000", "1"));
  EXPECT_EQ(venue.last(id).at("/code"), "60011");
  EXPECT_EQ(venue.last(id).size("/data"), 0u);
}

TEST(OrderLimits, CountSinglesPerInstrumentAndOperationInASlidingWindow) {
  Counter desk;
  const auto place = [&](int i) {
    return Json(
        desk.say(desk.venue.order(std::to_string(i), "", "buy", "limit", "60000", "0.01"))[0]);
  };
  for (int i = 0; i < 60; ++i) ASSERT_EQ(place(i).at("/code"), "0");
  EXPECT_EQ(place(60).at("/code"), "50011");
  // Another bucket: cancels go on.
  EXPECT_EQ(Json(desk.say(fmt::format(
                     R"({{"id":"c","op":"cancel-order","args":[{{"instIdCode":{},"ordId":"1"}}]}})",
                     desk.venue.swap_code))[0])
                .at("/data/0/sCode"),
            "51400");
  desk.venue.advance(seconds(2));
  desk.venue.take(desk.id);
  EXPECT_EQ(place(61).at("/code"), "0");
}

TEST(OrderLimits, CountNewDerivativeOrdersOfTheWholeAccount) {
  Counter desk([](Settings settings) {
    settings.limits.account_orders = 3;
    return settings;
  });
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(
        Json(desk.say(desk.venue.order("1", "", "buy", "limit", "60000", "0.01"))[0]).at("/code"),
        "0");
  EXPECT_EQ(
      Json(desk.say(desk.venue.order("1", "", "buy", "limit", "60000", "0.01"))[0]).at("/code"),
      "50061");
}

TEST(AccountChannels, TellSnapshotFirstAndThenWhatAFillChanged) {
  Counter desk;
  const auto first = desk.say(
      R"({"id":"2","op":"subscribe","args":[{"channel":"account"},{"channel":"positions","instType":"ANY"},{"channel":"balance_and_position"}]})");
  ASSERT_EQ(first.size(), 9u);  // ack, count, snapshot of each
  EXPECT_EQ(Json(first[0]).at("/event"), "subscribe");
  EXPECT_EQ(Json(first[0]).at("/id"), "2");
  EXPECT_EQ(Json(first[1]).at("/event"), "channel-conn-count");
  EXPECT_EQ(Json(first[2]).at("/eventType"), "snapshot");
  EXPECT_EQ(Json(first[2]).at("/lastPage"), "true");
  EXPECT_EQ(Json(first[5]).size("/data"), 0u);

  desk.say(desk.venue.order("1", "5", "buy", "ioc", "61251", "2"));
  desk.venue.market_order(Side::Buy, "61250", "10");
  desk.say(desk.venue.order("1", "6", "sell", "ioc", "61250", "2"));
  desk.venue.advance(milliseconds(60));
  const auto account = desk.venue.pushes(desk.id, "account");
  ASSERT_EQ(account.size(), 1u);  // gathered
  EXPECT_EQ(Json(account[0]).at("/eventType"), "event_update");
  EXPECT_EQ(Json(account[0]).at("/data/0/details/0/ccy"), "USDT");
}

TEST(AccountChannels, PushAFlatPositionOnceWithZero) {
  Counter desk;
  desk.say(
      R"({"id":"2","op":"subscribe","args":[{"channel":"positions","instType":"SWAP"},{"channel":"balance_and_position"}]})");
  desk.venue.text(desk.id, desk.venue.order("1", "5", "buy", "ioc", "61251", "2"));
  const auto opened = desk.venue.pushes(desk.id, "positions");
  ASSERT_EQ(opened.size(), 1u);
  EXPECT_EQ(Json(opened[0]).at("/data/0/pos"), "2");
  EXPECT_EQ(Json(opened[0]).at("/data/0/avgPx"), "61251");
  EXPECT_EQ(Json(opened[0]).at("/data/0/posSide"), "net");
  const auto both = desk.venue.pushes(desk.id, "balance_and_position");
  ASSERT_EQ(both.size(), 1u);
  EXPECT_EQ(Json(both[0]).at("/data/0/eventType"), "filled");
  EXPECT_EQ(Json(both[0]).at("/data/0/trades/0/tradeId"), Json(opened[0]).at("/data/0/tradeId"));
  desk.venue.take(desk.id);
  desk.venue.text(desk.id, desk.venue.order("2", "6", "sell", "ioc", "61249", "2"));
  const auto closed = desk.venue.pushes(desk.id, "positions");
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(Json(closed[0]).at("/data/0/pos"), "0");
  // 2 contracts of 0.01 BTC, bought at 61,251, sold at 61,249.
  EXPECT_EQ(Json(closed[0]).at("/data/0/pnl"), "-0.04");
  EXPECT_EQ(desk.venue.get("/api/v5/account/positions").size("/data"), 0u);
}

TEST(OrderEntry, RefusesReduceOnlyWithoutAPositionToReduce) {
  Counter desk;
  const auto reduce = [&](std::string_view side) {
    std::string text = desk.venue.order("1", "", side, "limit", "61250", "1");
    text.insert(text.find("\"tdMode\""), "\"reduceOnly\":true,");
    return Json(desk.say(text)[0]).at("/data/0/sCode");
  };
  EXPECT_EQ(reduce("sell"), "51169");
  desk.say(desk.venue.order("1", "5", "buy", "ioc", "61251", "2"));
  EXPECT_EQ(reduce("buy"), "51170");
  EXPECT_EQ(reduce("sell"), "0");
}

TEST(OrderEntry, WantsThePositionSideInLongShortMode) {
  Counter desk([](Settings settings) {
    settings.users[0].account.long_short_mode = true;
    return settings;
  });
  const auto place = [&](std::string_view side, std::string_view position) {
    std::string text =
        desk.venue.order("1", "", side, "ioc", side == "buy" ? "61251" : "61249", "1");
    if (!position.empty())
      text.insert(text.find("\"tdMode\""), fmt::format(R"("posSide":"{}",)", position));
    return Json(desk.say(text)[0]).at("/data/0/sCode");
  };
  EXPECT_EQ(place("buy", ""), "51000");
  EXPECT_EQ(place("buy", "long"), "0");
  EXPECT_EQ(place("sell", "short"), "0");
  const Json positions = desk.venue.get("/api/v5/account/positions");
  ASSERT_EQ(positions.size("/data"), 2u);
  EXPECT_EQ(positions.at("/data/0/pos"), "1");  // both legs are told as positive
  EXPECT_EQ(positions.at("/data/1/pos"), "1");
  EXPECT_EQ(desk.venue.get("/api/v5/account/config").at("/data/0/posMode"), "long_short_mode");
}

TEST(OrderEntry, SizesSpotMarketBuysInQuoteCurrencyUnlessTold) {
  Venue venue;
  sim::NewOrder offer;
  offer.instrument = venue.spot;
  offer.side = Side::Sell;
  offer.mode = sim::TradeMode::Cash;
  offer.price = venue.price("50000");
  offer.quantity = venue.lots("3");
  venue.server->exchange().place(offer, venue.now);
  const auto buy = [&](std::string_view size, std::string_view unit) {
    return venue
        .post(
            "/api/v5/trade/order",
            fmt::format(
                R"({{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"market","sz":"{}","tgtCcy":"{}","clOrdId":"m{}"}})",
                size, unit, unit.size()))
        .at("/data/0/sCode");
  };
  EXPECT_EQ(buy("25000", ""), "0");
  EXPECT_EQ(buy("0.25", "base_ccy"), "0");
  const Json by_money = venue.get("/api/v5/trade/order?instId=BTC-USDT&clOrdId=m0");
  EXPECT_EQ(by_money.at("/data/0/accFillSz"), "0.5");
  EXPECT_EQ(by_money.at("/data/0/sz"), "25000");
  EXPECT_EQ(by_money.at("/data/0/tgtCcy"), "quote_ccy");
  EXPECT_EQ(by_money.at("/data/0/feeCcy"), "BTC");
  EXPECT_EQ(by_money.at("/data/0/fee"), "-0.0005");
  EXPECT_EQ(venue.get("/api/v5/trade/order?instId=BTC-USDT&clOrdId=m8").at("/data/0/accFillSz"),
            "0.25");
}

TEST(ServerTime, SpeedsUpTheMarketAndKeepsWallTimeOnTheWire) {
  Counter desk([](Settings settings) {
    settings.speed = 10;
    return settings;
  });
  std::vector<Timestamp> seen;
  desk.venue.server->set_market([&](Timestamp time) { seen.push_back(time); });
  desk.venue.advance(seconds(1));
  EXPECT_EQ(seen.back(), Venue::kStart + seconds(10));
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  const auto frames = desk.say(desk.venue.order("1", "5", "buy", "limit", "61000", "1"));
  EXPECT_EQ(Json(frames[0]).at("/data/0/ts"), std::to_string(to_unix_millis(desk.venue.now)));
  EXPECT_EQ(Json(frames[1]).at("/data/0/cTime"), std::to_string(to_unix_millis(desk.venue.now)));
  // Two hours of the exchange's history pass in twelve minutes.
  desk.say(
      fmt::format(R"({{"id":"3","op":"cancel-order","args":[{{"instIdCode":{},"clOrdId":"5"}}]}})",
                  desk.venue.swap_code));
  desk.venue.now = desk.venue.now + seconds(721);
  EXPECT_EQ(desk.venue.get("/api/v5/trade/orders-history?instType=SWAP").size("/data"), 0u);
}

}  // namespace
}  // namespace gannet::okx_server
