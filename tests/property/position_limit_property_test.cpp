#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "support/gate_fixture.h"

namespace gannet::risk {
namespace {

constexpr std::int64_t kAccountLong = 3'000;
constexpr std::int64_t kAccountShort = 2'000;
constexpr std::int64_t kStrategyLong = 2'000;
constexpr std::int64_t kStrategyShort = 1'800;

/// A working order, as a venue would know it and as an order manager would tell Exposure.
struct Order {
  StrategyId strategy;
  Side side = Side::Buy;
  std::int64_t quantity = 0;
  std::int64_t filled = 0;
  std::int64_t counted = 0;  ///< the leaves Exposure counts
  std::int64_t asked = 0;    ///< pending amend: the other quantity that may be in force; 0: none
};

/// Random orders, fills, cancels and amends with late and contrary outcomes. The oracle knows only
/// the fills that happened and holds them against the limits.
class PositionLimitProperty : public test::GateFixture {
 protected:
  PositionLimitProperty() {
    const auto contracts = [](std::int64_t raw) { return SizeLimit{{raw, 2}, {}}; };
    settings.instruments = {{"BTC-USDT-SWAP", settings.instrument_default}};
    settings.instruments[0].second.position_long_max = contracts(kAccountLong);
    settings.instruments[0].second.position_short_max = contracts(kAccountShort);
    settings.strategy_default.position_long_max = contracts(kStrategyLong);
    settings.strategy_default.position_short_max = contracts(kStrategyShort);
    // In contracts: permitted for the swaps alone.
    auto limits = LimitTable::build(settings, instruments, currencies, strategies);
    for (const StrategyId strategy : {kQuotes, kOther}) {
      EXPECT_TRUE(limits->permit(strategy, instruments[linear]));
    }
    gate.emplace(std::move(*limits));
    exposure.emplace(strategies.size(), instruments.size());
  }

  std::int64_t up_to(std::int64_t n) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n)) + 1;
  }

  void place() {
    Order order;
    order.strategy = random_() % 2 == 0 ? kQuotes : kOther;
    order.side = random_() % 5 == 0 ? opposite(trend_) : trend_;
    order.quantity = up_to(std::int64_t{1} << up_to(9));  // small ones fit close to the wall
    const auto approved = check(intent_with([&](auto& o) {
      o.strategy = order.strategy;
      o.side = order.side;
      o.quantity = {order.quantity};
      o.reduce_only = random_() % 8 == 0;
    }));
    if (!approved) return static_cast<void>(++denied_count_);
    order.counted = order.quantity;
    exposure->on_order_opened(order.strategy, linear, order.side, Quantity{order.counted});
    orders_.push_back(order);
  }

  void amend(Order& order) {
    if (order.asked != 0) return;
    WorkingOrder working;
    working.strategy = order.strategy;
    working.instrument = linear;
    working.side = order.side;
    working.price = {100'000'000};
    working.quantity = {order.quantity};
    working.cumulative_quantity = working.booked_quantity = {order.filled};
    working.counted_leaves = {order.counted};
    AmendIntent change;
    change.new_quantity = Quantity{order.filled + up_to(600)};
    if (!gate->check_amend(change, working, context(), kNow))
      return static_cast<void>(++denied_count_);
    order.asked = change.new_quantity->raw;
    count(order);
  }

  /// The venue did it, or did not; either may be what we learn, after any number of fills.
  void resolve(Order& order) {
    if (order.asked == 0) return;
    if (random_() % 2 == 0 && order.asked >= order.filled) order.quantity = order.asked;
    order.asked = 0;
    order.quantity = std::max(order.quantity, order.filled);
    count(order);
  }

  void fill(Order& order) {
    // The venue may fill up to the larger of what may be in force.
    const std::int64_t leaves = std::max(order.quantity, order.asked) - order.filled;
    if (leaves <= 0) return;
    const std::int64_t quantity = up_to(leaves);
    order.filled += quantity;
    exposure->on_fill(order.strategy, linear, order.side, Quantity{quantity});
    count(order);
    const std::int64_t signed_quantity = order.side == Side::Buy ? quantity : -quantity;
    positions_[order.strategy.value] += signed_quantity;
    account_ += signed_quantity;
    ++fills_;
  }

  void count(Order& order) {
    const std::int64_t leaves = std::max(order.quantity, order.asked) - order.filled;
    exposure->on_working_changed(order.strategy, linear, order.side, Quantity{order.counted},
                                 Quantity{leaves});
    order.counted = leaves;
  }

  void close(std::size_t i) {
    const Order& order = orders_[i];
    exposure->on_order_closed(order.strategy, linear, order.side, Quantity{order.counted});
    orders_[i] = orders_.back();
    orders_.pop_back();
  }

  void check_oracle() {
    for (const std::int64_t position : positions_) {
      ASSERT_LE(position, kStrategyLong);
      ASSERT_GE(position, -kStrategyShort);
    }
    ASSERT_LE(account_, kAccountLong);
    ASSERT_GE(account_, -kAccountShort);
    highest_ = std::max(highest_, account_);
    lowest_ = std::min(lowest_, account_);
  }

  std::mt19937_64 random_{31};
  Side trend_ = Side::Buy;
  std::vector<Order> orders_;
  std::int64_t positions_[2] = {0, 0};
  std::int64_t account_ = 0;
  std::int64_t highest_ = 0;
  std::int64_t lowest_ = 0;
  std::uint64_t fills_ = 0;
  std::uint64_t denied_count_ = 0;
};

// PRE-06, I4: no sequence of orders, amends, fills and cancels brings a position over its limit.
TEST_F(PositionLimitProperty, NoSequenceOfOrdersAndFillsExceedsAPositionLimit) {
  for (int n = 0; n < 400'000; ++n) {
    if (n % 5'000 == 0) trend_ = opposite(trend_);  // long enough to reach the walls
    const std::uint64_t dice = random_() % 10;
    if (orders_.empty() || dice < 3) {
      place();
    } else {
      const std::size_t i = random_() % orders_.size();
      if (dice < 6) fill(orders_[i]);
      if (dice == 6) amend(orders_[i]);
      if (dice == 7) resolve(orders_[i]);
      if (dice == 8) close(i);
      if (dice == 9 && orders_[i].counted == 0) close(i);
    }
    ASSERT_NO_FATAL_FAILURE(check_oracle());
  }
  EXPECT_EQ(exposure->of_account(linear).position.raw, account_);
  // It pressed against both walls.
  EXPECT_GT(fills_, 50'000u);
  EXPECT_GT(denied_count_, 1'000u);
  EXPECT_GT(highest_, kAccountLong * 8 / 10);
  EXPECT_LT(lowest_, -kAccountShort * 8 / 10);
  // Everything ends: nothing stays counted.
  while (!orders_.empty()) close(0);
  EXPECT_EQ(exposure->open_orders(), 0u);
  EXPECT_EQ(exposure->of_account(linear).worst_long().raw, account_);
  EXPECT_EQ(exposure->of_account(linear).worst_short().raw, account_);
}

}  // namespace
}  // namespace gannet::risk
