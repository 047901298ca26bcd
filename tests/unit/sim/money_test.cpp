#include "sim/money.h"

#include <gtest/gtest.h>

#include "sim/positions.h"

namespace gannet::sim {
namespace {

Instrument contract(ContractKind kind, int price_digits, int quantity_digits, Decimal value) {
  Instrument instrument;
  instrument.kind = InstrumentKind::Swap;
  instrument.contract = kind;
  instrument.price_digits = static_cast<std::uint8_t>(price_digits);
  instrument.quantity_digits = static_cast<std::uint8_t>(quantity_digits);
  instrument.contract_value = value;
  return instrument;
}

std::string text(__int128 money) { return to_string(Amount{money, {}}); }

TEST(Money, MultiplyDivideKeepsAllDigitsOfTheProduct) {
  const __int128 big = static_cast<__int128>(1'000'000'000'000'000'000) * 1'000'000'000'000'000;
  EXPECT_EQ(multiply_divide(big, big, big), big);
  EXPECT_EQ(multiply_divide(-big, 7, 2), -(big / 2 * 7));
  EXPECT_EQ(multiply_divide(7, 1, 2), 3);
  EXPECT_EQ(multiply_divide(7, 1, 2, true), 4);
  EXPECT_EQ(multiply_divide(-7, 1, 2), -3);
  EXPECT_EQ(multiply_divide(big, big, 1), std::nullopt);
  // A divisor beyond 64 bits goes the long way.
  EXPECT_EQ(multiply_divide(big, big - 1, big + 1), big - 2);
}

TEST(Money, LinearValueIsExact) {
  const ValueTerms terms = value_terms(contract(ContractKind::Linear, 4, 0, {1, 3}));
  const Cost value = value_at(terms, {682'400}, {1}).value();  // 1 x 0.001 x 68.24
  EXPECT_EQ(text(money_of(value)), "0.06824");
  EXPECT_EQ(text(fee_on(money_of(value), 500'000)), "0.00003412");  // a recorded LTC-USDT-SWAP fee
}

// A recorded BTC-USD-SWAP position: one contract of 100 USD, bought at 91957.1, mark 92057.4,
// leverage 20.
TEST(Money, InversePositionHasTheRecordedFigures) {
  const ValueTerms terms = value_terms(contract(ContractKind::Inverse, 3, 0, {100, 0}));
  Position position;
  const Cost value = value_at(terms, {91'957'100}, {1}).value();
  book_match(position, terms, Side::Buy, {1}, value);
  EXPECT_EQ(text(average_price(terms, position.quantity.raw, position.cost)), "91957.1");
  EXPECT_EQ(text(unrealised(position, terms, {92'057'400})).substr(0, 17), "0.000001184832508");
  EXPECT_EQ(text(fee_on(money_of(value), 500'000)).substr(0, 17), "0.000000543731805");
  const __int128 at_mark = money_of(position_value(position, terms, {92'057'400}));
  EXPECT_EQ(text(at_mark / 20).substr(0, 16), "0.00005431393891");
  EXPECT_EQ(text(fee_on(at_mark, 4'000'000)).substr(0, 16), "0.00000434511511");
}

TEST(Money, InverseAverageIsTheHarmonicMean) {
  const ValueTerms terms = value_terms(contract(ContractKind::Inverse, 3, 0, {100, 0}));
  Position position;
  book_match(position, terms, Side::Buy, {1}, value_at(terms, {50'000'000}, {1}).value());
  book_match(position, terms, Side::Buy, {1}, value_at(terms, {75'000'000}, {1}).value());
  EXPECT_EQ(text(average_price(terms, 2, position.cost)), "60000");
  // Selling both at 60000 earns nothing; at 100000, 200 x (1/60000 - 1/100000) coins.
  Position twin = position;
  book_match(twin, terms, Side::Sell, {2}, value_at(terms, {60'000'000}, {2}).value());
  EXPECT_EQ(twin.quantity.raw, 0);
  EXPECT_EQ(twin.realised, 0);
  book_match(position, terms, Side::Sell, {2}, value_at(terms, {100'000'000}, {2}).value());
  EXPECT_EQ(text(position.realised), "0.001333333333333333");
}

TEST(Money, CrossingZeroClosesThenOpensAtTheMatch) {
  const ValueTerms terms = value_terms(contract(ContractKind::Linear, 3, 2, {1, 2}));
  Position position;
  const auto match = [&](Side side, std::int64_t price, std::int64_t quantity) {
    return book_match(position, terms, side, {quantity},
                      value_at(terms, {price}, {quantity}).value());
  };
  match(Side::Buy, 60'000'000, 300);
  match(Side::Buy, 61'500'000, 100);
  EXPECT_EQ(text(average_price(terms, 400, position.cost)), "60375");
  match(Side::Sell, 61'000'000, 100);  // (61000 - 60375) x 1 x 0.01
  EXPECT_EQ(text(position.realised), "6.25");
  EXPECT_EQ(text(average_price(terms, 300, position.cost)), "60375");
  match(Side::Sell, 60'000'000, 500);  // three closed at a loss of 3 x 3.75, two opened short
  EXPECT_EQ(text(position.realised), "-5");
  EXPECT_EQ(position.quantity.raw, -200);
  EXPECT_EQ(text(average_price(terms, -200, position.cost)), "60000");
  EXPECT_EQ(text(unrealised(position, terms, {59'000'000})), "20");
}

}  // namespace
}  // namespace gannet::sim
