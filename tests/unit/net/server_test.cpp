#include "gateway/net/server.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <atomic>
#include <thread>

#include "support/loopback.h"
#include "support/raw_tls_peer.h"

namespace gannet::net {
namespace {

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

int connect_plainly(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  EXPECT_EQ(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  return socket;
}

void reset(int socket) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  ::close(socket);
}

constexpr std::string_view kUpgradeRequest =
    "GET /ws/v5/public HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

class ServerTest : public LoopbackTest {
 protected:
  /// Runs a blocking client beside the loop until its script is done.
  void with_raw_client(const std::function<void(RawTlsConnection&)>& script) {
    std::atomic<bool> done = false;
    std::thread peer([&, port = echo.server->port()] {
      run_raw_client(port, script);
      done = true;
    });
    EXPECT_TRUE(run_until([&] { return done.load(); }));
    peer.join();
  }
  bool drained() {
    return run_until([&] { return echo.server->connection_count() == 0; });
  }
};

// Leaks nothing: connections dropped before, within and after TLS and the upgrade.
TEST_F(ServerTest, TenThousandConnectionsOpenedAndDroppedLeaveNothingBehind) {
  serve();
  const std::size_t before = open_descriptors();
  const std::uint16_t port = echo.server->port();
  std::atomic<bool> done = false;
  std::thread peer([&] {
    for (int i = 0; i < 9'600; ++i) {
      const int socket = connect_plainly(port);
      if (i % 3 == 0) {
        EXPECT_EQ(::send(socket, "\x16\x03\x01\x02", 4, MSG_NOSIGNAL), 4);
      }
      i % 2 == 0 ? reset(socket) : static_cast<void>(::close(socket));
    }
    for (int i = 0; i < 400; ++i) {
      run_raw_client(port, [&](RawTlsConnection& connection) {
        if (i % 4 == 0) return;
        if (i % 4 == 1) return connection.write("GET / HT");
        connection.write(kUpgradeRequest);
        connection.read_through("\r\n\r\n");
        if (i % 4 == 2) connection.write(client_frame(0x81, "half").substr(0, 7));
      });
    }
    done = true;
  });
  // Each turn takes what is there; the peer may run ahead by the listen queue's length.
  EXPECT_TRUE(net::run_until(loop, [&] { return done.load(); }, seconds(120)));
  peer.join();
  EXPECT_TRUE(drained());
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(echo.closed, 200u);
  EXPECT_TRUE(echo.open.empty());
}

TEST_F(ServerTest, TakesPipelinedRequestsInOrder) {
  serve();
  with_raw_client([](RawTlsConnection& connection) {
    connection.write(
        "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na"
        "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nConnection: close\r\n\r\nb");
    const std::string all = connection.read_all();
    const std::size_t first = all.find("\r\n\r\na");
    EXPECT_NE(first, std::string::npos) << all;
    EXPECT_NE(all.find("\r\n\r\nb", first), std::string::npos) << all;
  });
  EXPECT_EQ(echo.requests.size(), 2u);
  EXPECT_TRUE(drained());
}

TEST_F(ServerTest, AnswersNonsenseWith400AndLives) {
  serve({.request_bytes_max = 100});
  for (const std::string& evil :
       {std::string("nonsense\r\n\r\n"),
        "POST / HTTP/1.1\r\nContent-Length: 5000\r\n\r\n" + std::string(5'000, 'x'),
        "GET / HTTP/1.1\r\nA: " + std::string(100'000, 'a')}) {
    with_raw_client([&](RawTlsConnection& connection) {
      connection.write(evil);
      EXPECT_TRUE(connection.read_all().starts_with("HTTP/1.1 400 "));
    });
  }
  EXPECT_TRUE(drained());
  EXPECT_TRUE(echo.requests.empty());
}

TEST_F(ServerTest, DropsWhoTakesTooLong) {
  serve({.handshake_timeout = milliseconds(100), .idle_timeout = milliseconds(150)});
  const int silent = connect_plainly(echo.server->port());
  EXPECT_TRUE(run_until([&] { return echo.server->connection_count() == 1; }));
  EXPECT_TRUE(drained());
  ::close(silent);
  with_raw_client([](RawTlsConnection& connection) {
    connection.write("GET / HT");
    EXPECT_EQ(connection.read_all(), "");
  });
  with_raw_client([](RawTlsConnection& connection) { EXPECT_EQ(connection.read_all(), ""); });
  EXPECT_TRUE(drained());
}

TEST_F(ServerTest, TakesNoMoreConnectionsThanItMay) {
  serve({.connections_max = 2});
  RecordingHandler others;
  auto first = open_client();
  auto second = open_client();
  auto third = WebSocketClient::make(loop, client_tls(), {.url = url("/echo")}, others);
  ASSERT_TRUE(third);
  (*third)->connect();
  EXPECT_TRUE(run_until([&] { return others.closed.size() == 1; }));
  first->close();
  ASSERT_TRUE(run_until([&] { return echo.server->connection_count() == 1; }));
  (*third)->connect();
  EXPECT_TRUE(run_until([&] { return others.opened == 1; }));
}

// RELIABILITY D9: what a client sends wrongly ends its connection and no other.
TEST_F(ServerTest, EndsAClientThatBreaksTheProtocol) {
  serve({.message_bytes_max = 10'000});
  auto bystander = open_client();
  for (const std::string& evil :
       {server_frame(0x81, "not masked"), client_frame(0x81, "\xff"), client_frame(0x8f, "opcode"),
        client_frame(0x81, std::string(20'000, 'x')), std::string("garbage garbage garbage")}) {
    with_raw_client([&](RawTlsConnection& connection) {
      connection.write(kUpgradeRequest);
      connection.read_through("\r\n\r\n");
      connection.write(evil);
      connection.read_all();
    });
  }
  EXPECT_TRUE(run_until([&] { return echo.server->connection_count() == 1; }));
  EXPECT_TRUE(bystander->is_open());
  EXPECT_EQ(echo.texts, 0u);
}

TEST_F(ServerTest, AnswersPingsAndJoinsFragmentsOfClients) {
  serve();
  with_raw_client([](RawTlsConnection& connection) {
    connection.write(kUpgradeRequest);
    connection.read_through("\r\n\r\n");
    connection.write(client_frame(0x01, "one ") + client_frame(0x89, "ping") +
                     client_frame(0x80, "text"));
    EXPECT_EQ(connection.read_exactly(6), server_frame(0x8a, "ping"));
    EXPECT_EQ(connection.read_exactly(10), server_frame(0x81, "one text"));
    connection.write(client_frame(0x88, std::string("\x03\xe8", 2)));
    EXPECT_EQ(connection.read_exactly(4), server_frame(0x88, std::string("\x03\xe8", 2)));
  });
  EXPECT_TRUE(drained());
  EXPECT_EQ(echo.closed, 1u);
}

TEST_F(ServerTest, CutsAConsumerThatDoesNotRead) {
  for (const bool polite : {false, true}) {
    serve({.close_timeout = milliseconds(100), .queue_bytes = 1u << 20});
    echo.close_slow = polite;
    echo.slow_consumers = 0;
    std::atomic<bool> stop = false;
    std::thread peer([&, port = echo.server->port()] {
      run_raw_client(port, [&](RawTlsConnection& connection) {
        connection.write(kUpgradeRequest);
        connection.read_through("\r\n\r\n");
        while (!stop) std::this_thread::yield();  // reads nothing
      });
    });
    ASSERT_TRUE(run_until([&] { return echo.open.size() == 1; }));
    const std::string text(100'000, 'x');
    EXPECT_TRUE(run_until([&] {
      echo.server->send_text(echo.newest, text);
      return echo.slow_consumers == 1;
    }));
    EXPECT_TRUE(drained());
    EXPECT_EQ(echo.slow_consumers, 1u);
    stop = true;
    peer.join();
    echo.server.reset();
  }
}

TEST_F(ServerTest, RefusesToConnectWhileItDoesNotListen) {
  serve();
  const std::uint16_t port = echo.server->port();
  const auto connects = [&] {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const bool taken =
        ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    ::close(socket);
    return taken;
  };
  echo.server->set_listening(false);
  EXPECT_FALSE(connects());
  echo.server->set_listening(true);
  EXPECT_TRUE(connects());
  EXPECT_EQ(echo.server->port(), port);
  EXPECT_TRUE(drained());
}

TEST_F(ServerTest, EndsAStreamInOrderWithoutAGoodbye) {
  serve();
  echo.on_text_hook = [&](ServerConnectionId id, std::string_view) { echo.server->cut(id, false); };
  with_raw_client([&](RawTlsConnection& connection) {
    connection.write(kUpgradeRequest);
    connection.read_through("\r\n\r\n");
    connection.write(client_frame(0x81, "cut me"));
    EXPECT_EQ(connection.read_all(), "") << "no close frame";
  });
  EXPECT_TRUE(drained());
}

TEST_F(ServerTest, SaysWhenThePortIsTaken) {
  serve();
  EchoServer other;
  const auto second = Server::listen(loop, server_tls(), {.port = echo.server->port()}, other);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("127.0.0.1"), std::string::npos);
}

TEST_F(ServerTest, MayBeDestroyedWithConnectionsOfEveryKind) {
  serve();
  auto websocket = open_client();
  const int silent = connect_plainly(echo.server->port());
  ASSERT_TRUE(run_until([&] { return echo.server->connection_count() == 2; }));
  echo.server.reset();
  EXPECT_TRUE(run_until([&] { return !handler.closed.empty(); }));
  EXPECT_EQ(echo.closed, 0u);
  ::close(silent);
}

}  // namespace
}  // namespace gannet::net
