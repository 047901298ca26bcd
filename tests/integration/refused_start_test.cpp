// What the venue or the machine refuses: one sentence that says what to do, exit 3 (4: the same
// start may succeed later), no knocking, nothing begun.
#include "support/daemon.h"

namespace gannet::test {
namespace {

class RefusedStartTest : public ::testing::Test {
 protected:
  /// Runs gannetd until it gives up; what it says on standard error. `words`: what must be in it.
  void expect_refused(const DemoConfig& config, const std::vector<std::string>& words,
                      const Process::Environment& credentials, int code = 3) {
    Process daemon(folder, program("gannetd"),
                   {"--config", folder.write("gannetd.toml", config.text()), "--log",
                    folder.file("gannetd.log")},
                   credentials);
    EXPECT_EQ(daemon.wait(), code) << daemon.err();
    const std::string said = daemon.err();
    EXPECT_EQ(lines_of(said).size(), 1u) << said;
    for (const std::string& word : words)
      EXPECT_NE(said.find(word), std::string::npos) << "no \"" << word << "\" in: " << said;
    for (const auto& [name, secret] : credentials) {
      if (name == "GANNET_TEST_KEY" || !name.starts_with("GANNET_TEST_")) continue;
      EXPECT_EQ(said.find(secret), std::string::npos) << said;
      EXPECT_EQ(read_file(folder.file("gannetd.log")).find(secret), std::string::npos);
    }
  }
  void expect_refused(const DemoConfig& config, const std::vector<std::string>& words,
                      int code = 3) {
    expect_refused(config, words, config.credentials(), code);
  }
  /// The daemon's environment, with a stub of tests/plugins loaded before it that does as told.
  Process::Environment with_stub(const DemoConfig& config, const std::string& stub,
                                 std::string_view word) {
    Process::Environment given = config.credentials();
    const std::string name = stub == "disk" ? "GANNET_DISK_STUB" : "GANNET_RESOLVER_STUB";
    given["LD_PRELOAD"] =
        std::string(GANNET_BINARY_DIR) + "/lib/gannet/test_plugins/" + stub + "_stub.so";
    given[name] = folder.write(stub, word);
    given["GANNET_DISK_STUB_UNDER"] =
        std::filesystem::canonical(folder.file("")).string() + "/state";
    const char* const options = std::getenv("ASAN_OPTIONS");
    given["ASAN_OPTIONS"] =
        (options == nullptr ? "" : std::string(options) + ":") + "verify_asan_link_order=0";
    return given;
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
  expect_refused({.state_directory = folder.state(), .venue = &gone},
                 {"no answer from the venue", "check the network"}, 4);
}

TEST_F(RefusedStartTest, AVenueWhoseNameIsNotFound) {
  Venue venue(folder);
  app::SimReady named = venue.ready();
  for (std::string* url : {&named.url, &named.ws})
    url->replace(url->find("127.0.0.1"), std::string_view("127.0.0.1").size(), "localhost");
  const DemoConfig config{.state_directory = folder.state(), .venue = &named};
  expect_refused(config, {"no answer from the venue", "name service"},
                 with_stub(config, "resolver", "fail"), 4);
  EXPECT_EQ(venue.orders(), 0u);
}

TEST_F(RefusedStartTest, AVenueThatIsOutOfOrder) {
  Venue venue(folder);
  venue.order_fault(R"({"http_status":{"path":"/api/v5/public/time","status":503,"count":0}})");
  expect_refused({.state_directory = folder.state(), .venue = &venue.ready()},
                 {"out of order", "503", "later"}, 4);
}

TEST_F(RefusedStartTest, ADiskWithLessRoomThanARunMayHave) {  // REC-09
  Venue venue(folder);
  const DemoConfig config{
      .state_directory = folder.state(),
      .venue = &venue.ready(),
      .more = "[journal]\ndisk_free_trading = \"100 %\"\ndisk_free_process = \"100 %\"\n"};
  expect_refused(config, {folder.state(), "journal.disk_free_process", "make room"});
  EXPECT_FALSE(std::filesystem::exists(folder.state() + "/journal")) << "nothing was begun";
}

TEST_F(RefusedStartTest, AFullDisk) {
  Venue venue(folder);
  const DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
  expect_refused(config, {folder.state(), "No space left", "make room"},
                 with_stub(config, "disk", "full"));
  EXPECT_EQ(venue.orders(), 0u);
}

TEST_F(RefusedStartTest, AReadOnlyDisk) {
  Venue venue(folder);
  const DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
  expect_refused(config, {folder.state(), "Read-only", "remount"},
                 with_stub(config, "disk", "read-only"));
  EXPECT_EQ(venue.orders(), 0u);
}

TEST_F(RefusedStartTest, AStateDirectoryThatIsAFile) {
  Venue venue(folder);
  const DemoConfig config{.state_directory = folder.write("occupied", ""), .venue = &venue.ready()};
  expect_refused(config, {folder.file("occupied"), "irectory"});
}

TEST_F(RefusedStartTest, ASecretThatOthersMayReadOrThatIsSomebodyElses) {  // SEC-02
  Venue venue(folder);
  DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
  config.key_files = folder.file("");
  for (const auto& [name, secret] :
       {std::pair{"key", venue.ready().api_key}, std::pair{"secret", venue.ready().secret},
        std::pair{"pass", venue.ready().passphrase}})
    std::filesystem::permissions(folder.write(name, secret), std::filesystem::perms(0600));
  std::filesystem::permissions(folder.file("secret"), std::filesystem::perms(0640));
  expect_refused(config, {"venue.credentials.secret", "0640", "chmod 0600"});
  std::filesystem::permissions(folder.file("secret"), std::filesystem::perms(0600));
  if (::geteuid() == 0) {
    constexpr uid_t kNobody = 65'534;
    ASSERT_EQ(::chown(folder.file("secret").c_str(), kNobody, kNobody), 0);
    expect_refused(config, {"venue.credentials.secret", "belongs to user 65534", "chown"});
  }
  EXPECT_TRUE(venue.refusals().empty());
  EXPECT_FALSE(std::filesystem::exists(folder.state())) << "nothing was begun";
}

TEST_F(RefusedStartTest, AVenueThatIsNotTheOneWeTrust) {
  Venue venue(folder);
  Venue other(folder);
  app::SimReady mixed = venue.ready();
  mixed.ca = other.ready().ca;
  expect_refused({.state_directory = folder.state(), .venue = &mixed}, {"certificate"}, 4);
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
