// Money end to end: the engine's figures against the venue's own.
#include <string>
#include <vector>

#include "app/fee_check.h"
#include "domain/amount.h"
#include "gateway/okx/protocol/signing.h"
#include "support/daemon.h"

namespace gannet::test {
namespace {

__int128 exact_money(std::string_view text) { return parse_amount(text, {})->raw; }
__int128 exact_money(const simdjson::simdjson_result<simdjson::dom::element>& value) {
  return exact_money(std::string_view(value));
}

/// What the venue itself says a currency holds.
__int128 cash_of(const Json& truth, std::string_view currency) {
  for (const auto balance : truth["balances"].get_array()) {
    if (std::string_view(balance["ccy"]) == currency) return exact_money(balance["cashBal"]);
  }
  return 0;
}

TEST(Money, IsTheVenuesToTheLastUnitInBillsFiguresAndReports) {  // POST-05, POST-07, POST-10
  const Folder folder;
  Venue venue(folder);
  const __int128 before = cash_of(venue.truth(), "USDT");
  {
    Daemon daemon(folder, {.state_directory = folder.state(),
                           .venue = &venue.ready(),
                           .more = "[risk.account]\nloss_day_max = \"100000\"\n"});
    ASSERT_TRUE(
        daemon.wait_for("balances that are what their bills add up to", [](const Json& now) {
          const auto money = now["money"];
          EXPECT_EQ(std::int64_t(money["balances_unexplained"]), 0);
          return std::int64_t(money["balances_agreed"]) > 0 && now.number("fills") > 3;
        }));
    const Said pnl = gannet(folder, {"pnl", "--json", "--state", folder.state()});
    ASSERT_EQ(pnl.code, 0) << pnl.err;
    const Json money(pnl.out);
    std::size_t scopes = 0;
    for (const auto scope : money["scopes"].get_array()) {
      ++scopes;
      EXPECT_EQ(exact_money(scope["result"]),
                exact_money(scope["realised"]) + exact_money(scope["unrealised"]) -
                    exact_money(scope["fees"]) + exact_money(scope["funding"]) +
                    exact_money(scope["other"]))
          << pnl.out;
      EXPECT_EQ(exact_money(scope["gross"]),
                exact_money(scope["long"]) + exact_money(scope["short"]));
      EXPECT_TRUE(bool(scope["valued"]));
    }
    EXPECT_EQ(scopes, 3u) << "the account and two strategies";
    EXPECT_NE(gannet(folder, {"pnl", "--state", folder.state()}).out.find("account"),
              std::string::npos);
    EXPECT_EQ(daemon.stop(), 0);
    EXPECT_TRUE(daemon.log_lines({"balance.unexplained"}).empty());
    EXPECT_TRUE(daemon.log_lines({"history.failed"}).empty());
  }
  const __int128 after = cash_of(venue.truth(), "USDT");
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, std::vector<std::string>{"--rebuild"}}) {
    std::vector<std::string> words{"report", "pnl", "--json", "--state", folder.state()};
    words.insert(words.end(), more.begin(), more.end());
    const Said report = gannet(folder, words);
    ASSERT_EQ(report.code, 0) << report.err;
    const Json line(report.out);
    EXPECT_EQ(line.text("currency"), "USDT");
    EXPECT_GT(exact_money(line["fills"]), 0);
    EXPECT_EQ(exact_money(line["result"]), after - before)
        << "realised less fees is what the venue's cash changed by\n"
        << report.out;
  }
  const Said fills =
      gannet(folder, {"report", "fills", "--by", "strategy", "--state", folder.state()});
  EXPECT_NE(fills.out.find("prober"), std::string::npos) << fills.out;
}

TEST(Money, FeesThatAreNotTheVenuesAreTold) {  // POST-08
  const Folder folder;
  Venue venue(folder);
  InstrumentTable instruments;
  for (const char* family : {"BTC-USDT", "ETH-USDT"}) {
    Instrument swap;
    swap.name = InstrumentName(std::string(family) + "-SWAP");
    swap.family = InstrumentName(family);
    swap.kind = InstrumentKind::Swap;
    instruments.add(swap);
  }
  const app::SimReady& ready = venue.ready();
  const okx::Signer signer(
      okx::Credentials{Secret(ready.api_key), Secret(ready.secret), Secret(ready.passphrase)});
  net::EventLoop loop;
  auto tls = net::TlsContext::client({.system_roots = false, .ca_file = ready.ca});
  okx::VenueReaderSettings reading;
  reading.http.url = ready.url;
  auto reader = okx::VenueReader::make(loop, *tls, {&signer, false}, std::move(reading));
  ASSERT_TRUE(reader);
  engine::FeeTable used;
  {
    const auto told = (*reader)->read<FeeRates>(
        okx::RestQuestion{.endpoint = okx::Endpoint::TradeFee,
                          .parameters = {{"instType", "SWAP"}, {"instFamily", "BTC-USDT"}}});
    ASSERT_FALSE(told.rows.empty());
    ASSERT_EQ(told.rows[0].groups.size(), 1u);
    used.set(InstrumentId{0}, {told.rows[0].groups[0].maker, told.rows[0].groups[0].taker});
    used.set(InstrumentId{1}, {told.rows[0].groups[0].maker, Decimal{9, 1}});
  }
  std::vector<std::string> differed;
  app::FeeCheck check(
      loop, **reader, instruments, used,
      [&](const Instrument& instrument, const engine::FeeRate&, const engine::FeeRate&) {
        differed.emplace_back(instrument.name.view());
      },
      milliseconds(1));
  check.start();
  EXPECT_TRUE(wait_until([&] {
    loop.run_for(milliseconds(20));
    return check.compared() >= 2;
  }));
  EXPECT_EQ(differed, std::vector<std::string>{"ETH-USDT-SWAP"});
}

}  // namespace
}  // namespace gannet::test
