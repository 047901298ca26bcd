// `gannet sim` as a process of its own: the ready line, REST and sockets over real TLS.
#include <netdb.h>
#include <signal.h>
#include <sys/wait.h>

#include <filesystem>
#include <optional>

#include "app/child_sim.h"
#include "support/loopback.h"
#include "support/process.h"

namespace gannet::app {
namespace {

class SimCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(test::program("gannet"))) GTEST_SKIP() << "gannet is not built";
  }

  std::unique_ptr<ChildSim> spawn(std::vector<std::string> arguments = {"--seed", "7"}) {
    auto child = ChildSim::spawn({.program = test::program("gannet"),
                                  .arguments = std::move(arguments),
                                  .log_file = (directory.path() / "sim.log").string()});
    EXPECT_TRUE(child) << child.error().message;
    return child ? std::move(*child) : nullptr;
  }

  net::TlsContext trust(const SimReady& ready) {
    auto tls = net::TlsContext::client({.system_roots = false, .ca_file = ready.ca});
    EXPECT_TRUE(tls) << tls.error().message;
    return *tls;
  }

  net::HttpAnswer get(const SimReady& ready, std::string target) {
    auto client = net::HttpClient::make(loop, trust(ready), {.url = ready.url});
    EXPECT_TRUE(client);
    std::optional<net::HttpAnswer> answer;
    (*client)->send({.method = "GET", .target = std::move(target), .headers = {}, .body = {}},
                    [&](net::HttpAnswer given) { answer = std::move(given); });
    EXPECT_TRUE(net::run_until(loop, [&] { return answer.has_value(); }));
    return answer.value_or(net::HttpAnswer{});
  }

  net::TemporaryDirectory directory;
  net::EventLoop loop;
};

TEST_F(SimCommandTest, AnswersTheTimeOverVerifiedTls) {
  auto sim = spawn();
  ASSERT_TRUE(sim);
  EXPECT_FALSE(sim->ready().api_key.empty());
  EXPECT_EQ(sim->ready().ws, "wss" + sim->ready().url.substr(5) + "/ws/v5");
  const auto answer = get(sim->ready(), "/api/v5/public/time");
  EXPECT_EQ(answer.response.status, 200) << answer.error;
  EXPECT_TRUE(answer.response.body.starts_with(R"({"code":"0")")) << answer.response.body;
  EXPECT_EQ(get(sim->ready(), "/sim/v1/truth").response.status, 200);
}

TEST_F(SimCommandTest, AnswersWithItsNameToo) {
  addrinfo* found = nullptr;
  if (getaddrinfo("localhost", nullptr, nullptr, &found) != 0) {
    GTEST_SKIP() << "this machine does not know the name localhost (no /etc/hosts)";
  }
  freeaddrinfo(found);
  auto sim = spawn();
  ASSERT_TRUE(sim);
  SimReady by_name = sim->ready();
  by_name.url.replace(by_name.url.find("127.0.0.1"), 9, "localhost");
  EXPECT_EQ(get(by_name, "/api/v5/public/time").response.status, 200);
}

TEST_F(SimCommandTest, PushesABookThatMoves) {
  auto sim = spawn();
  ASSERT_TRUE(sim);
  net::RecordingHandler handler;
  auto client = net::WebSocketClient::make(loop, trust(sim->ready()),
                                           {.url = sim->ready().ws + "/public"}, handler);
  ASSERT_TRUE(client);
  handler.on_open_hook = [&] {
    EXPECT_TRUE((*client)->send_text(
        R"({"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT-SWAP"}]})"));
  };
  (*client)->connect();
  ASSERT_TRUE(net::run_until(loop, [&] { return handler.texts.size() >= 5; }));
  EXPECT_NE(handler.texts[0].find(R"("event":"subscribe")"), std::string::npos) << handler.texts[0];
  EXPECT_NE(handler.texts[1].find(R"("action":"snapshot")"), std::string::npos) << handler.texts[1];
  EXPECT_NE(handler.texts[2].find(R"("action":"update")"), std::string::npos) << handler.texts[2];
}

TEST_F(SimCommandTest, EndsCleanlyAndLeavesNoCertificateBehind) {
  auto sim = spawn();
  ASSERT_TRUE(sim);
  const std::filesystem::path ca = sim->ready().ca;
  EXPECT_TRUE(std::filesystem::exists(ca));
  const pid_t pid = sim->pid();
  sim.reset();
  EXPECT_NE(::kill(pid, 0), 0);
  EXPECT_FALSE(std::filesystem::exists(ca.parent_path()));
}

TEST_F(SimCommandTest, KeepsItsCertificateWhereItWasTold) {
  const std::string state = (directory.path() / "state").string();
  auto sim = spawn({"--state-dir", state});
  ASSERT_TRUE(sim);
  EXPECT_EQ(std::filesystem::path(sim->ready().ca).parent_path(), state);
  sim.reset();
  EXPECT_TRUE(std::filesystem::exists(state));
}

TEST_F(SimCommandTest, TheSameSeedGivesTheSameCredentials) {
  auto one = spawn({"--seed", "7"});
  auto again = spawn({"--seed", "7"});
  auto other = spawn({"--seed", "8"});
  ASSERT_TRUE(one && again && other);
  EXPECT_EQ(one->ready().secret, again->ready().secret);
  EXPECT_NE(one->ready().secret, other->ready().secret);
}

TEST_F(SimCommandTest, ReadsItsOptionsFromAFileAndKnowsAllOfThem) {
  const std::string file = (directory.path() / "sim.toml").string();
  const auto write = [&](const char* text) {
    std::FILE* const out = std::fopen(file.c_str(), "w");
    std::fputs(text, out);
    std::fclose(out);
  };
  write("sede = 8\n");
  EXPECT_FALSE(ChildSim::spawn({.program = test::program("gannet"),
                                .arguments = {"--config", file},
                                .log_file = "/dev/null"}));
  write("seed = 8\nmarket = \"none\"\nevents_per_second = 3.5\nno-rate-limits = true\n");
  auto from_file = spawn({"--config", file});
  auto direct = spawn({"--seed", "8"});
  ASSERT_TRUE(from_file && direct);
  EXPECT_EQ(from_file->ready().secret, direct->ready().secret);
  auto overruled = spawn({"--config", file, "--seed", "9"});
  ASSERT_TRUE(overruled);
  EXPECT_NE(overruled->ready().secret, direct->ready().secret);
}

TEST_F(SimCommandTest, ReplaysARecordingAsItsMarket) {
  const std::string file = (directory.path() / "session.jsonl").string();
  std::FILE* const out = std::fopen(file.c_str(), "w");
  std::fputs(
      R"({"t":1795430400000000000,"ch":"public","dir":"in","m":{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"snapshot","data":[{"asks":[["60000.1","1.5","0","1"]],"bids":[["60000","2.25","0","3"]],"ts":"1795430400000","checksum":0,"seqId":5,"prevSeqId":-1}]}})"
      "\n",
      out);
  std::fclose(out);
  auto sim = spawn({"--market", "replay:" + file});
  ASSERT_TRUE(sim);
  const auto replayed = [&] {
    return get(sim->ready(), "/api/v5/market/books?instId=BTC-USDT&sz=1")
               .response.body.find(R"(["60000","2.25")") != std::string::npos;
  };
  EXPECT_TRUE(net::run_until(loop, replayed));
}

TEST_F(SimCommandTest, SaysWhyItCannotStart) {
  for (const std::vector<std::string>& bad : {std::vector<std::string>{"--listen", "nonsense"},
                                              {"--market", "nonsense"},
                                              {"--market", "replay:/nonexistent"},
                                              {"--instruments", "/nonexistent"},
                                              {"--speed", "0"},
                                              {"--no-such-option"}}) {
    const auto child = ChildSim::spawn({.program = test::program("gannet"),
                                        .arguments = bad,
                                        .log_file = (directory.path() / "sim.log").string()});
    ASSERT_FALSE(child) << bad[0];
    EXPECT_NE(child.error().message.find("ended before it was ready"), std::string::npos)
        << child.error().message;
  }
  EXPECT_FALSE(ChildSim::spawn({.program = "/nonexistent/gannet", .log_file = "/dev/null"}));
}

// The parent may be killed: its child must not stay behind with a port and a certificate.
TEST_F(SimCommandTest, DiesWithItsParent) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    auto child = ChildSim::spawn({.program = test::program("gannet"), .log_file = "/dev/null"});
    const pid_t pid = child ? (*child)->pid() : -1;
    static_cast<void>(!::write(ends[1], &pid, sizeof(pid)));
    ::kill(::getpid(), SIGKILL);
  }
  pid_t sim = -1;
  ASSERT_EQ(::read(ends[0], &sim, sizeof(sim)), static_cast<ssize_t>(sizeof(sim)));
  ::waitpid(parent, nullptr, 0);
  ASSERT_GT(sim, 0);
  EXPECT_TRUE(net::run_until(loop, [&] { return ::kill(sim, 0) != 0; }));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(SimReadyLine, RefusesWhatIsNone) {
  EXPECT_FALSE(parse_sim_ready(""));
  EXPECT_FALSE(parse_sim_ready("nonsense"));
  EXPECT_FALSE(parse_sim_ready(R"({"event":"other"})"));
  EXPECT_FALSE(parse_sim_ready(R"({"event":"sim.ready","url":"x"})"));
  const auto ready = parse_sim_ready(
      R"({"event":"sim.ready","url":"u","ws":"w","ca":"c","api_key":"k","secret":"s","passphrase":"p"})");
  ASSERT_TRUE(ready);
  EXPECT_EQ(ready->passphrase, "p");
}

}  // namespace
}  // namespace gannet::app
