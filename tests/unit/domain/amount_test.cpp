#include "domain/amount.h"

#include <gtest/gtest.h>

namespace gannet {
namespace {

std::string round_trip(std::string_view text) {
  const auto amount = parse_amount(text, CurrencyId{3});
  return amount ? to_string(*amount) : "refused";
}

TEST(Amount, ReadsAndWritesPlainDecimals) {
  EXPECT_EQ(round_trip("0"), "0");
  EXPECT_EQ(round_trip("-0"), "0");
  EXPECT_EQ(round_trip("12.50"), "12.5");
  EXPECT_EQ(round_trip("-0.000000000000000001"), "-0.000000000000000001");
  EXPECT_EQ(round_trip("100"), "100");
  EXPECT_EQ(round_trip("0.1"), "0.1");
  EXPECT_EQ(parse_amount("1", CurrencyId{3})->currency, CurrencyId{3});
}

TEST(Amount, CutsDecimalsBeyondTheEighteenthTowardsZero) {
  EXPECT_EQ(round_trip("29786.5999999999789081085"), "29786.599999999978908108");
  EXPECT_EQ(round_trip("-0.0000000000000000019"), "-0.000000000000000001");
  EXPECT_EQ(round_trip("0.0000000000000000009"), "0");
}

TEST(Amount, UnderstandsExponents) {
  EXPECT_EQ(round_trip("2E+1"), "20");
  EXPECT_EQ(round_trip("1e-7"), "0.0000001");
  EXPECT_EQ(round_trip("-3.416e-5"), "-0.00003416");
  EXPECT_EQ(round_trip("1.5e2"), "150");
  EXPECT_EQ(round_trip("5e-19"), "0");
  EXPECT_EQ(round_trip("0e999999999"), "0");
}

TEST(Amount, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", "+1", ".5", "5.", "1e", "1e+", "1e1.5", "0x10", "nan", "inf",
                           "1 ", " 1", "1,000", "--1", "1e--1"}) {
    const auto amount = parse_amount(text, {});
    ASSERT_FALSE(amount) << text;
    EXPECT_EQ(amount.error(), ParseError::NotANumber) << text;
  }
}

TEST(Amount, RefusesWhatDoesNotFit) {
  EXPECT_TRUE(parse_amount("170000000000000000000", {}));
  for (const char* text :
       {"171000000000000000000", "1e21", "9999999999999999999999999", "1e99999", "-1e2147483648"}) {
    const auto amount = parse_amount(text, {});
    ASSERT_FALSE(amount) << text;
    EXPECT_EQ(amount.error(), ParseError::OutOfRange) << text;
  }
}

TEST(Amount, GoesToDoubleForDisplay) {
  EXPECT_DOUBLE_EQ(to_double(*parse_amount("-1234.5", {})), -1234.5);
}

}  // namespace
}  // namespace gannet
