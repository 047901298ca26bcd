#include "domain/notional.h"

#include <gtest/gtest.h>

#include "domain/exact_math.h"
#include "domain/instrument_table.h"
#include "support/instrument_samples.h"

namespace gannet {
namespace {

class NotionalTest : public testing::Test {
 protected:
  std::string text(const Amount& amount) const { return to_string(amount); }
  Amount amount(std::string_view digits) const { return *parse_amount(digits, {}); }
  /// |a - b| <= 10^-15 |b|.
  void expect_close(const Amount& a, std::string_view b) const {
    const Amount expected = amount(b);
    const Int128 difference = a.raw < expected.raw ? expected.raw - a.raw : a.raw - expected.raw;
    const Int128 size = expected.raw < 0 ? -expected.raw : expected.raw;
    // The recorded text has 16 decimals: half of the last one is its own error.
    EXPECT_LE(difference, size / 1'000'000'000'000'000 + 50) << text(a) << " against " << b;
  }

  CurrencyTable currencies_;
  Instrument linear_ = test::linear_swap(currencies_);
  Instrument inverse_ = test::inverse_swap(currencies_);
  Instrument spot_ = test::spot(currencies_);
  Instrument option_ = test::option(currencies_);
};

TEST_F(NotionalTest, LinearIsPriceTimesQuantityTimesContractValue) {
  // 91957.1 x 2.5 contracts x 0.01
  const Amount value = order_notional(linear_, Price{91'957'100}, Quantity{250});
  EXPECT_EQ(text(value), "2298.9275");
  EXPECT_EQ(value.currency, linear_.settle);
}

TEST_F(NotionalTest, InverseIsFaceOverPriceRoundedUp) {
  const Amount value = order_notional(inverse_, Price{91'957'100}, Quantity{1});
  EXPECT_EQ(text(value), "0.001087463610748926");  // 100 / 91957.1 = 0.0010874636107489253...
  EXPECT_EQ(value.currency, inverse_.settle);
}

TEST_F(NotionalTest, SpotAndOptionIgnoreAndApplyTheContract) {
  EXPECT_EQ(text(order_notional(spot_, Price{91'957'100}, Quantity{150'000'000})), "137935.65");
  // 0.05 BTC x 3 contracts x 1 x 0.01
  EXPECT_EQ(text(order_notional(option_, Price{50'000}, Quantity{3})), "0.0015");
}

TEST_F(NotionalTest, NeverZeroForWhatCannotBeValued) {
  EXPECT_EQ(order_notional(linear_, Price{0}, Quantity{1}).raw, kInt128Max);
  EXPECT_EQ(order_notional(linear_, Price{-5}, Quantity{1}).raw, kInt128Max);
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(order_notional(linear_, Price{kMax}, Quantity{kMax}).raw, kInt128Max);
  EXPECT_GT(order_notional(inverse_, Price{kMax}, Quantity{1}).raw, 0);  // rounds away from zero
}

// Recorded: LTC-USDT-SWAP, one contract of 0.001 LTC at 68.24, mark 68.24.
TEST_F(NotionalTest, RecordedLinearPositionToTheDigit) {
  Instrument ltc = linear_;
  ltc.price_digits = 4;
  ltc.quantity_digits = 0;
  ltc.tick_size = {100};
  ltc.contract_value = {1, 3};
  const Price price{682'400};
  const FillResult opened = apply_fill(ltc, {}, Side::Buy, price, Quantity{1});
  const Amount value = order_notional(ltc, price, Quantity{1});
  EXPECT_EQ(text(value), "0.06824");
  EXPECT_EQ(text({value.raw * 5 / 10'000, {}}), "0.00003412");   // the fee paid
  EXPECT_EQ(text({value.raw * 65 / 10'000, {}}), "0.00044356");  // maintenance margin
  expect_close({value.raw / 3, {}}, "0.0227466666666667");       // initial margin at 3x
  EXPECT_EQ(text(unrealised_pnl(ltc, opened.position, price)), "0");
  EXPECT_EQ(text(average_entry_price(ltc, opened.position)), "68.24");
  EXPECT_EQ(opened.realised_pnl.raw, 0);
}

// Recorded: BTC-USD-SWAP, one contract of 100 USD at 91957.1, mark 92057.4.
TEST_F(NotionalTest, RecordedInversePositionToTheLastDigits) {
  const Price entry{91'957'100};
  const Price mark{92'057'400};
  const FillResult opened = apply_fill(inverse_, {}, Side::Buy, entry, Quantity{1});
  expect_close(unrealised_pnl(inverse_, opened.position, mark), "0.0000011848325084");
  expect_close(average_entry_price(inverse_, opened.position), "91957.1");
  const Amount at_mark = order_notional(inverse_, mark, Quantity{1});
  const Amount at_entry = order_notional(inverse_, entry, Quantity{1});
  expect_close({at_mark.raw / 20, {}}, "0.000054313938912");
  expect_close({at_mark.raw * 4 / 1'000, {}}, "0.000004345115113");
  expect_close({at_entry.raw * 5 / 10'000, {}}, "0.0000005437318054");
}

// Recorded: ETH-USDT-SWAP long 0.1 contracts of 0.1 ETH, 3226.93 to 3224.8.
TEST_F(NotionalTest, RecordedRealisedLossToTheDigit) {
  Instrument eth = linear_;
  eth.price_digits = 4;
  eth.quantity_digits = 2;
  eth.contract_value = {1, 1};
  EXPECT_EQ(text(realised_pnl(eth, Side::Buy, Price{32'269'300}, Price{32'248'000}, Quantity{10})),
            "-0.0213");
}

TEST_F(NotionalTest, LinearAverageIsVolumeWeighted) {
  PositionCost position;
  position = apply_fill(linear_, position, Side::Buy, Price{100'000}, Quantity{100}).position;
  position = apply_fill(linear_, position, Side::Buy, Price{103'000}, Quantity{200}).position;
  EXPECT_EQ(text(average_entry_price(linear_, position)), "102");
  EXPECT_EQ(text(unrealised_pnl(linear_, position, Price{105'000})), "0.09");
}

TEST_F(NotionalTest, InverseAverageIsHarmonic) {
  PositionCost position;
  position = apply_fill(inverse_, position, Side::Sell, Price{40'000'000}, Quantity{1}).position;
  position = apply_fill(inverse_, position, Side::Sell, Price{60'000'000}, Quantity{1}).position;
  expect_close(average_entry_price(inverse_, position), "48000");
  // Short, closed at the average: no profit; below it: profit in coin.
  EXPECT_EQ(text(unrealised_pnl(inverse_, position, Price{48'000'000})), "0");
  EXPECT_EQ(text(unrealised_pnl(inverse_, position, Price{40'000'000})), "0.000833333333333333");
}

TEST_F(NotionalTest, PartialClosesTakeTheirShareOfCost) {
  PositionCost position;
  position = apply_fill(linear_, position, Side::Buy, Price{100'000}, Quantity{100}).position;
  position = apply_fill(linear_, position, Side::Buy, Price{103'000}, Quantity{200}).position;
  const FillResult part = apply_fill(linear_, position, Side::Sell, Price{110'000}, Quantity{100});
  EXPECT_EQ(text(part.realised_pnl), "0.08");
  EXPECT_EQ(text(average_entry_price(linear_, part.position)), "102");
  const FillResult rest =
      apply_fill(linear_, part.position, Side::Sell, Price{90'000}, Quantity{200});
  EXPECT_EQ(text(rest.realised_pnl), "-0.24");
  EXPECT_EQ(rest.position.quantity.raw, 0);
  EXPECT_EQ(rest.position.cost, 0);
  EXPECT_EQ(average_entry_price(linear_, rest.position).raw, 0);
}

TEST_F(NotionalTest, AFillThatTurnsThePositionClosesAllAndOpensTheRest) {
  for (const Instrument* instrument : {&linear_, &inverse_}) {
    PositionCost position;
    position =
        apply_fill(*instrument, position, Side::Buy, Price{50'000'000}, Quantity{3}).position;
    const FillResult turned =
        apply_fill(*instrument, position, Side::Sell, Price{60'000'000}, Quantity{5});
    EXPECT_EQ(turned.position.quantity.raw, -2);
    expect_close(average_entry_price(*instrument, turned.position), "60000");
    EXPECT_EQ(turned.realised_pnl, realised_pnl(*instrument, Side::Buy, Price{50'000'000},
                                                Price{60'000'000}, Quantity{3}));
    EXPECT_GT(turned.realised_pnl.raw, 0);
  }
}

TEST_F(NotionalTest, ShortsGainWhenThePriceFalls) {
  EXPECT_EQ(text(realised_pnl(linear_, Side::Sell, Price{100'000}, Price{90'000}, Quantity{100})),
            "0.1");
  EXPECT_GT(realised_pnl(inverse_, Side::Sell, Price{100'000}, Price{90'000}, Quantity{100}).raw,
            0);
}

TEST_F(NotionalTest, APositionToldByTheVenueHasItsAverage) {
  for (const Instrument* instrument : {&linear_, &inverse_}) {
    for (const std::int64_t quantity : {7, -7}) {
      const PositionCost position =
          position_at(*instrument, Quantity{quantity}, amount("91957.123456789"));
      expect_close(average_entry_price(*instrument, position),
                   instrument == &linear_ ? "91957.123428571428571429" : "91957.123456789");
    }
  }
}

TEST_F(NotionalTest, NonsenseFillsChangeNothing) {
  const PositionCost position{Quantity{5}, 500};
  for (const Price price : {Price{0}, Price{-1}}) {
    EXPECT_EQ(apply_fill(linear_, position, Side::Sell, price, Quantity{1}).position.quantity.raw,
              5);
  }
  EXPECT_EQ(apply_fill(linear_, position, Side::Sell, Price{1}, Quantity{-1}).position.cost, 500);
}

TEST_F(NotionalTest, AbsurdFillsSaturateAndNeverWrap) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  for (const Instrument* instrument : {&linear_, &inverse_}) {
    PositionCost position;
    for (int i = 0; i < 4; ++i) {
      position = apply_fill(*instrument, position, Side::Buy, Price{kMax}, Quantity{kMax}).position;
    }
    EXPECT_EQ(position.quantity.raw, kMax);
    EXPECT_GT(position.cost, 0);
    apply_fill(*instrument, position, Side::Sell, Price{1}, Quantity{kMax});
    unrealised_pnl(*instrument, position, Price{1});
    average_entry_price(*instrument, position);
  }
}

TEST_F(NotionalTest, ValidateAcceptsTheSamplesAndNamesEachFault) {
  for (const Instrument* instrument : {&linear_, &inverse_, &spot_, &option_}) {
    EXPECT_TRUE(validate(*instrument)) << instrument->name.view();
  }
  const auto fault = [&](auto change) {
    Instrument instrument = linear_;
    change(instrument);
    const auto result = validate(instrument);
    return result ? "fine" : name_of(result.error());
  };
  EXPECT_EQ(fault([](Instrument& i) { i.price_digits = 19; }), "bad_digits");
  EXPECT_EQ(fault([](Instrument& i) { i.tick_size = {0}; }), "bad_tick");
  EXPECT_EQ(fault([](Instrument& i) { i.lot_size = {-1}; }), "bad_lot");
  EXPECT_EQ(fault([](Instrument& i) { i.maximum_limit_quantity = {-1}; }), "bad_lot");
  EXPECT_EQ(fault([](Instrument& i) { i.contract_value = {0, 0}; }), "bad_contract");
  EXPECT_EQ(fault([](Instrument& i) { i.contract = ContractKind::None; }), "bad_contract");
  EXPECT_EQ(fault([](Instrument& i) {
              i.price_digits = i.quantity_digits = 18;
              i.contract_value = i.contract_multiplier = {1, 18};
            }),
            "too_wide");
}

}  // namespace
}  // namespace gannet
