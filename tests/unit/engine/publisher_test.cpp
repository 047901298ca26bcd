#include "engine/publisher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "engine/lane_thread.h"
#include "tests/unit/engine/lane_fixture.h"

namespace gannet::engine {
namespace {

using gannet::test::Script;
using gannet::test::scripted_type;
using testing::ElementsAre;

class PublisherTest : public testing::Test, protected test::LaneFixture {
 protected:
  Publisher make(PublisherSettings settings = {}) {
    return Publisher(instruments, currencies, nullptr, settings);
  }
  OrderEvent live(StrategyId strategy, std::uint64_t handle = 1) const {
    OrderEvent event;
    event.kind = OrderEventKind::Live;
    event.strategy = strategy;
    event.handle = {handle};
    event.instrument = swap;
    return event;
  }
};

TEST_F(PublisherTest, CarriesInlineCommandsOutRightAfterTheHandler) {
  Publisher publisher = make();
  Script script;
  const auto type = scripted_type();
  add(publisher, script, type);
  std::size_t seen_inside = 99;
  script.on_book = [&](const gannet_book& book) {
    script.buy(book.instrument, book.bids.best[0].price, 1);
    seen_inside = core.commands.size();
    return GANNET_OK;
  };
  publisher.start(core, {1});
  publish_book(publisher, 100'000, 100'100, 10);
  EXPECT_EQ(seen_inside, 0u);
  ASSERT_EQ(core.commands.size(), 1u);
  EXPECT_EQ(core.commands[0].place.price, Price{100'000});
  EXPECT_EQ(core.commands[0].trigger_time, Timestamp{10});
}

TEST_F(PublisherTest, TellsADenialAfterTheHandlerHasReturned) {
  Publisher publisher = make();
  Script script;
  const auto type = scripted_type();
  add(publisher, script, type);
  core.denies = true;
  core.publisher = &publisher;
  script.on_book = [&](const gannet_book& book) {
    script.buy(book.instrument, 1, 1);
    script.calls.emplace_back("book done");
    return GANNET_OK;
  };
  script.on_order = [&](const gannet_order_event& event) {
    EXPECT_EQ(event.kind, std::uint32_t{GANNET_ORDER_DENIED});
    EXPECT_STREQ(event.reason, "rate_limited");
    EXPECT_EQ(event.retry_at, 99);
    return GANNET_OK;
  };
  publisher.start(core, {1});
  publish_book(publisher, 100'000, 100'100, 10);
  EXPECT_THAT(script.calls, ElementsAre("start", "book", "book done", "order"));
}

TEST_F(PublisherTest, AStrategyThatAnswersEveryDenialDoesNotHoldTheReactor) {
  PublisherSettings settings;
  settings.settle_steps_max = 100;
  Publisher publisher = make(settings);
  Script script;
  const auto type = scripted_type();
  add(publisher, script, type);
  core.denies = true;
  core.publisher = &publisher;
  script.on_start = [&] {
    script.buy(swap.value, 1, 1);
    return GANNET_OK;
  };
  script.on_order = [&](const gannet_order_event&) {
    script.buy(swap.value, 1, 1);
    return GANNET_OK;
  };
  publisher.start(core, {1});  // returns
  EXPECT_EQ(core.commands.size(), 50u);
  publisher.do_work({2});
  EXPECT_EQ(core.commands.size(), 100u);
}

TEST_F(PublisherTest, OrderEventsWaitUntilTheCoreIsDone) {
  Publisher publisher = make();
  Script script;
  const auto type = scripted_type();
  const StrategyId id = add(publisher, script, type);
  publisher.start(core, {1});
  publisher.on_order_event(live(id));
  EXPECT_THAT(script.calls, ElementsAre("start"));
  publisher.do_work({2});
  EXPECT_THAT(script.calls, ElementsAre("start", "order"));
}

// An inline strategy once saw flat in its start handler, and its restored position only after it.
TEST_F(PublisherTest, StartHandlersKnowThePositionsOfAnEarlierRun) {
  Publisher publisher = make();
  Script script;
  const auto type = scripted_type();
  const StrategyId id = add(publisher, script, type);
  gannet_position seen{};
  seen.size = sizeof seen;
  script.on_start = [&] { return script.host->position(script.engine, swap.value, &seen); };
  publisher.on_position_event({id, swap, Quantity{3}, Quantity{-2}, {1}});
  publisher.start(core, {1});
  EXPECT_EQ(seen.own, 3);
  EXPECT_EQ(seen.account, -2);
  EXPECT_THAT(script.calls, ElementsAre("start"));
}

TEST_F(PublisherTest, EventsOfForeignOrdersReachNobody) {
  Publisher publisher = make();
  Script script;
  const auto type = scripted_type();
  add(publisher, script, type);
  publisher.start(core, {1});
  publisher.on_order_event(live(StrategyId{}));
  publisher.do_work({2});
  EXPECT_THAT(script.calls, ElementsAre("start"));
}

TEST_F(PublisherTest, AThreadedLaneSeesTheLatestBookAndNoOlderOne) {
  Publisher publisher = make();
  Script script;
  const auto type = scripted_type();
  add(publisher, script, type, "slow");
  std::vector<std::int64_t> bids;
  script.on_book = [&](const gannet_book& book) {
    bids.push_back(book.bids.best[0].price);
    return GANNET_OK;
  };
  publisher.start(core, {1});
  ThreadedLane& lane = *publisher.threaded_lanes()[0];
  for (int i = 0; i < 5; ++i) publish_book(publisher, 100'000 + i * 100, 200'000, 10 + i);
  lane.do_work();
  lane.do_work();
  EXPECT_THAT(bids, ElementsAre(100'400));
}

TEST_F(PublisherTest, AThreadedLaneHearsOfAWithdrawalInsteadOfTheBookBefore_I9) {
  Publisher publisher = make();
  Script script;
  const auto type = scripted_type();
  add(publisher, script, type, "slow");
  publisher.start(core, {1});
  publish_book(publisher, 100'000, 100'100, 10);
  publisher.on_book_unavailable(swap, BookFeed::BestBidOffer, BookWithdrawal::Disconnected, {11});
  publisher.threaded_lanes()[0]->do_work();
  EXPECT_THAT(script.calls, ElementsAre("start", "withdrawn disconnected"));
}

TEST_F(PublisherTest, ATimerOnAThreadedLaneNeverSeesABufferThatWasGivenBack_I9) {
  Publisher publisher = make();
  Script script;
  const auto type = scripted_type();
  add(publisher, script, type, "slow");
  script.on_start = [&] {
    const gannet_timer timer{sizeof timer, 0, 1, 20, 10};
    return script.host->set_timer(script.engine, &timer);
  };
  const gannet_level* levels_then = nullptr;
  script.on_book = [&](const gannet_book& book) {
    levels_then = book.bids.best;
    return GANNET_OK;
  };
  gannet_book seen{};
  script.on_timer = [&](const gannet_timer&) {
    seen.size = sizeof seen;
    script.host->book(script.engine, swap.value, GANNET_BOOK_BEST, &seen);
    return GANNET_OK;
  };
  publisher.start(core, {1});
  ThreadedLane& lane = *publisher.threaded_lanes()[0];
  publish_book(publisher, 100'000, 100'100, 10);
  lane.do_work();
  const gannet_level* const given_back = levels_then;
  publish_book(publisher, 100'200, 100'300, 20);
  lane.do_work();
  ASSERT_EQ(script.calls.at(2), "timer");
  EXPECT_NE(seen.bids.best, given_back);
  EXPECT_EQ(seen.receive_time, 20);
}

TEST_F(PublisherTest, NoLaneReadsTheTableThatTheReactorWrites) {
  Publisher publisher = make();
  Script inlined, threaded;
  const auto type = scripted_type();
  add(publisher, inlined, type);
  add(publisher, threaded, type, "lane");
  const std::int64_t tick_at_start = instruments[swap].tick_size.raw;
  int asked = 0;
  for (Script* script : {&inlined, &threaded}) {
    script->on_start = [&asked, this, script, tick_at_start] {
      gannet_instrument definition{};
      definition.size = sizeof definition;
      EXPECT_EQ(script->host->instrument(script->engine, swap.value, &definition), GANNET_OK);
      EXPECT_EQ(definition.tick_size, tick_at_start);
      std::uint32_t id = 99;
      EXPECT_EQ(script->host->find_instrument(script->engine, "BTC-USDT-SWAP", &id), GANNET_OK);
      EXPECT_EQ(id, swap.value);
      ++asked;
      return GANNET_OK;
    };
  }
  // As the engine does with the state while lanes run; any field shows whose table is read.
  instruments[swap].state = InstrumentState::Suspended;
  instruments[swap].tick_size.raw += 1;
  publisher.start(core, {1});
  publisher.threaded_lanes()[0]->do_work();
  EXPECT_EQ(asked, 2);
}

TEST_F(PublisherTest, ThreadedCommandsComeBackInLaneOrder) {
  Publisher publisher = make();
  Script a, b;
  const auto type = scripted_type();
  add(publisher, a, type, "a");
  add(publisher, b, type, "b");
  a.on_start = [&] {
    a.buy(swap.value, 1, 1);
    return GANNET_OK;
  };
  b.on_start = [&] {
    b.buy(swap.value, 2, 1);
    return GANNET_OK;
  };
  publisher.start(core, {1});
  publisher.threaded_lanes()[1]->do_work();
  publisher.threaded_lanes()[0]->do_work();
  publisher.do_work({2});
  ASSERT_EQ(core.commands.size(), 2u);
  EXPECT_EQ(core.commands[0].place.price, Price{1});
  EXPECT_EQ(core.commands[1].place.price, Price{2});
}

TEST_F(PublisherTest, TellsHowManyTradesAFullRingLost) {
  PublisherSettings settings;
  settings.rings.market = 16;
  Publisher publisher = make(settings);
  Script script;
  const auto type = scripted_type();
  add(publisher, script, type, "slow");
  publisher.start(core, {1});
  ThreadedLane& lane = *publisher.threaded_lanes()[0];
  constexpr int kTrades = 1000;
  for (int i = 0; i < kTrades; ++i) publisher.on_trade(trade(10 + i));
  const std::uint64_t lost = lane.trades_missed();
  ASSERT_GT(lost, 0u);
  while (lane.do_work() > 0) {
  }
  publisher.do_work({2000});  // there is room again: now it is told
  while (lane.do_work() > 0) {
  }
  EXPECT_EQ(script.missed, lost);
  EXPECT_EQ(static_cast<std::uint64_t>(std::ranges::count(script.calls, "trade")), kTrades - lost);
}

TEST_F(PublisherTest, AFullReportRingStopsTheStrategyAndTellsTheCore) {
  PublisherSettings settings;
  settings.rings.reports = 8;
  Publisher publisher = make(settings);
  Script slow, other;
  const auto type = scripted_type();
  const StrategyId id = add(publisher, slow, type, "slow");
  add(publisher, other, type);
  publisher.start(core, {1});
  for (int i = 0; i < 1000; ++i) publisher.on_order_event(live(id));
  EXPECT_TRUE(core.commands.empty());  // not from within the event
  publisher.do_work({2});
  ASSERT_EQ(core.commands.size(), 1u);
  EXPECT_EQ(core.commands[0].kind, LaneCommand::Kind::StrategyFailed);
  EXPECT_EQ(core.commands[0].strategy, id);
  EXPECT_THAT(std::string(publisher.failure_of(id)), testing::HasSubstr("too slow"));
  publisher.threaded_lanes()[0]->do_work();
  EXPECT_THAT(slow.calls, testing::IsEmpty());  // nothing more reaches it
  publish_book(publisher, 1, 2, 10);
  EXPECT_THAT(other.calls, ElementsAre("start", "book"));  // the engine lives
}

TEST_F(PublisherTest, StopsInlineAndThreadedStrategiesAndSaysWhenItIsDone) {
  Publisher publisher = make();
  Script inlined, threaded;
  const auto type = scripted_type();
  add(publisher, inlined, type);
  add(publisher, threaded, type, "lane");
  publisher.start(core, {1});
  publisher.stop({2});
  EXPECT_FALSE(publisher.has_stopped());
  publisher.threaded_lanes()[0]->do_work();
  EXPECT_FALSE(publisher.has_stopped());  // its last cancel-all is in the ring
  publisher.do_work({3});
  EXPECT_TRUE(publisher.has_stopped());
  EXPECT_THAT(inlined.calls, ElementsAre("start", "stop"));
  EXPECT_THAT(threaded.calls, ElementsAre("start", "stop"));
  EXPECT_EQ(core.commands.size(), 2u);
}

TEST_F(PublisherTest, TimersRunWhenTheMarketIsQuiet) {
  Publisher publisher = make();
  Script inlined, threaded;
  const auto type = scripted_type();
  add(publisher, inlined, type);
  add(publisher, threaded, type, "lane");
  const gannet_timer timer{sizeof timer, 0, 1, 100, 0};
  inlined.on_start = [&] { return inlined.host->set_timer(inlined.engine, &timer); };
  threaded.on_start = [&] { return threaded.host->set_timer(threaded.engine, &timer); };
  publisher.start(core, {1});
  publisher.threaded_lanes()[0]->do_work();
  publisher.do_work({100});
  publisher.threaded_lanes()[0]->do_work();
  EXPECT_THAT(inlined.calls, ElementsAre("start", "timer"));
  EXPECT_THAT(threaded.calls, ElementsAre("start", "timer"));
}

TEST_F(PublisherTest, HandsOperatorCommandsToTheStrategy) {
  Publisher publisher = make();
  Script script;
  const auto type = scripted_type();
  const StrategyId id = add(publisher, script, type);
  publisher.start(core, {1});
  EXPECT_TRUE(publisher.operator_command(id, "widen", "2x", {2}));
  EXPECT_FALSE(publisher.operator_command({9}, "widen", "", {2}));
  publisher.do_work({2});
  EXPECT_THAT(script.calls, ElementsAre("start", "command widen 2x"));
}

TEST_F(PublisherTest, NamesEveryParameterThatIsWrong) {
  Publisher publisher = make();
  const auto type = scripted_type();
  auto wrong = settings();
  wrong.parameters[0].text = "BTC-USDT-SWOP";
  wrong.parameters.push_back({"instrumnt", "x", ParameterSetting::Kind::Text, "test.toml:2"});
  const auto added = publisher.add_strategy(type, wrong);
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().message,
              testing::AllOf(testing::HasSubstr("did you mean \"BTC-USDT-SWAP\"?"),
                             testing::HasSubstr("test.toml:2: scripted has no parameter "
                                                "\"instrumnt\"; did you mean \"instrument\"?")));
}

TEST_F(PublisherTest, ALaneThreadTradesAndStops) {
  Publisher publisher = make();
  Script script;
  const auto type = scripted_type();
  add(publisher, script, type, "lane");
  script.on_book = [&](const gannet_book& book) {
    script.buy(book.instrument, book.bids.best[0].price, 1);
    return GANNET_OK;
  };
  publisher.start(core, {1});
  {
    LaneThread thread(*publisher.threaded_lanes()[0], 1, {microseconds(10)});
    publish_book(publisher, 100'000, 100'100, 10);
    std::int64_t now = 10;
    while (core.commands.empty()) publisher.do_work({++now});
    publisher.stop({++now});
    while (!publisher.has_stopped()) publisher.do_work({++now});
  }
  EXPECT_EQ(core.commands[0].place.price, Price{100'000});
  EXPECT_EQ(core.commands.back().kind, LaneCommand::Kind::CancelAll);
  EXPECT_THAT(script.calls, ElementsAre("start", "book", "stop"));
}

}  // namespace
}  // namespace gannet::engine
