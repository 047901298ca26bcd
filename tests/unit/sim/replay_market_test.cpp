#include "sim/replay_market.h"

#include <algorithm>
#include <initializer_list>

#include "support/exchange_fixture.h"
#include "support/hand_made_tape.h"

namespace gannet::sim {
namespace {

struct At {
  std::string_view price;
  std::string_view quantity;
};

/// Hand-made recordings of the swap: one message every 100 ms, told 5 ms after it happened.
class Replay : public ExchangeTest {
 public:
  std::unique_ptr<HandMadeTape> tape = std::make_unique<HandMadeTape>();
  std::unique_ptr<ReplayMarket> market;
  ReplaySettings settings;
  Timestamp recorded = from_unix_millis(1'000'000);
  BookFeed feed = BookFeed::Depth400;

  void snapshot(std::initializer_list<At> bids, std::initializer_list<At> asks) {
    book(BookUpdate::Kind::Snapshot, bids, asks, recorded + milliseconds(95));
  }
  void update(std::initializer_list<At> bids, std::initializer_list<At> asks) {
    book(BookUpdate::Kind::Update, bids, asks, recorded + milliseconds(95));
  }
  /// A trade; `age`: how long ago it happened when it is told.
  void trade(Side aggressor, std::string_view price, std::string_view quantity,
             Nanos age = milliseconds(5)) {
    recorded = recorded + milliseconds(100);
    TradeEvent event;
    event.instrument = swap;
    event.aggressor = aggressor;
    event.price = px(price);
    event.quantity = qty(swap, quantity);
    event.receive_time = recorded;
    event.exchange_time = recorded - age;
    tape->add(event);
  }
  void book(BookUpdate::Kind kind, std::initializer_list<At> bids, std::initializer_list<At> asks,
            Timestamp exchange_time) {
    recorded = recorded + milliseconds(100);
    BookUpdate event;
    event.instrument = swap;
    event.feed = feed;
    event.kind = kind;
    event.exchange_time = exchange_time;
    event.receive_time = recorded;
    tape->add(event, levels(bids), levels(asks));
  }
  std::vector<Level> levels(std::initializer_list<At> rows) const {
    std::vector<Level> all;
    for (const At& row : rows) {
      all.push_back({px(row.price).raw, qty(swap, row.quantity).raw, 0, 0});
    }
    return all;
  }

  void open(QueueModel queue = QueueModel::Back) {
    settings.queue = queue;
    market = std::make_unique<ReplayMarket>(std::move(tape), exchange, settings, now);
  }
  /// Lets the next `n` messages happen.
  void play(int n = 1) {
    for (int i = 0; i < n && market->next_event(); ++i) {
      now = *market->next_event();
      market->advance(now);
    }
  }
  std::int64_t depth(Side side, std::string_view price) {
    return exchange.level(swap, side, px(price)).quantity;
  }
  std::int64_t contracts(std::string_view text) const { return qty(swap, text).raw; }
  std::int64_t taped() const {
    std::int64_t sum = 0;
    for (const PublicTrade& one : events.trades) sum += one.quantity.raw;
    return sum;
  }
};

TEST_F(Replay, RecordedLevelsBecomeTheBookAtTheRecordedPace) {
  snapshot({{"60000", "4"}, {"59999", "8"}}, {{"60000.1", "5"}, {"60000.5", "9"}});
  update({{"60000", "6"}}, {{"60000.1", "0"}, {"60000.2", "1.5"}});
  open();
  EXPECT_EQ(market->next_event(), now);
  const Timestamp start = now;
  play();
  EXPECT_EQ(depth(Side::Sell, "60000.1"), contracts("5"));
  EXPECT_EQ(depth(Side::Buy, "60000"), contracts("4"));
  EXPECT_EQ(market->next_event(), start + milliseconds(100));
  play();
  EXPECT_EQ(exchange.best(swap, Side::Sell), px("60000.2"));
  EXPECT_EQ(depth(Side::Buy, "60000"), contracts("6"));
  EXPECT_FALSE(market->next_event());
  EXPECT_EQ(market->counts().books, 2u);
}

TEST_F(Replay, ASnapshotReplacesTheBook) {
  snapshot({{"60000", "4"}, {"59999", "8"}}, {{"60000.1", "5"}});
  snapshot({{"60009", "2"}}, {{"60010", "1"}});
  open();
  play(2);
  EXPECT_EQ(exchange.book(swap, Side::Buy, 10).size(), 1u);
  EXPECT_EQ(exchange.book(swap, Side::Sell, 10).size(), 1u);
  EXPECT_EQ(exchange.best(swap, Side::Buy), px("60009"));
}

TEST_F(Replay, UpdatesBeforeAnySnapshotMakeNoBook) {
  update({{"60000", "4"}}, {{"60000.1", "5"}});
  open();
  play();
  EXPECT_FALSE(exchange.best(swap, Side::Buy));
  EXPECT_EQ(market->counts().books_passed_over, 1u);
}

TEST_F(Replay, EveryRecordedTradeIsOnTheTapeWithItsOwnSize) {
  snapshot({{"60000", "4"}}, {{"60000.1", "5"}});
  trade(Side::Sell, "60000", "3");
  trade(Side::Buy, "60007", "2");  // at a price where nothing is recorded
  open();
  play(3);
  ASSERT_EQ(events.trades.size(), 2u);
  EXPECT_EQ(events.trades[0].quantity.raw, contracts("3"));
  EXPECT_EQ(events.trades[0].aggressor, Side::Sell);
  EXPECT_EQ(events.trades[1].price, px("60007"));
  EXPECT_EQ(depth(Side::Buy, "60000"), contracts("1"));
}

TEST_F(Replay, OurOrderWaitsBehindTheRecordedQuantityAndTradesReachIt) {
  snapshot({{"60000", "4"}}, {{"60000.1", "5"}});
  trade(Side::Sell, "60000", "3");
  trade(Side::Sell, "60000", "2");
  open();
  play();
  const VenueOrderId id = buy(alice, swap, "60000", "2");
  play();
  EXPECT_EQ(filled(id), 0);  // three of the four before us are gone
  play();
  EXPECT_EQ(filled(id), contracts("1"));
  EXPECT_TRUE(exchange.find(id)->last_fill->maker);
  EXPECT_EQ(taped(), contracts("5"));
}

TEST_F(Replay, ATradeFillsAllUsersTogetherByNoMoreThanItsSize) {
  snapshot({{"60000", "1"}}, {{"60000.1", "5"}});
  trade(Side::Sell, "60000", "3");
  trade(Side::Sell, "60000", "3");
  open();
  play();
  const VenueOrderId first = buy(alice, swap, "60000", "1.5");
  const VenueOrderId second = buy(bob, swap, "60000", "9");
  play();
  EXPECT_EQ(filled(first), contracts("1.5"));  // 3 - 1 before it = 2 left for users
  EXPECT_EQ(filled(second), contracts("0.5"));
  play();
  EXPECT_EQ(filled(second), contracts("3.5"));
  EXPECT_EQ(taped(), contracts("6"));
}

TEST_F(Replay, ATradeBeyondOurPriceFillsUsWhateverStoodBeforeUsButByItsSizeOnly) {
  snapshot({{"60000", "40"}, {"59999", "8"}}, {{"60000.1", "5"}});
  trade(Side::Sell, "59999", "2");
  open();
  play();
  const VenueOrderId id = buy(alice, swap, "60000", "5");
  play();
  EXPECT_EQ(filled(id), contracts("2"));
  EXPECT_EQ(exchange.find(id)->last_fill->price, px("60000"));
}

TEST_F(Replay, AnOrderBehindTheRecordedBestIsNotReachedByTradesAtTheBest) {
  snapshot({{"60000", "4"}, {"59999", "8"}}, {{"60000.1", "5"}});
  trade(Side::Sell, "60000", "100");
  open();
  play();
  const VenueOrderId id = buy(alice, swap, "59999", "1");
  play();
  EXPECT_EQ(filled(id), 0);
}

// Each model, the same tape: four stand before us, eight come behind us, half of the twelve is
// cancelled, then three are traded.
struct Cancels {
  QueueModel model;
  std::string_view filled;
};

class ReplayQueue : public Replay, public testing::WithParamInterface<Cancels> {};

TEST_P(ReplayQueue, DecidesWhoseCancelsTheyWere) {
  snapshot({{"60000", "4"}}, {{"60000.1", "5"}});
  update({{"60000", "12"}}, {});
  update({{"60000", "6"}}, {});
  trade(Side::Sell, "60000", "3");
  open(GetParam().model);
  play();
  const VenueOrderId id = buy(alice, swap, "60000", "2");
  play(2);
  EXPECT_EQ(depth(Side::Buy, "60000"), contracts("8"));
  play();
  EXPECT_EQ(filled(id), contracts(GetParam().filled));
}

INSTANTIATE_TEST_SUITE_P(
    Models, ReplayQueue,
    testing::Values(Cancels{QueueModel::Back, "0"},          // four before us still
                    Cancels{QueueModel::Proportional, "1"},  // two of the four are gone
                    Cancels{QueueModel::Front, "2"}),        // all four
    [](const auto& given) { return std::string(to_string(given.param.model)); });

TEST_F(Replay, NoMoreStandsBeforeUsThanStandsThere) {
  snapshot({{"60000", "10"}}, {{"60000.1", "5"}});
  update({{"60000", "1"}}, {});
  trade(Side::Sell, "60000", "2");
  open();
  play();
  const VenueOrderId id = buy(alice, swap, "60000", "5");
  play(2);
  EXPECT_EQ(filled(id), contracts("1"));
}

TEST_F(Replay, ABookThatLacksATradeToldLaterDoesNotAdvanceUsTwice) {
  snapshot({{"60000", "4"}}, {{"60000.1", "5"}});
  update({{"60000", "1"}}, {});                        // the trade of three is in it
  trade(Side::Sell, "60000", "3", milliseconds(150));  // happened before that book
  trade(Side::Sell, "60000", "1");
  trade(Side::Sell, "60000", "1");
  open();
  play();
  const VenueOrderId id = buy(alice, swap, "60000", "2");
  play(2);
  EXPECT_EQ(filled(id), 0);
  EXPECT_EQ(depth(Side::Buy, "60000"), contracts("3"));  // one recorded and ours
  play();
  EXPECT_EQ(filled(id), 0);  // the last one before us
  play();
  EXPECT_EQ(filled(id), contracts("1"));
}

TEST_F(Replay, ATradeThatHappenedBeforeWeCameReachesUsNot) {
  snapshot({{"60000", "4"}}, {{"60000.1", "5"}});
  update({{"60000", "1"}}, {});
  trade(Side::Sell, "60000", "3", milliseconds(150));
  open();
  play(2);
  const VenueOrderId id = buy(alice, swap, "60000", "2");  // behind the one that is left
  play();
  EXPECT_EQ(filled(id), 0);
}

TEST_F(Replay, AnOrderThatMovesOrGrowsGoesToTheBack) {
  snapshot({{"60000", "2"}, {"59999", "1"}}, {{"60000.1", "5"}});
  trade(Side::Sell, "60000", "2");
  update({{"60000", "6"}}, {});
  trade(Side::Sell, "60000", "5");
  trade(Side::Sell, "60000", "2");
  open();
  play();
  const VenueOrderId id = buy(alice, swap, "60000", "1");
  play(2);  // we stand first, six behind us
  ASSERT_EQ(exchange.amend(alice, id, {{}, qty(swap, "2"), {}}, now), Refusal::None);
  play();
  EXPECT_EQ(filled(id), 0);
  play();
  EXPECT_EQ(filled(id), contracts("1"));
}

TEST_F(Replay, AnOrderThatMovesAwayAndBackBetweenTwoMessagesGoesToTheBack) {
  snapshot({{"60000", "2"}, {"59999", "1"}}, {{"60000.1", "5"}});
  trade(Side::Sell, "60000", "2");
  update({{"60000", "6"}}, {});
  trade(Side::Sell, "60000", "5");
  trade(Side::Sell, "60000", "2");
  open();
  play();
  const VenueOrderId id = buy(alice, swap, "60000", "1");
  play(2);  // we stand first, six behind us
  ASSERT_EQ(exchange.amend(alice, id, {px("59999"), {}, {}}, now), Refusal::None);
  ASSERT_EQ(exchange.amend(alice, id, {px("60000"), {}, {}}, now), Refusal::None);
  play();
  EXPECT_EQ(filled(id), 0);
  play();
  EXPECT_EQ(filled(id), contracts("1"));
}

TEST_F(Replay, ARecordedQuoteReachesAnOrderInsideTheSpreadOnce) {
  snapshot({{"60000", "4"}}, {{"60001", "5"}});
  update({{"60000.6", "7"}}, {});
  update({{"60000.6", "8"}}, {});  // one more came: the seven we had are not there again
  open();
  play();
  const VenueOrderId id = sell(alice, swap, "60000.5", "9");
  play();
  EXPECT_EQ(filled(id), contracts("7"));
  EXPECT_EQ(exchange.best(swap, Side::Buy), px("60000"));  // it does not stand across our rest
  play();
  EXPECT_EQ(filled(id), contracts("8"));
}

TEST_F(Replay, WhatWeLeaveOfACrossingQuoteIsShown) {
  snapshot({{"60000", "4"}}, {{"60001", "5"}});
  update({{"60000.6", "7"}}, {});
  open();
  play();
  const VenueOrderId id = sell(alice, swap, "60000.5", "1");
  play();
  EXPECT_EQ(state(id), OrderState::Filled);
  EXPECT_EQ(depth(Side::Buy, "60000.6"), contracts("6"));
}

TEST_F(Replay, WhatWeTookComesBackWithTheLevelsNextUpdate) {
  snapshot({{"60000", "4"}}, {{"60000.1", "5"}, {"60000.5", "9"}});
  update({}, {{"60000.5", "8"}});
  update({}, {{"60000.1", "5"}});
  open();
  play();
  buy(alice, swap, "60000.1", "4");
  EXPECT_EQ(depth(Side::Sell, "60000.1"), contracts("1"));
  play();  // speaks of another level
  EXPECT_EQ(depth(Side::Sell, "60000.1"), contracts("1"));
  play();
  EXPECT_EQ(depth(Side::Sell, "60000.1"), contracts("5"));
}

TEST_F(Replay, FeedsOfWholeBooksBringALevelBackWhenItChanges) {
  feed = BookFeed::Top5;
  snapshot({{"60000", "4"}}, {{"60000.1", "5"}});
  snapshot({{"60000", "3"}}, {{"60000.1", "5"}});
  snapshot({{"60000", "3"}}, {{"60000.1", "6"}});
  open();
  play();
  buy(alice, swap, "60000.1", "4");
  play();
  EXPECT_EQ(depth(Side::Sell, "60000.1"), contracts("1"));
  play();
  EXPECT_EQ(depth(Side::Sell, "60000.1"), contracts("6"));
}

TEST_F(Replay, AnOrderBeyondTheRecordedWindowWaitsBehindAllThatIsSeenLater) {
  feed = BookFeed::BestBidOffer;
  snapshot({{"60000", "4"}}, {{"60000.1", "5"}});
  trade(Side::Sell, "59999", "4", milliseconds(5));  // beyond the best: nobody knows the queue
  snapshot({{"59999", "3"}}, {{"60000.1", "5"}});
  trade(Side::Sell, "59999", "4");
  open();
  play();
  const VenueOrderId id = buy(alice, swap, "59999", "2");
  play();
  EXPECT_EQ(filled(id), 0);
  play(2);
  EXPECT_EQ(filled(id), contracts("1"));
}

TEST_F(Replay, TheFeedThatTellsMostIsTheMarket) {
  feed = BookFeed::BestBidOffer;
  snapshot({{"60000", "4"}}, {{"60000.1", "5"}});
  feed = BookFeed::Depth400;
  snapshot({{"60000", "4"}, {"59999", "8"}}, {{"60000.1", "5"}});
  feed = BookFeed::BestBidOffer;
  snapshot({{"60000", "1"}}, {{"60000.1", "5"}});
  open();
  play(3);
  EXPECT_EQ(depth(Side::Buy, "60000"), contracts("4"));
  EXPECT_EQ(depth(Side::Buy, "59999"), contracts("8"));
  EXPECT_EQ(market->counts().books_passed_over, 1u);
}

TEST_F(Replay, ARecordedBookThatCrossesItselfIsNotShownCrossed) {
  snapshot({{"60000", "4"}}, {{"60000.1", "5"}});
  update({{"60000.1", "7"}}, {});
  open();
  play(2);
  EXPECT_EQ(exchange.best(swap, Side::Buy), px("60000"));
  EXPECT_EQ(market->counts().crossed_levels, 1u);
}

TEST_F(Replay, ALevelNamedTwiceInOneMessageIsWhatWasSaidLast) {
  snapshot({{"60000", "4"}, {"59999", "8"}}, {{"60000.1", "5"}});
  update({{"60000", "9"}, {"60000", "0"}, {"59999", "0"}, {"59999", "2"}}, {});
  update({{"60000", "0"}}, {});
  open();
  play(2);
  EXPECT_EQ(depth(Side::Buy, "60000"), 0);
  EXPECT_EQ(depth(Side::Buy, "59999"), contracts("2"));
  play();
  EXPECT_EQ(exchange.book(swap, Side::Buy, 9).size(), 1u);
}

TEST_F(Replay, OurOrdersNeverChangeWhatIsRecorded) {
  snapshot({{"60000", "4"}, {"59999", "8"}}, {{"60000.1", "5"}});
  trade(Side::Sell, "60000", "6");
  update({{"60000", "7"}, {"59999", "9"}}, {{"60000.1", "2"}});
  open();
  play();
  buy(alice, swap, "60000", "1");
  buy(bob, swap, "60000.1", "3");
  play(2);
  EXPECT_EQ(depth(Side::Buy, "60000") - (exchange.open_orders(alice).empty() ? 0 : contracts("1")),
            contracts("7"));
  EXPECT_EQ(depth(Side::Buy, "59999"), contracts("9"));
  EXPECT_EQ(depth(Side::Sell, "60000.1"), contracts("2"));
}

TEST_F(Replay, LoopsForEverAndUsersAreReachedInEachRound) {
  settings.loop = true;
  snapshot({{"60000", "1"}}, {{"60000.1", "5"}});
  trade(Side::Sell, "60000", "2");
  open();
  const Timestamp start = now;
  play();
  const VenueOrderId id = buy(alice, swap, "60000", "3");
  play();
  EXPECT_EQ(filled(id), contracts("1"));
  play();  // the snapshot again: one stands behind us now
  EXPECT_EQ(now, start + milliseconds(100) + seconds(1));
  play();
  EXPECT_EQ(filled(id), contracts("3"));
  EXPECT_EQ(market->counts().rounds, 2u);
  EXPECT_TRUE(market->next_event());
}

TEST_F(Replay, StartsWhereItIsToldWithTheBookOfThatMoment) {
  settings.offset = milliseconds(250);
  snapshot({{"60000", "4"}}, {{"60000.1", "5"}});
  trade(Side::Sell, "60000", "1");
  update({{"60000", "9"}}, {});
  trade(Side::Sell, "60000", "2");
  open();
  const Timestamp start = now;
  market->advance(now);
  EXPECT_EQ(depth(Side::Buy, "60000"), contracts("9"));
  EXPECT_TRUE(events.trades.empty());
  EXPECT_EQ(market->next_event(), start + milliseconds(50));
  play();
  EXPECT_EQ(events.trades.size(), 1u);
}

TEST_F(Replay, RecordedMarkAndIndexPricesAreTold) {
  snapshot({{"60000", "4"}}, {{"60000.2", "5"}});
  ReferencePriceEvent mark{
      swap, ReferencePriceEvent::Kind::Mark, px("60003"), {}, recorded + milliseconds(200)};
  tape->add(mark);
  mark.kind = ReferencePriceEvent::Kind::Index;
  mark.price = px("60002");
  tape->add(mark);
  open();
  play();
  EXPECT_EQ(exchange.mark_price(swap), px("60000.1"));  // the middle, as long as there is no other
  market->advance(now + seconds(1));
  EXPECT_EQ(exchange.mark_price(swap), px("60003"));
  EXPECT_EQ(exchange.index_price(swap), px("60002"));
}

TEST_F(Replay, ATapeThatBreaksStopsTheMarketAndSaysWhere) {
  snapshot({{"60000", "4"}}, {{"60000.1", "5"}});
  tape->break_at_the_end("tape.jsonl:2: not_json");
  open();
  play(5);
  EXPECT_EQ(market->failure(), "tape.jsonl:2: not_json");
  EXPECT_FALSE(market->next_event());
  EXPECT_EQ(depth(Side::Buy, "60000"), contracts("4"));
}

TEST_F(Replay, FundingComesWithTheRecordedRateAsLongAfterTheStart) {
  snapshot({{"60000", "5"}}, {{"60000.1", "5"}});
  FundingNotice notice;
  notice.instrument = swap;
  notice.rate = 1'000'000'000'000;  // 0.01 %
  notice.interval = seconds(4 * 3'600);
  const Timestamp due = recorded + seconds(90);
  // Told again and again, at last a moment after it was paid: it is paid once.
  for (const std::int64_t ms : {100, 60'000, 89'999, 90'001}) {
    notice.exchange_time = notice.receive_time = recorded + milliseconds(ms);
    notice.time = due;
    tape->add(notice);
  }
  notice.receive_time = recorded + seconds(120);
  notice.time = due + notice.interval;
  notice.rate = -notice.rate;
  tape->add(notice);
  open();
  play();
  buy(alice, swap, "60000.1", "1", OrderType::ImmediateOrCancel);
  for (int s = 0; s < 130; ++s) {
    now = now + seconds(1);
    market->advance(now);
    exchange.advance(now);
  }
  ASSERT_EQ(exchange.funding_history(swap).size(), 1u);
  EXPECT_EQ(exchange.funding_history(swap).front().rate, 1'000'000'000'000);
  EXPECT_EQ(exchange.funding(swap).rate, -1'000'000'000'000);
  EXPECT_EQ(exchange.funding(swap).interval, seconds(4 * 3'600));
  EXPECT_EQ(exchange.bills(alice).back().cause, Bill::Cause::Funding);
}

}  // namespace
}  // namespace gannet::sim
