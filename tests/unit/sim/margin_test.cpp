#include "support/exchange_fixture.h"

namespace gannet::sim {
namespace {

class Margins : public ExchangeTest {
 public:
  NewOrder isolated(UserId user, Side side, std::string_view price, std::string_view quantity) {
    NewOrder terms = order(user, swap, side, price, quantity);
    terms.mode = TradeMode::Isolated;
    return terms;
  }
  PositionView isolated_position(UserId user) const {
    for (const PositionView& view : exchange.positions(user)) {
      if (view.mode == TradeMode::Isolated) return view;
    }
    return {};
  }
  UserId add_poor(std::string_view dollars, int mode = 2) {
    UserSettings settings;
    settings.name = "carol";
    settings.account_mode = mode;
    settings.deposits = {money(dollars, usdt)};
    return exchange.add_user(settings, now);
  }
  static std::vector<RiskTier> tiers(Quantity first, Quantity second, Quantity third) {
    return {{1, {}, first, 10'000'000, 4'000'000, 100},
            {2, first, second, 50'000'000, 5'000'000, 20},
            {3, second, third, 100'000'000, 10'000'000, 10}};
  }
};

TEST_F(Margins, IsolatedMarginLeavesTheCashAtEntryAndComesBackPartByPart) {
  sell(bob, swap, "60000", "3");
  must_place(isolated(alice, Side::Buy, "60000", "3"));
  // 0.03 BTC, 1800 of value: 360 of margin at leverage 5, 0.9 of fee.
  EXPECT_EQ(to_string(isolated_position(alice).isolated_margin), "360");
  EXPECT_EQ(cash(alice, usdt), "99639.1");
  EXPECT_EQ(to_string(balance(alice, usdt).equity), "99999.1");
  EXPECT_EQ(to_string(exchange.bills(alice).back().position_change), "360");
  EXPECT_EQ(to_string(exchange.bills(alice).back().change), "-360.9");

  exchange.set_reference_prices(swap, px("61000"), px("61000"), now);
  EXPECT_EQ(to_string(isolated_position(alice).isolated_margin), "360");  // fixed at entry
  buy(bob, swap, "61000", "1");
  must_place(isolated(alice, Side::Sell, "61000", "1"));
  EXPECT_EQ(cash(alice, usdt), "99768.795");  // and 120 of margin, 10 of profit less 0.305 of fee
  EXPECT_EQ(to_string(isolated_position(alice).isolated_margin), "240");
}

TEST_F(Margins, MarginOfAnIsolatedPositionIsAddedAndTakenBackByHand) {
  EXPECT_EQ(exchange.adjust_margin(alice, swap, PositionSide::Net, money("1", usdt), now),
            AccountRefusal::NoPosition);
  sell(bob, swap, "60000", "3");
  must_place(isolated(alice, Side::Buy, "60000", "3"));
  exchange.set_reference_prices(swap, px("60000"), px("60000"), now);
  EXPECT_EQ(exchange.adjust_margin(alice, swap, PositionSide::Net, money("100", usdt), now),
            AccountRefusal::None);
  EXPECT_EQ(to_string(isolated_position(alice).isolated_margin), "460");
  EXPECT_EQ(cash(alice, usdt), "99539.1");
  EXPECT_EQ(exchange.bills(alice).back().cause, Bill::Cause::MarginAdded);
  EXPECT_EQ(exchange.adjust_margin(alice, swap, PositionSide::Net, money("-101", usdt), now),
            AccountRefusal::InsufficientFunds);
  EXPECT_EQ(exchange.adjust_margin(alice, swap, PositionSide::Net, money("-99", usdt), now),
            AccountRefusal::None);
  EXPECT_EQ(to_string(isolated_position(alice).isolated_margin), "361");
}

TEST_F(Margins, AnotherLeverageOfAnIsolatedPositionMovesItsMargin) {
  sell(bob, swap, "60000", "3");
  must_place(isolated(alice, Side::Buy, "60000", "3"));
  exchange.set_reference_prices(swap, px("60000"), px("60000"), now);
  const auto change = [&](std::int64_t times) {
    return exchange.change_leverage(alice, swap, TradeMode::Isolated, PositionSide::Net, times,
                                    now);
  };
  EXPECT_EQ(change(2), AccountRefusal::None);
  EXPECT_EQ(to_string(isolated_position(alice).isolated_margin), "900");
  EXPECT_EQ(exchange.leverage(alice, swap), 5);  // cross has its own
  must_place(isolated(alice, Side::Buy, "50000", "1"));
  EXPECT_EQ(change(3), AccountRefusal::OpenOrders);
  EXPECT_EQ(change(126), AccountRefusal::LeverageTooHigh);
}

TEST_F(Margins, LeverageIsNotLoweredBelowWhatTheMoneyCarries) {
  exchange.set_leverage(alice, swap, 10);
  buy(alice, swap, "60000", "1000");  // 600000 of value
  const auto change = [&](std::int64_t times) {
    return exchange.change_leverage(alice, swap, TradeMode::Cross, PositionSide::Net, times, now);
  };
  EXPECT_EQ(change(5), AccountRefusal::InsufficientFunds);  // 120000 of margin
  EXPECT_EQ(exchange.leverage(alice, swap), 10);
  EXPECT_GE(balance(alice, usdt).frozen, money("60300", usdt));
  EXPECT_EQ(change(20), AccountRefusal::None);
  EXPECT_LT(balance(alice, usdt).frozen, money("30300.1", usdt));
}

TEST_F(Margins, PositionAndOrdersMustFitTheTierOfTheLeverage) {
  exchange.set_risk_tiers(swap, tiers(qty(swap, "10"), qty(swap, "20"), qty(swap, "30")));
  exchange.set_leverage(alice, swap, 50);
  buy(alice, swap, "60000", "6");
  EXPECT_EQ(refusal(order(alice, swap, Side::Buy, "60000", "4.01")), Refusal::TierExceeded);
  buy(alice, swap, "60000", "4");
  sell(bob, swap, "60000", "10");
  EXPECT_EQ(refusal(order(alice, swap, Side::Buy, "60000", "0.01")), Refusal::TierExceeded);
  sell(alice, swap, "61000", "10");  // closing is free
  exchange.set_leverage(alice, swap, 20);
  buy(alice, swap, "60000", "10");
  sell(bob, swap, "60000", "10");
  EXPECT_EQ(exchange.change_leverage(alice, swap, TradeMode::Cross, PositionSide::Net, 50, now),
            AccountRefusal::TierExceeded);
  EXPECT_EQ(position(alice, swap).maintenance_rate, 5'000'000);
}

TEST_F(Margins, ModesOfPositionsAndAccountsDoNotChangeWhileAnythingIsOpen) {
  const VenueOrderId id = buy(alice, swap, "59000", "1");
  EXPECT_EQ(exchange.set_position_mode(alice, true), AccountRefusal::OpenOrders);
  EXPECT_EQ(exchange.set_account_mode(alice, 3), AccountRefusal::OpenOrders);
  sell(bob, swap, "59000", "1");
  EXPECT_EQ(state(id), OrderState::Filled);
  EXPECT_EQ(exchange.set_position_mode(alice, true), AccountRefusal::OpenPositions);
  EXPECT_EQ(exchange.set_account_mode(alice, 1), AccountRefusal::OpenPositions);
  EXPECT_EQ(exchange.set_account_mode(alice, 4), AccountRefusal::UnsupportedMode);
  buy(bob, swap, "59000", "1");
  sell(alice, swap, "59000", "1");
  EXPECT_EQ(exchange.set_position_mode(alice, true), AccountRefusal::None);
  EXPECT_EQ(exchange.set_account_mode(alice, 1), AccountRefusal::None);
  EXPECT_EQ(refusal(order(alice, swap, Side::Buy, "59000", "1")), Refusal::BadMode);
}

TEST_F(Margins, AMultiCurrencyAccountIsMarginedInDollarsAfterTheDiscount) {
  UserSettings settings;
  settings.name = "carol";
  settings.account_mode = 3;
  settings.deposits = {money("1", btc)};
  const UserId carol = exchange.add_user(settings, now);
  exchange.set_reference_prices(swap, px("60000"), px("60000"), now);
  const auto dollars = [](__int128 raw) { return to_string(Amount{raw, CurrencyId{}}); };
  EXPECT_EQ(dollars(exchange.account(carol).equity), "60000");
  EXPECT_EQ(dollars(exchange.account(carol).adjusted_equity), "58800");  // 0.98
  exchange.set_leverage(carol, swap, 1);
  // One bitcoin of contracts at leverage 1 needs 60000.
  EXPECT_EQ(refusal(order(carol, swap, Side::Buy, "60000", "100")), Refusal::InsufficientFunds);
  exchange.set_leverage(carol, swap, 5);
  sell(bob, swap, "60000", "100");
  buy(carol, swap, "60000", "100");
  EXPECT_EQ(cash(carol, usdt), "-30");  // the fee: a debt of dollars
  EXPECT_EQ(dollars(exchange.account(carol).adjusted_equity), "58770");
  EXPECT_EQ(dollars(exchange.account(carol).initial_margin), "12000");
  NewOrder one_margin = order(carol, swap, Side::Buy, "60000", "1");
  one_margin.mode = TradeMode::Isolated;
  EXPECT_EQ(refusal(one_margin), Refusal::IsolatedUnsupported);
  NewOrder bought = order(carol, spot, Side::Buy, "60000", "0.1");
  EXPECT_EQ(refusal(bought), Refusal::BadMode);  // spot is traded cross there
  bought.mode = TradeMode::Cross;
  EXPECT_EQ(refusal(bought), Refusal::InsufficientFunds);  // no dollars, nothing is borrowed
  bought.side = Side::Sell;
  EXPECT_EQ(refusal(bought), Refusal::None);
}

TEST_F(Margins, MarginTradingOnSpotPairsIsRefused) {
  NewOrder terms = order(alice, spot, Side::Buy, "60000", "0.1");
  terms.mode = TradeMode::Cross;
  EXPECT_EQ(refusal(terms), Refusal::MarginTradingUnsupported);
}

TEST_F(Margins, TheHoldOfAnOrderIsItsMarginAndAReserveForTheFee) {
  exchange.set_leverage(alice, inverse, 10);
  buy(alice, inverse, "50000", "10");  // 1000 dollars: 0.02 BTC of value
  EXPECT_LE(balance(alice, btc).order_margin - money("0.002", btc),
            money("0.000000000000000002", btc));
  EXPECT_EQ(to_string(balance(alice, btc).frozen - balance(alice, btc).order_margin), "0.00001");
}

TEST_F(Margins, MoneyMovesBetweenWalletsAndUsersAndOnlyWhatIsFree) {
  exchange.deposit_to_funding(alice, money("50", usdt));
  EXPECT_EQ(
      exchange.transfer(alice, Wallet::Funding, alice, Wallet::Trading, money("20", usdt), now),
      AccountRefusal::None);
  EXPECT_EQ(cash(alice, usdt), "100020");
  EXPECT_EQ(exchange.bills(alice).back().cause, Bill::Cause::Transfer);
  EXPECT_EQ(to_string(exchange.funding_balances(alice).at(0)), "30");
  EXPECT_EQ(
      exchange.transfer(alice, Wallet::Trading, bob, Wallet::Funding, money("100021", usdt), now),
      AccountRefusal::InsufficientFunds);
  exchange.set_leverage(alice, swap, 1);
  buy(alice, swap, "60000", "1");  // 600 and 0.3 are held
  EXPECT_EQ(to_string(exchange.max_withdrawal(alice, usdt)).substr(0, 7), "99419.6");
  EXPECT_EQ(
      exchange.transfer(alice, Wallet::Trading, bob, Wallet::Trading, money("99419", usdt), now),
      AccountRefusal::None);
  EXPECT_EQ(cash(bob, usdt), "199419");
}

TEST_F(Margins, TheLargestOrderIsWhatMoneyAndPositionAllow) {
  const UserId carol = add_poor("100");
  exchange.set_reference_prices(swap, px("60000"), px("60000"), now);
  exchange.set_leverage(carol, swap, 10);
  // A lot is 6 dollars of value: 0.6 of margin and 0.003 of fee. 165 lots are 99.495.
  const auto room = exchange.order_room(carol, swap, TradeMode::Cross, px("60000"), 0, false);
  EXPECT_EQ(room.buy, qty(swap, "1.65"));
  EXPECT_EQ(room.sell, qty(swap, "1.65"));
  EXPECT_EQ(refusal(order(carol, swap, Side::Buy, "60000", "1.66")), Refusal::InsufficientFunds);
  sell(bob, swap, "60000", "1.65");
  buy(carol, swap, "60000", "1.65");
  EXPECT_EQ(exchange.order_room(carol, swap, TradeMode::Cross, px("60000"), 0, true).sell,
            qty(swap, "1.65"));
}

TEST_F(Margins, ThroughZeroAPositionEndsAndAnotherBegins) {
  sell(bob, swap, "60000", "3");
  buy(alice, swap, "60000", "3");
  buy(bob, swap, "61000", "5");
  sell(alice, swap, "61000", "5");
  EXPECT_EQ(position(alice, swap).quantity, qty(swap, "-2"));
  EXPECT_EQ(to_string(position(alice, swap).average_price), "61000");
  EXPECT_EQ(to_string(position(alice, swap).realised_pnl), "0");
  EXPECT_EQ(to_string(exchange.bills(alice).back().profit), "30");
  ASSERT_EQ(exchange.closed_positions(alice).size(), 1u);
  EXPECT_EQ(exchange.closed_positions(alice)[0].how, ClosedPosition::How::Whole);
  EXPECT_EQ(to_string(exchange.closed_positions(alice)[0].position.realised_pnl), "30");
}

TEST_F(Margins, ClosedPositionsAreRemembered) {
  sell(bob, swap, "60000", "3");
  buy(alice, swap, "60000", "3");
  buy(bob, swap, "61000", "1");
  sell(alice, swap, "61000", "1");
  ASSERT_EQ(exchange.closed_positions(alice).size(), 1u);
  EXPECT_EQ(exchange.closed_positions(alice)[0].how, ClosedPosition::How::Part);
  buy(bob, swap, "60500", "2");
  sell(alice, swap, "60500", "2");
  ASSERT_EQ(exchange.closed_positions(alice).size(), 1u);
  const ClosedPosition& closed = exchange.closed_positions(alice)[0];
  EXPECT_EQ(closed.how, ClosedPosition::How::Whole);
  EXPECT_EQ(closed.closed, qty(swap, "3"));
  EXPECT_EQ(closed.largest, qty(swap, "3"));
  EXPECT_TRUE(closed.was_long);
  EXPECT_EQ(to_string(closed.position.average_price), "60000");
  EXPECT_EQ(to_string(closed.close_average).substr(0, 12), "60666.666666");
  EXPECT_EQ(to_string(closed.position.realised_pnl), "20");
}

}  // namespace
}  // namespace gannet::sim
