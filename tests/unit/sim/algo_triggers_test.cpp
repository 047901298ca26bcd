#include "support/algo_fixture.h"

namespace gannet::sim {
namespace {

class AlgoTriggers : public AlgoTest {
 public:
  NewAlgo trigger(Side side, std::string_view quantity, std::string_view at,
                  std::string_view limit = "") const {
    NewAlgo terms = algo(AlgoType::Trigger, side, quantity);
    terms.trigger = px(at);
    if (!limit.empty()) terms.limit = px(limit);
    return terms;
  }
  NewAlgo trail(Side side, std::string_view quantity, std::string_view spread) const {
    NewAlgo terms = algo(AlgoType::TrailingStop, side, quantity);
    terms.trail.callback.absolute = px(spread);
    terms.reduce_only = true;
    return terms;
  }
};

TEST_F(AlgoTriggers, ATriggerAboveTheMarketWaitsForARiseWhateverItsSide) {
  const AlgoId buy = must_place(trigger(Side::Buy, "1", "60100"));
  const AlgoId sell = must_place(trigger(Side::Sell, "1", "60100", "60200"));
  move_to("60099.9");
  EXPECT_EQ(state(buy), AlgoState::Live);
  move_to("60100");
  EXPECT_EQ(state(buy), AlgoState::Effective);
  EXPECT_EQ(held(alice), 100);
  EXPECT_EQ(state(sell), AlgoState::Effective);
  EXPECT_EQ(child(sell).state, OrderState::Live);
  EXPECT_EQ(child(sell).terms.price, px("60200"));
}

TEST_F(AlgoTriggers, ATriggerBelowTheMarketWaitsForAFall) {
  const AlgoId id = must_place(trigger(Side::Buy, "1", "59900", "59850"));
  move_to("60100");
  EXPECT_EQ(state(id), AlgoState::Live);
  move_to("59900.1");
  EXPECT_EQ(state(id), AlgoState::Live);
  move_to("59900");
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(child(id).state, OrderState::Live);
}

TEST_F(AlgoTriggers, LegsOpenInLongShortMode) {
  NewAlgo terms = trigger(Side::Sell, "2", "60100");
  terms.user = hedger;
  terms.position_side = PositionSide::Short;
  const AlgoId id = must_place(terms);
  move_to("60100");
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(held(hedger, PositionSide::Short), -200);
}

TEST_F(AlgoTriggers, AdvancedTypesGoInAsSuch) {
  NewAlgo ioc = trigger(Side::Buy, "1", "60100", "60050");
  ioc.triggered = TriggeredOrder::ImmediateOrCancel;
  NewAlgo fok = trigger(Side::Buy, "1", "60100", "60050");
  fok.triggered = TriggeredOrder::FillOrKill;
  const AlgoId a = must_place(ioc);
  const AlgoId b = must_place(fok);
  move_to("60100");
  EXPECT_EQ(child(a).cancel_cause, CancelCause::ImmediateOrCancel);
  EXPECT_EQ(child(b).cancel_cause, CancelCause::FillOrKill);
  EXPECT_EQ(state(a), AlgoState::Effective);
}

TEST_F(AlgoTriggers, ATriggerCanBeginAChase) {
  NewAlgo terms = trigger(Side::Buy, "1", "60100");
  terms.triggered = TriggeredOrder::Chase;
  const AlgoId id = must_place(terms);
  move_to("60100");
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_TRUE(view(id).orders.empty());
  ASSERT_EQ(view(id).spawned.size(), 1u);
  const AlgoId chase = view(id).spawned.front();
  EXPECT_EQ(view(chase).terms.type, AlgoType::Chase);
  EXPECT_EQ(child(chase).terms.type, OrderType::PostOnly);
  EXPECT_EQ(child(chase).terms.price, px("60090"));
}

TEST_F(AlgoTriggers, AmendedToTheOtherSideItWaitsForTheOtherMove) {
  const AlgoId id = must_place(trigger(Side::Buy, "1", "60100"));
  AmendAlgo change;
  change.trigger.trigger = px("59900");
  EXPECT_TRUE(desk.amend(alice, id, change, "", now).ok());
  move_to("60100");
  EXPECT_EQ(state(id), AlgoState::Live);
  move_to("59900");
  EXPECT_EQ(state(id), AlgoState::Effective);
}

TEST_F(AlgoTriggers, ATriggerAlreadyReachedFiresAtOnce) {
  const AlgoId id = must_place(trigger(Side::Buy, "1", "60000"));
  EXPECT_EQ(state(id), AlgoState::Effective);
}

TEST_F(AlgoTriggers, ASuspendedInstrumentMakesItFail) {
  const AlgoId id = must_place(trigger(Side::Buy, "1", "60005"));
  trade_at("60005", swap);
  exchange.set_instrument_state(swap, InstrumentState::Suspended, now);
  desk.run(now);
  EXPECT_EQ(state(id), AlgoState::Failed);
  EXPECT_EQ(view(id).failure.order, Refusal::InstrumentNotLive);
}

TEST_F(AlgoTriggers, LargerThanTheMoneyItGoesInAsFarAsTheMoneyReaches) {
  // A million at leverage 5 carries five million, less fees: of 54 million asked for.
  const AlgoId id = must_place(trigger(Side::Sell, "90000", "60100", "60200"));
  move_to("60100");
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_GT(view(id).ordered, lots("7000"));
  EXPECT_LT(view(id).ordered, lots("8400"));
  EXPECT_EQ(child(id).state, OrderState::Live);
}

TEST_F(AlgoTriggers, TrailingStopFollowsTheBestPriceAndFiresOnItsTurn) {
  open(alice, Side::Buy, "5");
  print("60000");
  const AlgoId id = must_place(trail(Side::Sell, "5", "100"));
  EXPECT_EQ(view(id).trail_trigger, px("59900"));
  move_to("60300");
  EXPECT_EQ(view(id).trail_trigger, px("60200"));
  move_to("60200.1");
  EXPECT_EQ(state(id), AlgoState::Live);
  EXPECT_EQ(view(id).trail_trigger, px("60200")) << "it never goes back";
  move_to("60200");
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(held(alice), 0);
}

TEST_F(AlgoTriggers, TrailingStopOfAShortFollowsTheLow) {
  open(alice, Side::Sell, "5");
  print("60000");
  NewAlgo terms = trail(Side::Buy, "5", "0");
  terms.trail.callback = {{}, 10'000'000, true};  // 1 %
  const AlgoId id = must_place(terms);
  EXPECT_EQ(view(id).trail_trigger, px("60600"));
  move_to("59000");
  EXPECT_EQ(view(id).trail_trigger, px("59590"));
  move_to("59589.9");
  EXPECT_EQ(state(id), AlgoState::Live);
  move_to("59590");
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(held(alice), 0);
}

TEST_F(AlgoTriggers, TrailingStopSleepsUntilItsActivation) {
  open(alice, Side::Buy, "5");
  NewAlgo terms = trail(Side::Sell, "5", "100");
  terms.trail.activation = px("60200");
  const AlgoId id = must_place(terms);
  EXPECT_EQ(view(id).trail_trigger, Price{});
  move_to("59800");
  EXPECT_EQ(state(id), AlgoState::Live);
  move_to("60200");
  EXPECT_EQ(view(id).trail_trigger, px("60100"));
  move_to("60100");
  EXPECT_EQ(state(id), AlgoState::Effective);
}

TEST_F(AlgoTriggers, TrailingStopsAreChecked) {
  NewAlgo terms = trail(Side::Sell, "1", "100");
  terms.trail.activation = px("59900");
  EXPECT_EQ(problem(terms), AlgoProblem::ActivationTooLow);
  NewAlgo buys = trail(Side::Buy, "1", "100");
  buys.trail.activation = px("60100");
  EXPECT_EQ(problem(buys), AlgoProblem::ActivationTooHigh);
  EXPECT_EQ(problem(trail(Side::Sell, "1", "0")), AlgoProblem::CallbackOutOfRange);
  const AlgoId id = must_place(trail(Side::Sell, "1", "100"));
  AmendAlgo change;
  change.quantity = lots("2");
  EXPECT_EQ(desk.amend(alice, id, change, "", now).problem, AlgoProblem::NotAmendable);
}

}  // namespace
}  // namespace gannet::sim
