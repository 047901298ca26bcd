// `gannet doctor` and `gannet data download` against the simulated venue.
#include <map>
#include <string>
#include <vector>

#include "gateway/okx/transport/venue_candles.h"
#include "support/daemon.h"

namespace gannet::test {
namespace {

class DoctorTest : public ::testing::Test {
 protected:
  struct Findings {
    int exit = 0;
    std::map<std::string, std::string> results;  ///< check to ok, differs, unknown
    std::string source;
    std::vector<std::string> that_differ() const {
      std::vector<std::string> names;
      for (const auto& [check, result] : results) {
        if (result == "differs") names.push_back(check);
      }
      return names;
    }
  };

  Findings examine(const Venue& venue, const std::string& more_config = "",
                   std::vector<std::string> options = {}) {
    const DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
    std::string text = config.text();
    const std::string account = "[account]\n";
    text.insert(text.find(account) + account.size(), more_config);
    std::vector<std::string> arguments{"doctor", "--json", "--config",
                                       folder.write("doctor.toml", text)};
    arguments.insert(arguments.end(), options.begin(), options.end());
    Process doctor(folder, program("gannet"), std::move(arguments), config.credentials());
    Findings findings;
    findings.exit = doctor.wait();
    findings.source = doctor.out() + doctor.err();
    if (!doctor.out().empty()) {
      const Json report(doctor.out());
      EXPECT_EQ(report.number("exit"), findings.exit);
      for (const auto check : report["checks"].get_array()) {
        findings.results[std::string(std::string_view(check["check"]))] =
            std::string(std::string_view(check["result"]));
      }
    }
    return findings;
  }

  Folder folder;
};

TEST_F(DoctorTest, TheSimulatedVenueIsAsTheEngineAssumes) {
  Venue venue(folder);
  const Findings found = examine(venue);
  EXPECT_EQ(found.exit, 0) << found.source;
  EXPECT_TRUE(found.that_differ().empty()) << found.source;
  for (const char* check : {"the venue answers",
                            "clock",
                            "the key is accepted",
                            "withdraw permission",
                            "demo and production are told apart",
                            "account mode",
                            "position mode",
                            "order rate",
                            "instrument codes",
                            "BTC-USDT-SWAP",
                            "BTC-USDT-SWAP leverage",
                            "BTC-USDT-SWAP first snapshot",
                            "ETH-USDT-SWAP sequence",
                            "checksum of books",
                            "format of books",
                            "format of bbo-tbt",
                            "format of mark-price",
                            "candles",
                            "login",
                            "private subscriptions",
                            "account as it is at subscribing",
                            "balances",
                            "open orders",
                            "candle history",
                            "trade history",
                            "funding rate",
                            "dead-man timer arms",
                            "dead-man timer disarms"}) {
    ASSERT_TRUE(found.results.contains(check)) << check << "\n" << found.source;
    EXPECT_EQ(found.results.at(check), "ok") << check << "\n" << found.source;
  }
  EXPECT_EQ(venue.orders(), 0u) << "no order without being told to";
}

TEST_F(DoctorTest, WhatDiffersIsNamed) {
  Venue venue(folder);
  venue.order_fault(R"({"no_snapshot":{"channel":"books"}})");
  venue.order_fault(R"({"checksum":{"shape":"right"}})");
  const Findings found =
      examine(venue, "position_mode = \"long_short\"\nfee_level = \"Lv4\"\n", {"--watch", "2s"});
  EXPECT_EQ(found.exit, 1) << found.source;
  const std::vector<std::string> expected{"BTC-USDT-SWAP first snapshot",
                                          "ETH-USDT-SWAP first snapshot", "checksum of books",
                                          "fee tier", "position mode"};
  EXPECT_EQ(found.that_differ(), expected) << found.source;
}

// Fault 27, on the wire: pages that overlap and fail are still the list.
TEST_F(DoctorTest, OpenOrdersInPagesAreTheSameList) {
  Venue venue(folder);
  for (int i = 0; i < 5; ++i) {
    venue.order_fault(
        R"({"foreign_order":{"instId":"BTC-USDT-SWAP","side":"buy","px":"1000","sz":"1"}})");
  }
  venue.order_fault(R"({"page_overlap":{"path":"/api/v5/trade/orders-pending","count":2}})");
  venue.order_fault(R"({"page_error":{"path":"/api/v5/trade/orders-pending","nth":3}})");
  ASSERT_EQ(venue.open_orders(), 5u);
  const Findings found = examine(venue, "", {"--watch", "5s"});
  EXPECT_EQ(found.exit, 0) << found.source;
  ASSERT_TRUE(found.results.contains("pages of open orders")) << found.source;
  EXPECT_EQ(found.results.at("pages of open orders"), "ok") << found.source;
}

TEST_F(DoctorTest, ATrialOrderIsPlacedAmendedAndCancelledWhenAskedFor) {
  Venue venue(folder);
  const Findings found = examine(venue, "", {"--place-orders"});
  EXPECT_EQ(found.exit, 0) << found.source;
  for (const char* check : {"it rests", "amend", "cancel", "it is gone"}) {
    ASSERT_TRUE(found.results.contains(check)) << check << "\n" << found.source;
    EXPECT_EQ(found.results.at(check), "ok") << found.source;
  }
  EXPECT_EQ(venue.orders(), 1u);
  EXPECT_EQ(venue.open_orders(), 0u);
}

TEST_F(DoctorTest, AVenueThatRefusesIsToldApartFromOneThatDiffers) {
  Venue venue(folder);
  const DemoConfig config{.state_directory = folder.state(), .venue = &venue.ready()};
  auto wrong = config.credentials();
  wrong["GANNET_TEST_SECRET"] = "C0FFEE00C0FFEE00C0FFEE00C0FFEE00";
  Process doctor(folder, program("gannet"),
                 {"doctor", "--config", folder.write("doctor.toml", config.text())}, wrong);
  EXPECT_EQ(doctor.wait(), 3);
  EXPECT_NE(doctor.out().find("refused: "), std::string::npos) << doctor.out();
  EXPECT_EQ((doctor.out() + doctor.err()).find("C0FFEE00"), std::string::npos);
}

TEST_F(DoctorTest, HistoryIsDownloadedOldestFirst) {
  Venue venue(folder);
  const auto download = [&](const std::string& what, std::vector<std::string> more) {
    const std::string file = folder.file(what + ".csv");
    const std::int64_t now = wall_clock_now().nanos / 1'000'000;
    std::vector<std::string> arguments{"data",
                                       "download",
                                       what,
                                       "--instrument",
                                       "BTC-USDT-SWAP",
                                       "--from",
                                       std::to_string(now - 1'000LL * 60'000),
                                       "--to",
                                       std::to_string(now),
                                       "--out",
                                       file,
                                       "--url",
                                       venue.ready().url,
                                       "--ca",
                                       venue.ready().ca};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Process gannet(folder, program("gannet"), std::move(arguments));
    EXPECT_EQ(gannet.wait(), 0) << gannet.err();
    const Json told(gannet.out());
    const auto lines = lines_of(read_file(file));
    EXPECT_EQ(told.number("rows") + 1, static_cast<std::int64_t>(lines.size())) << gannet.out();
    EXPECT_EQ(told.number("refused"), 0);
    std::int64_t last = 0;
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const std::int64_t time = std::stoll(lines[i]);
      EXPECT_GE(time, last) << i;
      last = time;
    }
    return lines;
  };
  const auto candles = download("candles", {});
  ASSERT_GT(candles.size(), 301u) << "more than a page";
  EXPECT_EQ(candles[0], "time_ms,open,high,low,close,volume,volume_base,volume_quote");
  for (std::size_t i = 2; i < candles.size(); ++i) {
    EXPECT_EQ(std::stoll(candles[i]) - std::stoll(candles[i - 1]), 60'000) << i;
  }
  EXPECT_GT(download("trades", {}).size(), 1u);
  EXPECT_EQ(download("funding", {}).at(0), "time_ms,rate,charged_rate");
  EXPECT_FALSE(std::filesystem::exists(folder.file("candles.csv.part")));
}

// What strategies warm up with: complete bars, oldest first, over several pages.
TEST_F(DoctorTest, PastCandlesComeFromTheVenue) {
  Venue venue(folder);
  net::EventLoop loop;
  auto tls = net::TlsContext::client({.system_roots = false, .ca_file = venue.ready().ca});
  ASSERT_TRUE(tls.has_value());
  okx::VenueReaderSettings settings;
  settings.http.url = venue.ready().url;
  auto reader = okx::VenueReader::make(loop, *tls, {}, std::move(settings));
  ASSERT_TRUE(reader.has_value());
  okx::InstrumentCodes codes;
  codes.add({.id = InstrumentId{0},
             .name = InstrumentName("BTC-USDT-SWAP"),
             .family = InstrumentName("BTC-USDT"),
             .index = InstrumentName("BTC-USDT"),
             .kind = InstrumentKind::Swap,
             .price_digits = 3,
             .quantity_digits = 2,
             .code = {}});
  okx::VenueCandles history(**reader, codes);
  using Kind = CandleEvent::Kind;
  for (const Kind kind : {Kind::Trade, Kind::Mark, Kind::Index}) {
    const auto bars = history.candles({InstrumentId{0}, kind, {seconds(60), false}, 305});
    ASSERT_TRUE(bars.has_value()) << bars.error().message;
    ASSERT_EQ(bars->size(), 305u);
    for (std::size_t i = 0; i < bars->size(); ++i) {
      const CandleEvent& bar = (*bars)[i];
      EXPECT_TRUE(bar.complete && bar.warm_up && bar.kind == kind);
      EXPECT_LE(bar.low, std::min(bar.open, bar.close));
      EXPECT_GE(bar.high, std::max(bar.open, bar.close));
      EXPECT_GT(bar.low.raw, 0);
      EXPECT_TRUE(i == 0 || bar.open_time - (*bars)[i - 1].open_time == seconds(60)) << i;
      EXPECT_TRUE(kind == Kind::Trade || bar.volume.raw == 0) << i;
    }
  }
  EXPECT_FALSE(history.candles({InstrumentId{0}, Kind::Trade, {seconds(61), false}, 1}));
  EXPECT_FALSE(history.candles({InstrumentId{9}, Kind::Trade, {seconds(60), false}, 1}));
}

}  // namespace
}  // namespace gannet::test
