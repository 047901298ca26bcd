// Options: premium, fee, margin of what is sold short, expiry. PROTOCOL 9.6, 12.1.

#include "support/exchange_fixture.h"

namespace gannet::sim {
namespace {

class Options : public ExchangeTest {
 public:
  InstrumentId call = add_option("BTC-USD-261225-60000-C", OptionSide::Call);
  InstrumentId put = add_option("BTC-USD-261225-60000-P", OptionSide::Put);

  /// A hundredth of a bitcoin, struck at 60,000, quoted in bitcoin.
  InstrumentId add_option(std::string_view name, OptionSide side) {
    Instrument instrument;
    instrument.name = InstrumentName(name);
    instrument.family = InstrumentName("BTC-USD");
    instrument.kind = InstrumentKind::Option;
    instrument.option_side = side;
    instrument.state = InstrumentState::Live;
    instrument.base = instrument.quote = instrument.settle = btc;
    instrument.price_digits = 6;
    instrument.tick_size = {100};
    instrument.lot_size = instrument.minimum_quantity = {1};
    instrument.maximum_limit_quantity = {1'000'000};
    instrument.contract_multiplier = {1, 2};
    instrument.strike = Decimal{60'000, 0};
    instrument.expiry_time = now + seconds(3'600);
    return instruments.add(instrument);
  }
  NewOrder option_order(UserId user, InstrumentId id, Side side, std::string_view price,
                        std::int64_t contracts) {
    NewOrder terms;
    terms.user = user;
    terms.instrument = id;
    terms.side = side;
    terms.price = {parse_units(price, 6).value()};
    terms.quantity = {contracts};
    return terms;
  }
  /// Alice buys of Bob, who made the price.
  void trade(InstrumentId id, std::string_view price, std::int64_t contracts) {
    must_place(option_order(bob, id, Side::Sell, price, contracts));
    must_place(option_order(alice, id, Side::Buy, price, contracts));
  }
  void set_index(std::string_view dollars, std::string_view mark) {
    for (const InstrumentId id : {call, put}) {
      exchange.set_reference_prices(id, {parse_units(mark, 6).value()},
                                    {parse_units(dollars, 6).value()}, now);
    }
  }
  void expire() {
    now = now + seconds(3'601);
    exchange.advance(now);
  }
};

TEST_F(Options, ThePremiumChangesHandsAtOnceAndTheFeeIsOnTheUnderlying) {
  trade(call, "0.05", 10);
  // 0.1 BTC of underlying: 0.005 of premium, 0.05 % and 0.02 % of 0.1 are the fees.
  EXPECT_EQ(cash(alice, btc), "9.99495");
  EXPECT_EQ(cash(bob, btc), "10.00498");
  EXPECT_EQ(position(alice, call).quantity.raw, 10);
  EXPECT_EQ(to_string(position(alice, call).average_price), "0.05");
  // What was bought is worth what was paid for it; what was sold is owed.
  EXPECT_EQ(to_string(balance(alice, btc).equity), "9.99995");
  EXPECT_EQ(to_string(balance(bob, btc).equity), "9.99998");
  // Paid for in full, it needs nothing and carries nothing; 15 % of the underlying for the short.
  EXPECT_EQ(to_string(balance(alice, btc).available), "9.99495");
  EXPECT_EQ(to_string(balance(bob, btc).available), "9.98498");
}

TEST_F(Options, AFeeIsAtMostAnEighthOfThePremium) {
  trade(call, "0.0001", 10);  // 0.00001 of premium: 0.00000125
  EXPECT_EQ(cash(alice, btc), "9.99998875");
}

TEST_F(Options, SellingBackRealisesTheProfitInThePremium) {
  trade(call, "0.05", 10);
  must_place(option_order(bob, call, Side::Buy, "0.07", 4));
  must_place(option_order(alice, call, Side::Sell, "0.07", 4));
  EXPECT_EQ(position(alice, call).quantity.raw, 6);
  EXPECT_EQ(to_string(position(alice, call).realised_pnl), "0.0008");  // 0.02 x 0.04
  EXPECT_EQ(cash(alice, btc), "9.99773");  // and 0.0028 of premium less 0.00002
}

TEST_F(Options, InTheMoneyTheyAreExercisedAtTheIndex) {
  trade(call, "0.05", 10);
  trade(put, "0.04", 10);
  const VenueOrderId resting = must_place(option_order(alice, call, Side::Buy, "0.01", 1));
  set_index("75000", "0.2");
  expire();
  EXPECT_EQ(cause(resting), CancelCause::OptionExpiry);
  EXPECT_EQ(position(alice, call).quantity.raw, 0);
  EXPECT_EQ(position(bob, put).quantity.raw, 0);
  // (75000 - 60000) / 75000 of 0.1: 0.02 for the call, nothing for the put; 0.009 were paid.
  EXPECT_EQ(cash(alice, btc), "10.0109");  // and 0.0001 of fees
  EXPECT_EQ(cash(bob, btc), "9.98896");
  EXPECT_EQ(exchange.bills(alice).back().cause, Bill::Cause::Exercise);
}

TEST_F(Options, WhatIsSoldShortNeedsMarginAndWhatIsBoughtItsPremium) {
  UserSettings poor;
  poor.name = "carol";
  poor.deposits = {money("0.01", btc)};
  const UserId carol = exchange.add_user(poor, now);
  // 0.15 of 0.1 BTC for ten of them.
  EXPECT_EQ(refusal(option_order(carol, call, Side::Sell, "0.05", 10)), Refusal::InsufficientFunds);
  EXPECT_EQ(refusal(option_order(carol, call, Side::Sell, "0.05", 5)), Refusal::None);
  EXPECT_EQ(refusal(option_order(carol, put, Side::Buy, "0.05", 10)), Refusal::InsufficientFunds);
  NewOrder market = option_order(alice, call, Side::Buy, "0.05", 1);
  market.type = OrderType::Market;
  EXPECT_EQ(refusal(market), Refusal::UnsupportedType);
  NewOrder isolated = option_order(alice, call, Side::Buy, "0.05", 1);
  isolated.mode = TradeMode::Isolated;
  EXPECT_EQ(refusal(isolated), Refusal::IsolatedUnsupported);
}

TEST_F(Options, AShortThatIsNotCarriedAnyMoreIsTakenOver) {
  UserSettings poor;
  poor.name = "carol";
  poor.deposits = {money("0.02", btc)};
  const UserId carol = exchange.add_user(poor, now);
  exchange.fund_insurance(money("1", btc));
  must_place(option_order(alice, call, Side::Buy, "0.05", 10));
  must_place(option_order(carol, call, Side::Sell, "0.05", 10));
  set_index("70000", "0.16");  // owed: 0.016; 0.02 and 0.005 are there, 0.0075 must be left
  EXPECT_EQ(position(carol, call).quantity.raw, -10);
  set_index("72000", "0.19");
  EXPECT_EQ(position(carol, call).quantity.raw, 0);
  EXPECT_GE(balance(carol, btc).cash.raw, 0);
}

}  // namespace
}  // namespace gannet::sim
