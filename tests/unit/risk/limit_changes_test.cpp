#include "risk/limit_changes.h"

#include <gtest/gtest.h>

#include <functional>

// PRE-20: tightening is told from loosening, and a slip of the keyboard from both.

namespace gannet::risk {
namespace {

struct ChangeCase {
  const char* name;
  std::function<void(Settings&)> change;
  const char* key;
  const char* before;
  const char* after;
  bool loosens;
  bool is_thousandfold;
};

Settings present() {
  Settings settings;
  settings.account.order_notional_max = Decimal{5'000, 0};
  settings.account.free_margin_min = Decimal{500, 0};
  settings.instruments = {{"BTC-USDT-SWAP", {}}};
  settings.instruments[0].second.position_long_max = SizeLimit{{20, 0}, {}};
  settings.strategies = {{"quotes", {}}};
  settings.strategies[0].second.open_orders_max = 10;
  return settings;
}

TEST(LimitChanges, Pre20EveryKindOfLimitIsNamedWithWhatItWasAndWhetherItLoosens) {
  const SizeLimit half_a_coin{{5, 1}, CurrencyName("BTC")};
  const ChangeCase cases[] = {
      {"less", [](auto& s) { s.account.order_notional_max = Decimal{49'999, 1}; },
       "risk.account.order_notional_max", "5000", "4999.9", false, false},
      {"more", [](auto& s) { s.account.order_notional_max = Decimal{5'001, 0}; },
       "risk.account.order_notional_max", "5000", "5001", true, false},
      {"a slip", [](auto& s) { s.account.order_notional_max = Decimal{5'000'000, 0}; },
       "risk.account.order_notional_max", "5000", "5000000", true, true},
      {"the other slip", [](auto& s) { s.account.order_notional_max = Decimal{5, 0}; },
       "risk.account.order_notional_max", "5000", "5", false, true},
      {"gone", [](auto& s) { s.account.order_notional_max.reset(); },
       "risk.account.order_notional_max", "5000", "none", true, false},
      {"new", [](auto& s) { s.account.leverage_max = Decimal{3, 0}; }, "risk.account.leverage_max",
       "none", "3", false, false},
      {"a floor, lower", [](auto& s) { s.account.free_margin_min = Decimal{400, 0}; },
       "risk.account.free_margin_min", "500", "400", true, false},
      {"a floor, higher", [](auto& s) { s.account.free_margin_min = Decimal{600, 0}; },
       "risk.account.free_margin_min", "500", "600", false, false},
      {"another unit", [&](auto& s) { s.instruments[0].second.position_long_max = half_a_coin; },
       "risk.instrument.BTC-USDT-SWAP.position_long_max", "20 contracts", "0.5 BTC", true, false},
      {"above the default", [](auto& s) { s.instruments[0].second.open_orders_max = 60; },
       "risk.instrument.BTC-USDT-SWAP.open_orders_max", "50", "60", true, false},
      {"back to the default", [](auto& s) { s.strategies.clear(); },
       "risk.strategy.quotes.open_orders_max", "10", "100", true, false},
      {"a default", [](auto& s) { s.instrument_default.price_collar_ppm = 5'000; },
       "risk.instrument_default.price_collar", "1%", "0.5%", false, false},
      // What counted before was the majors' 0.5 %, not the 1 % of all others.
      {"a major's own", [](auto& s) { s.instruments[0].second.price_collar_ppm = 8'000; },
       "risk.instrument.BTC-USDT-SWAP.price_collar", "0.5%", "0.8%", true, false},
      {"a major's own, as all others'",
       [](auto& s) { s.instruments[0].second.price_collar_ppm = 10'000; },
       "risk.instrument.BTC-USDT-SWAP.price_collar", "0.5%", "1%", true, false},
      {"the majors", [](auto& s) { s.price_collar_majors_ppm = 10'000; },
       "risk.price_collar_majors", "0.5%", "1%", true, false},
      {"a canary", [](auto& s) { s.canary_ppm = 50'000; }, "risk.canary", "100%", "5%", false,
       false},
      {"a rule, stricter", [](auto& s) { s.rules.reject_storm.mode = RuleMode::Enforce; },
       "risk.reject_storm.mode", "observe", "enforce", false, false},
      {"a rule, laxer", [](auto& s) { s.rules.self_trade.mode = RuleMode::Off; },
       "risk.self_trade.mode", "enforce", "off", true, false}};
  const Settings before = present();
  EXPECT_TRUE(limit_changes(before, before).empty());
  for (const ChangeCase& c : cases) {
    Settings after = before;
    c.change(after);
    const auto changes = limit_changes(before, after);
    ASSERT_EQ(changes.size(), 1u) << c.name;
    EXPECT_EQ(changes[0].key, c.key) << c.name;
    EXPECT_EQ(changes[0].before, c.before) << c.name;
    EXPECT_EQ(changes[0].after, c.after) << c.name;
    EXPECT_EQ(changes[0].loosens, c.loosens) << c.name;
    EXPECT_EQ(changes[0].is_thousandfold, c.is_thousandfold) << c.name;
    // Without confirmation what tightens is taken and what loosens is not.
    const Settings tight = without_loosening(before, after);
    EXPECT_EQ(limit_changes(before, tight).size(), c.loosens ? 0u : 1u) << c.name;
    EXPECT_EQ(limit_changes(after, tight).empty(), !c.loosens) << c.name;
  }
}

TEST(LimitChanges, Pre20OfAFileWithBothTheTighterHalfIsTaken) {
  const Settings before = present();
  Settings after = before;
  after.account.order_notional_max = Decimal{1'000, 0};
  after.account.open_orders_max = 1'000;
  after.strategies[0].second.order_quantity_max = SizeLimit{{2, 0}, {}};
  after.strategies[0].second.open_orders_max = 99;
  after.rates.place.count = 1;  // no limit of this kind: it needs a restart
  const Settings tight = without_loosening(before, after);
  EXPECT_EQ(tight.account.order_notional_max, (Decimal{1'000, 0}));
  EXPECT_EQ(tight.account.open_orders_max, 400u);
  EXPECT_EQ(tight.strategies[0].second.order_quantity_max->value, (Decimal{2, 0}));
  EXPECT_EQ(tight.strategies[0].second.open_orders_max, 10u);
  EXPECT_EQ(tight.rates.place.count, 60u);
  EXPECT_EQ(limit_changes(before, after).size(), 4u);
}

}  // namespace
}  // namespace gannet::risk
