#include "support/algo_fixture.h"

namespace gannet::sim {
namespace {

class AlgoAttached : public AlgoTest {
 public:
  AttachedExit both(std::string_view profit, std::string_view stop) const {
    AttachedExit exit;
    if (!profit.empty()) exit.take_profit = exit_at(profit);
    if (!stop.empty()) exit.stop_loss = exit_at(stop);
    return exit;
  }
  /// The order with its exits, placed.
  VenueOrderId place_with(NewOrder terms, std::vector<AttachedExit> exits) {
    EXPECT_EQ(static_cast<int>(desk.attach(terms, std::move(exits), now).problem), 0);
    return AlgoTest::must_place(terms);
  }
  AlgoProblem attach_problem(NewOrder terms, std::vector<AttachedExit> exits) {
    return desk.attach(terms, std::move(exits), now).problem;
  }
  std::vector<AlgoId> pending(UserId user) const {
    std::vector<AlgoId> ids;
    for (const AlgoId id : desk.all(user)) {
      if (is_pending(desk.find(id)->state)) ids.push_back(id);
    }
    return ids;
  }
};

TEST_F(AlgoAttached, ExitsGoLiveWhenTheirOrderHasFilled) {
  const VenueOrderId parent =
      place_with(order(alice, Side::Buy, "59950", "5"), {both("60100", "59900")});
  EXPECT_TRUE(pending(alice).empty());
  quote("59940", "60000");
  market_order(swap, Side::Sell, px("59950"), lots("2"));
  desk.run(now);
  EXPECT_TRUE(pending(alice).empty()) << "not at the first fill";
  market_order(swap, Side::Sell, px("59950"), lots("3"));
  desk.run(now);
  ASSERT_EQ(pending(alice).size(), 1u);
  const AlgoId id = pending(alice).front();
  EXPECT_EQ(view(id).terms.type, AlgoType::OneCancelsOther);
  EXPECT_EQ(view(id).terms.side, Side::Sell);
  EXPECT_EQ(view(id).terms.quantity, lots("5"));
  EXPECT_TRUE(view(id).terms.reduce_only);
  EXPECT_EQ(view(id).parent, parent);
  move_to("59900");
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(held(alice), 0);
}

TEST_F(AlgoAttached, ExitsOfOrdersThatEndedLongAgoAreForgottenUnlessTheyAreLive) {
  NewOrder filled = order(alice, Side::Buy, "", "5", OrderType::Market);
  ASSERT_TRUE(desk.attach(filled, {both("", "59000")}, now).ok());
  AlgoTest::must_place(filled);
  NewOrder waiting = order(alice, Side::Buy, "59000.1", "1");
  ASSERT_TRUE(desk.attach(waiting, {both("", "58000")}, now).ok());
  AlgoTest::must_place(waiting);
  std::vector<std::uint32_t> numbers;
  for (int i = 0; i < 6'000; ++i) {
    NewOrder terms = order(alice, Side::Buy, "59500", "1");
    ASSERT_TRUE(desk.attach(terms, {both("", "58000")}, now).ok());
    numbers.push_back(terms.attachment);
    const VenueOrderId id = AlgoTest::must_place(terms);
    ASSERT_EQ(exchange.cancel(alice, id, CancelCause::User, now), Refusal::None);
    desk.run(now);
  }
  EXPECT_EQ(desk.attachment(numbers.front()), nullptr);
  EXPECT_NE(desk.attachment(numbers.back()), nullptr);
  EXPECT_NE(desk.attachment(filled.attachment), nullptr) << "its stop is live";
  EXPECT_NE(desk.attachment(waiting.attachment), nullptr) << "its order is open";
}

TEST_F(AlgoAttached, AnOrderFilledAtOnceArmsThemInTheSameTurn) {
  place_with(order(alice, Side::Buy, "", "5", OrderType::Market), {both("", "59900")});
  ASSERT_EQ(pending(alice).size(), 1u);
  EXPECT_EQ(view(pending(alice).front()).terms.type, AlgoType::Conditional);
}

TEST_F(AlgoAttached, ACancelledOrderTakesThemWithItUnlessItFilledInPart) {
  const VenueOrderId parent =
      place_with(order(alice, Side::Buy, "59950", "5"), {both("60100", "59900")});
  exchange.cancel(alice, parent, CancelCause::User, now);
  desk.run(now);
  EXPECT_TRUE(pending(alice).empty());
  const VenueOrderId other =
      place_with(order(alice, Side::Buy, "59995", "5"), {both("60100", "59900")});
  market_order(swap, Side::Sell, px("59995"), lots("2"));
  exchange.cancel(alice, other, CancelCause::User, now);
  desk.run(now);
  ASSERT_EQ(pending(alice).size(), 1u);
  EXPECT_EQ(view(pending(alice).front()).terms.quantity, lots("2"));
}

TEST_F(AlgoAttached, LegsGetExitsOfTheirOwn) {
  place_with(order(hedger, Side::Sell, "", "3", OrderType::Market, PositionSide::Short),
             {both("59900", "60100")});
  ASSERT_EQ(pending(hedger).size(), 1u);
  const AlgoId id = pending(hedger).front();
  EXPECT_EQ(view(id).terms.position_side, PositionSide::Short);
  EXPECT_EQ(view(id).terms.side, Side::Buy);
  move_to("60100");
  EXPECT_EQ(view(id).fired, FiredExit::StopLoss);
  EXPECT_EQ(held(hedger, PositionSide::Short), 0);
}

TEST_F(AlgoAttached, ClosingThePositionByHandCancelsThem) {
  place_with(order(alice, Side::Buy, "", "5", OrderType::Market), {both("60100", "59900")});
  const AlgoId id = pending(alice).front();
  open(alice, Side::Sell, "5");
  EXPECT_EQ(state(id), AlgoState::Cancelled);
  open(alice, Side::Sell, "5");
  move_to("59900");
  EXPECT_EQ(held(alice), -500);
}

TEST_F(AlgoAttached, SplitTakeProfitsShareTheFillAndTheStopGoesToTheEntry) {
  std::vector<AttachedExit> exits{both("60100", ""), both("60200", ""), both("", "59900")};
  exits[0].quantity = lots("2");
  exits[1].quantity = lots("3");
  exits[2].stop_to_entry = true;
  place_with(order(alice, Side::Buy, "", "5", OrderType::Market), exits);
  ASSERT_EQ(pending(alice).size(), 3u);
  const AlgoId stop = pending(alice)[2];
  move_to("60100");
  EXPECT_EQ(held(alice), 300);
  EXPECT_EQ(view(stop).terms.stop_loss->trigger, px("60010")) << "where it was bought";
  move_to("60010");
  EXPECT_EQ(state(stop), AlgoState::Effective);
  EXPECT_EQ(held(alice), 0) << "the stop of five closes the three that are left";
  EXPECT_TRUE(pending(alice).empty());
}

TEST_F(AlgoAttached, RatiosCountFromTheEntryPrice) {
  AttachedExit exit = both("60000", "60000");
  exit.take_profit->trigger = exit.stop_loss->trigger = {};
  exit.take_profit_ratio = 20'000'000;  // 2 %
  exit.stop_loss_ratio = 10'000'000;    // 1 %
  place_with(order(alice, Side::Buy, "", "5", OrderType::Market), {exit});
  const AlgoId id = pending(alice).front();
  EXPECT_EQ(view(id).terms.take_profit->trigger, px("61210.2"));  // 60010 * 1.02
  EXPECT_EQ(view(id).terms.stop_loss->trigger, px("59409.9"));    // 60010 * 0.99
}

TEST_F(AlgoAttached, TrailingStopsCanBeAttached) {
  AttachedExit exit;
  exit.trail = TrailTerms{Distance{px("100"), 0, false}, std::nullopt};
  place_with(order(alice, Side::Buy, "", "5", OrderType::Market), {exit});
  const AlgoId id = pending(alice).front();
  EXPECT_EQ(view(id).terms.type, AlgoType::TrailingStop);
  move_to("60300");
  move_to("60200");
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(held(alice), 0);
}

TEST_F(AlgoAttached, ATriggersOwnExitsFollowItsOrder) {
  NewAlgo terms = algo(AlgoType::Trigger, Side::Buy, "5");
  terms.trigger = px("60100");
  terms.attached = {both("60300", "60000")};
  must_place(terms);
  move_to("60100");
  EXPECT_EQ(held(alice), 500);
  ASSERT_EQ(pending(alice).size(), 1u);
  const AlgoId id = pending(alice).front();
  EXPECT_EQ(view(id).terms.stop_loss->trigger, px("60000"));
  move_to("60300");
  EXPECT_EQ(view(id).fired, FiredExit::TakeProfit);
  EXPECT_EQ(held(alice), 0);
}

TEST_F(AlgoAttached, SpotExitsSellWhatWasBoughtLessItsFee) {
  move_to("60000", spot);
  NewOrder terms = order(alice, Side::Buy, "60010", "1");
  terms.instrument = spot;
  terms.mode = TradeMode::Cash;
  place_with(terms, {both("", "59900")});
  ASSERT_EQ(pending(alice).size(), 1u);
  EXPECT_EQ(view(pending(alice).front()).terms.quantity, lots("0.99"))
      << "0.001 of 1 went as fee; the rest to whole lots";
}

TEST_F(AlgoAttached, AreCheckedAgainstTheOrdersPrice) {
  const NewOrder buys = order(alice, Side::Buy, "59950", "5");
  EXPECT_EQ(attach_problem(buys, {both("59950", "")}), AlgoProblem::ExitTakeProfitTooLow);
  EXPECT_EQ(attach_problem(buys, {both("", "59950")}), AlgoProblem::ExitStopTooHigh);
  const NewOrder sells = order(alice, Side::Sell, "60050", "5");
  EXPECT_EQ(attach_problem(sells, {both("60050", "")}), AlgoProblem::ExitTakeProfitTooHigh);
  EXPECT_EQ(attach_problem(sells, {both("", "60050")}), AlgoProblem::ExitStopTooLow);
  const NewOrder market = order(alice, Side::Buy, "", "5", OrderType::Market);
  EXPECT_EQ(attach_problem(market, {both("", "60010")}), AlgoProblem::ExitStopTooHigh)
      << "a market order's price is the best offer";
  EXPECT_EQ(attach_problem(market, {both("", "60009.9")}), AlgoProblem::None);
  EXPECT_EQ(attach_problem(market, {AttachedExit{}}), AlgoProblem::NoExit);
  NewOrder closes = buys;
  closes.reduce_only = true;
  EXPECT_EQ(attach_problem(closes, {both("60100", "")}), AlgoProblem::ExitsOnReducingOrder);
}

TEST_F(AlgoAttached, SplitRules) {
  const NewOrder buys = order(alice, Side::Buy, "59950", "5");
  std::vector<AttachedExit> exits{both("60100", ""), both("60200", "")};
  EXPECT_EQ(attach_problem(buys, exits), AlgoProblem::SplitWithoutQuantity);
  exits[0].quantity = lots("2");
  exits[1].quantity = lots("2");
  EXPECT_EQ(attach_problem(buys, exits), AlgoProblem::SplitQuantityMismatch);
  exits[1].quantity = lots("3");
  EXPECT_EQ(attach_problem(buys, exits), AlgoProblem::None);
  exits[1].take_profit->trigger = px("60100");
  EXPECT_EQ(attach_problem(buys, exits), AlgoProblem::SplitSamePrice);
  exits[1] = both("60200", "59900");
  EXPECT_EQ(attach_problem(buys, exits), AlgoProblem::SplitMustBeOneWay);
}

TEST_F(AlgoAttached, CanBeAmendedWhileTheyWait) {
  NewOrder terms = order(alice, Side::Buy, "59950", "5");
  ASSERT_TRUE(desk.attach(terms, {both("60100", "59900")}, now).ok());
  AlgoTest::must_place(terms);
  AmendAttached change;
  change.stop_loss.trigger = px("59800");
  change.take_profit.remove = true;
  EXPECT_TRUE(desk.amend_attached(terms.attachment, {change}).ok());
  change.id = 12345;
  EXPECT_EQ(desk.amend_attached(terms.attachment, {change}).problem, AlgoProblem::AttachedNotFound);
  quote("59940", "60000");
  market_order(swap, Side::Sell, px("59950"), lots("5"));
  desk.run(now);
  ASSERT_EQ(pending(alice).size(), 1u);
  EXPECT_EQ(view(pending(alice).front()).terms.type, AlgoType::Conditional);
  EXPECT_EQ(view(pending(alice).front()).terms.stop_loss->trigger, px("59800"));
  EXPECT_EQ(desk.amend_attached(terms.attachment, {change}).problem, AlgoProblem::AttachedNotFound)
      << "live ones are amended as algo orders";
}

TEST_F(AlgoAttached, ARefusedOrdersExitsAreDropped) {
  NewOrder terms = order(alice, Side::Buy, "59950", "5");
  terms.price = px("59950.05");
  ASSERT_TRUE(desk.attach(terms, {both("60100", "59900")}, now).ok());
  EXPECT_EQ(exchange.place(terms, now).refusal, Refusal::PriceOffTick);
  desk.drop(terms.attachment);
  desk.run(now);
  EXPECT_TRUE(desk.all(alice).empty());
}

}  // namespace
}  // namespace gannet::sim
