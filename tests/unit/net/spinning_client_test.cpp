// A WebSocket on a loop that spins: its descriptor is probed, not announced. What clients promise
// elsewhere holds here too.
#include <atomic>

#include "gateway/net/websocket_client.h"
#include "support/loopback.h"
#include "support/raw_tls_peer.h"

namespace gannet::net {
namespace {

class SpinningClientTest : public LoopbackTest {
 protected:
  void SetUp() override {
    LoopbackTest::SetUp();
    loop.spin();
  }
  bool spin_until(const std::function<bool()>& condition) {
    const Nanos deadline = monotonic_now() + seconds(20);
    while (!condition()) {
      if (monotonic_now() > deadline) return false;
      loop.poll();
    }
    return true;
  }
  std::unique_ptr<WebSocketClient> connected(WebSocketSettings settings) {
    auto made = client(std::move(settings));
    made->connect();
    EXPECT_TRUE(spin_until([&] { return made->is_open() || !handler.closed.empty(); }));
    EXPECT_TRUE(made->is_open()) << (handler.closed.empty() ? "" : handler.closed.back().text);
    return made;
  }
  std::unique_ptr<WebSocketClient> connected(const RawTlsServer& server,
                                             WebSocketSettings settings = {}) {
    settings.url = "wss://127.0.0.1:" + std::to_string(server.port()) + "/";
    return connected(std::move(settings));
  }
};

TEST_F(SpinningClientTest, EchoesTextsInOrderAndSaysGoodbye) {
  serve();
  auto connection = connected({.url = url("/echo")});
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(connection->send_text("text " + std::to_string(i)));
  ASSERT_TRUE(spin_until([&] { return handler.texts.size() == 200; }));
  for (std::size_t i = 0; i < 200; ++i) EXPECT_EQ(handler.texts[i], "text " + std::to_string(i));
  connection->close(1000, "done");
  ASSERT_TRUE(spin_until([&] { return handler.closed.size() == 1; }));
  EXPECT_EQ(handler.closed[0].kind, CloseReason::Kind::LocalClosed);
  EXPECT_TRUE(spin_until([&] { return echo.open.empty(); }));
}

// RELIABILITY D1, D9
TEST_F(SpinningClientTest, JoinsWhatComesByteByByteAndNoticesTheCut) {
  RawTlsServer server(files, [](RawTlsConnection& connection) {
    connection.accept_websocket();
    const std::string bytes =
        server_frame(0x01, "one ") + server_frame(0x89, "?") + server_frame(0x80, "two");
    for (const char byte : bytes) connection.write({&byte, 1});
    EXPECT_EQ(static_cast<unsigned char>(connection.read_exactly(7)[0]), 0x8a);  // a pong
    connection.write(server_frame(0x81, "cut").substr(0, 3));
  });
  auto connection = connected(server);
  ASSERT_TRUE(spin_until([&] { return handler.closed.size() == 1; }));
  EXPECT_EQ(handler.texts, std::vector<std::string>{"one two"});
  EXPECT_EQ(handler.closed[0].kind, CloseReason::Kind::Lost);
  EXPECT_FALSE(connection->send_text("x"));
}

TEST_F(SpinningClientTest, TellsTheVenuesCloseCode) {
  serve();
  auto connection = connected({.url = url("/echo")});
  echo.server->close(echo.newest, 4004, "no data in 30s");
  ASSERT_TRUE(spin_until([&] { return handler.closed.size() == 1; }));
  EXPECT_EQ(handler.closed[0].kind, CloseReason::Kind::PeerClosed);
  EXPECT_EQ(handler.closed[0].code, 4004);
  EXPECT_EQ(handler.closed[0].text, "no data in 30s");
}

// Partial writes: the kernel takes a part of a record, and the rest later.
TEST_F(SpinningClientTest, KeepsWhatTheKernelDoesNotTakeAndRefusesBeyondItsBounds) {
  std::atomic<bool> may_read = false;
  std::atomic<std::size_t> read = 0;
  RawTlsServer server(files, [&](RawTlsConnection& connection) {
    connection.accept_websocket();
    may_read.wait(false);
    for (std::string got = connection.read_some(); !got.empty(); got = connection.read_some())
      read += got.size();
  });
  auto connection = connected(server, {.url = {}, .queue_frames = 50, .queue_bytes = 4u << 20});
  const std::string text(50'000, 'x');
  std::size_t taken = 0;
  while (taken < 10'000 && connection->send_text(text)) ++taken;
  EXPECT_LT(taken, 10'000u);
  EXPECT_GT(taken, 50u);
  EXPECT_TRUE(connection->is_open());
  may_read = true;
  may_read.notify_all();
  const std::size_t expected = taken * (text.size() + 8);
  ASSERT_TRUE(spin_until([&] { return read == expected; }));
  EXPECT_TRUE(connection->send_text("and on"));
  ASSERT_TRUE(spin_until([&] { return read == expected + 6 + 6; }));
  connection->cut("end");
  ASSERT_TRUE(spin_until([&] { return handler.closed.size() == 1; }));
}

// Of the texts of one event the first goes alone, the others follow together; nothing is lost or
// turned round, and a second message that is here already takes along what the first left.
TEST_F(SpinningClientTest, HoldsBackWhatFollowsTheFirstTextOfAnEvent) {
  RawTlsServer server(files, [](RawTlsConnection& connection) {
    connection.accept_websocket();
    // One record: both frames are here at once.
    connection.write(server_frame(0x81, "tick 1") + server_frame(0x81, "tick 2"));
    connection.read_all();
  });
  std::vector<std::string> records;
  RawTlsServer account(files, [&](RawTlsConnection& connection) {
    connection.accept_websocket();
    std::size_t bytes = 0;
    while (bytes < 6 * 12) {  // six texts of six bytes, each with a head of six
      records.push_back(connection.read_some());
      bytes += records.back().size();
    }
    connection.write(server_frame(0x81, "all there"));
    connection.read_all();
  });
  RecordingHandler account_handler;
  auto orders = WebSocketClient::make(
      loop, client_tls(), {.url = "wss://127.0.0.1:" + std::to_string(account.port()) + "/"},
      account_handler);
  ASSERT_TRUE(orders);
  (*orders)->connect();
  ASSERT_TRUE(spin_until([&] { return (*orders)->is_open(); }));
  handler.on_text_hook = [&](std::string_view text) {
    const char number = text.back();
    for (const char* word : {"order", "canc1", "canc2"})
      EXPECT_TRUE((*orders)->send_text(std::string(word) + number));
  };
  auto market = connected(server);
  ASSERT_TRUE(spin_until([&] { return !account_handler.texts.empty(); }));
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].size(), 12u);  // the first order, at once
  EXPECT_EQ(records[1].size(), 36u);  // its cancels, with the second order
  EXPECT_EQ(records[2].size(), 24u);  // the last ones
  std::string all;
  for (const std::string& record : records) all += record;
  std::string texts;
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t k = 0; k < 6; ++k)
      texts += static_cast<char>(all[i * 12 + 6 + k] ^ all[i * 12 + 2 + k % 4]);
  EXPECT_EQ(texts, "order1canc11canc21order2canc12canc22");
  market->cut("end");
  (*orders)->cut("end");
  ASSERT_TRUE(
      spin_until([&] { return handler.closed.size() + account_handler.closed.size() == 2; }));
}

TEST_F(SpinningClientTest, MayBeDestroyedOrConnectAgainInEveryCallback) {
  serve();
  std::unique_ptr<WebSocketClient> connection;
  handler.on_open_hook = [&] { connection->send_text("x"); };
  handler.on_text_hook = [&](std::string_view) { connection.reset(); };
  connection = client({.url = url("/echo")});
  connection->connect();
  ASSERT_TRUE(spin_until([&] { return connection == nullptr; }));
  ASSERT_TRUE(spin_until([&] { return echo.open.empty(); }));

  handler.on_text_hook = nullptr;
  handler.on_open_hook = [&] { connection.reset(); };
  connection = client({.url = url("/echo")});
  connection->connect();
  ASSERT_TRUE(spin_until([&] { return connection == nullptr; }));
  ASSERT_TRUE(spin_until([&] { return echo.open.empty(); }));

  handler.on_open_hook = [&] { echo.server->cut(echo.newest); };
  handler.on_closed_hook = [&] { connection.reset(); };
  connection = client({.url = url("/echo")});
  connection->connect();
  ASSERT_TRUE(spin_until([&] { return connection == nullptr; }));

  std::size_t again = 0;
  handler.on_open_hook = [&] { echo.server->cut(echo.newest); };
  handler.on_closed_hook = [&] {
    if (++again < 10) connection->connect();
  };
  connection = client({.url = url("/echo")});
  connection->connect();
  ASSERT_TRUE(spin_until([&] { return again == 10; }));
  handler.on_open_hook = nullptr;
  handler.on_closed_hook = nullptr;
}

// The peer's new keys come as a message of TLS between two frames; a close_notify ends the stream.
TEST_F(SpinningClientTest, FollowsAChangeOfKeysAndTheEndOfTls) {
  RawTlsServer server(files, [](RawTlsConnection& connection) {
    connection.accept_websocket();
    connection.write(server_frame(0x81, "before"));
    connection.change_keys();
    connection.write(server_frame(0x81, "after"));
    EXPECT_EQ(connection.read_exactly(12).size(), 12u);  // by our new keys
    connection.say_end();
    connection.read_all();
  });
  auto connection = connected(server);
  ASSERT_TRUE(spin_until([&] { return handler.texts.size() == 2; }));
  EXPECT_EQ(handler.texts[1], "after");
  EXPECT_TRUE(connection->send_text("thanks"));
  ASSERT_TRUE(spin_until([&] { return handler.closed.size() == 1; }));
  EXPECT_EQ(handler.closed[0].kind, CloseReason::Kind::Lost);
}

// Fault 8: a ticket would spare the venue its certificate, and us the look at it.
TEST_F(SpinningClientTest, EveryConnectionLooksAtTheCertificateWhateverTicketsWereGiven) {
  std::vector<bool> resumed;
  {
    RawTlsServer server(
        files,
        [&](RawTlsConnection& connection) {
          resumed.push_back(connection.is_resumed());
          if (resumed.size() <= 2) return connection.write("a ticket comes with it");
          connection.accept_websocket();
          connection.write(server_frame(0x81, "hello"));
        },
        5);
    run_resuming_client(server.port());
    auto connection = connected(server);
    for (std::size_t i = 1; i <= 3; ++i) {
      ASSERT_TRUE(spin_until([&] { return handler.closed.size() == i; }));
      EXPECT_EQ(handler.texts.size(), i);
      if (i < 3) connection->connect();
    }
  }
  // The second shows that this server does resume what is asked to be.
  EXPECT_EQ(resumed, (std::vector<bool>{false, true, false, false, false}));
}

}  // namespace
}  // namespace gannet::net
