#include "support/algo_fixture.h"

namespace gannet::sim {
namespace {

class AlgoSlices : public AlgoTest {
 public:
  NewAlgo time_weighted(Side side, std::string_view quantity, std::string_view slice,
                        std::string_view limit, std::string_view spread) const {
    NewAlgo terms = algo(AlgoType::TimeWeighted, side, quantity);
    terms.slices.slice = lots(slice);
    terms.slices.limit = px(limit);
    terms.slices.variance.absolute = px(spread);
    terms.slices.interval = seconds(10);
    return terms;
  }
  NewAlgo iceberg(Side side, std::string_view quantity, std::string_view slice,
                  std::string_view limit, std::string_view spread) const {
    NewAlgo terms = algo(AlgoType::Iceberg, side, quantity);
    terms.slices.slice = lots(slice);
    terms.slices.limit = px(limit);
    terms.slices.variance.absolute = px(spread);
    return terms;
  }
  NewAlgo smart(Side side, std::string_view quantity, std::string_view slice, int orders,
                Aggressiveness how) const {
    NewAlgo terms = algo(AlgoType::SmartIceberg, side, quantity);
    terms.slices.slice = lots(slice);
    terms.slices.orders = orders;
    terms.slices.aggressiveness = how;
    return terms;
  }
  NewAlgo chase(Side side, std::string_view quantity, std::string_view distance = "0") const {
    NewAlgo terms = algo(AlgoType::Chase, side, quantity);
    terms.chase.distance.absolute = px(distance);
    return terms;
  }
  std::vector<std::string> open_prices(AlgoId id) const {
    std::vector<std::string> prices;
    for (const VenueOrderId order : exchange.open_orders(alice)) {
      const OrderView& view = *exchange.find(order);
      if (view.terms.algo_id == id.value)
        prices.push_back(std::to_string(view.terms.price.raw / 1000) + " x " +
                         std::to_string((view.terms.quantity - view.filled).raw / 100));
    }
    return prices;
  }
};

using Prices = std::vector<std::string>;

TEST_F(AlgoSlices, TheLastSliceTakesARestThatIsTooSmallForAnOrder) {
  instruments[swap].minimum_quantity = lots("1");
  const AlgoId in_time = must_place(time_weighted(Side::Buy, "4.5", "2", "61000", "20"));
  EXPECT_EQ(held(alice), 200);
  wait(seconds(10));
  EXPECT_EQ(held(alice), 450);
  EXPECT_EQ(state(in_time), AlgoState::Effective);
  const AlgoId iceberg_id = must_place(iceberg(Side::Buy, "4.5", "2", "61000", "0"));
  for (int i = 0; i < 2; ++i) {
    const VenueOrderId slice = view(iceberg_id).orders.back();
    market_order(swap, Side::Sell, exchange.find(slice)->terms.price,
                 exchange.find(slice)->terms.quantity + lots("1000"), OrderType::Limit);
    desk.run(now);
    quote("59990", "60010");
    wait(seconds(2));
  }
  EXPECT_EQ(state(iceberg_id), AlgoState::Effective);
  EXPECT_EQ(held(alice), 900);
}

TEST_F(AlgoSlices, ARestTooSmallForAnOrderEndsTheAlgoOrder) {
  instruments[swap].minimum_quantity = lots("1");
  market_order(swap, Side::Sell, px("60000"), lots("1.7"));
  // 10 above the best bid reaches only what is offered there.
  const AlgoId id = must_place(time_weighted(Side::Buy, "2", "2", "61000", "10"));
  wait(seconds(10));
  EXPECT_EQ(held(alice), 170);
  EXPECT_EQ(state(id), AlgoState::Effective);
}

TEST_F(AlgoSlices, SlicesInTimeTakeAtTheirPaceUntilAllIsDone) {
  // 59990 bid, 60010 asked: 20 above the best bid reaches the offer.
  const AlgoId id = must_place(time_weighted(Side::Buy, "5", "2", "61000", "20"));
  EXPECT_EQ(held(alice), 200) << "the first at once";
  wait(milliseconds(9'999));
  EXPECT_EQ(held(alice), 200);
  wait(milliseconds(1));
  EXPECT_EQ(held(alice), 400);
  EXPECT_EQ(state(id), AlgoState::Live);
  wait(seconds(10));
  EXPECT_EQ(held(alice), 500) << "the last slice is what is left";
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(view(id).ordered, lots("5"));
  EXPECT_EQ(view(id).orders.size(), 3u);
  wait(seconds(60));
  EXPECT_EQ(held(alice), 500);
}

TEST_F(AlgoSlices, ASliceThatDoesNotReachTheOtherSideTakesNothing) {
  const AlgoId id = must_place(time_weighted(Side::Buy, "5", "2", "61000", "19.9"));
  EXPECT_EQ(held(alice), 0);
  EXPECT_EQ(child(id).cancel_cause, CancelCause::ImmediateOrCancel);
  quote("59995", "60010");
  wait(seconds(10));
  EXPECT_EQ(held(alice), 200);
}

TEST_F(AlgoSlices, SalesTakeBelowTheBestOffer) {
  const AlgoId id = must_place(time_weighted(Side::Sell, "2", "2", "59000", "20"));
  EXPECT_EQ(held(alice), -200);
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(child(id).terms.price, px("59990"));
}

TEST_F(AlgoSlices, BeyondTheirLimitSlicesPauseAndResume) {
  const AlgoId id = must_place(time_weighted(Side::Buy, "5", "2", "60050", "20"));
  move_to("60060");
  wait(seconds(10));
  EXPECT_EQ(state(id), AlgoState::Paused);
  EXPECT_EQ(held(alice), 200);
  move_to("60020");
  wait(seconds(10));
  EXPECT_EQ(state(id), AlgoState::Live);
  EXPECT_EQ(held(alice), 400);
}

TEST_F(AlgoSlices, CancelledSlicesKeepWhatTheyDid) {
  const AlgoId id = must_place(time_weighted(Side::Buy, "5", "2", "61000", "20"));
  EXPECT_TRUE(desk.cancel(alice, id, now).ok());
  EXPECT_EQ(state(id), AlgoState::PartiallyEffective);
  wait(seconds(10));
  EXPECT_EQ(held(alice), 200);
}

TEST_F(AlgoSlices, SlicesThatTheMoneyDoesNotCoverFail) {
  NewAlgo terms = time_weighted(Side::Sell, "90000", "90000", "59000", "20");
  const AlgoId id = must_place(terms);
  EXPECT_EQ(state(id), AlgoState::Failed);
  EXPECT_EQ(view(id).failure.order, Refusal::InsufficientFunds);
}

TEST_F(AlgoSlices, SlicesAreChecked) {
  EXPECT_EQ(problem(time_weighted(Side::Buy, "1", "2", "61000", "20")),
            AlgoProblem::SliceOutOfRange);
  NewAlgo terms = time_weighted(Side::Buy, "5", "2", "61000", "20");
  terms.slices.interval = {};
  EXPECT_EQ(problem(terms), AlgoProblem::IntervalOutOfRange);
  terms.slices.interval = seconds(1);
  terms.slices.variance = {{}, 10'000'001, true};
  EXPECT_EQ(problem(terms), AlgoProblem::VarianceOutOfRange) << "more than 1 %";
  terms.slices.variance = {{}, 99'999, true};
  EXPECT_EQ(problem(terms), AlgoProblem::VarianceOutOfRange) << "less than 0.01 %";
  EXPECT_EQ(problem(iceberg(Side::Buy, "1000", "1", "61000", "1")), AlgoProblem::SliceOutOfRange)
      << "a thousandth of the whole is too little";
}

TEST_F(AlgoSlices, AnIcebergShowsOneSliceAtATime) {
  const AlgoId id = must_place(iceberg(Side::Buy, "5", "2", "61000", "5"));
  EXPECT_EQ(open_prices(id), Prices{"59985 x 2"});
  market_order(swap, Side::Sell, px("59985"), lots("1002"));
  desk.run(now);
  EXPECT_EQ(held(alice), 200);
  EXPECT_TRUE(open_prices(id).empty()) << "the next follows after a while";
  quote("59990", "60010");
  wait(milliseconds(200));
  EXPECT_EQ(open_prices(id), Prices{"59985 x 2"});
  EXPECT_EQ(view(id).ordered, lots("2"));
}

TEST_F(AlgoSlices, AnIcebergFollowsAMarketThatRunsAway) {
  const AlgoId id = must_place(iceberg(Side::Buy, "5", "2", "61000", "5"));
  move_to("59995");
  wait(seconds(1));
  EXPECT_EQ(open_prices(id), Prices{"59985 x 2"}) << "10 away is not more than twice 5";
  move_to("60100");
  wait(seconds(1));
  EXPECT_EQ(open_prices(id), Prices{"60085 x 2"});
}

TEST_F(AlgoSlices, TheUserWhoCancelsASliceEndsTheIceberg) {
  const AlgoId id = must_place(iceberg(Side::Buy, "5", "2", "61000", "5"));
  exchange.cancel(alice, view(id).orders.back(), CancelCause::User, now);
  desk.run(now);
  EXPECT_EQ(state(id), AlgoState::Cancelled);
}

TEST_F(AlgoSlices, ASmartIcebergKeepsSeveralOrdersAndNeverMoreThanItsQuantity) {
  const AlgoId id = must_place(smart(Side::Buy, "5", "2", 4, Aggressiveness::Conservative));
  EXPECT_EQ(open_prices(id), (Prices{"59990 x 2", "59989 x 2", "59989 x 1"}))
      << "a tick of 0.1 apart: 59990, 59989.9, 59989.8; two, two and the one that is left";
  EXPECT_TRUE(desk.cancel(alice, id, now).ok());
  EXPECT_TRUE(open_prices(id).empty());
}

TEST_F(AlgoSlices, ARadicalIcebergTakes) {
  const AlgoId id = must_place(smart(Side::Buy, "5", "2", 1, Aggressiveness::Radical));
  EXPECT_EQ(held(alice), 200);
  wait(seconds(1));
  EXPECT_EQ(held(alice), 400);
  wait(seconds(1));
  EXPECT_EQ(held(alice), 500);
  EXPECT_EQ(state(id), AlgoState::Effective);
}

TEST_F(AlgoSlices, AMidIcebergGoesATickBeforeTheQueueAndStaysThere) {
  const AlgoId id = must_place(smart(Side::Buy, "5", "2", 1, Aggressiveness::Mid));
  ASSERT_FALSE(view(id).orders.empty());
  EXPECT_EQ(child(id).terms.price, px("59990.1"));
  wait(seconds(1));
  wait(seconds(1));
  EXPECT_EQ(view(id).orders.size(), 1u) << "it does not outbid itself";
}

TEST_F(AlgoSlices, ASmartIcebergWaitsForItsStart) {
  NewAlgo terms = smart(Side::Buy, "5", "2", 1, Aggressiveness::Conservative);
  terms.slices.start = px("59900");
  const AlgoId id = must_place(terms);
  EXPECT_TRUE(open_prices(id).empty());
  move_to("59900");
  EXPECT_EQ(open_prices(id), Prices{"59890 x 2"});
}

TEST_F(AlgoSlices, AChaseFollowsTheBestPriceUpAndFillsAsMaker) {
  const AlgoId id = must_place(chase(Side::Buy, "5"));
  EXPECT_EQ(child(id).terms.price, px("59990"));
  quote("59995", "60010");
  EXPECT_EQ(child(id).terms.price, px("59995"));
  EXPECT_EQ(view(id).orders.size(), 1u) << "amended, not placed again";
  market_order(swap, Side::Sell, px("59995"), lots("1005"));
  desk.run(now);
  EXPECT_EQ(state(id), AlgoState::Effective);
  EXPECT_EQ(held(alice), 500);
}

TEST_F(AlgoSlices, AChaseKeepsItsDistance) {
  const AlgoId id = must_place(chase(Side::Sell, "5", "3"));
  EXPECT_EQ(child(id).terms.price, px("60013"));
  quote("59980", "60000");
  EXPECT_EQ(child(id).terms.price, px("60003"));
}

TEST_F(AlgoSlices, AChaseThatGoesTooFarIsCancelledAndSaysSo) {
  NewAlgo terms = chase(Side::Buy, "5");
  terms.chase.farthest = Distance{px("10"), 0, false};
  const AlgoId id = must_place(terms);
  quote("59999.9", "60020");
  EXPECT_EQ(state(id), AlgoState::Live);
  quote("60000", "60020");
  EXPECT_EQ(state(id), AlgoState::Cancelled);
  EXPECT_EQ(child(id).cancel_cause, CancelCause::ChaseTooFar);
}

TEST_F(AlgoSlices, AChaseWhoseOrderItsUserCancelsIsOver) {
  const AlgoId id = must_place(chase(Side::Buy, "5"));
  exchange.cancel(alice, view(id).orders.back(), CancelCause::User, now);
  desk.run(now);
  EXPECT_EQ(state(id), AlgoState::Cancelled);
  quote("59995", "60010");
  EXPECT_EQ(view(id).orders.size(), 1u);
}

TEST_F(AlgoSlices, ChasesAreForDerivatives) {
  NewAlgo terms = chase(Side::Buy, "5");
  terms.instrument = spot;
  terms.mode = TradeMode::Cash;
  EXPECT_EQ(problem(terms), AlgoProblem::ChaseNotDerivative);
}

TEST_F(AlgoSlices, DelistingEndsWhatWorks) {
  const AlgoId id = must_place(chase(Side::Buy, "5"));
  exchange.set_instrument_state(swap, InstrumentState::Expired, now);
  desk.run(now);
  EXPECT_EQ(state(id), AlgoState::Cancelled);
}

}  // namespace
}  // namespace gannet::sim
