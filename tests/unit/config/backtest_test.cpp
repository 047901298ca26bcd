#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/load.h"
#include "test_paths.h"

namespace gannet::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kWhole = R"([backtest]
recording = "r.jsonl"
instruments = "list.json"
queue_model = "front"
seed = 9
sample_interval = "5s"
[backtest.balance]
USDT = "10000.5"
BTC = "0.25"
[backtest.fees]
maker = "-0.005%"
taker = "5bps"
spot_maker = "0%"
[backtest.latency]
order_to_venue = "250us"
venue_to_strategy = "0ms"
[venue.limits]
place = "30/2s"
[[instrument]]
name = "BTC-USDT-SWAP"
leverage = "10"
[[strategy]]
name = "a"
plugin = "market_maker"
)";

std::vector<std::string> problems_of_backtest(std::string text) {
  const auto loaded = load_backtest_text(text, "b.toml");
  std::vector<std::string> messages;
  if (loaded) return messages;
  for (const Problem& problem : loaded.error()) messages.push_back(to_string(problem));
  return messages;
}

std::string with(std::string_view from, std::string_view to) {
  std::string text(kWhole);
  text.replace(text.find(from), from.size(), to);
  return text;
}

TEST(LoadBacktest, ReadsEveryKey) {
  const auto loaded = load_backtest_text(kWhole, "b.toml");
  ASSERT_TRUE(loaded) << to_string(loaded.error().front());
  const backtest::Settings& settings = loaded->backtest;
  EXPECT_EQ(settings.recording, "r.jsonl");
  EXPECT_EQ(settings.instruments_file, "list.json");
  EXPECT_EQ(settings.queue_model, sim::QueueModel::Front);
  EXPECT_EQ(settings.seed, 9u);
  EXPECT_EQ(settings.sample_interval, seconds(5));
  ASSERT_EQ(settings.balances.size(), 2u);  // by name
  EXPECT_EQ(settings.balances[0].currency.view(), "BTC");
  EXPECT_EQ(settings.balances[1].amount, (Decimal{100'005, 1}));
  EXPECT_EQ(settings.fees.maker, -50'000);
  EXPECT_EQ(settings.fees.taker, 500'000);
  EXPECT_EQ(settings.fees.spot_maker, 0);
  EXPECT_EQ(settings.fees.spot_taker, 1'000'000);  // the default
  EXPECT_EQ(settings.latency.order_to_venue, microseconds(250));
  EXPECT_EQ(settings.latency.venue_to_strategy, Nanos{});
  EXPECT_EQ(loaded->trading.risk.rates.place.count, 30u);
  EXPECT_EQ(loaded->trading.instruments[0].leverage, "10");
}

TEST(LoadBacktest, ReadsTheBundledConfiguration) {
  const auto loaded = load_backtest(std::string(GANNET_SOURCE_DIR) + "/config/backtest.toml");
  ASSERT_TRUE(loaded) << to_string(loaded.error().front());
  EXPECT_EQ(loaded->trading.strategies[0].plugin, "market_maker");
}

TEST(LoadBacktest, NamesFileLineKeyAndTheNearestKey) {
  EXPECT_THAT(problems_of_backtest(with("queue_model", "queue_modle")),
              ElementsAre("b.toml:4: backtest.queue_modle: unknown key; did you mean "
                          "\"queue_model\"?"));
  EXPECT_THAT(problems_of_backtest(with("order_to_venue", "order_to_vnue")),
              ElementsAre(HasSubstr("b.toml:15: backtest.latency.order_to_vnue: unknown key")));
}

TEST(LoadBacktest, RefusesWhatCannotBe) {
  EXPECT_THAT(problems_of_backtest(with("\"front\"", "\"middle\"")),
              ElementsAre(HasSubstr("not one of")));
  EXPECT_THAT(problems_of_backtest(with("\"5bps\"", "\"0.05\"")),
              ElementsAre(HasSubstr("no rate with its unit")));
  EXPECT_THAT(problems_of_backtest(with("\"5bps\"", "\"50%\"")),
              ElementsAre(HasSubstr("-10 % to 10 %")));
  EXPECT_THAT(problems_of_backtest(with("\"250us\"", "\"2h\"")),
              ElementsAre(HasSubstr("to \"60s\"")));
  EXPECT_THAT(problems_of_backtest(with("\"10000.5\"", "10000.5")),
              ElementsAre(HasSubstr("exact numbers are written in quotes")));
  EXPECT_THAT(problems_of_backtest(with("leverage = \"10\"", "leverage = \"2.5\"")),
              ElementsAre(HasSubstr("whole numbers")));
  EXPECT_THAT(problems_of_backtest(with("recording = \"r.jsonl\"\n", "")),
              ElementsAre(HasSubstr("backtest.recording: is needed")));
  EXPECT_THAT(
      problems_of_backtest(with("[venue.limits]", "[venue]\nkind = \"okx\"\n[venue.limits]")),
      ElementsAre(HasSubstr("venue.kind: unknown key")));
}

TEST(LoadBacktest, WantsMoneyInstrumentsAndStrategies) {
  const auto problems = problems_of_backtest("[backtest]\nrecording = \"r\"\n");
  EXPECT_THAT(problems, testing::Contains(HasSubstr("backtest.balance: is needed")));
  EXPECT_THAT(problems, testing::Contains(HasSubstr("no [[instrument]]")));
  EXPECT_THAT(problems, testing::Contains(HasSubstr("no [[strategy]]")));
}

}  // namespace
}  // namespace gannet::config
