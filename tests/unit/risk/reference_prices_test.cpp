#include "risk/reference_prices.h"

#include <gtest/gtest.h>

namespace gannet::risk {
namespace {

constexpr InstrumentId kInstrument{0};
constexpr Timestamp kFirst{1'000'000'000'000};

class ReferencePricesTest : public testing::Test {
 protected:
  ReferencePricesTest() { prices_.set_alive(kFirst); }
  std::optional<Price> reference(Timestamp now = kFirst) {
    return prices_.fresh_reference(kInstrument, now);
  }

  ReferencePrices prices_{2};
};

TEST_F(ReferencePricesTest, PrefersTheMidThenTheMarkThenTheIndex) {
  EXPECT_FALSE(reference());
  prices_.set_index(kInstrument, Price{90}, kFirst);
  EXPECT_EQ(reference(), Price{90});
  prices_.set_mark(kInstrument, Price{95}, kFirst);
  EXPECT_EQ(reference(), Price{95});
  prices_.set_best(kInstrument, Price{100}, Price{103}, kFirst);
  EXPECT_EQ(reference(), Price{101});
  EXPECT_FALSE(prices_.fresh_reference(InstrumentId{1}, kFirst));
}

TEST_F(ReferencePricesTest, OneSidedAndCrossedBooksHaveNoMid) {
  prices_.set_mark(kInstrument, Price{95}, kFirst);
  prices_.set_best(kInstrument, Price{100}, {}, kFirst);
  EXPECT_EQ(reference(), Price{95});
  EXPECT_EQ(prices_.fresh_bid(kInstrument, kFirst), Price{100});
  EXPECT_FALSE(prices_.fresh_ask(kInstrument, kFirst));
  prices_.set_best(kInstrument, Price{104}, Price{103}, kFirst);
  EXPECT_EQ(reference(), Price{95});
  prices_.set_best(kInstrument, Price{103}, Price{103}, kFirst);
  EXPECT_EQ(reference(), Price{95});
}

TEST_F(ReferencePricesTest, EachKindHasItsOwnAge) {
  struct Case {
    void (*set)(ReferencePrices&);
    Nanos age;
  };
  for (const Case& c :
       {Case{[](auto& p) { p.set_best(kInstrument, Price{9}, Price{11}, kFirst); }, seconds(60)},
        Case{[](auto& p) { p.set_mark(kInstrument, Price{10}, kFirst); }, seconds(10)},
        Case{[](auto& p) { p.set_index(kInstrument, Price{10}, kFirst); }, seconds(60)}}) {
    ReferencePrices prices(1);
    c.set(prices);
    prices.set_alive(kFirst + c.age);
    EXPECT_EQ(prices.fresh_reference(kInstrument, kFirst + c.age), Price{10});
    EXPECT_FALSE(prices.fresh_reference(kInstrument, kFirst + c.age + nanoseconds(1)));
  }
}

TEST_F(ReferencePricesTest, NothingIsFreshWithoutProofOfLife) {
  ReferencePrices silent(1);
  silent.set_mark(kInstrument, Price{95}, kFirst);
  EXPECT_FALSE(silent.fresh_reference(kInstrument, kFirst));
  prices_.set_mark(kInstrument, Price{95}, kFirst);
  EXPECT_EQ(reference(kFirst + seconds(3)), Price{95});
  EXPECT_FALSE(reference(kFirst + seconds(3) + nanoseconds(1)));
}

TEST_F(ReferencePricesTest, WithdrawnValuesComeBackOnlyByNewOnes) {
  prices_.set_mark(kInstrument, Price{95}, kFirst);
  prices_.set_best(kInstrument, Price{100}, Price{102}, kFirst);
  prices_.withdraw_best(kInstrument);
  EXPECT_EQ(reference(), Price{95});
  prices_.withdraw_all();
  prices_.set_alive(kFirst);
  EXPECT_FALSE(reference());
  prices_.set_best(kInstrument, Price{100}, Price{102}, kFirst);
  EXPECT_EQ(reference(), Price{101});
}

TEST_F(ReferencePricesTest, PricesThatAreNotPositiveAreNone) {
  prices_.set_mark(kInstrument, Price{0}, kFirst);
  EXPECT_FALSE(reference());
  prices_.set_best(kInstrument, Price{-5}, Price{5}, kFirst);
  EXPECT_FALSE(reference());
}

}  // namespace
}  // namespace gannet::risk
