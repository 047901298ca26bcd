// What a venue that misbehaves on purpose asks of the server: bytes under the framing, answers that
// are late or cut short, another certificate. RELIABILITY D1, D8, D9.
#include <atomic>
#include <thread>

#include "gateway/net/server.h"
#include "support/loopback.h"
#include "support/raw_tls_peer.h"

namespace gannet::net {
namespace {

/// An echo server whose answers go out as `how` says.
class MisbehavingServer final : public ServerHandler {
 public:
  int on_upgrade(std::string_view, std::string_view, Timestamp) override { return 0; }
  void on_open(ServerConnectionId id, std::string_view, std::string_view, Timestamp) override {
    newest = id;
  }
  void on_text(ServerConnectionId, std::string_view, Timestamp) override {}
  void on_closed(ServerConnectionId, Timestamp) override { ++closed; }
  HttpResponse on_http(const HttpRequest&, std::string_view, Timestamp) override {
    return {.status = 200, .headers = {}, .body = "the whole answer"};
  }
  HttpDelivery delivery() override { return how; }
  void on_slow_consumer(ServerConnectionId, Timestamp) override {}

  std::unique_ptr<Server> server;
  HttpDelivery how;
  ServerConnectionId newest = 0;
  std::size_t closed = 0;
};

constexpr std::string_view kUpgrade =
    "GET /ws/v5/public HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

class MisbehavingServerTest : public LoopbackTest {
 protected:
  void SetUp() override {
    LoopbackTest::SetUp();
    auto made = Server::listen(loop, server_tls(), {}, bad);
    ASSERT_TRUE(made) << made.error().message;
    bad.server = std::move(*made);
  }
  /// What a raw client reads: after the handshake if it asked for one.
  std::string read_by_client(std::string_view request,
                             const std::function<void()>& when_open = {}) {
    std::string read;
    std::atomic<bool> done = false;
    std::thread peer([&, port = bad.server->port()] {
      run_raw_client(port, [&](RawTlsConnection& connection) {
        connection.write(request);
        if (request == kUpgrade) connection.read_through("\r\n\r\n");
        read = connection.read_all();
      });
      done = true;
    });
    if (when_open) {
      EXPECT_TRUE(run_until([&] { return bad.newest != 0; }));
      when_open();
    }
    EXPECT_TRUE(run_until([&] { return done.load(); }));
    peer.join();
    EXPECT_TRUE(run_until([&] { return bad.server->connection_count() == 0; }));
    return read;
  }

  MisbehavingServer bad;
};

TEST_F(MisbehavingServerTest, SendsBytesAsTheyAreInOrderWithTexts) {
  const std::string read = read_by_client(kUpgrade, [&] {
    for (int i = 0; i < 3; ++i) {
      bad.server->send_text(bad.newest, "text");
      bad.server->send_bytes(bad.newest, "\x01\x02pi\x80\x02ng");
    }
    bad.server->close(bad.newest, 4005, "");
  });
  const std::string once = server_frame(0x81, "text") + "\x01\x02pi\x80\x02ng";
  EXPECT_EQ(read, once + once + once + server_frame(0x88, "\x0f\xa5"));
}

TEST_F(MisbehavingServerTest, CutsAFrameAtAByte) {
  const std::string read = read_by_client(kUpgrade, [&] {
    bad.server->send_bytes(bad.newest, server_frame(0x81, "a frame that ends early").substr(0, 9));
    bad.server->cut(bad.newest);
  });
  // The reset may overtake what was on its way.
  EXPECT_LE(read.size(), 9u);
  EXPECT_EQ(bad.closed, 1u);
}

TEST_F(MisbehavingServerTest, CutsAnAnswerShortOrGivesNone) {
  bad.how.cut_after = 20;
  EXPECT_LE(read_by_client(kGet).size(), 20u);
  bad.how.cut_after = 0;
  EXPECT_EQ(read_by_client(kGet), "");
}

TEST_F(MisbehavingServerTest, AnswersLateAndSurvivesAClientThatLeft) {
  bad.how.delay = milliseconds(30);
  auto client = HttpClient::make(
      loop, client_tls(), {.url = "https://127.0.0.1:" + std::to_string(bad.server->port())});
  ASSERT_TRUE(client);
  std::optional<HttpAnswer> answer;
  const Nanos begin = monotonic_now();
  (*client)->send({.method = "GET", .target = "/", .headers = {}, .body = {}},
                  [&](HttpAnswer given) { answer = std::move(given); });
  ASSERT_TRUE(run_until([&] { return answer.has_value(); }));
  EXPECT_EQ(answer->response.body, "the whole answer");
  // A lower bound alone: a slow machine only makes it later.
  EXPECT_GE((monotonic_now() - begin).count, milliseconds(30).count);
  bad.how.delay = milliseconds(50);
  (*client)->send({.method = "GET", .target = "/", .headers = {}, .body = {}}, [](HttpAnswer) {});
  client->reset();
  EXPECT_TRUE(run_until([&] { return bad.server->connection_count() == 0; }));
}

TEST_F(MisbehavingServerTest, ShowsAnotherCertificateToNewConnections) {
  auto made = make_certificates(directory.path(), {}, true);
  ASSERT_TRUE(made);
  const auto show = [&](const std::string& file) {
    auto tls = TlsContext::server(
        {.certificate_file = (directory.path() / file).string(), .key_file = made->key.string()});
    ASSERT_TRUE(tls) << tls.error().message;
    bad.server->set_tls(*tls);
  };
  const auto is_trusted = [&] {
    auto tls = TlsContext::client({.system_roots = false, .ca_file = made->ca.string()});
    auto client = HttpClient::make(
        loop, *tls, {.url = "https://127.0.0.1:" + std::to_string(bad.server->port())});
    std::optional<HttpAnswer> answer;
    (*client)->send({.method = "GET", .target = "/", .headers = {}, .body = {}},
                    [&](HttpAnswer given) { answer = std::move(given); });
    EXPECT_TRUE(run_until([&] { return answer.has_value(); }));
    return answer && answer->response.status == 200;
  };
  show("server.pem");
  EXPECT_TRUE(is_trusted());
  for (const char* wrong : {"expired.pem", "wrong_host.pem", "unknown_authority.pem"}) {
    show(wrong);
    EXPECT_FALSE(is_trusted()) << wrong;
  }
  show("server.pem");
  EXPECT_TRUE(is_trusted());
}

}  // namespace
}  // namespace gannet::net
