#include <gtest/gtest.h>

#include "support/engine_bench.h"

// Batches: one request to the venue, and every element gated, journaled, limited and told of like a
// single order (PRE-09, PROTOCOL 6.7).

namespace gannet::test {
namespace {

using engine::LaneCommand;
using engine::OrderEventKind;
using engine::OrderPhase;
using engine::RecordType;

struct BatchOrders : ::testing::Test {
  BatchOrders() { bench.settings.venue_unavailable_pause = seconds(1); }

  /// Hands over one element; `more`: it is not the last.
  Handle place(std::int64_t price, std::int64_t quantity, bool more, std::uint32_t instrument = 0) {
    LaneCommand command;
    command.kind = LaneCommand::Kind::Place;
    command.more = more;
    command.strategy = StrategyId{0};
    command.place.strategy = StrategyId{0};
    command.place.handle = {++last_};
    command.place.instrument = InstrumentId{instrument};
    command.place.price = {price};
    command.place.quantity = {quantity};
    bench.core->on_lane_command(command, bench.now);
    return {last_};
  }
  void amend(Handle handle, std::int64_t price, bool more) {
    LaneCommand command;
    command.kind = LaneCommand::Kind::Amend;
    command.more = more;
    command.strategy = StrategyId{0};
    command.amend = AmendIntent{};
    command.amend.strategy = StrategyId{0};
    command.amend.handle = handle;
    command.amend.new_price = Price{price};
    bench.core->on_lane_command(command, bench.now);
  }
  void reject(Handle handle, VenueReason reason) {
    const engine::Order& order = *bench.order(handle);
    bench.venue.reply(ExecutionReport::Kind::PlaceRejected, ExecutionReport::Request::Place,
                      order.client_id, order.instrument, 0, reason, bench.now);
  }
  std::size_t records(RecordType type) const {
    std::size_t n = 0;
    for (const auto& entry : bench.journal.entries()) n += entry.type == type ? 1u : 0u;
    return n;
  }

  EngineBench bench;
  std::uint64_t last_ = 1'000;
};

TEST_F(BatchOrders, GoOutAsOneRequestWhenTheLastElementIsThere) {
  bench.make_ready();
  const Handle first = place(99'000, 1, true);
  place(98'900, 1, true, 1);
  EXPECT_TRUE(bench.venue.places.empty());
  const Handle last = place(98'800, 1, false);
  EXPECT_EQ(bench.venue.place_batches, 1u);
  ASSERT_EQ(bench.venue.places.size(), 3u);
  EXPECT_EQ(bench.venue.places[1].instrument, InstrumentId{1});
  EXPECT_EQ(records(RecordType::PlaceIntent), 3u);
  EXPECT_EQ(records(RecordType::Place), 3u);
  EXPECT_TRUE(bench.ears.heard(first, OrderEventKind::PendingNew));
  EXPECT_TRUE(bench.ears.heard(last, OrderEventKind::PendingNew));
  EXPECT_EQ(bench.core->exposure().of_account(InstrumentId{0}).working_buy, Quantity{2});
}

TEST_F(BatchOrders, AnElementIsGatedWithThoseBeforeItCounted) {
  bench.risk_settings.instrument_default.position_long_max = risk::SizeLimit{{5, 0}, {}};
  bench.make_ready();
  place(99'000, 3, true);
  const Handle over = place(99'000, 3, true);
  place(99'000, 2, false);
  EXPECT_EQ(bench.venue.place_batches, 1u);
  EXPECT_EQ(bench.venue.places.size(), 2u);
  EXPECT_EQ(bench.ears.last(over), OrderEventKind::Denied);
}

TEST_F(BatchOrders, TheOneThatIsLeftIsASingleRequestAndCountedAsOne) {
  bench.risk_settings.rates.place = {2, seconds(2)};  // one at once
  bench.risk_settings.rates.place_batch = {40, seconds(2)};
  bench.make_ready();
  place(99'000, 1, true);
  const Handle off_tick = place(99'001, 1, false);
  EXPECT_EQ(bench.venue.place_batches, 0u);
  EXPECT_EQ(bench.venue.places.size(), 1u);
  EXPECT_EQ(bench.ears.last(off_tick), OrderEventKind::Denied);
  // The single bucket is empty now: the next one that is left does not go.
  const Handle late = place(99'000, 1, true);
  place(99'001, 1, false);
  EXPECT_EQ(bench.venue.places.size(), 1u);
  EXPECT_EQ(bench.ears.last(late), OrderEventKind::Denied);
  EXPECT_EQ(bench.ears.order_events.back().denial.reason, DenialReason::RateLimited);
  EXPECT_EQ(records(RecordType::NotSent), 1u);
  EXPECT_EQ(bench.core->exposure().of_account(InstrumentId{0}).working_buy, Quantity{1});
  // Batches have their own.
  place(99'000, 1, true);
  place(99'000, 1, false);
  EXPECT_EQ(bench.venue.place_batches, 1u);
}

TEST_F(BatchOrders, ElementsOverTheBatchLimitAreDeniedWithATimeToRetry) {
  bench.risk_settings.rates.place_batch = {6, seconds(2)};  // three at once
  bench.make_ready();
  for (int i = 0; i < 5; ++i) place(99'000, 1, i < 4);
  EXPECT_EQ(bench.venue.places.size(), 3u);
  const auto& denied = bench.ears.order_events.back();
  EXPECT_EQ(bench.core->orders().counters().denied, 2u);
  EXPECT_GT(denied.handle.value, 0u);
}

TEST_F(BatchOrders, WhatThePortCannotTakeIsDeniedWhole) {
  bench.make_ready();
  bench.venue.connected = false;
  const Handle first = place(99'000, 1, true);
  const Handle second = place(99'000, 1, false);
  for (const Handle handle : {first, second}) {
    EXPECT_EQ(bench.ears.last(handle), OrderEventKind::Denied);
    EXPECT_FALSE(bench.order(handle)->is_open());
  }
  EXPECT_EQ(records(RecordType::NotSent), 2u);
  EXPECT_EQ(bench.core->exposure().of_account(InstrumentId{0}).working_buy, Quantity{0});
}

TEST_F(BatchOrders, OneThatIsCutShortLeavesWithTheNextTurn) {
  bench.make_ready();
  place(99'000, 1, true);
  place(99'000, 1, true);  // the rest did not fit the ring
  EXPECT_TRUE(bench.venue.places.empty());
  bench.run_for(milliseconds(10));
  EXPECT_EQ(bench.venue.place_batches, 1u);
  // And whatever else the strategy does comes after it.
  const Handle third = place(99'000, 1, true);
  bench.cancel(third);
  EXPECT_EQ(bench.venue.places.size(), 3u);
}

TEST_F(BatchOrders, AmendsGoTogetherButNeverNameAnOrderTwice) {
  bench.make_ready();
  const Handle first = place(99'000, 1, true);
  const Handle second = place(99'000, 1, false);
  for (const Handle handle : {first, second})
    bench.venue.execute_place(bench.venue.places[handle == first ? 0 : 1], bench.now);
  amend(first, 98'900, true);
  amend(second, 98'900, true);
  amend(first, 98'800, true);
  amend(second, 98'800, false);
  EXPECT_EQ(bench.venue.amend_batches, 2u);
  EXPECT_EQ(bench.venue.amends.size(), 4u);
  EXPECT_EQ(bench.order(first)->amends.size(), 2u);
}

TEST_F(BatchOrders, CancelsOfABatchLeaveInOneRequest) {
  bench.make_ready();
  const Handle first = place(99'000, 1, true);
  const Handle second = place(99'000, 1, false);
  for (const PlaceRequest& request : bench.venue.places)
    bench.venue.execute_place(request, bench.now);
  LaneCommand command;
  command.kind = LaneCommand::Kind::Cancel;
  command.more = true;
  command.strategy = StrategyId{0};
  command.cancel = {StrategyId{0}, first, bench.now};
  bench.core->on_lane_command(command, bench.now);
  EXPECT_TRUE(bench.venue.cancels.empty());
  bench.cancel(second);
  EXPECT_EQ(bench.venue.cancel_batches, 1u);
  EXPECT_EQ(bench.venue.cancels.size(), 2u);
}

TEST_F(BatchOrders, ARefusalForTheRateEmptiesTheBucketThatCounted) {
  bench.risk_settings.rates.place_batch = {400, seconds(2)};
  bench.make_ready();
  const Handle first = place(99'000, 1, true);
  place(99'000, 1, false);
  reject(first, VenueReason::RateLimited);
  EXPECT_EQ(
      bench.core->limiter().remaining(risk::RequestKind::Place, InstrumentId{0}, bench.now,
                                      risk::RequestPriority::Normal, risk::RequestForm::Batch),
      0u);
  EXPECT_GT(bench.core->limiter().remaining(risk::RequestKind::Place, InstrumentId{0}, bench.now),
            0u);
  // The account's own limit stops single ones too.
  const Handle single = place(99'000, 1, false);
  reject(single, VenueReason::AccountRateLimited);
  EXPECT_EQ(bench.core->limiter().remaining(risk::RequestKind::Place, InstrumentId{0}, bench.now),
            0u);
}

TEST_F(BatchOrders, AVenueThatRefusesTheKeyHoldsUntilAPersonResumes) {
  bench.make_ready();
  reject(place(99'000, 1, false), VenueReason::NotAuthorised);
  EXPECT_EQ(bench.core->state(), engine::EngineState::Held);
  EXPECT_EQ(bench.core->hold_reason(), engine::HoldReason::NotAuthorised);
  bench.run_for(seconds(30));
  EXPECT_EQ(bench.core->state(), engine::EngineState::Held);
  bench.core->resume("test", bench.now);
  bench.run_for(seconds(1));
  EXPECT_EQ(bench.core->state(), engine::EngineState::Ready);
}

TEST_F(BatchOrders, AVenueThatIsDownHoldsForAWhile) {
  bench.make_ready();
  reject(place(99'000, 1, false), VenueReason::VenueUnavailable);
  EXPECT_EQ(bench.core->hold_reason(), engine::HoldReason::VenueUnavailable);
  bench.run_for(seconds(3));
  EXPECT_EQ(bench.core->state(), engine::EngineState::Ready);
}

TEST_F(BatchOrders, WhatTheVenueHasNotIsDeniedBeforeTheBatchIsCounted) {
  bench.risk_settings.rates.place = {2, seconds(2)};  // one at once
  bench.venue.lacks = TimeInForce::FillOrKill;
  bench.make_ready();
  LaneCommand command;
  command.strategy = StrategyId{0};
  command.more = true;
  command.place.strategy = StrategyId{0};
  command.place.handle = {++last_};
  command.place.instrument = InstrumentId{0};
  command.place.price = {99'000};
  command.place.quantity = {1};
  command.place.time_in_force = TimeInForce::FillOrKill;
  bench.core->on_lane_command(command, bench.now);
  place(99'000, 1, false);
  EXPECT_EQ(bench.venue.place_batches, 0u);  // the one that is left went, and counted, as one
  EXPECT_EQ(bench.venue.places.size(), 1u);
  EXPECT_EQ(bench.ears.order_events.front().denial.reason, DenialReason::UnsupportedOrder);
  EXPECT_EQ(bench.core->limiter().remaining(risk::RequestKind::Place, InstrumentId{0}, bench.now),
            0u);
}

TEST_F(BatchOrders, OnlyWhatIsStillWantedMayBeSentAgain) {  // fault 23, PRE-01, PRE-09
  using Request = ExecutionReport::Request;
  bench.make_ready();
  const auto may = [&](Request request, Handle handle, std::uint64_t amend_id = 0) {
    const engine::Order& order = *bench.order(handle);
    return bench.core->may_send_again(request, order.client_id, order.instrument, amend_id,
                                      bench.now);
  };
  const Handle first = place(99'000, 1, false);
  EXPECT_TRUE(may(Request::Place, first));
  bench.cancel(first);  // a cancel is on its way already: the order must not follow it
  EXPECT_FALSE(may(Request::Place, first));
  EXPECT_TRUE(may(Request::Cancel, first));

  const Handle second = place(99'000, 1, false);
  bench.venue.execute_place(bench.venue.places.back(), bench.now);
  EXPECT_FALSE(may(Request::Place, second));  // it is there
  amend(second, 98'900, false);
  const std::uint64_t amend_id = bench.order(second)->amends[0].amend_id;
  EXPECT_TRUE(may(Request::Amend, second, amend_id));
  EXPECT_FALSE(may(Request::Amend, second, amend_id + 1));

  const Handle third = place(99'000, 1, false);
  bench.core->hold("test", "test", bench.now);
  EXPECT_FALSE(may(Request::Place, third));
  EXPECT_FALSE(may(Request::Amend, second, amend_id));
  EXPECT_FALSE(bench.core->may_send_again(Request::Place, {99}, InstrumentId{0}, 0, bench.now));
}

TEST_F(BatchOrders, ARequestThatIsSentAgainTakesASlotOfTheLimit) {
  bench.risk_settings.rates.place = {2, seconds(2)};
  bench.make_ready();
  const Handle handle = place(99'000, 1, false);
  const engine::Order& order = *bench.order(handle);
  EXPECT_FALSE(bench.core->may_send_again(ExecutionReport::Request::Place, order.client_id,
                                          order.instrument, 0, bench.now));
}

TEST_F(BatchOrders, ProtectedQuotesOfAFamilyAreEndedOnceAndFamiliesInTurn) {
  bench.instruments[InstrumentId{0}].family = InstrumentName("AAA");
  bench.instruments[InstrumentId{1}].family = InstrumentName("AAA");
  bench.make_ready();
  for (const std::uint32_t instrument : {0u, 1u}) {
    LaneCommand command;
    command.strategy = StrategyId{0};
    command.place.strategy = StrategyId{0};
    command.place.handle = {++last_};
    command.place.instrument = InstrumentId{instrument};
    command.place.price = {99'000};
    command.place.quantity = {1};
    command.place.options.program = QuoteProgram::MarketMakerProtection;
    bench.core->on_lane_command(command, bench.now);
  }
  bench.core->cancel_all("test", bench.now);
  EXPECT_EQ(bench.venue.protected_cancels.size(), 1u);
  bench.core->cancel_all("test", bench.now);  // not again at once
  EXPECT_EQ(bench.venue.protected_cancels.size(), 1u);
}

TEST_F(BatchOrders, OneSizedInMoneyComesBackWithAllThatItMayStillTrade) {  // PRE-06, REC-02
  engine::PriorBelief prior;
  const auto tell = [&](const auto& record) {
    prior.add(record.kType, std::as_bytes(std::span(&record, 1)), bench.now);
  };
  engine::PlaceRecord placed;
  placed.client_id = 7;
  placed.quantity = 100;  // the most that the money may trade
  placed.quote_quantity = 1'000;
  placed.instrument = 0;
  placed.strategy = 0;
  placed.kind = OrderKind::Market;
  tell(placed);
  engine::ReportRecord report;
  report.client_id = 7;
  report.venue_id = 9;
  report.kind = ExecutionReport::Kind::Status;
  report.state = OrderState::PartiallyFilled;
  report.quantity = report.cumulative_quantity = 30;  // the venue tells what has traded
  report.exchange_time = bench.now.nanos;
  tell(report);
  ASSERT_EQ(prior.open_orders().size(), 1u);
  EXPECT_EQ(prior.open_orders()[0].worst_quantity(), Quantity{100});
  EXPECT_EQ(prior.open_orders()[0].worst_leaves(), Quantity{100});  // none of it is booked yet
}

TEST_F(BatchOrders, JournalRecordsOfTheFirstVersionAreReadWithNothingAskedFor) {  // REC-13
  engine::PlaceRecord record;
  record.client_id = 7;
  record.quote_quantity = 99;
  record.options.clamp_price = 1;
  const auto bytes = std::as_bytes(std::span(&record, 1));
  const auto old = engine::read_record<engine::PlaceRecord>(bytes.first(104));
  ASSERT_TRUE(old.has_value());
  EXPECT_EQ(old->client_id, 7u);
  EXPECT_EQ(old->quote_quantity, 0);
  EXPECT_EQ(old->options.clamp_price, 0);
  EXPECT_EQ(engine::read_record<engine::PlaceRecord>(bytes)->quote_quantity, 99);
  EXPECT_FALSE(engine::read_record<engine::PlaceRecord>(bytes.first(112)).has_value());
  const engine::PlaceIntentRecord intent;
  EXPECT_TRUE(
      engine::read_record<engine::PlaceIntentRecord>(std::as_bytes(std::span(&intent, 1)).first(64))
          .has_value());
}

}  // namespace
}  // namespace gannet::test
