#include "domain/exact_math.h"

#include <gtest/gtest.h>

#include <random>

namespace gannet {
namespace {

TEST(ExactMath, RoundsOnceInTheNamedDirection) {
  EXPECT_EQ(mul_div(7, 1, 2, Rounding::Down), Int128{3});
  EXPECT_EQ(mul_div(7, 1, 2, Rounding::Up), Int128{4});
  EXPECT_EQ(mul_div(7, 1, 2, Rounding::Nearest), Int128{4});
  EXPECT_EQ(mul_div(-7, 1, 2, Rounding::Down), Int128{-4});
  EXPECT_EQ(mul_div(-7, 1, 2, Rounding::Up), Int128{-3});
  EXPECT_EQ(mul_div(7, 1, -2, Rounding::Nearest), Int128{-4});
  EXPECT_EQ(mul_div(5, 1, 4, Rounding::Nearest), Int128{1});
  EXPECT_EQ(mul_div(0, 5, 7, Rounding::Up), Int128{0});
}

TEST(ExactMath, IsExactBeyond127BitsInBetween) {
  const Int128 big = wide_power_of_ten(30);
  EXPECT_EQ(mul_div(big, big, big, Rounding::Down), big);
  EXPECT_EQ(mul_div(big + 1, big - 1, big, Rounding::Up), big);
  EXPECT_EQ(mul_div(big + 1, big - 1, big, Rounding::Down), big - 1);
  EXPECT_EQ(mul_div(-big, big, big, Rounding::Nearest), -big);
  EXPECT_EQ(mul_div(kInt128Max, kInt128Max, kInt128Max, Rounding::Up), kInt128Max);
}

TEST(ExactMath, SaysWhenTheResultDoesNotFit) {
  EXPECT_FALSE(mul_div(wide_power_of_ten(30), wide_power_of_ten(30), 1, Rounding::Down));
  EXPECT_FALSE(mul_div(kInt128Max, 2, 1, Rounding::Down));
  EXPECT_FALSE(mul_div(kInt128Max, kInt128Max, 3, Rounding::Down));
}

TEST(ExactMath, WideAndNarrowWaysAgree) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto narrow = [&] { return static_cast<Int128>(random() >> (random() % 40)); };
    const Int128 a = narrow(), b = narrow(), c = narrow() + 1;
    // Both factors and the divisor scaled by 10^18: the product needs the wide way.
    const Int128 k = wide_power_of_ten(18);
    for (const Rounding rounding : {Rounding::Down, Rounding::Up, Rounding::Nearest}) {
      ASSERT_EQ(mul_div(a, b, c, rounding), mul_div(a * k, b, c * k, rounding));
    }
  }
}

TEST(ExactMath, WideProductsAreDividedAlikeByNarrowAndWideDivisors) {
  std::mt19937_64 random(2);
  int wide = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Int128 a = (static_cast<Int128>(random()) << 20) + static_cast<Int128>(random() >> 44);
    const Int128 b = static_cast<Int128>(random() >> (random() % 8));
    const Int128 c = static_cast<Int128>(random() >> (random() % 24)) + 1;
    // Scaled by 2^30 the divisor is beyond 64 bits, and the quotient is the same.
    const Int128 k = Int128{1} << 30;
    for (const Rounding rounding : {Rounding::Down, Rounding::Up, Rounding::Nearest}) {
      const auto narrow = mul_div(a, b, c, rounding);
      ASSERT_EQ(narrow, mul_div(a, b * k, c * k, rounding));
      wide += narrow ? 1 : 0;
    }
  }
  EXPECT_GT(wide, 30'000);
}

TEST(ExactMath, SumsStopAtTheEndOfTheRange) {
  EXPECT_EQ(add_saturating(kInt128Max, 1), kInt128Max);
  EXPECT_EQ(add_saturating(-kInt128Max, -1), -kInt128Max);
  EXPECT_EQ(add_saturating(-kInt128Max, kInt128Max), 0);
}

}  // namespace
}  // namespace gannet
