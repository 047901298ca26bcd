#include <gtest/gtest.h>

#include "support/engine_bench.h"

namespace gannet {
namespace {

using engine::Alert;
using engine::EngineState;
using engine::HoldReason;
using engine::OrderEventKind;
using test::EngineBench;
using test::TinyVenue;

/// Orders that rest: the venue executes at once and pushes.
struct LiveBench : EngineBench {
  using EngineBench::EngineBench;
  void make_automatic() { venue.faults.automatic = true; }
};

FillReport fill_row(const TinyVenue::Order& order, std::int64_t trade, std::int64_t quantity,
                    Timestamp at) {
  FillReport row;
  row.instrument = order.instrument;
  row.client_id = order.client_id;
  row.venue_id = order.venue_id;
  row.own_tag = order.own_tag;
  row.side = order.side;
  row.fill.trade_id = {trade};
  row.fill.price = {100'000};
  row.fill.quantity = {quantity};
  row.fill.exchange_time = at;
  return row;
}

TEST(TradingCore, NothingIsSentBeforeReady) {  // REC-11
  EngineBench bench;
  bench.build();
  const Handle early = bench.place(Side::Buy, 1, 100'000);
  EXPECT_EQ(bench.ears.last(early), OrderEventKind::Denied);
  bench.connect();
  const Handle connected = bench.place(Side::Buy, 1, 100'000);
  EXPECT_EQ(bench.ears.last(connected), OrderEventKind::Denied);
  EXPECT_EQ(bench.core->state(), EngineState::Reconciling);
  bench.run_for(milliseconds(100));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
  bench.place(Side::Buy, 1, 100'000);
  EXPECT_EQ(bench.venue.places.size(), 1u);
}

TEST(TradingCore, OrderIsInTheJournalBeforeThePortSeesIt) {  // REC-01
  struct Looking final : VenuePort {
    engine::MemoryJournal* journal = nullptr;
    bool was_there = false;
    SendResult place(const PlaceRequest& request, Timestamp) noexcept override {
      for (const auto& entry : journal->entries()) {
        const auto record = engine::read_record<engine::PlaceRecord>(entry.payload);
        if (entry.type == engine::RecordType::Place && record &&
            record->client_id == request.client_id.value)
          was_there = true;
      }
      return SendResult::Sent;
    }
    SendResult amend(const AmendRequest&, Timestamp) noexcept override { return SendResult::Sent; }
    SendResult cancel(const CancelRequest&, Timestamp) noexcept override {
      return SendResult::Sent;
    }
    SendResult place_batch(std::span<const PlaceRequest>, Timestamp) noexcept override {
      return SendResult::Sent;
    }
    SendResult amend_batch(std::span<const AmendRequest>, Timestamp) noexcept override {
      return SendResult::Sent;
    }
    SendResult cancel_batch(std::span<const CancelRequest>, Timestamp) noexcept override {
      return SendResult::Sent;
    }
    bool query_order(InstrumentId, ClientOrderId, VenueOrderId, Timestamp) noexcept override {
      return true;
    }
    bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp,
                          Timestamp now) noexcept override {
      listener->on_snapshot_begin(kind, request, now);
      listener->on_snapshot_end(kind, request, true, now);
      return true;
    }
    AccountListener* listener = nullptr;
  };
  EngineBench bench;
  bench.build();
  Looking port;
  port.journal = &bench.journal;
  auto limits = risk::LimitTable::build(bench.risk_settings, bench.instruments, bench.currencies,
                                        std::vector<std::string>{"s0", "s1"});
  ASSERT_TRUE(limits);
  ASSERT_TRUE(limits->permit(StrategyId{0}, bench.instruments[InstrumentId{0}]));
  const auto ids = engine::ClientOrderIds::start(1, EngineBench::kRun + 1, 0);
  bench.core = std::make_unique<engine::TradingCore>(
      engine::CoreLinks{bench.instruments, bench.currencies, bench.journal, port, nullptr,
                        bench.ears, bench.ears, bench.ears},
      bench.settings, bench.risk_settings, std::move(*limits), 2, *ids);
  port.listener = bench.core.get();
  bench.core->add_book(InstrumentId{0}, BookFeed::BestBidOffer);
  bench.core->start(bench.now);
  bench.core->on_market_connection(ConnectionState::Ready, bench.now);
  bench.core->on_account_connection(ConnectionState::Ready, bench.now);
  bench.show_books();
  for (int i = 0; i < 3; ++i) {
    bench.now = bench.now + milliseconds(10);
    bench.core->on_timer(bench.now);
  }
  ASSERT_EQ(bench.core->state(), EngineState::Ready);
  bench.place(Side::Buy, 1, 100'000);
  EXPECT_TRUE(port.was_there);
}

TEST(TradingCore, FullJournalDeniesNewOrdersButStillCancels) {
  EngineBench bench;
  bench.make_ready();
  bench.venue.faults.automatic = true;
  const Handle resting = bench.place(Side::Buy, 1, 100'000);
  bench.run_for(milliseconds(20));
  bench.journal.set_capacity(bench.journal.entries().size());
  const Handle denied = bench.place(Side::Buy, 1, 100'000);
  EXPECT_EQ(bench.ears.last(denied), OrderEventKind::Denied);
  EXPECT_EQ(bench.venue.places.size(), 1u);
  bench.run_for(milliseconds(200));
  EXPECT_EQ(bench.core->hold_reason(), HoldReason::JournalFull);
  EXPECT_EQ(bench.ears.last(resting), OrderEventKind::Cancelled);
  bench.journal.set_capacity(1'000'000);
  bench.run_for(seconds(2));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
}

TEST(TradingCore, KillCancelsEverythingInOneTurnAndConfirmsFlat) {  // KILL-01, -03, -05, -06
  EngineBench bench;
  bench.make_ready();
  bench.venue.faults.automatic = true;
  std::vector<Handle> handles;
  for (int i = 0; i < 45; ++i)
    handles.push_back(bench.place(i % 2 == 0 ? Side::Buy : Side::Sell, 1,
                                  i % 2 == 0 ? 99'500 : 100'500,
                                  static_cast<std::uint32_t>(i % 2)));
  bench.run_for(milliseconds(20));
  ASSERT_EQ(bench.venue.open_orders(), 45u);
  handles.push_back(bench.place(Side::Buy, 1, 99'000));  // in flight when the flag is set
  const std::size_t placed = bench.venue.places.size();

  bench.core->kill("test", "operator", bench.now);
  EXPECT_EQ(bench.venue.cancels.size(), 46u);
  EXPECT_EQ(bench.venue.cancel_batches, 3u);
  EXPECT_TRUE(bench.ears.killed);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(bench.ears.last(bench.place(Side::Buy, 1, 99'500)), OrderEventKind::Denied);
    bench.run_for(milliseconds(10));
  }
  bench.run_for(seconds(3));
  EXPECT_EQ(bench.venue.places.size(), placed);  // I5
  EXPECT_EQ(bench.venue.open_orders(), 0u);
  EXPECT_TRUE(bench.ears.flat_at.has_value());
  EXPECT_EQ(bench.core->state(), EngineState::Killed);
  EXPECT_EQ(bench.core->exposure().open_orders(), 0u);

  bench.core->resume("operator", bench.now);
  EXPECT_NE(bench.core->state(), EngineState::Ready);  // first a look at the venue
  bench.run_for(seconds(1));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
}

TEST(TradingCore, CancelAllConfirmsFlatToo) {  // KILL-05
  EngineBench bench;
  bench.make_ready();
  bench.venue.faults.automatic = true;
  bench.place(Side::Buy, 1, 99'500);
  bench.run_for(milliseconds(20));
  bench.core->cancel_all("operator", bench.now);
  bench.run_for(seconds(3));
  EXPECT_EQ(bench.venue.open_orders(), 0u);
  EXPECT_TRUE(bench.ears.flat_at.has_value());
  EXPECT_TRUE(bench.core->status().flat_confirmed);
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
}

TEST(TradingCore, KillHoldsForAnAmendOnItsWay) {  // KILL-01
  EngineBench bench;
  bench.make_ready();
  bench.venue.faults.automatic = true;
  const Handle order = bench.place(Side::Buy, 1, 99'500);
  bench.run_for(milliseconds(20));
  bench.core->kill("test", "operator", bench.now);
  bench.amend(order, Price{99'600}, std::nullopt);
  EXPECT_TRUE(bench.venue.amends.empty());
  EXPECT_TRUE(bench.ears.heard(order, OrderEventKind::AmendDenied));
}

TEST(TradingCore, KillWhileDisconnectedCancelsWhenTheConnectionIsBack) {  // KILL-07
  EngineBench bench;
  bench.make_ready();
  bench.venue.faults.automatic = true;
  bench.place(Side::Buy, 1, 99'500);
  bench.run_for(milliseconds(20));
  bench.venue.disconnect(bench.now);
  bench.core->kill("test", "operator", bench.now);
  bench.run_for(seconds(1));
  EXPECT_EQ(bench.venue.open_orders(), 1u);
  EXPECT_FALSE(bench.ears.flat_at.has_value());
  bench.venue.connect(bench.now);
  bench.run_for(seconds(3));
  EXPECT_EQ(bench.venue.open_orders(), 0u);
  EXPECT_TRUE(bench.ears.flat_at.has_value());
}

TEST(TradingCore, KillSurvivesARestart) {  // KILL-09
  EngineBench first;
  first.make_ready();
  first.core->kill("test", "operator", first.now);
  engine::PriorBelief prior;
  for (const auto& entry : first.journal.entries())
    prior.add(entry.type, entry.payload, entry.time);
  EngineBench second(1, EngineBench::kRun + 60);
  second.build(&prior);
  second.connect();
  second.run_for(seconds(1));
  EXPECT_EQ(second.core->state(), EngineState::Killed);
}

TEST(TradingCore, CutConnectionReconcilesMissedFillsBeforeTradingOn) {  // D 1
  EngineBench bench;
  bench.make_ready();
  bench.venue.faults.automatic = true;
  const Handle order = bench.place(Side::Buy, 5, 99'500);
  bench.run_for(milliseconds(20));
  bench.venue.disconnect(bench.now);
  EXPECT_EQ(bench.core->hold_reason(), HoldReason::AccountConnectionLost);
  TinyVenue::Order& there = bench.venue.orders.begin()->second;
  bench.venue.fill(there, {2}, {99'500}, bench.now);
  bench.run_for(milliseconds(50));
  bench.venue.connect(bench.now);
  EXPECT_EQ(bench.ears.last(bench.place(Side::Buy, 1, 99'500)), OrderEventKind::Denied);
  bench.run_for(seconds(2));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
  EXPECT_EQ(bench.core->positions().of_strategy(StrategyId{0}, InstrumentId{0}).quantity(),
            Quantity{2});
  EXPECT_EQ(bench.ears.fill_events.size(), 1u);
  EXPECT_EQ(bench.ears.last(order), OrderEventKind::Cancelled);  // the hold cancelled the rest
}

TEST(TradingCore, SilentConnectionHolds) {  // COD-08, D 2
  EngineBench bench;
  bench.make_ready();
  bench.market_up = false;
  bench.run_for(seconds(4));
  EXPECT_EQ(bench.core->hold_reason(), HoldReason::MarketDataStale);
  bench.market_up = true;
  bench.run_for(seconds(2));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
}

TEST(TradingCore, WithdrawnBookPullsItsOrders) {  // COD-08
  EngineBench bench;
  bench.make_ready();
  bench.venue.faults.automatic = true;
  const Handle a = bench.place(Side::Buy, 1, 99'500, 0);
  const Handle b = bench.place(Side::Buy, 1, 99'500, 1);
  bench.run_for(milliseconds(20));
  bench.core->on_book_withdrawn(InstrumentId{0}, BookFeed::BestBidOffer, BookWithdrawal::Gap,
                                bench.now);
  for (int i = 0; i < 35; ++i) {
    bench.now = bench.now + milliseconds(100);
    bench.venue.run(bench.now);
    bench.core->on_market_alive(bench.now);
    bench.core->on_account_alive(bench.now);
    bench.core->on_timer(bench.now);
  }
  EXPECT_EQ(bench.ears.last(a), OrderEventKind::Cancelled);
  EXPECT_EQ(bench.ears.last(b), OrderEventKind::Live);
}

TEST(TradingCore, WrongClockHolds) {
  EngineBench bench;
  bench.make_ready();
  bench.core->on_venue_clock(seconds(31), bench.now);
  EXPECT_EQ(bench.core->hold_reason(), HoldReason::VenueClock);
  bench.core->on_venue_clock(seconds(-1), bench.now);
  bench.run_for(seconds(1));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
}

TEST(TradingCore, ExpiryIsOnTheVenuesClock) {
  EngineBench bench;
  bench.make_ready();
  bench.core->on_venue_clock(milliseconds(250), bench.now);
  bench.place(Side::Buy, 1, 99'500);
  ASSERT_EQ(bench.venue.places.size(), 1u);
  EXPECT_EQ(bench.venue.places[0].expire_time, bench.now + milliseconds(1250));
}

TEST(TradingCore, PositionDifferenceHoldsItsInstrumentUntilAccepted) {  // POST-03, REC-11
  EngineBench bench;
  bench.make_ready();
  bench.venue.faults.automatic = true;
  const Handle resting = bench.place(Side::Buy, 1, 99'500);
  bench.run_for(milliseconds(20));
  PositionReport said;
  said.instrument = InstrumentId{0};
  said.quantity = {7};
  said.exchange_time = said.receive_time = bench.now;
  bench.venue.position[0] = {7};
  bench.venue.position_time[0] = bench.now;
  bench.core->on_position(said, false);
  bench.run_for(seconds(1));
  EXPECT_FALSE(bench.core->is_held(InstrumentId{0}));  // it may explain itself
  bench.run_for(seconds(4));
  EXPECT_TRUE(bench.core->is_held(InstrumentId{0}));
  EXPECT_TRUE(bench.ears.heard(Alert::PositionDifference));
  EXPECT_EQ(bench.ears.last(resting), OrderEventKind::Cancelled);
  EXPECT_EQ(bench.ears.last(bench.place(Side::Buy, 1, 99'500, 0)), OrderEventKind::Denied);
  bench.place(Side::Buy, 1, 99'500, 1);
  EXPECT_EQ(bench.venue.places.size(), 2u);  // the other instrument goes on

  EXPECT_FALSE(bench.core->accept(InstrumentId{1}, "operator", bench.now));
  EXPECT_TRUE(bench.core->accept(InstrumentId{0}, "operator", bench.now));
  EXPECT_FALSE(bench.core->is_held(InstrumentId{0}));
  EXPECT_EQ(bench.core->positions().of_account(InstrumentId{0}).quantity(), Quantity{7});
  EXPECT_EQ(bench.core->positions().of_strategy(StrategyId{0}, InstrumentId{0}).quantity(),
            Quantity{0});
  EXPECT_EQ(bench.core->exposure().of_account(InstrumentId{0}).position, Quantity{7});
  bench.run_for(seconds(5));
  EXPECT_FALSE(bench.core->is_held(InstrumentId{0}));
}

TEST(TradingCore, RowOlderThanTheLastFillIsNoDifference) {  // D 28
  EngineBench bench;
  bench.make_ready();
  const Handle order = bench.place(Side::Buy, 3, 100'000);
  TinyVenue::Order& there = bench.venue.execute_place(bench.venue.places[0], bench.now);
  PositionReport old;
  old.instrument = InstrumentId{0};
  old.exchange_time = bench.now;
  bench.run_for(milliseconds(100));
  bench.venue.fill(there, {3}, {100'000}, bench.now);
  old.receive_time = bench.now + milliseconds(1);
  bench.core->on_position(old, true);
  bench.run_for(seconds(4));
  EXPECT_FALSE(bench.core->is_held(InstrumentId{0}));
  EXPECT_EQ(bench.ears.last(order), OrderEventKind::Filled);
}

TEST(TradingCore, ForeignOrderIsShownCountedAndLeftAlone) {
  EngineBench bench;
  bench.make_ready();
  TinyVenue::Order foreign;
  foreign.venue_id = {99};
  foreign.instrument = InstrumentId{0};
  foreign.side = Side::Sell;
  foreign.price = {101'000};
  foreign.quantity = {4};
  foreign.own_tag = false;
  foreign.update_time = bench.now;
  bench.venue.orders[99] = foreign;
  bench.run_for(seconds(31));  // the regular look
  EXPECT_EQ(bench.core->status().foreign_orders, 1u);
  EXPECT_EQ(bench.core->status().open_orders, 0u);
  EXPECT_EQ(bench.core->exposure().of_account(InstrumentId{0}).working_sell, Quantity{4});
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
  bench.core->kill("test", "operator", bench.now);
  bench.run_for(seconds(3));
  EXPECT_TRUE(bench.venue.cancels.empty());
  EXPECT_TRUE(bench.ears.flat_at.has_value());

  // Its fill moves the account's position and no strategy's.
  bench.venue.fill(bench.venue.orders[99], {4}, {101'000}, bench.now);
  EXPECT_EQ(bench.core->positions().of_account(InstrumentId{0}).quantity(), Quantity{-4});
  EXPECT_EQ(bench.core->status().foreign_orders, 0u);
  EXPECT_TRUE(bench.ears.fill_events.empty());
}

// What bears our tag and no id of ours was asked to go once only when a ready engine was told to
// cancel everything: that request was lost with a line that had gone silent, and flat never came.
// (simtest seed 45316; KILL-05, I11, faults 2 and 27)
TEST(TradingCore, CancelAllAsksForOrdersWithOurTagUntilTheyAreGone) {
  EngineBench bench;
  bench.make_ready();
  TinyVenue::Order tagged;
  tagged.venue_id = {99};
  tagged.instrument = InstrumentId{0};
  tagged.side = Side::Sell;
  tagged.price = {101'000};
  tagged.quantity = {4};
  tagged.update_time = bench.now;
  bench.venue.orders[99] = tagged;
  bench.run_for(seconds(31));  // the regular look
  ASSERT_EQ(bench.core->status().foreign_orders, 1u);
  bench.core->cancel_all("operator", bench.now);
  bench.run_for(milliseconds(2'500));
  EXPECT_EQ(bench.venue.cancels.size(), 3u);  // once a second: nobody answers
  EXPECT_FALSE(bench.ears.flat_at.has_value());
  bench.venue.end(bench.venue.orders[99], OrderState::Cancelled, VenueReason::UserCancel,
                  bench.now);
  bench.run_for(seconds(3));
  EXPECT_EQ(bench.venue.cancels.size(), 3u);
  EXPECT_TRUE(bench.ears.flat_at.has_value());
}

TEST(TradingCore, AnotherTenantWithTheSameEngineNumberIsLeftAlone) {  // KILL-05, KILL-06, I11
  EngineBench bench;
  bench.make_ready();
  bench.venue.faults.automatic = true;
  auto other = engine::ClientOrderIds::start(1, EngineBench::kRun + 77, 0);
  ASSERT_TRUE(other);
  TinyVenue::Order& theirs = bench.venue.orders[5'555];
  theirs.client_id = other->next();
  theirs.venue_id = {5'555};
  theirs.instrument = InstrumentId{0};
  theirs.price = {99'000};
  theirs.quantity = {7};
  theirs.update_time = bench.now;
  theirs.own_tag = false;
  bench.venue.fill(theirs, {1}, {99'000}, bench.now);  // told by a push
  bench.run_for(seconds(31));                          // and by the lists
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
  EXPECT_EQ(bench.core->status().foreign_orders, 1u);
  EXPECT_FALSE(bench.ears.heard(Alert::PreviousRunOrder));
  bench.core->kill("test", "operator", bench.now);
  bench.run_for(seconds(3));
  EXPECT_TRUE(bench.venue.cancels.empty());
  EXPECT_TRUE(theirs.open());
  EXPECT_TRUE(bench.ears.flat_at.has_value());  // flat of orders of ours
  EXPECT_EQ(bench.core->positions().of_account(InstrumentId{0}).quantity(), Quantity{1});
}

TEST(TradingCore, AnotherTenantsOrderUnderOurVeryIdIsNotTakenForOurs) {  // I3, REC-14
  EngineBench bench;
  bench.make_ready();
  const Handle mine = bench.place(Side::Buy, 3, 99'500);
  const ClientOrderId id = bench.venue.places[0].client_id;
  TinyVenue::Order& theirs = bench.venue.orders[5'555];
  theirs.client_id = id;
  theirs.venue_id = {5'555};
  theirs.instrument = InstrumentId{0};
  theirs.price = {99'000};
  theirs.quantity = {7};
  theirs.update_time = bench.now;
  theirs.own_tag = false;
  bench.venue.fill(theirs, {1}, {99'000}, bench.now);
  EXPECT_EQ(bench.ears.last(mine), OrderEventKind::PendingNew);
  ExecutionReport refused;  // the venue takes an id once; from it we cannot tell whose it took
  refused.kind = ExecutionReport::Kind::PlaceRejected;
  refused.source = ExecutionReport::Source::Reply;
  refused.request = ExecutionReport::Request::Place;
  refused.reason = VenueReason::DuplicateClientOrderId;
  refused.client_id = id;
  refused.instrument = InstrumentId{0};
  refused.receive_time = bench.now;
  bench.core->on_execution_report(refused);
  bench.run_for(seconds(6));
  EXPECT_EQ(bench.ears.last(mine), OrderEventKind::Rejected);
  EXPECT_EQ(bench.core->positions().of_strategy(StrategyId{0}, InstrumentId{0}).quantity(),
            Quantity{0});
  EXPECT_EQ(bench.core->positions().of_account(InstrumentId{0}).quantity(), Quantity{1});
  EXPECT_EQ(bench.core->exposure().of_account(InstrumentId{0}).working_buy, Quantity{6});
  EXPECT_TRUE(bench.venue.cancels.empty());
}

TEST(TradingCore, OrderOfAnEarlierRunIsCancelledBeforeReady) {  // KILL-06
  EngineBench bench;
  bench.venue.faults.automatic = true;
  TinyVenue::Order old;
  old.client_id = {1'178'000'000'000'000'005};
  old.venue_id = {55};
  old.instrument = InstrumentId{0};
  old.price = {99'000};
  old.quantity = {2};
  old.update_time = bench.now;
  bench.venue.orders[55] = old;
  bench.build();
  bench.connect();
  bench.run_for(milliseconds(20));
  EXPECT_NE(bench.core->state(), EngineState::Ready);
  bench.run_for(seconds(1));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
  EXPECT_EQ(bench.venue.open_orders(), 0u);
  EXPECT_TRUE(bench.ears.heard(Alert::PreviousRunOrder));
}

/// Runs until orders rest, a fill was booked, and another was missed; then "kill -9".
struct CrashedRun {
  EngineBench bench;
  Handle resting, in_flight;
  CrashedRun() {
    bench.make_ready();
    bench.venue.faults.automatic = true;
    resting = bench.place(Side::Buy, 5, 99'500);
    bench.run_for(milliseconds(20));
    TinyVenue::Order& order = bench.venue.orders.begin()->second;
    bench.venue.fill(order, {2}, {99'500}, bench.now);
    bench.run_for(milliseconds(20));
    in_flight = bench.place(Side::Buy, 1, 99'000);
  }
  engine::PriorBelief belief() const {
    engine::PriorBelief prior;
    for (const auto& entry : bench.journal.entries())
      prior.add(entry.type, entry.payload, entry.time);
    return prior;
  }
};

TEST(TradingCore, RestartAfterACrashTakesUpTheJournalsBelief) {  // REC-02
  for (const bool adopts : {false, true}) {
    CrashedRun crashed;
    const engine::PriorBelief prior = crashed.belief();
    EXPECT_EQ(prior.newest_run(), EngineBench::kRun);
    EXPECT_EQ(prior.open_orders().size(), 2u);

    EngineBench bench(1, EngineBench::kRun + 60);
    if (adopts)
      bench.settings.on_start = {engine::StrategySettings::OnStart::Adopt,
                                 engine::StrategySettings::OnStart::Cancel};
    // The venue goes on where it was; the request in flight never arrived; one more fill came.
    bench.venue.orders = crashed.bench.venue.orders;
    bench.venue.fills = crashed.bench.venue.fills;
    bench.venue.position = crashed.bench.venue.position;
    bench.venue.position_time = crashed.bench.venue.position_time;
    bench.now = crashed.bench.now + seconds(10);
    bench.venue.fill(bench.venue.orders.begin()->second, {1}, {99'500}, bench.now, false);
    bench.venue.fills.back().fill.trade_id = {777};
    bench.venue.faults.automatic = true;
    bench.build(&prior);
    EXPECT_EQ(bench.core->positions().of_account(InstrumentId{0}).quantity(), Quantity{2});
    EXPECT_EQ(bench.core->exposure().of_account(InstrumentId{0}).working_buy, Quantity{4});
    bench.connect();
    bench.run_for(seconds(6));

    EXPECT_EQ(bench.core->state(), EngineState::Ready);
    EXPECT_EQ(bench.core->positions().of_account(InstrumentId{0}).quantity(), Quantity{3});
    EXPECT_EQ(bench.core->positions().of_strategy(StrategyId{0}, InstrumentId{0}).quantity(),
              Quantity{3});
    EXPECT_EQ(bench.ears.fill_events.size(), 1u);
    EXPECT_EQ(bench.venue.open_orders(), adopts ? 1u : 0u);
    EXPECT_EQ(bench.core->status().open_orders, adopts ? 1u : 0u);
    EXPECT_EQ(bench.venue.places.size(), 0u);  // nothing is sent again
    if (!adopts) continue;
    Handle handle;
    for (const auto& event : bench.ears.order_events) {
      if (event.kind == OrderEventKind::Adopted) handle = event.handle;
    }
    ASSERT_TRUE(handle.valid());
    bench.cancel(handle);
    bench.run_for(milliseconds(50));
    EXPECT_EQ(bench.ears.last(handle), OrderEventKind::Cancelled);
  }
}

TEST(TradingCore, DeadManTimerIsArmedBeforeTheFirstOrderAndFedWhileHealthy) {  // COD-01, COD-02
  EngineBench bench;
  bench.uses_dead_man = true;
  bench.make_ready();
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
  EXPECT_EQ(bench.venue.dead_man_calls, 1u);
  bench.run_for(seconds(9));
  EXPECT_GE(bench.venue.dead_man_calls, 3u);
  EXPECT_LE(bench.venue.dead_man_calls, 10u);
  bench.core->on_venue_clock(seconds(40), bench.now);
  const std::size_t calls = bench.venue.dead_man_calls;
  bench.run_for(seconds(9));
  EXPECT_EQ(bench.venue.dead_man_calls, calls);
  bench.core->on_venue_clock(seconds(0), bench.now);
  bench.run_for(seconds(1));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
}

TEST(TradingCore, FiredDeadManTimerIsAnIncident) {  // COD-05
  EngineBench bench;
  bench.uses_dead_man = true;
  bench.make_ready();
  const Handle order = bench.place(Side::Buy, 1, 99'500);
  TinyVenue::Order& there = bench.venue.execute_place(bench.venue.places[0], bench.now);
  bench.venue.end(there, OrderState::Cancelled, VenueReason::CancelAllAfter, bench.now);
  EXPECT_EQ(bench.ears.last(order), OrderEventKind::Cancelled);
  EXPECT_TRUE(bench.ears.heard(Alert::DeadManFired));
  EXPECT_EQ(bench.core->state(), EngineState::Reconciling);
  bench.run_for(seconds(2));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
}

TEST(TradingCore, FailedStrategyIsStoppedAndItsOrdersCancelled) {  // D 50
  EngineBench bench;
  bench.make_ready();
  bench.venue.faults.automatic = true;
  const Handle mine = bench.place(Side::Buy, 1, 99'500, 0, 0);
  const Handle other = bench.place(Side::Buy, 1, 99'500, 0, 1);
  bench.run_for(milliseconds(20));
  engine::LaneCommand failed;
  failed.kind = engine::LaneCommand::Kind::StrategyFailed;
  failed.strategy = StrategyId{0};
  bench.core->on_lane_command(failed, bench.now);
  bench.run_for(milliseconds(20));
  EXPECT_EQ(bench.ears.last(mine), OrderEventKind::Cancelled);
  EXPECT_EQ(bench.ears.last(other), OrderEventKind::Live);
  EXPECT_EQ(bench.ears.last(bench.place(Side::Buy, 1, 99'500, 0, 0)), OrderEventKind::Denied);
}

TEST(TradingCore, RefusedCancelOfAFailedStrategyIsSentUntilItsOrderIsGone) {  // D 50, KILL-07
  EngineBench bench;
  bench.make_ready();
  const Handle mine = bench.place(Side::Buy, 1, 99'500);
  const ClientOrderId id = bench.order(mine)->client_id;
  engine::LaneCommand failed;
  failed.kind = engine::LaneCommand::Kind::StrategyFailed;
  failed.strategy = StrategyId{0};
  bench.core->on_lane_command(failed, bench.now);
  ASSERT_EQ(bench.venue.cancels.size(), 1u);
  // The cancel was quicker than the order.
  bench.venue.reply(ExecutionReport::Kind::CancelRejected, ExecutionReport::Request::Cancel, id,
                    InstrumentId{0}, 0, VenueReason::OrderGone, bench.now);
  bench.venue.execute_place(bench.venue.places.back(), bench.now);
  bench.venue.faults.automatic = true;
  bench.run_for(seconds(3));
  EXPECT_GE(bench.venue.cancels.size(), 2u);
  EXPECT_EQ(bench.venue.open_orders(), 0u);
  EXPECT_EQ(bench.ears.last(mine), OrderEventKind::Cancelled);
}

TEST(TradingCore, AmendMayNotPassThePositionLimitWhenAFillWasMissed) {  // PRE-06
  EngineBench bench;
  bench.risk_settings.strategy_default.position_long_max = risk::SizeLimit{{10, 0}, {}};
  bench.make_ready();
  const Handle handle = bench.place(Side::Buy, 10, 99'900);
  TinyVenue::Order& there = bench.venue.execute_place(bench.venue.places.back(), bench.now);
  bench.run_for(milliseconds(10));
  bench.venue.fill(there, {5}, {99'900}, bench.now, false);
  ExecutionReport row;  // tells that 5 are filled; the fill itself has not come
  row.source = ExecutionReport::Source::Query;
  row.client_id = there.client_id;
  row.venue_id = there.venue_id;
  row.own_tag = true;
  row.instrument = InstrumentId{0};
  row.state = OrderState::PartiallyFilled;
  row.price = there.price;
  row.quantity = there.quantity;
  row.cumulative_quantity = {5};
  row.exchange_time = row.receive_time = bench.now;
  bench.core->on_execution_report(row);
  bench.amend(handle, std::nullopt, Quantity{11});
  EXPECT_TRUE(bench.venue.amends.empty());
  EXPECT_TRUE(bench.ears.heard(handle, OrderEventKind::AmendDenied));
  bench.amend(handle, std::nullopt, Quantity{9});
  EXPECT_EQ(bench.venue.amends.size(), 1u);
  EXPECT_EQ(bench.core->exposure().of_strategy(StrategyId{0}, InstrumentId{0}).worst_long(),
            Quantity{10});
}

TEST(TradingCore, AmendsOnTheirWayReachThePositionLimitAndNoFurther) {  // PRE-06, I1
  EngineBench bench;
  bench.risk_settings.strategy_default.position_long_max = risk::SizeLimit{{10, 0}, {}};
  bench.make_ready();
  const Handle handle = bench.place(Side::Buy, 5, 99'900);
  bench.venue.execute_place(bench.venue.places.back(), bench.now);
  const auto worst = [&] {
    return bench.core->exposure().of_strategy(StrategyId{0}, InstrumentId{0}).worst_long();
  };
  bench.amend(handle, std::nullopt, Quantity{10});
  EXPECT_EQ(bench.venue.amends.size(), 1u);
  bench.amend(handle, std::nullopt, Quantity{2});  // the larger one may still be in force
  EXPECT_EQ(bench.venue.amends.size(), 2u);
  EXPECT_EQ(worst(), Quantity{10});
  EXPECT_EQ(bench.ears.last(bench.place(Side::Buy, 1, 99'900)), OrderEventKind::Denied);
  bench.amend(handle, std::nullopt, Quantity{11});
  EXPECT_EQ(bench.venue.amends.size(), 2u);
  bench.amend(handle, Price{99'800}, Quantity{10});
  EXPECT_EQ(bench.venue.amends.size(), 3u);
  EXPECT_EQ(worst(), Quantity{10});
}

TEST(TradingCore, NobodyTouchesAnotherStrategysOrder) {
  EngineBench bench;
  bench.make_ready();
  bench.venue.faults.automatic = true;
  const Handle mine = bench.place(Side::Buy, 1, 99'500, 0, 0);
  bench.run_for(milliseconds(20));
  bench.cancel(mine, 1);
  EXPECT_TRUE(bench.venue.cancels.empty());
}

TEST(TradingCore, ThrottledPlaceIsDeniedWithATimeToRetry) {  // PRE-09
  EngineBench bench;
  bench.risk_settings.rates.place = {4, seconds(2)};
  bench.make_ready();
  Denial denial;
  for (int i = 0; i < 10; ++i) bench.place(Side::Buy, 1, 99'500);
  for (const auto& event : bench.ears.order_events) {
    if (event.kind == OrderEventKind::Denied) denial = event.denial;
  }
  EXPECT_EQ(denial.reason, DenialReason::RateLimited);
  EXPECT_GT(denial.retry_at, bench.now);
  EXPECT_LE(bench.venue.places.size(), 4u);
}

TEST(TradingCore, KillUsesTheReserveOfTheCancelBucket) {  // PRE-09, KILL-07
  EngineBench bench;
  bench.risk_settings.rates.cancel = {20, seconds(2)};
  bench.risk_settings.rates.cancel_batch = {20, seconds(2)};
  bench.make_ready();
  bench.venue.faults.automatic = true;
  std::vector<Handle> handles;
  for (int i = 0; i < 30; ++i) handles.push_back(bench.place(Side::Buy, 1, 99'500));
  bench.run_for(milliseconds(20));
  for (const Handle handle : handles) bench.cancel(handle);
  const std::size_t sent = bench.venue.cancels.size();
  EXPECT_LT(sent, 30u);
  bench.core->kill("test", "operator", bench.now);
  EXPECT_GT(bench.venue.cancels.size(), sent);
  bench.run_for(seconds(10));
  EXPECT_EQ(bench.venue.open_orders(), 0u);  // what was throttled was not lost
}

/// A row of the list of fills: a liquidation of `quantity` sold, that nobody's order tells of.
FillReport liquidation_row(std::uint64_t venue_id, std::uint64_t bill_id, std::int64_t quantity,
                           Timestamp at) {
  TinyVenue::Order order;
  order.venue_id = {venue_id};
  order.instrument = InstrumentId{0};
  order.side = Side::Sell;
  order.own_tag = false;
  FillReport row = fill_row(order, 0, quantity, at);
  row.fill.bill_id = bill_id;
  return row;
}

TEST(TradingCore, LiquidationRowsAreBookedOnceEachOverAllRoundsAndARestart) {  // POST-01, POST-06
  for (const std::uint64_t bill_id : {900u, 0u}) {  // 0: the venue left it out
    EngineBench bench;
    bench.make_ready();
    bench.venue.fills.push_back(liquidation_row(500, bill_id, 3, bench.now));
    bench.venue.position[0] = {-3};
    bench.venue.position_time[0] = bench.now;
    bench.run_for(seconds(100));
    EXPECT_EQ(bench.core->positions().of_account(InstrumentId{0}).quantity(), Quantity{-3});

    // The same order again, with the same trade id: another row, another fill.
    bench.venue.fills.push_back(liquidation_row(500, bill_id == 0 ? 0 : bill_id + 1, 2, bench.now));
    bench.venue.position[0] = {-5};
    bench.venue.position_time[0] = bench.now;
    bench.run_for(seconds(100));
    EXPECT_EQ(bench.core->positions().of_account(InstrumentId{0}).quantity(), Quantity{-5});
    EXPECT_EQ(bench.core->exposure().of_account(InstrumentId{0}).position, Quantity{-5});
    EXPECT_EQ(bench.core->status().held_instruments, 0u);

    engine::PriorBelief prior;
    for (const auto& entry : bench.journal.entries())
      prior.add(entry.type, entry.payload, entry.time);
    EngineBench next(1, EngineBench::kRun + 300);
    next.venue.fills = bench.venue.fills;
    next.venue.position = bench.venue.position;
    next.venue.position_time = bench.venue.position_time;
    next.now = bench.now + seconds(5);
    next.build(&prior);
    next.connect();
    next.run_for(seconds(40));
    EXPECT_EQ(next.core->positions().of_account(InstrumentId{0}).quantity(), Quantity{-5});
    EXPECT_EQ(next.core->state(), EngineState::Ready);
  }
}

TEST(TradingCore, LiquidationPushesTellTheOrderAndItsRowsTheFills) {  // POST-01, POST-06
  EngineBench bench;
  bench.make_ready();
  ExecutionReport push;  // as the venue sends it: no trade id, so no fill of its own
  push.instrument = InstrumentId{0};
  push.venue_id = {500};
  push.side = Side::Sell;
  push.state = OrderState::PartiallyFilled;
  push.price = {100'000};
  push.quantity = {5};
  push.cumulative_quantity = {3};
  push.has_fill = true;
  push.fill.trade_id = {0};
  push.fill.price = {100'000};
  push.fill.quantity = {3};
  push.fill.exchange_time = push.exchange_time = push.receive_time = bench.now;
  bench.core->on_execution_report(push);
  bench.core->on_execution_report(push);
  EXPECT_EQ(bench.core->exposure().of_account(InstrumentId{0}).working_sell, Quantity{2});
  // Two matches of one moment, at one price: their booking ids tell them apart.
  FillReport row;
  for (const std::uint64_t bill_id : {77u, 76u}) {
    row = liquidation_row(500, bill_id, bill_id == 77 ? 2 : 1, bench.now);
    row.receive_time = bench.now;
    bench.core->on_fill_report(row);
    bench.core->on_fill_report(row);
  }
  EXPECT_EQ(bench.core->positions().of_account(InstrumentId{0}).quantity(), Quantity{-3});
  EXPECT_EQ(bench.core->exposure().of_account(InstrumentId{0}).working_sell, Quantity{2});
  push.state = OrderState::Filled;
  push.cumulative_quantity = {5};
  push.fill.quantity = {2};
  push.exchange_time = bench.now + milliseconds(1);
  bench.core->on_execution_report(push);
  row = liquidation_row(500, 78, 2, bench.now + milliseconds(1));
  bench.core->on_fill_report(row);
  bench.core->on_fill_report(row);
  EXPECT_EQ(bench.core->positions().of_account(InstrumentId{0}).quantity(), Quantity{-5});
  EXPECT_EQ(bench.core->exposure().of_account(InstrumentId{0}).working_sell, Quantity{0});
}

TEST(TradingCore, AbsurdSizesFromTheVenueAreNotBelievedAndCrashNothing) {  // I1, POST-01
  constexpr Quantity kAbsurd{9'000'000'000'000'000'000};
  EngineBench bench;
  bench.make_ready();
  const Handle mine = bench.place(Side::Buy, 2, 99'500);
  const TinyVenue::Order& there = bench.venue.execute_place(bench.venue.places[0], bench.now);
  bench.run_for(milliseconds(10));
  for (const Quantity size : {kAbsurd, Quantity{-9'000'000'000'000'000'000}}) {
    for (std::uint64_t venue_id : {700u, 701u, 702u}) {
      ExecutionReport push;
      push.instrument = InstrumentId{0};
      push.venue_id = {venue_id};
      push.price = {1};
      push.quantity = push.cumulative_quantity = push.fill.quantity = size;
      push.fill.price = {100'000};
      push.fill.trade_id = {1};
      push.has_fill = true;
      push.exchange_time = push.receive_time = bench.now;
      bench.core->on_execution_report(push);
      push.client_id = there.client_id;  // of our own order too
      push.venue_id = there.venue_id;
      push.own_tag = true;
      bench.core->on_execution_report(push);
      FillReport row = fill_row(there, 2, size.raw, bench.now);
      row.receive_time = bench.now;
      bench.core->on_fill_report(row);
      row.client_id = {};
      row.venue_id = {venue_id};
      bench.core->on_fill_report(row);
      PositionReport position;
      position.instrument = InstrumentId{0};
      position.quantity = size;
      position.exchange_time = position.receive_time = bench.now;
      bench.core->on_position(position, false);
    }
  }
  const std::size_t queries = bench.venue.queries;
  bench.run_for(seconds(3));
  EXPECT_GT(bench.venue.queries, queries);  // what is with our order, then?
  EXPECT_EQ(bench.ears.last(mine), OrderEventKind::Live);
  EXPECT_EQ(bench.core->positions().of_account(InstrumentId{0}).quantity(), Quantity{0});
  EXPECT_EQ(bench.core->exposure().of_account(InstrumentId{0}).working_buy, Quantity{2});
  EXPECT_EQ(bench.core->status().foreign_orders, 0u);
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
}

TEST(TradingCore, ProfitAndFeesAreExact) {
  EngineBench bench;
  bench.make_ready();
  const Handle buy = bench.place(Side::Buy, 3, 100'000);
  bench.venue.fill(bench.venue.execute_place(bench.venue.places[0], bench.now), {3}, {100'000},
                   bench.now);
  const Handle sell = bench.place(Side::Sell, 2, 100'400);
  bench.venue.fill(bench.venue.execute_place(bench.venue.places[1], bench.now), {2}, {100'400},
                   bench.now);
  EXPECT_EQ(bench.ears.last(buy), OrderEventKind::Filled);
  EXPECT_EQ(bench.ears.last(sell), OrderEventKind::Filled);
  const auto status = bench.core->status(InstrumentId{0}, bench.now);
  // 2 contracts of 0.01 at 0.4 more: 0.008 USDT.
  EXPECT_EQ(status.realised_pnl.raw, static_cast<__int128>(8'000'000'000'000'000));
  EXPECT_EQ(status.position, Quantity{1});
  EXPECT_EQ(to_string(status.average_entry_price), "100");
  ASSERT_TRUE(status.unrealised_pnl);
  EXPECT_EQ(status.unrealised_pnl->raw, 0);  // mid is 100
}

TEST(TradingCore, FailedJournalIsAHoldThatResumeDoesNotLift) {
  EngineBench bench;
  bench.make_ready();
  bench.core->set_journal_failed(true, bench.now);
  EXPECT_EQ(bench.core->hold_reason(), HoldReason::JournalFailed);
  bench.core->resume("operator", bench.now);
  bench.run_for(seconds(2));
  EXPECT_EQ(bench.core->state(), EngineState::Held);
  bench.core->set_journal_failed(false, bench.now);
  bench.run_for(seconds(2));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
}

// The local part, with a million records, is the benchmark recovery/start. More than twenty orders
// that are in doubt hold an engine; those of the run before did so before the first list could say
// anything of them, and were cancelled though they were to be adopted.
TEST(TradingCore, FourHundredOpenOrdersAreReconciledWithinTenSeconds) {  // REC-10
  LiveBench before;
  before.settings.orders.open_capacity = 512;
  before.make_automatic();
  before.make_ready();
  for (std::uint16_t i = 0; i < 400; ++i) {
    const std::uint16_t strategy = i % 2;
    before.place(Side::Buy, 1, 98'000, strategy, strategy);
    if (i % 100 == 99) before.run_for(seconds(1));
  }
  ASSERT_EQ(before.venue.open_orders(), 400u);
  engine::PriorBelief prior;
  for (const auto& entry : before.journal.entries())
    prior.add(entry.type, entry.payload, entry.time);
  ASSERT_EQ(prior.open_orders().size(), 400u);

  LiveBench after(1, EngineBench::kRun + 100);
  after.settings.orders.open_capacity = 512;
  after.settings.on_start.assign(2, engine::StrategySettings::OnStart::Adopt);
  after.make_automatic();
  after.venue.faults.delay_max_ms = 5;
  after.venue.orders = before.venue.orders;
  after.now = before.now + seconds(1);
  const Timestamp start = after.now;
  after.build(&prior);
  after.connect();
  while (after.core->state() != EngineState::Ready && after.now - start < seconds(60))
    after.run_for(milliseconds(10));
  EXPECT_LE(after.now - start, seconds(10));
  EXPECT_EQ(after.core->status().open_orders, 400u);
  EXPECT_EQ(after.core->status().unknown_orders, 0u);
}

TEST(TradingCore, WhatTheRunBeforeSentLastCountsInTheVenuesLimits) {  // PRE-09, I8
  const auto rates = [](EngineBench& bench) {
    bench.risk_settings.rates.place = bench.risk_settings.rates.cancel = {20, seconds(2)};
  };
  LiveBench before;
  rates(before);
  before.make_automatic();
  before.make_ready();
  const auto left = [](const EngineBench& bench, risk::RequestKind kind) {
    return bench.core->limiter().remaining(kind, InstrumentId{0}, bench.now,
                                           risk::RequestPriority::Risk);
  };
  const std::uint32_t all = left(before, risk::RequestKind::Place);
  std::vector<Handle> handles;
  for (int i = 0; i < 5; ++i) handles.push_back(before.place(Side::Buy, 1, 98'000));
  before.run_for(milliseconds(20));
  for (int i = 0; i < 3; ++i) before.cancel(handles[static_cast<std::size_t>(i)]);
  engine::PriorBelief prior;
  for (const auto& entry : before.journal.entries())
    prior.add(entry.type, entry.payload, entry.time);
  // By a clock that was set back since.
  LiveBench after(1, EngineBench::kRun + 100);
  rates(after);
  after.now = before.now - seconds(60);
  after.build(&prior);
  EXPECT_EQ(left(after, risk::RequestKind::Place), all - 5);
  EXPECT_EQ(left(after, risk::RequestKind::Cancel), 20u - 3u);
  after.now = after.now + seconds(3);
  EXPECT_EQ(left(after, risk::RequestKind::Place), all);
  EXPECT_EQ(left(after, risk::RequestKind::Cancel), 20u);
}

}  // namespace
}  // namespace gannet
