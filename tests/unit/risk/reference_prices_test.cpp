#include "risk/reference_prices.h"

#include <gtest/gtest.h>

namespace gannet::risk {
namespace {

constexpr InstrumentId kSwap{0};
constexpr Timestamp kStart{1'000'000'000'000};

class ReferencePricesTest : public testing::Test {
 protected:
  ReferencePricesTest() { prices_.set_alive(kStart); }
  std::optional<Price> reference(Timestamp now = kStart) {
    return prices_.fresh_reference(kSwap, now);
  }

  ReferencePrices prices_{2};
};

TEST_F(ReferencePricesTest, PrefersTheMidThenTheMarkThenTheIndex) {
  EXPECT_FALSE(reference());
  prices_.set_index(kSwap, Price{90}, kStart);
  EXPECT_EQ(reference(), Price{90});
  prices_.set_mark(kSwap, Price{95}, kStart);
  EXPECT_EQ(reference(), Price{95});
  prices_.set_best(kSwap, Price{100}, Price{103}, kStart);
  EXPECT_EQ(reference(), Price{101});
  EXPECT_FALSE(prices_.fresh_reference(InstrumentId{1}, kStart));
}

TEST_F(ReferencePricesTest, OneSidedAndCrossedBooksHaveNoMid) {
  prices_.set_mark(kSwap, Price{95}, kStart);
  prices_.set_best(kSwap, Price{100}, {}, kStart);
  EXPECT_EQ(reference(), Price{95});
  EXPECT_EQ(prices_.fresh_bid(kSwap, kStart), Price{100});
  EXPECT_FALSE(prices_.fresh_ask(kSwap, kStart));
  prices_.set_best(kSwap, Price{104}, Price{103}, kStart);
  EXPECT_EQ(reference(), Price{95});
  prices_.set_best(kSwap, Price{103}, Price{103}, kStart);
  EXPECT_EQ(reference(), Price{95});
}

TEST_F(ReferencePricesTest, EachKindHasItsOwnAge) {
  struct Case {
    void (*set)(ReferencePrices&);
    Nanos age;
  };
  for (const Case& c :
       {Case{[](auto& p) { p.set_best(kSwap, Price{9}, Price{11}, kStart); }, seconds(60)},
        Case{[](auto& p) { p.set_mark(kSwap, Price{10}, kStart); }, seconds(10)},
        Case{[](auto& p) { p.set_index(kSwap, Price{10}, kStart); }, seconds(60)}}) {
    ReferencePrices prices(1);
    c.set(prices);
    prices.set_alive(kStart + c.age);
    EXPECT_EQ(prices.fresh_reference(kSwap, kStart + c.age), Price{10});
    EXPECT_FALSE(prices.fresh_reference(kSwap, kStart + c.age + nanoseconds(1)));
  }
}

TEST_F(ReferencePricesTest, NothingIsFreshWithoutProofOfLife) {
  ReferencePrices silent(1);
  silent.set_mark(kSwap, Price{95}, kStart);
  EXPECT_FALSE(silent.fresh_reference(kSwap, kStart));
  prices_.set_mark(kSwap, Price{95}, kStart);
  EXPECT_EQ(reference(kStart + seconds(3)), Price{95});
  EXPECT_FALSE(reference(kStart + seconds(3) + nanoseconds(1)));
}

TEST_F(ReferencePricesTest, WithdrawnValuesComeBackOnlyByNewOnes) {
  prices_.set_mark(kSwap, Price{95}, kStart);
  prices_.set_best(kSwap, Price{100}, Price{102}, kStart);
  prices_.withdraw_best(kSwap);
  EXPECT_EQ(reference(), Price{95});
  prices_.withdraw_all();
  prices_.set_alive(kStart);
  EXPECT_FALSE(reference());
  prices_.set_best(kSwap, Price{100}, Price{102}, kStart);
  EXPECT_EQ(reference(), Price{101});
}

TEST_F(ReferencePricesTest, PricesThatAreNotPositiveAreNone) {
  prices_.set_mark(kSwap, Price{0}, kStart);
  EXPECT_FALSE(reference());
  prices_.set_best(kSwap, Price{-5}, Price{5}, kStart);
  EXPECT_FALSE(reference());
}

}  // namespace
}  // namespace gannet::risk
