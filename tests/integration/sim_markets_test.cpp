// The markets of `gannet sim` as a user starts them: stepped time and event logs, a mirror of
// another venue, instruments from the venue's own lists.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/child_sim.h"
#include "support/loopback.h"
#include "support/process.h"
#include "support/recordings.h"
#include "support/sim_client.h"

namespace gannet::app {
namespace {

class SimMarketsTest : public ::testing::Test {
 protected:
  std::unique_ptr<ChildSim> spawn(std::vector<std::string> arguments) {
    auto child = ChildSim::spawn({.program = test::program("gannet"),
                                  .arguments = std::move(arguments),
                                  .ready_timeout = seconds(60),
                                  .log_file = log_file()});
    EXPECT_TRUE(child) << child.error().message << text_of(log_file());
    return child ? std::move(*child) : nullptr;
  }
  std::string log_file() const { return (directory.path() / "sim.log").string(); }
  static std::string text_of(const std::string& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }
  /// Why it does not start with these.
  std::string complaint(std::vector<std::string> arguments) {
    std::filesystem::remove(log_file());
    const auto child = ChildSim::spawn({.program = test::program("gannet"),
                                        .arguments = std::move(arguments),
                                        .log_file = log_file()});
    EXPECT_FALSE(child);
    return text_of(log_file());
  }

  std::string scripted_run(const std::string& name) {
    const std::string log = (directory.path() / name).string();
    auto sim = spawn({"--seed", "5", "--step", "--event-log", log});
    if (!sim) return "";
    SimClient client(loop, sim->ready());
    EXPECT_NE(client.step(700).find(R"("ok":true)"), std::string::npos);
    EXPECT_NE(client.order("BTC-USDT-SWAP", "buy", "limit", "59400", "3").find(R"("sCode":"0")"),
              std::string::npos);
    EXPECT_NE(client.order("BTC-USDT-SWAP", "buy", "market", "", "5").find(R"("sCode":"0")"),
              std::string::npos);
    client.step(1'300);
    EXPECT_NE(client.order("ETH-USDT-SWAP", "sell", "ioc", "2480", "4").find(R"("sCode":"0")"),
              std::string::npos);
    client.step(2'000);
    sim.reset();  // SIGTERM: the log is whole
    return text_of(log);
  }

  net::TemporaryDirectory directory;
  net::EventLoop loop;
};

TEST_F(SimMarketsTest, TwoRunsFromOneSeedWriteByteIdenticalEventLogs) {
  const std::string first = scripted_run("first.jsonl");
  const std::string second = scripted_run("second.jsonl");
  EXPECT_GT(std::ranges::count(first, '\n'), 1'000);
  EXPECT_NE(first.find(R"("event":"fill")"), std::string::npos);
  EXPECT_TRUE(first == second);
}

TEST_F(SimMarketsTest, AMirrorHasTheOtherVenuesBooksAndItsOwnFills) {
  auto upstream = spawn({"--seed", "9", "--step", "--only", "BTC-USDT-SWAP,BTC-USDT"});
  ASSERT_TRUE(upstream);
  auto mirror = spawn({"--seed", "10", "--market", "mirror:" + upstream->ready().ws + "/public",
                       "--mirror-ca", upstream->ready().ca});
  ASSERT_TRUE(mirror);
  SimClient there(loop, upstream->ready());
  SimClient here(loop, mirror->ready());
  const auto equal = [&] {
    for (const char* const name : {"BTC-USDT-SWAP", "BTC-USDT"}) {
      const std::string book = here.book(name);
      if (book.size() < 100 || book != there.book(name)) return false;
    }
    return true;
  };
  ASSERT_TRUE(net::run_until(loop, equal));
  for (int i = 0; i < 3; ++i) {
    there.step(700);
    ASSERT_TRUE(net::run_until(loop, equal)) << i;
  }

  // A market order takes what is mirrored, here alone.
  EXPECT_NE(here.order("BTC-USDT-SWAP", "buy", "market", "", "5").find(R"("sCode":"0")"),
            std::string::npos);
  EXPECT_NE(here.get("/sim/v1/truth").find(R"("BTC-USDT-SWAP")"), std::string::npos);
  EXPECT_NE(here.get("/api/v5/trade/fills?instType=SWAP").find(R"("fillSz")"), std::string::npos);
  EXPECT_EQ(there.get("/api/v5/trade/fills?instType=SWAP").find(R"("fillSz")"), std::string::npos);
  EXPECT_EQ(there.get("/api/v5/account/positions").find(R"("BTC-USDT-SWAP")"), std::string::npos);

  // Cut off, the mirror mends itself; without the venue it holds.
  there.post("/sim/v1/faults", R"({"cut":{"connection":"public"}})");
  ASSERT_TRUE(net::run_until(loop, [&] {
    there.step(100);
    return equal();
  }));
  upstream.reset();
  std::string refused;
  ASSERT_TRUE(net::run_until(loop, [&] {
    refused = here.order("BTC-USDT-SWAP", "buy", "limit", "59000", "1");
    return refused.find(R"("sCode":"51022")") != std::string::npos;
  })) << refused;
}

TEST_F(SimMarketsTest, AllSpotPairsAndSwapsOfTheVenuesListsAreOfferedAndTrade) {
  GANNET_RECORDING(spot, "okx/rest/live-202604/production-get-instruments-spot.json.zst");
  GANNET_RECORDING(swap, "okx/rest/live-202604/production-get-instruments-swap.json");
  auto sim = spawn({"--instruments", spot, swap, "--step"});
  ASSERT_TRUE(sim);
  SimClient client(loop, sim->ready());
  const auto rows = [&](const char* const kind) {
    simdjson::dom::parser parser;
    simdjson::dom::array all;
    const std::string body = client.get(std::string("/api/v5/public/instruments?instType=") + kind);
    EXPECT_EQ(parser.parse(body).at_pointer("/data").get(all), simdjson::SUCCESS);
    return all.size();
  };
  EXPECT_EQ(rows("SPOT"), 1'218u);
  EXPECT_EQ(rows("SWAP"), 312u);
  client.step(100);
  EXPECT_GT(client.book("BTC-USDT-SWAP").size(), 500u);
  EXPECT_GT(client.book("ETH-BTC").size(), 500u);
}

TEST_F(SimMarketsTest, SyntheticPricesStartWhereTheTickersSay) {
  const std::string tickers = (directory.path() / "tickers.json").string();
  std::ofstream(tickers) << R"({"code":"0","msg":"","data":[)"
                            R"({"instType":"SPOT","instId":"BTC-USDT","last":"31234.5"},)"
                            R"({"instType":"SPOT","instId":"NO-SUCH","last":"1"}]})";
  auto sim = spawn({"--tickers", tickers, "--step", "--only", "BTC-USDT"});
  ASSERT_TRUE(sim);
  SimClient client(loop, sim->ready());
  EXPECT_NE(client.book("BTC-USDT").find(R"("312)"), std::string::npos);
}

TEST_F(SimMarketsTest, BadOptionsSayWhatIsWrong) {
  const std::string broken = (directory.path() / "broken.jsonl").string();
  std::ofstream(broken) << R"({"t":1,"ch":"public","dir":"in","m":{"event":"subscribe","arg":{}}})"
                        << "\nrubbish\n";
  EXPECT_NE(complaint({"--market", "replay:" + broken}).find("broken.jsonl:2: "),
            std::string::npos);
  EXPECT_NE(complaint({"--market", "nonsense"}).find("want synthetic"), std::string::npos);
  EXPECT_NE(complaint({"--market", "mirror:wss://127.0.0.1:1/ws/v5/public"}).find("mirrored"),
            std::string::npos);
  EXPECT_NE(complaint({"--only", "NO-SUCH"}).find("NO-SUCH"), std::string::npos);
  EXPECT_NE(complaint({"--pace", "BTC-USDT"}).find("NAME:EVENTS_PER_SECOND"), std::string::npos);
  EXPECT_NE(complaint({"--queue", "middle"}).find("proportional"), std::string::npos);
  EXPECT_NE(complaint({"--step", "--speed", "2"}).find("exclude"), std::string::npos);
  EXPECT_NE(complaint({"--loop"}).find("replay"), std::string::npos);
  EXPECT_NE(complaint({"--event-log", "/nonexistent/x/y"}).find("/nonexistent/x/y"),
            std::string::npos);
  EXPECT_NE(complaint({"--speed", "fast"}).find("--speed"), std::string::npos);
}

TEST_F(SimMarketsTest, AConfigurationFileIsReadStrictlyAndErrorsNameItsLine) {
  const std::string file = (directory.path() / "venue.toml").string();
  const auto why = [&](const std::string& text) {
    std::ofstream(file) << text;
    return complaint({"--config", file});
  };
  EXPECT_NE(why("seed = 7\nvolatilty = 3\n")
                .find("venue.toml:2: volatilty: unknown key; did you mean volatility?"),
            std::string::npos);
  EXPECT_NE(why("seed = \"seven\"\n").find("venue.toml:1: seed: "), std::string::npos);
  EXPECT_NE(why("\n\nseed = = 3\n").find("venue.toml:3: "), std::string::npos);
  EXPECT_NE(why("volatility = -1\n").find("venue.toml:1: volatility: "), std::string::npos);
  EXPECT_NE(why("pace = [\"BTC-USDT\"]\n").find("venue.toml:1: pace: "), std::string::npos);
  EXPECT_NE(why("[market]\nkind = 1\n").find("venue.toml:1: market: "), std::string::npos);
  EXPECT_NE(complaint({"--config", "/nonexistent.toml"}).find("/nonexistent.toml"),
            std::string::npos);
}

TEST_F(SimMarketsTest, APortThatIsTakenIsAnErrorThatNamesIt) {
  auto first = spawn({"--market", "none"});
  ASSERT_TRUE(first);
  const std::string port = first->ready().url.substr(first->ready().url.rfind(':') + 1);
  EXPECT_NE(complaint({"--listen", "127.0.0.1:" + port}).find(port), std::string::npos);
}

}  // namespace
}  // namespace gannet::app
