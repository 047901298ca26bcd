// Any byte sequence gets OKX's own error or a closed connection, never a crash. [SEC-08]
#include <gtest/gtest.h>

#include <random>

#include "fuzz/okx_server_input.h"
#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

/// Whole messages of the form that the fuzzer's input takes: the first byte says where they go
/// (0 to 2: a socket, 3: GET, 4: POST, 5: an upgrade).
std::vector<std::string> good_messages() {
  std::vector<std::string> all;
  const auto socket = [&](char which, const std::string& text) { all.push_back(which + text); };
  for (const char which : {'\x00', '\x01', '\x02'}) {
    socket(which, "ping");
    socket(
        which,
        R"({"id":"1","op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT-SWAP"},{"channel":"candle1m","instId":"BTC-USDT"},{"channel":"orders","instType":"ANY"},{"channel":"account","extraParams":"{\"updateInterval\":\"0\"}"}]})");
    socket(which, R"({"op":"unsubscribe","args":[{"channel":"books","instId":"BTC-USDT-SWAP"}]})");
  }
  socket(
      '\x01',
      R"({"id":"2","op":"order","args":[{"instIdCode":100000,"tdMode":"cross","side":"buy","ordType":"limit","px":"60000","sz":"1","clOrdId":"a","attachAlgoOrds":[{"tpTriggerPx":"70000","tpOrdPx":"-1"}]}],"expTime":"1795430500000"})");
  socket(
      '\x01',
      R"({"id":"3","op":"batch-amend-orders","args":[{"instIdCode":100000,"clOrdId":"a","newPx":"60001","newSz":"2"}]})");
  socket('\x01', R"({"id":"4","op":"cancel-order","args":[{"instIdCode":100000,"clOrdId":"a"}]})");
  for (const char* target :
       {"/api/v5/public/instruments?instType=SWAP", "/api/v5/market/books?instId=BTC-USDT&sz=400",
        "/api/v5/market/candles?instId=BTC-USDT&bar=1Dutc&after=1795430400000&limit=300",
        "/api/v5/trade/orders-pending?after=1&before=9&limit=100",
        "/api/v5/trade/fills-history?instType=SWAP&begin=1&end=99999999999999",
        "/api/v5/account/positions?instId=BTC-USDT-SWAP", "/api/v5/account/bills?type=2",
        "/sim/v1/truth?user=trader", "/sim/v1/faults", "/sim/v1/connections"})
    all.push_back(std::string("\x03") + target);
  for (
      const char* post :
      {R"(/api/v5/trade/order {"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"market","sz":"100","tgtCcy":"quote_ccy"})",
       R"(/api/v5/trade/batch-orders [{"instId":"BTC-USDT","tdMode":"cash","side":"sell","ordType":"limit","px":"70000","sz":"0.1"}])",
       R"(/api/v5/trade/order-algo {"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"trigger","sz":"1","triggerPx":"61000","orderPx":"-1"})",
       R"(/api/v5/account/set-leverage {"instId":"BTC-USDT-SWAP","lever":"10","mgnMode":"cross"})",
       R"(/api/v5/account/set-position-mode {"posMode":"long_short_mode"})",
       R"(/api/v5/trade/cancel-all-after {"timeOut":"60","tag":"x"})",
       R"(/sim/v1/faults {"faults":[{"cut_at_byte":{"connection":"all","byte":9}},{"latency":{"ms":5,"for":"1s"}},{"malform":{"channel":"books","how":"long"}},{"restart":{"down_ms":5}}]})"})
    all.push_back(std::string("\x04") + post);
  all.push_back("\x05/ws/v5/public");
  return all;
}

std::string damaged(std::string text, std::mt19937& random) {
  static constexpr std::string_view kTokens[] = {"\"",
                                                 "{",
                                                 "}",
                                                 "[",
                                                 "]",
                                                 "-1",
                                                 "null",
                                                 "1e999",
                                                 "18446744073709551616",
                                                 "\\u0000",
                                                 "true",
                                                 ":",
                                                 ",",
                                                 "\xff\xfe",
                                                 "-0",
                                                 "0.00000000000000000000000000000001",
                                                 "99999999999999999999",
                                                 "%00",
                                                 "&",
                                                 "?",
                                                 "=",
                                                 "instId",
                                                 "\"all\""};
  for (std::uint32_t i = 0, changes = 1 + random() % 4; i < changes && text.size() > 1; ++i) {
    const std::size_t at = 1 + random() % (text.size() - 1);
    switch (random() % 5) {
      case 0:
        text[at] = static_cast<char>(random());
        break;
      case 1:
        text.erase(at, 1 + random() % 8);
        break;
      case 2:
        text.insert(at, text.substr(random() % text.size(), random() % 30));
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

TEST(BadInput, OfTwoHundredThousandDamagedMessagesOnEveryPathNoneDoesHarm) {
  test::OkxServerInput input;
  const std::vector<std::string> good = good_messages();
  std::mt19937 random(17);
  for (int i = 0; i < 200'000; ++i) {
    const std::string& one = good[random() % good.size()];
    input.feed(random() % 8 == 0 ? one : damaged(one, random));
  }
  EXPECT_GT(input.sent(), 1'000'000u);
}

// What the venue keeps of a connection goes with it, however it ends.
TEST(BadInput, TenThousandConnectionsOpenedUsedAndDroppedLeaveNothing) {
  Venue venue([](Settings settings) {
    settings.limits = no_limits();
    return settings;
  });
  const auto public_channels =
      R"({"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT-SWAP"},{"channel":"trades","instId":"BTC-USDT"},{"channel":"bbo-tbt","instId":"BTC-USDT"}]})";
  for (int wave = 0; wave < 100; ++wave) {
    std::vector<ConnectionId> open;
    for (int i = 0; i < 100; ++i) {
      const ConnectionId id = venue.open(i % 2 == 0 ? "/ws/v5/public" : "/ws/v5/private");
      open.push_back(id);
      if (i % 2 == 0) {
        venue.text(id, public_channels);
      } else if (i % 5 == 0) {
        venue.text(id, venue.login_text());
        venue.text(id, R"({"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]})");
      }
    }
    EXPECT_EQ(venue.server->connections(), 100u);
    if (wave % 3 == 0) {
      venue.fault(R"({"cut":{"connection":"all"}})");
    } else if (wave % 3 == 1) {
      venue.fault(R"({"cut_at_byte":{"connection":"all","byte":3,"count":0,"for":"100ms"}})");
      venue.market_order(Side::Buy, "61000", "1");
      venue.advance(milliseconds(200));
    }
    for (const ConnectionId id : open) venue.on_closed_by_peer(id);
    venue.output.frames.clear();
    venue.output.raw.clear();
    venue.output.closes.clear();
    ASSERT_EQ(venue.server->connections(), 0u);
  }
  EXPECT_EQ(venue.get("/sim/v1/connections").size(""), 0u);
  venue.market_order(Side::Buy, "61249", "1");
  venue.advance(milliseconds(200));
  EXPECT_TRUE(venue.output.frames.empty()) << "nobody is told of anything";
}

}  // namespace
}  // namespace gannet::okx_server
