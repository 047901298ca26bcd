#include "support/exchange_fixture.h"

namespace gannet::sim {
namespace {

class Funding : public ExchangeTest {
 public:
  static constexpr std::int64_t kTenThousandth = 1'000'000'000'000;  // 0.0001 of 10^16

  void hold(std::string_view price, std::string_view quantity) {
    sell(bob, swap, price, quantity);
    buy(alice, swap, price, quantity);
  }
};

TEST_F(Funding, LongsPayShortsAtTheSettlementOnTheirValueAtTheMark) {
  exchange.advance(now);
  const Timestamp due = exchange.funding(swap).time;
  EXPECT_EQ(due.nanos % (8 * 3'600'000'000'000), 0);  // 00:00, 08:00, 16:00
  hold("60000", "4");
  exchange.set_reference_prices(swap, px("61000"), px("61000"), now);
  exchange.set_funding_rate(swap, kTenThousandth);
  const std::string before = cash(alice, usdt);
  exchange.advance(due - Nanos{1});
  EXPECT_EQ(cash(alice, usdt), before);
  exchange.advance(due);
  EXPECT_EQ(to_string(position(alice, swap).funding), "-0.244");  // 2440 x 0.0001
  EXPECT_EQ(to_string(position(bob, swap).funding), "0.244");
  const Bill& bill = exchange.bills(alice).back();
  EXPECT_EQ(bill.cause, Bill::Cause::Funding);
  EXPECT_EQ(to_string(bill.profit), "-0.244");
  EXPECT_EQ(to_string(bill.change), "-0.244");
  EXPECT_EQ(exchange.funding(swap).time, due + exchange.funding(swap).interval);
  EXPECT_EQ(exchange.funding(swap).settled_rate, kTenThousandth);
  exchange.advance(due + seconds(1));  // once
  EXPECT_EQ(to_string(position(alice, swap).funding), "-0.244");
}

TEST_F(Funding, TheRateIsTheMeanPremiumOfTheMinutesWithinTheCap) {
  exchange.set_reference_prices(swap, px("60060"), px("60000"), now);  // 0.001
  exchange.set_reference_prices(swap, px("60600"), px("60000"), now);  // the same minute
  EXPECT_EQ(exchange.funding(swap).rate, 10 * kTenThousandth);
  now = now + seconds(60);
  exchange.set_reference_prices(swap, px("60180"), px("60000"), now);  // 0.003
  EXPECT_EQ(exchange.funding(swap).rate, 20 * kTenThousandth);
  for (int i = 0; i < 100; ++i) {
    now = now + seconds(60);
    exchange.set_reference_prices(swap, px("66000"), px("60000"), now);
  }
  EXPECT_EQ(exchange.funding(swap).rate, exchange.funding(swap).cap);
}

TEST_F(Funding, AnIsolatedPositionPaysFromItsMarginAndNoMoreThanItCanSpare) {
  NewOrder terms = order(alice, swap, Side::Buy, "60000", "3");
  terms.mode = TradeMode::Isolated;
  exchange.set_leverage(alice, swap, 50);
  sell(bob, swap, "60000", "3");
  must_place(terms);  // 1800 of value, 36 of margin
  exchange.set_reference_prices(swap, px("60000"), px("60000"), now);
  exchange.set_funding_rate(swap, 500 * kTenThousandth);  // 5 %: 90
  exchange.advance(now);
  const std::string before = cash(alice, usdt);
  exchange.fund_insurance(money("1000", usdt));
  exchange.advance(exchange.funding(swap).time);
  // What leaves 0.45 % of the value: 36 - 8.1. The rest is the insurance fund's.
  EXPECT_EQ(to_string(exchange.bills(alice).back().profit), "-27.899999999999999999");
  EXPECT_EQ(to_string(exchange.bills(alice).back().change), "0");
  EXPECT_EQ(cash(alice, usdt), before);
  EXPECT_EQ(to_string(exchange.bills(bob).back().profit), "90");
  EXPECT_GE(exchange.insurance_fund(usdt), money("937.8", usdt));
}

TEST_F(Funding, ItsTimeCanBeMoved) {
  exchange.advance(now);
  hold("60000", "1");
  exchange.set_reference_prices(swap, px("60000"), px("60000"), now);
  exchange.set_funding_rate(swap, -kTenThousandth);
  exchange.set_funding_time(swap, now + seconds(5), seconds(3'600));
  exchange.advance(now + seconds(5));
  EXPECT_EQ(to_string(position(alice, swap).funding), "0.06");  // shorts pay
  EXPECT_EQ(exchange.funding(swap).time, now + seconds(3'605));
}

TEST_F(Funding, PositionsOfADelistedContractArePaidOutAtTheMark) {
  hold("60000", "2");
  exchange.set_reference_prices(swap, px("60500"), px("60500"), now);
  exchange.set_instrument_state(swap, InstrumentState::Expired, now);
  EXPECT_EQ(position(alice, swap).quantity.raw, 0);
  EXPECT_EQ(to_string(position(alice, swap).realised_pnl), "10");
}

TEST_F(Funding, ExpiredFuturesAreDeliveredAtTheMeanIndexOfTheLastHalfHour) {
  Instrument future = instruments[swap];
  future.name = InstrumentName("BTC-USDT-261127");
  future.kind = InstrumentKind::Futures;
  future.expiry_time = now + seconds(3'600);
  const InstrumentId id = instruments.add(future);
  sell(bob, id, "60000", "2");
  buy(alice, id, "60000", "2");
  const VenueOrderId resting = buy(alice, id, "59000", "1");
  exchange.set_reference_prices(id, px("61000"), px("61000"), now);
  exchange.set_reference_prices(id, px("62000"), px("62000"), now + seconds(60));
  exchange.advance(now + seconds(3'599));
  EXPECT_EQ(position(alice, id).quantity, qty(swap, "2"));
  exchange.advance(now + seconds(3'600));
  EXPECT_EQ(cause(resting), CancelCause::Delivery);
  EXPECT_EQ(position(alice, id).quantity.raw, 0);
  EXPECT_EQ(to_string(position(alice, id).realised_pnl), "30");  // 0.02 x 1500
  EXPECT_EQ(to_string(position(bob, id).realised_pnl), "-30");
  EXPECT_EQ(exchange.bills(alice).back().cause, Bill::Cause::Delivery);
  EXPECT_EQ(instruments[id].state, InstrumentState::Expired);
  EXPECT_EQ(refusal(order(alice, id, Side::Buy, "59000", "1")), Refusal::InstrumentNotLive);
}

}  // namespace
}  // namespace gannet::sim
