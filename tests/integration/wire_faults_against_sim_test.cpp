#include <fstream>

#include "support/daemon.h"
#include "support/venue_agreement.h"

// RELIABILITY part D, faults of the wire below texts: frames (9), TLS (8), name service (7) and
// slow lines (5, 6), on a daemon that trades on a simulated venue over real sockets. What concerns
// texts and requests is a table of its own, simulation/wire_faults_test.cpp.

namespace gannet::test {
namespace {

struct LowFault {
  const char* ids;
  const char* what;
  const char* faults;     ///< as POST /sim/v1/faults takes them
  const char* names;      ///< name service from now on: "", "fail", "wrong", "slow"
  std::int64_t cuts = 0;  ///< connections that it ends, at least
  const char* told = "";  ///< a part of the log's line about the end
};

// One connection after the other, for each waits the longer before it comes back the oftener it was
// cut.
constexpr LowFault kLowFaults[] = {
    {"9 5 6", "frames that are odd and allowed, and slow lines",
     R"([{"fragment":{"connection":"all","bytes":3,"count":200}},{"raw_frame":{"connection":"all","shape":"ping_flood"}},
         {"loss":{"connection":"public","percent":20,"for":"600ms"}},{"bandwidth":{"connection":"private","bytes_per_s":20000,"for":"600ms"}}])",
     ""},
    {"1 9", "frames that no peer may send",
     R"([{"raw_frame":{"connection":"public","shape":"bad_utf8"}},{"raw_frame":{"connection":"private","shape":"unknown_opcode"}},
         {"raw_frame":{"connection":"business","shape":"oversize"}}])",
     "", 3},
    {"1 8 9", "half a frame, a reset within one, an end without TLS's goodbye",
     R"([{"raw_frame":{"connection":"private","shape":"half"}},{"cut":{"connection":"business","how":"fin"}},
         {"cut_at_byte":{"connection":"public","byte":2}}])",
     "", 3},
    {"8", "an expired certificate",
     R"([{"certificate":{"shape":"expired"}},{"cut":{"connection":"public"}}])", "", 2, "expired"},
    {"8", "a certificate of another host",
     R"([{"certificate":{"shape":"wrong_host"}},{"cut":{"connection":"private"}}])", "", 2,
     "mismatch"},
    {"8", "a certificate that nobody vouches for",
     R"([{"certificate":{"shape":"unknown_authority"}},{"cut":{"connection":"business"}}])", "", 2,
     "certificate"},
    {"7", "no name service", R"({"cut":{"connection":"public"}})", "fail", 1},
    {"7", "an address where nobody is", R"({"cut":{"connection":"private"}})", "wrong", 2,
     "refused"},
    {"7", "name service that is slow", R"({"cut":{"connection":"business"}})", "slow", 1},
};

TEST(WireFaultsAgainstSim, EachEndsReadyAndTheVenueAgreesInTheEnd) {
  const Folder folder;
  Venue venue(folder);
  app::SimReady by_name = venue.ready();
  for (std::string* url : {&by_name.url, &by_name.ws})
    url->replace(url->find("127.0.0.1"), std::string_view("127.0.0.1").size(), "localhost");
  const std::string names = folder.file("names");
  const auto answer_names = [&](const char* word) { std::ofstream(names) << word << "\n"; };
  answer_names("");

  DemoConfig config{.state_directory = folder.state(), .venue = &by_name};
  Process::Environment environment = config.credentials();
  environment["LD_PRELOAD"] =
      std::string(GANNET_BINARY_DIR) + "/lib/gannet/test_plugins/resolver_stub.so";
  environment["GANNET_RESOLVER_STUB"] = names;
  const char* const options = std::getenv("ASAN_OPTIONS");
  environment["ASAN_OPTIONS"] =
      (options == nullptr ? "" : std::string(options) + ":") + "verify_asan_link_order=0";
  Daemon daemon(folder, config, {}, environment);
  ASSERT_TRUE(daemon.wait_for_orders(2));

  for (const LowFault& fault : kLowFaults) {
    SCOPED_TRACE(std::string(fault.ids) + ": " + fault.what);
    const std::int64_t before = daemon.status()->number("reconnects");
    const std::size_t told = daemon.log_lines({"connection.lost", fault.told}).size();
    answer_names(fault.names);
    venue.order_fault(*fault.faults == '[' ? R"({"faults":)" + std::string(fault.faults) + "}"
                                           : fault.faults);
    ASSERT_TRUE(daemon.wait_for("the connections' end", [&](const Json& now) {
      return now.number("reconnects") >= before + fault.cuts;
    }));
    if (*fault.told != '\0') {
      EXPECT_TRUE(wait_until(
          [&] { return daemon.log_lines({"connection.lost", fault.told}).size() > told; }));
    }
    answer_names("");
    venue.end_faults();
    ASSERT_TRUE(daemon.wait_for_state("ready"));
    ASSERT_TRUE(daemon.wait_for_orders(1));
  }
  EXPECT_EQ(daemon.status()->number("unknown_orders"), 0);
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  const Said ledger = gannet(folder, {"journal", "ledger", "--state", folder.state()});
  ASSERT_EQ(ledger.code, 0) << ledger.err;
  EXPECT_EQ(differences(venue.truth(), Json(ledger.out)), std::vector<std::string>{});
}

}  // namespace
}  // namespace gannet::test
