#include "app/market_subscriptions.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/instrument_samples.h"

namespace gannet::app {
namespace {

using okx::MarketStream;

struct MarketSubscriptionsTest : testing::Test {
  CurrencyTable currencies;
  InstrumentTable instruments;
  InstrumentId swap = instruments.add(test::linear_swap(currencies));
  std::vector<engine::InstrumentSettings> settings{1};

  std::vector<okx::MarketSubscription> streams(std::vector<engine::Subscription> wanted,
                                               std::vector<CandleRequest> candles = {}) {
    return market_subscriptions(instruments, settings, wanted, candles);
  }
  static bool has(const std::vector<okx::MarketSubscription>& all, MarketStream stream) {
    return std::ranges::count(all, stream, &okx::MarketSubscription::stream) == 1;
  }
};

TEST_F(MarketSubscriptionsTest, TheGateGetsWhatItMeasuresAgainstWhateverIsWanted) {
  const auto all = streams({});
  EXPECT_EQ(all.size(), 4u);
  for (const MarketStream stream : {MarketStream::BestBidOffer, MarketStream::MarkPrice,
                                    MarketStream::IndexPrice, MarketStream::PriceLimit}) {
    EXPECT_TRUE(has(all, stream));
  }
}

TEST_F(MarketSubscriptionsTest, TheBookOfTheConfigurationIsKeptAndTheRetailBookIsNone) {
  settings[0].book = BookFeed::Depth400;
  const auto configured = streams({{swap, GANNET_WANT_BOOK, BookFeed::Top5, 5}});
  EXPECT_TRUE(has(configured, MarketStream::Depth400));
  EXPECT_TRUE(has(configured, MarketStream::Top5));
  EXPECT_FALSE(has(configured, MarketStream::BestBidOffer));
  settings[0].book.reset();
  const auto retail = streams({{swap, GANNET_WANT_BOOK, BookFeed::Depth400Retail, 5}});
  EXPECT_TRUE(has(retail, MarketStream::Depth400Retail));
  EXPECT_TRUE(has(retail, MarketStream::BestBidOffer));
}

TEST_F(MarketSubscriptionsTest, EachWishIsOneStreamOnItsSocket) {
  const std::uint32_t channels = GANNET_WANT_FUNDING | GANNET_WANT_MARK_PRICE |
                                 GANNET_WANT_SINGLE_TRADES | GANNET_WANT_OPTION_SUMMARY;
  const CandlePeriod minute{seconds(60)};
  const auto all = streams(
      {{swap, channels, BookFeed::BestBidOffer, 1}, {swap, channels, BookFeed::BestBidOffer, 1}},
      {{swap, CandleEvent::Kind::Trade, minute, 5}, {swap, CandleEvent::Kind::Index, minute, 0}});
  EXPECT_TRUE(has(all, MarketStream::FundingRate));
  EXPECT_TRUE(has(all, MarketStream::MarkPrice));
  EXPECT_FALSE(has(all, MarketStream::OptionSummary));  // a swap has none
  const auto business = streams_of_socket(all, true);
  EXPECT_EQ(business.size(), 3u);
  for (const MarketStream stream :
       {MarketStream::SingleTrades, MarketStream::Candles, MarketStream::IndexCandles}) {
    EXPECT_TRUE(has(business, stream));
  }
  EXPECT_EQ(business.size() + streams_of_socket(all, false).size(), all.size());
}

}  // namespace
}  // namespace gannet::app
