// Alerts of a whole gannetd, as those hear them who are not beside it. [MON-01, MON-02]
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "support/daemon.h"
#include "support/http_receiver.h"

namespace gannet::test {
namespace {

class AlertsTest : public ::testing::Test {
 protected:
  /// A secret of its own file, as the configuration wants it.
  std::string secret_of(const std::string& name, const std::string& url) {
    const std::string path = folder.write(name, url + "\n");
    ::chmod(path.c_str(), 0600);
    return "{ file = \"" + path + "\" }";
  }
  std::string route(const std::string& name, const std::string& kind, const HttpReceiver& to) {
    return "[[alert_route]]\nname = \"" + name + "\"\nkind = \"" + kind +
           "\"\nurl = " + secret_of(name, to.url("/s3cret-" + name)) + "\n";
  }
  Said command(std::vector<std::string> words) {
    words.insert(words.end(), {"--state", folder.state()});
    return gannet(folder, std::move(words));
  }

  Folder folder;
  Venue venue{folder};
  DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
};

TEST_F(AlertsTest, AKillIsToldByBothRoutesAndTheLossOfOneByTheOther) {  // MON-01 MON-02
  HttpReceiver hook;
  auto desk = std::make_unique<HttpReceiver>();
  config.more = route("hook", "webhook", hook) + route("desk", "slack", *desk) +
                "[[alert]]\nname = \"held\"\nenabled = false\n";
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_state("ready"));

  const Said tried = command({"alert", "test"});
  EXPECT_EQ(tried.code, 0) << tried.out << tried.err;
  EXPECT_EQ(hook.bodies_with(R"("name":"test")").size(), 1u);
  EXPECT_EQ(desk->bodies_with("[INFO] test (test1, sim)").size(), 1u);
  desk->answer_with(404);
  const Said refused = command({"alert", "test", "--route", "desk"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.out.find("NOT TAKEN"), std::string::npos) << refused.out;
  EXPECT_NE(refused.out.find("answered 404"), std::string::npos) << refused.out;
  EXPECT_NE(command({"alert", "test", "--route", "nobody"}).code, 0);
  desk->answer_with(200);

  const Nanos began = monotonic_now();
  ASSERT_EQ(command({"kill", "for the test"}).code, 0);
  ASSERT_TRUE(wait_until([&] { return !hook.bodies_with(R"("name":"killed")").empty(); }));
  std::printf("MON-01: from `gannet kill` to the alert's arrival: %.1f ms\n",
              static_cast<double>((hook.taken().back().time - began).count) / 1e6);
  EXPECT_NE(hook.bodies_with(R"("name":"killed")")[0].find("for the test"), std::string::npos);
  ASSERT_TRUE(wait_until([&] { return !desk->bodies_with("[CRITICAL] killed").empty(); }));
  const Json list(command({"alert", "list", "--json"}).out);
  EXPECT_NE(list.source().find(R"("name":"killed")"), std::string::npos) << list.source();
  EXPECT_EQ(list["routes"].get_array().size(), 3u);  // the journal is one always

  desk.reset();  // nobody listens any more, and nothing is to be told
  ASSERT_TRUE(wait_until([&] { return !hook.bodies_with(R"("route":"desk")").empty(); }));
  EXPECT_NE(command({"alert", "list"}).out.find("LOST"), std::string::npos);

  EXPECT_FALSE(daemon.log_lines({"alert.fired", "\"killed\""}).empty());
  EXPECT_TRUE(daemon.log_lines({"s3cret"}).empty());  // SEC-02
  daemon.stop();
  EXPECT_EQ(daemon.process().err().find("s3cret"), std::string::npos);
}

TEST_F(AlertsTest, TheHeartbeatStopsWhenTheTradingLoopHangs) {  // MON-02
  HttpReceiver hook;
  HttpReceiver beat;
  config.more = "[alerts]\nheartbeat_interval = \"1s\"\nheartbeat_url = " +
                secret_of("beat", beat.url("/beat")) + "\n" + route("hook", "webhook", hook);
  config.strategies.push_back(
      {"spinner", std::string(GANNET_BINARY_DIR) + "/lib/gannet/test_plugins/throws_later.so",
       R"(instrument = "BTC-USDT-SWAP", orders = 0, books = 200, spins = 1)"});
  Daemon daemon(folder, config);
  ASSERT_TRUE(wait_until([&] { return !beat.taken().empty() || !daemon.process().running(); }));
  EXPECT_EQ(beat.taken().at(0).head, "GET /beat");
  // Every thread but one goes on.
  ASSERT_TRUE(wait_until([&] { return !hook.bodies_with("engine_silent").empty(); }));
  const std::size_t beats = beat.taken().size();
  const auto seconds_silent = [&] {
    const std::string out = command({"alert", "list"}).out;
    const auto at = out.find("gannet_status_age_seconds = ");
    return at == std::string::npos ? 0 : std::strtod(out.c_str() + at + 28, nullptr);
  };
  ASSERT_TRUE(wait_until([&] { return seconds_silent() > 6; }));
  EXPECT_LE(beat.taken().size(), beats + 1);  // one may have been on its way
  daemon.process().signal(SIGKILL);
  daemon.process().wait();
}

}  // namespace
}  // namespace gannet::test
