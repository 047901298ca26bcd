// What the venue or the machine refuses: one sentence that says what to do, exit 3, no knocking.
#include "support/daemon.h"

namespace gannet::test {
namespace {

class RefusedStartTest : public ::testing::Test {
 protected:
  /// Runs gannetd until it gives up; what it says on standard error. `words`: what must be in it.
  void expect_refused(const DemoConfig& config, const std::vector<std::string>& words,
                      const Process::Environment& credentials) {
    Process daemon(folder, program("gannetd"),
                   {"--config", folder.write("gannetd.toml", config.text()), "--log",
                    folder.file("gannetd.log")},
                   credentials);
    EXPECT_EQ(daemon.wait(), 3) << daemon.err();
    const std::string said = daemon.err();
    EXPECT_EQ(lines_of(said).size(), 1u) << said;
    for (const std::string& word : words)
      EXPECT_NE(said.find(word), std::string::npos) << "no \"" << word << "\" in: " << said;
    for (const auto& [name, secret] : credentials) {
      if (name == "GANNET_TEST_KEY") continue;
      EXPECT_EQ(said.find(secret), std::string::npos) << said;
      EXPECT_EQ(read_file(folder.file("gannetd.log")).find(secret), std::string::npos);
    }
  }
  void expect_refused(const DemoConfig& config, const std::vector<std::string>& words) {
    expect_refused(config, words, config.credentials());
  }

  Folder folder;
};

TEST_F(RefusedStartTest, CredentialsThatAreNotThere) {
  Venue venue(folder);
  const DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
  auto given = config.credentials();
  given.erase("GANNET_TEST_PASSPHRASE");
  expect_refused(config, {"venue.credentials.passphrase", "GANNET_TEST_PASSPHRASE"}, given);
  EXPECT_TRUE(venue.refusals().empty());
}

TEST_F(RefusedStartTest, AKeyThatTheVenueDoesNotKnow) {
  Venue venue(folder);
  const DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
  auto given = config.credentials();
  given["GANNET_TEST_KEY"] = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f";
  expect_refused(config, {"API key", "check the key"}, given);
  EXPECT_LE(venue.refusals().size(), 3u);
  EXPECT_GE(venue.refusals().size(), 1u);
}

TEST_F(RefusedStartTest, AWrongSecret) {
  Venue venue(folder);
  const DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
  auto given = config.credentials();
  given["GANNET_TEST_SECRET"] = "C0FFEE00C0FFEE00C0FFEE00C0FFEE00";
  expect_refused(config, {"secret"}, given);
  EXPECT_LE(venue.refusals().size(), 3u);
}

TEST_F(RefusedStartTest, AWrongPassphrase) {
  Venue venue(folder);
  const DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
  auto given = config.credentials();
  given["GANNET_TEST_PASSPHRASE"] = "not the passphrase";
  expect_refused(config, {"passphrase"}, given);
  EXPECT_LE(venue.refusals().size(), 3u);
}

TEST_F(RefusedStartTest, AClockThatIsOff) {
  for (const char* skew : {"60000", "-60000"}) {
    Venue venue(folder, {"--clock-skew-ms", skew});
    const DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
    expect_refused(config, {"clock", skew[0] == '-' ? "ahead" : "behind", "timedatectl"});
    EXPECT_TRUE(venue.refusals().empty()) << "asked the time, and no more";
  }
}

TEST_F(RefusedStartTest, ADemoEngineOnAnAccountThatIsNone) {
  Venue venue(folder);
  const DemoConfig config{
      .state_directory = folder.state(), .venue = &venue.ready(), .environment = "demo"};
  expect_refused(config, {"environment"});
  EXPECT_LE(venue.refusals().size(), 3u);
}

TEST_F(RefusedStartTest, ADemoAccountWithAnEngineThatIsNone) {
  Venue venue(folder, {"--demo"});
  const DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
  expect_refused(config, {"environment"});
  EXPECT_LE(venue.refusals().size(), 3u);
}

TEST_F(RefusedStartTest, AVenueThatIsNotThere) {
  app::SimReady gone;
  {
    Venue venue(folder);
    gone = venue.ready();
    gone.ca = folder.write("ca.pem", read_file(gone.ca));
  }
  expect_refused({.state_directory = folder.state(), .venue = &gone}, {"no answer from the venue"});
}

TEST_F(RefusedStartTest, AVenueThatIsNotTheOneWeTrust) {
  Venue venue(folder);
  Venue other(folder);
  app::SimReady mixed = venue.ready();
  mixed.ca = other.ready().ca;
  expect_refused({.state_directory = folder.state(), .venue = &mixed}, {"certificate"});
}

TEST_F(RefusedStartTest, ASecondEngineOnOneStateDirectory) {
  Venue venue(folder);
  const DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
  Daemon first(folder, config);
  ASSERT_TRUE(first.wait_for_state("ready"));
  Process second(folder, program("gannetd"),
                 {"--config", folder.file("gannetd.toml"), "--log", folder.file("second.log")},
                 config.credentials());
  EXPECT_EQ(second.wait(), 3);
  EXPECT_NE(second.err().find(std::to_string(first.process().pid())), std::string::npos)
      << second.err();
  EXPECT_NE(second.err().find(folder.state()), std::string::npos) << second.err();
  ASSERT_TRUE(first.wait_for_orders(1)) << "the first does not mind";
  EXPECT_EQ(first.stop(), 0) << first.summary();
}

}  // namespace
}  // namespace gannet::test
