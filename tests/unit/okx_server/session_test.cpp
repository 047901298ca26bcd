#include <gtest/gtest.h>

#include <random>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

TEST(SocketSession, AnswersEveryArgumentByItself) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.text(
      id,
      R"({"id":"7","op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"},{"channel":"nothing","instId":"BTC-USDT"},{"channel":"trades","instId":"NO-SUCH"},{"channel":"orders","instType":"ANY"},{"channel":"trades-all","instId":"BTC-USDT"}]})");
  const auto frames = venue.take(id);
  ASSERT_EQ(frames.size(), 5u);
  const Json ack(frames[0]);
  EXPECT_EQ(ack.at("/event"), "subscribe");
  EXPECT_EQ(ack.at("/id"), "7");
  EXPECT_EQ(ack.at("/arg/instId"), "BTC-USDT");
  EXPECT_EQ(ack.at("/connId").size(), 8u);
  EXPECT_EQ(Json(frames[1]).at("/code"), "60018");
  EXPECT_EQ(Json(frames[1]).at("/id"), "7");
  EXPECT_EQ(Json(frames[2]).at("/code"), "60018");
  EXPECT_EQ(Json(frames[3]).at("/code"), "60018");
  EXPECT_EQ(Json(frames[4]).at("/code"), "64001");
}

TEST(SocketSession, PongsAndClosesWhoIsSilentForThirtySeconds) {
  Venue venue;
  const ConnectionId silent = venue.open("/ws/v5/private");
  const ConnectionId alive = venue.open("/ws/v5/private");
  venue.advance(seconds(20));
  venue.text(alive, "ping");
  EXPECT_EQ(venue.take(alive).back(), "pong");
  venue.advance(seconds(11));
  EXPECT_EQ(venue.output.closes[silent], 4004);
  EXPECT_FALSE(venue.output.closes.contains(alive));
  EXPECT_EQ(venue.server->connections(), 1u);
}

TEST(SocketSession, RefusesWhatItCannotRead) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  const auto code_of = [&](std::string_view text) {
    venue.text(id, text);
    return venue.last(id).at("/code");
  };
  EXPECT_EQ(code_of("not json \xff\x01"), "60012");
  EXPECT_EQ(code_of("[]"), "60012");
  EXPECT_EQ(code_of(R"({"op":"dance"})"), "60019");
  EXPECT_EQ(code_of(R"({"op":"subscribe"})"), "60013");
  EXPECT_EQ(code_of(R"({"op":"subscribe","args":{}})"), "60013");
  EXPECT_EQ(code_of(R"({"op":"subscribe","args":[1]})"), "60013");
  EXPECT_EQ(code_of(R"({"id":"1","op":"order","args":[{}]})"), "60028");
}

TEST(SocketSession, CountsRequestsOfAnHour) {
  Venue venue([](Settings settings) {
    settings.limits.session_requests_per_hour = 3;
    return settings;
  });
  const ConnectionId id = venue.open("/ws/v5/public");
  const std::string request =
      R"({"op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"}]})";
  for (int i = 0; i < 3; ++i) venue.text(id, request);
  EXPECT_EQ(venue.last(id).at("/event"), "subscribe");
  venue.text(id, request);
  EXPECT_EQ(venue.last(id).at("/code"), "60014");
}

TEST(SocketSession, LimitsConnectionsASecondAndPaths) {
  Venue venue;
  EXPECT_EQ(venue.server->on_upgrade("/ws/v5/other", "127.0.0.1:1", venue.now), 404);
  for (int i = 0; i < 3; ++i) venue.open("/ws/v5/public");
  EXPECT_EQ(venue.server->on_upgrade("/ws/v5/public", "127.0.0.1:9", venue.now), 429);
  EXPECT_EQ(venue.server->on_upgrade("/ws/v5/public", "127.0.0.2:9", venue.now), 0);
}

TEST(SocketSession, StopsPushingAfterUnsubscribe) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  const std::string arg = R"([{"channel":"bbo-tbt","instId":"BTC-USDT-SWAP"}])";
  venue.text(id, R"({"op":"subscribe","args":)" + arg + "}");
  venue.text(id, R"({"id":"u","op":"unsubscribe","args":)" + arg + "}");
  EXPECT_EQ(venue.last(id).at("/event"), "unsubscribe");
  venue.take(id);
  venue.market_order(Side::Buy, "61249", "10");
  venue.advance(milliseconds(200));
  EXPECT_TRUE(venue.take(id).empty());
}

/// Bytes of a valid request, some of them changed, cut or doubled.
std::string mutated(std::string text, std::mt19937& random) {
  static constexpr std::string_view kTokens[] = {
      "\"",      "{",    "}", "[", "]", "-1", "null", "1e999", "18446744073709551616",
      "\\u0000", "true", ":", ","};
  const int changes = 1 + static_cast<int>(random() % 4);
  for (int i = 0; i < changes && !text.empty(); ++i) {
    const std::size_t at = random() % text.size();
    switch (random() % 5) {
      case 0:
        text[at] = static_cast<char>(random());
        break;
      case 1:
        text.erase(at, 1 + random() % 8);
        break;
      case 2:
        text.insert(at, text.substr(random() % text.size(), random() % 20));
        break;
      case 3:
        text.insert(at, kTokens[random() % std::size(kTokens)]);
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

TEST(SocketSession, SurvivesTwoHundredThousandDamagedFramesAndRequests) {
  Venue venue([](Settings settings) {
    settings.limits = no_limits();
    settings.deep_books_for_all = true;
    return settings;
  });
  for (int i = 0; i < 20; ++i) {
    venue.market_order(Side::Buy, fmt::format("{}", 61'249 - i), "10");
    venue.market_order(Side::Sell, fmt::format("{}", 61'251 + i), "10");
  }
  const std::string code = std::to_string(venue.swap_code);
  const std::vector<std::string> frames = {
      venue.order("1", "5", "buy", "limit", "61250", "1"),
      venue.order("1", "", "sell", "market", "", "0.5"),
      R"({"id":"2","op":"batch-orders","args":[{"instIdCode":)" + code +
          R"(,"tdMode":"cross","side":"sell","ordType":"ioc","px":"61240","sz":"3","reduceOnly":true},{"instIdCode":1}],"expTime":"99999999999999"})",
      R"({"id":"3","op":"amend-order","args":[{"instIdCode":)" + code +
          R"(,"clOrdId":"5","newPx":"61249.5","newSz":"2","cxlOnFail":true}]})",
      R"({"id":"4","op":"cancel-order","args":[{"instIdCode":)" + code + R"(,"clOrdId":"5"}]})",
      R"({"id":"5","op":"subscribe","args":[{"channel":"orders","instType":"ANY"},{"channel":"positions","instType":"SWAP","instFamily":"BTC-USDT"},{"channel":"account","ccy":"USDT"}]})",
      R"({"id":"6","op":"unsubscribe","args":[{"channel":"orders","instType":"ANY"}]})",
      venue.login_text()};
  const std::vector<std::pair<std::string, std::string>> requests = {
      {"GET", "/api/v5/market/books?instId=BTC-USDT-SWAP&sz=400"},
      {"GET", "/api/v5/trade/orders-pending?instType=SWAP&limit=5&after=9"},
      {"GET", "/api/v5/market/candles?instId=BTC-USDT&bar=1H&limit=3"},
      {"POST", "/api/v5/trade/order"},
      {"POST", "/api/v5/trade/cancel-all-after"},
      {"POST", "/sim/v1/faults"},
      {"GET", "/sim/v1/truth?user=trader"}};
  std::mt19937 random(5);
  ConnectionId id = venue.open_private();
  for (int i = 0; i < 200'000; ++i) {
    venue.text(id, mutated(frames[random() % frames.size()], random));
    if (i % 16 == 0) venue.advance(milliseconds(10));
    if (i % 8 == 0) {
      auto [method, target] = requests[random() % requests.size()];
      if (random() % 2 == 0) target = mutated(target, random);
      venue.http(venue.signed_request(method, target, mutated(frames[random() % 2], random)));
    }
    if (i % 64 == 0) venue.take(id);
    if (venue.output.closes.contains(id)) id = venue.open_private();
  }
  EXPECT_EQ(Json(venue.http(venue.signed_request("GET", "/sim/v1/truth")).body).at("/money_ok"),
            "true");
  EXPECT_GT(venue.get("/sim/v1/truth").size("/orders"), 100u);
}

}  // namespace
}  // namespace gannet::okx_server
