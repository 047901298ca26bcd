#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/wired_engine.h"

// Every order operation from the strategy's wish to the venue's truth, over the socket and by REST.

namespace gannet::test {
namespace {

struct OrderOperations : ::testing::TestWithParam<okx::Route> {
  static WiredEngine::Options options() {
    WiredEngine::Options options;
    options.venue.place = options.venue.amend = options.venue.cancel = GetParam();
    return options;
  }
  void SetUp() override {
    ASSERT_TRUE(wired.make_ready());
    by_rest_before = wired.venue->counters().by_rest;
    wired.hook = [this](const WiredEngine::Message& message) {
      if (message.line == WiredEngine::Line::Private && message.way == WiredEngine::Way::ToVenue &&
          message.text != "ping")
        frames.emplace_back(message.text);
      return WiredEngine::Fate::Deliver;
    };
  }
  void TearDown() override {
    const auto& counters = wired.venue->counters();
    if (GetParam() == okx::Route::Rest) {
      EXPECT_EQ(counters.by_socket, 0u);
      EXPECT_TRUE(frames.empty());
    } else {
      EXPECT_EQ(counters.by_rest, by_rest_before);
    }
    EXPECT_TRUE(wired.run_until_true([&] { return wired.disagreement().empty(); }))
        << wired.disagreement();
  }

  WiredEngine wired{options()};
  std::uint64_t by_rest_before = 0;
  std::vector<std::string> frames;
};

TEST_P(OrderOperations, TwentyOrdersArePlacedAmendedAndCancelledInThreeRequests) {
  std::vector<Handle> handles;
  for (int i = 0; i < 20; ++i) {
    OrderIntent order = WiredEngine::intent(wired.swap, Side::Buy, {60'000'000 - 100 * i}, {3});
    order.post_only = true;
    handles.push_back(wired.place(order, i < 19));
  }
  wired.run_for(milliseconds(10));
  EXPECT_EQ(wired.venue_open_orders(), 20u);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(wired.order(handles[i])->phase, engine::OrderPhase::Live) << i;
    wired.amend(handles[i], Price{59'000'000}, Quantity{2}, i < 19);
  }
  wired.run_for(milliseconds(10));
  for (const Handle handle : handles) {
    EXPECT_EQ(wired.order(handle)->price, Price{59'000'000});
    EXPECT_EQ(wired.order(handle)->quantity, Quantity{2});
    EXPECT_TRUE(wired.order(handle)->amends.empty());
  }
  for (std::size_t i = 0; i < 20; ++i) wired.cancel(handles[i], i < 19);
  wired.run_for(milliseconds(10));
  EXPECT_EQ(wired.venue_open_orders(), 0u);
  EXPECT_EQ(wired.core->status().open_orders, 0u);
  if (GetParam() == okx::Route::Socket) {
    EXPECT_EQ(frames.size(), 3u);
  }
}

TEST_P(OrderOperations, AnElementThatTheVenueRefusesLeavesTheOthers) {
  OrderIntent good = WiredEngine::intent(wired.swap, Side::Buy, {60'000'000}, {1});
  OrderIntent poor = good;
  poor.quantity = {100'000'000};  // a million contracts: nobody has that margin
  const Handle first = wired.place(good, true);
  const Handle second = wired.place(poor, true);
  const Handle third = wired.place(good);
  wired.run_for(milliseconds(10));
  EXPECT_EQ(wired.order(first)->phase, engine::OrderPhase::Live);
  EXPECT_EQ(wired.order(second)->phase, engine::OrderPhase::Rejected);
  EXPECT_EQ(wired.order(third)->phase, engine::OrderPhase::Live);
  EXPECT_EQ(wired.ears.order_events.back().kind == engine::OrderEventKind::Rejected ||
                wired.ears.heard(second, engine::OrderEventKind::Rejected),
            true);
}

TEST_P(OrderOperations, AMarketOrderSpendsASumOfMoney) {
  OrderIntent spend;
  spend.strategy = StrategyId{0};
  spend.instrument = wired.spot;
  spend.kind = OrderKind::Market;
  spend.quote_quantity = {61'250 * 100'000'000LL / 10};  // a tenth of a coin's worth, nearly
  const Handle bought = wired.place(spend);
  wired.run_for(milliseconds(20));
  const engine::Order* order = wired.order(bought);
  ASSERT_NE(order, nullptr);
  EXPECT_EQ(order->phase, engine::OrderPhase::Filled);
  // 6,125 at 61,250.1 a coin.
  const Quantity got = order->cumulative_quantity;
  EXPECT_GT(got, Quantity{9'990'000});
  EXPECT_LT(got, Quantity{10'000'000});
  EXPECT_EQ(order->booked_quantity, got);
  EXPECT_EQ(wired.position(wired.spot), got);
  EXPECT_FALSE(wired.ears.heard(engine::Alert::OverFill));
  EXPECT_EQ(wired.core->exposure().of_account(wired.spot).working_buy, Quantity{});

  OrderIntent raise = spend;
  raise.side = Side::Sell;
  raise.quote_quantity = {3'000 * 100'000'000LL};
  const Handle sold = wired.place(raise);
  wired.run_for(milliseconds(20));
  EXPECT_EQ(wired.order(sold)->phase, engine::OrderPhase::Filled);
  EXPECT_LT(wired.position(wired.spot), got);
  EXPECT_GT(wired.position(wired.spot), Quantity{});
}

TEST_P(OrderOperations, TheVenueTakesEveryOptionOfAnOrder) {
  OrderIntent order = WiredEngine::intent(wired.swap, Side::Buy, {61'000'000}, {1});
  order.options.self_trade = SelfTradePrevention::CancelTaker;
  order.options.clamp_price = true;
  const Handle resting = wired.place(order);
  order.price = WiredEngine::kAsk;
  order.options = {.self_trade = SelfTradePrevention::CancelBoth};
  order.time_in_force = TimeInForce::ImmediateOrCancel;
  const Handle taking = wired.place(order);
  wired.run_for(milliseconds(20));
  EXPECT_EQ(wired.order(resting)->phase, engine::OrderPhase::Live);
  EXPECT_EQ(wired.order(taking)->phase, engine::OrderPhase::Filled);
  // What the venue has no order for is answered without it.
  order.time_in_force = TimeInForce::FillOrKill;
  const std::size_t sent = frames.size();
  const Handle unsaid = wired.place(order);
  wired.run_for(milliseconds(20));
  EXPECT_EQ(wired.ears.last(unsaid), engine::OrderEventKind::Denied);
  EXPECT_EQ(wired.ears.order_events.back().denial.reason, DenialReason::UnsupportedOrder);
  EXPECT_EQ(frames.size(), sent);
  wired.cancel(resting);
}

INSTANTIATE_TEST_SUITE_P(BothWays, OrderOperations,
                         ::testing::Values(okx::Route::Socket, okx::Route::Rest),
                         [](const auto& way) {
                           return way.param == okx::Route::Socket ? "Socket" : "Rest";
                         });

TEST(WiredEngine, ACodeThatTheSocketDoesNotKnowGoesByNameAndRests) {  // fault 23
  WiredEngine wired;
  wired.terms.set_code(wired.swap, 999'999);
  ASSERT_TRUE(wired.make_ready());
  const Handle placed = wired.place(WiredEngine::intent(wired.swap, Side::Buy, {60'000'000}, {1}));
  wired.run_for(milliseconds(20));
  ASSERT_NE(wired.order(placed), nullptr);
  EXPECT_EQ(wired.order(placed)->phase, engine::OrderPhase::Live);
  EXPECT_EQ(wired.venue->counters().rescued, 1u);
  EXPECT_EQ(wired.venue_open_orders(), 1u);
  wired.cancel(placed);
  wired.run_for(milliseconds(20));
  EXPECT_EQ(wired.venue_open_orders(), 0u);
  EXPECT_EQ(wired.disagreement(), "");
}

}  // namespace
}  // namespace gannet::test
