// Faults of market data. RELIABILITY D31-D37.
#include <gtest/gtest.h>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

constexpr std::string_view kBooks =
    R"({"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT-SWAP"}]})";

/// A book of three levels a side and a subscriber of it.
struct Feed {
  Venue venue;
  ConnectionId id = 0;
  explicit Feed(std::string_view subscribe = kBooks) {
    for (int i = 0; i < 3; ++i) {
      venue.market_order(Side::Buy, fmt::format("{}", 61'249 - i), "10");
      venue.market_order(Side::Sell, fmt::format("{}", 61'251 + i), "10");
    }
    id = venue.open("/ws/v5/public");
    venue.text(id, subscribe);
  }
  /// The next message alone.
  Json next() {
    venue.take(id);
    for (int i = 0; i < 50 && venue.output.frames[id].empty(); ++i) venue.advance(milliseconds(10));
    return venue.last(id);
  }
};

TEST(MarketFaults, D31_ASnapshotComesAgainAndAKeepAliveAtOnce) {
  Feed feed;
  const std::string sequence = feed.venue.last(feed.id).at("/data/0/seqId");
  feed.venue.take(feed.id);
  feed.venue.fault(R"({"resend_snapshot":{"instId":"BTC-USDT-SWAP"}})");
  EXPECT_EQ(feed.venue.last(feed.id).at("/action"), "snapshot");
  EXPECT_EQ(feed.venue.last(feed.id).at("/data/0/prevSeqId"), "-1");
  EXPECT_EQ(feed.venue.last(feed.id).at("/data/0/seqId"), sequence);
  feed.venue.fault(R"({"keep_alive":{}})");
  const Json alive = feed.venue.last(feed.id);
  EXPECT_EQ(alive.at("/action"), "update");
  EXPECT_EQ(alive.at("/data/0/prevSeqId"), sequence);
  EXPECT_EQ(alive.at("/data/0/seqId"), sequence);
  EXPECT_EQ(alive.size("/data/0/bids"), 0u);
}

TEST(MarketFaults, D31_ABookBeginsWithoutASnapshot) {
  Feed feed(R"({"op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"}]})");
  feed.venue.fault(R"({"no_snapshot":true})");
  feed.venue.take(feed.id);
  feed.venue.text(feed.id, kBooks);
  EXPECT_TRUE(feed.venue.pushes(feed.id, "books").empty());
  feed.venue.market_order(Side::Buy, "61249.5", "10");
  const Json update = feed.next();
  EXPECT_EQ(update.at("/action"), "update");
  // The snapshot of REST links to it: prevSeqId <= its number < seqId, or its number is newer.
  EXPECT_NE(update.at("/data/0/prevSeqId"), "-1");
}

TEST(MarketFaults, D32_TheChecksumIsRightWrongOrAbsent) {
  Feed feed;
  EXPECT_EQ(feed.venue.last(feed.id).at("/data/0/checksum"), "0");
  const auto resent = [&](const std::string& shape) {
    feed.venue.fault(R"({"clear":"checksum"})");
    feed.venue.fault(R"({"checksum":{"shape":")" + shape + R"("}})");
    feed.venue.fault(R"({"resend_snapshot":{}})");
    return feed.venue.last(feed.id).at("/data/0/checksum");
  };
  // CRC-32 of "61249:10:61251:10:61248:10:61252:10:61247:10:61253:10", as a signed number (zlib).
  EXPECT_EQ(resent("right"), "1873421521");
  EXPECT_NE(resent("wrong"), "1873421521");
  EXPECT_EQ(resent("absent"), "<none>");
}

TEST(MarketFaults, D33_ABookIsCrossedAndUncrossesInTheNextMessage) {
  Feed feed;
  feed.venue.fault(R"({"crossed_book":{"channel":"books"}})");
  const Json crossed = feed.next();
  EXPECT_EQ(crossed.at("/data/0/bids/0/0"), "61251.1");  // a tick of 0.1 above the best ask
  EXPECT_NE(crossed.at("/data/0/bids/0/1"), "0");
  const Json healed = feed.next();
  EXPECT_EQ(healed.at("/data/0/bids/0/0"), "61251.1");
  EXPECT_EQ(healed.at("/data/0/bids/0/1"), "0");
  EXPECT_EQ(healed.at("/data/0/prevSeqId"), crossed.at("/data/0/seqId"));
}

TEST(MarketFaults, D33_ASideIsEmptyALevelIsZeroAndAllLevelsChange) {
  Feed feed;
  feed.venue.fault(R"({"empty_side":{"channel":"books","side":"asks"}})");
  const Json empty = feed.next();
  ASSERT_EQ(empty.size("/data/0/asks"), 3u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(empty.at(fmt::format("/data/0/asks/{}/1", i)), "0");
  feed.next();
  feed.venue.fault(R"({"zero_level":{"channel":"books"}})");
  EXPECT_EQ(feed.next().at("/data/0/bids/0/1"), "0");
  feed.next();
  feed.venue.fault(R"({"level_burst":{"channel":"books","levels":400}})");
  const Json burst = feed.next();
  EXPECT_EQ(burst.size("/data/0/bids"), 400u);
  EXPECT_EQ(burst.size("/data/0/asks"), 400u);
  EXPECT_EQ(feed.next().size("/data/0/bids"), 400u) << "and back";
}

TEST(MarketFaults, D33_TenTimesAsManyMessagesKeepTheChain) {
  Feed feed;
  feed.venue.fault(R"({"rate_burst":{"times":10,"for":"5s"}})");
  feed.venue.market_order(Side::Buy, "61249.5", "10");
  std::string previous = feed.venue.last(feed.id).at("/data/0/seqId");
  feed.next();
  const auto pushed = feed.venue.pushes(feed.id, "books");
  ASSERT_EQ(pushed.size(), 10u);
  for (const std::string& frame : pushed) {
    EXPECT_EQ(Json(frame).at("/data/0/prevSeqId"), previous);
    previous = Json(frame).at("/data/0/seqId");
  }
}

TEST(MarketFaults, D34_TheBestPriceDisagreesWithTheBook) {
  Feed feed(R"({"op":"subscribe","args":[{"channel":"bbo-tbt","instId":"BTC-USDT-SWAP"}]})");
  feed.venue.fault(R"({"disagree":{"instId":"BTC-USDT-SWAP","ticks":3,"for":"5s"}})");
  feed.venue.market_order(Side::Buy, "61249.5", "10");
  EXPECT_EQ(feed.next().at("/data/0/bids/0/0"), "61249.8");
}

TEST(MarketFaults, D35_FieldsOfPushesAreWrittenWrongly) {
  Feed feed;
  const auto with = [&](const std::string& how, const std::string& more = "") {
    feed.venue.fault(R"({"malform":{"channel":"books","how":")" + how + "\"" + more + "}}");
    feed.venue.take(feed.id);
    feed.venue.fault(R"({"resend_snapshot":{}})");
    EXPECT_TRUE(feed.venue.last(feed.id).ok());
    return feed.venue.output.frames[feed.id].back();
  };
  EXPECT_NE(with("add").find("fieldOfTheFuture"), std::string::npos);
  EXPECT_EQ(with("remove", R"(,"field":"seqId")").find("\"seqId\""), std::string::npos);
  EXPECT_NE(with("number", R"(,"field":"ts")").find("\"ts\":17"), std::string::npos);
  EXPECT_NE(with("string", R"(,"field":"seqId")").find("\"seqId\":\""), std::string::npos);
  EXPECT_NE(with("set", R"(,"field":"action","value":"dance")").find("\"action\":\"dance\""),
            std::string::npos);
  EXPECT_NE(with("exponent", R"(,"field":"ts")").find("E+0\""), std::string::npos);
  EXPECT_NE(with("long", R"(,"field":"ts")").find(".000000000000000000000000000000\""),
            std::string::npos);
  EXPECT_NE(with("negative_zero", R"(,"field":"ts")").find("\"-0\""), std::string::npos);
}

TEST(MarketFaults, D36_AnInstrumentIsSuspendedWhileRunning) {
  Feed feed(R"({"op":"subscribe","args":[{"channel":"instruments","instType":"SWAP"}]})");
  feed.venue.take(feed.id);
  feed.venue.fault(R"({"instrument_state":{"instId":"BTC-USDT-SWAP","state":"suspend"}})");
  feed.venue.advance(milliseconds(300));
  const auto pushed = feed.venue.pushes(feed.id, "instruments");
  ASSERT_FALSE(pushed.empty());
  EXPECT_EQ(Json(pushed.back()).at("/data/0/state"), "suspend");
}

TEST(MarketFaults, D36_ATickChangesAtItsTime) {
  Feed feed;
  feed.venue.fault(
      R"({"fault":"instrument_state","instId":"BTC-USDT-SWAP","tickSz":"0.5","at":"1s"})");
  const auto tick = [&] {
    return feed.venue.get("/api/v5/public/instruments?instType=SWAP&instId=BTC-USDT-SWAP")
        .at("/data/0/tickSz");
  };
  EXPECT_EQ(tick(), "0.1");
  feed.venue.advance(milliseconds(1010));
  EXPECT_EQ(tick(), "0.5");
}

TEST(MarketFaults, D37_TheMarkIsFrozenTheIndexJumpsAndFundingMoves) {
  Feed feed(
      R"({"op":"subscribe","args":[{"channel":"mark-price","instId":"BTC-USDT-SWAP"},{"channel":"index-tickers","instId":"BTC-USDT"}]})");
  Venue& venue = feed.venue;
  const auto told = [&](const char* channel, const char* field) {
    const auto pushed = venue.pushes(feed.id, channel);
    return pushed.empty() ? std::string("nothing")
                          : Json(pushed.back()).at(std::string("/data/0/") + field);
  };
  const auto set = [&](const char* mark, const char* index) {
    venue.take(feed.id);
    venue.server->exchange().set_reference_prices(venue.swap, venue.price(mark), venue.price(index),
                                                  venue.now);
    venue.advance(milliseconds(300));
  };
  venue.fault(R"({"mark_frozen":{"instId":"BTC-USDT-SWAP"}})");
  set("61300", "61300");
  EXPECT_NE(told("mark-price", "markPx"), "61300");
  venue.fault(R"({"clear":true})");
  venue.fault(R"({"index_jump":{"percent":10}})");
  set("61400", "61000");
  EXPECT_EQ(told("mark-price", "markPx"), "61400");
  EXPECT_EQ(told("index-tickers", "idxPx"), "67100");
  const std::string query = "/api/v5/public/funding-rate?instId=BTC-USDT-SWAP";
  const std::string before = venue.get(query).at("/data/0/fundingTime");
  venue.fault(R"({"funding_shift":{"ms":3600000}})");
  EXPECT_EQ(std::stoll(venue.get(query).at("/data/0/fundingTime")), std::stoll(before) + 3'600'000);
}

}  // namespace
}  // namespace gannet::okx_server
