#include <gtest/gtest.h>

#include "support/engine_bench.h"

// Which fills the venue's list brings into the books: all that were missed, and none that is in the
// position already.

namespace gannet {
namespace {

using engine::EngineState;
using test::EngineBench;
using test::TinyVenue;

constexpr InstrumentId kFirst{0};

Quantity position(const EngineBench& bench, InstrumentId instrument = kFirst) {
  return bench.core->positions().of_account(instrument).quantity();
}
engine::PriorBelief belief_of(const EngineBench& bench) {
  engine::PriorBelief prior;
  for (const auto& entry : bench.journal.entries())
    prior.add(entry.type, entry.payload, entry.time);
  return prior;
}
/// A row of the venue's list of fills, of nobody's order.
FillReport foreign_row(std::int64_t trade, Side side, std::int64_t quantity, Timestamp when) {
  FillReport row;
  row.instrument = kFirst;
  row.venue_id = {static_cast<std::uint64_t>(900 + trade)};
  row.side = side;
  row.fill.trade_id = {trade};
  row.fill.price = {100'000};
  row.fill.quantity = {quantity};
  row.fill.exchange_time = when;
  return row;
}
/// By push, in the other instrument.
void push_other_fill(EngineBench& bench, std::int64_t trade) {
  ExecutionReport push;
  push.instrument = InstrumentId{1};
  push.venue_id = {static_cast<std::uint64_t>(700 + trade)};
  push.state = OrderState::Filled;
  push.quantity = push.cumulative_quantity = {1};
  push.has_fill = true;
  push.fill.trade_id = {trade};
  push.fill.price = {100'000};
  push.fill.quantity = {1};
  push.fill.exchange_time = push.exchange_time = push.receive_time = bench.now;
  bench.core->on_execution_report(push);
  bench.venue.position[1] += Quantity{1};
  bench.venue.position_time[1] = bench.now;
}
/// The engine was started without a journal beside a position of 5, bought a minute earlier, which
/// a person has accepted.
void accept_found_position(EngineBench& bench) {
  bench.venue.fills.push_back(foreign_row(11, Side::Buy, 5, bench.now - seconds(60)));
  bench.venue.position[0] = {5};
  bench.venue.position_time[0] = bench.now - seconds(60);
  bench.make_ready();
  bench.run_for(seconds(6));
  ASSERT_TRUE(bench.core->is_held(kFirst));
  ASSERT_EQ(position(bench), Quantity{0});
  ASSERT_TRUE(bench.core->accept(kFirst, "operator", bench.now));
  bench.run_for(seconds(1));
  ASSERT_EQ(position(bench), Quantity{5});
}

TEST(FillsMissed, InAnOutageAreAskedForThoughANewerOneCameByPush) {  // D 1, POST-01
  EngineBench bench;
  bench.make_ready();
  bench.place(Side::Buy, 5, 99'900);
  const auto id = bench.venue.execute_place(bench.venue.places.back(), bench.now).venue_id.value;
  bench.run_for(milliseconds(50));
  bench.venue.disconnect(bench.now);
  bench.venue.answers_lists = false;
  bench.run_for(seconds(2));
  bench.venue.fill(bench.venue.orders[id], {5}, {99'900}, bench.now, false);
  bench.run_for(seconds(200));  // longer than the overlap
  bench.venue.connect(bench.now);
  push_other_fill(bench, 42);  // before any list is read
  bench.venue.answers_lists = true;
  bench.run_for(seconds(10));
  EXPECT_EQ(position(bench), Quantity{5});
  EXPECT_EQ(position(bench, InstrumentId{1}), Quantity{1});
  EXPECT_EQ(bench.core->orders().orders_short_of_fills(), 0u);
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
  EXPECT_EQ(bench.core->status().held_instruments, 0u);
}

TEST(FillsMissed, BeforeACrashAreAskedForSinceTheLastListNotTheLastRecord) {  // REC-02, POST-01
  EngineBench bench;
  bench.make_ready();
  bench.venue.answers_lists = false;
  bench.run_for(seconds(2));
  bench.venue.fills.push_back(foreign_row(5, Side::Buy, 4, bench.now));
  bench.venue.position[0] = {4};
  bench.venue.position_time[0] = bench.now;
  for (int i = 0; i < 40; ++i) {  // ten minutes in which the journal goes on
    bench.run_for(seconds(15));
    push_other_fill(bench, 100 + i);
  }
  const engine::PriorBelief prior = belief_of(bench);
  EngineBench next(1, EngineBench::kRun + 700);
  next.now = bench.now + seconds(1);
  next.venue.fills = bench.venue.fills;
  next.venue.position = bench.venue.position;
  next.venue.position_time = bench.venue.position_time;
  next.build(&prior);
  next.connect();
  next.run_for(seconds(10));
  EXPECT_EQ(position(next), Quantity{4});
  EXPECT_EQ(position(next, InstrumentId{1}), Quantity{40});
  EXPECT_EQ(next.core->status().held_instruments, 0u);
}

TEST(FillsMissed, FromBeforeTheFirstStartAreNotBookedOnTheAcceptedPosition) {  // POST-01, POST-03
  EngineBench bench;
  accept_found_position(bench);
  bench.place(Side::Buy, 1, 100'000);
  bench.venue.fill(bench.venue.execute_place(bench.venue.places.back(), bench.now), {1}, {100'000},
                   bench.now);
  bench.run_for(seconds(70));
  EXPECT_EQ(position(bench), Quantity{6});
  EXPECT_EQ(bench.core->positions().of_strategy(StrategyId{0}, kFirst).quantity(), Quantity{1});
  EXPECT_FALSE(bench.core->is_held(kFirst));
}

TEST(FillsMissed, FromBeforeTheFirstStartAreNotBookedAfterARestartEither) {  // REC-02
  EngineBench bench;
  accept_found_position(bench);
  const engine::PriorBelief prior = belief_of(bench);
  EngineBench next(1, EngineBench::kRun + 60);
  next.now = bench.now + seconds(20);
  next.venue.fills = bench.venue.fills;
  next.venue.position = bench.venue.position;
  next.venue.position_time = bench.venue.position_time;
  next.build(&prior);
  next.connect();
  next.run_for(seconds(40));
  EXPECT_EQ(position(next), Quantity{5});
  EXPECT_FALSE(next.core->is_held(kFirst));
}

TEST(FillsMissed, ThatAnAcceptedPositionHoldsAreNotBookedAfterARestart) {  // REC-02, POST-03
  EngineBench bench;
  bench.make_ready();
  bench.run_for(seconds(5));
  const FillReport row = foreign_row(21, Side::Buy, 4, bench.now);  // not listed for a while
  bench.venue.position[0] = {4};
  bench.venue.position_time[0] = bench.now;
  bench.run_for(seconds(40));
  ASSERT_TRUE(bench.core->accept(kFirst, "operator", bench.now));
  const engine::PriorBelief prior = belief_of(bench);
  EngineBench next(1, EngineBench::kRun + 100);
  next.now = bench.now + seconds(20);
  next.venue.fills = {row};
  next.venue.position = bench.venue.position;
  next.venue.position_time = bench.venue.position_time;
  next.build(&prior);
  next.connect();
  next.run_for(seconds(10));
  EXPECT_EQ(position(next), Quantity{4});
  EXPECT_FALSE(next.core->is_held(kFirst));
}

TEST(FillsMissed, OfAnInstrumentNewInThisRunAreInThePositionFound) {  // POST-01
  EngineBench bench;
  bench.make_ready();
  bench.run_for(seconds(1));
  engine::PriorBelief prior = belief_of(bench);
  prior.add_instrument(InstrumentId{1}, EngineBench::kStart);  // the other was not traded then
  EngineBench next(1, EngineBench::kRun + 60);
  next.now = bench.now + seconds(20);
  // Sold 2 of 7 before this run: booking the sale alone would be wrong.
  next.venue.fills.push_back(foreign_row(3, Side::Sell, 2, bench.now + seconds(5)));
  next.venue.position[0] = {5};
  next.venue.position_time[0] = bench.now + seconds(5);
  next.build(&prior);
  next.connect();
  next.run_for(seconds(6));
  EXPECT_EQ(position(next), Quantity{0});
  EXPECT_TRUE(next.core->is_held(kFirst));
}

// A restart with a clock that had been set back took the first fills of the journal's time for
// older than the journal, and never booked them. (simtest seeds 2168, 5712 and 6802; fault 41)
TEST(FillsMissed, AreNotTakenForOlderThanTheJournalWhenTheClockWasSetBack) {  // POST-01
  EngineBench bench;
  bench.make_ready();
  bench.core->on_venue_clock({}, bench.now);
  bench.run_for(seconds(1));
  const engine::PriorBelief prior = belief_of(bench);
  EngineBench next(1, EngineBench::kRun + 60);
  next.now = bench.now + seconds(20);
  next.venue.fills.push_back(foreign_row(3, Side::Buy, 2, EngineBench::kStart + milliseconds(500)));
  next.venue.position[0] = {2};
  next.venue.position_time[0] = EngineBench::kStart + milliseconds(500);
  next.build(&prior);
  next.core->on_venue_clock(seconds(2), next.now);
  next.connect();
  next.run_for(seconds(6));
  EXPECT_EQ(position(next), Quantity{2});
  EXPECT_FALSE(next.core->is_held(kFirst));
}

TEST(FillsMissed, OfOurOwnOrderAreNotBookedOnTopOfThePositionThatHoldsThem) {  // POST-01
  EngineBench bench;
  bench.make_ready();
  bench.place(Side::Buy, 5, 99'900);
  TinyVenue::Order& order = bench.venue.execute_place(bench.venue.places.back(), bench.now);
  bench.run_for(seconds(1));
  // Its fill is told by nothing but the position; the list leaves it out for a while.
  bench.venue.fill(order, {2}, {99'900}, bench.now, false);
  const FillReport row = bench.venue.fills.back();
  bench.venue.fills.clear();
  order.cumulative = {};
  bench.run_for(seconds(40));
  ASSERT_TRUE(bench.core->is_held(kFirst));
  ASSERT_TRUE(bench.core->accept(kFirst, "operator", bench.now));
  order.cumulative = {2};
  bench.venue.fills.push_back(row);
  bench.run_for(seconds(70));
  EXPECT_EQ(position(bench), Quantity{2});
  EXPECT_FALSE(bench.core->is_held(kFirst));
  EXPECT_EQ(bench.core->orders().orders_short_of_fills(), 0u);
  EXPECT_EQ(bench.core->exposure().of_account(kFirst).working_buy,
            order.open() ? Quantity{3} : Quantity{0});
}

TEST(FillsMissed, ThatCannotBeToldFromForgottenOnesAreLeftToThePosition) {  // POST-01
  EngineBench bench;
  bench.settings.fill_keys = 2;
  bench.make_ready();
  bench.place(Side::Buy, 5, 99'900);
  TinyVenue::Order& order = bench.venue.execute_place(bench.venue.places.back(), bench.now);
  for (int i = 0; i < 4; ++i) {
    bench.venue.fill(order, {1}, {99'900}, bench.now);
    bench.run_for(seconds(1));
  }
  ASSERT_EQ(position(bench), Quantity{4});
  FillReport row = bench.venue.fills.front();  // its key is forgotten
  row.receive_time = bench.now;
  bench.core->on_fill_report(row);
  EXPECT_EQ(position(bench), Quantity{4});
  EXPECT_TRUE(bench.ears.heard(engine::Alert::FillTooOld));
}

TEST(RestoredPositions, AreToldToTheirStrategiesAtStartAndBeforeReady) {  // REC-02
  EngineBench bench;
  bench.make_ready();
  bench.place(Side::Buy, 3, 100'000);
  bench.venue.fill(bench.venue.execute_place(bench.venue.places.back(), bench.now), {3}, {100'000},
                   bench.now);
  bench.run_for(seconds(1));
  const engine::PriorBelief prior = belief_of(bench);
  EngineBench next(1, EngineBench::kRun + 60);
  next.now = bench.now + seconds(20);
  next.venue.position = bench.venue.position;
  next.venue.position_time = bench.venue.position_time;
  next.build(&prior);
  const auto told = [&next](std::uint16_t strategy) {
    std::vector<std::pair<Quantity, Quantity>> all;
    for (const engine::PositionEvent& event : next.ears.position_events) {
      if (event.strategy == StrategyId{strategy} && event.instrument == kFirst)
        all.emplace_back(event.strategy_position, event.account_position);
    }
    return all;
  };
  const std::pair<Quantity, Quantity> own{{3}, {3}};
  const std::pair<Quantity, Quantity> others{{0}, {3}};
  ASSERT_EQ(told(0).size(), 1u);
  EXPECT_EQ(told(0)[0], own);
  next.connect();
  next.run_for(seconds(1));
  ASSERT_EQ(next.core->state(), EngineState::Ready);
  ASSERT_EQ(told(0).size(), 2u);
  EXPECT_EQ(told(0)[1], own);
  EXPECT_EQ(told(1).back(), others);
}

TEST(RestoredPositions, AreToldAfterAnAdjustment) {  // POST-03
  EngineBench bench;
  accept_found_position(bench);
  ASSERT_FALSE(bench.ears.position_events.empty());
  const engine::PositionEvent& event = bench.ears.position_events.back();
  EXPECT_EQ(event.instrument, kFirst);
  EXPECT_EQ(event.strategy_position, Quantity{0});
  EXPECT_EQ(event.account_position, Quantity{5});
}

}  // namespace
}  // namespace gannet
