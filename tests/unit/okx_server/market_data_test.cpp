#include <gtest/gtest.h>

#include <set>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

TEST(MarketData, TickersNeedATypeAndTellADay) {
  Venue venue(without_limits);
  EXPECT_EQ(venue.get("/api/v5/market/tickers").at("/code"), "50014");
  EXPECT_EQ(venue.get("/api/v5/market/tickers?instType=MARGIN").at("/code"), "51000");
  EXPECT_EQ(venue.get("/api/v5/market/tickers?instType=WRONG").at("/code"), "51000");
  EXPECT_EQ(venue.get("/api/v5/market/tickers?instType=FUTURES").at("/code"), "0");
  const Json json = venue.get("/api/v5/market/tickers?instType=SWAP");
  ASSERT_EQ(json.size("/data"), 1u);
  for (const char* name :
       {"instType", "instId", "last", "lastSz", "askPx", "askSz", "bidPx", "bidSz", "open24h",
        "high24h", "low24h", "volCcy24h", "vol24h", "sodUtc0", "sodUtc8", "ts"})
    EXPECT_NE(json.at(std::string("/data/0/") + name), "<none>") << name;
  const double high = std::stod(json.at("/data/0/high24h"));
  const double low = std::stod(json.at("/data/0/low24h"));
  EXPECT_GE(high, 61250);
  EXPECT_LE(low, 61250);
  EXPECT_GT(high, low);
  EXPECT_GT(std::stod(json.at("/data/0/vol24h")), 0);
}

TEST(MarketData, ADaysFiguresAreThoseOfItsCandles) {
  Venue venue(without_limits);
  const Json ticker = venue.get("/api/v5/market/ticker?instId=BTC-USDT-SWAP");
  const Json day = venue.get("/api/v5/market/candles?instId=BTC-USDT-SWAP&bar=1Dutc&limit=1");
  EXPECT_EQ(ticker.at("/data/0/sodUtc0"), day.at("/data/0/1"));
  const Json east = venue.get("/api/v5/market/candles?instId=BTC-USDT-SWAP&bar=1D&limit=1");
  EXPECT_EQ(ticker.at("/data/0/sodUtc8"), east.at("/data/0/1"));
}

TEST(MarketData, IndexTickersByNameOrQuote) {
  Venue venue(without_limits);
  EXPECT_EQ(venue.get("/api/v5/market/index-tickers").at("/code"), "50015");
  EXPECT_EQ(venue.get("/api/v5/market/index-tickers?instId=BTC-USDT-SWAP").at("/code"), "51001");
  EXPECT_EQ(venue.get("/api/v5/market/index-tickers?instId=BTC-USDT").at("/data/0/idxPx"), "61250");
  EXPECT_EQ(venue.get("/api/v5/market/index-tickers?quoteCcy=USDT").size("/data"), 1u);
  EXPECT_EQ(venue.get("/api/v5/market/index-tickers?quoteCcy=BTC").size("/data"), 0u);
}

TEST(MarketData, BooksOfEveryShape) {
  Venue venue(without_limits);
  venue.market_order(Side::Buy, "61249", "3");
  venue.market_order(Side::Buy, "61248", "2");
  venue.market_order(Side::Sell, "61251", "4");
  const Json small = venue.get("/api/v5/market/books?instId=BTC-USDT-SWAP");
  EXPECT_EQ(small.size("/data/0/bids"), 1u);
  EXPECT_EQ(small.size("/data/0/bids/0"), 4u);
  EXPECT_EQ(venue.get("/api/v5/market/books?instId=BTC-USDT-SWAP&sz=401").at("/code"), "51000");
  const Json full = venue.get("/api/v5/market/books-full?instId=BTC-USDT-SWAP&sz=5000");
  EXPECT_EQ(full.size("/data/0/bids"), 2u);
  EXPECT_EQ(full.size("/data/0/bids/0"), 3u);
  EXPECT_EQ(full.at("/data/0/seqId"), "<none>");
  const Json rpi = venue.get("/api/v5/market/books-rpi?instId=BTC-USDT-SWAP&sz=400");
  EXPECT_EQ(rpi.at("/data/0/asks/0/1"), "4");
  EXPECT_EQ(rpi.at("/data/0/asks/0/2"), "4");
  EXPECT_NE(rpi.at("/data/0/seqId"), "<none>");
}

TEST(MarketData, HistoryOfTradesPagesByIdAndByTime) {
  Venue venue(without_limits);
  for (int i = 0; i < 150; ++i) {
    venue.market_order(Side::Sell, "61260", "1");
    venue.market_order(Side::Buy, "61260", "1");
    venue.advance(milliseconds(10));
  }
  std::set<std::string> seen;
  const std::string base = "/api/v5/market/history-trades?instId=BTC-USDT-SWAP";
  std::string after;
  for (int page = 0; page < 3; ++page) {
    const Json json = venue.get(base + (after.empty() ? "" : "&after=" + after));
    for (std::size_t i = 0; i < json.size("/data"); ++i) {
      after = json.at(fmt::format("/data/{}/tradeId", i));
      EXPECT_TRUE(seen.insert(after).second);
    }
  }
  EXPECT_EQ(seen.size(), 150u);
  const std::string middle = std::to_string(to_unix_millis(Venue::kStart) + 500);
  const Json older = venue.get(base + "&type=2&after=" + middle);
  EXPECT_EQ(older.size("/data"), 50u);
  EXPECT_EQ(venue.get(base + "&type=2&before=" + middle).at("/code"), "50039");
  EXPECT_EQ(venue.get(base + "&type=3").at("/code"), "51000");
  EXPECT_EQ(venue.get("/api/v5/market/trades?instId=BTC-USDT-SWAP&limit=500").size("/data"), 150u);
  EXPECT_EQ(venue.get("/api/v5/market/trades?instId=BTC-USDT-SWAP").size("/data"), 100u);
}

TEST(ReferenceData, InstrumentsByTypeFamilyAndNameWithEveryField) {
  Venue venue(without_limits);
  const std::string base = "/api/v5/public/instruments";
  EXPECT_EQ(venue.get(base).at("/code"), "50014");
  EXPECT_EQ(venue.get(base + "?instType=SPOTS").at("/code"), "51000");
  EXPECT_EQ(venue.get(base + "?instType=OPTION").at("/code"), "50015");
  EXPECT_EQ(venue.get(base + "?instType=OPTION&uly=BTC-USD").at("/code"), "0");
  EXPECT_EQ(venue.get(base + "?instType=SWAP&instFamily=ETH-USDT").size("/data"), 0u);
  EXPECT_EQ(venue.get(base + "?instType=SWAP&instId=NO-SUCH-SWAP").at("/code"), "51001");
  const Json swap = venue.get(base + "?instType=SWAP&instFamily=BTC-USDT");
  ASSERT_EQ(swap.size("/data"), 1u);
  // Field names of the venue's answers of April 2026 and of its pages since.
  for (const char* name : {"alias",
                           "auctionEndTime",
                           "baseCcy",
                           "category",
                           "contTdSwTime",
                           "ctMult",
                           "ctType",
                           "ctVal",
                           "ctValCcy",
                           "expTime",
                           "freq",
                           "futureSettlement",
                           "groupId",
                           "instCategory",
                           "instFamily",
                           "instId",
                           "instIdCode",
                           "instType",
                           "lever",
                           "listTime",
                           "longPosRemainingQuota",
                           "lotSz",
                           "maxIcebergSz",
                           "maxLmtAmt",
                           "maxLmtSz",
                           "maxMktAmt",
                           "maxMktSz",
                           "maxPlatOILmt",
                           "maxStopSz",
                           "maxTriggerSz",
                           "maxTwapSz",
                           "method",
                           "minSz",
                           "openType",
                           "optType",
                           "posLmtAmt",
                           "posLmtPct",
                           "preMktSwTime",
                           "quoteCcy",
                           "ruleType",
                           "seriesId",
                           "settleCcy",
                           "shortPosRemainingQuota",
                           "state",
                           "stk",
                           "tickSz",
                           "tradeQuoteCcyList",
                           "uly",
                           "upcChg",
                           "initPxLmtPct",
                           "floatPxLmtPct",
                           "maxPxLmtPct"})
    EXPECT_NE(swap.at(std::string("/data/0/") + name), "<none>") << name;
  const Json margin = venue.get(base + "?instType=MARGIN");
  ASSERT_EQ(margin.size("/data"), 1u);
  EXPECT_EQ(margin.at("/data/0/instType"), "MARGIN");
  EXPECT_EQ(margin.at("/data/0/lever"), "10");
  EXPECT_EQ(venue.get(base + "?instType=SPOT").at("/data/0/lever"), "");
  EXPECT_EQ(venue.get("/api/v5/public/underlying?instType=SWAP").at("/data/0/0"), "BTC-USDT");
}

TEST(ReferenceData, FundingHasARateAndAPast) {
  Venue venue(without_limits);
  venue.advance(milliseconds(10));
  const Json now = venue.get("/api/v5/public/funding-rate?instId=BTC-USDT-SWAP");
  EXPECT_EQ(
      std::stoll(now.at("/data/0/nextFundingTime")) - std::stoll(now.at("/data/0/fundingTime")),
      8 * 3'600'000);
  EXPECT_EQ(venue.get("/api/v5/public/funding-rate?instId=ANY").size("/data"), 1u);
  EXPECT_EQ(venue.get("/api/v5/public/funding-rate?instId=BTC-USDT").at("/code"), "51000");
  const Json past = venue.get("/api/v5/public/funding-rate-history?instId=BTC-USDT-SWAP");
  ASSERT_EQ(past.size("/data"), 400u);
  // 08:00 of the day was the last one: it is 10:40.
  EXPECT_EQ(past.at("/data/0/fundingTime"), "1795420800000");
  for (int i = 1; i < 400; ++i)
    EXPECT_EQ(std::stoll(past.at(fmt::format("/data/{}/fundingTime", i - 1))) -
                  std::stoll(past.at(fmt::format("/data/{}/fundingTime", i))),
              8 * 3'600'000);
  const Json page = venue.get(
      "/api/v5/public/funding-rate-history?instId=BTC-USDT-SWAP&limit=5&after=1795420800000");
  EXPECT_EQ(page.size("/data"), 5u);
  EXPECT_EQ(page.at("/data/0/fundingTime"), "1795392000000");
}

TEST(ReferenceData, TiersRatesAndConversions) {
  Venue venue(without_limits);
  const std::string tiers = "/api/v5/public/position-tiers?instType=SWAP";
  EXPECT_EQ(venue.get(tiers).at("/code"), "50014");
  EXPECT_EQ(venue.get(tiers + "&tdMode=cross").at("/code"), "50015");
  const Json ladder = venue.get(tiers + "&tdMode=cross&instFamily=BTC-USDT");
  EXPECT_EQ(ladder.at("/data/0/tier"), "1");
  EXPECT_EQ(ladder.at("/data/0/minSz"), "0");
  EXPECT_EQ(ladder.at("/data/0/instFamily"), "BTC-USDT");
  EXPECT_EQ(venue.get("/api/v5/public/discount-rate-interest-free-quota?ccy=BTC").at("/data/0/ccy"),
            "BTC");
  EXPECT_EQ(venue.get("/api/v5/public/interest-rate-loan-quota").at("/data/0/basic/0/ccy"), "BTC");
  EXPECT_EQ(venue.get("/api/v5/public/insurance-fund?instType=SWAP&instFamily=BTC-USDT")
                .at("/data/0/details/0/ccy"),
            "USDT");
  const std::string convert = "/api/v5/public/convert-contract-coin?instId=BTC-USDT-SWAP";
  EXPECT_EQ(venue.get(convert + "&sz=0.3").at("/data/0/sz"), "30");  // of 0.01 BTC
  EXPECT_EQ(venue.get(convert + "&sz=7&type=2").at("/data/0/sz"), "0.07");
  EXPECT_EQ(venue.get(convert + "&sz=1225&unit=usds&px=61250").at("/data/0/sz"), "2");
  EXPECT_EQ(venue.get(convert).at("/code"), "50014");
  EXPECT_EQ(venue.get(convert + "&sz=x").at("/code"), "51000");
  EXPECT_EQ(venue.get("/api/v5/public/estimated-price?instId=BTC-USDT-SWAP").size("/data"), 0u);
  EXPECT_EQ(venue.get("/api/v5/market/index-components?index=BTC-USDT").at("/data/index"),
            "BTC-USDT");
  EXPECT_EQ(venue.get("/api/v5/system/status?state=wrong").at("/code"), "51000");
  EXPECT_GT(std::stod(venue.get("/api/v5/public/open-interest?instType=SWAP").at("/data/0/oi")), 0);
}

TEST(RestForm, WrongPathsMethodsBodiesAndPages) {
  Venue venue(without_limits);
  const HttpResponse none = venue.http({"GET", "/api/v5/public/no-such-thing", {}, ""});
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(Json(none.body).at("/code"), "404");
  EXPECT_EQ(venue.http({"GET", "/", {}, ""}).status, 404);
  EXPECT_EQ(
      Json(venue.http(venue.signed_request("GET", "/api/v5/trade/cancel-order")).body).at("/code"),
      "50115");
  EXPECT_EQ(venue.post("/api/v5/asset/transfer", "").at("/code"), "50000");
  HttpRequest form = venue.signed_request("POST", "/api/v5/asset/transfer", "ccy=USDT");
  form.headers.back().second = "application/x-www-form-urlencoded";
  const HttpResponse refused = venue.http(form);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(Json(refused.body).at("/code"), "50006");
  EXPECT_EQ(venue.post("/api/v5/asset/transfer", "{\"ccy\":").at("/code"), "50002");
  EXPECT_EQ(venue.post("/api/v5/asset/transfer", "[]").at("/code"), "50002");
  EXPECT_EQ(venue.get("/api/v5/market/trades?instId=BTC-USDT&limit=ten").at("/code"), "51000");
}

TEST(RestForm, LimitsAreByInstrumentOrTypeWhereOkxsAre) {
  Venue venue;
  const auto ask = [&](std::string_view type) {
    return venue.http({"GET", fmt::format("/api/v5/public/instruments?instType={}", type), {}, ""})
        .status;
  };
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ask("SPOT"), 200);
  EXPECT_EQ(ask("SPOT"), 429);
  EXPECT_EQ(ask("SWAP"), 200);
}

}  // namespace
}  // namespace gannet::okx_server
