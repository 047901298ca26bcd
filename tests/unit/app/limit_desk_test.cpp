#include "app/limit_desk.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "config/change_limit.h"
#include "config/load.h"
#include "support/instrument_samples.h"

namespace gannet::app {
namespace {

// PRE-20: limits change only by the configuration file or by command, each change on record.

/// A file on disk, and the desk of an engine that started with it.
class LimitDeskTest : public testing::Test {
 protected:
  LimitDeskTest() {
    char name[] = "/tmp/gannet-limits-XXXXXX";
    ::close(::mkstemp(name));
    path_ = name;
    write("order_notional_max = \"5000\"\n");
    instruments_.add(test::linear_swap(currencies_));
    const auto settings = config::load(path_);
    if (!settings) throw std::runtime_error(config::to_string(settings.error().front()));
    auto table = risk::LimitTable::build(settings->risk, instruments_, currencies_,
                                         std::vector<std::string>{"quotes"});
    if (!table->permit({0}, instruments_[InstrumentId{0}])) throw std::runtime_error("permit");
    desk_.emplace(*settings, instruments_, currencies_, *table);
  }
  ~LimitDeskTest() override { std::remove(path_.c_str()); }

  void write(const std::string& account, const std::string& more = "") {
    std::ofstream(path_) << "[venue]\nenvironment = \"sim\"\n[venue.embedded]\n"
                            "[[instrument]]\nname = \"BTC-USDT-SWAP\"\n"
                            "[[strategy]]\nname = \"quotes\"\nplugin = \"market_maker\"\n"
                            "[risk.account]\n"
                         << account << more;
  }
  static Int128 notional_max(const LimitVerdict& verdict) {
    return verdict.replacement->table.of_instrument({0}).order_notional_max /
           1'000'000'000'000'000'000;
  }

  std::string path_;
  CurrencyTable currencies_;
  InstrumentTable instruments_;
  std::optional<LimitDesk> desk_;
};

TEST_F(LimitDeskTest, TighterIsMadeAtOnceLooserNeedsASecondWord_PRE20) {
  const std::string key = "risk.account.order_notional_max";
  const LimitVerdict tighter = desk_->set(key, "4000", false, "user 7");
  ASSERT_TRUE(tighter.good) << tighter.answer;
  EXPECT_EQ(notional_max(tighter), 4'000);
  EXPECT_EQ(tighter.answer, "risk.account.order_notional_max 5000 -> 4000");
  ASSERT_EQ(tighter.replacement->changes.size(), 1u);
  EXPECT_STREQ(tighter.replacement->changes[0].who, "user 7");
  EXPECT_STREQ(tighter.replacement->changes[0].key, key.c_str());
  EXPECT_STREQ(tighter.replacement->changes[0].before, "5000");
  EXPECT_STREQ(tighter.replacement->changes[0].after, "4000");
  EXPECT_TRUE(tighter.replacement->table.permits({0}, {0})) << "what was permitted stays so";

  const LimitVerdict looser = desk_->set(key, "4000000", false, "user 7");
  EXPECT_FALSE(looser.good);
  EXPECT_EQ(looser.replacement, nullptr);
  EXPECT_EQ(looser.answer,
            "this loosens, and needs --confirm: risk.account.order_notional_max 4000 -> 4000000 "
            "(a thousandfold: a typing error?)");
  const LimitVerdict confirmed = desk_->set(key, "4001", true, "user 7");
  ASSERT_TRUE(confirmed.good) << confirmed.answer;
  EXPECT_EQ(notional_max(confirmed), 4'001);
  EXPECT_EQ(confirmed.replacement->changes[0].loosens, 1);
}

TEST_F(LimitDeskTest, AWishThatTheFileCouldNotSayIsRefused_PRE20) {
  const auto refused = [&](const char* key, const char* value, const char* because) {
    const LimitVerdict verdict = desk_->set(key, value, true, "op");
    EXPECT_FALSE(verdict.good) << key;
    EXPECT_EQ(verdict.replacement, nullptr) << key;
    EXPECT_NE(verdict.answer.find(because), std::string::npos) << verdict.answer;
  };
  refused("risk.account.order_notional_maks", "1", "order_notional_max");  // the nearest key
  refused("risk.account.order_notional_max", "much", "much");
  refused("risk.instrument.ETH-USDT-SWAP.open_orders_max", "1", "not configured");
  refused("risk.account.order_quantity_max", "5", "no size with its unit");
  refused("venue.kind", "x", "gannet limits");
  refused("risk.account]\nx", "1", "gannet limits");
  refused("risk.metadata_age_max", "1h", "needs a restart");
  refused("risk.reject_storm.identical_max", "9", "needs a restart");
  refused("risk.instrument.BTC-USDT-SWAP.order_quantity_max", "1 DOGE", "unit");
}

TEST_F(LimitDeskTest, TheFileIsReadAnewAndItsTighterHalfTaken_PRE20) {
  write("order_notional_max = \"3000\"\nopen_orders_max = 900\n",
        "[risk.strategy.quotes]\nposition_long_max = \"7 contracts\"\n");
  const LimitVerdict half = desk_->reload(false, "signal");
  ASSERT_TRUE(half.good) << half.answer;
  EXPECT_EQ(notional_max(half), 3'000);
  EXPECT_EQ(half.replacement->table.account_open_orders_max(), 400u);
  EXPECT_EQ(half.replacement->table.of_strategy({0}, {0}).position_long_max.raw, 7'00);
  EXPECT_EQ(half.replacement->changes.size(), 2u);
  EXPECT_EQ(half.replacement->changes[0].from_file, 1);
  EXPECT_NE(half.answer.find("needs --confirm: risk.account.open_orders_max 400 -> 900"),
            std::string::npos)
      << half.answer;
  const LimitVerdict whole = desk_->reload(true, "op");
  ASSERT_TRUE(whole.good);
  EXPECT_EQ(whole.replacement->table.account_open_orders_max(), 900u);
  EXPECT_EQ(desk_->reload(true, "op").answer, "no limit differs");
  // What else the file says now is not taken over, and is said.
  write("order_notional_max = \"3000\"\nopen_orders_max = 900\n",
        "[risk.strategy.quotes]\nposition_long_max = \"7 contracts\"\n"
        "[engine]\nbusy_poll = false\n");
  EXPECT_EQ(desk_->reload(true, "op").answer,
            "no limit differs; other settings of the file need a restart");
  write("order_notional_max = \"?\"\n");
  const LimitVerdict broken = desk_->reload(true, "op");
  EXPECT_FALSE(broken.good);
  EXPECT_EQ(broken.replacement, nullptr);
}

TEST_F(LimitDeskTest, ACanaryProfileIsAPartOfEveryLimit) {
  write("order_notional_max = \"5000\"\n", "[risk]\nprofile = \"canary\"\ncanary = \"2%\"\n");
  const LimitVerdict canary = desk_->reload(false, "op");
  ASSERT_TRUE(canary.good) << canary.answer;
  EXPECT_EQ(notional_max(canary), 100);
  EXPECT_EQ(canary.replacement->table.account_open_orders_max(), 8u);
}

TEST(WithLimit, EveryKeyOfTheRulesIsReadWithItsRange) {
  const auto settings = config::load_text(
      "[venue]\nenvironment = \"sim\"\n[venue.embedded]\n"
      "[venue.limits]\nfill_ratio = \"2.5\"\nrate_share = \"50%\"\nrecovery = \"10s\"\n"
      "[risk]\nprofile = \"canary\"\n[risk.repeated_execution]\nmode = \"enforce\"\n"
      "count_max = 7\nwindow = \"3s\"\nprice_band = \"0.2%\"\n[risk.duplicate_intent]\n"
      "mode = \"off\"\n[risk.reject_storm]\nmode = \"enforce\"\nidentical_max = 5\n"
      "per_minute_max = 50\n[risk.self_trade]\nmode = \"observe\"\nat_venue = \"cancel_resting\"\n"
      "[risk.order_to_trade]\nmode = \"enforce\"\nratio_max = 100\ncancel_ratio_max = \"95%\"\n"
      "window = \"10m\"\n[risk.market_sanity]\nmode = \"enforce\"\njump = \"1%\"\n"
      "spread_ratio_max = 20\nindex_divergence = \"2%\"\nsettle = \"2s\"\n"
      "[risk.account]\ngross_notional_max = \"1\"\nnet_notional_max = \"2\"\n"
      "leverage_max = \"3.5\"\nfree_margin_min = \"4\"\n",
      "test.toml");
  ASSERT_TRUE(settings) << config::to_string(settings.error().front());
  const risk::Settings& risk = settings->risk;
  EXPECT_EQ(risk.rates.account.count, 1'500u);
  EXPECT_EQ(risk.rates.share_ppm, 500'000u);
  EXPECT_EQ(risk.rates.recovery, seconds(10));
  EXPECT_EQ(risk.canary_ppm, 50'000u);
  EXPECT_EQ(risk.rules.repeated_execution.count_max, 7u);
  EXPECT_EQ(risk.rules.repeated_execution.price_band_ppm, 2'000u);
  EXPECT_EQ(risk.rules.duplicate_intent, risk::RuleMode::Off);
  EXPECT_EQ(risk.rules.reject_storm.identical_max, 5u);
  EXPECT_EQ(risk.rules.self_trade.at_venue, SelfTradePrevention::CancelMaker);
  EXPECT_EQ(risk.rules.order_to_trade.cancel_ratio_max_ppm, 950'000u);
  EXPECT_EQ(risk.rules.order_to_trade.window, seconds(600));
  EXPECT_EQ(risk.rules.market_sanity.settle, seconds(2));
  EXPECT_EQ(risk.account.leverage_max, (Decimal{35, 1}));
  // What is printed is read again as the same.
  const std::string once = config::print_resolved(*settings);
  const auto again = config::load_text(once, settings->file);
  ASSERT_TRUE(again) << config::to_string(again.error().front());
  EXPECT_EQ(config::print_resolved(*again), once);
  for (const char* wrong :
       {"[risk.repeated_execution]\ncount_max = 0\n",
        "[risk.repeated_execution]\nwindow = \"0s\"\n", "[risk.reject_storm]\nmode = \"maybe\"\n",
        "[risk.self_trade]\nat_venue = \"x\"\n", "[risk.order_to_trade]\nratio = 1\n",
        "[risk.market_sanity]\njump = \"0%\"\n", "[risk]\ncanary = \"0%\"\n",
        "[risk]\nprofile = \"tiny\"\n", "[risk.instrument_default]\nleverage_max = \"3\"\n",
        "[risk.strategy_default]\n"
        "free_margin_min = \"3\"\n",
        "[venue.limits]\nrate_share = \"0%\"\n", "[venue.limits]\nfill_ratio = \"-1\"\n",
        "[venue.limits]\nrecovery = \"1ms\"\n"}) {
    EXPECT_FALSE(config::load_text(
        std::string("[venue]\nenvironment = \"sim\"\n[venue.embedded]\n") + wrong, "test.toml"))
        << wrong;
  }
}

}  // namespace
}  // namespace gannet::app
