#include "gateway/net/http_client.h"

#include <set>

#include "support/loopback.h"
#include "support/raw_tls_peer.h"

namespace gannet::net {
namespace {

class HttpClientTest : public LoopbackTest {
 protected:
  std::unique_ptr<HttpClient> http(HttpClientSettings settings = {}) {
    if (settings.url.empty()) settings.url = url("", "127.0.0.1", "https");
    auto made = HttpClient::make(loop, client_tls(), std::move(settings));
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }
  std::unique_ptr<HttpClient> raw_http(const RawTlsServer& server,
                                       HttpClientSettings settings = {}) {
    settings.url = "https://127.0.0.1:" + std::to_string(server.port());
    return http(std::move(settings));
  }
  HttpClient::Callback keep() {
    return [this](HttpAnswer answer) { answers.push_back(std::move(answer)); };
  }
  static HttpRequest get(std::string target) {
    return {.method = "GET", .target = std::move(target), .headers = {}, .body = {}};
  }
  static HttpRequest post(std::string target, std::string body) {
    return {.method = "POST", .target = std::move(target), .headers = {}, .body = std::move(body)};
  }
  bool wait_for(std::size_t count) {
    return run_until([&] { return answers.size() >= count; });
  }

  std::vector<HttpAnswer> answers;
};

TEST_F(HttpClientTest, SendsHeadersAsGivenAndReadsTheAnswer) {
  serve();
  auto client = http();
  HttpRequest request = post("/api/v5/trade/order?x=%20y", R"({"a":1})");
  request.headers = {{"OK-ACCESS-KEY", "key"}, {"Content-Type", "application/json"}};
  client->send(std::move(request), keep());
  EXPECT_TRUE(answers.empty());
  EXPECT_EQ(client->pending(), 1u);
  ASSERT_TRUE(wait_for(1));
  EXPECT_EQ(answers[0].response.status, 200);
  EXPECT_EQ(answers[0].response.body, R"({"a":1})");
  EXPECT_EQ(answers[0].response.header("content-type"), "text/plain");
  EXPECT_EQ(client->pending(), 0u);
  ASSERT_EQ(echo.requests.size(), 1u);
  EXPECT_EQ(echo.requests[0].target, "/api/v5/trade/order?x=%20y");
  EXPECT_EQ(echo.requests[0].header("OK-ACCESS-KEY"), "key");
  EXPECT_EQ(echo.requests[0].header("host"), "127.0.0.1:" + std::to_string(echo.server->port()));
  EXPECT_EQ(echo.requests[0].header("user-agent"), "gannet");
}

TEST_F(HttpClientTest, KeepsOneConnectionForRequestsInTurn) {
  serve();
  auto client = http();
  for (std::size_t i = 1; i <= 10; ++i) {
    client->send(get("/"), keep());
    ASSERT_TRUE(wait_for(i));
  }
  EXPECT_EQ(std::set<std::string>(echo.peers.begin(), echo.peers.end()).size(), 1u);
}

TEST_F(HttpClientTest, SpreadsManyRequestsOverItsPoolAndAnswersEachOnce) {
  serve();
  auto client = http({.connections = 3});
  std::vector<int> seen(100, 0);
  for (std::size_t i = 0; i < 100; ++i) {
    client->send(post("/", std::to_string(i)), [&seen, this](HttpAnswer answer) {
      ++seen[std::stoul(answer.response.body)];
      answers.push_back(std::move(answer));
    });
  }
  ASSERT_TRUE(wait_for(100));
  EXPECT_EQ(seen, std::vector<int>(100, 1));
  EXPECT_EQ(std::set<std::string>(echo.peers.begin(), echo.peers.end()).size(), 3u);
}

TEST_F(HttpClientTest, CarriesALargeBody) {
  serve();
  const std::string large(5u << 20, 'i');
  echo.on_http_hook = [&](const HttpRequest&) {
    return HttpResponse{.status = 200, .headers = {}, .body = large};
  };
  auto client = http();
  client->send(get("/api/v5/public/instruments"), keep());
  ASSERT_TRUE(wait_for(1));
  EXPECT_EQ(answers[0].response.body, large);
}

TEST_F(HttpClientTest, RefusesABodyAboveItsBound) {
  serve();
  echo.on_http_hook = [&](const HttpRequest&) {
    return HttpResponse{.status = 200, .headers = {}, .body = std::string(2'000, 'x')};
  };
  auto client = http({.body_bytes_max = 1'000});
  client->send(get("/"), keep());
  ASSERT_TRUE(wait_for(1));
  EXPECT_EQ(answers[0].response.status, 0);
  EXPECT_FALSE(answers[0].certainly_not_sent);
}

TEST_F(HttpClientTest, SaysWhenNothingCanHaveBeenSent) {
  serve();
  HttpClientSettings settings{.url = url("", "127.0.0.1", "https")};
  echo.server.reset();
  auto client = http(settings);
  client->send(get("/"), keep());
  client->send(get("/"), keep());
  ASSERT_TRUE(wait_for(2));
  for (const HttpAnswer& answer : answers) {
    EXPECT_EQ(answer.response.status, 0);
    EXPECT_TRUE(answer.certainly_not_sent);
    EXPECT_FALSE(answer.error.empty());
  }
}

// SEC-06
TEST_F(HttpClientTest, SendsNothingToAServerItCannotVerify) {
  serve();
  TemporaryDirectory elsewhere;
  auto stranger = make_certificates(elsewhere.path());
  ASSERT_TRUE(stranger);
  auto tls = TlsContext::client({.ca_file = stranger->ca.string()});
  ASSERT_TRUE(tls);
  auto client = HttpClient::make(loop, *tls, {.url = url("", "127.0.0.1", "https")});
  ASSERT_TRUE(client);
  (*client)->send(get("/"), keep());
  ASSERT_TRUE(wait_for(1));
  EXPECT_TRUE(answers[0].certainly_not_sent);
  EXPECT_TRUE(echo.requests.empty());
}

// RELIABILITY D1, D13: what was written and not answered is unknown, and is not sent again.
TEST_F(HttpClientTest, ACutAfterTheRequestIsUnknownAndNotRepeated) {
  std::atomic<int> requests = 0;
  RawTlsServer server(
      files,
      [&](RawTlsConnection& connection) {
        if (!connection.read_through("\r\n\r\n").empty()) ++requests;
        connection.write("HTTP/1.1 200 OK\r\nContent-Le");
      },
      1);
  auto client = raw_http(server, {.connections = 1});
  client->send(post("/api/v5/trade/order", ""), keep());
  ASSERT_TRUE(wait_for(1));
  EXPECT_EQ(answers[0].response.status, 0);
  EXPECT_FALSE(answers[0].certainly_not_sent);
  EXPECT_EQ(requests, 1);
}

TEST_F(HttpClientTest, ConnectsAgainAfterTheServerClosedAnIdleConnection) {
  RawTlsServer server(
      files,
      [](RawTlsConnection& connection) {
        connection.read_through("\r\n\r\n");
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      },
      3);
  auto client = raw_http(server, {.connections = 1});
  for (std::size_t i = 1; i <= 3; ++i) {
    client->send(get("/"), keep());
    ASSERT_TRUE(wait_for(i));
    EXPECT_EQ(answers.back().response.status, 200) << answers.back().error;
    ASSERT_TRUE(run_until([&] { return client->open_connections() == 0; }));
  }
}

TEST_F(HttpClientTest, TimesOutAndTheNextRequestStillWorks) {
  RawTlsServer server(
      files,
      [first = true](RawTlsConnection& connection) mutable {
        connection.read_through("\r\n\r\n");
        if (!std::exchange(first, false)) {
          connection.write("HTTP/1.1 204 No Content\r\n\r\n");
        }
        connection.read_all();
      },
      2);
  auto client = raw_http(server, {.connections = 1, .request_timeout = milliseconds(200)});
  client->send(get("/"), keep());
  ASSERT_TRUE(wait_for(1));
  EXPECT_EQ(answers[0].response.status, 0);
  EXPECT_EQ(answers[0].error, "timed out");
  EXPECT_FALSE(answers[0].certainly_not_sent);
  client = raw_http(server, {.connections = 1});
  client->send(get("/"), keep());
  ASSERT_TRUE(wait_for(2));
  EXPECT_EQ(answers[1].response.status, 204);
  client.reset();
}

TEST_F(HttpClientTest, AWaitingRequestTimesOutAsNotSent) {
  RawTlsServer server(files, [](RawTlsConnection& connection) { connection.read_all(); });
  auto client = raw_http(server, {.connections = 1, .request_timeout = milliseconds(200)});
  client->send(get("/first"), keep());
  client->send(get("/second"), keep());
  ASSERT_TRUE(wait_for(2));
  std::size_t not_sent = 0;
  for (const HttpAnswer& answer : answers) not_sent += answer.certainly_not_sent ? 1u : 0u;
  EXPECT_EQ(not_sent, 1u);
}

TEST_F(HttpClientTest, SkipsInterimAnswersAndDistrustsUnaskedOnes) {
  RawTlsServer server(
      files,
      [](RawTlsConnection& connection) {
        connection.read_through("\r\n\r\n");
        connection.write(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"
            "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
        connection.read_all();
      },
      2);
  auto client = raw_http(server, {.connections = 1});
  client->send(get("/"), keep());
  ASSERT_TRUE(wait_for(1));
  EXPECT_EQ(answers[0].response.body, "a");
  client->send(get("/"), keep());
  ASSERT_TRUE(wait_for(2));
  EXPECT_EQ(answers[1].response.body, "a");
  client.reset();
}

TEST_F(HttpClientTest, RefusesMoreThanItsQueueHolds) {
  serve();
  auto client = http({.connections = 1, .queue = 2});
  for (int i = 0; i < 5; ++i) client->send(get("/"), keep());
  ASSERT_TRUE(wait_for(5));
  std::size_t refused = 0;
  for (const HttpAnswer& answer : answers) refused += answer.certainly_not_sent ? 1u : 0u;
  EXPECT_EQ(refused, 3u);
}

TEST_F(HttpClientTest, ARequestThatWouldSmuggleIsRefusedAndTheConnectionLives) {
  serve();
  auto client = http({.connections = 1});
  client->send(get("/\r\nEvil: 1"), keep());
  client->send(get("/fine"), keep());
  ASSERT_TRUE(wait_for(2));
  EXPECT_EQ(echo.requests.size(), 1u);
  EXPECT_EQ(echo.requests[0].target, "/fine");
}

// KILL-01: what waited for a connection when the kill came does not leave any more.
TEST_F(HttpClientTest, AsksForPermissionAfterTheWaitJustBeforeItWrites) {
  serve();
  bool killed = false;
  HttpClientSettings settings;
  settings.connections = 1;
  settings.permit = [&](const HttpRequest& request) {
    return !killed || request.target == "/cancel";
  };
  auto client = http(std::move(settings));
  client->send(post("/order", "1"), keep());
  client->send(post("/order", "2"), keep());
  client->send(post("/cancel", "3"), keep());
  EXPECT_EQ(client->pending(), 3u);  // none of them has left: there is no connection yet
  killed = true;
  ASSERT_TRUE(wait_for(3));
  ASSERT_EQ(echo.requests.size(), 1u);
  EXPECT_EQ(echo.requests[0].target, "/cancel");
  std::size_t kept = 0;
  for (const HttpAnswer& answer : answers) kept += answer.certainly_not_sent ? 1u : 0u;
  EXPECT_EQ(kept, 2u);
}

TEST_F(HttpClientTest, ForgetsItsRequestsWhenDestroyed) {
  serve();
  auto client = http();
  client->send(get("/"), keep());
  client.reset();
  bool turned = false;
  loop.post([&] { turned = true; });
  ASSERT_TRUE(run_until([&] { return turned && echo.server->connection_count() == 0; }));
  EXPECT_TRUE(answers.empty());
}

}  // namespace
}  // namespace gannet::net
