// Rules of orders beyond the common ones: by money, slippage, groups of self-trade, reduce-only,
// market orders at the band, queue places, and how long ended orders are remembered.

#include "support/exchange_fixture.h"

namespace gannet::sim {
namespace {

class OrderRules : public ExchangeTest {
 public:
  NewOrder by_money(UserId user, Side side, std::string_view money_text) {
    NewOrder terms = order(user, spot, side, "", "0", OrderType::Market);
    terms.quantity_is_quote = true;
    terms.quote_quantity = money(money_text, usdt);
    return terms;
  }
  NewOrder reduce(UserId user, Side side, std::string_view price, std::string_view quantity) {
    NewOrder terms = order(user, swap, side, price, quantity);
    terms.reduce_only = true;
    return terms;
  }
  void hold_long(UserId user, UserId other, std::string_view quantity) {
    sell(other, swap, "60000", quantity);
    buy(user, swap, "60000", quantity);
  }
};

TEST_F(OrderRules, SaleByMoneyBringsNoLessThanTheMoneyAndEndsWithoutAFill) {
  buy(bob, spot, "26228.1", "1");
  events.clear();
  const VenueOrderId sale = must_place(by_money(alice, Side::Sell, "10"));
  // 10 / 26228.1 = 0.000381270..., so 0.00038128: recorded by a client of the real venue.
  EXPECT_EQ(filled(sale), qty(spot, "0.00038128").raw);
  ASSERT_EQ(events.changes.size(), 4u);  // live, both parties' fill, the end
  EXPECT_EQ(events.changes[2].order.state, OrderState::PartiallyFilled);
  EXPECT_EQ(events.changes[3].what, OrderChange::What::Completed);
  EXPECT_EQ(events.changes[3].order.state, OrderState::Filled);
  EXPECT_FALSE(events.changes[3].fill.has_value());
  EXPECT_EQ(exchange.check_money(), "");
}

TEST_F(OrderRules, PurchaseByMoneyCostsNoMoreAndEndsWithTheFillWhenItComesOutEven) {
  sell(bob, spot, "50000", "1");
  events.clear();
  must_place(by_money(alice, Side::Buy, "25000"));
  EXPECT_EQ(events.changes.back().what, OrderChange::What::Fill);
  EXPECT_EQ(events.changes.back().order.state, OrderState::Filled);
  const VenueOrderId odd = must_place(by_money(alice, Side::Buy, "0.7777777"));
  EXPECT_EQ(filled(odd), qty(spot, "0.00001555").raw);  // 0.7775
  EXPECT_EQ(state(odd), OrderState::Filled);
}

TEST_F(OrderRules, MarketOrdersInTheCurrencyTheyPayMustBeCovered) {
  sell(bob, spot, "50000", "10");
  buy(bob, spot, "49000", "1");
  EXPECT_EQ(refusal(by_money(alice, Side::Buy, "100000.01")), Refusal::InsufficientFunds);
  EXPECT_EQ(refusal(order(alice, spot, Side::Sell, "", "10.00000001", OrderType::Market)),
            Refusal::InsufficientFunds);
}

TEST_F(OrderRules, MarketOrdersInTheCurrencyTheyReceiveShrinkUnlessForbidden) {
  sell(bob, spot, "50000", "10");
  NewOrder big = order(alice, spot, Side::Buy, "", "3", OrderType::Market);  // has money for two
  big.shrinks_to_funds = false;
  EXPECT_EQ(refusal(big), Refusal::InsufficientFunds);
  big.shrinks_to_funds = true;
  EXPECT_EQ(filled(must_place(big)), qty(spot, "2").raw);
}

TEST_F(OrderRules, SlippageRefusesWhatTheBookFillsOnlyFarAway) {
  sell(bob, spot, "50000", "1");
  sell(bob, spot, "50500", "1");  // 1 % away
  NewOrder terms = order(alice, spot, Side::Buy, "", "1.5", OrderType::Market);
  terms.slippage = 99;
  EXPECT_EQ(refusal(terms), Refusal::SlippageTooLarge);
  terms.slippage = 100;
  EXPECT_EQ(filled(must_place(terms)), qty(spot, "1.5").raw);
  EXPECT_EQ(refusal(terms), Refusal::SlippageTooLarge);  // only half a coin is left
}

TEST_F(OrderRules, UsersOfOneMasterAccountNeverTradeWithEachOther) {
  UserSettings settings;
  settings.deposits = {money("100000", usdt)};
  settings.self_trade_group = 7;
  const UserId first = exchange.add_user(settings, now);
  const UserId second = exchange.add_user(settings, now);
  const VenueOrderId maker = sell(first, swap, "60000", "1");
  const VenueOrderId taker = buy(second, swap, "60000", "1");
  EXPECT_EQ(cause(maker), CancelCause::SelfTrade);
  EXPECT_EQ(state(taker), OrderState::Live);
  sell(alice, swap, "60000", "1");
  EXPECT_EQ(state(taker), OrderState::Filled);
}

TEST_F(OrderRules, SelfTradeCancelsTheTakerAfterBetterPricedFills) {
  sell(bob, swap, "59999", "1");
  const VenueOrderId own = sell(alice, swap, "60000", "1");
  NewOrder terms = order(alice, swap, Side::Buy, "60000", "3");
  terms.stp = SelfTradePrevention::CancelTaker;
  const VenueOrderId taker = must_place(terms);
  EXPECT_EQ(filled(taker), qty(swap, "1").raw);
  EXPECT_EQ(cause(taker), CancelCause::SelfTrade);
  EXPECT_EQ(state(own), OrderState::Live);
}

TEST_F(OrderRules, ContractMarketOrdersStopAtTheEdgeOfTheBand) {
  exchange.set_reference_prices(swap, px("60000"), px("60000"), now);
  must_place(order(kMarketUser, swap, Side::Sell, "62999", "1"));
  must_place(order(kMarketUser, swap, Side::Sell, "63000.1", "1"));  // the band ends at 63,000
  const VenueOrderId taker = buy(alice, swap, "", "2", OrderType::Market);
  EXPECT_EQ(filled(taker), qty(swap, "1").raw);
  EXPECT_EQ(cause(taker), CancelCause::ImmediateOrCancel);
  must_place(order(kMarketUser, swap, Side::Sell, "62999", "1"));
  EXPECT_EQ(filled(buy(alice, swap, "", "2", OrderType::OptimalLimitIoc)), qty(swap, "1").raw);
  EXPECT_EQ(refusal(order(alice, spot, Side::Buy, "", "2", OrderType::OptimalLimitIoc)),
            Refusal::UnsupportedType);
}

TEST_F(OrderRules, ReduceOnlyIsCutOnEntryAndSaysSo) {
  hold_long(alice, bob, "2");
  events.clear();
  must_place(reduce(alice, Side::Sell, "61000", "5"));
  ASSERT_EQ(events.changes.size(), 1u);
  EXPECT_EQ(events.changes[0].what, OrderChange::What::Live);
  EXPECT_EQ(events.changes[0].amended_by, AmendCause::ReduceOnly);
  EXPECT_EQ(events.changes[0].order.terms.quantity, qty(swap, "2"));

  // A post-only order is told twice: resized, then resting.
  hold_long(alice, bob, "1");
  exchange.cancel_all(alice, "", CancelCause::User, now);
  events.clear();
  NewOrder post = reduce(alice, Side::Sell, "61000", "5");
  post.type = OrderType::PostOnly;
  must_place(post);
  ASSERT_EQ(events.changes.size(), 2u);
  EXPECT_EQ(events.changes[0].what, OrderChange::What::Amended);
  EXPECT_EQ(events.changes[0].amended_by, AmendCause::ReduceOnly);
  EXPECT_EQ(events.changes[1].what, OrderChange::What::Live);
  EXPECT_EQ(events.changes[1].amended_by, AmendCause::None);
}

TEST_F(OrderRules, AnAmendBeyondThePositionIsCutAndSaysSo) {
  hold_long(alice, bob, "2");
  const VenueOrderId id = must_place(reduce(alice, Side::Sell, "61000", "1"));
  EXPECT_EQ(
      exchange.amend(alice, id, {.price = {}, .quantity = qty(swap, "5"), .request_id = "r"}, now),
      Refusal::None);
  EXPECT_EQ(events.changes.back().amended_by, AmendCause::UserCapped);
  EXPECT_EQ(events.changes.back().order.terms.quantity, qty(swap, "2"));
}

TEST_F(OrderRules, ReduceOnlyOrdersBehindBetterPricesOrWithoutAPositionEndWithTheirCause) {
  hold_long(alice, bob, "2");
  const VenueOrderId worse = must_place(reduce(alice, Side::Sell, "61000", "2"));
  const VenueOrderId better = must_place(reduce(alice, Side::Sell, "60500", "2"));
  EXPECT_EQ(cause(worse), CancelCause::ReduceOnly);
  const VenueOrderId late = must_place(reduce(alice, Side::Sell, "60800", "1"));
  EXPECT_EQ(cause(late), CancelCause::ReduceOnlyLater);
  sell(alice, swap, "59000", "1");  // rests: nobody bids
  EXPECT_EQ(state(better), OrderState::Live);
  buy(bob, swap, "59000", "1");
  EXPECT_EQ(exchange.find(better)->terms.quantity, qty(swap, "1"));
  EXPECT_EQ(events.changes.back().amended_by, AmendCause::ReduceOnly);
  sell(alice, swap, "59000", "1");
  buy(bob, swap, "59000", "1");
  EXPECT_EQ(cause(better), CancelCause::PositionClosed);
}

TEST_F(OrderRules, ClosingOrdersOfALegMayNotExceedIt) {
  const UserId legs = add_user("legs", true);
  sell(bob, swap, "60000", "2");
  NewOrder open = order(legs, swap, Side::Buy, "60000", "2");
  open.position_side = PositionSide::Long;
  must_place(open);
  NewOrder close = order(legs, swap, Side::Sell, "61000", "2");
  close.position_side = PositionSide::Long;
  must_place(close);
  EXPECT_EQ(refusal(close), Refusal::CloseTooLarge);
}

TEST_F(OrderRules, TooManyMatchesSaySo) {
  for (int i = 0; i < 1'001; ++i) must_place(order(kMarketUser, swap, Side::Sell, "60000", "0.01"));
  EXPECT_EQ(cause(buy(alice, swap, "60000", "10.01", OrderType::FillOrKill)),
            CancelCause::TooManyMatches);
  EXPECT_EQ(cause(buy(alice, swap, "60000", "10.01")), CancelCause::TooManyMatches);
}

TEST_F(OrderRules, OrdersOfTheOwnGroupBeforeAFillOrKillDoNotUseUpItsMatches) {
  UserSettings settings;
  settings.deposits = {money("100000", usdt)};
  settings.self_trade_group = 7;
  const UserId first = exchange.add_user(settings, now);
  const UserId second = exchange.add_user(settings, now);
  for (int i = 0; i < 500; ++i) sell(first, swap, "60000", "0.01");
  for (int i = 0; i < 600; ++i) must_place(order(kMarketUser, swap, Side::Sell, "60000", "0.01"));
  const VenueOrderId id = buy(second, swap, "60000", "6", OrderType::FillOrKill);
  EXPECT_EQ(state(id), OrderState::Filled);
  EXPECT_EQ(filled(id), qty(swap, "6").raw);
  EXPECT_TRUE(exchange.open_orders(first).empty());
}

TEST_F(OrderRules, AFillOrKillDoesNotCountOnReducingOrdersThatItsOwnFillsShrink) {
  hold_long(alice, bob, "10");
  const VenueOrderId reducing = must_place(reduce(alice, Side::Sell, "60100", "10"));
  const VenueOrderId plain = sell(alice, swap, "60050", "5");
  // After the plain 5 alice is long 5: that is all the reducing order can bring.
  const VenueOrderId taker = buy(bob, swap, "60100", "15", OrderType::FillOrKill);
  EXPECT_EQ(cause(taker), CancelCause::FillOrKill);
  EXPECT_EQ(filled(taker), 0);
  EXPECT_EQ(state(reducing), OrderState::Live);
  EXPECT_EQ(state(plain), OrderState::Live);
  const VenueOrderId fits = buy(bob, swap, "60100", "10", OrderType::FillOrKill);
  EXPECT_EQ(state(fits), OrderState::Filled);
  EXPECT_EQ(position(alice, swap).quantity.raw, 0);
}

TEST_F(OrderRules, FillsRememberTheirProfitAndTheReferencePrices) {
  exchange.set_reference_prices(swap, px("60001"), px("60002"), now);
  hold_long(alice, bob, "2");
  buy(bob, swap, "60100", "1");
  sell(alice, swap, "60100", "1");
  const Exchange::UserFill& fill = exchange.fills(alice).back();
  EXPECT_EQ(to_string(fill.realised_pnl), "1");  // 100 on one contract of 0.01
  EXPECT_EQ(fill.mark, px("60001"));
  EXPECT_EQ(fill.index, px("60002"));
}

/// An exchange with few places for the past, and queues without mercy.
class OtherSettings : public ExchangeTest {
 public:
  Exchange small{
      instruments,
      currencies,
      events,
      {.shrinking_keeps_place = false, .ended_orders = 3, .ended_unfilled_orders = 5, .fills = 4}};
  UserId carol = join();
  UserId dave = join();

  UserId join() {
    UserSettings settings;
    settings.deposits = {money("100000", usdt)};
    return small.add_user(settings, now);
  }
  VenueOrderId put(UserId user, Side side, std::string_view price, std::string_view quantity) {
    return small.place(order(user, swap, side, price, quantity), now).id;
  }
};

TEST_F(OtherSettings, EveryAmendMayLoseThePlace) {
  const VenueOrderId first = put(carol, Side::Sell, "60000", "3");
  const VenueOrderId second = put(carol, Side::Sell, "60000", "1");
  small.amend(carol, first, {.price = {}, .quantity = qty(swap, "2"), .request_id = ""}, now);
  put(dave, Side::Buy, "60000", "1");
  EXPECT_EQ(small.find(second)->state, OrderState::Filled);
}

TEST_F(OtherSettings, TheOldestEndedOrdersAreForgottenOpenOnesNever) {
  const VenueOrderId open = put(carol, Side::Buy, "50000", "1");
  std::vector<VenueOrderId> traded;
  for (int i = 0; i < 5; ++i) {
    traded.push_back(put(carol, Side::Sell, "60000", "1"));
    put(dave, Side::Buy, "60000", "1");
  }
  std::vector<VenueOrderId> cancelled;
  for (int i = 0; i < 50; ++i) {
    NewOrder terms = order(carol, swap, Side::Buy, "50000", "1");
    terms.client_id = std::string_view("again");
    cancelled.push_back(small.place(terms, now).id);
    small.cancel(carol, cancelled.back(), CancelCause::User, now);
  }
  EXPECT_EQ(small.find(open)->state, OrderState::Live);
  EXPECT_EQ(small.find(traded[1]), nullptr);
  EXPECT_NE(small.find(traded[2]), nullptr);
  EXPECT_EQ(small.find(cancelled[44]), nullptr);
  EXPECT_NE(small.find(cancelled[45]), nullptr);
  EXPECT_EQ(small.find_by_client_id(carol, "again")->id, cancelled[49]);
  std::vector<VenueOrderId> expected{open, traded[2], traded[3], traded[4]};
  expected.insert(expected.end(), cancelled.begin() + 45, cancelled.end());
  EXPECT_EQ(small.all_orders(carol), expected);
}

TEST_F(OtherSettings, TheNewestFillsAreKept) {
  for (int i = 0; i < 21; ++i) {
    put(carol, Side::Sell, "60000", "1");
    put(dave, Side::Buy, "60000", "1");
  }
  const auto& fills = small.fills(carol);
  EXPECT_GE(fills.size(), 4u);
  EXPECT_LT(fills.size(), 8u);
  EXPECT_EQ(fills.back().fill.trade_id.value, 21);
}

}  // namespace
}  // namespace gannet::sim
