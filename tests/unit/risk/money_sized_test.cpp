#include "support/gate_fixture.h"

// Market orders sized in money: limited by what they may trade at worst, and by the money itself.

namespace gannet::test {
namespace {

struct MoneySized : GateFixture {
  void limit_position(Decimal coins) {
    risk::Limits limits;
    limits.position_long_max = risk::SizeLimit{coins, CurrencyName("BTC")};
    settings.instruments.emplace_back("BTC-USDT", limits);
  }
  /// Spends that many dollars at the reference of 100,000.
  OrderIntent spend(std::int64_t dollars, Side side = Side::Buy) const {
    OrderIntent order = intent();
    order.instrument = coin;
    order.kind = OrderKind::Market;
    order.side = side;
    order.price = {};
    order.quantity = {};
    order.quote_quantity = {dollars * 100'000'000};
    return order;
  }
};

TEST_F(MoneySized, CountWithTheMostThatTheMoneyMayTradeInsideTheCollar) {
  const auto approved = check(spend(990));
  ASSERT_TRUE(approved.has_value());
  // 990 at 1 % under the reference, 99,000: 0.01 of the coin.
  const Instrument& spot = instruments[coin];
  const auto hundredth = parse_units("0.01", spot.quantity_digits);
  EXPECT_EQ(approved->quantity().raw, *hundredth);
  EXPECT_EQ(approved->intent().quantity, Quantity{});
  EXPECT_EQ(approved->options().slippage_max_bps, 0);
}

TEST_F(MoneySized, TheMoneyIsTheNotional) {
  settings.account.order_notional_max = Decimal{1'000, 0};
  rebuild();
  EXPECT_FALSE(denied(spend(1'000)).has_value());
  EXPECT_EQ(denied(spend(1'001)), DenialReason::NotionalAboveLimit);
}

TEST_F(MoneySized, TheWorstQuantityMeetsThePositionLimits) {
  limit_position({1, 2});  // 0.01
  rebuild();
  EXPECT_FALSE(denied(spend(990)).has_value());
  EXPECT_EQ(denied(spend(1'000)), DenialReason::PositionAboveLimit);
}

TEST_F(MoneySized, ASaleForMoneyIsBoundBySlippageLikeTheCollar) {
  const auto approved = check(spend(990, Side::Sell));
  ASSERT_TRUE(approved.has_value());
  EXPECT_EQ(approved->options().slippage_max_bps, 100);  // 1 %
  OrderIntent own = spend(990, Side::Sell);
  own.options.slippage_max_bps = 50;  // less room may be asked for, not more
  EXPECT_EQ(check(own)->options().slippage_max_bps, 50);
  own.options.slippage_max_bps = 500;
  EXPECT_EQ(check(own)->options().slippage_max_bps, 100);
}

TEST_F(MoneySized, OnlySpotMarketOrdersAreSizedSo) {
  const auto changed = [&](const std::function<void(OrderIntent&)>& change) {
    OrderIntent order = spend(990);
    change(order);
    return denied(order);
  };
  EXPECT_EQ(changed([&](OrderIntent& o) { o.instrument = linear; }),
            DenialReason::UnsupportedOrder);
  EXPECT_EQ(changed([&](OrderIntent& o) {
              o.kind = OrderKind::Limit;
              o.price = {100'000'000};
            }),
            DenialReason::UnsupportedOrder);
  EXPECT_EQ(changed([](OrderIntent& o) { o.quantity = {1}; }), DenialReason::UnsupportedOrder);
  EXPECT_EQ(changed([](OrderIntent& o) { o.quote_quantity = {-1}; }),
            DenialReason::UnsupportedOrder);
  EXPECT_EQ(changed([](OrderIntent& o) { o.options.clamp_price = true; }),
            DenialReason::UnsupportedOrder);
  EXPECT_EQ(changed([](OrderIntent& o) { o.options.slippage_max_bps = 501; }),
            DenialReason::UnsupportedOrder);
  EXPECT_EQ(changed([](OrderIntent& o) { o.quote_quantity = {1}; }),
            DenialReason::QuantityBelowMinimum);
  EXPECT_EQ(denied(intent_with([](OrderIntent& o) { o.options.exact_size = true; })),
            DenialReason::UnsupportedOrder);
}

TEST_F(MoneySized, SumsBeyondAllMeasureAreNotWrapped) {
  limit_position({1, 0});
  rebuild();
  OrderIntent order = spend(1);
  order.quote_quantity = {std::numeric_limits<std::int64_t>::max()};
  EXPECT_TRUE(denied(order).has_value());
}

}  // namespace
}  // namespace gannet::test
