// Wire faults: what a network or a server in trouble does to connections. RELIABILITY D1-D12.
#include <gtest/gtest.h>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

constexpr std::string_view kTrades =
    R"({"id":"1","op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"}]})";

Json faults_of(Venue& venue) { return venue.get("/sim/v1/faults"); }

std::string happened(Venue& venue, const std::string& id) {
  return faults_of(venue).at("/happened/" + id);
}

TEST(WireFaults, D1_AFrameIsCutAtTheByteThatWasNamed) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.fault(R"({"cut_at_byte":{"connection":"public","byte":5}})");
  venue.text(id, kTrades);
  EXPECT_TRUE(venue.take(id).empty());
  // Its header (a whole text, its length in one byte) and the first three of the text.
  ASSERT_EQ(venue.output.raw[id].size(), 5u);
  EXPECT_EQ(venue.output.raw[id][0], '\x81');
  EXPECT_EQ(venue.output.raw[id].substr(2), "{\"i");
  EXPECT_EQ(venue.output.closes.at(id), 0);
  venue.text(id, "ping");  // the reset is still on its way to the client
  EXPECT_TRUE(venue.take(id).empty());
  venue.advance(milliseconds(20));
  EXPECT_EQ(venue.server->connections(), 0u);
  EXPECT_EQ(happened(venue, "cut_at_byte"), "1");
}

TEST(WireFaults, D1_ACutInTheMiddleOfPushesToManyIsSurvived) {
  Venue venue([](Settings settings) {
    settings.limits.connections_per_second = 0;
    return settings;
  });
  std::vector<ConnectionId> all;
  for (int i = 0; i < 4; ++i) {
    all.push_back(venue.open_private());
    venue.text(all.back(), R"({"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]})");
    venue.take(all.back());
  }
  venue.fault(R"({"cut_at_byte":{"connection":"all","byte":20,"count":2}})");
  venue.text(all[3], venue.order("1", "5", "buy", "limit", "61000", "1"));
  std::size_t cut = 0;
  for (const ConnectionId id : all) cut += venue.output.closes.contains(id) ? 1u : 0u;
  EXPECT_EQ(cut, 2u);
}

TEST(WireFaults, D2_AHalfOpenConnectionNeitherHearsNorSpeaksUntilItIsOver) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.fault(R"({"half_open":{"connection":"public","for":"2s"}})");
  venue.text(id, "ping");
  venue.advance(seconds(1));
  EXPECT_TRUE(venue.take(id).empty());
  venue.advance(milliseconds(1100));
  EXPECT_TRUE(venue.take(id).empty()) << "what was sent meanwhile is lost";
  venue.text(id, "ping");
  EXPECT_EQ(venue.take(id).back(), "pong");
  EXPECT_EQ(happened(venue, "half_open"), "1");
}

TEST(WireFaults, D3_AStallHoldsFramesAndLetsThemGoInOneBurst) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.fault(R"({"stall":{"for":"1s","direction":"out"}})");
  for (int i = 0; i < 3; ++i) venue.text(id, "ping");
  venue.advance(milliseconds(900));
  EXPECT_TRUE(venue.take(id).empty());
  venue.advance(milliseconds(200));
  EXPECT_EQ(venue.take(id), (std::vector<std::string>{"pong", "pong", "pong"}));
}

// 4005 as for the way out: the buffer is full at 16 MiB.
TEST(WireFaults, D3_WhatAStallHoldsBackFromTheClientIsBoundedByBytes) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  const std::string frame(65'536, 'x');
  const auto stalled_with = [&](int frames) {
    venue.fault(R"({"stall":{"for":"1s","direction":"in"}})");
    for (int i = 0; i < frames; ++i) venue.text(id, frame);
  };
  // What was let go does not count any more.
  for (int i = 0; i < 3; ++i) {
    stalled_with(200);
    venue.advance(milliseconds(1'200));
    ASSERT_FALSE(venue.output.closes.contains(id));
    ASSERT_EQ(venue.take(id).size(), 200u);
  }
  stalled_with(256);
  EXPECT_FALSE(venue.output.closes.contains(id));
  venue.text(id, frame);
  ASSERT_TRUE(venue.output.closes.contains(id));
  EXPECT_EQ(venue.output.closes.at(id), 4005);
  venue.text(id, frame);
  venue.advance(seconds(2));
  EXPECT_TRUE(venue.take(id).empty());
}

TEST(WireFaults, D4_LatencyDelaysBothWaysOrOneAndKeepsTheOrder) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.fault(R"({"latency":{"ms":100}})");
  venue.text(id, "ping");
  venue.advance(milliseconds(190));
  EXPECT_TRUE(venue.take(id).empty()) << "there and back again";
  venue.advance(milliseconds(20));
  EXPECT_EQ(venue.take(id).size(), 1u);
  venue.fault(R"({"clear":"latency"})");
  venue.fault(R"({"latency":{"ms":100,"jitter_ms":300,"direction":"out"}})");
  for (int i = 0; i < 20; ++i)
    venue.text(id, R"({"id":")" + std::to_string(i) + R"(","op":"dance"})");
  venue.advance(milliseconds(500));
  const auto frames = venue.take(id);
  ASSERT_EQ(frames.size(), 20u);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(Json(frames[i]).at("/id"), std::to_string(i));
}

TEST(WireFaults, D5_LossMakesFramesWaitForTheirRetransmissionAndThoseBehindToo) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.fault(R"({"loss":{"percent":50,"direction":"out"}})");
  for (int i = 0; i < 20; ++i)
    venue.text(id, R"({"id":")" + std::to_string(i) + R"(","op":"dance"})");
  EXPECT_LT(venue.take(id).size(), 20u) << "of twenty at one in two, all at once: never";
  venue.advance(seconds(60));
  EXPECT_NE(happened(venue, "loss"), "<none>");
}

TEST(WireFaults, D6_ANarrowLineSendsItsBytesASecond) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.fault(R"({"bandwidth":{"bytes_per_s":40}})");
  for (int i = 0; i < 10; ++i) venue.text(id, "ping");  // ten pongs of four bytes: a second
  venue.advance(milliseconds(550));
  EXPECT_EQ(venue.take(id).size(), 5u);
  venue.advance(milliseconds(500));
  EXPECT_EQ(venue.take(id).size(), 5u);
}

TEST(WireFaults, D8_NewConnectionsSeeAnotherCertificateUntilItIsOver) {
  Venue venue;
  venue.fault(R"({"certificate":{"shape":"expired","for":"1s"}})");
  EXPECT_EQ(venue.output.certificate, "expired");
  venue.advance(milliseconds(1100));
  EXPECT_EQ(venue.output.certificate, "");
}

TEST(WireFaults, D9_FramesOfEveryBadShapeAreSent) {
  Venue venue([](Settings settings) {
    settings.limits.connections_per_second = 0;
    return settings;
  });
  const auto sent = [&](const std::string& order) {
    const ConnectionId id = venue.open("/ws/v5/business");
    EXPECT_EQ(venue.fault(order).at("/ok"), "true") << order;
    return venue.output.raw[id];
  };
  const auto shape = [&](const std::string& name) {
    const std::string bytes =
        sent(R"({"raw_frame":{"connection":"business","shape":")" + name + R"(","bytes":70000}})");
    venue.fault(R"({"cut":{"connection":"business"}})");
    return bytes;
  };
  EXPECT_EQ(shape("ping_flood").substr(0, 3),
            "\x89\x01"
            "0");
  EXPECT_EQ(shape("oversize").size(),
            70'010u + 10u);  // text and a header with eight bytes of length
  EXPECT_EQ(shape("bad_utf8").substr(2), "{\"event\":\"\xff\xfe\"}");
  EXPECT_EQ(shape("unknown_opcode")[0], '\x83');
  EXPECT_EQ(shape("reserved_bits")[0], '\xc1');
  EXPECT_EQ(shape("binary")[0], '\x82');
  EXPECT_EQ(shape("empty"), std::string("\x81\x00", 2));
  EXPECT_EQ(shape("half").size(), 12u) << "of a frame of a hundred bytes";
  EXPECT_EQ(shape("masked")[1] & 0x80, 0x80);
}

TEST(WireFaults, D9_ATextComesInFragments) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.fault(R"({"fragment":{"bytes":3}})");
  venue.text(id, "ping");
  // "pon" without FIN, then "g" as a continuation with it.
  EXPECT_EQ(venue.output.raw[id], std::string("\x01\x03pon\x80\x01g"));
  venue.text(id, "ping");
  EXPECT_EQ(venue.take(id).back(), "pong") << "one text alone";
}

TEST(WireFaults, D9_AnyCloseCodeIsSentAnd1006IsAReset) {
  Venue venue([](Settings settings) {
    settings.limits.connections_per_second = 0;
    return settings;
  });
  for (const int code : {1001, 4001, 4004, 4005, 4007}) {
    const ConnectionId id = venue.open("/ws/v5/public");
    venue.fault(fmt::format(R"({{"close":{{"connection":"public","code":{}}}}})", code));
    EXPECT_EQ(venue.output.closes.at(id), code);
  }
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.fault(R"({"close":{"connection":"public","code":1006}})");
  EXPECT_EQ(venue.output.closes.at(id), 0);
}

TEST(WireFaults, D10_HandshakesAreRefusedAndConnectionsBounded) {
  Venue venue([](Settings settings) {
    settings.limits.connections_per_second = 0;
    return settings;
  });
  venue.fault(R"({"refuse_connect":{"connection":"private","status":502,"count":2}})");
  const auto upgrade = [&](std::string_view path) {
    return venue.server->on_upgrade(path, "127.0.0.1:7", venue.now);
  };
  EXPECT_EQ(upgrade("/ws/v5/public"), 0);
  EXPECT_EQ(upgrade("/ws/v5/private"), 502);
  EXPECT_EQ(upgrade("/ws/v5/private"), 502);
  EXPECT_EQ(upgrade("/ws/v5/private"), 0);
  venue.fault(R"({"connection_limit":{"most":1}})");
  venue.open("/ws/v5/public");
  EXPECT_EQ(upgrade("/ws/v5/public"), 429);
  venue.fault(R"({"clear":true})");
  EXPECT_EQ(upgrade("/ws/v5/public"), 0);
}

TEST(WireFaults, D11_AServiceUpgradeIsAnnouncedAndClosesAMinuteLater) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.fault(R"({"fault":"notice64008","connection":"public"})");
  const Json notice = venue.last(id);
  EXPECT_EQ(notice.at("/event"), "notice");
  EXPECT_EQ(notice.at("/code"), "64008");
  for (int i = 0; i < 5; ++i) {
    venue.advance(milliseconds(11'900));
    venue.text(id, "ping");
    EXPECT_FALSE(venue.output.closes.contains(id));
  }
  venue.advance(milliseconds(600));
  EXPECT_TRUE(venue.output.closes.contains(id));
}

TEST(WireFaults, D12_LoginsAndSubscriptionsAreRefusedLateOrUnanswered) {
  Venue venue([](Settings settings) {
    settings.limits.connections_per_second = 0;
    return settings;
  });
  venue.fault(R"({"refuse_login":{"code":"63999"}})");
  const ConnectionId refused = venue.open("/ws/v5/private");
  venue.text(refused, venue.login_text());
  EXPECT_EQ(venue.last(refused).at("/code"), "63999");
  EXPECT_EQ(venue.output.closes.at(refused), 4001);

  venue.fault(R"({"slow_login":{"ms":700}})");
  const ConnectionId slow = venue.open("/ws/v5/private");
  venue.text(slow, venue.login_text());
  EXPECT_TRUE(venue.take(slow).empty());
  venue.advance(milliseconds(710));
  EXPECT_EQ(venue.last(slow).at("/event"), "login");

  venue.fault(R"({"refuse_subscribe":{"channel":"trades","code":"64007"}})");
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.text(id, kTrades);
  EXPECT_EQ(venue.last(id).at("/code"), "64007");

  // One of N acknowledgements is missing, and the subscription is there all the same.
  venue.fault(R"({"drop_subscribe_ack":{"channel":"tickers"}})");
  venue.take(id);
  venue.text(
      id,
      R"({"op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"},{"channel":"tickers","instId":"BTC-USDT"}]})");
  std::size_t acks = 0;
  for (const std::string& frame : venue.output.frames[id])
    acks += frame.find(R"("event":"subscribe")") != std::string::npos ? 1u : 0u;
  EXPECT_EQ(acks, 1u);
  EXPECT_EQ(venue.pushes(id, "tickers").size(), 1u);
}

TEST(WireFaults, D8_ATcpStreamEndsInOrderButWithoutTlssGoodbye) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.fault(R"({"cut":{"connection":"public","how":"fin"}})");
  EXPECT_TRUE(venue.output.ended.contains(id));
  EXPECT_FALSE(venue.output.closes.contains(id));
  EXPECT_EQ(venue.get("/sim/v1/connections").size(""), 0u);
}

TEST(WireFaults, D10_ConnectingIsRefusedWhileThePortIsClosed) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.fault(R"({"down":{"listen":false,"for":"2s"}})");
  EXPECT_FALSE(venue.output.listening);
  EXPECT_EQ(venue.output.closes.at(id), 0);
  venue.advance(milliseconds(1'990));
  EXPECT_FALSE(venue.output.listening);
  venue.advance(milliseconds(20));
  EXPECT_TRUE(venue.output.listening);
}

}  // namespace
}  // namespace gannet::okx_server
