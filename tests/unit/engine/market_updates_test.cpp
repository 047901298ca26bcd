#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/lane_thread.h"
#include "engine/warm_up.h"
#include "support/engine_bench.h"
#include "tests/unit/engine/lane_fixture.h"

namespace gannet::engine {
namespace {

using gannet::test::EngineBench;
using gannet::test::Script;
using gannet::test::scripted_type;
using testing::ElementsAre;

constexpr CandlePeriod kMinute{seconds(60)};
constexpr CandlePeriod kHour{seconds(3'600)};

/// A scripted strategy that notes what else a market tells.
StrategyType noting(std::uint32_t channels) {
  StrategyType type = scripted_type(channels);
  type.warm_ups = {{CandleEvent::Kind::Trade, kMinute, 2}, {CandleEvent::Kind::Mark, kHour, 0}};
  const auto note = [](void* self, std::string text) {
    static_cast<Script*>(self)->calls.push_back(std::move(text));
    return std::int32_t{GANNET_OK};
  };
  static const auto kNote = note;
  type.handlers.candle = [](void* self, const gannet_candle* e) {
    return kNote(self, (e->warm_up != 0 ? "past " : "candle ") + std::to_string(e->close));
  };
  type.handlers.funding = [](void* self, const gannet_funding* e) {
    return kNote(self, "funding " + std::to_string(e->rate.mantissa));
  };
  type.handlers.price_limit = [](void* self, const gannet_price_limit* e) {
    return kNote(self, "limit " + std::to_string(e->highest_buy));
  };
  type.handlers.liquidation = [](void* self, const gannet_liquidation* e) {
    return kNote(self, "liquidation " + std::to_string(e->quantity));
  };
  type.handlers.venue_status = [](void* self, const gannet_venue_status* e) {
    return kNote(self, std::string("status ") + e->title);
  };
  type.handlers.instrument = [](void* self, const gannet_instrument* e) {
    return kNote(self, "tick " + std::to_string(e->tick_size));
  };
  return type;
}

CandleEvent candle(InstrumentId instrument, CandlePeriod period, std::int64_t close,
                   std::int64_t time) {
  CandleEvent event;
  event.instrument = instrument;
  event.period = period;
  event.close = {close};
  event.receive_time = {time};
  return event;
}

class MarketUpdateTest : public testing::Test, protected engine::test::LaneFixture {
 protected:
  static constexpr std::uint32_t kAll = GANNET_WANT_CANDLES | GANNET_WANT_FUNDING |
                                        GANNET_WANT_PRICE_LIMIT | GANNET_WANT_LIQUIDATIONS |
                                        GANNET_WANT_MARK_PRICE;
  void tell_all(Publisher& publisher) {
    publisher.on_market_update(candle(swap, kMinute, 1, 10));
    publisher.on_market_update(candle(swap, kHour, 2, 11));  // of trades: not wanted
    FundingEvent funding;
    funding.instrument = swap;
    funding.rate = {5, 4};
    funding.receive_time = {12};
    publisher.on_market_update(funding);
    PriceLimitEvent limit;
    limit.instrument = swap;
    limit.highest_buy = Price{700};
    limit.receive_time = {13};
    publisher.on_market_update(limit);
    LiquidationEvent liquidation;
    liquidation.instrument = swap;
    liquidation.quantity = {9};
    liquidation.receive_time = {14};
    publisher.on_market_update(liquidation);
    OpenInterestEvent interest;  // nobody wants it
    interest.instrument = swap;
    interest.receive_time = {15};
    publisher.on_market_update(interest);
    VenueStatusEvent status;
    status.title = std::string_view("upgrade");
    status.receive_time = {16};
    publisher.on_market_update(status);
    InstrumentChange change;
    change.instrument = swap;
    change.state = InstrumentState::Live;
    change.tick_size = Price{250};
    publisher.on_instrument_changed(change);
    publisher.do_work({17});
  }
};

TEST_F(MarketUpdateTest, EachIsToldToThoseThatWantItInlineAndThreadedAlike) {
  for (const bool threaded : {false, true}) {
    Publisher publisher(instruments, currencies, nullptr, {});
    Script script;
    add(publisher, script, noting(kAll), threaded ? "lane" : "inline");
    publisher.start(core, {1});
    tell_all(publisher);
    if (threaded) {
      ThreadedLane& lane = *publisher.threaded_lanes()[0];
      while (lane.do_work() != 0) {
      }
      // Candles and definitions must not be lost: they go by the reports.
      EXPECT_THAT(script.calls, ElementsAre("start", "candle 1", "tick 250", "funding 5",
                                            "limit 700", "liquidation 9", "status upgrade"));
    } else {
      EXPECT_THAT(script.calls, ElementsAre("start", "candle 1", "funding 5", "limit 700",
                                            "liquidation 9", "status upgrade", "tick 250"));
    }
  }
}

TEST_F(MarketUpdateTest, QueriesAnswerWithTheLastValueToldAndTheDefinitionInForce) {
  Publisher publisher(instruments, currencies, nullptr, {});
  Script script;
  add(publisher, script, noting(kAll | GANNET_WANT_TRADES), "inline");
  bool asked = false;
  script.on_start = [&] {
    gannet_funding funding{};
    funding.size = sizeof funding;
    EXPECT_EQ(script.host->funding(script.engine, swap.value, &funding), GANNET_NOT_AVAILABLE);
    return GANNET_OK;
  };
  script.on_trade = [&](const gannet_trade&) {
    asked = true;
    gannet_funding funding{};
    funding.size = sizeof funding;
    EXPECT_EQ(script.host->funding(script.engine, swap.value, &funding), GANNET_OK);
    EXPECT_EQ(funding.rate.mantissa, 5);
    EXPECT_EQ(funding.rate.digits, 4u);
    gannet_price_limit limit{};
    limit.size = sizeof limit;
    EXPECT_EQ(script.host->price_limit(script.engine, swap.value, &limit), GANNET_OK);
    EXPECT_EQ(limit.present, std::uint32_t{GANNET_HAS_HIGHEST_BUY});
    gannet_reference_price price{};
    price.size = sizeof price;
    EXPECT_EQ(script.host->reference_price(script.engine, swap.value, GANNET_MARK_PRICE, &price),
              GANNET_OK);
    EXPECT_EQ(price.price, 444);
    EXPECT_EQ(script.host->reference_price(script.engine, swap.value, GANNET_INDEX_PRICE, &price),
              GANNET_NOT_AVAILABLE);
    EXPECT_EQ(script.host->reference_price(script.engine, swap.value, 7, &price), GANNET_MALFORMED);
    gannet_instrument instrument{};
    instrument.size = sizeof instrument;
    EXPECT_EQ(script.host->instrument(script.engine, swap.value, &instrument), GANNET_OK);
    EXPECT_EQ(instrument.tick_size, 250);
    return GANNET_OK;
  };
  publisher.start(core, {1});
  tell_all(publisher);
  publisher.on_reference_price({swap, ReferencePriceEvent::Kind::Mark, {444}, {18}, {18}});
  publisher.on_trade(trade(19));
  EXPECT_TRUE(asked);
}

TEST_F(MarketUpdateTest, SingleMatchesAndAggregatedTradesAreTwoWishes) {
  Publisher publisher(instruments, currencies, nullptr, {});
  Script single, aggregated;
  add(publisher, single, scripted_type(GANNET_WANT_SINGLE_TRADES), "lane");
  add(publisher, aggregated, scripted_type(GANNET_WANT_TRADES), "inline");
  publisher.start(core, {1});
  TradeEvent match = trade(2);
  match.stream = TradeEvent::Stream::Single;
  publisher.on_trade(match);
  publisher.on_trade(trade(3));
  publisher.on_trade(trade(4));
  while (publisher.threaded_lanes()[0]->do_work() != 0) {
  }
  EXPECT_THAT(single.calls, ElementsAre("start", "trade"));
  EXPECT_THAT(aggregated.calls, ElementsAre("start", "trade", "trade"));
}

struct History final : CandleHistory {
  std::vector<CandleRequest> asked;
  bool is_there = true;
  std::expected<std::vector<CandleEvent>, Error> candles(const CandleRequest& request) override {
    asked.push_back(request);
    if (!is_there) return std::unexpected(Error{"no answer"});
    return std::vector<CandleEvent>{candle(request.instrument, request.period, 5, 1),
                                    candle(request.instrument, request.period, 6, 2)};
  }
};

TEST_F(MarketUpdateTest, HistoryIsToldBeforeStartOldestFirst) {
  Publisher publisher(instruments, currencies, nullptr, {});
  Script script, threaded;
  add(publisher, script, noting(kAll), "inline");
  add(publisher, threaded, noting(kAll), "lane");
  const auto requests = publisher.candles();  // of both, each series once
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[1].kind, CandleEvent::Kind::Mark);
  History history;
  EXPECT_TRUE(warm_up(publisher, history).empty());
  ASSERT_EQ(history.asked.size(), 1u);  // nobody wants a past of the other
  EXPECT_EQ(history.asked[0].count, 2u);
  publisher.start(core, {10});
  while (publisher.threaded_lanes()[0]->do_work() != 0) {
  }
  EXPECT_THAT(script.calls, ElementsAre("past 5", "past 6", "start"));
  EXPECT_THAT(threaded.calls, ElementsAre("past 5", "past 6", "start"));
}

TEST_F(MarketUpdateTest, WithoutHistoryAStrategyStartsAllTheSame) {
  Publisher publisher(instruments, currencies, nullptr, {});
  Script script;
  add(publisher, script, noting(kAll), "inline");
  History history;
  history.is_there = false;
  EXPECT_EQ(warm_up(publisher, history).size(), 1u);
  publisher.start(core, {10});
  EXPECT_THAT(script.calls, ElementsAre("start"));
}

TEST(StrategyTypeWarmUps, OlderAndYoungerPluginsAreReadByTheirOwnSize) {
  struct Younger {
    gannet_warm_up known;
    std::uint64_t more;
  };
  static constexpr gannet_struct_sizes kSizes = GANNET_STRUCT_SIZES;
  const Younger wishes[2] = {
      {{sizeof(Younger), 3, 60'000'000'000, GANNET_INDEX_CANDLES, GANNET_CANDLES_UTC8}, 7},
      {{sizeof(Younger), 0, 1'000'000'000, GANNET_TRADE_CANDLES, GANNET_CANDLES_UTC}, 7}};
  const gannet_handlers handlers = gannet::test::scripted::handlers();
  gannet_descriptor raw{};
  raw.size = sizeof raw;
  raw.abi_version = GANNET_ABI_VERSION;
  raw.sizes = &kSizes;
  raw.name = "warm";
  raw.handlers = &handlers;
  raw.warm_up = &wishes[0].known;
  raw.warm_up_count = 2;
  const auto type = read_descriptor(&raw);
  ASSERT_TRUE(type) << type.error().message;
  EXPECT_THAT(type->warm_ups,
              ElementsAre(WarmUp{CandleEvent::Kind::Index, {seconds(60), true}, 3},
                          WarmUp{CandleEvent::Kind::Trade, {seconds(1), false}, 0}));
  gannet_warm_up bad = wishes[0].known;
  bad.size = sizeof bad;
  bad.period = 0;
  raw.warm_up = &bad;
  raw.warm_up_count = 1;
  EXPECT_FALSE(read_descriptor(&raw));
}

// ---- the core ----

InstrumentChange change_of(const Instrument& instrument) {
  InstrumentChange change;
  change.instrument = instrument.id;
  change.state = InstrumentState::Live;
  return change;
}

TEST(TradingCoreMarket, TheVenuesPriceLimitBindsAndGoesWithTheConnection) {  // PRE-04
  EngineBench bench;
  bench.make_ready();
  PriceLimitEvent limit;
  limit.instrument = InstrumentId{0};
  limit.highest_buy = Price{99'900};
  bench.core->on_market_update(limit);
  EXPECT_EQ(bench.ears.last(bench.place(Side::Buy, 1, 100'000)), OrderEventKind::Denied);
  EXPECT_NE(bench.ears.last(bench.place(Side::Buy, 1, 99'900)), OrderEventKind::Denied);
  EXPECT_NE(bench.ears.last(bench.place(Side::Sell, 1, 100'000)), OrderEventKind::Denied);
  bench.core->on_market_connection(ConnectionState::Disconnected, bench.now);
  bench.connect();
  bench.run_for(seconds(3));
  EXPECT_NE(bench.ears.last(bench.place(Side::Buy, 1, 100'000)), OrderEventKind::Denied);
}

TEST(TradingCoreMarket, ANewTickThatFitsOurUnitIsTakenOverAtOnce) {
  EngineBench bench;
  bench.make_ready();
  EXPECT_EQ(bench.ears.last(bench.place(Side::Buy, 1, 99'950)), OrderEventKind::Denied);
  InstrumentChange change = change_of(bench.instruments[InstrumentId{0}]);
  change.tick_size = Price{50};
  change.lot_size = Quantity{2};
  bench.core->on_instrument_changed(change, bench.now);
  EXPECT_EQ(bench.instruments[InstrumentId{0}].tick_size, Price{50});
  EXPECT_NE(bench.ears.last(bench.place(Side::Buy, 2, 99'950)), OrderEventKind::Denied);
  EXPECT_EQ(bench.ears.last(bench.place(Side::Buy, 1, 99'950)), OrderEventKind::Denied);
  EXPECT_FALSE(bench.core->is_held(InstrumentId{0}));
}

TEST(TradingCoreMarket, ATickFinerThanOurUnitOrAnotherContractHoldsUntilRestart) {
  for (const bool finer : {true, false}) {
    EngineBench bench;
    bench.make_ready();
    const Handle resting = bench.place(Side::Buy, 1, 99'900);
    bench.venue.execute_place(bench.venue.places[0], bench.now);
    InstrumentChange change = change_of(bench.instruments[InstrumentId{0}]);
    change.unit_too_coarse = finer;
    if (!finer) change.contract_value = Decimal{1, 1};
    bench.core->on_instrument_changed(change, bench.now);
    EXPECT_TRUE(bench.core->is_held(InstrumentId{0}));
    EXPECT_FALSE(bench.core->is_held(InstrumentId{1}));
    EXPECT_EQ(bench.venue.cancels.size(), 1u) << resting.value;
    EXPECT_EQ(bench.ears.last(bench.place(Side::Buy, 1, 99'900)), OrderEventKind::Denied);
    EXPECT_NE(bench.ears.last(bench.place(Side::Buy, 1, 99'900, 1)), OrderEventKind::Denied);
    // Nothing that the venue says afterwards lifts it, and neither does a comparison.
    bench.core->on_instrument_changed(change_of(bench.instruments[InstrumentId{0}]), bench.now);
    bench.run_for(seconds(3));
    EXPECT_TRUE(bench.core->is_held(InstrumentId{0}));
    EXPECT_EQ(bench.core->status().held_instruments, 1u);
    EXPECT_EQ(bench.ears.last(bench.place(Side::Buy, 1, 99'900)), OrderEventKind::Denied);
    EXPECT_EQ(bench.instruments[InstrumentId{0}].contract_value, (Decimal{1, 2}));
  }
}

// ---- books that stand for others ----

struct Shown final : BookListener {
  std::vector<std::string> log;
  void on_book(InstrumentId, BookFeed feed, const OrderBook&, bool, Timestamp,
               Timestamp) noexcept override {
    log.push_back("book " + std::to_string(static_cast<int>(feed)));
  }
  void on_book_unavailable(InstrumentId, BookFeed feed, BookWithdrawal,
                           Timestamp) noexcept override {
    log.push_back("gone " + std::to_string(static_cast<int>(feed)));
  }
  void on_trade(const TradeEvent&) noexcept override {}
  void on_ticker(const TickerEvent&) noexcept override {}
  void on_reference_price(const ReferencePriceEvent&) noexcept override {}
  std::vector<std::string> take() { return std::exchange(log, {}); }
};

struct Stands : testing::Test {
  EngineBench bench;
  risk::ReferencePrices references{2};
  Shown shown;
  BookStore store{bench.instruments, references, shown};
  InstrumentId a{0};
  Timestamp now = EngineBench::kStart;
  Stands() { references.set_alive(now); }
  void show(BookFeed feed, std::int64_t bid) {
    const Level bids{bid, 1, 1, 0};
    const Level asks{bid + 200, 1, 1, 0};
    BookUpdate update;
    update.instrument = a;
    update.feed = feed;
    update.bids = {&bids, 1};
    update.asks = {&asks, 1};
    update.receive_time = now;
    store.on_update(update);
  }
};

TEST_F(Stands, ABookIsServedUnderTheNameOfTheOneItStandsFor) {
  store.add(a, BookFeed::Depth50Fast);
  store.replace(a, BookFeed::Depth50Fast, BookFeed::Depth400, now);
  show(BookFeed::Depth400, 99'900);
  EXPECT_THAT(shown.take(), ElementsAre("book 2", "book 4"));
  EXPECT_NE(store.find(a, BookFeed::Depth50Fast), nullptr);
  EXPECT_EQ(references.fresh_bid(a, now), Price{99'900});  // the gate's too
  store.on_withdrawn(a, BookFeed::Depth400, BookWithdrawal::Gap, now);
  EXPECT_THAT(shown.take(), ElementsAre("gone 2", "gone 4"));
  EXPECT_FALSE(references.fresh_bid(a, now));
  EXPECT_TRUE(store.unusable_since(a));
}

TEST_F(Stands, ABookThatIsGivenBackServesItselfAgain) {
  store.add(a, BookFeed::Depth400);
  store.add(a, BookFeed::Depth400Fast);
  store.replace(a, BookFeed::Depth400, BookFeed::Depth400Fast, now);
  show(BookFeed::Depth400Fast, 99'900);
  EXPECT_THAT(shown.take(), ElementsAre("book 3", "book 2"));
  store.replace(a, BookFeed::Depth400Fast, BookFeed::Depth400, now);
  store.replace(a, BookFeed::Depth400, BookFeed::Depth400, now);
  EXPECT_THAT(shown.take(), ElementsAre("gone 3", "gone 2"));
  show(BookFeed::Depth400, 99'800);
  EXPECT_THAT(shown.take(), ElementsAre("book 2", "book 3"));
  EXPECT_EQ(references.fresh_bid(a, now), Price{99'800});
}

TEST_F(Stands, TheConfiguredBookIsTheReferenceAndTheRetailBookNever) {
  store.add(a, BookFeed::BestBidOffer);
  store.set_reference(a, BookFeed::Depth400);
  store.add(a, BookFeed::Depth400Retail);
  show(BookFeed::BestBidOffer, 99'900);
  show(BookFeed::Depth400Retail, 99'950);
  EXPECT_FALSE(references.fresh_bid(a, now));
  show(BookFeed::Depth400, 99'700);
  EXPECT_EQ(references.fresh_bid(a, now), Price{99'700});
  const InstrumentId b{1};
  store.add(b, BookFeed::Depth400Retail);
  EXPECT_FALSE(store.mid(b));
}

}  // namespace
}  // namespace gannet::engine
