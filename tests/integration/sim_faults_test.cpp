// Faults of `gannet sim` seen from outside: ordered by sim-ctl, by a scenario, over real TLS.
#include <filesystem>

#include "app/child_sim.h"
#include "support/daemon.h"
#include "support/loopback.h"

namespace gannet::test {
namespace {

using app::ChildSim;
using app::SimReady;

class SimFaultsTest : public ::testing::Test {
 protected:
  std::unique_ptr<ChildSim> spawn(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--market", "none"});
    auto child = ChildSim::spawn({.program = program("gannet"),
                                  .arguments = std::move(arguments),
                                  .log_file = folder.file("sim.log")});
    EXPECT_TRUE(child) << child.error().message;
    return child ? std::move(*child) : nullptr;
  }
  /// The status of the venue's clock; 0: no answer at all.
  int ask_time(const SimReady& ready) {
    auto tls = net::TlsContext::client({.system_roots = false, .ca_file = ready.ca});
    auto client = net::HttpClient::make(loop, *tls, {.url = ready.url, .connections = 1});
    std::optional<net::HttpAnswer> answer;
    (*client)->send({.method = "GET", .target = "/api/v5/public/time", .headers = {}, .body = {}},
                    [&](net::HttpAnswer given) { answer = std::move(given); });
    EXPECT_TRUE(net::run_until(loop, [&] { return answer.has_value(); }));
    return answer ? answer->response.status : -1;
  }
  Said sim_ctl(const SimReady& ready, std::vector<std::string> words) {
    std::vector<std::string> arguments{"sim-ctl", "--url", ready.url, "--ca", ready.ca};
    arguments.insert(arguments.end(), words.begin(), words.end());
    return gannet(folder, arguments);
  }

  Folder folder;
  net::EventLoop loop;
};

TEST_F(SimFaultsTest, AScenarioTakesPlaceAtItsTimes) {
  const std::string file =
      folder.write("s.toml", "[[fault]]\nfault = \"down\"\nstatus = 502\nfor = \"1s\"\n");
  auto sim = spawn({"--scenario", file});
  ASSERT_TRUE(sim);
  EXPECT_TRUE(net::run_until(loop, [&] { return ask_time(sim->ready()) == 200; }));
  EXPECT_NE(read_file(folder.file("sim.log")).find("refused 502: by an ordered fault"),
            std::string::npos);
}

TEST_F(SimFaultsTest, AScenarioThatIsWrongStopsTheStartAndSaysWhere) {
  const std::string file = folder.write("s.toml", "\n[[fault]]\nfault = \"explode\"\n");
  const Said said = gannet(folder, {"sim", "--market", "none", "--scenario", file});
  EXPECT_NE(said.code, 0);
  EXPECT_NE(said.err.find(file + ":2: unknown fault: explode"), std::string::npos) << said.err;
}

TEST_F(SimFaultsTest, SimCtlListsOrdersShowsAndEndsThem) {
  EXPECT_NE(gannet(folder, {"sim-ctl", "faults", "--list"}).out.find("half_open  [2]"),
            std::string::npos);
  auto sim = spawn({});
  ASSERT_TRUE(sim);
  const SimReady& ready = sim->ready();
  EXPECT_EQ(sim_ctl(ready, {"fault", "http_cut", "byte=10"}).code, 0);
  EXPECT_EQ(ask_time(ready), 0);
  EXPECT_EQ(ask_time(ready), 200);
  EXPECT_EQ(sim_ctl(ready, {"faults", R"({"http_status":{"status":504,"for":"1h"}})"}).code, 0);
  EXPECT_EQ(ask_time(ready), 504);
  EXPECT_NE(sim_ctl(ready, {"faults"}).out.find("\"fault\":\"http_status\""), std::string::npos);
  EXPECT_EQ(sim_ctl(ready, {"clear", "http_status"}).code, 0);
  EXPECT_EQ(ask_time(ready), 200);
  const Said wrong = sim_ctl(ready, {"fault", "cut", "conection=private"});
  EXPECT_NE(wrong.code, 0);
  EXPECT_NE(wrong.out.find("it takes connection once"), std::string::npos) << wrong.out;
}

TEST_F(SimFaultsTest, NewConnectionsSeeAWrongCertificateForAWhile) {
  auto sim = spawn({});
  ASSERT_TRUE(sim);
  const SimReady& ready = sim->ready();
  ASSERT_EQ(ask_time(ready), 200);
  for (const char* shape : {"expired", "wrong_host", "unknown_authority"}) {
    ASSERT_EQ(
        sim_ctl(ready, {"fault", "certificate", std::string("shape=") + shape, "for=300ms"}).code,
        0);
    EXPECT_TRUE(net::run_until(loop, [&] { return ask_time(ready) == 200; })) << "it is over";
  }
}

}  // namespace
}  // namespace gannet::test
