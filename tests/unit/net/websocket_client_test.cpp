#include "gateway/net/websocket_client.h"

#include <netdb.h>

#include "support/loopback.h"
#include "support/raw_tls_peer.h"

namespace gannet::net {
namespace {

/// A bare root without /etc/hosts does not.
bool knows_localhost() {
  addrinfo* found = nullptr;
  if (getaddrinfo("localhost", nullptr, nullptr, &found) != 0) return false;
  freeaddrinfo(found);
  return true;
}

using Kind = CloseReason::Kind;

class WebSocketClientTest : public LoopbackTest {
 protected:
  /// A client of a raw server, connected or failed.
  std::unique_ptr<WebSocketClient> raw_client(const RawTlsServer& server,
                                              WebSocketSettings settings = {}) {
    settings.url = "wss://127.0.0.1:" + std::to_string(server.port()) + "/";
    auto made = client(std::move(settings));
    made->connect();
    return made;
  }
  bool wait_for_close(std::size_t count = 1) {
    return run_until([&] { return handler.closed.size() >= count; });
  }
};

TEST_F(WebSocketClientTest, EchoesTextOverTls) {
  serve();
  const Timestamp before = wall_clock_now();
  auto connection = open_client();
  EXPECT_TRUE(connection->send_text("hello"));
  ASSERT_TRUE(run_until([&] { return handler.texts.size() == 1; }));
  EXPECT_EQ(handler.texts[0], "hello");
  EXPECT_GE(handler.last_receive_time, before);
  EXPECT_LE(handler.last_receive_time, wall_clock_now());
}

TEST_F(WebSocketClientTest, AcceptsTheHostByNameToo) {
  if (!knows_localhost()) GTEST_SKIP() << "this machine does not know the name localhost";
  serve();
  auto connection = open_client({.url = url("/echo", "localhost")});
  EXPECT_TRUE(connection->is_open());
}

TEST_F(WebSocketClientTest, KeepsTheOrderOfManyTextsSentAtOnce) {
  serve();
  auto connection = open_client();
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(connection->send_text("text " + std::to_string(i)));
  ASSERT_TRUE(run_until([&] { return handler.texts.size() == 200; }));
  for (std::size_t i = 0; i < 200; ++i) EXPECT_EQ(handler.texts[i], "text " + std::to_string(i));
}

TEST_F(WebSocketClientTest, CarriesBigFramesBothWays) {
  serve({.message_bytes_max = 8u << 20});
  auto connection = open_client({.message_bytes_max = 4u << 20, .queue_bytes = 8u << 20});
  const std::string big(3u << 20, 'x');
  ASSERT_TRUE(connection->send_text(big));
  ASSERT_TRUE(run_until([&] { return handler.texts.size() == 1; }));
  EXPECT_EQ(handler.texts[0], big);
}

TEST_F(WebSocketClientTest, RefusesWhatItsQueueCannotHold) {
  serve();
  auto connection = open_client({.queue_frames = 4});
  int taken = 0;
  while (taken < 10'000 && connection->send_text(std::string(60'000, 'x'))) ++taken;
  EXPECT_LT(taken, 10'000);
  EXPECT_TRUE(connection->is_open());
  ASSERT_TRUE(run_until([&] { return handler.texts.size() == static_cast<std::size_t>(taken); }));
}

TEST_F(WebSocketClientTest, SendsNothingBeforeItIsOpen) {
  serve();
  auto connection = client({.url = url("/echo")});
  EXPECT_FALSE(connection->send_text("x"));
  connection->connect();
  EXPECT_FALSE(connection->send_text("x"));
}

// RELIABILITY D8, SEC-06
TEST_F(WebSocketClientTest, RefusesACertificateForAnotherHost) {
  if (!knows_localhost()) GTEST_SKIP() << "this machine does not know the name localhost";
  auto other = make_certificates(directory.path(),
                                 {.ip_addresses = {"127.0.0.2"}, .dns_names = {"elsewhere.test"}});
  ASSERT_TRUE(other);
  files = *other;
  serve();
  for (const char* host : {"127.0.0.1", "localhost"}) {
    handler.closed.clear();
    auto connection = client({.url = url("/echo", host)});
    connection->connect();
    ASSERT_TRUE(wait_for_close());
    EXPECT_EQ(handler.closed[0].kind, Kind::NotReached);
    EXPECT_NE(handler.closed[0].text.find("certificate refused"), std::string::npos)
        << handler.closed[0].text;
  }
  EXPECT_EQ(handler.opened, 0u);
}

// RELIABILITY D8, SEC-06
TEST_F(WebSocketClientTest, RefusesAnUntrustedAuthority) {
  serve();
  TemporaryDirectory elsewhere;
  auto stranger = make_certificates(elsewhere.path());
  ASSERT_TRUE(stranger);
  for (const bool system_roots : {true, false}) {
    handler.closed.clear();
    auto tls = TlsContext::client({.system_roots = system_roots, .ca_file = stranger->ca.string()});
    ASSERT_TRUE(tls);
    auto connection = WebSocketClient::make(loop, *tls, {.url = url("/echo")}, handler);
    ASSERT_TRUE(connection);
    (*connection)->connect();
    ASSERT_TRUE(wait_for_close());
    EXPECT_EQ(handler.closed[0].kind, Kind::NotReached);
    EXPECT_NE(handler.closed[0].text.find("certificate refused"), std::string::npos);
  }
  EXPECT_TRUE(echo.open.empty());
}

TEST_F(WebSocketClientTest, SaysWithWhichStatusTheHandshakeWasRefused) {
  serve();
  auto connection = client({.url = url("/refused")});
  connection->connect();
  ASSERT_TRUE(wait_for_close());
  EXPECT_EQ(handler.closed[0].kind, Kind::Refused);
  EXPECT_EQ(handler.closed[0].http_status, 403);
}

TEST_F(WebSocketClientTest, SaysThatNobodyListens) {
  serve();
  const std::string dead = url("/echo");
  echo.server.reset();
  auto connection = client({.url = dead});
  connection->connect();
  ASSERT_TRUE(wait_for_close());
  EXPECT_EQ(handler.closed[0].kind, Kind::NotReached);
}

TEST_F(WebSocketClientTest, GivesUpOnAServerThatStaysSilentInTheHandshake) {
  RawTlsServer silent(files, [](RawTlsConnection& connection) { connection.read_all(); });
  auto connection = raw_client(silent, {.url = {}, .connect_timeout = milliseconds(300)});
  ASSERT_TRUE(wait_for_close());
  EXPECT_EQ(handler.closed[0].kind, Kind::TimedOut);
}

// RELIABILITY D1
TEST_F(WebSocketClientTest, NoticesACutAndConnectsAgain) {
  serve();
  auto connection = open_client();
  for (std::size_t cuts = 1; cuts <= 20; ++cuts) {
    echo.server->cut(echo.newest);
    ASSERT_TRUE(wait_for_close(cuts));
    EXPECT_EQ(handler.closed.back().kind, Kind::Lost);
    EXPECT_FALSE(connection->is_open());
    connection->connect();
    ASSERT_TRUE(run_until([&] { return connection->is_open(); }));
  }
  EXPECT_TRUE(connection->send_text("still here"));
  EXPECT_TRUE(run_until([&] { return !handler.texts.empty(); }));
}

TEST_F(WebSocketClientTest, TellsCloseCodeAndReason) {
  serve();
  auto connection = open_client();
  echo.server->close(echo.newest, 4004, "no data in 30s");
  ASSERT_TRUE(wait_for_close());
  EXPECT_EQ(handler.closed[0].kind, Kind::PeerClosed);
  EXPECT_EQ(handler.closed[0].code, 4004);
  EXPECT_EQ(handler.closed[0].text, "no data in 30s");
}

TEST_F(WebSocketClientTest, SendsWhatIsQueuedBeforeItSaysGoodbye) {
  serve();
  auto connection = open_client();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(connection->send_text("last words"));
  connection->close(1000, "done");
  EXPECT_FALSE(connection->send_text("too late"));
  ASSERT_TRUE(wait_for_close());
  EXPECT_EQ(handler.closed[0].kind, Kind::LocalClosed);
  EXPECT_EQ(echo.texts, 50u);
  EXPECT_TRUE(run_until([&] { return echo.open.empty(); }));
}

TEST_F(WebSocketClientTest, ACutIsToldLaterNotWithinTheCall) {
  serve();
  auto connection = open_client();
  connection->cut("test");
  EXPECT_TRUE(handler.closed.empty());
  EXPECT_FALSE(connection->is_open());
  ASSERT_TRUE(wait_for_close());
  EXPECT_EQ(handler.closed[0].kind, Kind::LocalClosed);
  EXPECT_EQ(handler.closed[0].text, "test");
  EXPECT_TRUE(run_until([&] { return echo.open.empty(); }));
}

TEST_F(WebSocketClientTest, ClosingWhileConnectingIsToldOnce) {
  serve();
  auto connection = client({.url = url("/echo")});
  connection->connect();
  connection->close();
  ASSERT_TRUE(wait_for_close());
  connection->connect();
  ASSERT_TRUE(run_until([&] { return connection->is_open(); }));
  EXPECT_EQ(handler.closed.size(), 1u);
}

TEST_F(WebSocketClientTest, MayBeDestroyedInEveryCallback) {
  serve();
  std::unique_ptr<WebSocketClient> connection;
  handler.on_open_hook = [&] { connection.reset(); };
  connection = client({.url = url("/echo")});
  connection->connect();
  ASSERT_TRUE(run_until([&] { return connection == nullptr; }));

  handler.on_open_hook = [&] { connection->send_text("x"); };
  handler.on_text_hook = [&](std::string_view) { connection.reset(); };
  connection = client({.url = url("/echo")});
  connection->connect();
  ASSERT_TRUE(run_until([&] { return connection == nullptr; }));

  handler.on_open_hook = [&] { echo.server->cut(echo.newest); };
  handler.on_closed_hook = [&] { connection.reset(); };
  connection = client({.url = url("/echo")});
  connection->connect();
  ASSERT_TRUE(run_until([&] { return connection == nullptr; }));
  handler.on_open_hook = nullptr;
  handler.on_closed_hook = nullptr;
  EXPECT_TRUE(run_until([&] { return echo.open.empty(); }));
}

// RELIABILITY D9
TEST_F(WebSocketClientTest, JoinsFragmentsWithControlFramesBetweenThem) {
  RawTlsServer server(files, [](RawTlsConnection& connection) {
    connection.accept_websocket();
    connection.write(server_frame(0x01, R"({"a":)"));
    connection.write(server_frame(0x89, "are you there"));  // a ping in the middle
    connection.write(server_frame(0x00, "1"));
    const std::string last = server_frame(0x80, "}");
    for (const char byte : last) connection.write({&byte, 1});  // one byte at a time
    const std::string pong = connection.read_exactly(2 + 4 + 13);
    EXPECT_EQ(static_cast<unsigned char>(pong[0]), 0x8a);
    connection.write(server_frame(0x81, "pong seen"));
    connection.read_all();
  });
  auto connection = raw_client(server);
  ASSERT_TRUE(run_until([&] { return handler.texts.size() == 2; }));
  EXPECT_EQ(handler.texts[0], R"({"a":1})");
  EXPECT_EQ(handler.texts[1], "pong seen");
  connection->cut("end");
  ASSERT_TRUE(wait_for_close());
}

// RELIABILITY D1, D9
TEST_F(WebSocketClientTest, SurvivesHalfAFrameAndTheEndOfTheConnection) {
  RawTlsServer server(files, [](RawTlsConnection& connection) {
    connection.accept_websocket();
    connection.write(server_frame(0x81, "whole"));
    connection.write(server_frame(0x81, "this one is cut short").substr(0, 9));
  });
  auto connection = raw_client(server);
  ASSERT_TRUE(wait_for_close());
  EXPECT_EQ(handler.texts, std::vector<std::string>{"whole"});
  EXPECT_EQ(handler.closed[0].kind, Kind::Lost);
}

// RELIABILITY D9, D35
TEST_F(WebSocketClientTest, EndsConnectionsThatBreakTheProtocol) {
  const std::vector<std::string> evils = {
      server_frame(0x81, "\xff\xfe"),             // no UTF-8
      client_frame(0x81, "masked by a server"),   //
      server_frame(0xf1, "reserved bits"),        //
      server_frame(0x83, "unknown opcode"),       //
      server_frame(0x80, "continues nothing"),    //
      server_frame(0x89, std::string(126, 'p')),  // a control frame that is too long
      server_frame(0x09, "fragmented control"),   //
      std::string("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10),  // 2^64-1 bytes announced
      "HTTP/1.1 200 OK\r\n\r\n",
  };
  std::size_t expected = 0;
  for (const std::string& evil : evils) {
    RawTlsServer server(files, [&](RawTlsConnection& connection) {
      connection.accept_websocket();
      connection.write(evil);
      connection.read_all();
    });
    auto connection = raw_client(server);
    ASSERT_TRUE(wait_for_close(++expected)) << expected;
    EXPECT_EQ(handler.closed.back().kind, Kind::Lost) << expected;
  }
  EXPECT_TRUE(handler.texts.empty());
}

// RELIABILITY D9: oversize
TEST_F(WebSocketClientTest, EndsAConnectionWhoseMessageIsTooLong) {
  RawTlsServer server(files, [](RawTlsConnection& connection) {
    connection.accept_websocket();
    connection.write(server_frame(0x81, std::string(70'000, 'x')));
    connection.read_all();
  });
  auto connection = raw_client(server, {.url = {}, .message_bytes_max = 65'536});
  ASSERT_TRUE(wait_for_close());
  EXPECT_EQ(handler.closed[0].kind, Kind::Lost);
  EXPECT_TRUE(handler.texts.empty());
}

TEST_F(WebSocketClientTest, DropsBinaryFramesAndStaysOpen) {
  RawTlsServer server(files, [](RawTlsConnection& connection) {
    connection.accept_websocket();
    connection.write(server_frame(0x82, "binary"));
    connection.write(server_frame(0x81, "text"));
    connection.read_all();
  });
  auto connection = raw_client(server);
  ASSERT_TRUE(run_until([&] { return !handler.texts.empty(); }));
  EXPECT_EQ(handler.texts, std::vector<std::string>{"text"});
  connection->cut("end");
  ASSERT_TRUE(wait_for_close());
}

TEST_F(WebSocketClientTest, BoundsAGoodbyeThatIsNotAnswered) {
  RawTlsServer server(files, [](RawTlsConnection& connection) {
    connection.accept_websocket();
    connection.read_all();  // takes the close frame and says nothing
  });
  auto connection = raw_client(server, {.url = {}, .close_timeout = milliseconds(100)});
  ASSERT_TRUE(run_until([&] { return handler.opened == 1; }));
  connection->close(1000, "bye");
  ASSERT_TRUE(wait_for_close());
  EXPECT_EQ(handler.closed[0].kind, Kind::LocalClosed);
}

TEST_F(WebSocketClientTest, RefusesAnUnusableUrl) {
  for (const char* bad : {"ws://127.0.0.1/", "wss://", "wss://host:99999/", "nonsense", ""}) {
    EXPECT_FALSE(WebSocketClient::make(loop, client_tls(), {.url = bad}, handler)) << bad;
  }
}

}  // namespace
}  // namespace gannet::net
