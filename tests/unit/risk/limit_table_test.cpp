#include "risk/limit_table.h"

#include <gtest/gtest.h>

#include "risk/conversion_table.h"
#include "support/instrument_samples.h"

namespace gannet::risk {
namespace {

class LimitTableTest : public testing::Test {
 protected:
  LimitTableTest() {
    linear_ = instruments_.add(test::linear_swap(currencies_));
    inverse_ = instruments_.add(test::inverse_swap(currencies_));
    coin_ = instruments_.add(test::spot(currencies_));
  }
  auto build() { return LimitTable::build(settings_, instruments_, currencies_, strategies_); }

  static SizeLimit size(std::int64_t mantissa, int digits, const char* currency) {
    return {{mantissa, static_cast<std::uint8_t>(digits)}, CurrencyName(currency)};
  }

  CurrencyTable currencies_;
  InstrumentTable instruments_;
  InstrumentId linear_, inverse_, coin_;
  Settings settings_;
  std::vector<std::string> strategies_{"quotes", "other"};
};

TEST_F(LimitTableTest, DefaultsAreThoseOfTheReliabilityTable) {
  instruments_.add([&] {
    Instrument ltc = test::linear_swap(currencies_, "LTC-USDT-SWAP");
    ltc.base = currencies_.intern("LTC");
    return ltc;
  }());
  const auto table = build();
  ASSERT_TRUE(table);
  EXPECT_EQ(table->of_instrument(linear_).price_collar_ppm, 5'000u);   // majors
  EXPECT_EQ(table->of_instrument(inverse_).price_collar_ppm, 5'000u);  // by its family
  EXPECT_EQ(table->of_instrument(InstrumentId{3}).price_collar_ppm, 10'000u);
  EXPECT_EQ(table->of_instrument(linear_).open_orders_max, 50u);
  EXPECT_EQ(table->of_strategy({0}, linear_).open_orders_max, 100u);
  EXPECT_EQ(table->account_open_orders_max(), 400u);
  EXPECT_EQ(table->metadata_age_max(), seconds(24 * 3600));
  EXPECT_EQ(table->of_instrument(linear_).position_long_max.raw, ResolvedLimits::kNoQuantity);
}

TEST_F(LimitTableTest, SizesBecomeTheInstrumentsOwnUnitsRoundedDown) {
  settings_.instruments = {{"BTC-USDT-SWAP", {}}, {"BTC-USD-SWAP", {}}, {"BTC-USDT", {}}};
  settings_.instruments[0].second.order_quantity_max = size(15, 1, "");         // 1.5 contracts
  settings_.instruments[0].second.position_long_max = size(25, 2, "BTC");       // 25 contracts
  settings_.instruments[0].second.position_short_max = size(12'345, 8, "BTC");  // 0.012345
  settings_.instruments[1].second.position_long_max = size(1'050, 0, "USD");    // 10.5 contracts
  settings_.instruments[2].second.order_quantity_max = size(1, 2, "BTC");
  const auto table = build();
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->of_instrument(linear_).order_quantity_max, Quantity{150});
  EXPECT_EQ(table->of_instrument(linear_).position_long_max, Quantity{2'500});
  EXPECT_EQ(table->of_instrument(linear_).position_short_max, Quantity{1});
  EXPECT_EQ(table->of_instrument(inverse_).position_long_max, Quantity{10});
  EXPECT_EQ(table->of_instrument(coin_).order_quantity_max, Quantity{1'000'000});
}

TEST_F(LimitTableTest, TheTighterOfAccountAndInstrumentBinds) {
  settings_.account.order_notional_max = Decimal{5'000, 0};
  settings_.account.price_collar_ppm = 2'000;
  settings_.instruments = {{"BTC-USDT-SWAP", {}}, {"BTC-USD-SWAP", {}}};
  settings_.instruments[0].second.order_notional_max = Decimal{10'005, 1};
  settings_.instruments[1].second.order_notional_max = Decimal{9'000, 0};
  const auto table = build();
  ASSERT_TRUE(table);
  EXPECT_EQ(to_string({table->of_instrument(linear_).order_notional_max, {}}), "1000.5");
  EXPECT_EQ(to_string({table->of_instrument(inverse_).order_notional_max, {}}), "5000");
  EXPECT_EQ(table->of_instrument(linear_).price_collar_ppm, 2'000u);
}

TEST_F(LimitTableTest, ASizeInAForeignUnitAllowsNothingAndRefusesToTrade) {
  settings_.strategies = {{"quotes", {}}};
  settings_.strategies[0].second.position_long_max = size(10, 0, "");
  auto table = build();
  ASSERT_TRUE(table);
  EXPECT_EQ(table->of_strategy({0}, coin_).position_long_max, Quantity{0});
  EXPECT_TRUE(table->permit({0}, instruments_[linear_]));
  const auto refused = table->permit({0}, instruments_[coin_]);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("position_long_max"), std::string::npos);
  EXPECT_NE(refused.error().message.find("BTC-USDT"), std::string::npos);
  EXPECT_FALSE(table->permits({0}, coin_));
  EXPECT_TRUE(table->permit({1}, instruments_[coin_]));
}

TEST_F(LimitTableTest, UnknownNamesAreErrors) {
  settings_.instruments = {{"BTC-USDT-SWAPP", {}}};
  EXPECT_EQ(build().error().message, "risk.instrument.BTC-USDT-SWAPP: no such instrument");
  settings_.instruments.clear();
  settings_.strategies = {{"quote", {}}};
  EXPECT_EQ(build().error().message, "risk.strategy.quote: no such strategy");
}

TEST_F(LimitTableTest, ConversionIsRoundedAwayFromZeroAndNeverGuessed) {
  const CurrencyId usdt = currencies_.find("USDT");
  const CurrencyId btc = currencies_.find("BTC");
  ConversionTable table(usdt, currencies_.size());
  const Timestamp now{1'000};
  EXPECT_EQ(table.convert({7, usdt}, now)->raw, 7);
  EXPECT_FALSE(table.convert({7, btc}, now));
  table.set(btc, {-1, usdt}, now);
  EXPECT_FALSE(table.convert({7, btc}, now));
  table.set(btc, *parse_amount("0.3", usdt), now);
  EXPECT_EQ(table.convert({7, btc}, now)->raw, 3);  // 2.1
  EXPECT_EQ(table.convert({-7, btc}, now)->raw, -3);
  EXPECT_EQ(table.convert({7, btc}, now)->currency, usdt);
  EXPECT_FALSE(table.convert({7, CurrencyId{}}, now));
  EXPECT_FALSE(table.convert({7, btc}, now + seconds(61)));
  table.set(btc, *parse_amount("100000000", usdt), now);
  EXPECT_FALSE(table.convert({static_cast<__int128>(1) << 120, btc}, now));  // beyond an Amount
}

TEST_F(LimitTableTest, WhatTheAccountsModeSaysOutlivesAChangeOfLimits) {
  settings_.venue_reduces = false;  // portfolio margin
  const auto before = build();
  ASSERT_TRUE(before);
  settings_.venue_reduces = true;  // no key: what a change is built from does not know
  auto after = build();
  ASSERT_TRUE(after);
  ASSERT_TRUE(after->permit_like(*before, instruments_));
  EXPECT_FALSE(after->venue_reduces(InstrumentKind::Swap));
}

}  // namespace
}  // namespace gannet::risk
