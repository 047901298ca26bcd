#include <algorithm>
#include <set>

#include "support/loopback.h"

// Where a host is: looked up anew for every attempt, spread over its addresses, and known from
// before when name service is down. The venue is `localhost`, as a hook looks it up.

namespace gannet::net {
namespace {

using Kind = CloseReason::Kind;

class AddressTest : public LoopbackTest {
 protected:
  void SetUp() override {
    LoopbackTest::SetUp();
    loop.look_up_with([this](const std::string& host) {
      EXPECT_EQ(host, "localhost");
      ++look_ups;
      return answer;
    });
  }
  WebSocketSettings by_name() const {
    WebSocketSettings settings;
    settings.url = url("/echo", "localhost");
    settings.connect_timeout = seconds(2);
    settings.lookup_timeout = milliseconds(20);
    return settings;
  }
  /// Ends the connection and connects again; true when it opened.
  bool connect_again(WebSocketClient& client) {
    const std::size_t ended = handler.closed.size();
    client.cut("test");
    EXPECT_TRUE(run_until([&] { return handler.closed.size() > ended; }));
    return connect(client);
  }
  bool connect(WebSocketClient& client) {
    const std::size_t opened = handler.opened;
    const std::size_t ended = handler.closed.size();
    client.connect();
    EXPECT_TRUE(
        run_until([&] { return handler.opened > opened || handler.closed.size() > ended; }));
    return handler.opened > opened;
  }

  HostAnswer answer{.addresses = {"127.0.0.1"}};
  int look_ups = 0;
};

// KILL-07: DNS down, by an error or by silence; before the first look-up there is nothing to use.
TEST_F(AddressTest, AKnownAddressServesWhileNameServiceIsDown) {
  serve();
  auto socket = client(by_name());
  answer = {.error = "no name service"};
  EXPECT_FALSE(connect(*socket));
  EXPECT_EQ(handler.closed.back().kind, Kind::NotReached);
  EXPECT_NE(handler.closed.back().text.find("no name service"), std::string::npos);
  answer = {.addresses = {"127.0.0.1"}};
  EXPECT_TRUE(connect(*socket));
  for (const HostAnswer& trouble :
       {HostAnswer{.error = "no name service"}, HostAnswer{.silent = true}, HostAnswer{}}) {
    answer = trouble;
    EXPECT_TRUE(connect_again(*socket));
    EXPECT_EQ(socket->peer(), "127.0.0.1");
  }
  EXPECT_EQ(look_ups, 5);
}

TEST_F(AddressTest, EveryAttemptLooksUpAnewAndFollowsAMove) {
  serve({.address = "127.0.0.2"});
  auto socket = client(by_name());
  EXPECT_FALSE(connect(*socket));  // nobody listens on 127.0.0.1
  answer = {.addresses = {"127.0.0.2"}};
  EXPECT_TRUE(connect(*socket));
  EXPECT_EQ(socket->peer(), "127.0.0.2");
}

TEST_F(AddressTest, ASilentLookUpEndsTheFirstAttemptInTimeAndSaysWhere) {
  serve();
  WebSocketSettings settings = by_name();
  settings.connect_timeout = milliseconds(50);
  auto socket = client(settings);
  answer = {.silent = true};
  EXPECT_FALSE(connect(*socket));
  EXPECT_EQ(handler.closed.back().kind, Kind::TimedOut);
  EXPECT_EQ(handler.closed.back().text, "timed out looking up localhost");
}

TEST_F(AddressTest, LinesSpreadOverTheAddressesWhateverOrderTheyAreToldIn) {
  serve({.address = "0.0.0.0"});
  std::set<std::string> peers;
  for (std::size_t line = 0; line < 3; ++line) {
    answer = {.addresses = {"127.0.0.3", "127.0.0.1", "127.0.0.2"}};
    std::rotate(answer.addresses.begin(),
                answer.addresses.begin() + static_cast<std::ptrdiff_t>(line),
                answer.addresses.end());
    WebSocketSettings settings = by_name();
    settings.first_address = line;
    auto socket = client(settings);
    EXPECT_TRUE(connect(*socket));
    peers.emplace(socket->peer());
    const std::string before(socket->peer());
    EXPECT_TRUE(connect_again(*socket));
    EXPECT_EQ(socket->peer(), before);  // one that held is kept
  }
  EXPECT_EQ(peers.size(), 3u);
}

TEST_F(AddressTest, AnAddressThatFailsIsNotTheFirstTriedAgain) {
  serve({.address = "127.0.0.2"});
  answer = {.addresses = {"127.0.0.1", "127.0.0.2"}};
  auto socket = client(by_name());
  EXPECT_TRUE(connect(*socket));  // the second is tried within the same attempt
  EXPECT_EQ(socket->peer(), "127.0.0.2");
  // One that takes connections and refuses sockets is left, too.
  WebSocketSettings settings = by_name();
  settings.url = url("/refused", "localhost");
  answer = {.addresses = {"127.0.0.2", "127.0.0.1"}};
  auto refused = client(settings);
  EXPECT_FALSE(connect(*refused));
  EXPECT_EQ(handler.closed.back().http_status, 403);
}

}  // namespace
}  // namespace gannet::net
