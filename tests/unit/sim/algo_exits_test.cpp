#include "support/algo_fixture.h"

namespace gannet::sim {
namespace {

class AlgoExits : public AlgoTest {
 public:
  NewAlgo stop(Side side, std::string_view quantity, std::string_view trigger) const {
    NewAlgo terms = algo(AlgoType::Conditional, side, quantity);
    terms.stop_loss = exit_at(trigger);
    terms.reduce_only = true;
    return terms;
  }
  NewAlgo profit(Side side, std::string_view quantity, std::string_view trigger) const {
    NewAlgo terms = algo(AlgoType::Conditional, side, quantity);
    terms.take_profit = exit_at(trigger);
    terms.reduce_only = true;
    return terms;
  }
  NewAlgo both(Side side, std::string_view quantity, std::string_view profit_at,
               std::string_view stop_at) const {
    NewAlgo terms = profit(side, quantity, profit_at);
    terms.type = AlgoType::OneCancelsOther;
    terms.stop_loss = exit_at(stop_at);
    return terms;
  }
};

TEST_F(AlgoExits, StopOfALongFiresAtItsPriceAndNotATickBefore) {
  open(alice, Side::Buy, "5");
  const AlgoId id = must_place(stop(Side::Sell, "5", "59900"));
  print("59990.1");
  move_to("59900.1");
  EXPECT_EQ(state(id), AlgoState::Live);
  EXPECT_EQ(held(alice), 500);
  move_to("59900");
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(view(id).fired, FiredExit::StopLoss);
  EXPECT_EQ(held(alice), 0);
  EXPECT_EQ(child(id).terms.algo_id, id.value);
  EXPECT_EQ(view(id).order_price, px("59890")) << "sold at the best bid";
  EXPECT_EQ(view(id).ordered, lots("5"));
}

TEST_F(AlgoExits, StopOfAShortFiresOnTheWayUp) {
  open(alice, Side::Sell, "5");
  const AlgoId id = must_place(stop(Side::Buy, "5", "60100"));
  move_to("60099.9");
  EXPECT_EQ(state(id), AlgoState::Live);
  move_to("60100");
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(held(alice), 0);
}

TEST_F(AlgoExits, TakeProfitOfALongFiresAboveAndOfAShortBelow) {
  open(alice, Side::Buy, "5");
  const AlgoId id = must_place(profit(Side::Sell, "5", "60100"));
  move_to("60099.9");
  EXPECT_EQ(state(id), AlgoState::Live);
  move_to("60100");
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(view(id).fired, FiredExit::TakeProfit);
  open(alice, Side::Sell, "5");
  const AlgoId other = must_place(profit(Side::Buy, "5", "60000"));
  move_to("60000.1");
  EXPECT_EQ(state(other), AlgoState::Live);
  move_to("60000");
  EXPECT_EQ(state(other), AlgoState::Effective);
}

TEST_F(AlgoExits, APriceTouchedBetweenTwoTurnsHasTriggered) {
  open(alice, Side::Buy, "5");
  const AlgoId id = must_place(stop(Side::Sell, "5", "59995"));
  trade_at("59995", swap);
  trade_at("60005", swap);
  EXPECT_EQ(state(id), AlgoState::Live) << "nothing is placed but in the desk's own turn";
  desk.run(now);
  EXPECT_EQ(state(id), AlgoState::Effective);
}

TEST_F(AlgoExits, LegsOfLongShortModeAreClosedByTheirOwnStops) {
  open(hedger, Side::Buy, "5", PositionSide::Long);
  open(hedger, Side::Sell, "3", PositionSide::Short);
  NewAlgo of_long = stop(Side::Sell, "5", "59900");
  of_long.user = hedger;
  of_long.reduce_only = false;
  of_long.position_side = PositionSide::Long;
  NewAlgo of_short = stop(Side::Buy, "3", "60100");
  of_short.user = hedger;
  of_short.reduce_only = false;
  of_short.position_side = PositionSide::Short;
  const AlgoId low = must_place(of_long);
  const AlgoId high = must_place(of_short);
  move_to("59900");
  EXPECT_EQ(state(low), AlgoState::Effective);
  EXPECT_EQ(held(hedger, PositionSide::Long), 0);
  EXPECT_EQ(state(high), AlgoState::Live);
  move_to("60100");
  EXPECT_EQ(state(high), AlgoState::Effective);
  EXPECT_EQ(held(hedger, PositionSide::Short), 0);
}

TEST_F(AlgoExits, AStopLargerThanWhatIsLeftOfTheLegClosesWhatIsLeft) {
  open(hedger, Side::Buy, "2", PositionSide::Long);
  NewAlgo terms = stop(Side::Sell, "5", "59900");
  terms.user = hedger;
  terms.reduce_only = false;
  terms.position_side = PositionSide::Long;
  const AlgoId id = must_place(terms);
  move_to("59900");
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(view(id).ordered, lots("2"));
  EXPECT_EQ(held(hedger, PositionSide::Long), 0);
}

TEST_F(AlgoExits, OfTwoExitsTheFirstEndsTheOther) {
  open(alice, Side::Buy, "5");
  const AlgoId id = must_place(both(Side::Sell, "5", "60100", "59900"));
  move_to("60100");
  EXPECT_EQ(view(id).fired, FiredExit::TakeProfit);
  EXPECT_EQ(held(alice), 0);
  move_to("59900");
  EXPECT_EQ(view(id).orders.size(), 1u);
  EXPECT_EQ(held(alice), 0);
}

TEST_F(AlgoExits, ASpikeThatTouchesBothTriggersFiresTheFirstAlone) {
  open(alice, Side::Buy, "5");
  print("60000");
  const AlgoId id = must_place(both(Side::Sell, "5", "60005", "59995"));
  trade_at("59995", swap);
  trade_at("60005", swap);
  desk.run(now);
  EXPECT_EQ(view(id).fired, FiredExit::StopLoss);
  EXPECT_EQ(view(id).orders.size(), 1u);
}

TEST_F(AlgoExits, LimitExitRestsAtItsPriceAfterTheTrigger) {
  open(alice, Side::Buy, "5");
  NewAlgo terms = stop(Side::Sell, "5", "59900");
  terms.stop_loss->limit = px("59950");
  const AlgoId id = must_place(terms);
  move_to("59900");
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(child(id).state, OrderState::Live);
  EXPECT_EQ(child(id).terms.price, px("59950"));
  EXPECT_TRUE(child(id).terms.reduce_only);
}

TEST_F(AlgoExits, MarkAndIndexTriggersIgnoreTheLastPrice) {
  exchange.set_reference_prices(swap, px("60000"), px("60000"), now);
  open(alice, Side::Buy, "5");
  NewAlgo by_mark = stop(Side::Sell, "2", "59900");
  by_mark.stop_loss->source = PriceSource::Mark;
  NewAlgo by_index = stop(Side::Sell, "2", "59900");
  by_index.stop_loss->source = PriceSource::Index;
  const AlgoId mark = must_place(by_mark);
  const AlgoId index = must_place(by_index);
  move_to("59800");
  EXPECT_EQ(state(mark), AlgoState::Live);
  exchange.set_reference_prices(swap, px("59900"), px("59900.1"), now);
  desk.run(now);
  EXPECT_EQ(state(mark), AlgoState::Effective);
  EXPECT_EQ(state(index), AlgoState::Live);
  exchange.set_reference_prices(swap, px("60000"), px("59900"), now);
  desk.run(now);
  EXPECT_EQ(state(index), AlgoState::Effective);
}

TEST_F(AlgoExits, CloseAllClosesWhateverThePositionIsWhenItFires) {
  open(alice, Side::Buy, "5");
  NewAlgo terms = stop(Side::Sell, "1", "59900");
  terms.close_all = true;
  terms.quantity = {};
  const AlgoId id = must_place(terms);
  open(alice, Side::Buy, "7");
  move_to("59900");
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(view(id).ordered, lots("12"));
  EXPECT_EQ(held(alice), 0);
}

TEST_F(AlgoExits, CloseAllRules) {
  NewAlgo terms = stop(Side::Sell, "1", "59900");
  terms.close_all = true;
  EXPECT_EQ(problem(terms), AlgoProblem::NoPosition);
  open(alice, Side::Buy, "5");
  terms.reduce_only = false;
  EXPECT_EQ(problem(terms), AlgoProblem::CloseAllNotReduceOnly);
  terms.reduce_only = true;
  terms.stop_loss->limit = px("59000");
  EXPECT_EQ(problem(terms), AlgoProblem::CloseAllNotMarket);
  terms.stop_loss->limit.reset();
  must_place(terms);
  EXPECT_EQ(problem(terms), AlgoProblem::CloseAllTwice);
}

TEST_F(AlgoExits, ClosingThePositionCancelsTheExitsBoundToItAndNoOthers) {
  open(alice, Side::Buy, "5");
  NewAlgo bound = stop(Side::Sell, "5", "59900");
  bound.ends_with_position = true;
  const AlgoId tied = must_place(bound);
  const AlgoId loose = must_place(stop(Side::Sell, "5", "59800"));
  open(alice, Side::Sell, "2");
  EXPECT_EQ(state(tied), AlgoState::Live) << "a part is no close";
  open(alice, Side::Sell, "3");
  EXPECT_EQ(state(tied), AlgoState::Cancelled);
  EXPECT_EQ(state(loose), AlgoState::Live);
}

TEST_F(AlgoExits, AReduceOnlyStopWithoutAPositionFailsWithTheReason) {
  const AlgoId id = must_place(stop(Side::Sell, "5", "59900"));
  move_to("59900");
  EXPECT_EQ(state(id), AlgoState::Failed);
  EXPECT_EQ(view(id).failure.order, Refusal::ReduceOnlyNoPosition);
  EXPECT_TRUE(view(id).orders.empty());
}

TEST_F(AlgoExits, AnOrderThatTheMoneyDoesNotCoverFails) {
  // 90,000 contracts are 900 BTC: 54 million at leverage 5, of a million.
  NewAlgo terms = profit(Side::Sell, "90000", "60100");
  terms.take_profit->limit = px("60100");
  terms.reduce_only = false;
  const AlgoId id = must_place(terms);
  move_to("60100");
  EXPECT_EQ(state(id), AlgoState::Failed);
  EXPECT_EQ(view(id).failure.order, Refusal::InsufficientFunds);
  EXPECT_EQ(held(alice), 0);
}

TEST_F(AlgoExits, WherePiecesRunOutOfMarketTheFirstStand) {
  NewAlgo terms = profit(Side::Sell, "1500", "60100");
  terms.reduce_only = false;
  const AlgoId id = must_place(terms);
  move_to("60100");
  EXPECT_EQ(state(id), AlgoState::PartiallyFailed) << "1,000 are bid, in two pieces of 500";
  EXPECT_EQ(view(id).failure.order, Refusal::MarketHasNoLiquidity);
  EXPECT_EQ(view(id).orders.size(), 2u);
  EXPECT_EQ(held(alice), -1000'00);
}

TEST_F(AlgoExits, AMarketExitLargerThanOneMarketOrderGoesInInPieces) {
  open(alice, Side::Buy, "400");
  open(alice, Side::Buy, "400");
  const AlgoId id = must_place(stop(Side::Sell, "800", "59900"));
  move_to("59900");
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(view(id).orders.size(), 2u);
  EXPECT_EQ(view(id).ordered, lots("800"));
  EXPECT_EQ(held(alice), 0);
}

TEST_F(AlgoExits, TriggersOnTheWrongSideOfTheMarketAreRefused) {
  EXPECT_EQ(problem(stop(Side::Sell, "1", "60000.1")), AlgoProblem::StopTooHigh);
  EXPECT_EQ(problem(stop(Side::Buy, "1", "59999.9")), AlgoProblem::StopTooLow);
  EXPECT_EQ(problem(profit(Side::Sell, "1", "59999.9")), AlgoProblem::TakeProfitTooLow);
  EXPECT_EQ(problem(profit(Side::Buy, "1", "60000.1")), AlgoProblem::TakeProfitTooHigh);
}

TEST_F(AlgoExits, FormIsChecked) {
  EXPECT_EQ(problem(algo(AlgoType::Conditional, Side::Sell, "1")), AlgoProblem::NoExit);
  NewAlgo one = stop(Side::Sell, "1", "59900");
  one.type = AlgoType::OneCancelsOther;
  EXPECT_EQ(problem(one), AlgoProblem::NoExit);
  NewAlgo off_tick = stop(Side::Sell, "1", "59900");
  off_tick.stop_loss->limit = px("59800.05");
  EXPECT_EQ(desk.place(off_tick, now).refusal.order, Refusal::PriceOffTick);
  NewAlgo leg = stop(Side::Sell, "1", "59900");
  leg.position_side = PositionSide::Long;
  EXPECT_EQ(desk.place(leg, now).refusal.order, Refusal::BadPositionSide);
  NewAlgo spot_mark = stop(Side::Sell, "1", "59900");
  spot_mark.instrument = spot;
  spot_mark.mode = TradeMode::Cash;
  spot_mark.reduce_only = false;
  spot_mark.stop_loss->source = PriceSource::Mark;
  EXPECT_EQ(problem(spot_mark), AlgoProblem::SourceNotForSpot);
}

TEST_F(AlgoExits, AnotherWithTheSameClientIdIsRefusedWhileItPends) {
  NewAlgo terms = stop(Side::Sell, "1", "59900");
  terms.client_id = std::string_view("s1");
  const AlgoId id = must_place(terms);
  EXPECT_EQ(problem(terms), AlgoProblem::DuplicateClientId);
  EXPECT_TRUE(desk.cancel(alice, id, now).ok());
  const AlgoId again = must_place(terms);
  EXPECT_EQ(desk.find_by_client_id(alice, "s1")->id, again);
}

TEST_F(AlgoExits, NoMoreThanAHundredPerInstrument) {
  for (int i = 0; i < 100; ++i) must_place(stop(Side::Sell, "1", "59900"));
  EXPECT_EQ(problem(stop(Side::Sell, "1", "59900")), AlgoProblem::TooMany);
  EXPECT_EQ(desk.pending_count(alice), 100u);
  NewAlgo trigger = algo(AlgoType::Trigger, Side::Sell, "1");
  trigger.trigger = px("59000");
  EXPECT_EQ(problem(trigger), AlgoProblem::None) << "triggers have a cap of their own";
}

TEST_F(AlgoExits, CancelledExitsNeverFire) {
  open(alice, Side::Buy, "5");
  const AlgoId id = must_place(stop(Side::Sell, "5", "59900"));
  EXPECT_TRUE(desk.cancel(alice, id, now).ok());
  EXPECT_EQ(state(id), AlgoState::Cancelled);
  move_to("59900");
  EXPECT_EQ(held(alice), 500);
  EXPECT_EQ(desk.cancel(alice, id, now).problem, AlgoProblem::NotFound);
  EXPECT_EQ(desk.cancel(hedger, id, now).problem, AlgoProblem::NotFound);
}

TEST_F(AlgoExits, OneThatHasTriggeredCanBeNeitherCancelledNorAmended) {
  open(alice, Side::Buy, "5");
  const AlgoId id = must_place(stop(Side::Sell, "5", "59995"));
  trade_at("59995", swap);
  EXPECT_EQ(desk.cancel(alice, id, now).problem, AlgoProblem::AlreadyTriggered);
  AmendAlgo change;
  change.quantity = lots("1");
  EXPECT_EQ(desk.amend(alice, id, change, "", now).problem, AlgoProblem::AlreadyTriggered);
  desk.run(now);
  EXPECT_EQ(state(id), AlgoState::Effective);
}

TEST_F(AlgoExits, AmendedTriggerAndQuantityAreTheOnesThatCount) {
  open(alice, Side::Buy, "5");
  const AlgoId id = must_place(stop(Side::Sell, "5", "59900"));
  AmendAlgo change;
  change.quantity = lots("3");
  change.stop_loss.trigger = px("59800");
  EXPECT_TRUE(desk.amend(alice, id, change, "r1", now).ok());
  EXPECT_TRUE(told.changes.back().amended);
  move_to("59900");
  EXPECT_EQ(state(id), AlgoState::Live);
  move_to("59800");
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(held(alice), 200);
}

TEST_F(AlgoExits, AnExitCanBeTakenAwayButNotTheLastAndNoneAdded) {
  open(alice, Side::Buy, "5");
  const AlgoId id = must_place(both(Side::Sell, "5", "60100", "59900"));
  AmendAlgo change;
  change.take_profit.remove = true;
  EXPECT_TRUE(desk.amend(alice, id, change, "", now).ok());
  EXPECT_FALSE(view(id).terms.take_profit);
  AmendAlgo last;
  last.stop_loss.remove = true;
  EXPECT_EQ(desk.amend(alice, id, last, "", now).problem, AlgoProblem::ExitMissing);
  AmendAlgo added;
  added.take_profit.trigger = px("60200");
  EXPECT_EQ(desk.amend(alice, id, added, "", now).problem, AlgoProblem::ExitMissing);
  EXPECT_EQ(desk.amend(alice, id, {}, "", now).problem, AlgoProblem::NothingToAmend);
}

TEST_F(AlgoExits, OneWayOrderWithBothExitsActsOnTheStopAlone) {
  open(alice, Side::Buy, "5");
  NewAlgo terms = both(Side::Sell, "5", "60100", "59900");
  terms.type = AlgoType::Conditional;
  const AlgoId id = must_place(terms);
  move_to("60100");
  EXPECT_EQ(state(id), AlgoState::Live);
  move_to("59900");
  EXPECT_EQ(view(id).fired, FiredExit::StopLoss);
}

TEST_F(AlgoExits, ARestingTakeProfitIsCancelledByItsStop) {
  open(alice, Side::Buy, "5");
  NewAlgo terms = both(Side::Sell, "5", "60100", "59900");
  terms.take_profit = Exit{{}, PriceSource::Last, px("60100"), true};
  const AlgoId id = must_place(terms);
  const VenueOrderId resting = view(id).resting;
  ASSERT_TRUE(resting.valid());
  EXPECT_EQ(exchange.find(resting)->state, OrderState::Live);
  AmendAlgo change;
  change.quantity = lots("1");
  EXPECT_EQ(desk.amend(alice, id, change, "", now).problem, AlgoProblem::RestingQuantityFixed);
  move_to("59900");
  EXPECT_EQ(exchange.find(resting)->cancel_cause, CancelCause::LinkedStopTriggered);
  EXPECT_EQ(view(id).fired, FiredExit::StopLoss);
  EXPECT_EQ(held(alice), 0);
}

TEST_F(AlgoExits, ARestingTakeProfitThatFillsEndsItsStop) {
  open(alice, Side::Buy, "5");
  NewAlgo terms = both(Side::Sell, "5", "60100", "59900");
  terms.take_profit = Exit{{}, PriceSource::Last, px("60005"), true};
  const AlgoId id = must_place(terms);
  market_order(swap, Side::Buy, px("60005"), lots("2"));
  desk.run(now);
  EXPECT_EQ(state(id), AlgoState::Live);
  market_order(swap, Side::Buy, px("60005"), lots("3"));
  desk.run(now);
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(view(id).fired, FiredExit::TakeProfit);
  EXPECT_EQ(held(alice), 0);
  move_to("59900");
  EXPECT_EQ(held(alice), 0);
}

TEST_F(AlgoExits, AmendingARestingTakeProfitMovesItsOrderAndTakingItAwayCancelsIt) {
  open(alice, Side::Buy, "5");
  NewAlgo terms = both(Side::Sell, "5", "60100", "59900");
  terms.take_profit = Exit{{}, PriceSource::Last, px("60100"), true};
  const AlgoId id = must_place(terms);
  const VenueOrderId resting = view(id).resting;
  AmendAlgo change;
  change.take_profit.limit = px("60050");
  EXPECT_TRUE(desk.amend(alice, id, change, "", now).ok());
  desk.run(now);
  EXPECT_EQ(exchange.find(resting)->terms.price, px("60050"));
  EXPECT_EQ(view(id).terms.take_profit->limit, px("60050"));
  AmendAlgo gone;
  gone.take_profit.remove = true;
  EXPECT_TRUE(desk.amend(alice, id, gone, "", now).ok());
  desk.run(now);
  EXPECT_EQ(exchange.find(resting)->state, OrderState::Cancelled);
  EXPECT_FALSE(view(id).resting.valid());
  EXPECT_EQ(state(id), AlgoState::Live);
  move_to("59900");
  EXPECT_EQ(view(id).fired, FiredExit::StopLoss);
  EXPECT_EQ(held(alice), 0);
}

TEST_F(AlgoExits, AnAmendThatTheRestingOrderRefusesIsRefused) {
  open(alice, Side::Buy, "5");
  NewAlgo terms = both(Side::Sell, "5", "60100", "59900");
  terms.take_profit = Exit{{}, PriceSource::Last, px("60100"), true};
  const AlgoId id = must_place(terms);
  const VenueOrderId resting = view(id).resting;
  ASSERT_EQ(exchange.cancel(alice, resting, CancelCause::User, now), Refusal::None);
  AmendAlgo change;
  change.take_profit.limit = px("60050");
  const AlgoRefusal refusal = desk.amend(alice, id, change, "", now);
  EXPECT_EQ(refusal.problem, AlgoProblem::OrderTerms);
  EXPECT_EQ(refusal.order, Refusal::OrderNotFound);
  EXPECT_EQ(view(id).terms.take_profit->limit, px("60100"));
}

TEST_F(AlgoExits, OfEndedAlgoOrdersTheNewestAreKeptAndOpenOnesAlways) {
  open(alice, Side::Buy, "5");
  NewAlgo first = stop(Side::Sell, "5", "59000");
  first.client_id = std::string_view("first");
  const AlgoId open_one = must_place(first);
  std::vector<AlgoId> ended;
  for (int i = 0; i < 20'000; ++i) {
    NewAlgo terms = stop(Side::Sell, "5", "59500");
    terms.client_id = std::string_view(i % 2 == 0 ? "even" : "odd");
    ended.push_back(must_place(terms));
    ASSERT_TRUE(desk.cancel(alice, ended.back(), now).ok());
    desk.run(now);
  }
  EXPECT_EQ(desk.all(alice).size(), 5'001u);
  EXPECT_EQ(desk.find(ended[14'999]), nullptr);
  ASSERT_NE(desk.find(ended[15'000]), nullptr);
  EXPECT_EQ(state(ended[15'000]), AlgoState::Cancelled);
  EXPECT_EQ(desk.find_by_client_id(alice, "odd")->id, ended.back());
  EXPECT_EQ(desk.find_by_client_id(alice, "first")->id, open_one);
  EXPECT_EQ(state(open_one), AlgoState::Live);
  move_to("59000");
  EXPECT_EQ(state(open_one), AlgoState::Effective);
  EXPECT_EQ(held(alice), 0);
}

TEST_F(AlgoExits, SpotBuyByMoneyFiresBelow) {
  move_to("60000", spot);
  NewAlgo terms = algo(AlgoType::Conditional, Side::Buy, "1");
  terms.instrument = spot;
  terms.mode = TradeMode::Cash;
  terms.quantity = {};
  terms.quantity_is_quote = true;
  terms.quote_quantity = parse_amount("59910", usdt).value();
  terms.take_profit = exit_at("59900");
  const AlgoId id = must_place(terms);
  move_to("59900", spot);
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(child(id).filled, lots("1"));
}

TEST_F(AlgoExits, NothingIsTakenOnWhileTheInstrumentDoesNotTrade) {
  exchange.set_instrument_state(swap, InstrumentState::Suspended, now);
  EXPECT_EQ(desk.place(stop(Side::Sell, "1", "59900"), now).refusal.order,
            Refusal::InstrumentNotLive);
}

}  // namespace
}  // namespace gannet::sim
