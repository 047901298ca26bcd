#include "gateway/okx/transport/rest_connection.h"

#include <atomic>
#include <thread>

#include "support/loopback.h"

namespace gannet::okx {
namespace {

/// The venue's loop is the test's own; the cold thread runs beside it, as in the daemon.
class RestConnectionTest : public net::LoopbackTest {
 protected:
  void TearDown() override {
    stop_cold();
    rest.reset();
  }
  void start(RestConnection::Permit permit = {}, std::size_t queue = 64) {
    auto made = RestConnection::make(
        loop, cold, client_tls(), {.http = {.url = url("", "127.0.0.1", "https")}, .queue = queue},
        std::move(permit));
    ASSERT_TRUE(made) << made.error().message;
    rest = std::move(*made);
  }
  void run_cold() {
    cold_thread = std::thread([this] { cold.run(); });
  }
  void stop_cold() {
    cold.stop();
    if (cold_thread.joinable()) cold_thread.join();
  }
  static HttpRequest request(std::string body) {
    return {.method = "POST", .target = "/api/v5/x", .headers = {}, .body = std::move(body)};
  }
  bool wait_for(std::size_t count) {
    return run_until([&] {
      ThreadRoleScope role(kReactor);
      rest->poll([&](const RestAnswer& answer) { answers.push_back(answer); });
      return answers.size() >= count;
    });
  }

  net::EventLoop cold;
  std::unique_ptr<RestConnection> rest;
  std::thread cold_thread;
  std::vector<RestAnswer> answers;
};

TEST_F(RestConnectionTest, EveryRequestIsAnsweredOnceWithItsId) {
  serve();
  start();
  run_cold();
  for (std::uint64_t id = 1; id <= 50; ++id) {
    ASSERT_TRUE(rest->send_request(id, request(std::to_string(id))));
  }
  ASSERT_TRUE(wait_for(50));
  std::vector<int> seen(51, 0);
  for (const RestAnswer& answer : answers) {
    EXPECT_EQ(answer.response.status, 200);
    EXPECT_EQ(answer.response.body, std::to_string(answer.id));
    ++seen[answer.id];
  }
  for (std::size_t id = 1; id <= 50; ++id) EXPECT_EQ(seen[id], 1);
}

TEST_F(RestConnectionTest, AVenueThatIsNotThereAnswersWithStatusZero) {
  serve();
  start();
  echo.server.reset();
  run_cold();
  ASSERT_TRUE(rest->send_request(7, request("x")));
  ASSERT_TRUE(wait_for(1));
  EXPECT_EQ(answers[0].id, 7u);
  EXPECT_EQ(answers[0].response.status, 0);
  EXPECT_TRUE(answers[0].certainly_not_sent);
}

// DESIGN 2: the cold thread looks at the kill flag again before it writes.
TEST_F(RestConnectionTest, ARequestThatIsNoLongerPermittedIsNotWritten) {
  serve();
  std::atomic<bool> killed = false;
  start([&](const HttpRequest& asked) { return !killed || asked.body == "cancel"; });
  ASSERT_TRUE(rest->send_request(1, request("place")));
  ASSERT_TRUE(rest->send_request(2, request("cancel")));
  killed = true;
  run_cold();
  ASSERT_TRUE(wait_for(2));
  EXPECT_EQ(echo.requests.size(), 1u);
  for (const RestAnswer& answer : answers) {
    EXPECT_EQ(answer.certainly_not_sent, answer.id == 1);
    EXPECT_EQ(answer.response.status, answer.id == 1 ? 0 : 200);
  }
}

TEST_F(RestConnectionTest, AFullQueueRefusesWithoutLosingWhatItHas) {
  serve();
  start({}, 8);
  std::size_t taken = 0;
  while (taken < 1'000 && rest->send_request(taken, request("x"))) ++taken;
  EXPECT_LT(taken, 1'000u);
  EXPECT_GE(taken, 8u);
  run_cold();
  ASSERT_TRUE(wait_for(taken));
  EXPECT_EQ(answers.size(), taken);
}

}  // namespace
}  // namespace gannet::okx
