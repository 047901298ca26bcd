#include <gtest/gtest.h>

#include <limits>

#include "support/tiny_algo_desk.h"

// What a review found in the first version of algo orders: each stands here as it could have hurt.

namespace gannet {
namespace {

using engine::Alert;
using AlgoEvent = engine::OrderEventKind;
using test::AlgoBench;
using test::SecondAlgoRun;
using test::TinyAlgoDesk;
using test::TinyVenue;

AlgoEvent placed(AlgoBench& t, Side side, std::int64_t quantity) {
  return t.last(t.bench.place(side, quantity, 100'100));
}

/// A buy of 4 that goes in at 101.0.
Handle place_trigger(AlgoBench& t) {
  AlgoTerms entry;
  entry.kind = AlgoKind::Trigger;
  entry.side = Side::Buy;
  entry.quantity = {4};
  entry.trigger = {101'000};
  return t.place(entry);
}

// A stop counted as nothing, so that a sale beside it was weighed against the whole position: with
// both filled the account was short beyond its limit (PRE-06, I4).
TEST(AlgoSafety, WhatAnExitClosesIsNotThereForASaleBesideIt) {
  AlgoBench t(5, true, 2);
  t.stop(5, 99'000);
  t.desk.take();
  EXPECT_EQ(placed(t, Side::Sell, 3), AlgoEvent::Denied);
  EXPECT_EQ(t.bench.ears.order_events.back().denial.reason, DenialReason::PositionAboveLimit);
  EXPECT_NE(placed(t, Side::Sell, 2), AlgoEvent::Denied);
  // And the other way round: the exit finds the sale there.
  AlgoBench other(5, true, 2);
  EXPECT_NE(placed(other, Side::Sell, 7), AlgoEvent::Denied);
  const Handle late = other.stop(5, 99'000);
  EXPECT_EQ(other.last(late), AlgoEvent::Denied);
  // Several exits of one position are one: the venue lets no more through than there is.
  AlgoBench many(5, true, 2);
  for (int i = 0; i < 3; ++i) EXPECT_NE(many.last(many.stop(5, 99'000)), AlgoEvent::Denied) << i;
}

TEST(AlgoSafety, AnExitThatEndedTakesNothingAnyMore) {
  AlgoBench t(5, true, 2);
  t.stop(5, 99'000);
  auto& algo = t.desk.take();
  EXPECT_EQ(t.holding().protective_sell, Quantity{5});
  t.bench.run_for(milliseconds(10));
  t.desk.end(algo, AlgoState::Cancelled);
  EXPECT_EQ(t.holding().protective_sell, Quantity{0});
  EXPECT_NE(placed(t, Side::Sell, 7), AlgoEvent::Denied);
}

// A kill after a restart cancelled the stops of open positions: they were in doubt until the list
// came, and what was in doubt was not kept (KILL-06).
TEST(AlgoSafety, AKillBeforeTheFirstListOfARunKeepsTheStopsOfOpenPositions) {
  AlgoBench first(5);
  first.stop(5, 99'000);
  first.desk.take();
  SecondAlgoRun second(first, engine::StrategySettings::OnStart::Cancel);
  second.bench.build(&second.prior);
  second.bench.core->kill("a test", "somebody", second.bench.now);
  second.bench.run_for(milliseconds(500));
  second.bench.connect();
  second.bench.run_for(seconds(3));
  EXPECT_TRUE(second.desk.cancels.empty());
  EXPECT_EQ(second.bench.core->status().kept_orders, 1u);
}

// Two lagging answers ended a child for good: it worked on, uncounted, and no kill saw it.
TEST(AlgoSafety, AChildThatWasNotFoundAndComesBackIsFollowedAgain) {
  AlgoBench t;
  const Handle handle = place_trigger(t);
  auto& algo = t.desk.take();
  TinyVenue::Order& child = t.desk.fire(algo, true, false);  // its own push is late
  const TinyVenue::Order truth = child;
  t.bench.venue.orders.erase(truth.venue_id.value);  // and the venue's lists lag
  t.bench.run_for(seconds(1));
  EXPECT_EQ(t.holding().working_buy, Quantity{4});  // nothing is concluded from one answer
  t.bench.run_for(seconds(8));
  EXPECT_EQ(t.last(handle), AlgoEvent::Cancelled);
  EXPECT_EQ(t.holding().working_buy, Quantity{0});

  TinyVenue::Order& back = t.bench.venue.orders[truth.venue_id.value] = truth;
  back.update_time = t.bench.now;
  t.desk.push_child(back);
  EXPECT_EQ(t.holding().working_buy, Quantity{4});
  t.bench.core->kill("a test", "somebody", t.bench.now);
  t.bench.run_for(milliseconds(300));
  ASSERT_FALSE(t.bench.venue.cancels.empty());
  EXPECT_EQ(t.bench.venue.cancels.back().venue_id, truth.venue_id);
  t.bench.venue.fill(back, {4}, {101'000}, t.bench.now);
  EXPECT_EQ(t.own(), Quantity{4});
}

TEST(AlgoSafety, AFillOfAChildThatWasTakenForGoneBringsItsAlgoOrderBack) {
  AlgoBench t;
  const Handle handle = place_trigger(t);
  TinyVenue::Order child = t.desk.fire(t.desk.take(), true, false);
  t.bench.venue.orders.erase(child.venue_id.value);
  t.bench.run_for(seconds(9));
  ASSERT_EQ(t.last(handle), AlgoEvent::Cancelled);
  t.bench.venue.fill(child, {1}, {101'000}, t.bench.now, false);
  FillReport row = t.bench.venue.fills.back();
  row.receive_time = t.bench.now;
  t.bench.core->on_fill_report(row);
  EXPECT_EQ(t.own(), Quantity{1});
  EXPECT_TRUE(t.bench.ears.heard(Alert::LateFill));
  EXPECT_EQ(t.holding().working_buy, Quantity{3});  // what is left of it may be resting
}

TEST(AlgoSafety, AChildIsNotGoneBeforeListsHaveBeenReadSinceItWasSeen) {
  AlgoBench t;
  place_trigger(t);
  auto& algo = t.desk.take();
  t.bench.venue.answers_lists = false;
  TinyVenue::Order& child = t.desk.fire(algo, true, false);  // its push is late: it is asked for
  t.bench.venue.orders.erase(child.venue_id.value);
  const std::size_t asked = t.bench.venue.queries;
  t.bench.run_for(seconds(10));
  EXPECT_GE(t.bench.venue.queries, asked + 2);
  EXPECT_EQ(t.holding().working_buy, Quantity{4});
}

// A list that told the same fills each second filled the place where they waited for their order.
TEST(AlgoSafety, AFillThatIsToldAgainWaitsOnce) {
  engine::AlgoBook book(8, 8);
  FillReport fill;
  fill.venue_id = {70'001};
  fill.fill.trade_id = {1};
  for (int i = 0; i < 2'000; ++i) EXPECT_TRUE(book.hold_fill(fill));
  EXPECT_EQ(book.held_fills().size(), 1u);
  fill.fill.trade_id = {0};  // liquidations: by the booking id
  for (const std::uint64_t bill : {5u, 6u}) {
    fill.fill.bill_id = bill;
    EXPECT_TRUE(book.hold_fill(fill));
  }
  EXPECT_EQ(book.held_fills().size(), 3u);
}

// What a child had filled before its algo order was met (no journal) was missed for ever.
TEST(AlgoSafety, OneThatIsMetWithoutAJournalIsNotShortOfWhatItFilledBefore) {
  AlgoBench first(5);
  AlgoTerms slices;
  slices.kind = AlgoKind::TimeWeighted;
  slices.side = Side::Buy;
  slices.quantity = {10};
  slices.slice = {2};
  slices.interval = seconds(30);
  slices.distance = {100};
  slices.limit = {100'500};
  first.place(slices);
  auto& algo = first.desk.take();
  TinyVenue::Order& child = first.desk.fire(algo);
  first.bench.venue.fill(child, {2}, {100'000}, first.bench.now);
  const VenueOrderId child_id = child.venue_id;

  SecondAlgoRun second(first, engine::StrategySettings::OnStart::Adopt);
  second.bench.build();  // nothing is known of the first run
  second.bench.connect();
  second.bench.run_for(seconds(4));
  TinyVenue::Order& seen = second.bench.venue.orders.at(child_id.value);
  second.desk.push_child(seen);
  second.bench.run_for(seconds(2));
  const std::uint64_t rounds = second.bench.core->status().rounds;
  second.bench.run_for(seconds(10));
  // Nothing is missed: no list is read again each second.
  EXPECT_LE(second.bench.core->status().rounds, rounds + 1);
}

// An amend moved the limit of a stop to zero, which means: at the market.
TEST(AlgoSafety, AnAmendNeverTurnsALimitIntoTheMarket) {
  AlgoBench t(5);
  AlgoTerms terms;
  terms.reduce_only = true;
  terms.quantity = {5};
  terms.stop_trigger = {99'000};
  terms.stop_limit = {98'900};
  const Handle handle = t.place(terms);
  t.desk.take();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t price :
       {std::int64_t{100}, std::int64_t{0}, std::int64_t{-99'000}, kMost, -kMost}) {
    t.bench.amend(handle, Price{price}, {});
    EXPECT_EQ(t.last(handle), AlgoEvent::AmendDenied) << price;
    EXPECT_EQ(t.bench.ears.order_events.back().denial.reason, DenialReason::PriceNotPositive)
        << price;
  }
  EXPECT_TRUE(t.desk.amends.empty());
}

// One that its author wants to reduce, and that the venue was not told to, could be amended beyond
// the strategy's own position (PRE-18).
TEST(AlgoSafety, WhatMustReduceIsHeldToItInAmendsToo) {
  AlgoBench t(5, true, std::nullopt, false);
  const Handle handle = t.stop(3, 99'000);
  t.desk.take();
  EXPECT_FALSE(t.desk.places.back().terms.reduce_only);  // the venue would not heed it
  EXPECT_EQ(t.holding().working_sell, Quantity{3});      // so it counts
  t.bench.amend(handle, {}, Quantity{5});
  EXPECT_NE(t.last(handle), AlgoEvent::AmendDenied);
  t.bench.amend(handle, {}, Quantity{6});
  EXPECT_EQ(t.last(handle), AlgoEvent::AmendDenied);
  EXPECT_EQ(t.bench.ears.order_events.back().denial.reason, DenialReason::ReduceOnlyWouldIncrease);
}

// The venue does not know exits while their order works: an amend of them whose answer was lost
// stayed in doubt as long as the order rested, since nobody can be asked about it; and over a
// restart it kept the engine from ever being ready. (simtest seeds 1224, 3770; I11)
TEST(AlgoSafety, ExitsThatDoNotLiveYetAreNotAmended) {
  AlgoBench t;
  const Handle entry = t.entry(5);
  const Handle exits = exits_handle(entry);
  const PlaceRequest request = t.bench.venue.places[0];
  TinyVenue::Order& order = t.bench.venue.execute_place(request, t.bench.now);
  t.bench.amend(exits, Price{98'000}, {});
  EXPECT_EQ(t.last(exits), AlgoEvent::AmendDenied);
  EXPECT_EQ(t.bench.ears.order_events.back().denial.reason, DenialReason::OrderNotWorking);
  EXPECT_TRUE(t.desk.amends.empty());
  t.bench.venue.fill(order, {5}, {100'000}, t.bench.now);
  t.desk.take_exits(request, {5});
  t.bench.amend(exits, Price{98'000}, {});
  EXPECT_EQ(t.desk.amends.size(), 1u);
}

// An amend that the venue had confirmed came back from the journal as one in doubt.
TEST(AlgoSafety, AConfirmedAmendIsNotInDoubtAfterARestart) {
  AlgoBench first(5);
  const Handle handle = first.stop(5, 99'000);
  auto& algo = first.desk.take();
  first.bench.amend(handle, Price{98'000}, {});
  ASSERT_EQ(first.desk.amends.size(), 1u);
  AlgoReport report;
  report.client_id = algo.request.client_id;
  report.venue_id = algo.id;
  report.own_tag = true;
  report.instrument = InstrumentId{0};
  report.terms = first.desk.amends[0].terms;
  report.amend_id = first.desk.amends[0].amend_id;
  report.exchange_time = report.receive_time = first.bench.now + milliseconds(1);
  first.bench.core->on_algo_report(report);
  algo.request.terms = report.terms;
  algo.time = report.exchange_time;
  SecondAlgoRun second(first, engine::StrategySettings::OnStart::Adopt);
  second.start();
  EXPECT_EQ(second.bench.core->state(), engine::EngineState::Ready);
  EXPECT_EQ(second.bench.core->status().unknown_orders, 0u);
}

// An algo order whose list lagged was concluded gone while what it had put in worked.
TEST(AlgoSafety, AWorkingChildIsEvidenceOfItsAlgoOrder) {
  AlgoBench t;
  const Handle handle = place_trigger(t);
  auto& algo = t.desk.take();
  TinyVenue::Order& child = t.desk.fire(algo, false, true);
  t.desk.algos.erase(algo.id.value);  // neither asked for nor listed is it there
  t.bench.run_for(seconds(150));
  EXPECT_EQ(t.holding().working_buy, Quantity{4});
  t.bench.venue.fill(child, {4}, {101'000}, t.bench.now);
  EXPECT_EQ(t.last(handle), AlgoEvent::Filled);
}

TEST(AlgoSafety, NoOrderOfOursReachesWhatAnAlgoOrderPutIn) {  // PRE-14
  AlgoBench t;
  place_trigger(t);
  TinyVenue::Order& child = t.desk.fire(t.desk.take());  // a buy that rests at 100.0
  const Handle crossing = t.bench.place(Side::Sell, 1, 100'000, 0, 1);
  EXPECT_EQ(t.last(crossing), AlgoEvent::Denied);
  EXPECT_EQ(t.bench.ears.order_events.back().denial.reason, DenialReason::CrossesOwnOrder);
  EXPECT_NE(t.last(t.bench.place(Side::Sell, 1, 100'100, 0, 1)), AlgoEvent::Denied);
  EXPECT_NE(t.last(t.bench.place(Side::Buy, 1, 99'800, 0, 1)), AlgoEvent::Denied);
  // It moves, and it goes: so does what is denied.
  child.price = {99'900};
  child.update_time = t.bench.now;
  t.desk.push_child(child);
  t.bench.venue.end(child, OrderState::Cancelled, VenueReason::UserCancel, t.bench.now);
  child.update_time = t.bench.now;
  t.desk.push_child(child);
  EXPECT_NE(t.last(t.bench.place(Side::Sell, 1, 99'900, 0, 1)), AlgoEvent::Denied);
}

// Slices that were stopped halfway are told as partly effective, which is an end.
TEST(AlgoSafety, APartlyEffectiveOneHasEnded) {
  AlgoBench t;
  AlgoTerms slices;
  slices.kind = AlgoKind::TimeWeighted;
  slices.side = Side::Buy;
  slices.quantity = {10};
  slices.slice = {2};
  slices.interval = seconds(30);
  slices.distance = {100};
  slices.limit = {100'500};
  const Handle handle = t.place(slices);
  auto& algo = t.desk.take();
  TinyVenue::Order& child = t.desk.fire(algo);
  t.bench.venue.fill(child, {2}, {100'000}, t.bench.now);
  t.bench.venue.end(child, OrderState::Cancelled, VenueReason::UserCancel, t.bench.now);
  t.bench.run_for(milliseconds(10));
  t.desk.end(algo, AlgoState::PartiallyEffective);
  EXPECT_EQ(t.last(handle), AlgoEvent::Cancelled);
  EXPECT_EQ(t.bench.core->status().open_orders, 0u);
}

}  // namespace
}  // namespace gannet
