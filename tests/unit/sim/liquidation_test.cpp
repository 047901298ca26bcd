#include "support/exchange_fixture.h"

namespace gannet::sim {
namespace {

/// What the exchange tells of danger, beside everything else.
class DangerEvents {
 public:
  std::vector<LiquidationView> liquidations;
  int warnings = 0;
};

class Watcher final : public ExchangeEvents {
 public:
  DangerEvents danger;
  std::vector<OrderChange> changes;
  void on_order_change(const OrderChange& change) noexcept override { changes.push_back(change); }
  void on_trade(const PublicTrade&) noexcept override {}
  void on_level(InstrumentId, Side, Price, Quantity, std::uint32_t, Timestamp) noexcept override {}
  void on_position(UserId, const PositionView&) noexcept override {}
  void on_balance(UserId, const BalanceView&) noexcept override {}
  void on_bill(const Bill&) noexcept override {}
  void on_mark_price(InstrumentId, Price, Price, Timestamp) noexcept override {}
  void on_margin_warning(UserId, const PositionView&) noexcept override { ++danger.warnings; }
  void on_liquidation(const LiquidationView& one) noexcept override {
    danger.liquidations.push_back(one);
  }
};

/// Carol has 100 dollars and holds 8 contracts (0.08 BTC) at 60000 with leverage 50: 97.6 dollars
/// are left after the fee.
class Liquidation : public ExchangeTest {
 public:
  Watcher watcher;
  Exchange venue{instruments, currencies, watcher};
  UserId dave = add("dave", "100000");
  UserId carol = add("carol", "100");

  UserId add(std::string_view name, std::string_view dollars, int mode = 2) {
    UserSettings settings;
    settings.name = name;
    settings.account_mode = mode;
    settings.deposits = {money(dollars, usdt)};
    return venue.add_user(settings, now);
  }
  void open(std::string_view quantity = "8") {
    venue.set_leverage(carol, swap, 50);
    ASSERT_EQ(venue.place(order(dave, swap, Side::Sell, "60000", quantity), now).refusal,
              Refusal::None);
    ASSERT_EQ(venue.place(order(carol, swap, Side::Buy, "60000", quantity), now).refusal,
              Refusal::None);
  }
  void mark(std::string_view price) { venue.set_reference_prices(swap, px(price), px(price), now); }
  PositionView held(UserId user) const { return venue.positions(user).at(0); }
  std::string money_of(UserId user) const { return to_string(venue.balances(user).at(0).cash); }
  const Exchange::UserFill& last_fill(UserId user) const { return venue.fills(user).back(); }
  void TearDown() override {
    EXPECT_EQ(venue.check_money(), "");
    ExchangeTest::TearDown();
  }
};

TEST_F(Liquidation, IsWarnedOfOnceAtThreeTimesWhatIsNeeded) {
  open();
  mark("59600");  // 65.6 of equity; 4768 x 0.45 % x 3 = 64.368
  EXPECT_EQ(watcher.danger.warnings, 0);
  mark("59500");  // 57.6; 64.26
  mark("59490");
  EXPECT_EQ(watcher.danger.warnings, 1);
  mark("60000");
  mark("59500");
  EXPECT_EQ(watcher.danger.warnings, 2);
  EXPECT_TRUE(watcher.danger.liquidations.empty());
}

TEST_F(Liquidation, TakesTheWholePositionAtItsBankruptcyPrice) {
  open();
  mark("59000");  // 17.6 of equity; 4720 x 0.45 % = 21.24 needed
  EXPECT_EQ(held(carol).quantity.raw, 0);
  EXPECT_EQ(money_of(carol), "0");
  ASSERT_EQ(watcher.danger.liquidations.size(), 1u);
  const LiquidationView& told = watcher.danger.liquidations[0];
  // The penalty is 4720 x 0.05 % = 2.36; the other 15.24 go over 0.08 bitcoin.
  EXPECT_EQ(told.bankruptcy_price, px("58809.5"));
  EXPECT_EQ(told.side, Side::Sell);
  EXPECT_EQ(told.loss.raw, 0);
  EXPECT_EQ(to_string(held(carol).liquidation_penalty), "2.36");
  EXPECT_EQ(to_string(held(carol).realised_pnl), "-95.24");
  EXPECT_EQ(to_string(venue.insurance_fund(usdt)), "17.6");
  EXPECT_EQ(held(dave).quantity, qty(swap, "-8"));  // the market took it, not the other side
}

TEST_F(Liquidation, LeavesTheTraceThatTheVenueLeaves) {
  open();
  watcher.changes.clear();
  mark("59000");
  ASSERT_EQ(watcher.changes.size(), 1u);
  const OrderView& forced = watcher.changes[0].order;
  EXPECT_EQ(forced.category, OrderCategory::FullLiquidation);
  EXPECT_EQ(forced.state, OrderState::Filled);
  EXPECT_TRUE(forced.terms.client_id.empty());
  EXPECT_EQ(watcher.changes[0].fill->trade_id.value, 0);
  EXPECT_LT(last_fill(carol).fill.trade_id.value, 0);
  EXPECT_EQ(last_fill(carol).order, forced.id);
  EXPECT_NE(venue.find(forced.id), nullptr);
  const Bill& bill = venue.bills(carol).back();
  EXPECT_EQ(bill.cause, Bill::Cause::Liquidation);
  EXPECT_EQ(bill.id, last_fill(carol).bill_id);
  EXPECT_EQ(to_string(bill.change), "-97.6");
  ASSERT_EQ(venue.closed_positions(carol).size(), 1u);
  EXPECT_EQ(venue.closed_positions(carol)[0].how, ClosedPosition::How::Liquidation);
}

TEST_F(Liquidation, CancelsOrdersFirstAndStopsIfThatFreesEnough) {
  open("6");  // 4.8 more is left: 3600 of value, 98.2 of money
  const auto resting = venue.place(order(carol, spot, Side::Buy, "20000", "0.0001"), now);
  ASSERT_EQ(resting.refusal, Refusal::None);  // 2 dollars are spoken for
  mark("58635");  // 98.2 - 81.9 = 16.3, 14.3 without the 2; 3518.1 x 0.45 % = 15.83 needed
  EXPECT_EQ(venue.find(resting.id)->cancel_cause, CancelCause::Liquidation);
  EXPECT_EQ(held(carol).quantity, qty(swap, "6"));
  EXPECT_TRUE(watcher.danger.liquidations.empty());
}

TEST_F(Liquidation, FromTheThirdTierUpGoesDownTwoTiersAtATime) {
  venue.set_risk_tiers(swap, {{1, {}, qty(swap, "2"), 10'000'000, 4'000'000, 100},
                              {2, qty(swap, "2"), qty(swap, "4"), 10'000'000, 5'000'000, 100},
                              {3, qty(swap, "4"), qty(swap, "9"), 10'000'000, 10'000'000, 100}});
  open();
  mark("59350");  // 45.6 of equity; 4748 x 1.05 % = 49.854 needed
  EXPECT_EQ(held(carol).quantity, qty(swap, "2"));
  EXPECT_EQ(money_of(carol), "56.8195");  // 97.6 - 39 - 3561 x 0.05 %
  EXPECT_EQ(watcher.changes.back().order.category, OrderCategory::PartialLiquidation);
  EXPECT_EQ(venue.bills(carol).back().cause, Bill::Cause::PartialLiquidation);
}

TEST_F(Liquidation, BeyondTheMarginIsPaidByTheInsuranceFund) {
  venue.fund_insurance(money("1000", usdt));
  open();
  mark("58000");  // 97.6 - 160
  EXPECT_EQ(money_of(carol), "0");
  EXPECT_EQ(to_string(venue.insurance_fund(usdt)), "937.6");
  EXPECT_EQ(to_string(watcher.danger.liquidations.at(0).loss), "62.4");
  EXPECT_EQ(watcher.danger.liquidations[0].bankruptcy_price, px("58780"));
  EXPECT_EQ(held(dave).quantity, qty(swap, "-8"));
}

TEST_F(Liquidation, WithoutInsuranceTheOtherSideIsDeleveraged) {
  open();
  const std::string before = money_of(dave);
  mark("58000");
  EXPECT_EQ(money_of(carol), "0");
  EXPECT_EQ(held(dave).quantity.raw, 0);
  EXPECT_EQ(to_string(held(dave).realised_pnl), "97.6");  // 0.08 x (60000 - 58780)
  EXPECT_EQ(venue.bills(dave).back().cause, Bill::Cause::AutoDeleverage);
  EXPECT_EQ(watcher.changes.back().order.category, OrderCategory::AutoDeleverage);
  EXPECT_LT(last_fill(dave).fill.trade_id.value, 0);
}

TEST_F(Liquidation, DeleveragingHappensOnCommandToo) {
  open();
  mark("60100");
  EXPECT_EQ(venue.deleverage(dave, swap, PositionSide::Net, TradeMode::Cross, qty(swap, "3"), now),
            AccountRefusal::None);
  EXPECT_EQ(held(dave).quantity, qty(swap, "-5"));
  EXPECT_EQ(to_string(held(dave).realised_pnl), "-3");
  EXPECT_EQ(
      venue.deleverage(dave, inverse, PositionSide::Net, TradeMode::Cross, qty(swap, "3"), now),
      AccountRefusal::NoPosition);
}

TEST_F(Liquidation, OfAnIsolatedPositionTouchesNothingElse) {
  const UserId erin = add("erin", "1000");
  venue.set_leverage(erin, swap, 50);
  NewOrder terms = order(erin, swap, Side::Sell, "60000", "10");
  terms.mode = TradeMode::Isolated;
  ASSERT_EQ(venue.place(order(dave, swap, Side::Buy, "60000", "10"), now).refusal, Refusal::None);
  ASSERT_EQ(venue.place(terms, now).refusal, Refusal::None);
  EXPECT_EQ(money_of(erin), "877");  // 120 of margin, 3 of fee
  mark("61000");                     // 20 of 120 are left; 6100 x 0.45 % = 27.45 needed
  EXPECT_EQ(held(erin).quantity.raw, 0);
  EXPECT_EQ(money_of(erin), "877");
  // 3.05 of penalty; the other 16.95 go over 0.1 bitcoin.
  EXPECT_EQ(watcher.danger.liquidations.at(0).bankruptcy_price, px("61169.5"));
}

TEST_F(Liquidation, OfAnInversePositionIsInCoin) {
  UserSettings settings;
  settings.name = "frank";
  settings.deposits = {money("0.01", btc)};
  const UserId frank = venue.add_user(settings, now);
  settings.name = "grace";
  settings.deposits = {money("10", btc)};
  const UserId grace = venue.add_user(settings, now);
  venue.set_leverage(frank, inverse, 50);
  ASSERT_EQ(venue.place(order(grace, inverse, Side::Sell, "50000", "200"), now).refusal,
            Refusal::None);
  ASSERT_EQ(venue.place(order(frank, inverse, Side::Buy, "50000", "200"), now).refusal,
            Refusal::None);
  // 20000 dollars, 0.4 BTC; 0.0002 of fee: 0.0098 is left.
  venue.set_reference_prices(inverse, px("49000"), px("49000"), now);
  EXPECT_EQ(venue.positions(frank).at(0).quantity.raw, 0);
  EXPECT_GE(venue.balances(frank).at(0).cash.raw, 0);
  EXPECT_LT(venue.balances(frank).at(0).cash, money("0.00000001", btc));
  EXPECT_EQ(watcher.danger.liquidations.at(0).side, Side::Sell);
}

}  // namespace
}  // namespace gannet::sim
