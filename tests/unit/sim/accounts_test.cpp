#include "support/exchange_fixture.h"

namespace gannet::sim {
namespace {

using AccountsOfExchange = ExchangeTest;

TEST_F(AccountsOfExchange, SpotTradeMovesBothCurrenciesAndTakesTheFeeFromWhatIsReceived) {
  sell(alice, spot, "60000", "1");
  EXPECT_EQ(to_string(balance(alice, btc).frozen), "1");
  EXPECT_EQ(to_string(balance(alice, btc).available), "9");
  buy(bob, spot, "60000", "0.5");
  EXPECT_EQ(cash(alice, btc), "9.5");
  EXPECT_EQ(cash(alice, usdt), "129976");  // 30000 less 0.08 % as maker
  EXPECT_EQ(cash(bob, usdt), "70000");
  EXPECT_EQ(cash(bob, btc), "10.4995");  // 0.5 less 0.1 % as taker
  EXPECT_EQ(to_string(balance(alice, btc).frozen), "0.5");
  EXPECT_EQ(exchange.fills(bob).at(0).fill.fee.currency, btc);
  EXPECT_EQ(exchange.fills(alice).at(0).fill.fee.currency, usdt);
  EXPECT_TRUE(exchange.fills(alice).at(0).fill.maker);
}

TEST_F(AccountsOfExchange, HoldOfABuyIsAtItsLimitPriceAndComesBackWithABetterFill) {
  const VenueOrderId resting = buy(bob, spot, "50000", "1");
  EXPECT_EQ(to_string(balance(bob, usdt).frozen), "50000");
  EXPECT_EQ(refusal(order(bob, spot, Side::Buy, "50000.1", "1")), Refusal::InsufficientFunds);
  sell(alice, spot, "40000", "1");  // meets the resting order at 50000
  EXPECT_EQ(state(resting), OrderState::Filled);
  EXPECT_EQ(to_string(balance(bob, usdt).frozen), "0");
  sell(alice, spot, "40000", "1");
  buy(bob, spot, "50000", "1");
  EXPECT_EQ(cash(bob, usdt), "10000");
  EXPECT_EQ(to_string(balance(bob, usdt).frozen), "0");
}

TEST_F(AccountsOfExchange, MarketBuyByMoneySpendsDownToTheLot) {
  sell(alice, spot, "60000", "0.5");
  sell(alice, spot, "70000", "0.5");
  NewOrder terms = order(bob, spot, Side::Buy, "", "0", OrderType::Market);
  terms.quantity_is_quote = true;
  terms.quote_quantity = money("37000", usdt);
  const VenueOrderId id = must_place(terms);
  EXPECT_EQ(state(id), OrderState::Filled);
  EXPECT_EQ(filled(id), 60'000'000);  // 0.5 and 0.1
  EXPECT_EQ(cash(bob, usdt), "63000");
}

TEST_F(AccountsOfExchange, SpotMarketBuyIsCutToWhatTheMoneyCovers) {
  sell(alice, spot, "60000", "2");
  const VenueOrderId id = buy(bob, spot, "", "2", OrderType::Market);
  EXPECT_EQ(state(id), OrderState::Cancelled);
  EXPECT_EQ(filled(id), 166'666'666);
  EXPECT_GE(balance(bob, usdt).cash.raw, 0);
}

TEST_F(AccountsOfExchange, LinearPositionHasAveragePriceProfitFeesAndMargin) {
  sell(bob, swap, "60000", "3");
  buy(alice, swap, "60000", "3");
  sell(bob, swap, "61500", "1");
  buy(alice, swap, "61500", "1");
  PositionView held = position(alice, swap);
  EXPECT_EQ(held.quantity, qty(swap, "4"));
  EXPECT_EQ(to_string(held.average_price), "60375");
  EXPECT_EQ(to_string(held.fee), "1.2075");  // 2415 x 0.05 %
  exchange.set_reference_prices(swap, px("61000"), px("61000"), now);
  held = position(alice, swap);
  EXPECT_EQ(to_string(held.unrealised_pnl), "25");
  EXPECT_EQ(to_string(held.initial_margin), "488");  // 2440 at leverage 5
  EXPECT_EQ(to_string(held.maintenance_margin), "9.76");
  EXPECT_EQ(to_string(balance(alice, usdt).equity), "100023.7925");
  EXPECT_EQ(to_string(balance(alice, usdt).available), "99535.7925");

  buy(bob, swap, "61000", "1");
  const VenueOrderId close = sell(alice, swap, "61000", "1");
  EXPECT_EQ(to_string(exchange.find(close)->realised_pnl), "6.25");
  EXPECT_EQ(to_string(position(alice, swap).realised_pnl), "6.25");
  EXPECT_EQ(to_string(position(bob, swap).realised_pnl), "-6.25");
}

TEST_F(AccountsOfExchange, RebateHasTheOppositeSignOfAFee) {
  UserSettings settings;
  settings.name = "maker";
  settings.derivative_fees = {-50'000, 500'000};
  settings.deposits = {money("1000", usdt)};
  const UserId carol = exchange.add_user(settings, now);
  sell(carol, swap, "60000", "1");
  buy(bob, swap, "60000", "1");
  EXPECT_EQ(to_string(exchange.fills(carol).at(0).fill.fee), "-0.03");
  EXPECT_EQ(cash(carol, usdt), "1000.03");
  EXPECT_EQ(to_string(exchange.bills(carol).back().fee), "-0.03");
  EXPECT_EQ(to_string(exchange.bills(carol).back().change), "0.03");
}

TEST_F(AccountsOfExchange, EveryChangeOfCashHasABillThatLeadsToTheBalance) {
  sell(bob, swap, "60000", "3");
  buy(alice, swap, "60000", "2");
  sell(bob, spot, "60000", "0.3");
  buy(alice, spot, "60000", "0.2");
  for (const UserId user : {alice, bob}) {
    for (const CurrencyId currency : {usdt, btc}) {
      __int128 sum = 0;
      std::uint64_t last = 0;
      for (const Bill& bill : exchange.bills(user)) {
        EXPECT_GT(bill.id, last);
        last = bill.id;
        if (bill.change.currency != currency) continue;
        sum += bill.change.raw;
        EXPECT_EQ(bill.balance_after.raw, sum);
      }
      EXPECT_EQ(sum, balance(user, currency).cash.raw);
    }
  }
}

TEST_F(AccountsOfExchange, MarginOfOrdersIsHeldAndRefusedBeyondTheFunds) {
  exchange.set_leverage(alice, swap, 10);
  buy(alice, swap, "60000", "1000");  // 600000 of value: 60000 margin, 300 fee
  EXPECT_GE(balance(alice, usdt).frozen, money("60300", usdt));
  EXPECT_LT(balance(alice, usdt).frozen, money("60300.1", usdt));
  EXPECT_EQ(refusal(order(alice, swap, Side::Buy, "60000", "700")), Refusal::InsufficientFunds);
  EXPECT_EQ(exchange.cancel_all(alice, "", CancelCause::User, now), 1u);
  EXPECT_EQ(to_string(balance(alice, usdt).frozen), "0");
}

TEST_F(AccountsOfExchange, OrdersThatCloseNeedNoMargin) {
  sell(bob, swap, "60000", "100");
  buy(alice, swap, "60000", "100");
  sell(alice, swap, "61000", "100");
  EXPECT_EQ(to_string(balance(alice, usdt).frozen), "0");
  sell(alice, swap, "61000", "1");  // the second opens: the first has taken the position
  EXPECT_GT(balance(alice, usdt).frozen.raw, 0);
}

TEST_F(AccountsOfExchange, ReduceOnlyIsCutToThePositionAndNeverOpens) {
  NewOrder reducer = order(alice, swap, Side::Sell, "61000", "5");
  reducer.reduce_only = true;
  EXPECT_EQ(refusal(reducer), Refusal::ReduceOnlyNoPosition);
  sell(bob, swap, "60000", "3");
  buy(alice, swap, "60000", "3");
  const VenueOrderId id = must_place(reducer);
  EXPECT_EQ(exchange.find(id)->terms.quantity, qty(swap, "3"));
  reducer.side = Side::Buy;
  EXPECT_EQ(refusal(reducer), Refusal::ReduceOnlyWrongSide);

  buy(bob, swap, "60000", "1");
  sell(alice, swap, "60000", "1");  // an ordinary order closes a part
  EXPECT_EQ(exchange.find(id)->terms.quantity, qty(swap, "2"));
  buy(bob, swap, "60000", "2");
  sell(alice, swap, "60000", "2");
  EXPECT_EQ(cause(id), CancelCause::PositionClosed);
  EXPECT_EQ(position(alice, swap).quantity.raw, 0);
}

TEST_F(AccountsOfExchange, ReduceOnlyOrdersTogetherFitThePositionBestPriceFirst) {
  sell(bob, swap, "60000", "3");
  buy(alice, swap, "60000", "3");
  NewOrder reducer = order(alice, swap, Side::Sell, "61000", "2");
  reducer.reduce_only = true;
  const VenueOrderId worse = must_place(reducer);
  reducer.price = px("60500");
  const VenueOrderId better = must_place(reducer);
  EXPECT_EQ(exchange.find(better)->terms.quantity, qty(swap, "2"));
  EXPECT_EQ(exchange.find(worse)->terms.quantity, qty(swap, "1"));
}

TEST_F(AccountsOfExchange, LongShortModeKeepsTwoLegsAndRefusesToOverClose) {
  const UserId carol = add_user("carol", true);
  NewOrder terms = order(carol, swap, Side::Buy, "60000", "2");
  EXPECT_EQ(refusal(terms), Refusal::BadPositionSide);
  terms.position_side = PositionSide::Long;
  sell(bob, swap, "60000", "2");
  must_place(terms);
  terms.side = Side::Sell;
  terms.position_side = PositionSide::Short;
  buy(bob, swap, "60000", "2");
  must_place(terms);
  EXPECT_EQ(position(carol, swap, PositionSide::Long).quantity, qty(swap, "2"));
  EXPECT_EQ(position(carol, swap, PositionSide::Short).quantity, qty(swap, "-2"));

  terms.position_side = PositionSide::Long;  // closes the long leg
  terms.price = px("61000");
  terms.quantity = qty(swap, "1.5");
  must_place(terms);
  EXPECT_EQ(refusal(terms), Refusal::CloseTooLarge);
  buy(bob, swap, "61000", "1.5");
  EXPECT_EQ(position(carol, swap, PositionSide::Long).quantity, qty(swap, "0.5"));
  EXPECT_EQ(to_string(position(carol, swap, PositionSide::Long).realised_pnl), "15");
}

TEST_F(AccountsOfExchange, InverseContractsSettleInCoin) {
  sell(bob, inverse, "50000", "100");
  buy(alice, inverse, "50000", "100");  // 10000 USD: 0.2 BTC of value
  EXPECT_EQ(cash(alice, btc), "9.9999");
  buy(bob, inverse, "62500", "100");
  sell(alice, inverse, "62500", "100");  // 0.2 - 0.16 earned, 0.16 x 0.05 % paid
  EXPECT_EQ(cash(alice, btc), "10.03982");
}

TEST_F(AccountsOfExchange, DelistingCancelsWhatRests) {
  const VenueOrderId id = buy(alice, swap, "59000", "1");
  exchange.set_instrument_state(swap, InstrumentState::Expired, now);
  EXPECT_EQ(cause(id), CancelCause::Delisting);
}

}  // namespace
}  // namespace gannet::sim
