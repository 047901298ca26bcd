#include "engine/lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/lane_fixture.h"

namespace gannet::engine {
namespace {

using gannet::test::Script;
using gannet::test::scripted_type;
using testing::ElementsAre;

struct QueueSink final : CommandSink {
  bool try_push(const LaneCommand& command) noexcept override {
    if (commands.size() >= capacity) return false;
    commands.push_back(command);
    return true;
  }
  std::vector<LaneCommand> commands;
  std::size_t capacity = 100;
};

class LaneTest : public testing::Test, protected test::LaneFixture {
 protected:
  StrategyHost& add(Script& script, const StrategyType& type, StrategySettings settings) {
    gannet::test::scripted::next = &script;
    auto host = StrategyHost::create(keep(type), {static_cast<std::uint16_t>(lane_.hosts().size())},
                                     settings, {&instruments, &currencies, &lane_, nullptr});
    EXPECT_TRUE(host) << host.error().message;
    StrategyHost& created = **host;
    lane_.add(std::move(*host));
    return created;
  }
  StrategyHost& add(Script& script, const StrategyType& type) {
    return add(script, type, settings());
  }
  /// Queries are answered within handlers alone.
  template <class F>
  void within_a_handler(Script& script, F&& ask) {
    script.on_trade = [&ask](const gannet_trade&) {
      ask();
      return GANNET_OK;
    };
    lane_.on_trade(trade(lane_.lane_time().nanos));
    script.on_trade = nullptr;
  }
  gannet_book view(std::int64_t bid, std::int64_t ask, std::int64_t time) {
    level_[0] = {bid, 1, 0, 0};
    level_[1] = {ask, 1, 0, 0};
    gannet_book raw{};
    raw.size = sizeof raw;
    raw.instrument = swap.value;
    raw.feed = GANNET_BOOK_BEST;
    raw.bids = {&level_[0], 1, 1, 0};
    raw.asks = {&level_[1], 1, 1, 0};
    raw.receive_time = time;
    return raw;
  }
  OrderEvent order_event(OrderEventKind kind, std::uint64_t handle) const {
    OrderEvent event;
    event.kind = kind;
    event.strategy = {0};
    event.handle = {handle};
    event.instrument = swap;
    event.price = {100'000};
    event.quantity = {3};
    return event;
  }

  QueueSink sink_;
  Lane lane_{"test", instruments, currencies, sink_};
  gannet_level level_[2];
};

TEST_F(LaneTest, SetsItsClockFromEventsAndNeverBack) {
  Script script;
  const auto type = scripted_type();
  add(script, type);
  std::vector<std::int64_t> times;
  script.on_book = [&](const gannet_book&) {
    times.push_back(script.host->now(script.engine));
    return GANNET_OK;
  };
  lane_.start({5});
  lane_.on_book(view(1, 2, 10));
  lane_.on_book(view(1, 2, 7));
  EXPECT_THAT(times, ElementsAre(10, 10));
}

TEST_F(LaneTest, CallsNoHandlerBeforeStartAndNoneAfterStop) {
  Script script;
  const auto type = scripted_type();
  add(script, type);
  lane_.on_book(view(1, 2, 10));
  lane_.start({11});
  lane_.on_book(view(1, 2, 12));
  lane_.stop({13});
  lane_.on_book(view(1, 2, 14));
  EXPECT_THAT(script.calls, ElementsAre("start", "book", "stop"));
  EXPECT_TRUE(lane_.has_stopped());
}

TEST_F(LaneTest, CancelsAllAtStopUnlessToldToLeave) {
  Script cancels, leaves;
  const auto type = scripted_type();
  add(cancels, type);
  auto leave = settings();
  leave.on_stop = StrategySettings::OnStop::Leave;
  add(leaves, type, leave);
  lane_.start({1});
  lane_.stop({2});
  ASSERT_EQ(sink_.commands.size(), 1u);
  EXPECT_EQ(sink_.commands[0].kind, LaneCommand::Kind::CancelAll);
  EXPECT_EQ(sink_.commands[0].strategy.value, 0);
}

TEST_F(LaneTest, TurnsActionsIntoCommandsWithHandlesOfItsOwn) {
  Script script;
  const auto type = scripted_type();
  add(script, type);
  std::uint64_t first = 0, second = 0;
  script.on_book = [&](const gannet_book& book) {
    first = script.buy(book.instrument, 100'000, 3);
    second = script.buy(book.instrument, 100'100, 3);
    gannet_amend amend{sizeof amend, GANNET_AMEND_PRICE, first, 99'900, 0};
    EXPECT_EQ(script.host->amend(script.engine, &amend), GANNET_OK);
    EXPECT_EQ(script.host->cancel(script.engine, second), GANNET_OK);
    return GANNET_OK;
  };
  lane_.start({1});
  lane_.on_book(view(100'000, 100'100, 10));
  ASSERT_EQ(sink_.commands.size(), 4u);
  EXPECT_NE(first, second);
  EXPECT_EQ(first >> 63, 0u);
  const LaneCommand& place = sink_.commands[0];
  EXPECT_EQ(place.kind, LaneCommand::Kind::Place);
  EXPECT_EQ(place.place.handle.value, first);
  EXPECT_EQ(place.place.price, Price{100'000});
  EXPECT_EQ(place.trigger_time, Timestamp{10});
  EXPECT_EQ(place.place.intent_time, Timestamp{10});
  EXPECT_EQ(sink_.commands[2].amend.new_price, Price{99'900});
  EXPECT_FALSE(sink_.commands[2].amend.new_quantity);
  EXPECT_EQ(sink_.commands[3].cancel.handle.value, second);
}

TEST_F(LaneTest, HandsBatchesOverElementByElement) {
  Script script;
  const auto type = scripted_type();
  add(script, type);
  std::vector<std::int32_t> answers;
  std::uint64_t handles[3] = {};
  std::uint32_t taken = 99;
  script.on_book = [&](const gannet_book& book) {
    gannet_order orders[3] = {};
    for (std::uint32_t i = 0; i < 3; ++i) {
      orders[i].size = sizeof(gannet_order);
      orders[i].instrument = book.instrument;
      orders[i].price = 100;
      orders[i].quantity = 1 + i;
      orders[i].self_trade = GANNET_SELF_TRADE_CANCEL_BOTH;
      orders[i].flags = GANNET_ORDER_CLAMP_PRICE;
    }
    const auto place = [&](std::uint32_t count) {
      return script.host->place_batch(script.engine, orders, sizeof(gannet_order), count, handles,
                                      &taken);
    };
    answers.push_back(place(0));
    answers.push_back(place(GANNET_MAX_BATCH + 1));
    orders[2].flags = 1u << 31;
    answers.push_back(place(3));  // nothing of it is done
    orders[2].flags = 0;
    EXPECT_EQ(taken, 0u);
    answers.push_back(place(3));
    gannet_amend amends[2] = {
        {sizeof(gannet_amend), GANNET_AMEND_PRICE, handles[0], 90, 0},
        {sizeof(gannet_amend), GANNET_AMEND_QUANTITY | GANNET_AMEND_CANCEL_ON_FAILURE, 5, 0, 2}};
    answers.push_back(
        script.host->amend_batch(script.engine, amends, sizeof(gannet_amend), 2, nullptr));
    amends[1].handle = handles[1];
    answers.push_back(
        script.host->amend_batch(script.engine, amends, sizeof(gannet_amend), 2, &taken));
    answers.push_back(script.host->cancel_batch(script.engine, handles, 3, &taken));
    return GANNET_OK;
  };
  lane_.start({1});
  lane_.on_book(view(1, 2, 10));
  EXPECT_THAT(answers, ElementsAre(GANNET_MALFORMED, GANNET_MALFORMED, GANNET_MALFORMED, GANNET_OK,
                                   GANNET_UNKNOWN, GANNET_OK, GANNET_OK));
  EXPECT_EQ(taken, 3u);
  ASSERT_EQ(sink_.commands.size(), 8u);
  for (std::size_t i = 0; i < 8; ++i)
    EXPECT_EQ(sink_.commands[i].more, i != 2 && i != 4 && i != 7) << i;
  EXPECT_EQ(sink_.commands[1].place.handle.value, handles[1]);
  EXPECT_EQ(sink_.commands[1].place.options.self_trade, SelfTradePrevention::CancelBoth);
  EXPECT_TRUE(sink_.commands[1].place.options.clamp_price);
  EXPECT_FALSE(sink_.commands[2].place.options.clamp_price);
  EXPECT_TRUE(sink_.commands[4].amend.cancel_on_failure);
}

TEST_F(LaneTest, TakesOrdersOfTheFirstVersionAndOnesSizedInMoney) {
  Script script;
  const auto type = scripted_type();
  add(script, type);
  std::vector<std::int32_t> answers;
  script.on_book = [&](const gannet_book& book) {
    std::uint64_t handle = 0;
    gannet_order order{};
    order.size = 40;  // what lies behind is not the plugin's
    order.instrument = book.instrument;
    order.price = 1;
    order.quantity = 1;
    order.quote_quantity = 77;
    answers.push_back(script.host->place(script.engine, &order, &handle));
    order.size = sizeof order;
    answers.push_back(script.host->place(script.engine, &order, &handle));  // two sizes
    order.quantity = 0;
    answers.push_back(script.host->place(script.engine, &order, &handle));
    return GANNET_OK;
  };
  lane_.start({1});
  lane_.on_book(view(1, 2, 10));
  EXPECT_THAT(answers, ElementsAre(GANNET_OK, GANNET_MALFORMED, GANNET_OK));
  ASSERT_EQ(sink_.commands.size(), 2u);
  EXPECT_EQ(sink_.commands[0].place.quote_quantity.raw, 0);
  EXPECT_EQ(sink_.commands[1].place.quote_quantity.raw, 77);
}

TEST_F(LaneTest, RefusesMalformedCallsAtOnce) {
  Script script;
  const auto type = scripted_type();
  add(script, type);
  std::vector<std::int32_t> answers;
  script.on_book = [&](const gannet_book& book) {
    const auto place = [&](auto&& change) {
      struct {
        gannet_order order;
        std::uint64_t tail;
      } longer{};
      longer.order.size = sizeof(gannet_order);
      longer.order.instrument = book.instrument;
      longer.order.price = 1;
      longer.order.quantity = 1;
      change(longer);
      std::uint64_t handle = 0;
      answers.push_back(script.host->place(script.engine, &longer.order, &handle));
    };
    place([](auto& o) { o.order.side = 2; });
    place([](auto& o) { o.order.quantity = 0; });
    place([](auto& o) { o.order.size = 4; });
    place([](auto& o) { o.order.instrument = 77; });
    place([](auto& o) {  // a younger plugin's field that asks for something
      o.order.size = sizeof o;
      o.tail = 1;
    });
    place([](auto& o) { o.order.size = sizeof o; });  // and one that asks for nothing
    gannet_amend nothing{sizeof nothing, 0, 1, 0, 0};
    answers.push_back(script.host->amend(script.engine, &nothing));
    answers.push_back(script.host->cancel(script.engine, 12345));
    return GANNET_OK;
  };
  lane_.start({1});
  lane_.on_book(view(1, 2, 10));
  EXPECT_THAT(answers,
              ElementsAre(GANNET_MALFORMED, GANNET_MALFORMED, GANNET_MALFORMED, GANNET_UNKNOWN,
                          GANNET_MALFORMED, GANNET_OK, GANNET_MALFORMED, GANNET_UNKNOWN));
}

TEST_F(LaneTest, SaysThatTheRingIsFull) {
  Script script;
  const auto type = scripted_type();
  add(script, type);
  sink_.capacity = 0;
  std::int32_t answer = GANNET_OK;
  std::uint32_t open = 99;
  script.on_book = [&](const gannet_book& book) {
    script.buy(book.instrument, 1, 1, &answer);
    open = script.host->open_orders(script.engine, nullptr, 0, 0);
    return GANNET_OK;
  };
  lane_.start({1});
  lane_.on_book(view(1, 2, 10));
  EXPECT_EQ(answer, GANNET_FULL);
  EXPECT_EQ(open, 0u);
}

TEST_F(LaneTest, StopsAStrategyThatFailsAndTellsTheCore) {
  Script script;
  const auto type = scripted_type();
  StrategyHost& host = add(script, type);
  script.on_book = [&](const gannet_book&) {
    script.host->fail(script.engine, "out of ideas");
    return GANNET_FAILED;
  };
  lane_.start({1});
  lane_.on_book(view(1, 2, 10));
  lane_.on_book(view(1, 2, 11));
  EXPECT_THAT(script.calls, ElementsAre("start", "book"));
  ASSERT_EQ(sink_.commands.size(), 1u);
  EXPECT_EQ(sink_.commands[0].kind, LaneCommand::Kind::StrategyFailed);
  EXPECT_EQ(host.failure(), "out of ideas");
}

TEST_F(LaneTest, KeepsTheFailureUntilTheRingTakesIt) {
  Script script;
  const auto type = scripted_type();
  add(script, type);
  script.on_book = [](const gannet_book&) { return GANNET_FAILED; };
  sink_.capacity = 0;
  lane_.start({1});
  lane_.on_book(view(1, 2, 10));
  EXPECT_FALSE(lane_.has_stopped());
  sink_.capacity = 1;
  EXPECT_TRUE(lane_.flush());
  EXPECT_EQ(sink_.commands.at(0).kind, LaneCommand::Kind::StrategyFailed);
  EXPECT_TRUE(lane_.has_stopped());
}

TEST_F(LaneTest, KeepsAListOfOwnOpenOrdersInOrderOfPlacing) {
  Script script;
  const auto type = scripted_type();
  add(script, type);
  std::vector<std::uint64_t> handles;
  script.on_book = [&](const gannet_book& book) {
    for (int i = 0; i < 3; ++i) handles.push_back(script.buy(book.instrument, 100'000, 3));
    return GANNET_OK;
  };
  lane_.start({1});
  lane_.on_book(view(1, 2, 10));
  const auto open = [&] {
    std::vector<gannet_open_order> out(8);
    within_a_handler(script, [&] {
      out.resize(script.host->open_orders(script.engine, out.data(), sizeof out[0], 8));
    });
    return out;
  };
  ASSERT_EQ(open().size(), 3u);
  EXPECT_EQ(open()[0].state, std::uint32_t{GANNET_ORDER_PENDING_NEW});
  lane_.on_order_event(order_event(OrderEventKind::Live, handles[1]), {11});
  lane_.on_order_event(order_event(OrderEventKind::Denied, handles[0]), {11});
  ASSERT_EQ(open().size(), 2u);
  EXPECT_EQ(open()[0].handle, handles[1]);
  EXPECT_EQ(open()[0].state, std::uint32_t{GANNET_ORDER_LIVE});
  // An order of an earlier run carries a handle of the engine's making.
  lane_.on_order_event(order_event(OrderEventKind::Adopted, (1ull << 63) | 1), {12});
  EXPECT_EQ(open().back().handle, (1ull << 63) | 1);
}

TEST_F(LaneTest, AnswersItsOwnPositionFromFillsAndPositionEvents) {
  Script script;
  const auto type = scripted_type();
  add(script, type);
  lane_.start({1});
  FillEvent fill;
  fill.strategy = {0};
  fill.instrument = swap;
  fill.position_after = {5};
  fill.receive_time = {9};
  lane_.on_fill_event(fill, {9});
  gannet_position position{};
  position.size = sizeof position;
  const auto ask = [&] {
    EXPECT_EQ(script.host->position(script.engine, swap.value, &position), GANNET_OK);
  };
  within_a_handler(script, ask);
  EXPECT_EQ(position.own, 5);
  lane_.on_position_event({{0}, swap, {4}, {-10}, {10}}, {10});
  within_a_handler(script, ask);
  EXPECT_EQ(position.own, 4);
  EXPECT_EQ(position.account, -10);
}

TEST_F(LaneTest, NeverAnswersWithAWithdrawnBook_I9) {
  Script script;
  const auto type = scripted_type();
  add(script, type);
  lane_.start({1});
  gannet_book book{};
  book.size = sizeof book;
  const auto ask = [&] {
    std::int32_t answer = GANNET_FAILED;
    within_a_handler(script, [&] {
      answer = script.host->book(script.engine, swap.value, GANNET_BOOK_BEST, &book);
    });
    return answer;
  };
  EXPECT_EQ(ask(), GANNET_NOT_AVAILABLE);
  lane_.on_book(view(7, 8, 10));
  ASSERT_EQ(ask(), GANNET_OK);
  EXPECT_EQ(book.bids.best[0].price, 7);
  lane_.on_book_withdrawn(swap, BookFeed::BestBidOffer, BookWithdrawal::Gap, {11});
  EXPECT_EQ(script.calls.back(), "withdrawn gap");
  EXPECT_EQ(ask(), GANNET_NOT_AVAILABLE);
}

TEST_F(LaneTest, FeesAreToldAsFarAsTheVenueToldThem) {
  FeeTable fees;
  fees.set(swap, {{-5, 6}, {5, 4}});  // a rebate for makers
  Script script;
  gannet::test::scripted::next = &script;
  auto host = StrategyHost::create(
      keep(scripted_type()), {0}, settings(),
      {.instruments = &instruments, .currencies = &currencies, .lane = &lane_, .fees = &fees});
  ASSERT_TRUE(host);
  lane_.add(std::move(*host));
  lane_.start({1});
  gannet_fee_rate rate{};
  rate.size = sizeof rate;
  const auto ask = [&](std::uint32_t instrument) {
    std::int32_t answer = GANNET_FAILED;
    within_a_handler(script,
                     [&] { answer = script.host->fee_rate(script.engine, instrument, &rate); });
    return answer;
  };
  ASSERT_EQ(ask(swap.value), GANNET_OK);
  EXPECT_EQ(rate.maker.mantissa, -5);
  EXPECT_EQ(rate.maker.digits, 6u);
  EXPECT_EQ(rate.taker.mantissa, 5);
  EXPECT_EQ(rate.taker.digits, 4u);
  EXPECT_EQ(ask(swap.value + 1'000), GANNET_UNKNOWN);
  const FeeTable nothing;
  EXPECT_EQ(nothing.find(swap), nullptr);
}

TEST_F(LaneTest, APluginsDestroyIsAnsweredNothing) {
  Script script;  // outlives the lane: its destroy looks at it
  auto type = scripted_type();
  type.handlers.destroy = [](void* self) {
    auto& s = *static_cast<Script*>(self);
    gannet_book book{};
    book.size = sizeof book;
    gannet_state state{};
    state.size = sizeof state;
    gannet_balance balance{};
    balance.size = sizeof balance;
    gannet_position position{};
    position.size = sizeof position;
    gannet_instrument instrument{};
    instrument.size = sizeof instrument;
    const std::int32_t answers[] = {
        s.host->book(s.engine, 0, GANNET_BOOK_BEST, &book), s.host->state(s.engine, 0, &state),
        s.host->balance(s.engine, "USDT", &balance), s.host->position(s.engine, 0, &position),
        s.host->instrument(s.engine, 0, &instrument)};
    for (const std::int32_t answer : answers)
      s.calls.emplace_back(answer == GANNET_NOT_AVAILABLE ? "nothing" : "answered");
    EXPECT_EQ(s.host->open_orders(s.engine, nullptr, 0, 0), 0u);
    EXPECT_EQ(s.host->now(s.engine), 10);  // the lane is still there
  };
  {
    Lane lane("gone", instruments, currencies, sink_);
    gannet::test::scripted::next = &script;
    auto host = StrategyHost::create(keep(type), {0}, settings(),
                                     {&instruments, &currencies, &lane, nullptr});
    ASSERT_TRUE(host);
    lane.add(std::move(*host));
    lane.start({1});
    lane.on_book(view(7, 8, 10));
  }
  EXPECT_THAT(script.calls,
              ElementsAre("start", "book", "nothing", "nothing", "nothing", "nothing", "nothing"));
}

TEST_F(LaneTest, FiresTimersOnEventTimeInOrderBeforeTheEvent) {
  Script script;
  const auto type = scripted_type();
  add(script, type);
  std::vector<std::uint64_t> fired;
  script.on_start = [&] {
    for (const gannet_timer timer : {gannet_timer{sizeof(gannet_timer), 0, 2, 30, 0},
                                     gannet_timer{sizeof(gannet_timer), 0, 1, 20, 0},
                                     gannet_timer{sizeof(gannet_timer), 0, 3, 1000, 0}})
      EXPECT_EQ(script.host->set_timer(script.engine, &timer), GANNET_OK);
    return GANNET_OK;
  };
  script.on_timer = [&](const gannet_timer& timer) {
    fired.push_back(timer.id);
    return GANNET_OK;
  };
  lane_.start({1});
  lane_.advance({19});
  EXPECT_THAT(fired, testing::IsEmpty());
  lane_.on_book(view(1, 2, 50));
  EXPECT_THAT(fired, ElementsAre(1, 2));
  EXPECT_THAT(script.calls, ElementsAre("start", "timer", "timer", "book"));
}

TEST_F(LaneTest, ATimerDueWithABookIsServedThatBookAndNeverTheOneBefore_I9) {
  Script script;
  const auto type = scripted_type();
  add(script, type);
  script.on_start = [&] {
    const gannet_timer timer{sizeof timer, 0, 1, 20, 10};
    return script.host->set_timer(script.engine, &timer);
  };
  std::int32_t answer = GANNET_OK;
  gannet_book seen{};
  script.on_timer = [&](const gannet_timer&) {
    seen.size = sizeof seen;
    answer = script.host->book(script.engine, swap.value, GANNET_BOOK_BEST, &seen);
    return GANNET_OK;
  };
  lane_.start({1});
  lane_.on_book(view(7, 8, 10));
  // The same memory now holds other levels, as the engine's own book does: the view from before,
  // which said one level, is not to be served with them.
  gannet_book next = view(17, 18, 20);
  next.sequence = 2;
  lane_.on_book(next);
  EXPECT_EQ(answer, GANNET_OK);
  EXPECT_EQ(seen.receive_time, 20);
  EXPECT_EQ(seen.sequence, 2);
  EXPECT_THAT(script.calls, ElementsAre("start", "book", "timer", "book"));
  lane_.on_book_withdrawn(swap, BookFeed::BestBidOffer, BookWithdrawal::Gap, {30});
  EXPECT_EQ(answer, GANNET_NOT_AVAILABLE);
  EXPECT_THAT(script.calls,
              ElementsAre("start", "book", "timer", "book", "timer", "withdrawn gap"));
}

TEST_F(LaneTest, APeriodicTimerFiresOnceAfterALongPauseAndKeepsItsPhase) {
  Script script;
  const auto type = scripted_type();
  add(script, type);
  script.on_start = [&] {
    const gannet_timer timer{sizeof timer, 0, 1, 10, 10};
    script.host->set_timer(script.engine, &timer);
    return GANNET_OK;
  };
  lane_.start({1});
  lane_.advance({55});
  lane_.advance({59});
  EXPECT_THAT(script.calls, ElementsAre("start", "timer"));
  lane_.advance({60});
  EXPECT_THAT(script.calls, ElementsAre("start", "timer", "timer"));
}

TEST_F(LaneTest, ATimerSetForThisMomentByItsOwnHandlerDoesNotHoldTheLane) {
  Script script;
  const auto type = scripted_type();
  add(script, type);
  const gannet_timer timer{sizeof timer, 0, 1, 10, 0};
  const auto set = [&](const auto&...) { return script.host->set_timer(script.engine, &timer); };
  script.on_start = set;
  script.on_timer = set;
  lane_.start({1});
  lane_.advance({10});  // returns
  EXPECT_LE(script.calls.size(), 1 + StrategyTimers::kMax);
}

TEST_F(LaneTest, CutsTheBookToTheDepthThatTheStrategyWants) {
  Script script;
  const auto type = scripted_type(GANNET_WANT_BOOK, BookFeed::Depth400, 2);
  add(script, type);
  std::uint32_t seen = 0;
  script.on_book = [&](const gannet_book& book) {
    seen = book.bids.count;
    return GANNET_OK;
  };
  lane_.start({1});
  const gannet_level levels[] = {{3, 1, 0, 0}, {2, 1, 0, 0}, {1, 1, 0, 0}};
  gannet_book raw{};
  raw.size = sizeof raw;
  raw.instrument = swap.value;
  raw.feed = GANNET_BOOK_DEPTH400;
  raw.bids = {levels, 1, 3, 0};
  raw.receive_time = 5;
  lane_.on_book(raw);
  EXPECT_EQ(seen, 2u);
}

TEST_F(LaneTest, DoesNotDeliverTradesTwiceToTwoSubscriptionsOfOneInstrument) {
  Script script;
  const auto type = scripted_type();
  script.on_create = [&] {
    const gannet_subscription more{sizeof more,      0, GANNET_WANT_BOOK | GANNET_WANT_TRADES,
                                   GANNET_BOOK_TOP5, 0, 0};
    return script.host->subscribe(script.engine, &more);
  };
  StrategyHost& host = add(script, type);
  EXPECT_EQ(host.subscriptions().size(), 2u);
  lane_.start({1});
  lane_.on_trade(trade(5));
  EXPECT_THAT(script.calls, ElementsAre("start", "trade"));
}

}  // namespace
}  // namespace gannet::engine
