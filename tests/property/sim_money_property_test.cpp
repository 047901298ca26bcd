// The exchange's wide arithmetic against a library's, over random widths.

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>

#include "sim/money.h"
#include "sim/random.h"

namespace gannet::sim {
namespace {

using Big = boost::multiprecision::cpp_int;

__int128 random_value(Random& random, std::uint64_t most_bits) {
  const std::uint64_t bits = random.below(most_bits) + 1;
  unsigned __int128 value = random.next();
  value = value << 64 | random.next();
  value >>= 128 - bits;
  if (random.below(8) == 0) value |= static_cast<unsigned __int128>(1) << (bits - 1);
  return static_cast<__int128>(value);
}

Big big(__int128 value) {
  const bool negative = value < 0;
  const auto size =
      negative ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
  Big result = static_cast<std::uint64_t>(size >> 64);
  result = (result << 64) + static_cast<std::uint64_t>(size);
  return negative ? Big(-result) : result;
}

TEST(SimMoney, MultiplyDivideAgreesWithALibrary) {
  Random random(1);
  const Big most = (Big(1) << 127) - 1;
  int fitting = 0;
  for (int i = 0; i < 200'000; ++i) {
    const __int128 a = random_value(random, 127) * (random.below(2) == 0 ? 1 : -1);
    const __int128 b = random_value(random, 127);
    const __int128 divisor = std::max<__int128>(random_value(random, 127), 1);
    const bool up = random.below(2) == 0;
    const Big product = big(a) * big(b);
    Big expected = product / big(divisor);
    if (up && product % big(divisor) != 0) expected += product < 0 ? -1 : 1;
    const auto result = multiply_divide(a, b, divisor, up);
    if (!result) {
      ASSERT_GE(boost::multiprecision::abs(expected), most - 1) << i;
      continue;
    }
    ++fitting;
    ASSERT_EQ(big(*result), expected) << i;
  }
  EXPECT_GT(fitting, 50'000);
}

TEST(SimMoney, CashFromCostIsCutTowardsZeroAndHoldsAreRoundedUp) {
  Random random(2);
  for (int i = 0; i < 100'000; ++i) {
    const __int128 cost = random_value(random, 126) * (random.below(2) == 0 ? 1 : -1);
    ASSERT_EQ(big(money_of(cost)), big(cost) / 1'000'000'000);
    if (cost > 0) {
      ASSERT_EQ(big(money_up(cost)), (big(cost) + 999'999'999) / 1'000'000'000);
    }
  }
}

TEST(SimMoney, FeesAreRoundedHalfAwayFromZero) {
  Random random(3);
  for (int i = 0; i < 100'000; ++i) {
    const __int128 money = random_value(random, 110) * (random.below(2) == 0 ? 1 : -1);
    const auto rate = static_cast<std::int64_t>(random.below(10'000'000)) - 5'000'000;
    const Big product = big(money) * rate;
    const Big size = (boost::multiprecision::abs(product) + 500'000'000) / 1'000'000'000;
    ASSERT_EQ(big(fee_on(money, rate)), product < 0 ? Big(-size) : size);
  }
}

}  // namespace
}  // namespace gannet::sim
