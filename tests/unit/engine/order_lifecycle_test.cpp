#include <gtest/gtest.h>

#include "support/order_script.h"

// The life of an order under everything the venue may do to it, error branches first (RELIABILITY
// D 13-22). The engine is the production one; venue and clock follow the table.

namespace gannet {
namespace {

using test::OrderScript;

TEST(OrderLifecycle, FillThatCrossesOurCancelStillCounts) {  // D 16
  OrderScript script;
  script.run(R"(
    time_ms  who     event
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   accept  C1
    10       venue   live    C1
    20       engine  cancel  C1
    30       venue   fill    C1 1 @ 100.0       # left the venue before our cancel arrived
    40       venue   cancelled C1
    40       venue   cancel_ok C1
    expect   position 1   open_orders 0   unknown 0   working_buy 0   C1 cancelled
  )");
}

TEST(OrderLifecycle, PushBeforeTheReplyWins) {  // D 14
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   live    C1
    expect   C1 live      open_orders 1
    20       venue   accept  C1
    expect   C1 live      open_orders 1   working_buy 3
  )");
}

TEST(OrderLifecycle, ReplyAfterTheFillChangesNothing) {  // D 14
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   live    C1
    11       venue   fill    C1 3 @ 100.0
    20       venue   accept  C1
    expect   C1 filled    open_orders 0   position 3   fills 1   working_buy 0
  )");
}

TEST(OrderLifecycle, RejectReplyLosesAgainstThePush) {  // PROTOCOL 10.9
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   live    C1
    20       venue   reject  C1
    expect   C1 live      open_orders 1   working_buy 3
  )");
}

TEST(OrderLifecycle, RejectedOrderThatLivesAfterAllIsRevivedAndCancelled) {  // REC-14
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   reject  C1
    expect   C1 rejected  open_orders 0   working_buy 0
    20       venue   live    C1
    expect   C1 rejected  open_orders 1   working_buy 3   cancels 1
  )");
  EXPECT_TRUE(script.bench.ears.heard(engine::Alert::OrderRevived));
}

TEST(OrderLifecycle, DuplicatePushIsBookedOnce) {  // D 15, POST-01
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   live    C1
    11       venue   fill    C1 2 @ 100.0
    12       venue   repeat
    13       venue   repeat
    expect   C1 partial   open_orders 1   position 2   fills 1   working_buy 1
  )");
  EXPECT_EQ(script.bench.ears.fill_events.size(), 1u);
}

TEST(OrderLifecycle, ReplayedPushDoesNotReviveAnEndedOrder) {  // D 15
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   live    C1
    11       venue   fill    C1 1 @ 100.0
    20       venue   cancelled C1 silently
    3000     engine  new     C2 buy 1 @ 99.0
    expect   C1 partial
    33000    venue   repeat                      # after the regular look at the lists
    expect   C1 cancelled   position 1   fills 1
  )");
}

TEST(OrderLifecycle, ReplyLostAfterTheEffectIsFoundByAsking) {  // D 13
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   live    C1 silently
    1000     venue   lost    C1 place
    expect   C1 unknown   open_orders 1   unknown 1   working_buy 3
    1050     wait
    expect   C1 live      open_orders 1   unknown 0   working_buy 3   places 1
  )");
}

TEST(OrderLifecycle, ReplyLostBeforeTheEffectEndsOnlyAfterTwoAbsences) {  // D 13, REC-14
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    100      venue   lost    C1 place
    900      wait                      # before its expiry nothing counts
    expect   C1 unknown   unknown 1   working_buy 3
    1900     wait                      # once is not enough
    expect   C1 unknown   unknown 1   working_buy 3
    4500     wait
    expect   C1 rejected  unknown 0   working_buy 0   open_orders 0   places 1
  )");
}

TEST(OrderLifecycle, UnknownOrderStaysUnknownWithoutTheLists) {
  OrderScript script;
  script.bench.make_ready();
  script.bench.venue.answers_lists = false;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    100      venue   lost    C1 place
    20000    wait
    expect   C1 unknown   unknown 1   working_buy 3   open_orders 1
  )");
  script.bench.venue.answers_lists = true;
  script.bench.run_for(seconds(2));
  EXPECT_EQ(script.bench.core->status().unknown_orders, 0u);
}

TEST(OrderLifecycle, PersonMayResolveAnUnknownOrder) {
  OrderScript script;
  script.bench.make_ready();
  script.bench.venue.answers_lists = false;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    100      venue   lost    C1 place
    5000     wait
    expect   unknown 1
  )");
  const ClientOrderId id = script.order("C1").client_id;
  engine::TradingCore& core = *script.bench.core;
  EXPECT_TRUE(core.resolve(id, engine::OrderResolution::NotPlaced, "test", script.bench.now));
  EXPECT_FALSE(core.resolve(id, engine::OrderResolution::NotPlaced, "test", script.bench.now));
  script.run("expect  C1 rejected  unknown 0  working_buy 0  open_orders 0");
}

TEST(OrderLifecycle, DuplicateIdRefusalMeansTheFirstMayLive) {  // PROTOCOL 10.9: 51016
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    1        venue   live    C1 silently
    2        venue   reject  C1 duplicate
    expect   C1 unknown   unknown 1
    100      wait
    expect   C1 live      unknown 0
  )");
}

TEST(OrderLifecycle, AcceptedOrderWithoutPushIsAsked) {  // PROTOCOL 10.9
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   live    C1 silently
    11       venue   accept  C1
    expect   C1 accepted
    2500     wait
    expect   C1 live
  )");
}

TEST(OrderLifecycle, CancelOfAGoneOrderAsksWhatItIs) {  // 51400
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   live    C1
    20       venue   fill    C1 3 @ 100.0 silently
    30       engine  cancel  C1
    40       venue   cancel_gone C1
    2000     wait
    expect   C1 filled    position 3   open_orders 0   fills 1
  )");
}

TEST(OrderLifecycle, ThrottledCancelIsSentAgain) {
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   live    C1
    20       engine  cancel  C1
    30       venue   cancel_limited C1
    5000     wait
    expect   cancels 2    open_orders 1
    5010     venue   cancelled C1
    expect   C1 cancelled open_orders 0
  )");
}

TEST(OrderLifecycle, LostCancelIsSentAgain) {
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   live    C1
    20       engine  cancel  C1
    1020     venue   lost    C1 cancel
    3000     wait
    expect   cancels 2    open_orders 1
  )");
}

TEST(OrderLifecycle, CancelLostWithItsConnectionIsSentAgain) {
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   live    C1
    20       engine  cancel  C1
    30       net     down                       # nothing tells what became of it
    500      net     up
    4000     wait
    expect   cancels 2    open_orders 1
  )");
}

TEST(OrderLifecycle, CancelBeforeTheOrderIsKnownIsSentAtOnce) {
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    1        engine  cancel  C1
    expect   cancels 1
    10       venue   live    C1
    11       venue   cancelled C1
    12       venue   accept  C1
    expect   C1 cancelled open_orders 0   working_buy 0
  )");
}

TEST(OrderLifecycle, AmendCountsAtTheWorseUntilItIsSettled) {  // PRE-06
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 99.0
    10       venue   live    C1
    20       engine  amend   C1 5 @ 99.5
    expect   working_buy 5
    30       venue   amend_ok C1
    31       venue   amended C1
    expect   C1 amended   working_buy 5
    40       engine  amend   C1 2 @ 99.5
    expect   working_buy 5
    50       venue   amended C1
    expect   C1 amended   working_buy 2
  )");
  EXPECT_EQ(script.order("C1").price, Price{99'500});
}

TEST(OrderLifecycle, RefusedAmendLeavesTheOrderAsItIs) {
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 99.0
    10       venue   live    C1
    20       engine  amend   C1 5 @ 99.5
    30       venue   fill    C1 3 @ 99.0          # the race is lost
    31       venue   amend_reject C1
    expect   C1 filled    position 3   working_buy 0   open_orders 0
  )");
}

TEST(OrderLifecycle, UnknownAmendIsSettledByTwoLooksAfterItsExpiry) {
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 99.0
    10       venue   live    C1
    20       engine  amend   C1 5 @ 99.5
    1020     venue   lost    C1 amend
    expect   C1 unknown   unknown 1   working_buy 5
    5000     wait
    expect   C1 amend_rejected   unknown 0   working_buy 3
  )");
}

TEST(OrderLifecycle, UnknownAmendThatHadEffectIsFound) {
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 99.0
    10       venue   live    C1
    20       engine  amend   C1 5 @ 99.5
    30       venue   amended C1 silently
    1020     venue   lost    C1 amend
    1200     wait
    expect   unknown 0   working_buy 5
  )");
  EXPECT_EQ(script.order("C1").quantity, Quantity{5});
}

TEST(OrderLifecycle, AmendInFlightWhenTheConnectionGoesIsInDoubt) {  // D 1
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 99.0
    10       venue   live    C1
    20       engine  amend   C1 5 @ 99.5
    30       net     down
    expect   unknown 1    working_buy 5
    500      net     up
    6000     wait
    expect   C1 amend_rejected   unknown 0   working_buy 3
  )");
}

TEST(OrderLifecycle, ConnectionLossMakesInFlightOrdersUnknownAndFindsMissedFills) {  // D 1
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   live    C1
    20       engine  new     C2 buy 1 @ 99.0
    30       net     down
    expect   C2 unknown   unknown 1   state held   open_orders 2
    40       venue   fill    C1 2 @ 100.0 silently
    100      net     up
    expect   state reconciling
    6000     wait
    expect   state ready  position 2   fills 1   C2 rejected   unknown 0   open_orders 1
  )");
}

TEST(OrderLifecycle, OneAbsenceIsNotEnoughEvenWithCompleteLists) {  // REC-14
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    100      venue   lost    C1 place
    1300     engine  resume                      # a look at all lists, after its expiry
    1900     wait
    expect   C1 unknown   unknown 1   working_buy 3
    4000     wait
    expect   C1 rejected  unknown 0   working_buy 0
  )");
}

TEST(OrderLifecycle, ReplayedPushDoesNotBringBackOldTerms) {  // D 15
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 99.0
    10       venue   live    C1
    20       engine  amend   C1 5 @ 99.5
    30       venue   amended C1
    40       venue   repeat_first
    expect   C1 amended   working_buy 5
  )");
  EXPECT_EQ(script.order("C1").price, Price{99'500});
}

TEST(OrderLifecycle, UnknownAmendIsNotSettledBeforeItsExpiryNorByOneLook) {
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 99.0
    10       venue   live    C1
    20       engine  amend   C1 5 @ 99.5
    100      venue   lost    C1 amend
    900      wait
    expect   unknown 1   working_buy 5
    1000     venue   amended C1 silently         # it may arrive until its expiry
    1900     wait
    expect   unknown 0   working_buy 5
    2000     engine  amend   C1 9 @ 99.5
    2100     venue   lost    C1 amend
    3900     wait                                 # one look was made after the expiry
    expect   unknown 1   working_buy 9
    6000     wait
    expect   unknown 0   working_buy 5
  )");
}

TEST(OrderLifecycle, LateFillOfAGoneOrderIsBookedAndAlerted) {  // REC-14
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   reject  C1
    20       venue   live    C1 silently
    30       venue   fill    C1 3 @ 100.0
    expect   C1 rejected  position 3   open_orders 0   fills 1
  )");
  EXPECT_TRUE(script.bench.ears.heard(engine::Alert::LateFill));
}

TEST(OrderLifecycle, LastFillThatAQueryNamesIsLeftToTheList) {  // POST-01
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   live    C1
    20       venue   fill    C1 1 @ 100.0 silently
  )");
  const test::TinyVenue::Order& there = script.bench.venue.orders.begin()->second;
  ExecutionReport row;
  row.kind = ExecutionReport::Kind::Status;
  row.source = ExecutionReport::Source::Query;
  row.instrument = there.instrument;
  row.client_id = there.client_id;
  row.venue_id = there.venue_id;
  row.own_tag = true;
  row.state = there.state;
  row.side = there.side;
  row.price = there.price;
  row.quantity = there.quantity;
  row.cumulative_quantity = there.cumulative;
  row.has_fill = true;
  row.fill = script.bench.venue.fills.back().fill;
  row.fill.trade_id = {};  // a row need not tell which it was
  row.exchange_time = row.receive_time = script.bench.now;
  script.bench.core->on_execution_report(row);
  script.run(R"(
    expect   position 0   fills 0
    2000     wait
    expect   position 1   fills 1   working_buy 2
  )");
}

TEST(OrderLifecycle, FillMissingFromThePushesIsFetched) {  // POST-01
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   live    C1
    20       venue   fill    C1 1 @ 100.0 silently
    30       venue   fill    C1 2 @ 100.1
    expect   C1 filled    open_orders 0   fills 1
    2000     wait
    expect   position 3   fills 2   working_buy 0
  )");
}

TEST(OrderLifecycle, OrderThatVanishedFromTheListsIsAskedAndEnded) {  // POST-04
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   live    C1
    20       venue   cancelled C1 silently
    40000    wait
    expect   C1 cancelled open_orders 0
  )");
}

TEST(OrderLifecycle, UnreadablePushMakesItsOrderAskedAtOnce) {  // D 17, REC-14
  OrderScript script;
  script.run(R"(
    0        engine  new     C1 buy 3 @ 100.0
    10       venue   live    C1
    20       venue   fill    C1 1 @ 100.0 silently
    20       venue   cancelled C1 silently
    30       wait
  )");
  test::EngineBench& bench = script.bench;
  const engine::Order& order = script.order("C1");
  ExecutionReport report;
  report.kind = ExecutionReport::Kind::OutcomeUnknown;
  report.source = ExecutionReport::Source::Push;
  report.reason = VenueReason::OutcomeUnknown;
  report.instrument = order.instrument;
  report.client_id = order.client_id;
  report.venue_id = order.venue_id;
  report.receive_time = bench.now;
  const std::size_t queries = bench.venue.queries;
  bench.core->on_execution_report(report);
  bench.run_for(milliseconds(50));
  EXPECT_EQ(bench.venue.queries, queries + 1);
  script.run(R"(
    2000     wait
    expect   C1 cancelled open_orders 0   position 1   fills 1   working_buy 0
  )");
}

}  // namespace
}  // namespace gannet
