#include "gateway/okx/transport/socket_connection.h"

#include "gateway/okx/transport/market_connection.h"
#include "gateway/okx/transport/order_connection.h"
#include "support/loopback.h"

namespace gannet::okx {
namespace {

class RecordingSession final : public SocketSession {
 public:
  void on_open(SocketOutput& output, Timestamp) noexcept override {
    out = &output;
    ++opened;
    output.send_text("subscribe");
  }
  void on_text(std::string_view text, Timestamp) noexcept override {
    texts.emplace_back(text);
    if (reconnect_on_text) out->reconnect("bad login");
  }
  void on_closed(Timestamp) noexcept override {
    ++closed;
    out = nullptr;
  }
  CloseReaction on_close_code(std::uint16_t code, Timestamp) noexcept override {
    codes.push_back(code);
    return reaction;
  }
  void on_timer(Timestamp) noexcept override { ++timers; }

  CloseReaction reaction = CloseReaction::Reconnect;
  std::vector<std::uint16_t> codes;
  SocketOutput* out = nullptr;
  std::size_t opened = 0;
  std::size_t closed = 0;
  std::size_t timers = 0;
  std::vector<std::string> texts;
  bool reconnect_on_text = false;
};

class SocketConnectionTest : public net::LoopbackTest {
 protected:
  std::unique_ptr<SocketConnection> connection() {
    SocketConnectionSettings settings = market_connection_settings(url("/ws/v5/public"), 3);
    settings.timer_interval = milliseconds(5);
    settings.backoff = {
        .first = milliseconds(5), .longest = milliseconds(40), .stable = seconds(5)};
    auto made = SocketConnection::make(
        loop, client_tls(), pacer, settings, session,
        [this](const SocketConnectionEvent& event) { events.push_back(event); });
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }

  /// The next attempt may have begun since.
  SocketConnectionEvent last_end() const {
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
      if (event->kind == SocketConnectionEvent::Kind::Closed) return *event;
    }
    ADD_FAILURE() << "nothing has ended";
    return {};
  }

  ConnectPacer pacer;
  RecordingSession session;
  std::vector<SocketConnectionEvent> events;
};

TEST_F(SocketConnectionTest, GivesTheSessionFramesAndTimeAndWritesWhatItSays) {
  serve();
  auto socket = connection();
  socket->start();
  ASSERT_TRUE(run_until([&] { return session.texts.size() == 1 && session.timers >= 3; }));
  EXPECT_EQ(session.texts[0], "subscribe");
  EXPECT_EQ(echo.open.begin()->second, "/ws/v5/public");
  EXPECT_TRUE(socket->is_open());
}

// RELIABILITY D1
TEST_F(SocketConnectionTest, ConnectsAgainAfterEveryCutAndTheSessionStartsAnew) {
  serve();
  auto socket = connection();
  socket->start();
  for (std::size_t cuts = 0; cuts < 3; ++cuts) {
    ASSERT_TRUE(run_until([&] { return session.texts.size() == cuts + 1; }));
    echo.server->cut(echo.newest);
    ASSERT_TRUE(run_until([&] { return session.closed == cuts + 1; }));
  }
  ASSERT_TRUE(run_until([&] { return session.opened == 4; }));
  EXPECT_EQ(socket->attempts(), 4u);
}

// RELIABILITY D10
TEST_F(SocketConnectionTest, KeepsTryingWhileNobodyListensAndTellsTheSessionNothing) {
  serve();
  auto socket = connection();
  echo.server.reset();
  socket->start();
  ASSERT_TRUE(run_until([&] { return socket->attempts() >= 3; }));
  EXPECT_EQ(session.opened, 0u);
  EXPECT_EQ(session.closed, 0u);
  EXPECT_GT(session.timers, 0u);
}

TEST_F(SocketConnectionTest, AReconnectAskedForWithinAFrameIsCarriedOutAfterIt) {
  serve();
  session.reconnect_on_text = true;
  auto socket = connection();
  socket->start();
  ASSERT_TRUE(run_until([&] { return session.closed >= 1; }));
  session.reconnect_on_text = false;
  ASSERT_TRUE(run_until([&] { return session.opened >= 2 && session.texts.size() >= 2; }));
  bool seen = false;
  for (const SocketConnectionEvent& event : events) seen |= event.reason.text == "bad login";
  EXPECT_TRUE(seen);
}

TEST_F(SocketConnectionTest, StopSaysGoodbyeAndStaysClosed) {
  serve();
  auto socket = connection();
  socket->start();
  ASSERT_TRUE(run_until([&] { return socket->is_open(); }));
  socket->stop();
  ASSERT_TRUE(run_until([&] { return session.closed == 1 && echo.open.empty(); }));
  EXPECT_EQ(events.back().kind, SocketConnectionEvent::Kind::Closed);
  EXPECT_EQ(events.back().reason.kind, net::CloseReason::Kind::LocalClosed);
  EXPECT_EQ(socket->attempts(), 1u);
}

TEST_F(SocketConnectionTest, ACloseOfTheVenuesIsFollowedAsTheSessionSays) {  // PROTOCOL 3.6
  serve();
  auto socket = connection();
  socket->start();
  const auto close_with = [&](std::uint16_t code, CloseReaction reaction) {
    const std::size_t opened = session.opened;
    EXPECT_TRUE(run_until([&] { return socket->is_open() && session.opened >= opened; }));
    session.reaction = reaction;
    echo.server->close(echo.newest, code, "test");
    const std::size_t closed = session.closed;
    EXPECT_TRUE(run_until([&] { return session.closed == closed + 1; }));
    EXPECT_EQ(session.codes.back(), code);
    return last_end();
  };
  SocketConnectionEvent event = close_with(4004, CloseReaction::Reconnect);
  EXPECT_LT(event.retry_in, milliseconds(40));
  EXPECT_EQ(event.meaning, rule_of_close(4004).meaning);
  event = close_with(4008, CloseReaction::ReconnectSlowly);
  EXPECT_GE(event.retry_in, milliseconds(20));  // half of the longest
  EXPECT_FALSE(event.stays_closed);
  event = close_with(4007, CloseReaction::Stop);
  EXPECT_TRUE(event.stays_closed);
  const std::uint64_t attempts = socket->attempts();
  socket->start();  // a person has acted
  ASSERT_TRUE(run_until([&] { return socket->is_open(); }));
  EXPECT_EQ(socket->attempts(), attempts + 1);
}

TEST_F(SocketConnectionTest, ASuccessorIsAskedForWhereThereIsOneAndStartsAgainAfterAGoodbye) {
  serve();
  auto socket = connection();
  socket->start();
  ASSERT_TRUE(run_until([&] { return socket->is_open(); }));
  EXPECT_FALSE(session.out->replace("an upgrade"));
  std::string why;
  socket->on_replace([&](std::string_view asked) {
    why = asked;
    return true;
  });
  EXPECT_TRUE(session.out->replace("an upgrade"));
  EXPECT_EQ(why, "an upgrade");
  socket->stop();
  socket->start();  // at once: the goodbye is not over
  ASSERT_TRUE(run_until([&] { return session.closed == 1 && session.opened == 2; }));
}

TEST_F(SocketConnectionTest, TooManyConnectionsOfThisAddressAreNotMadeMoreAtOnce) {  // HTTP 429
  serve();
  SocketConnectionSettings settings = market_connection_settings(url("/too-many"), 3);
  settings.backoff = {.first = milliseconds(1), .longest = milliseconds(400), .stable = seconds(5)};
  auto refused = SocketConnection::make(
      loop, client_tls(), pacer, settings, session,
      [this](const SocketConnectionEvent& event) { events.push_back(event); });
  ASSERT_TRUE(refused);
  (*refused)->start();
  ASSERT_TRUE(run_until([&] {
    return !events.empty() && events.back().kind == SocketConnectionEvent::Kind::Closed;
  }));
  EXPECT_EQ(events.back().reason.http_status, 429);
  EXPECT_GE(events.back().retry_in, milliseconds(200));
}

TEST_F(SocketConnectionTest, OrdersOfAKillFitItsQueueInOneTurn) {
  serve();
  SocketConnectionSettings settings = order_connection_settings(url("/ws/v5/private"), 1);
  auto socket = SocketConnection::make(loop, client_tls(), pacer, settings, session);
  ASSERT_TRUE(socket);
  (*socket)->start();
  ASSERT_TRUE(run_until([&] { return session.texts.size() == 1; }));
  const std::string batch(2'000, 'c');  // about twenty cancels
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(session.out->send_text(batch));
  EXPECT_TRUE(run_until([&] { return session.texts.size() == 101; }));
}

}  // namespace
}  // namespace gannet::okx
