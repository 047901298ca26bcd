#include <gtest/gtest.h>

#include "support/tiny_algo_desk.h"

// The life of algo orders: what they put in is theirs, whichever of two channels tells of it first,
// or not at all (RELIABILITY D 24, KILL-04, KILL-06).

namespace gannet {
namespace {

using engine::Alert;
using AlgoEvent = engine::OrderEventKind;
using test::AlgoBench;
using test::SecondAlgoRun;
using test::TinyAlgoDesk;
using test::TinyVenue;

TEST(AlgoOrders, AStopThatTriggersFillsUnderItsOwnHandle) {
  AlgoBench t(5);
  const Handle handle = t.stop(5, 99'000);
  ASSERT_EQ(t.desk.places.size(), 1u);
  EXPECT_TRUE(t.desk.places[0].terms.reduce_only);
  auto& algo = t.desk.take();
  EXPECT_EQ(t.last(handle), AlgoEvent::Live);
  TinyVenue::Order& child = t.desk.fire(algo);
  EXPECT_EQ(t.last(handle), AlgoEvent::Triggered);
  t.bench.venue.fill(child, {2}, {99'000}, t.bench.now);
  EXPECT_EQ(t.last(handle), AlgoEvent::PartiallyFilled);
  t.bench.venue.fill(child, {3}, {98'900}, t.bench.now);
  EXPECT_EQ(t.last(handle), AlgoEvent::Filled);
  EXPECT_EQ(t.own(), Quantity{0});
  ASSERT_EQ(t.bench.ears.fill_events.size(), 3u);
  EXPECT_EQ(t.bench.ears.fill_events.back().handle, handle);
  EXPECT_EQ(t.bench.ears.fill_events.back().cookie, 77u);
  EXPECT_EQ(t.holding().open_orders, 0u);
  t.bench.run_for(seconds(40));
  EXPECT_EQ(t.own(), Quantity{0});
  EXPECT_FALSE(t.bench.core->is_held(InstrumentId{0}));
}

TEST(AlgoOrders, TheChildsPushesMayComeBeforeTheAlgoOrdersOwn) {
  AlgoBench t(5);
  const Handle handle = t.stop(5, 99'000);
  auto& algo = t.desk.take(false);  // neither reply nor push yet
  TinyVenue::Order& child = t.desk.fire(algo, false, false);
  t.bench.venue.fill(child, {5}, {99'000}, t.bench.now);
  EXPECT_EQ(t.last(handle), AlgoEvent::Filled);
  EXPECT_EQ(t.own(), Quantity{0});
  t.desk.push(algo);  // late: tells nothing new
  EXPECT_EQ(t.last(handle), AlgoEvent::Filled);
  EXPECT_EQ(t.bench.core->status().open_orders, 0u);
}

TEST(AlgoOrders, WhatCountsIsTheWorstThatItMayPutIn) {
  AlgoBench t;
  AlgoTerms entry;
  entry.kind = AlgoKind::Trigger;
  entry.side = Side::Buy;
  entry.quantity = {7};
  entry.trigger = {101'000};
  t.place(entry);
  EXPECT_EQ(t.holding().working_buy, Quantity{7});
  auto& algo = t.desk.take();
  TinyVenue::Order& child = t.desk.fire(algo);
  EXPECT_EQ(t.holding().working_buy, Quantity{7});
  t.bench.venue.fill(child, {3}, {101'000}, t.bench.now);
  EXPECT_EQ(t.holding().working_buy, Quantity{4});
  EXPECT_EQ(t.holding().position, Quantity{3});
  t.bench.venue.end(child, OrderState::Cancelled, VenueReason::UserCancel, t.bench.now);
  EXPECT_EQ(t.holding().working_buy, Quantity{0});
  EXPECT_EQ(t.holding().open_orders, 0u);

  // One that can only reduce adds nothing, however many there are.
  t.stop(3, 99'000);
  t.stop(3, 98'000);
  EXPECT_EQ(t.holding().working_sell, Quantity{0});
  EXPECT_EQ(t.holding().open_orders, 2u);
}

TEST(AlgoOrders, TheGateDeniesWhatItWouldOfAnyOrder) {
  AlgoBench t(2);
  struct Case {
    const char* what;
    AlgoTerms terms;
    DenialReason reason;
  };
  const auto stop = [](std::int64_t quantity, std::int64_t trigger, bool reduce) {
    AlgoTerms terms;
    terms.quantity = {quantity};
    terms.stop_trigger = {trigger};
    terms.reduce_only = reduce;
    return terms;
  };
  AlgoTerms both = stop(1, 99'000, true);
  both.trigger = {101'000};
  AlgoTerms far_limit = stop(1, 99'000, true);
  far_limit.stop_limit = {50'000};
  AlgoTerms no_pace = stop(1, 0, false);
  no_pace.kind = AlgoKind::TimeWeighted;
  AlgoTerms closing = stop(0, 99'000, true);
  closing.close_position = true;
  closing.side = Side::Buy;  // there is no short to close
  const Case cases[] = {
      {"off the tick", stop(1, 99'050, true), DenialReason::PriceNotOnTick},
      {"more than is held", stop(3, 99'000, true), DenialReason::ReduceOnlyWouldIncrease},
      {"a stop without a price", stop(1, 0, true), DenialReason::UnsupportedOrder},
      {"both exits as one", both, DenialReason::UnsupportedOrder},
      {"a limit far through its trigger", far_limit, DenialReason::PriceOutsideCollar},
      {"slices without terms", no_pace, DenialReason::UnsupportedOrder},
      {"nothing to close", closing, DenialReason::ReduceOnlyWouldIncrease},
      {"larger than the venue takes", stop(2'000'000, 99'000, false),
       DenialReason::QuantityAboveVenueMaximum},
  };
  for (const Case& c : cases) {
    const Handle handle = t.place(c.terms);
    EXPECT_EQ(t.last(handle), AlgoEvent::Denied) << c.what;
    EXPECT_EQ(t.bench.ears.order_events.back().denial.reason, c.reason) << c.what;
  }
  EXPECT_TRUE(t.desk.places.empty());
}

TEST(AlgoOrders, OfAVenueWithoutThemAreDenied) {
  test::EngineBench bench;
  bench.make_ready();
  engine::LaneCommand command;
  command.kind = engine::LaneCommand::Kind::PlaceAlgo;
  command.strategy = StrategyId{0};
  command.algo = AlgoIntent{StrategyId{0}, Handle{9}, 0, InstrumentId{0}, AlgoTerms{}, bench.now};
  bench.core->on_lane_command(command, bench.now);
  EXPECT_EQ(bench.ears.last(Handle{9}), AlgoEvent::Denied);
  EXPECT_EQ(bench.ears.order_events.back().denial.reason, DenialReason::UnsupportedOrder);
}

TEST(AlgoOrders, ATriggerWhoseOrderIsRefusedEndsRejectedAndSaysSo) {  // D 24
  AlgoBench t(5);
  const Handle handle = t.stop(5, 99'000);
  auto& algo = t.desk.take();
  t.desk.end(algo, AlgoState::Failed, VenueReason::InsufficientFunds);
  EXPECT_EQ(t.last(handle), AlgoEvent::Rejected);
  EXPECT_EQ(t.bench.ears.order_events.back().reason, VenueReason::InsufficientFunds);
  EXPECT_TRUE(t.bench.ears.heard(Alert::AlgoFailed));
  EXPECT_EQ(t.holding().open_orders, 0u);
}

TEST(AlgoOrders, AChildThatIsNeverNamedIsFoundByItsFill) {  // D 24: child id missing
  AlgoBench t(5);
  const Handle handle = t.stop(5, 99'000);
  auto& algo = t.desk.take();
  t.desk.shows_children = false;
  t.bench.venue.disconnect(t.bench.now);  // its pushes are lost
  TinyVenue::Order& child = t.desk.fire(algo, false, false);
  t.bench.venue.fill(child, {5}, {99'000}, t.bench.now, false);
  t.bench.run_for(milliseconds(50));
  t.bench.venue.connect(t.bench.now);
  t.bench.run_for(seconds(2));
  // The row of the list of fills waits: its order may be the child of an algo order of ours.
  EXPECT_EQ(t.bench.ears.fill_events.size(), 1u);
  t.desk.shows_children = true;  // the venue names it at last
  t.bench.run_for(seconds(3));
  EXPECT_EQ(t.last(handle), AlgoEvent::Filled);
  EXPECT_EQ(t.own(), Quantity{0});
  EXPECT_EQ(t.bench.ears.fill_events.back().handle, handle);
}

TEST(AlgoOrders, TriggeredAndFilledDuringAnOutageEndsUpUnderItsHandle) {
  AlgoBench t(5);
  const Handle handle = t.stop(5, 99'000);
  auto& algo = t.desk.take();
  t.bench.venue.disconnect(t.bench.now);
  TinyVenue::Order& child = t.desk.fire(algo, false, false);
  t.bench.venue.fill(child, {5}, {99'000}, t.bench.now, false);
  t.bench.run_for(milliseconds(200));
  t.bench.venue.connect(t.bench.now);
  t.bench.run_for(seconds(4));
  EXPECT_EQ(t.last(handle), AlgoEvent::Filled);
  EXPECT_EQ(t.own(), Quantity{0});
  EXPECT_EQ(t.bench.core->state(), engine::EngineState::Ready);
  EXPECT_FALSE(t.bench.core->is_held(InstrumentId{0}));
}

TEST(AlgoOrders, DoneWithoutATraceIsGoneAfterTwoLooksAndTheLists) {  // D 24: history only
  AlgoBench t(5);
  const Handle handle = t.stop(5, 99'000);
  auto& algo = t.desk.take();
  t.desk.end(algo, AlgoState::Effective);  // its order was cancelled at once, and nobody names it
  t.bench.run_for(milliseconds(500));
  EXPECT_EQ(t.last(handle), AlgoEvent::Triggered);
  t.bench.run_for(seconds(8));
  EXPECT_EQ(t.last(handle), AlgoEvent::Cancelled);
  EXPECT_TRUE(t.bench.ears.heard(Alert::OrderVanished));
}

TEST(AlgoOrders, ATrailingStopThatIsSetUpAnewIsNotLost) {  // D 24: trailing re-arm
  AlgoBench t(5);
  AlgoTerms terms;
  terms.kind = AlgoKind::TrailingStop;
  terms.reduce_only = true;
  terms.quantity = {5};
  terms.distance = {1'000};
  const Handle handle = t.place(terms);
  auto& algo = t.desk.take();
  TinyVenue::Order& child = t.desk.fire(algo);
  t.bench.venue.end(child, OrderState::Cancelled, VenueReason::PriceLimit, t.bench.now);
  EXPECT_EQ(t.last(handle), AlgoEvent::Cancelled);
  t.bench.run_for(milliseconds(20));
  algo.time = t.bench.now;
  algo.state = AlgoState::Live;
  algo.children.clear();
  t.desk.push(algo);
  // Its strategy believes it gone: the engine cancels it.
  EXPECT_TRUE(t.bench.ears.heard(Alert::OrderRevived));
  ASSERT_EQ(t.desk.cancels.size(), 1u);
  EXPECT_EQ(t.desk.cancels[0][0].venue_id, algo.id);
  t.desk.end(algo, AlgoState::Cancelled);
  EXPECT_EQ(t.bench.core->status().open_orders, 0u);
}

TEST(AlgoOrders, SlicesAddUpUnderOneHandle) {
  AlgoBench t;
  AlgoTerms terms;
  terms.kind = AlgoKind::TimeWeighted;
  terms.side = Side::Buy;
  terms.quantity = {6};
  terms.slice = {2};
  terms.limit = {100'500};
  terms.distance = {100};
  terms.interval = seconds(5);
  const Handle handle = t.place(terms);
  auto& algo = t.desk.take();
  for (int i = 0; i < 3; ++i) {
    TinyVenue::Order& child = t.desk.fire(algo);
    child.quantity = {2};
    t.bench.venue.fill(child, {2}, {100'100}, t.bench.now);
    EXPECT_EQ(t.own(), Quantity{2 * (i + 1)});
    t.bench.run_for(seconds(1));
  }
  EXPECT_EQ(t.last(handle), AlgoEvent::Filled);
  EXPECT_EQ(t.holding().working_buy, Quantity{0});
}

TEST(AlgoOrders, AreAmendedByHandleAndTheLimitKeepsItsDistance) {
  AlgoBench t(5);
  AlgoTerms terms;
  terms.reduce_only = true;
  terms.quantity = {5};
  terms.stop_trigger = {99'000};
  terms.stop_limit = {98'900};
  const Handle handle = t.place(terms);
  auto& algo = t.desk.take();
  t.bench.amend(handle, Price{98'500}, Quantity{4});
  ASSERT_EQ(t.desk.amends.size(), 1u);
  EXPECT_EQ(t.desk.amends[0].terms.stop_limit, Price{98'400});
  EXPECT_EQ(t.desk.amends[0].terms.quantity, Quantity{4});
  algo.request.terms = t.desk.amends[0].terms;
  t.bench.run_for(milliseconds(10));
  algo.time = t.bench.now;
  t.desk.push(algo);
  EXPECT_EQ(t.last(handle), AlgoEvent::Amended);
  EXPECT_EQ(t.bench.order(handle)->price, Price{98'500});
  EXPECT_EQ(t.bench.order(handle)->quantity, Quantity{4});

  AlgoTerms trailing;
  trailing.kind = AlgoKind::TrailingStop;
  trailing.reduce_only = true;
  trailing.quantity = {5};
  trailing.distance = {500};
  const Handle fixed = t.place(trailing);
  t.desk.take();
  t.bench.amend(fixed, Price{98'500}, {});
  EXPECT_EQ(t.last(fixed), AlgoEvent::AmendDenied);
  EXPECT_EQ(t.bench.ears.order_events.back().denial.reason, DenialReason::UnsupportedOrder);
}

TEST(AlgoOrders, ACancelEndsTheAlgoOrderBeforeAndItsOrderAfterTheTrigger) {
  AlgoBench t(5);
  const Handle before = t.stop(2, 99'000);
  auto& first = t.desk.take();
  t.bench.cancel(before);
  ASSERT_EQ(t.desk.cancels.size(), 1u);
  t.desk.end(first, AlgoState::Cancelled);
  EXPECT_EQ(t.last(before), AlgoEvent::Cancelled);

  AlgoTerms terms;
  terms.kind = AlgoKind::Trigger;
  terms.reduce_only = true;
  terms.quantity = {2};
  terms.trigger = {99'000};
  terms.limit = {99'500};
  const Handle after = t.place(terms);
  auto& second = t.desk.take();
  TinyVenue::Order& child = t.desk.fire(second);
  t.bench.cancel(after);
  EXPECT_EQ(t.desk.cancels.size(), 1u);
  ASSERT_EQ(t.bench.venue.cancels.size(), 1u);
  EXPECT_EQ(t.bench.venue.cancels[0].venue_id, child.venue_id);
  t.bench.venue.end(child, OrderState::Cancelled, VenueReason::UserCancel, t.bench.now);
  EXPECT_EQ(t.last(after), AlgoEvent::Cancelled);
}

TEST(AlgoOrders, AnUnansweredOneIsNotGoneBeforeAMinute) {
  AlgoBench t(5);
  const Handle handle = t.stop(5, 99'000);
  t.bench.venue.reply(ExecutionReport::Kind::OutcomeUnknown, ExecutionReport::Request::Place,
                      t.desk.places[0].client_id, InstrumentId{0}, 0, VenueReason::OutcomeUnknown,
                      t.bench.now);
  EXPECT_EQ(t.last(handle), AlgoEvent::Unknown);
  t.bench.run_for(seconds(58));
  EXPECT_EQ(t.last(handle), AlgoEvent::Unknown);
  EXPECT_EQ(t.bench.core->status().unknown_orders, 1u);
  t.bench.run_for(seconds(10));
  EXPECT_EQ(t.last(handle), AlgoEvent::Rejected);
  EXPECT_EQ(t.bench.core->status().unknown_orders, 0u);
}

TEST(AlgoOrders, OneThatCameToLifeAfterAllIsFoundByTheList) {
  AlgoBench t(5);
  const Handle handle = t.stop(5, 99'000);
  t.bench.venue.reply(ExecutionReport::Kind::OutcomeUnknown, ExecutionReport::Request::Place,
                      t.desk.places[0].client_id, InstrumentId{0}, 0, VenueReason::OutcomeUnknown,
                      t.bench.now);
  t.desk.take(false);
  t.bench.run_for(milliseconds(100));
  EXPECT_EQ(t.last(handle), AlgoEvent::Live);
  EXPECT_EQ(t.bench.core->status().unknown_orders, 0u);
}

TEST(AlgoOrders, KillKeepsAReduceOnlyExitWhileItsPositionIsOpen) {  // KILL-06
  AlgoBench t(5);
  const Handle exit = t.stop(5, 99'000);
  auto& kept = t.desk.take();
  AlgoTerms entry;
  entry.kind = AlgoKind::Trigger;
  entry.side = Side::Buy;
  entry.quantity = {1};
  entry.trigger = {101'000};
  const Handle wish = t.place(entry);
  auto& gone = t.desk.take();
  t.bench.core->kill("a test", "somebody", t.bench.now);
  ASSERT_EQ(t.desk.cancels.size(), 1u);
  ASSERT_EQ(t.desk.cancels[0].size(), 1u);
  EXPECT_EQ(t.desk.cancels[0][0].venue_id, gone.id);
  t.desk.end(gone, AlgoState::Cancelled);
  EXPECT_EQ(t.last(wish), AlgoEvent::Cancelled);
  t.bench.run_for(seconds(3));
  EXPECT_TRUE(t.bench.ears.heard(Alert::ProtectiveKept));
  EXPECT_TRUE(t.bench.core->status().flat_confirmed);
  EXPECT_EQ(t.bench.core->status().kept_orders, 1u);
  EXPECT_EQ(t.last(exit), AlgoEvent::Live);

  // It does its work, and nobody cancels what it put in: the position goes.
  TinyVenue::Order& child = t.desk.fire(kept);
  t.bench.run_for(seconds(2));
  EXPECT_TRUE(t.bench.venue.cancels.empty());
  EXPECT_EQ(t.bench.core->status().kept_orders, 1u);
  t.bench.venue.fill(child, {5}, {99'000}, t.bench.now);
  EXPECT_EQ(t.own(), Quantity{0});
  EXPECT_EQ(t.bench.core->status().kept_orders, 0u);
}

TEST(AlgoOrders, KillCancelsAnExitWhosePositionIsGone) {
  AlgoBench t(5);
  t.stop(5, 99'000);
  auto& exit = t.desk.take();
  t.bench.core->kill("a test", "somebody", t.bench.now);
  EXPECT_TRUE(t.desk.cancels.empty());
  // Somebody closes the position by hand.
  ExecutionReport foreign;
  foreign.venue_id = {4'711};
  foreign.instrument = InstrumentId{0};
  foreign.state = OrderState::Filled;
  foreign.side = Side::Sell;
  foreign.quantity = foreign.cumulative_quantity = {5};
  foreign.has_fill = true;
  foreign.fill = {TradeId{99}, Price{100'000}, Quantity{5}, false, {}, t.bench.now, 0};
  foreign.exchange_time = foreign.receive_time = t.bench.now;
  t.bench.venue.position[0] = {0};
  t.bench.venue.position_time[0] = t.bench.now;
  t.bench.core->on_execution_report(foreign);
  t.bench.run_for(seconds(1));
  ASSERT_FALSE(t.desk.cancels.empty());
  EXPECT_EQ(t.desk.cancels[0][0].venue_id, exit.id);
}

TEST(AlgoOrders, KillCancelsExitsTooWhereItIsToldTo) {
  AlgoBench t(0, false);
  t.buy(5);
  t.stop(5, 99'000);
  t.desk.take();
  t.bench.core->kill("a test", "somebody", t.bench.now);
  EXPECT_EQ(t.desk.cancels.size(), 1u);
}

TEST(AlgoOrders, ManyAreCancelledTenAtATime) {  // KILL-04
  AlgoBench t;
  AlgoTerms entry;
  entry.kind = AlgoKind::Trigger;
  entry.side = Side::Buy;
  entry.quantity = {1};
  entry.trigger = {101'000};
  for (int i = 0; i < 25; ++i) {
    t.place(entry);
    t.desk.take();
  }
  t.bench.core->kill("a test", "somebody", t.bench.now);
  ASSERT_EQ(t.desk.cancels.size(), 3u);
  EXPECT_EQ(t.desk.cancels[0].size(), 10u);
  EXPECT_EQ(t.desk.cancels[2].size(), 5u);
  EXPECT_FALSE(t.bench.core->status().flat_confirmed);
  for (auto& [id, algo] : t.desk.algos) t.desk.end(algo, AlgoState::Cancelled);
  t.bench.run_for(seconds(2));
  EXPECT_TRUE(t.bench.core->status().flat_confirmed);
}

TEST(AlgoOrders, AreAdoptedAfterARestartAndTheirFillsBooked) {
  AlgoBench first(5);
  first.stop(5, 99'000);
  first.desk.take();
  SecondAlgoRun second(first, engine::StrategySettings::OnStart::Adopt);
  second.start();
  ASSERT_EQ(second.bench.core->state(), engine::EngineState::Ready);
  ASSERT_FALSE(second.bench.ears.order_events.empty());
  const auto adopted = second.bench.ears.order_events.back();
  EXPECT_EQ(adopted.kind, AlgoEvent::Adopted);
  EXPECT_EQ(adopted.price, Price{99'000});
  auto& algo = second.desk.algos.begin()->second;
  TinyVenue::Order& child = second.desk.fire(algo);
  second.bench.venue.fill(child, {5}, {99'000}, second.bench.now);
  EXPECT_EQ(second.bench.ears.last(adopted.handle), AlgoEvent::Filled);
  EXPECT_EQ(second.bench.core->positions().of_account(InstrumentId{0}).quantity(), Quantity{0});
}

TEST(AlgoOrders, OfAnEarlierRunAreCancelledButForExitsOfOpenPositions) {
  AlgoBench first(5);
  first.stop(5, 99'000);
  first.desk.take();
  AlgoTerms entry;
  entry.kind = AlgoKind::Trigger;
  entry.side = Side::Buy;
  entry.quantity = {1};
  entry.trigger = {101'000};
  first.place(entry);
  const VenueOrderId wish = first.desk.take().id;
  SecondAlgoRun second(first, engine::StrategySettings::OnStart::Cancel);
  second.start();
  ASSERT_EQ(second.desk.cancels.size(), 1u);
  EXPECT_EQ(second.desk.cancels[0][0].venue_id, wish);
  second.desk.end(second.desk.algos[wish.value], AlgoState::Cancelled);
  second.bench.run_for(seconds(1));
  EXPECT_EQ(second.bench.core->state(), engine::EngineState::Ready);
  EXPECT_EQ(second.bench.core->status().kept_orders, 1u);
}

TEST(AlgoOrders, TriggeredWhileTheEngineWasAwayIsBookedToItsStrategy) {
  AlgoBench first(5);
  first.stop(5, 99'000);
  auto& algo = first.desk.take();
  SecondAlgoRun second(first, engine::StrategySettings::OnStart::Adopt);
  second.bench.venue.listener = nullptr;
  auto& fired = second.desk.algos.at(algo.id.value);
  TinyVenue::Order& child = second.desk.fire(fired, false, false);
  second.bench.venue.fill(child, {5}, {99'000}, second.bench.now, false);
  second.bench.now = second.bench.now + seconds(5);
  second.start();
  EXPECT_EQ(second.bench.core->state(), engine::EngineState::Ready);
  EXPECT_EQ(second.bench.core->positions().of_strategy(StrategyId{0}, InstrumentId{0}).quantity(),
            Quantity{0});
  EXPECT_EQ(second.bench.core->status().open_orders, 0u);
}

TEST(AlgoOrders, OfOthersAreShownAndHoldNothing) {
  AlgoBench t;
  TinyAlgoDesk::Algo algo;
  algo.request.client_id = {123};
  algo.request.terms.quantity = {4};
  algo.request.terms.side = Side::Buy;
  algo.request.instrument = InstrumentId{0};
  algo.id = {60'001};
  algo.own_tag = false;
  algo.time = t.bench.now;
  t.desk.algos[algo.id.value] = algo;
  t.bench.core->request_round();
  t.bench.run_for(seconds(2));
  EXPECT_EQ(t.bench.core->status().foreign_orders, 1u);
  EXPECT_EQ(t.bench.core->exposure().of_account(InstrumentId{0}).working_buy, Quantity{4});
  t.bench.core->kill("a test", "somebody", t.bench.now);
  t.bench.run_for(seconds(2));
  EXPECT_TRUE(t.desk.cancels.empty());
  EXPECT_TRUE(t.bench.core->status().flat_confirmed);
}

TEST(AttachedExits, LiveWhenTheirOrderHasFilledAndEndThePosition) {
  AlgoBench t;
  const Handle entry = t.entry(5);
  const Handle exits = exits_handle(entry);
  ASSERT_EQ(t.bench.venue.places.size(), 1u);
  const PlaceRequest request = t.bench.venue.places[0];
  EXPECT_EQ(request.exits.stop, Price{99'000});
  EXPECT_NE(request.exits_client_id, request.client_id);
  EXPECT_TRUE(t.desk.places.empty());
  EXPECT_EQ(t.holding().working_sell, Quantity{0});  // they can do nothing yet
  TinyVenue::Order& order = t.bench.venue.execute_place(request, t.bench.now);
  t.bench.run_for(seconds(40));  // lists do not have them, and nobody misses them
  EXPECT_EQ(t.bench.core->status().unknown_orders, 0u);
  EXPECT_FALSE(t.bench.ears.heard(exits, AlgoEvent::Live));
  t.bench.amend(exits, Price{98'000}, {});  // there is nothing to amend yet
  EXPECT_EQ(t.last(exits), AlgoEvent::AmendDenied);
  EXPECT_TRUE(t.desk.amends.empty());
  t.bench.venue.fill(order, {5}, {100'000}, t.bench.now);
  EXPECT_EQ(t.last(entry), AlgoEvent::Filled);
  auto& algo = t.desk.take_exits(request, {5});
  EXPECT_EQ(t.last(exits), AlgoEvent::Live);
  EXPECT_EQ(t.holding().working_sell, Quantity{5});
  TinyVenue::Order& child = t.desk.fire(algo);
  t.bench.venue.fill(child, {5}, {99'000}, t.bench.now);
  EXPECT_EQ(t.last(exits), AlgoEvent::Filled);
  EXPECT_EQ(t.own(), Quantity{0});
  EXPECT_EQ(t.bench.core->status().open_orders, 0u);
}

TEST(AttachedExits, EndUnheardWithAnOrderThatFilledNothing) {
  AlgoBench t;
  const Handle entry = t.entry(5);
  TinyVenue::Order& order = t.bench.venue.execute_place(t.bench.venue.places[0], t.bench.now);
  t.bench.core->kill("a test", "somebody", t.bench.now);
  EXPECT_EQ(t.bench.venue.cancels.size(), 1u);
  EXPECT_TRUE(t.desk.cancels.empty());  // the venue does not know them
  t.bench.venue.end(order, OrderState::Cancelled, VenueReason::UserCancel, t.bench.now);
  t.bench.run_for(seconds(3));
  EXPECT_EQ(t.last(entry), AlgoEvent::Cancelled);
  for (const auto& event : t.bench.ears.order_events) EXPECT_NE(event.handle, exits_handle(entry));
  EXPECT_EQ(t.bench.core->status().open_orders, 0u);
  EXPECT_TRUE(t.bench.core->status().flat_confirmed);
}

TEST(AttachedExits, ThatAreNowhereAfterAFillAreSaidToBeGone) {
  AlgoBench t;
  const Handle entry = t.entry(5);
  TinyVenue::Order& order = t.bench.venue.execute_place(t.bench.venue.places[0], t.bench.now);
  t.bench.venue.fill(order, {2}, {100'000}, t.bench.now);
  t.bench.venue.end(order, OrderState::Cancelled, VenueReason::UserCancel, t.bench.now);
  t.bench.run_for(seconds(5));
  EXPECT_EQ(t.holding().working_sell, Quantity{2});  // they may live, for what was filled
  t.bench.run_for(seconds(70));
  EXPECT_EQ(t.last(exits_handle(entry)), AlgoEvent::Rejected);
  EXPECT_TRUE(t.bench.ears.heard(Alert::AlgoFailed));
  EXPECT_EQ(t.holding().working_sell, Quantity{0});
}

TEST(AttachedExits, AreDeniedWhereTheyMakeNoSense) {
  AlgoBench t(5);
  struct Case {
    AttachedExits exits;
    bool reduce_only;
    DenialReason reason;
  };
  const auto with = [](std::int64_t profit, std::int64_t profit_limit, std::int64_t stop) {
    AttachedExits exits;
    exits.take_profit = {profit};
    exits.take_profit_limit = {profit_limit};
    exits.stop = {stop};
    return exits;
  };
  const Case cases[] = {
      {with(0, 0, 99'000), true, DenialReason::UnsupportedOrder},
      {with(0, 100'000, 99'000), false, DenialReason::UnsupportedOrder},
      {with(101'050, 0, 0), false, DenialReason::PriceNotOnTick},
      {with(101'000, 50'000, 0), false, DenialReason::PriceOutsideCollar},
  };
  std::uint64_t handle = 5'000;
  for (const Case& c : cases) {
    engine::LaneCommand command;
    command.place = OrderIntent{};
    command.place.strategy = StrategyId{0};
    command.place.handle = {handle += 2};
    command.place.instrument = InstrumentId{0};
    command.place.price = {100'000};
    command.place.quantity = {1};
    command.place.reduce_only = c.reduce_only;
    command.place.exits = c.exits;
    t.bench.core->on_lane_command(command, t.bench.now);
    EXPECT_EQ(t.last({handle}), AlgoEvent::Denied);
    EXPECT_EQ(t.bench.ears.order_events.back().denial.reason, c.reason);
  }
  EXPECT_EQ(t.bench.core->status().open_orders, 0u);
}

TEST(AttachedExits, OfAnEarlierRunAreFoundWhetherTheirOrderHadEndedOrNot) {
  for (const bool has_ended : {true, false}) {
    AlgoBench first;
    first.entry(5);
    const PlaceRequest request = first.bench.venue.places[0];
    TinyVenue::Order& order = first.bench.venue.execute_place(request, first.bench.now);
    if (has_ended) first.bench.venue.fill(order, {5}, {100'000}, first.bench.now);
    SecondAlgoRun second(first, engine::StrategySettings::OnStart::Adopt);
    second.bench.venue.listener = nullptr;
    if (!has_ended)
      second.bench.venue.fill(second.bench.venue.orders.begin()->second, {5}, {100'000},
                              second.bench.now, false);
    auto& algo = second.desk.take_exits(request, {5}, false);
    second.bench.now = second.bench.now + seconds(2);
    second.start();
    EXPECT_EQ(second.bench.core->state(), engine::EngineState::Ready) << has_ended;
    EXPECT_EQ(second.bench.core->status().open_orders, 1u) << has_ended;
    TinyVenue::Order& child = second.desk.fire(algo);
    second.bench.venue.fill(child, {5}, {99'000}, second.bench.now);
    EXPECT_EQ(second.bench.core->positions().of_account(InstrumentId{0}).quantity(), Quantity{0});
    EXPECT_EQ(second.bench.core->status().open_orders, 0u) << has_ended;
  }
}

TEST(PrivateChannels, ADifferenceInCashIsToldOnceAndAsked) {
  AlgoBench t;
  BalanceReport balance;
  balance.cash = balance.available = balance.equity = {1'000, t.bench.usdt};
  balance.exchange_time = balance.receive_time = t.bench.now;
  t.bench.core->on_balance(balance, false);
  t.bench.core->on_cash({AccountId{0}, {900, t.bench.usdt}, t.bench.now, t.bench.now});
  t.bench.run_for(seconds(4));
  EXPECT_FALSE(t.bench.ears.heard(Alert::BalanceDifference));
  t.bench.run_for(seconds(4));
  EXPECT_TRUE(t.bench.ears.heard(Alert::BalanceDifference));
  t.bench.core->on_liquidation_warning({InstrumentId{0}, {}, {5}, 2'900'000, {}, t.bench.now});
  EXPECT_TRUE(t.bench.ears.heard(Alert::LiquidationWarning));
  t.bench.core->on_fill_hint({});
  EXPECT_EQ(t.bench.core->status().fill_hints, 1u);
  EXPECT_EQ(t.bench.core->status().fills, 0u);
}

}  // namespace
}  // namespace gannet
