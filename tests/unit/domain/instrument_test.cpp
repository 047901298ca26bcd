#include "domain/instrument.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "domain/instrument_table.h"
#include "support/instrument_samples.h"

namespace gannet {
namespace {

Instrument with_tick(std::int64_t tick) {
  Instrument instrument;
  instrument.tick_size = {tick};
  instrument.price_digits = 3;
  return instrument;
}

TEST(RoundToTick, PutsAnExactPriceOnTheGrid) {
  const Instrument i = with_tick(500);
  struct Case {
    std::int64_t price, down, up, nearest;
  };
  for (const Case& c : std::vector<Case>{{1000, 1000, 1000, 1000},
                                         {1001, 1000, 1500, 1000},
                                         {1249, 1000, 1500, 1000},
                                         {1250, 1000, 1500, 1500},
                                         {1499, 1000, 1500, 1500},
                                         {0, 0, 0, 0},
                                         {-1, -500, 0, 0},
                                         {-250, -500, 0, -500},
                                         {-1250, -1500, -1000, -1500}}) {
    EXPECT_EQ(round_to_tick(i, Price{c.price}, Rounding::Down).raw, c.down) << c.price;
    EXPECT_EQ(round_to_tick(i, Price{c.price}, Rounding::Up).raw, c.up) << c.price;
    EXPECT_EQ(round_to_tick(i, Price{c.price}, Rounding::Nearest).raw, c.nearest) << c.price;
  }
}

TEST(RoundToTick, StaysInRangeAtTheEnds) {
  const Instrument i = with_tick(500);
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(round_to_tick(i, Price{kMax}, Rounding::Up).raw, kMax / 500 * 500);
  EXPECT_GE(round_to_tick(i, Price{-kMax - 1}, Rounding::Down).raw, -kMax - 1);
  EXPECT_EQ(round_to_tick(with_tick(0), Price{77}, Rounding::Up).raw, 77);
}

TEST(RoundToTick, DoubleNoiseDoesNotCostATick) {
  const Instrument i = with_tick(100);  // 0.1 at three digits
  EXPECT_EQ(round_to_tick(i, 0.1 + 0.2, Rounding::Down)->raw, 300);
  EXPECT_EQ(round_to_tick(i, 0.3, Rounding::Down)->raw, 300);
  EXPECT_EQ(round_to_tick(i, 0.1 + 0.2, Rounding::Up)->raw, 300);
  EXPECT_EQ(round_to_tick(i, 91957.14, Rounding::Down)->raw, 91957100);
  EXPECT_EQ(round_to_tick(i, 91957.15, Rounding::Nearest)->raw, 91957200);
}

TEST(RoundToTick, RefusesWhatIsNoPrice) {
  const Instrument i = with_tick(100);
  EXPECT_EQ(round_to_tick(i, std::nan(""), Rounding::Down).error(), ParseError::NotANumber);
  EXPECT_EQ(round_to_tick(i, HUGE_VAL, Rounding::Down).error(), ParseError::NotANumber);
  EXPECT_EQ(round_to_tick(i, 1e17, Rounding::Down).error(), ParseError::OutOfRange);
  EXPECT_EQ(round_to_tick(i, -1e17, Rounding::Down).error(), ParseError::OutOfRange);
}

TEST(InstrumentTable, FindsByNameAndId) {
  CurrencyTable currencies;
  InstrumentTable table;
  EXPECT_FALSE(table.find("BTC-USDT").valid());
  const InstrumentId swap = table.add(test::linear_swap(currencies));
  const InstrumentId coin = table.add(test::spot(currencies));
  EXPECT_EQ(table.find("BTC-USDT-SWAP"), swap);
  EXPECT_EQ(table.find("BTC-USDT"), coin);
  EXPECT_EQ(table[coin].id, coin);
  EXPECT_FALSE(table.find("BTC-USD").valid());
  EXPECT_FALSE(table.find("").valid());
  EXPECT_FALSE(table.contains(InstrumentId{}));
}

TEST(InstrumentTable, TheFirstRowOfANameWinsHoweverLargeTheTableGrows) {
  CurrencyTable currencies;
  InstrumentTable table;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 1'000; ++i) {
      table.add(test::spot(currencies, "C" + std::to_string(i) + "-USDT"));
    }
  }
  ASSERT_EQ(table.size(), 2'000u);
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    ASSERT_EQ(table.find("C" + std::to_string(i) + "-USDT").value, i);
  }
}

TEST(CurrencyTable, GivesEachNameOneId) {
  CurrencyTable table;
  const CurrencyId btc = table.intern("BTC");
  EXPECT_EQ(table.intern("USDT").value, 1);
  EXPECT_EQ(table.intern("BTC"), btc);
  EXPECT_EQ(table.find("USDT").value, 1);
  EXPECT_FALSE(table.find("EUR").valid());
  EXPECT_EQ(table.name(btc), "BTC");
  EXPECT_EQ(table.name(CurrencyId{}), "");
}

}  // namespace
}  // namespace gannet
