#include "engine/durable_port.h"

#include <gtest/gtest.h>

#include <vector>

#include "support/engine_bench.h"

// Journal modes `group` and `full`: what may add risk waits for the disk, and is looked at once
// more before it leaves. [RELIABILITY REC-01, PRE-01]

namespace gannet::test {
namespace {

using engine::OrderEventKind;

struct FakeDisk final : engine::DurableJournal {
  std::uint64_t durable_sequence() const noexcept override { return durable; }
  void wake() noexcept override { ++wakes; }
  std::uint64_t durable = 0;
  int wakes = 0;
};

struct WaitingEngine {
  explicit WaitingEngine(std::size_t capacity = 256)
      : port(bench.venue, nullptr, &bench.venue, bench.journal, disk, {.capacity = capacity}) {
    bench.core = bench.make_core(bench.journal, port, nullptr, nullptr, bench.instruments, nullptr);
    bench.venue.listener = bench.core.get();
    port.bind(*bench.core);
    bench.core->start(bench.now);
    bench.connect();
    bench.run_for(milliseconds(100));
  }
  Handle place(std::int64_t price = 99'000) { return bench.place(Side::Buy, 1, price); }
  /// All that was written is on the disk.
  std::size_t sync() {
    disk.durable = bench.journal.sequence();
    return port.release(bench.now);
  }
  std::size_t sent() const { return bench.venue.places.size(); }

  EngineBench bench;
  FakeDisk disk;
  engine::DurablePort port;
};

TEST(DurablePort, AnOrderLeavesWhenItsRecordIsOnTheDisk_REC_01) {
  WaitingEngine t;
  ASSERT_EQ(t.bench.core->state(), engine::EngineState::Ready);
  const Handle first = t.place();
  const std::uint64_t record = t.bench.journal.sequence();
  const Handle second = t.place(98'900);
  EXPECT_GT(t.disk.wakes, 0);
  t.disk.durable = record - 1;
  EXPECT_EQ(t.port.release(t.bench.now), 0u);
  EXPECT_EQ(t.sent(), 0u);
  t.disk.durable = record;
  EXPECT_EQ(t.port.release(t.bench.now), 1u);
  ASSERT_EQ(t.sent(), 1u);
  EXPECT_EQ(t.bench.venue.places[0].client_id, t.bench.order(first)->client_id);
  EXPECT_EQ(t.sync(), 1u);
  ASSERT_EQ(t.sent(), 2u);
  EXPECT_EQ(t.bench.venue.places[1].client_id, t.bench.order(second)->client_id);
  EXPECT_EQ(t.port.waiting(), 0u);
}

TEST(DurablePort, AKillThatComesMeanwhileStopsWhatWaits_PRE_01) {
  WaitingEngine t;
  std::vector<Handle> handles;
  for (int i = 0; i < 50; ++i) handles.push_back(t.place(98'000 + 100 * (i % 5)));
  t.bench.core->kill("test", "test", t.bench.now);
  t.sync();
  t.bench.run_for(milliseconds(50));
  t.sync();
  EXPECT_EQ(t.sent(), 0u) << "an order left after the kill";
  for (const Handle handle : handles) {
    EXPECT_EQ(t.bench.ears.last(handle), OrderEventKind::Rejected);
    EXPECT_FALSE(t.bench.order(handle)->is_open());
  }
  EXPECT_EQ(t.bench.core->exposure().of_account({0}).working_buy.raw, 0);
  EXPECT_EQ(t.port.counters().refused, t.port.counters().held);
}

TEST(DurablePort, ACancelWaitsBehindItsOrderAloneAndElseLeavesAtOnce) {
  WaitingEngine t;
  const Handle resting = t.place();
  t.sync();
  const Handle waiting = t.place(98'900);
  t.bench.cancel(waiting);
  t.bench.cancel(resting);
  ASSERT_EQ(t.bench.venue.cancels.size(), 1u);
  EXPECT_EQ(t.bench.venue.cancels[0].client_id, t.bench.order(resting)->client_id);
  t.sync();
  ASSERT_EQ(t.sent(), 2u);
  ASSERT_EQ(t.bench.venue.cancels.size(), 2u);
  EXPECT_EQ(t.bench.venue.cancels[1].client_id, t.bench.order(waiting)->client_id);
}

TEST(DurablePort, AKillCancelsWhatRestsAtOnceThoughAnotherOrderWaits_KILL_02) {
  WaitingEngine t;
  for (int i = 0; i < 3; ++i) t.place(98'000 + 100 * i);
  t.sync();
  t.bench.run_for(milliseconds(50));
  ASSERT_EQ(t.sent(), 3u);
  const Handle waiting = t.place(98'900);  // and the disk stands still
  t.bench.core->kill("test", "test", t.bench.now);
  t.bench.run_for(milliseconds(10));
  ASSERT_EQ(t.bench.venue.cancels.size(), 3u);
  for (const CancelRequest& cancel : t.bench.venue.cancels)
    EXPECT_NE(cancel.client_id, t.bench.order(waiting)->client_id);
  t.sync();
  EXPECT_EQ(t.sent(), 3u) << "what waited never leaves";
  EXPECT_FALSE(t.bench.order(waiting)->is_open());
}

TEST(DurablePort, ACancelDoesNotWaitForAnAmendAndHasRoomOfItsOwn) {
  WaitingEngine t(20);
  const Handle resting = t.place();
  t.sync();
  std::vector<Handle> handles;
  for (int i = 0; i < 19; ++i) handles.push_back(t.place(98'000));
  t.bench.amend(resting, Price{99'100}, {});
  t.bench.cancel(resting);
  EXPECT_EQ(t.bench.venue.cancels.size(), 1u);
  for (const Handle handle : handles) t.bench.cancel(handle);
  EXPECT_EQ(t.port.waiting(), 39u);
  EXPECT_EQ(t.port.counters().full, 0u);
}

TEST(DurablePort, WhatWaitedTooLongDoesNotLeaveWheneverTheDiskMovesAgain) {
  WaitingEngine t;
  const Handle late = t.place();
  t.bench.now = t.bench.now + milliseconds(501);
  EXPECT_EQ(t.port.release(t.bench.now), 1u);
  EXPECT_EQ(t.sent(), 0u);
  EXPECT_EQ(t.bench.ears.last(late), OrderEventKind::Rejected);
  EXPECT_EQ(t.bench.order(late)->is_open(), false);
}

TEST(DurablePort, AFullHoldDeniesAndAnAmendWaitsToo) {
  WaitingEngine t(20);
  const Handle resting = t.place();
  t.sync();
  for (int i = 0; i < 19; ++i) t.place(98'000);
  t.bench.amend(resting, Price{99'100}, {});
  EXPECT_EQ(t.port.waiting(), 20u);
  const Handle refused = t.place();
  EXPECT_EQ(t.bench.ears.last(refused), OrderEventKind::Denied);
  EXPECT_EQ(t.bench.venue.amends.size(), 0u);
  t.sync();
  EXPECT_EQ(t.sent(), 20u);
  EXPECT_EQ(t.bench.venue.amends.size(), 1u);
  EXPECT_EQ(t.port.counters().full, 1u);
}

TEST(DurablePort, ABatchLeavesAsOneRequest) {
  WaitingEngine t;
  std::vector<engine::LaneCommand> commands(3);
  for (std::size_t i = 0; i < commands.size(); ++i) {
    OrderIntent& order = commands[i].place;
    order.strategy = commands[i].strategy = StrategyId{0};
    order.handle = {1'000 + i};
    order.instrument = InstrumentId{i == 1 ? 1u : 0u};
    order.price = {99'000};
    order.quantity = {1};
    commands[i].more = i + 1 < commands.size();
    t.bench.core->on_lane_command(commands[i], t.bench.now);
  }
  EXPECT_EQ(t.port.waiting(), 3u);
  t.sync();
  EXPECT_EQ(t.sent(), 3u);
  EXPECT_EQ(t.bench.venue.place_batches, 1u);
  EXPECT_EQ(t.port.counters().released, 3u);
}

}  // namespace
}  // namespace gannet::test
