#include "support/exchange_fixture.h"

namespace gannet::sim {
namespace {

using Orders = ExchangeTest;

TEST_F(Orders, LimitOrderRestsAndFillsAtTheMakersPriceInTwoParts) {
  const VenueOrderId maker = buy(alice, swap, "60000", "3");
  EXPECT_EQ(state(maker), OrderState::Live);
  const VenueOrderId first = sell(bob, swap, "59999", "1");
  EXPECT_EQ(state(first), OrderState::Filled);
  EXPECT_EQ(state(maker), OrderState::PartiallyFilled);
  sell(bob, swap, "60000", "2");
  EXPECT_EQ(state(maker), OrderState::Filled);
  ASSERT_EQ(events.trades.size(), 2u);
  EXPECT_EQ(events.trades[0].price, px("60000"));
  EXPECT_EQ(events.trades[0].aggressor, Side::Sell);
  EXPECT_EQ(events.trades[1].id.value, events.trades[0].id.value + 1);
  EXPECT_TRUE(exchange.book(swap, Side::Buy, 5).empty());
}

TEST_F(Orders, BetterPriceIsMatchedFirstThenTheOlderOrder) {
  const VenueOrderId older = sell(alice, swap, "60000.2", "1");
  const VenueOrderId younger = sell(alice, swap, "60000.2", "1");
  const VenueOrderId better = sell(alice, swap, "60000.1", "1");
  buy(bob, swap, "60001", "2");
  EXPECT_EQ(state(better), OrderState::Filled);
  EXPECT_EQ(state(older), OrderState::Filled);
  EXPECT_EQ(state(younger), OrderState::Live);
}

TEST_F(Orders, IdsHaveNineteenDigitsAndRise) {
  const VenueOrderId a = buy(alice, swap, "60000", "1");
  const VenueOrderId b = buy(alice, swap, "60000", "1");
  EXPECT_EQ(std::to_string(a.value).size(), 19u);
  EXPECT_GT(b, a);
}

TEST_F(Orders, MarketOrderSweepsLevelsAndItsRemainderIsCancelled) {
  sell(alice, swap, "60000", "1");
  sell(alice, swap, "60010", "1");
  const VenueOrderId taker = buy(bob, swap, "", "3", OrderType::Market);
  EXPECT_EQ(state(taker), OrderState::Cancelled);
  EXPECT_EQ(filled(taker), qty(swap, "2").raw);
  EXPECT_EQ(refusal(order(bob, swap, Side::Buy, "", "1", OrderType::Market)),
            Refusal::MarketHasNoLiquidity);
}

TEST_F(Orders, PostOnlyThatWouldTakeIsCancelledWithoutBeingLiveFirst) {
  sell(alice, swap, "60000", "1");
  events.clear();
  const VenueOrderId taker = buy(bob, swap, "60000", "1", OrderType::PostOnly);
  EXPECT_EQ(cause(taker), CancelCause::PostOnlyWouldTake);
  ASSERT_EQ(events.changes.size(), 1u);
  EXPECT_EQ(events.changes[0].what, OrderChange::What::Cancelled);
  const VenueOrderId rests = buy(bob, swap, "59999.9", "1", OrderType::PostOnly);
  EXPECT_EQ(state(rests), OrderState::Live);
}

TEST_F(Orders, ImmediateOrCancelFillsWhatItCanAndIsLiveFirst) {
  sell(alice, swap, "60000", "1");
  events.clear();
  const VenueOrderId taker = buy(bob, swap, "60000", "2", OrderType::ImmediateOrCancel);
  EXPECT_EQ(state(taker), OrderState::Cancelled);
  EXPECT_EQ(cause(taker), CancelCause::ImmediateOrCancel);
  EXPECT_EQ(filled(taker), qty(swap, "1").raw);
  EXPECT_EQ(events.changes.front().what, OrderChange::What::Live);
  EXPECT_EQ(events.changes.back().what, OrderChange::What::Cancelled);
}

TEST_F(Orders, FillOrKillIsAllOrNothing) {
  sell(alice, swap, "60000", "1");
  sell(alice, swap, "60001", "1");
  const VenueOrderId killed = buy(bob, swap, "60000", "2", OrderType::FillOrKill);
  EXPECT_EQ(cause(killed), CancelCause::FillOrKill);
  EXPECT_EQ(filled(killed), 0);
  const VenueOrderId done = buy(bob, swap, "60001", "2", OrderType::FillOrKill);
  EXPECT_EQ(state(done), OrderState::Filled);
}

TEST_F(Orders, OptimalLimitTakesTheBestPriceOnly) {
  sell(alice, swap, "60000", "1");
  sell(alice, swap, "60001", "1");
  const VenueOrderId taker = buy(bob, swap, "", "2", OrderType::OptimalLimitIoc);
  EXPECT_EQ(filled(taker), qty(swap, "1").raw);
  EXPECT_EQ(cause(taker), CancelCause::ImmediateOrCancel);
}

TEST_F(Orders, SelfTradePreventionFollowsTheTakersMode) {
  const VenueOrderId own = sell(alice, swap, "60000", "1");
  const VenueOrderId other = sell(bob, swap, "60000", "1");
  NewOrder taker = order(alice, swap, Side::Buy, "60000", "1");
  const VenueOrderId through = must_place(taker);
  EXPECT_EQ(cause(own), CancelCause::SelfTrade);
  EXPECT_EQ(state(other), OrderState::Filled);
  EXPECT_EQ(state(through), OrderState::Filled);

  const VenueOrderId again = sell(alice, swap, "60000", "1");
  taker.stp = SelfTradePrevention::CancelTaker;
  const VenueOrderId stopped = must_place(taker);
  EXPECT_EQ(cause(stopped), CancelCause::SelfTrade);
  EXPECT_EQ(state(again), OrderState::Live);

  taker.stp = SelfTradePrevention::CancelBoth;
  const VenueOrderId both = must_place(taker);
  EXPECT_EQ(cause(both), CancelCause::SelfTrade);
  EXPECT_EQ(cause(again), CancelCause::SelfTrade);
}

TEST_F(Orders, AmendKeepsThePlaceOnlyWhenTheQuantityShrinks) {
  const VenueOrderId first = sell(alice, swap, "60000", "3");
  const VenueOrderId second = sell(alice, swap, "60000", "1");
  EXPECT_EQ(exchange.amend(alice, first,
                           {.price = {}, .quantity = qty(swap, "2"), .request_id = "r"}, now),
            Refusal::None);
  EXPECT_EQ(events.changes.back().amend_request_id, "r");
  buy(bob, swap, "60000", "1");
  EXPECT_EQ(filled(first), qty(swap, "1").raw);  // still in front
  EXPECT_EQ(exchange.amend(alice, first,
                           {.price = {}, .quantity = qty(swap, "3"), .request_id = ""}, now),
            Refusal::None);
  buy(bob, swap, "60000", "1");
  EXPECT_EQ(state(second), OrderState::Filled);  // the first went to the back
  EXPECT_EQ(filled(first), qty(swap, "1").raw);
}

TEST_F(Orders, AmendToWhatIsFilledEndsTheOrderAsFilled) {
  const VenueOrderId maker = sell(alice, swap, "60000", "3");
  buy(bob, swap, "60000", "1");
  EXPECT_EQ(exchange.amend(alice, maker,
                           {.price = {}, .quantity = qty(swap, "1"), .request_id = ""}, now),
            Refusal::None);
  EXPECT_EQ(state(maker), OrderState::Filled);
  EXPECT_TRUE(exchange.open_orders(alice).empty());
  EXPECT_EQ(exchange.amend(alice, maker, {.price = px("1"), .quantity = {}, .request_id = ""}, now),
            Refusal::OrderNotFound);
}

TEST_F(Orders, AmendedPriceThatCrossesTakesUnlessPostOnly) {
  sell(bob, swap, "60000", "1");
  const VenueOrderId limit = buy(alice, swap, "59000", "1");
  const VenueOrderId post = buy(alice, swap, "59000", "1", OrderType::PostOnly);
  const AmendTerms cross{.price = px("60000"), .quantity = {}, .request_id = ""};
  EXPECT_EQ(exchange.amend(alice, post, cross, now), Refusal::AmendWouldTake);
  EXPECT_EQ(exchange.amend(alice, post, {}, now), Refusal::NothingToAmend);
  EXPECT_EQ(exchange.amend(alice, limit, cross, now), Refusal::None);
  EXPECT_EQ(state(limit), OrderState::Filled);
}

TEST_F(Orders, CancelIsRefusedForStrangersAndEndedOrders) {
  const VenueOrderId id = buy(alice, swap, "59000", "1");
  EXPECT_EQ(exchange.cancel(bob, id, CancelCause::User, now), Refusal::OrderNotFound);
  EXPECT_EQ(exchange.cancel(alice, id, CancelCause::User, now), Refusal::None);
  EXPECT_EQ(exchange.cancel(alice, id, CancelCause::User, now), Refusal::OrderNotFound);
  EXPECT_EQ(cause(id), CancelCause::User);
  EXPECT_TRUE(exchange.book(swap, Side::Buy, 1).empty());
}

TEST_F(Orders, CancelAllTakesOneTagOnly) {
  NewOrder mine = order(alice, swap, Side::Buy, "59000", "1");
  mine.tag = std::string_view("e1");
  must_place(mine);
  const VenueOrderId other = buy(alice, swap, "59000", "1");
  EXPECT_EQ(exchange.cancel_all(alice, "e1", CancelCause::CancelAllAfter, now), 1u);
  EXPECT_EQ(state(other), OrderState::Live);
}

TEST_F(Orders, ClientIdIsUniqueAmongOpenOrdersAndFindsTheNewest) {
  NewOrder terms = order(alice, swap, Side::Buy, "59000", "1");
  terms.client_id = std::string_view("42");
  const VenueOrderId first = must_place(terms);
  EXPECT_EQ(refusal(terms), Refusal::DuplicateClientId);
  exchange.cancel(alice, first, CancelCause::User, now);
  const VenueOrderId second = must_place(terms);
  EXPECT_EQ(exchange.find_by_client_id(alice, "42")->id, second);
  EXPECT_EQ(exchange.find_by_client_id(bob, "42"), nullptr);
}

TEST_F(Orders, MalformedOrdersAreRefusedWithTheirReason) {
  NewOrder bad = order(alice, swap, Side::Buy, "60000.05", "1");
  EXPECT_EQ(refusal(bad), Refusal::PriceOffTick);
  EXPECT_EQ(refusal(order(alice, swap, Side::Buy, "0", "1")), Refusal::PriceNotPositive);
  EXPECT_EQ(refusal(order(alice, swap, Side::Buy, "60000", "0")), Refusal::QuantityTooSmall);
  EXPECT_EQ(refusal(order(alice, spot, Side::Buy, "60000", "0.000001")), Refusal::QuantityTooSmall);
  bad = order(alice, swap, Side::Buy, "60000", "1");
  bad.mode = TradeMode::Cash;
  EXPECT_EQ(refusal(bad), Refusal::BadMode);
  bad.mode = TradeMode::Cross;
  bad.position_side = PositionSide::Long;
  EXPECT_EQ(refusal(bad), Refusal::BadPositionSide);
  bad.instrument = InstrumentId{99};
  EXPECT_EQ(refusal(bad), Refusal::UnknownInstrument);
  exchange.set_instrument_state(swap, InstrumentState::Suspended, now);
  EXPECT_EQ(refusal(order(alice, swap, Side::Buy, "60000", "1")), Refusal::InstrumentNotLive);
}

TEST_F(Orders, TheSizeOfAnOrderMayChangeWhereverTheBandHasGone) {
  exchange.set_reference_prices(swap, px("60000"), px("60000"), now);
  const VenueOrderId id = buy(alice, swap, "60000", "3");
  exchange.set_reference_prices(swap, px("50000"), px("50000"), now);
  AmendTerms size;
  size.quantity = qty(swap, "2");
  EXPECT_EQ(exchange.amend(alice, id, size, now), Refusal::None);
  size.price = px("60000");
  size.quantity = qty(swap, "1");
  EXPECT_EQ(exchange.amend(alice, id, size, now), Refusal::None);  // the price that it has
  size.price = px("59999");
  EXPECT_EQ(exchange.amend(alice, id, size, now), Refusal::PriceOutsideBand);
}

TEST_F(Orders, PriceFarFromTheIndexIsOutsideTheBand) {
  exchange.set_reference_prices(swap, px("60000"), px("60000"), now);
  EXPECT_EQ(refusal(order(alice, swap, Side::Buy, "63000.1", "1")), Refusal::PriceOutsideBand);
  EXPECT_EQ(refusal(order(alice, swap, Side::Buy, "63000", "1")), Refusal::None);
  EXPECT_EQ(refusal(order(alice, swap, Side::Sell, "56999.9", "1")), Refusal::PriceOutsideBand);
  EXPECT_EQ(refusal(order(alice, swap, Side::Buy, "100", "1")), Refusal::None);
}

TEST_F(Orders, EventsOfOneActionComeInTheDocumentedOrder) {
  NewOrder maker = order(alice, swap, Side::Sell, "60000", "1");
  maker.client_id = std::string_view("M");
  must_place(maker);
  events.clear();
  NewOrder taker = order(bob, swap, Side::Buy, "60000", "2");
  taker.client_id = std::string_view("T");
  must_place(taker);
  std::vector<std::string> kinds;
  for (const std::string& line : events.log) kinds.push_back(line.substr(0, line.find(' ')));
  EXPECT_EQ(kinds, (std::vector<std::string>{"live", "fill", "fill", "trade",  //
                                             "position", "balance", "bill", "position", "balance",
                                             "bill",  //
                                             "level", "level", "balance"}));
  EXPECT_EQ(events.log[0], "live T filled 0");
  EXPECT_EQ(events.log[1], "fill M filled 100");
  EXPECT_EQ(events.log[2], "fill T filled 100");
}

TEST_F(Orders, OneTakerMeetsAtMostAThousandMakers) {
  for (int i = 0; i < 1'001; ++i) {
    must_place(order(kMarketUser, swap, Side::Sell, "60000", "0.01"));
  }
  const VenueOrderId taker = buy(alice, swap, "60000", "10.01");
  EXPECT_EQ(state(taker), OrderState::Cancelled);
  EXPECT_EQ(filled(taker), qty(swap, "10").raw);
  for (int i = 0; i < 1'000; ++i) {
    must_place(order(kMarketUser, swap, Side::Sell, "60000", "0.01"));
  }
  EXPECT_EQ(filled(buy(alice, swap, "60000", "10.01", OrderType::FillOrKill)), 0);
}

TEST_F(Orders, TheVenueLimitsOpenOrdersPerInstrument) {
  for (int i = 0; i < 500; ++i) buy(alice, swap, "100", "0.01");
  EXPECT_EQ(refusal(order(alice, swap, Side::Buy, "100", "0.01")), Refusal::TooManyOrders);
}

}  // namespace
}  // namespace gannet::sim
