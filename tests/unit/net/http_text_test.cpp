#include "gateway/net/internal/http_text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gannet::net {
namespace {

TEST(HttpText, WritesARequestWithItsHeadersAsGiven) {
  const auto wire = to_wire({.method = "POST",
                             .target = "/api/v5/trade/order",
                             .headers = {{"Host", "h"}, {"OK-ACCESS-KEY", "k"}},
                             .body = "{}"});
  ASSERT_TRUE(wire);
  EXPECT_EQ(*wire,
            "POST /api/v5/trade/order HTTP/1.1\r\nHost: h\r\nOK-ACCESS-KEY: k\r\n"
            "Content-Length: 2\r\n\r\n{}");
}

TEST(HttpText, LetsNobodySmuggleALineBreak) {
  EXPECT_FALSE(to_wire({.method = "GET", .target = "/a\r\nX: y", .headers = {}, .body = {}}));
  EXPECT_FALSE(to_wire({.method = "GET", .target = "/a b", .headers = {}, .body = {}}));
  EXPECT_FALSE(
      to_wire({.method = "GET", .target = "/", .headers = {{"A", "b\r\nC: d"}}, .body = {}}));
  EXPECT_FALSE(
      to_wire({.method = "GET", .target = "/", .headers = {{"A: b\r\nC", "d"}}, .body = {}}));
  EXPECT_FALSE(to_wire({.method = "", .target = "/", .headers = {}, .body = {}}));
}

TEST(HttpRequestReader, ReadsTheSameByteByByteAndAllAtOnce) {
  const std::string wire =
      "POST /x?y=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
      "GET /z HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  for (const bool whole : {true, false}) {
    HttpRequestReader reader({});
    std::vector<HttpRequestReader::Message> messages;
    const auto drain = [&] {
      for (auto next = reader.take(); next && next->has_value(); next = reader.take()) {
        messages.push_back(std::move(**next));
      }
    };
    if (whole) {
      ASSERT_TRUE(reader.put(wire));
      drain();
    } else {
      for (const char byte : wire) {
        ASSERT_TRUE(reader.put({&byte, 1}));
        drain();
      }
    }
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_EQ(messages[0].request.method, "POST");
    EXPECT_EQ(messages[0].request.target, "/x?y=1");
    EXPECT_EQ(messages[0].request.body, "abc");
    EXPECT_TRUE(messages[0].keep_alive);
    EXPECT_FALSE(messages[1].keep_alive);
    EXPECT_FALSE(reader.in_message());
  }
}

TEST(HttpRequestReader, KnowsAWebSocketUpgrade) {
  HttpRequestReader reader({});
  ASSERT_TRUE(
      reader.put("GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
                 "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                 "Sec-WebSocket-Version: 13\r\n\r\n"));
  const auto message = reader.take();
  ASSERT_TRUE(message && message->has_value());
  EXPECT_TRUE((*message)->wants_websocket);
}

TEST(HttpRequestReader, RefusesNonsenseAndWhatIsTooLong) {
  const HttpLimits limits{.header_bytes_max = 1'024, .body_bytes_max = 100};
  const std::vector<std::string> evils = {
      "\x16\x03\x01 this is TLS",
      "GET\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "GET / HTTP/1.1\r\nA: " + std::string(2'000, 'a') + "\r\n\r\n",
      "POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'a'),
      "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
      "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(5'000, '1'),
      "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
  };
  for (const std::string& evil : evils) {
    HttpRequestReader reader(limits);
    EXPECT_FALSE(reader.put(evil)) << evil.substr(0, 60);
  }
}

TEST(HttpResponseReader, ReadsLengthChunksAndUntilTheEnd) {
  HttpResponseReader reader({});
  ASSERT_TRUE(reader.put("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"));
  auto message = reader.take();
  ASSERT_TRUE(message && message->has_value());
  EXPECT_EQ((*message)->response.body, "ab");

  ASSERT_TRUE(
      reader.put("HTTP/1.1 429 Too Many Requests\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "3\r\nabc\r\n"));
  message = reader.take();
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->has_value());
  ASSERT_TRUE(reader.put("1\r\nd\r\n0\r\n\r\n"));
  message = reader.take();
  ASSERT_TRUE(message && message->has_value());
  EXPECT_EQ((*message)->response.status, 429);
  EXPECT_EQ((*message)->response.body, "abcd");

  ASSERT_TRUE(reader.put("HTTP/1.1 200 OK\r\n\r\nuntil the end"));
  message = reader.finish();
  ASSERT_TRUE(message && message->has_value());
  EXPECT_EQ((*message)->response.body, "until the end");
  EXPECT_FALSE((*message)->keep_alive);
}

// Beast 1.81 asserts that a last chunk comes with five bytes or more: found by fuzzing.
TEST(HttpResponseReader, ReadsChunksCutAtAnyByte) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::pair<std::string, std::string> cases[] = {
      {head + "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", "abcd"}, {head + "0\r\n\r\n", ""}};
  for (const auto& [wire, body] : cases) {
    for (std::size_t piece = 1; piece <= wire.size(); ++piece) {
      HttpResponseReader reader({});
      for (std::size_t at = 0; at < wire.size(); at += piece) {
        ASSERT_TRUE(reader.put(std::string_view(wire).substr(at, piece))) << piece;
      }
      const auto message = reader.take();
      ASSERT_TRUE(message && message->has_value()) << piece;
      EXPECT_EQ((*message)->response.body, body) << piece;
    }
  }
}

TEST(HttpResponseReader, AnAnswerCutShortIsAnError) {
  HttpResponseReader reader({});
  ASSERT_TRUE(reader.put("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nonly this"));
  EXPECT_FALSE(reader.finish());
}

}  // namespace
}  // namespace gannet::net
