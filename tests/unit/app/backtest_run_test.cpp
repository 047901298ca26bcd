#include "app/backtest_run.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "backtest/report.h"
#include "config/load.h"
#include "test_paths.h"
#include "tests/support/backtest_config.h"
#include "tests/support/process.h"

namespace gannet::app {
namespace {

using gannet::test::BacktestConfig;
using testing::HasSubstr;

class BacktestRunTest : public testing::Test {
 protected:
  BacktestConfig config;
  gannet::test::Folder folder;

  std::unique_ptr<BacktestRun> run() {
    // Files are named by their contents: there must be one.
    auto settings = config::load_backtest(folder.write("b.toml", config.text()));
    if (!settings) throw std::runtime_error(config::to_string(settings.error().front()));
    auto made = BacktestRun::make(*settings);
    if (!made) throw std::runtime_error(made.error().message);
    const auto done = (*made)->run();
    if (!done) throw std::runtime_error(done.error().message);
    return std::move(*made);
  }
  std::string why_not() {
    auto settings = config::load_backtest(folder.write("b.toml", config.text()));
    if (!settings) return config::to_string(settings.error().front());
    auto made = BacktestRun::make(*settings);
    if (!made) return made.error().message;
    const auto done = (*made)->run();
    return done ? "" : done.error().message;
  }
  /// The golden recording with one line replaced.
  std::string recording_with(std::size_t line, const std::string& text) {
    auto lines = gannet::test::lines_of(gannet::test::read_file(config.recording));
    lines.at(line - 1) = text;
    std::string all;
    for (const std::string& one : lines) all += one + "\n";
    return folder.write("damaged.jsonl", all);
  }
};

TEST_F(BacktestRunTest, TwoRunsWriteTheSameBytes) {
  const auto first = run();
  const auto second = run();
  EXPECT_GT(first->backtest().log().fills().size(), 10u);
  EXPECT_EQ(backtest::report_json(first->report()), backtest::report_json(second->report()));
  EXPECT_EQ(backtest::orders_csv(first->report()), backtest::orders_csv(second->report()));
  EXPECT_EQ(backtest::fills_csv(first->report()), backtest::fills_csv(second->report()));
  EXPECT_EQ(first->backtest().equity().csv(), second->backtest().equity().csv());
}

TEST_F(BacktestRunTest, TheReportAddsUp) {
  const auto done = run();
  const gannet::test::Json report(backtest::report_json(done->report()));
  const auto orders = gannet::test::lines_of(backtest::orders_csv(done->report()));
  const auto fills = gannet::test::lines_of(backtest::fills_csv(done->report()));
  EXPECT_EQ(std::int64_t(report["orders"]["decided"]),
            static_cast<std::int64_t>(orders.size()) - 1);
  EXPECT_EQ(std::int64_t(report["orders"]["fills"]), static_cast<std::int64_t>(fills.size()) - 1);
  EXPECT_EQ(
      std::int64_t(report["result"]["maker_fills"]) + std::int64_t(report["result"]["taker_fills"]),
      static_cast<std::int64_t>(fills.size()) - 1);
  // Profit = realised + unrealised + funding - fees. The venue's money is rounded at 18 decimals
  // with each match, the engine's profit is derived from exact cost: some units of the last place.
  const auto amount = [&](const char* key) {
    return parse_amount(std::string_view(report["result"][key]), CurrencyId{0})->raw;
  };
  const auto apart = amount("profit") - (amount("realised_pnl") + amount("unrealised_pnl") +
                                         amount("funding") - amount("fees"));
  EXPECT_LE(std::abs(static_cast<std::int64_t>(apart)), 1'000);
  EXPECT_EQ(amount("equity_end") - amount("equity_start"), amount("profit"));
  EXPECT_TRUE(bool(report["checks"]["money_conserved"]));
  EXPECT_TRUE(bool(report["checks"]["positions_agree_with_venue"]));
}

TEST_F(BacktestRunTest, LatencyChangesWhatHappens) {
  const auto quick = run();
  config.latency = "order_to_venue = \"80ms\"\nvenue_to_strategy = \"40ms\"";
  const auto slow = run();
  EXPECT_NE(backtest::fills_csv(quick->report()), backtest::fills_csv(slow->report()));
}

TEST_F(BacktestRunTest, ALineThatIsNoMessageIsNamed) {
  config.recording = recording_with(100, R"({"t":1,"ch":"public","dir":"in","m":{"arg":)");
  EXPECT_THAT(why_not(), HasSubstr("damaged.jsonl:100: "));
}

TEST_F(BacktestRunTest, ABookThatCannotBeDecodedIsNamed) {
  config.recording = recording_with(
      100,
      R"({"t":1795430401000000000,"ch":"public","dir":"in","m":{"arg":{"channel":"books-l2-tbt",)"
      R"("instId":"BTC-USDT-SWAP"},"action":"update","data":[{"asks":[["x","1","0","1"]],)"
      R"("bids":[],"ts":"1795430401000","checksum":0,"seqId":1,"prevSeqId":0}]}})");
  const std::string said = why_not();
  EXPECT_THAT(said, HasSubstr("damaged.jsonl:100: "));
  EXPECT_THAT(said, HasSubstr("BTC-USDT-SWAP"));
}

TEST_F(BacktestRunTest, ALostMessageWithdrawsTheBookAndIsCounted) {
  const auto lines = gannet::test::lines_of(gannet::test::read_file(config.recording));
  std::size_t update = 100;
  while (lines.at(update - 1).find("\"update\"") == std::string::npos) ++update;
  config.recording = recording_with(update, "");
  const auto done = run();
  EXPECT_EQ(done->backtest().outcome().source.gaps, 1u);
}

TEST_F(BacktestRunTest, SaysWhatIsMissing) {
  config.plugin = "no_such_plugin";
  EXPECT_THAT(why_not(), HasSubstr("no_such_plugin"));
  config.plugin = "market_maker";
  config.instrument = "BTC-USDT-SWOP";
  EXPECT_THAT(why_not(), HasSubstr("did you mean \"BTC-USDT-SWAP\"?"));
  config.instrument = "ETH-USDT-SWAP";
  EXPECT_THAT(why_not(), HasSubstr("no order book of ETH-USDT-SWAP"));
  config.instrument = "BTC-USDT-SWAP";
  config.recording = folder.file("nowhere.jsonl");
  EXPECT_THAT(why_not(), HasSubstr("nowhere.jsonl"));
}

TEST_F(BacktestRunTest, AMarketOfOldTimesIsDecodedByTheListOfItsDay) {
  const char* const given = std::getenv("GANNET_RECORDINGS");
  const std::string recordings =
      given != nullptr ? given : std::string(GANNET_SOURCE_DIR) + "/../shared/okx/recorded";
  if (!std::filesystem::exists(recordings + "/okx/ws/public-20220227-books-l2-tbt.jsonl.zst")) {
    GTEST_SKIP() << "no recordings (GANNET_RECORDINGS)";
  }
  config.recording = recordings + "/okx/ws/public-20220227-books-l2-tbt.jsonl.zst";
  config.instrument = "UNI-USD-SWAP";
  config.backtest = "instruments = \"" + recordings + "/okx/rest/instruments-20220227-swap.json\"";
  config.more = "[risk.strategy.quotes]\nopen_orders_max = 10\n";
  std::string text = config.text();
  text.replace(text.find("USDT = \"10000\""), 14, "UNI = \"10000\"\nUSD = \"1\"");
  text.replace(text.find("currency = \"USDT\""), 17, "currency = \"USD\"");
  auto settings = config::load_backtest(folder.write("b.toml", text));
  ASSERT_TRUE(settings) << config::to_string(settings.error().front());
  auto made = BacktestRun::make(*settings);
  ASSERT_TRUE(made) << made.error().message;
  const auto done = (*made)->run();
  ASSERT_TRUE(done) << done.error().message;
  const backtest::Outcome& outcome = (*made)->backtest().outcome();
  EXPECT_EQ(outcome.source.gaps, 0u);  // by checksums: the session has no sequence
  // An inverse contract: its coin has to be valued before an order may leave.
  EXPECT_GT(outcome.core.orders.placed, 0u);
  // It moves its bid before its offer: where the market jumps over both, the one would meet the
  // other, and is denied until the next tick.
  EXPECT_EQ(outcome.core.orders.denied,
            (*made)->backtest().log().denials(DenialReason::CrossesOwnOrder));
  EXPECT_LT(outcome.core.orders.denied, 10u);
  EXPECT_TRUE((*made)->backtest().equity().unvalued().empty());
  EXPECT_TRUE(outcome.positions_agree);
  EXPECT_EQ(outcome.money_fault, "");
}

/// Forty seconds of a made-up BTCUSDT in Binance's words (USD-M): a snapshot, ten updates a second,
/// of which `lost` never came, and a trade of half a coin at every second one.
std::string binance_recording(int lost) {
  std::string all =
      R"({"lastUpdateId":100,"E":1700000000001,"T":1700000000000,"bids":[["60000.00","0.010"],["59999.90","0.500"]],"asks":[["60000.20","0.010"],["60000.30","0.500"]]})"
      "\n";
  for (int i = 1; i <= 400; ++i) {
    const std::int64_t time = 1'700'000'000'000 + i * 100;
    if (i != lost) {
      all += fmt::format(
          R"({{"stream":"btcusdt@depth","data":{{"e":"depthUpdate","E":{0},"T":{0},"s":"BTCUSDT","U":{4},"u":{1},"pu":{2},"b":[["59999.80","0.{3:03}"]],"a":[["60000.40","0.{3:03}"]]}}}})",
          time, 100 + i, 99 + i, 100 + i % 7, i == 1 ? 100 : 100 + i);  // reaches over it
      all += '\n';
    }
    if (i % 2 != 0) continue;
    const bool sold = i % 4 == 0;
    all += fmt::format(
        R"({{"stream":"btcusdt@trade","data":{{"e":"trade","E":{0},"T":{0},"s":"BTCUSDT","t":{1},"p":"{2}","q":"0.500","X":"MARKET","m":{3}}}}})",
        time + 10, i, sold ? "60000.00" : "60000.20", sold);
    all += '\n';
  }
  return all;
}

TEST_F(BacktestRunTest, ABinanceRecordingIsOneToo) {
  config.recording = folder.write("binance.jsonl", binance_recording(0));
  const auto done = run();
  const backtest::Outcome& outcome = done->backtest().outcome();
  EXPECT_EQ(outcome.source.messages, 601u);
  EXPECT_EQ(outcome.source.gaps, 0u);
  EXPECT_TRUE(outcome.positions_agree);
  EXPECT_EQ(outcome.money_fault, "");
  // One quote a side, behind 0.01 of a coin, a contract here; the first trades, fifty each, take
  // both.
  const auto& fills = done->backtest().log().fills();
  ASSERT_EQ(fills.size(), 2u);
  EXPECT_TRUE(fills[0].fill.maker);
  EXPECT_EQ(to_string(fills[0].fill.fee), "0.1200004");  // 0.02 % of 600.002
  EXPECT_EQ(backtest::report_json(done->report()), backtest::report_json(run()->report()));
}

TEST_F(BacktestRunTest, AfterAGapABinanceBookWaitsForASnapshot) {
  config.recording = folder.write("binance.jsonl", binance_recording(200));
  const auto done = run();
  EXPECT_EQ(done->backtest().outcome().source.gaps, 1u);
  const Timestamp gap = from_unix_millis(1'700'000'020'100);
  ASSERT_FALSE(done->backtest().log().orders().empty());
  for (const backtest::OrderLine& order : done->backtest().log().orders())
    EXPECT_LT(order.decided_time, gap + seconds(1));
}

TEST_F(BacktestRunTest, ABinanceRecordingOfAnotherMarketSaysWhatItIs) {
  config.recording = folder.write("binance.jsonl", binance_recording(0));
  config.instrument = "ETH-USDT-SWAP";
  EXPECT_THAT(why_not(), HasSubstr("it is a recording of BTC-USDT-SWAP, not of ETH-USDT-SWAP"));
}

}  // namespace
}  // namespace gannet::app
