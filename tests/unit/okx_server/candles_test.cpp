#include <gtest/gtest.h>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

/// 2026-11-23 10:40:00 UTC, Venue::kStart, in ms.
constexpr std::int64_t kStartMs = 1'795'430'400'000;
static_assert(kStartMs % 60'000 == 0);

std::int64_t number(const Json& json, const std::string& pointer) {
  return std::stoll(json.at(pointer));
}

double real(const Json& json, const std::string& pointer) { return std::stod(json.at(pointer)); }

TEST(Candles, AreMadeOfTheVenuesOwnTrades) {
  Venue venue(without_limits);
  const auto trade = [&](std::string_view at, std::string_view quantity) {
    venue.market_order(Side::Sell, at, quantity);
    venue.market_order(Side::Buy, at, quantity);
  };
  trade("61260", "1");
  venue.advance(seconds(10));
  trade("61300", "2");
  trade("61240", "3");
  venue.advance(seconds(50));  // the next minute
  trade("61280", "4");
  const Json json = venue.get("/api/v5/market/candles?instId=BTC-USDT-SWAP&bar=1m&limit=2");
  ASSERT_EQ(json.size("/data"), 2u);
  EXPECT_EQ(json.at("/data/0/0"), std::to_string(kStartMs + 60'000));
  EXPECT_EQ(json.at("/data/0/1"), "61280");  // opens with its first trade
  EXPECT_EQ(json.at("/data/0/3"), "61280");
  EXPECT_EQ(json.at("/data/0/2"), "61280");
  EXPECT_EQ(json.at("/data/0/8"), "0");
  EXPECT_EQ(json.at("/data/1/0"), std::to_string(kStartMs));
  EXPECT_EQ(json.at("/data/1/1"), "61260");
  EXPECT_EQ(json.at("/data/1/2"), "61300");
  EXPECT_EQ(json.at("/data/1/3"), "61240");
  EXPECT_EQ(json.at("/data/1/4"), "61240");
  EXPECT_EQ(json.at("/data/1/5"), "6");     // contracts
  EXPECT_EQ(json.at("/data/1/6"), "0.06");  // of 0.01 BTC
  // 0.01 x (61260 + 2 x 61300 + 3 x 61240)
  EXPECT_EQ(json.at("/data/1/7"), "3675.8");
  EXPECT_EQ(json.at("/data/1/8"), "1");
  // Seconds too.
  const Json seconds_json =
      venue.get("/api/v5/market/candles?instId=BTC-USDT-SWAP&bar=1s&limit=300");
  EXPECT_EQ(seconds_json.at("/data/0/0"), std::to_string(kStartMs + 60'000));
  EXPECT_EQ(seconds_json.at("/data/50/5"), "5");  // both trades ten seconds in
  EXPECT_EQ(seconds_json.at("/data/50/1"), "61300");
  EXPECT_EQ(seconds_json.at("/data/49/1"), "61240");  // nothing traded: flat at the last price
}

TEST(Candles, HaveAPastWithoutHolesThatEndsAtTheFirstPrice) {
  Venue venue(without_limits);
  const Json json = venue.get("/api/v5/market/candles?instId=BTC-USDT-SWAP&bar=1m&limit=300");
  ASSERT_EQ(json.size("/data"), 300u);
  EXPECT_EQ(json.at("/data/0/8"), "0");
  EXPECT_EQ(json.at("/data/1/4"), "61250");
  for (int i = 0; i < 300; ++i) {
    const std::string row = "/data/" + std::to_string(i);
    EXPECT_EQ(number(json, row + "/0"), kStartMs - i * 60'000);
    EXPECT_LE(real(json, row + "/3"), std::min(real(json, row + "/1"), real(json, row + "/4")));
    EXPECT_GE(real(json, row + "/2"), std::max(real(json, row + "/1"), real(json, row + "/4")));
    if (i == 0) continue;
    EXPECT_GT(real(json, row + "/5"), 0);
    // The close of one is the open of the next.
    EXPECT_EQ(json.at(row + "/4"), json.at("/data/" + std::to_string(i - 1) + "/1"));
  }
}

TEST(Candles, OfEveryLengthAgreeWithTheirMinutes) {
  Venue venue(without_limits);
  venue.market_order(Side::Sell, "61260", "1");
  venue.market_order(Side::Buy, "61260", "1");
  venue.advance(seconds(130));
  const Json hours =
      venue.get("/api/v5/market/history-candles?instId=BTC-USDT-SWAP&bar=1H&limit=3");
  const Json minutes =
      venue.get("/api/v5/market/history-candles?instId=BTC-USDT-SWAP&bar=1m&limit=300");
  for (const std::size_t hour : {0u, 1u, 2u}) {
    const std::string row = "/data/" + std::to_string(hour);
    const std::int64_t open = number(hours, row + "/0");
    EXPECT_EQ(open % 3'600'000, 0);
    double high = 0, low = 1e18, volume = 0;
    std::string first, last;
    for (std::size_t i = 0; i < minutes.size("/data"); ++i) {
      const std::string minute = "/data/" + std::to_string(i);
      const std::int64_t at = number(minutes, minute + "/0");
      if (at < open || at >= open + 3'600'000) continue;
      if (last.empty()) last = minutes.at(minute + "/4");
      first = minutes.at(minute + "/1");
      high = std::max(high, real(minutes, minute + "/2"));
      low = std::min(low, real(minutes, minute + "/3"));
      volume += real(minutes, minute + "/5");
    }
    EXPECT_EQ(hours.at(row + "/1"), first);
    EXPECT_EQ(hours.at(row + "/4"), last);
    EXPECT_DOUBLE_EQ(real(hours, row + "/2"), high);
    EXPECT_DOUBLE_EQ(real(hours, row + "/3"), low);
    EXPECT_NEAR(real(hours, row + "/5"), volume, 1e-6);
  }
}

TEST(Candles, AreTheSameForTheSameSeedAndOthersForAnother) {
  const std::string target = "/api/v5/market/candles?instId=BTC-USDT-SWAP&bar=15m&limit=100";
  Venue one(without_limits), two(without_limits);
  Venue other([](Settings settings) {
    settings.seed = 8;
    return without_limits(std::move(settings));
  });
  const std::string text = one.http(one.signed_request("GET", target)).body;
  EXPECT_EQ(text, two.http(two.signed_request("GET", target)).body);
  EXPECT_NE(text, other.http(other.signed_request("GET", target)).body);
}

TEST(Candles, BeginWhereOkxsDaysAndWeeksAndMonthsDo) {
  Venue venue(without_limits);
  const auto open = [&](std::string_view bar) {
    return number(
        venue.get(fmt::format("/api/v5/market/candles?instId=BTC-USDT-SWAP&bar={}&limit=1", bar)),
        "/data/0/0");
  };
  // It is Monday, 2026-11-23 10:40 UTC, 18:40 in UTC+8.
  constexpr std::int64_t kHour = 3'600'000, kMidnight = 1'795'392'000'000;
  EXPECT_EQ(open("1Dutc"), kMidnight);
  EXPECT_EQ(open("1D"), kMidnight - 8 * kHour);
  EXPECT_EQ(open("6Hutc"), kMidnight + 6 * kHour);
  EXPECT_EQ(open("6H"), kMidnight + 10 * kHour);  // 18:00 in UTC+8
  EXPECT_EQ(open("4H"), kMidnight + 8 * kHour);
  EXPECT_EQ(open("1Wutc"), kMidnight);
  EXPECT_EQ(open("1W"), kMidnight - 8 * kHour);
  EXPECT_EQ(open("1Mutc"), kMidnight - 22 * 24 * kHour);
  EXPECT_EQ(open("1M"), kMidnight - 22 * 24 * kHour - 8 * kHour);
  EXPECT_EQ(open("3Mutc"), kMidnight - (22 + 31) * 24 * kHour);  // 1 October
}

TEST(Candles, PageByTimeAndRefuseWhatOkxDoes) {
  Venue venue(without_limits);
  const std::string base = "/api/v5/market/history-candles?instId=BTC-USDT-SWAP&bar=1m";
  const std::string after = std::to_string(kStartMs - 600'000);
  const std::string before = std::to_string(kStartMs - 900'001);
  const Json page = venue.get(base + "&after=" + after + "&before=" + before);
  ASSERT_EQ(page.size("/data"), 5u);
  EXPECT_EQ(number(page, "/data/0/0"), kStartMs - 660'000);
  EXPECT_EQ(number(page, "/data/4/0"), kStartMs - 900'000);
  EXPECT_EQ(venue.get(base + "&limit=300").size("/data"), 300u);
  EXPECT_EQ(venue.get(base).size("/data"), 100u);
  EXPECT_EQ(venue.get("/api/v5/market/candles?instId=BTC-USDT-SWAP&bar=7m").at("/code"), "51000");
  EXPECT_EQ(venue.get("/api/v5/market/candles?bar=1m").at("/code"), "50014");
  EXPECT_EQ(venue.get("/api/v5/market/candles?instId=NO-NO").at("/code"), "51001");
  EXPECT_EQ(venue.get("/api/v5/market/mark-price-candles?instId=BTC-USDT-SWAP&bar=1s").at("/code"),
            "51000");
  // Without history the newest 1,440 bars alone.
  const std::string old = std::to_string(kStartMs - 1'440 * 60'000);
  EXPECT_EQ(
      venue.get("/api/v5/market/candles?instId=BTC-USDT-SWAP&bar=1m&after=" + old).size("/data"),
      0u);
  EXPECT_EQ(venue.get(base + "&after=" + old).size("/data"), 100u);
}

TEST(Candles, OfMarkAndIndexHaveSixFieldsAndTheIndexIsNamed) {
  Venue venue(without_limits);
  venue.advance(seconds(5));
  venue.server->exchange().set_reference_prices(venue.swap, venue.price("61300"),
                                                venue.price("61200"), venue.now);
  const Json mark = venue.get("/api/v5/market/mark-price-candles?instId=BTC-USDT-SWAP&limit=100");
  ASSERT_EQ(mark.size("/data"), 100u);
  EXPECT_EQ(mark.size("/data/0"), 6u);
  EXPECT_EQ(mark.at("/data/0/4"), "61300");
  EXPECT_EQ(mark.at("/data/0/5"), "0");
  EXPECT_EQ(mark.at("/data/1/5"), "1");
  const Json index = venue.get("/api/v5/market/history-index-candles?instId=BTC-USDT&limit=200");
  ASSERT_EQ(index.size("/data"), 100u);
  EXPECT_EQ(index.at("/data/0/3"), "61200");
  EXPECT_EQ(venue.get("/api/v5/market/index-candles?instId=BTC-USDT-SWAP").at("/code"), "51001");
}

TEST(Candles, ADayOfMinutesAndMonthsOfHoursStayAfterALongRun) {
  Venue venue(without_limits);
  for (int i = 0; i < 30 * 6; ++i) {  // thirty hours, a trade every ten minutes
    venue.market_order(Side::Sell, i % 2 == 0 ? "61260" : "61240", "1");
    venue.market_order(Side::Buy, "61300", "1");
    venue.now = venue.now + seconds(600);
    venue.server->on_timer(venue.now);
  }
  const std::string base = "/api/v5/market/history-candles?instId=BTC-USDT-SWAP";
  const Json hours = venue.get(base + "&bar=1H&limit=32");
  EXPECT_EQ(hours.at("/data/5/5"), "6");
  EXPECT_EQ(hours.at("/data/29/5"), "6");  // its minutes are no longer kept
  EXPECT_EQ(hours.at("/data/29/2"), "61260");
  double volume = 0;
  const std::string end = std::to_string(number(hours, "/data/28/0"));
  const Json minutes = venue.get(base + "&bar=1m&limit=60&after=" + end);
  for (int i = 0; i < 60; ++i) volume += real(minutes, fmt::format("/data/{}/5", i));
  EXPECT_NEAR(volume, 6, 1e-9);
}

TEST(CandleChannel, PushesAtMostOncePerSecondAndSaysWhenABarIsOver) {
  Venue venue(without_limits);
  const ConnectionId id = venue.open("/ws/v5/business");
  venue.text(
      id,
      R"({"id":"1","op":"subscribe","args":[{"channel":"candle1m","instId":"BTC-USDT-SWAP"}]})");
  EXPECT_EQ(venue.pushes(id, "candle1m").size(), 1u);
  venue.take(id);
  for (int i = 0; i < 20; ++i) {
    venue.market_order(Side::Sell, i % 2 == 0 ? "61260" : "61261", "1");
    venue.market_order(Side::Buy, "61300", "1");
    venue.advance(milliseconds(100));
  }
  const std::size_t pushed = venue.pushes(id, "candle1m").size();
  EXPECT_GE(pushed, 1u);
  EXPECT_LE(pushed, 3u);
  const Json row(venue.pushes(id, "candle1m").back());
  EXPECT_EQ(row.at("/arg/instId"), "BTC-USDT-SWAP");
  EXPECT_EQ(row.size("/data/0"), 9u);
  EXPECT_EQ(row.at("/data/0/0"), std::to_string(kStartMs));
  venue.take(id);
  for (int i = 0; i < 3; ++i) {  // a quiet connection would be closed
    venue.advance(seconds(20));
    venue.text(id, "ping");
  }
  const auto frames = venue.pushes(id, "candle1m");
  bool closed = false;
  for (const std::string& frame : frames) {
    const Json json(frame);
    if (json.at("/data/0/0") == std::to_string(kStartMs) && json.at("/data/0/8") == "1") {
      closed = true;
      EXPECT_EQ(json.at("/data/0/5"), "20");
    }
  }
  EXPECT_TRUE(closed);
  EXPECT_EQ(Json(frames.back()).at("/data/0/0"), std::to_string(kStartMs + 60'000));
}

TEST(CandleChannel, LivesOnTheBusinessPathAndKnowsItsBars) {
  Venue venue(without_limits);
  const ConnectionId open = venue.open("/ws/v5/public");
  venue.text(open, R"({"op":"subscribe","args":[{"channel":"candle1m","instId":"BTC-USDT"}]})");
  EXPECT_EQ(venue.last(open).at("/code"), "64001");
  const ConnectionId id = venue.open("/ws/v5/business");
  const auto subscribe = [&](std::string_view channel, std::string_view instrument) {
    venue.text(id, fmt::format(R"({{"op":"subscribe","args":[{{"channel":"{}","instId":"{}"}}]}})",
                               channel, instrument));
    return venue.last(id);
  };
  EXPECT_EQ(subscribe("candle7m", "BTC-USDT").at("/code"), "60018");
  EXPECT_EQ(subscribe("mark-price-candle1s", "BTC-USDT-SWAP").at("/code"), "60018");
  EXPECT_EQ(subscribe("index-candle1m", "BTC-USDT-SWAP").at("/code"), "60018");
  EXPECT_EQ(subscribe("tickers", "BTC-USDT").at("/code"), "64002");
  EXPECT_EQ(subscribe("index-candle1m", "BTC-USDT").at("/arg/channel"), "index-candle1m");
  EXPECT_EQ(subscribe("mark-price-candle1Dutc", "BTC-USDT-SWAP").at("/arg/channel"),
            "mark-price-candle1Dutc");
  EXPECT_EQ(venue.last(id).size("/data/0"), 6u);
}

}  // namespace
}  // namespace gannet::okx_server
