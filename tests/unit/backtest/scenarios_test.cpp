// Backtests small enough to be worked out by hand: every expected figure below was.

#include <gmock/gmock.h>

#include "backtest/text.h"
#include "tests/support/backtest_stage.h"

namespace gannet::backtest {
namespace {

using testing::HasSubstr;

/// Prices in the swap's units: 60000.1 is 60'000'100. Quantities in hundredths of a contract, each
/// contract worth 0.01 BTC.
class BacktestScenario : public test::BacktestStage {
 protected:
  /// Does that once, at the first book.
  void at_first_book(std::function<void()> action) {
    script.on_book = [this, action](const gannet_book&) {
      if (books_++ == 0) action();
      return std::int32_t{GANNET_OK};
    };
  }
  std::string equity_end() const { return to_string(backtest->equity().last()); }

  int books_ = 0;
};

TEST_F(BacktestScenario, ATakersRoundTripCostsWhatFeesAndPricesSay) {
  source.snapshot(0, {{60'000'000, 500}}, {{60'000'100, 500}});
  source.snapshot(1'000'000, {{60'010'000, 500}}, {{60'010'100, 500}});
  source.snapshot(2'000'000, {{60'010'000, 500}}, {{60'010'100, 500}});
  script.on_book = [this](const gannet_book&) {
    if (books_ == 0) place(Side::Buy, 60'000'100, 100);
    if (books_ == 1) place(Side::Sell, 60'010'000, 100);
    ++books_;
    return std::int32_t{GANNET_OK};
  };
  run();
  ASSERT_EQ(fills().size(), 2u);
  EXPECT_EQ(fills()[0].fill.price, Price{60'000'100});
  EXPECT_FALSE(fills()[0].fill.maker);
  // 1 contract x 0.01 BTC x 60000.1 = 600.001 USDT; 0.05 % of it.
  EXPECT_EQ(to_string(fills()[0].fill.fee), "0.3000005");
  EXPECT_EQ(fills()[0].position_after, Quantity{100});
  EXPECT_EQ(to_string(fills()[1].fill.fee), "0.30005");
  // (60010.0 - 60000.1) x 0.01
  EXPECT_EQ(to_string(fills()[1].realised_pnl), "0.099");
  EXPECT_EQ(fills()[1].position_after, Quantity{});
  EXPECT_EQ(equity_end(), "9999.4989495");
  EXPECT_TRUE(backtest->outcome().ended_flat_of_orders);
}

TEST_F(BacktestScenario, AnOpenPositionIsWorthItsMark) {
  source.mark(0, 60'000'000);
  source.snapshot(1'000, {{60'000'000, 500}}, {{60'000'100, 500}});
  source.mark(1'000'000, 60'100'000);
  source.snapshot(1'001'000, {{60'100'000, 500}}, {{60'100'100, 500}});
  at_first_book([this] { place(Side::Buy, 60'000'100, 200); });
  run();
  const auto& status = backtest->outcome().instruments[0];
  EXPECT_EQ(status.position, Quantity{200});
  // 2 contracts, 0.02 BTC: (60100.0 - 60000.1) x 0.02; the fee 0.05 % of 1200.002.
  EXPECT_EQ(to_string(*status.unrealised_pnl), "1.998");
  EXPECT_EQ(to_string(status.fees), "0.600001");
  EXPECT_EQ(equity_end(), "10001.397999");
}

TEST_F(BacktestScenario, ATakerEatsLevelByLevel) {
  source.snapshot(0, {{60'000'000, 500}}, {{60'000'100, 100}, {60'000'300, 100}, {60'000'900, 9}});
  source.snapshot(1'000'000, {{60'000'000, 500}}, {{60'000'100, 100}});
  at_first_book([this] { place(Side::Buy, 60'000'500, 250); });
  run();
  ASSERT_EQ(fills().size(), 2u);
  EXPECT_EQ(fills()[0].fill.price, Price{60'000'100});
  EXPECT_EQ(fills()[1].fill.price, Price{60'000'300});
  EXPECT_EQ(orders()[0].filled, Quantity{200});  // the third level is beyond its limit
  EXPECT_EQ(orders()[0].state, engine::OrderEventKind::Cancelled);  // what was left, at the end
}

TEST_F(BacktestScenario, FundingIsPaidAsItWasTold) {
  source.mark(0, 60'000'000);
  source.snapshot(1'000, {{60'000'000, 500}}, {{60'000'100, 500}});
  source.funding(1'000'000, 1'000'000'000'000, 2'000'000);  // 0.01 %
  source.funding(1'500'000, 2'000'000'000'000, 2'000'000);  // 0.02 %: the last word counts
  source.snapshot(3'000'000, {{60'000'000, 500}}, {{60'000'100, 500}});
  at_first_book([this] { place(Side::Buy, 60'000'100, 100); });
  run();
  // One contract of 0.01 BTC at the mark is worth 600 USDT.
  EXPECT_EQ(to_string(backtest->outcome().funding[0]), "-0.12");
}

struct LatencyCase {
  std::int64_t order_to_venue_us;
  std::int64_t expected_price;
};

class BacktestLatency : public BacktestScenario, public testing::WithParamInterface<LatencyCase> {};

TEST_P(BacktestLatency, DecidesWhichPriceAnOrderFinds) {
  settings.latency = {microseconds(GetParam().order_to_venue_us), microseconds(3'000)};
  source.snapshot(0, {{60'000'000, 500}}, {{60'000'100, 500}});
  source.snapshot(10'000, {{60'000'000, 500}}, {{60'000'500, 500}});
  source.snapshot(1'000'000, {{60'000'000, 500}}, {{60'000'500, 500}});
  at_first_book([this] { place(Side::Buy, 60'001'000, 100); });
  run();
  ASSERT_EQ(fills().size(), 1u);
  EXPECT_EQ(fills()[0].fill.price, Price{GetParam().expected_price});
  EXPECT_EQ(micros(orders()[0].arrived_time), GetParam().order_to_venue_us);
  EXPECT_EQ(micros(orders()[0].ended_time), GetParam().order_to_venue_us + 3'000);
}

INSTANTIATE_TEST_SUITE_P(Backtest, BacktestLatency,
                         testing::Values(LatencyCase{0, 60'000'100}, LatencyCase{9'999, 60'000'100},
                                         // The market moves first within one moment.
                                         LatencyCase{10'000, 60'000'500},
                                         LatencyCase{15'000, 60'000'500}));

TEST_F(BacktestScenario, AMakerWaitsUntilTheQueueBeforeItIsGone) {
  source.snapshot(0, {{60'000'000, 500}}, {{60'000'100, 500}});
  source.trade(20'000, Side::Sell, 60'000'000, 500);  // what stood before us, to the last lot
  source.trade(30'000, Side::Sell, 60'000'000, 40);
  source.trade(40'000, Side::Sell, 60'000'000, 300);
  source.snapshot(50'000, {{59'999'900, 500}}, {{60'000'100, 500}});
  at_first_book([this] { place(Side::Buy, 60'000'000, 100, true); });
  run();
  ASSERT_EQ(fills().size(), 2u);
  EXPECT_EQ(micros(fills()[0].fill.exchange_time), 30'000);
  EXPECT_EQ(fills()[0].fill.quantity, Quantity{40});
  EXPECT_EQ(micros(fills()[1].fill.exchange_time), 40'000);
  EXPECT_EQ(fills()[1].fill.quantity, Quantity{60});
  EXPECT_TRUE(fills()[1].fill.maker);
  // 0.02 % of 240 and of 360.
  EXPECT_EQ(to_string(fills()[0].fill.fee), "0.048");
  EXPECT_EQ(to_string(fills()[1].fill.fee), "0.072");
  EXPECT_EQ(average_price_text(table[swap], orders()[0].filled_cost, orders()[0].filled), "60000");
}

TEST_F(BacktestScenario, AnOrderAloneAtTheFrontIsFilledByTheNextTrade) {
  source.snapshot(0, {{60'000'000, 500}}, {{60'000'300, 500}});
  source.trade(20'000, Side::Sell, 60'000'100, 70);
  source.snapshot(50'000, {{60'000'000, 500}}, {{60'000'300, 500}});
  at_first_book([this] { place(Side::Buy, 60'000'100, 100, true); });
  run();
  ASSERT_EQ(fills().size(), 1u);
  EXPECT_EQ(fills()[0].fill.quantity, Quantity{70});
}

struct QueueCase {
  sim::QueueModel model;
  std::int64_t filled_by_first;
  std::int64_t filled_by_second;
};

class BacktestQueue : public BacktestScenario, public testing::WithParamInterface<QueueCase> {};

/// 500 stand before us when we come; 500 join behind; then 400 of the 1,000 leave without a trade.
/// Before us are then: back 500, proportional 500 x 600 / 1000 = 300, front 100.
TEST_P(BacktestQueue, DecidesHowFarOtherPeoplesCancelsBringUsForward) {
  settings.queue_model = GetParam().model;
  source.snapshot(0, {{60'000'000, 500}}, {{60'000'100, 500}});
  source.update(10'000, {{60'000'000, 1000}}, {});
  source.update(20'000, {{60'000'000, 600}}, {});
  source.trade(30'000, Side::Sell, 60'000'000, 350);
  source.update(31'000, {{60'000'000, 250}}, {});
  source.trade(40'000, Side::Sell, 60'000'000, 200);
  source.update(50'000, {{60'000'000, 50}}, {});
  at_first_book([this] { place(Side::Buy, 60'000'000, 100, true); });
  run();
  std::int64_t first = 0;
  std::int64_t second = 0;
  for (const FillLine& fill : fills()) {
    (micros(fill.fill.exchange_time) == 30'000 ? first : second) += fill.fill.quantity.raw;
  }
  EXPECT_EQ(first, GetParam().filled_by_first);
  EXPECT_EQ(second, GetParam().filled_by_second);
}

INSTANTIATE_TEST_SUITE_P(Backtest, BacktestQueue,
                         testing::Values(QueueCase{sim::QueueModel::Back, 0,
                                                   50},  // 500 - 350 = 150, then 200 - 150
                                         QueueCase{sim::QueueModel::Proportional, 50, 50},
                                         QueueCase{sim::QueueModel::Front, 100, 0}));

TEST_F(BacktestScenario, ARecordedQuoteThroughOurPriceFillsUs) {
  source.snapshot(0, {{60'000'000, 500}}, {{60'000'500, 500}});
  source.update(10'000, {}, {{60'000'100, 30}});
  source.snapshot(50'000, {{60'000'000, 500}}, {{60'000'500, 500}});
  at_first_book([this] { place(Side::Buy, 60'000'100, 100, true); });
  run();
  ASSERT_EQ(fills().size(), 1u);
  EXPECT_EQ(fills()[0].fill.quantity, Quantity{30});
  EXPECT_TRUE(fills()[0].fill.maker);
}

TEST_F(BacktestScenario, APostOnlyOrderThatWouldTakeIsCancelledByTheVenue) {
  source.snapshot(0, {{60'000'000, 500}}, {{60'000'100, 500}});
  source.snapshot(50'000, {{60'000'000, 500}}, {{60'000'100, 500}});
  at_first_book([this] { place(Side::Buy, 60'000'100, 100, true); });
  run();
  EXPECT_TRUE(fills().empty());
  EXPECT_EQ(orders()[0].state, engine::OrderEventKind::Cancelled);
  EXPECT_EQ(orders()[0].reason, VenueReason::PostOnlyWouldTake);
}

TEST_F(BacktestScenario, AnOrderBeyondTheMoneyIsRejectedByTheVenueAndOneBeyondALimitDeniedByUs) {
  risk.account.order_notional_max = Decimal{100'000, 0};
  source.snapshot(0, {{60'000'000, 500}}, {{60'000'100, 500}});
  source.snapshot(1'000'000, {{60'000'000, 500}}, {{60'000'100, 500}});
  at_first_book([this] {
    place(Side::Buy, 59'999'000, 100'00);  // 60,000 USDT at leverage 5 need 12,000
    place(Side::Buy, 59'999'000, 200'00);  // 120,000 USDT
  });
  run();
  ASSERT_EQ(orders().size(), 2u);
  EXPECT_EQ(orders()[0].state, engine::OrderEventKind::Rejected);
  EXPECT_EQ(orders()[0].reason, VenueReason::InsufficientFunds);
  EXPECT_TRUE(orders()[1].is_denied);
  EXPECT_EQ(orders()[1].denial, DenialReason::NotionalAboveLimit);
}

TEST_F(BacktestScenario, AStrategysTimersRunWhenTheyAreDue) {
  source.snapshot(0, {{60'000'000, 500}}, {{60'000'100, 500}});
  source.snapshot(5'000'000, {{60'000'000, 500}}, {{60'000'100, 500}});
  std::vector<std::int64_t> fired;
  at_first_book([this] {
    gannet_timer timer{};
    timer.size = sizeof timer;
    timer.id = 1;
    timer.due = (test::HandMadeSource::kStart + microseconds(1'234'567)).nanos;
    EXPECT_EQ(script.host->set_timer(script.engine, &timer), GANNET_OK);
  });
  script.on_timer = [&](const gannet_timer&) {
    fired.push_back((script.host->now(script.engine) - test::HandMadeSource::kStart.nanos) / 1000);
    return std::int32_t{GANNET_OK};
  };
  run();
  EXPECT_THAT(fired, testing::ElementsAre(1'234'567));
}

TEST_F(BacktestScenario, TheLargestFallIsMeasuredFromThePeakBeforeIt) {
  source.mark(0, 60'000'000);
  source.snapshot(1'000, {{60'000'000, 500}}, {{60'000'100, 500}});
  std::int64_t at = 0;
  for (const std::int64_t mark : {60'000'000, 60'500'000, 60'200'000, 60'300'000, 60'000'000}) {
    at += 1'000'000;
    source.mark(at, mark);
    source.update(at + 1, {{60'000'000, 500}}, {});
  }
  settings.sample_interval = milliseconds(100);
  settings.fees = {0, 0, 0, 0};
  at_first_book([this] { place(Side::Buy, 60'000'100, 100); });
  run();
  // One contract: the worst fall is from the mark 60500 to 60000, x 0.01 BTC.
  EXPECT_EQ(to_string(backtest->equity().largest_fall().amount), "5");
}

TEST_F(BacktestScenario, AnInstrumentWithoutARecordedBookCannotBeTested) {
  source.mark(0, 60'000'000);
  gannet::test::scripted::next = &script;
  engine::InstrumentSettings instrument;
  instrument.name = "BTC-USDT-SWAP";
  const auto made = Backtest::make({.settings = settings,
                                    .account = {},
                                    .instruments = {instrument},
                                    .strategies = {},
                                    .risk = risk,
                                    .types = {},
                                    .table = table,
                                    .currencies = currencies,
                                    .source = source});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("BTC-USDT-SWAP has no order book"));
}

TEST_F(BacktestScenario, AStrategyThatWantsTheBestPricesGetsThemFromADeeperBook) {
  type = gannet::test::scripted_type(GANNET_WANT_BOOK, BookFeed::BestBidOffer);
  source.snapshot(0, {{60'000'000, 500}, {59'999'900, 10}}, {{60'000'100, 500}});
  source.update(10'000, {{59'999'900, 20}}, {});  // not at the top: nothing to tell
  source.update(20'000, {{60'000'000, 400}}, {});
  std::vector<std::int64_t> seen;
  script.on_book = [&](const gannet_book& book) {
    EXPECT_EQ(book.bids.count, 1u);
    seen.push_back(book.bids.best->quantity);
    return std::int32_t{GANNET_OK};
  };
  run();
  EXPECT_THAT(seen, testing::ElementsAre(500, 400));
}

TEST_F(BacktestScenario, OrdersAreGoneAtTheEndUnlessTheStrategyLeavesThem) {
  source.snapshot(0, {{60'000'000, 500}}, {{60'000'100, 500}});
  source.snapshot(1'000'000, {{60'000'000, 500}}, {{60'000'100, 500}});
  at_first_book([this] { place(Side::Buy, 59'999'000, 100); });
  on_stop = engine::StrategySettings::OnStop::Leave;
  run();
  EXPECT_EQ(orders()[0].state, engine::OrderEventKind::Live);
  EXPECT_EQ(backtest->outcome().core.open_orders, 1u);
}

}  // namespace
}  // namespace gannet::backtest
