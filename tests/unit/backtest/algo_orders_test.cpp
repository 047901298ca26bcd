// Algo orders in a backtest: the recorded market triggers them, and what they put in meets it.

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "backtest/text.h"
#include "tests/support/backtest_stage.h"

namespace gannet::backtest {
namespace {

using engine::OrderEventKind;

/// The market stands at 60000.0 / 60000.1 until a test moves it. Prices and quantities raw.
class BacktestAlgoOrders : public test::BacktestStage {
 protected:
  /// What the strategy does at the n-th book, counted from 0.
  void at_book(int n, std::function<void()> action) { actions_[n] = std::move(action); }
  void run() {
    script.on_book = [this](const gannet_book&) {
      if (const auto found = actions_.find(books_++); found != actions_.end()) found->second();
      return answer;
    };
    test::BacktestStage::run();
  }
  void market(std::int64_t at_us, std::int64_t bid) {
    source.snapshot(at_us, {{bid, 500}}, {{bid + 100, 500}});
  }
  static gannet_algo_order algo(std::uint8_t kind, gannet::Side side, std::int64_t quantity) {
    gannet_algo_order order{};
    order.size = sizeof order;
    order.kind = kind;
    order.side = side == Side::Buy ? GANNET_BUY : GANNET_SELL;
    order.quantity = quantity;
    return order;
  }
  static gannet_algo_order stop(std::int64_t quantity, std::int64_t trigger) {
    gannet_algo_order order = algo(GANNET_ALGO_CONDITIONAL, Side::Sell, quantity);
    order.reduce_only = 1;
    order.stop_price = trigger;
    return order;
  }
  std::uint64_t place_algo(gannet_algo_order order) {
    order.instrument = swap.value;
    std::uint64_t handle = 0;
    EXPECT_EQ(script.host->place_algo(script.engine, &order, &handle), GANNET_OK);
    return handle;
  }
  /// Of the one algo order of the test.
  const OrderLine& line() const {
    for (const OrderLine& order : orders()) {
      if (order.algo) return order;
    }
    ADD_FAILURE() << "no algo order was asked for";
    return orders().front();
  }
  std::vector<const FillLine*> fills_of_it() const {
    std::vector<const FillLine*> of_it;
    for (const FillLine& fill : fills()) {
      if (orders()[fill.order].algo) of_it.push_back(&fill);
    }
    return of_it;
  }

  std::int32_t answer = GANNET_OK;  // of the strategy, to each book

 private:
  std::map<int, std::function<void()>> actions_;
  int books_ = 0;
};

TEST_F(BacktestAlgoOrders, AStopGoesInWhenARecordedTradeReachesItsTrigger) {
  market(0, 60'000'000);
  market(1'000'000, 60'000'000);
  source.trade(2'000'000, Side::Sell, 59'991'000, 5);
  market(2'100'000, 59'990'000);
  source.trade(3'000'000, Side::Sell, 59'990'000, 5);
  market(4'000'000, 59'990'000);
  at_book(0, [this] { place(Side::Buy, 60'000'100, 100); });
  at_book(1, [this] { place_algo(stop(100, 59'990'000)); });
  run();
  ASSERT_EQ(fills_of_it().size(), 1u);
  const FillLine& fill = *fills_of_it()[0];
  EXPECT_EQ(micros(fill.fill.exchange_time), 3'000'000);
  EXPECT_EQ(fill.fill.price, Price{59'990'000});
  EXPECT_FALSE(fill.fill.maker);
  EXPECT_EQ(fill.position_after, Quantity{});
  // (59990.0 - 60000.1) x 0.01
  EXPECT_EQ(to_string(fill.realised_pnl), "-0.101");
  EXPECT_EQ(line().state, OrderEventKind::Filled);
  EXPECT_EQ(line().filled, Quantity{100});
  EXPECT_TRUE(backtest->outcome().ended_flat_of_orders);
}

TEST_F(BacktestAlgoOrders, ATriggerCountsFromTheMomentTheOrderHasArrived) {
  settings.latency = {milliseconds(500), milliseconds(1)};
  market(0, 60'000'000);
  market(1'000'000, 60'000'000);
  source.trade(1'400'000, Side::Sell, 59'990'000, 5);  // while it is on its way
  source.trade(1'450'000, Side::Sell, 60'000'000, 5);
  market(2'000'000, 60'000'000);
  at_book(0, [this] { place(Side::Buy, 60'000'100, 100); });
  at_book(1, [this] { place_algo(stop(100, 59'990'000)); });
  run();
  EXPECT_TRUE(fills_of_it().empty());
  EXPECT_EQ(micros(line().arrived_time), 1'500'000);
  EXPECT_EQ(line().state, OrderEventKind::Cancelled);  // at the end
  EXPECT_TRUE(backtest->outcome().ended_flat_of_orders);
}

TEST_F(BacktestAlgoOrders, TheExitOfAStrategyThatFailedStaysWithItsPosition) {
  for (int second = 0; second <= 3; ++second) market(second * 1'000'000, 60'000'000);
  at_book(0, [this] { place(Side::Buy, 60'000'100, 100); });
  at_book(1, [this] {
    place_algo(stop(100, 59'990'000));
    place(Side::Buy, 59'999'000, 100);
  });
  at_book(2, [this] { answer = GANNET_FAILED; });
  run();
  EXPECT_EQ(line().state, OrderEventKind::Live);
  EXPECT_EQ(orders().back().state, OrderEventKind::Cancelled);
  EXPECT_TRUE(backtest->outcome().ended_flat_of_orders);
}

TEST_F(BacktestAlgoOrders, AMarkPriceTriggersWhatWaitsForIt) {
  source.mark(0, 60'000'000);
  market(1'000, 60'000'000);
  market(1'000'000, 60'000'000);
  source.mark(2'000'000, 59'980'000);
  market(3'000'000, 60'000'000);
  at_book(0, [this] { place(Side::Buy, 60'000'100, 100); });
  at_book(1, [this] {
    gannet_algo_order order = stop(100, 59'990'000);
    order.stop_by = GANNET_TRIGGER_BY_MARK;
    place_algo(order);
  });
  run();
  ASSERT_EQ(fills_of_it().size(), 1u);
  EXPECT_EQ(micros(fills_of_it()[0]->fill.exchange_time), 2'000'000);
  EXPECT_EQ(fills_of_it()[0]->fill.price, Price{60'000'000});
}

TEST_F(BacktestAlgoOrders, ATriggeredLimitOrderRestsInTheQueueLikeAnyOther) {
  market(0, 60'000'000);
  source.trade(1'000'000, Side::Buy, 60'000'100, 5);
  market(1'100'000, 60'000'000);
  source.trade(2'000'000, Side::Buy, 60'010'000, 5);     // the trigger: 500 stand before it
  source.trade(3'000'000, Side::Sell, 60'000'000, 500);  // these are gone
  source.trade(3'100'000, Side::Sell, 60'000'000, 30);
  market(4'000'000, 60'000'000);
  at_book(1, [this] {
    gannet_algo_order order = algo(GANNET_ALGO_TRIGGER, Side::Buy, 100);
    order.trigger_price = 60'010'000;
    order.limit_price = 60'000'000;
    place_algo(order);
  });
  run();
  ASSERT_EQ(fills_of_it().size(), 1u);
  EXPECT_EQ(micros(fills_of_it()[0]->fill.exchange_time), 3'100'000);
  EXPECT_EQ(fills_of_it()[0]->fill.quantity, Quantity{30});
  EXPECT_TRUE(fills_of_it()[0]->fill.maker);
  EXPECT_EQ(line().state, OrderEventKind::Cancelled);  // what was left, at the end
  EXPECT_TRUE(backtest->outcome().ended_flat_of_orders);
}

TEST_F(BacktestAlgoOrders, ATrailingStopFollowsTheRecordedTrades) {
  market(0, 60'000'000);
  source.trade(500'000, Side::Buy, 60'000'100, 5);
  market(1'000'000, 60'000'000);
  source.trade(2'000'000, Side::Buy, 60'030'000, 5);
  source.trade(2'100'000, Side::Sell, 60'020'100, 5);  // 9.9 back
  source.trade(2'200'000, Side::Sell, 60'020'000, 5);  // 10 back
  market(3'000'000, 60'000'000);
  at_book(0, [this] { place(Side::Buy, 60'000'100, 100); });
  at_book(1, [this] {
    gannet_algo_order order = algo(GANNET_ALGO_TRAILING_STOP, Side::Sell, 100);
    order.reduce_only = 1;
    order.distance = 10'000;
    place_algo(order);
  });
  run();
  ASSERT_EQ(fills_of_it().size(), 1u);
  EXPECT_EQ(micros(fills_of_it()[0]->fill.exchange_time), 2'200'000);
}

TEST_F(BacktestAlgoOrders, SlicesBuyAtTheirPaceWhatStandsThere) {
  market(0, 60'000'000);
  for (int second = 1; second <= 6; ++second) market(second * 1'000'000, 60'000'000);
  at_book(0, [this] {
    gannet_algo_order order = algo(GANNET_ALGO_TIME_WEIGHTED, Side::Buy, 30);
    order.slice_quantity = 10;
    order.limit_price = 60'001'000;
    order.distance = 500;
    order.interval = seconds(2).count;
    place_algo(order);
  });
  run();
  ASSERT_EQ(fills_of_it().size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(fills_of_it()[i]->fill.quantity, Quantity{10});
    EXPECT_EQ(fills_of_it()[i]->fill.price, Price{60'000'100});
    if (i == 0) continue;
    const Nanos apart =
        fills_of_it()[i]->fill.exchange_time - fills_of_it()[i - 1]->fill.exchange_time;
    EXPECT_GE(apart, seconds(2));
    EXPECT_LT(apart, milliseconds(2'100));
  }
  EXPECT_EQ(line().state, OrderEventKind::Filled);
  EXPECT_EQ(backtest->outcome().instruments[0].position, Quantity{30});
}

TEST_F(BacktestAlgoOrders, SlicesThatAreCancelledHalfwayHaveBoughtTheirPart) {
  for (int second = 0; second <= 4; ++second) market(second * 1'000'000, 60'000'000);
  std::uint64_t handle = 0;
  at_book(0, [&] {
    gannet_algo_order order = algo(GANNET_ALGO_TIME_WEIGHTED, Side::Buy, 30);
    order.slice_quantity = 10;
    order.limit_price = 60'001'000;
    order.distance = 500;
    order.interval = seconds(2).count;
    handle = place_algo(order);
  });
  at_book(1, [&] { EXPECT_EQ(script.host->cancel(script.engine, handle), GANNET_OK); });
  run();
  EXPECT_EQ(fills_of_it().size(), 1u);
  EXPECT_EQ(line().state, OrderEventKind::Cancelled);
  EXPECT_EQ(line().filled, Quantity{10});
  EXPECT_LT(micros(line().ended_time), 1'100'000);
}

TEST_F(BacktestAlgoOrders, AChaseFollowsTheRecordedBook) {
  market(0, 60'000'000);
  market(1'000'000, 60'000'000);
  market(2'000'000, 60'005'000);
  market(3'000'000, 60'005'000);
  source.trade(3'500'000, Side::Sell, 60'005'000, 500);  // those before it
  source.trade(3'600'000, Side::Sell, 60'005'000, 100);
  market(4'000'000, 60'005'000);
  at_book(0, [this] { place_algo(algo(GANNET_ALGO_CHASE, Side::Buy, 100)); });
  run();
  ASSERT_EQ(fills_of_it().size(), 1u);
  EXPECT_EQ(fills_of_it()[0]->fill.price, Price{60'005'000});
  EXPECT_TRUE(fills_of_it()[0]->fill.maker);
  EXPECT_EQ(line().state, OrderEventKind::Filled);
}

TEST_F(BacktestAlgoOrders, AnAmendMovesTheTriggerAndACancelTakesItAway) {
  market(0, 60'000'000);
  market(1'000'000, 60'000'000);
  market(2'000'000, 60'000'000);
  source.trade(2'500'000, Side::Sell, 59'990'000, 5);  // no longer its trigger
  market(3'000'000, 60'000'000);
  source.trade(3'500'000, Side::Sell, 59'970'000, 5);  // cancelled by then
  market(4'000'000, 60'000'000);
  std::uint64_t handle = 0;
  at_book(0, [this] { place(Side::Buy, 60'000'100, 100); });
  at_book(1, [&] { handle = place_algo(stop(100, 59'990'000)); });
  at_book(2, [&] {
    gannet_amend amend{};
    amend.size = sizeof amend;
    amend.fields = GANNET_AMEND_PRICE;
    amend.handle = handle;
    amend.price = 59'980'000;
    EXPECT_EQ(script.host->amend(script.engine, &amend), GANNET_OK);
  });
  at_book(3, [&] { EXPECT_EQ(script.host->cancel(script.engine, handle), GANNET_OK); });
  run();
  EXPECT_TRUE(fills_of_it().empty());
  EXPECT_EQ(line().amends, 1u);
  EXPECT_EQ(line().state, OrderEventKind::Cancelled);
  EXPECT_LT(micros(line().ended_time), 3'500'000);
}

TEST_F(BacktestAlgoOrders, WhatTheVenueRefusesIsRejected) {
  market(0, 60'000'000);
  source.trade(500'000, Side::Buy, 60'000'100, 5);
  market(1'000'000, 60'000'000);
  market(2'000'000, 60'000'000);
  at_book(0, [this] { place(Side::Buy, 60'000'100, 100); });
  at_book(1, [this] { place_algo(stop(100, 60'500'000)); });  // above the market
  run();
  EXPECT_EQ(line().state, OrderEventKind::Rejected);
  EXPECT_EQ(line().reason, VenueReason::InvalidParameter);
}

}  // namespace
}  // namespace gannet::backtest
