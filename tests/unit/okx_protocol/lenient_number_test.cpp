#include "gateway/okx/protocol/lenient_number.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>

namespace gannet::okx {
namespace {

// RELIABILITY D, fault 35: exponents, 30-digit decimals, negative zero, numbers of every spelling.

TEST(ExactUnits, ReadsPlainDecimals) {
  EXPECT_EQ(exact_units("61250.2", 3), 61'250'200);
  EXPECT_EQ(exact_units("0.00000001", 8), 1);
  EXPECT_EQ(exact_units("-1.5", 1), -15);
  EXPECT_EQ(exact_units("7", 0), 7);
  EXPECT_EQ(exact_units("0.0000000001", 10), 1);
}

TEST(ExactUnits, UnderstandsExponents) {
  EXPECT_EQ(exact_units("2E+1", 1), 200);
  EXPECT_EQ(exact_units("1e-7", 8), 10);
  EXPECT_EQ(exact_units("12.5e2", 0), 1'250);
  EXPECT_EQ(exact_units("0e9999999999", 3), 0);
}

TEST(ExactUnits, TakesThirtyDecimalsWhenTheyAreZeros) {
  EXPECT_EQ(exact_units("100.000000000000000000000000000000", 2), 10'000);
  EXPECT_EQ(exact_units("0.100000000000000000000000000001", 2).error(), DecodeError::TooPrecise);
}

TEST(ExactUnits, TakesNegativeZeroForZero) {
  EXPECT_EQ(exact_units("-0", 3), 0);
  EXPECT_EQ(exact_units("-0.000", 1), 0);
}

TEST(ExactUnits, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", ".", "1e", "1e+", "e5", "x", "1x", "1.2.3", "--1", "0x10",
                           "NaN", "inf", " 1", "1 "}) {
    EXPECT_EQ(exact_units(text, 3).error(), DecodeError::BadNumber) << '"' << text << '"';
  }
}

TEST(ExactUnits, RefusesWhatDoesNotFit) {
  EXPECT_EQ(exact_units("9999999999999999", 8).error(), DecodeError::OutOfRange);
  EXPECT_EQ(exact_units("1e400", 0).error(), DecodeError::OutOfRange);
  EXPECT_EQ(exact_units("9223372036854775807", 0), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(exact_units("9223372036854775808", 0).error(), DecodeError::OutOfRange);
}

TEST(ExactUnits, AgreesWithTheDomainsParserOnPlainNumbers) {
  std::mt19937_64 random(35);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    const auto whole = 1 + random() % 12;
    for (std::uint64_t d = 0; d < whole; ++d) text += static_cast<char>('0' + random() % 10);
    if (random() % 3 != 0) {
      text += '.';
      const auto decimals = 1 + random() % 12;
      for (std::uint64_t d = 0; d < decimals; ++d) text += static_cast<char>('0' + random() % 3);
    }
    const int digits = static_cast<int>(random() % 13);
    const auto ours = exact_units(text, digits);
    const auto theirs = parse_units(text, digits);
    ASSERT_EQ(ours.has_value(), theirs.has_value()) << text << " at " << digits;
    if (ours) {
      ASSERT_EQ(*ours, *theirs) << text << " at " << digits;
    }
  }
}

TEST(RoundedUnits, RoundsAsNamed) {
  EXPECT_EQ(rounded_units("1.25", 1, Rounding::Nearest), 13);
  EXPECT_EQ(rounded_units("1.249", 1, Rounding::Nearest), 12);
  EXPECT_EQ(rounded_units("-1.25", 1, Rounding::Nearest), -13);
  EXPECT_EQ(rounded_units("1.21", 1, Rounding::Up), 13);
  EXPECT_EQ(rounded_units("-1.21", 1, Rounding::Down), -13);
  EXPECT_EQ(rounded_units("-1.21", 1, Rounding::Up), -12);
  EXPECT_EQ(rounded_units("41256.123456789012345678901234567890", 3, Rounding::Nearest),
            41'256'123);
  EXPECT_EQ(rounded_units("0.0000000000000000000000000001", 2, Rounding::Up), 1);
}

TEST(ClampedUnits, ClampsTheVenuesMaxima) {
  EXPECT_EQ(clamped_units("9999999999999999", 8), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(clamped_units("100000000.0000000000000000", 2), 10'000'000'000);
  EXPECT_EQ(clamped_units("-1", 0).error(), DecodeError::OutOfRange);
}

TEST(Decimals, AreCountedWithoutTrailingZeros) {
  EXPECT_EQ(decimals_of("0.0100"), 2);
  EXPECT_EQ(decimals_of("1e-7"), 7);
  EXPECT_EQ(decimals_of("2E+1"), 0);
  EXPECT_EQ(decimals_of("0"), 0);
  EXPECT_EQ(decimal("0.10"), (Decimal{1, 1}));
  EXPECT_EQ(decimal("100"), (Decimal{100, 0}));
}

TEST(TimestampFromMillis, RefusesMomentsThatDoNotFit) {
  EXPECT_EQ(timestamp_from_millis("1795430400100")->nanos, 1'795'430'400'100'000'000);
  EXPECT_EQ(timestamp_from_millis("-1").error(), DecodeError::OutOfRange);
  EXPECT_EQ(timestamp_from_millis("9223372036854775807").error(), DecodeError::OutOfRange);
  EXPECT_EQ(timestamp_from_millis("1.5").error(), DecodeError::BadNumber);
}

}  // namespace
}  // namespace gannet::okx
