#include "gateway/okx/protocol/feed_arbiter.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace gannet::okx {
namespace {

using Log = std::vector<std::string>;
constexpr InstrumentId kFedInstrument{0};
constexpr Timestamp kFeedStart = from_unix_millis(1'795'430'400'000);

struct FedListener final : MarketListener {
  Log log;
  OrderBook book;
  void on_book_update(const BookUpdate& update) noexcept override {
    log.push_back((update.kind == BookUpdate::Kind::Snapshot ? "whole " : "step ") +
                  std::to_string(update.sequence));
    book.apply(update);
  }
  void on_book_withdrawn(InstrumentId, BookFeed, BookWithdrawal why, Timestamp) noexcept override {
    log.push_back("withdrawn " + std::to_string(static_cast<int>(why)));
  }
  void on_trade(const TradeEvent& trade) noexcept override {
    log.push_back("trade " + std::to_string(trade.trade_id.value));
  }
  void on_ticker(const TickerEvent& ticker) noexcept override {
    log.push_back("ticker " + std::to_string(ticker.last_price->raw));
  }
  void on_reference_price(const ReferencePriceEvent& price) noexcept override {
    log.push_back("mark " + std::to_string(price.price.raw));
  }
  void on_instrument_state(InstrumentId, InstrumentState state, Timestamp) noexcept override {
    log.push_back("state " + std::to_string(static_cast<int>(state)));
  }
  void on_market_connection(ConnectionState state, Timestamp) noexcept override {
    log.emplace_back(state == ConnectionState::Ready        ? "ready"
                     : state == ConnectionState::Connecting ? "connecting"
                                                            : "disconnected");
  }
  void on_market_alive(Timestamp) noexcept override {}
  void on_market_update(const MarketUpdate& update) noexcept override {
    if (const auto* candle = std::get_if<CandleEvent>(&update)) {
      log.push_back((candle->complete ? "closed " : "bar ") +
                    std::to_string((candle->open_time - kFeedStart).count / 60'000'000'000) + " " +
                    std::to_string(candle->close.raw));
    } else if (const auto* taken = std::get_if<LiquidationEvent>(&update)) {
      log.push_back("liquidation " + std::to_string(taken->quantity.raw));
    } else if (std::holds_alternative<VenueStatusEvent>(update)) {
      log.emplace_back("status");
    }
  }
  Log take() { return std::exchange(log, {}); }
};

struct Renewer final : BookRenewer {
  std::vector<std::size_t> lines;
  void renew_book(std::size_t line, InstrumentId, BookFeed, Timestamp) noexcept override {
    lines.push_back(line);
  }
};

class FeedArbiterTest : public ::testing::Test {
 protected:
  /// State `sequence` of the book: one bid whose quantity is the id, at its own time.
  BookUpdate update(BookUpdate::Kind kind, std::int64_t sequence, BookFeed feed,
                    std::int64_t time_ms) {
    bid_ = {100, sequence + 1, 1, 0};
    const Timestamp time = kFeedStart + milliseconds(time_ms);
    return {kFedInstrument, feed, kind, {&bid_, 1}, {}, sequence, time, now_};
  }
  void whole(std::size_t line, std::int64_t sequence, BookFeed feed = BookFeed::Depth400) {
    whole_at(line, sequence, sequence, feed);
  }
  void whole_at(std::size_t line, std::int64_t sequence, std::int64_t time_ms,
                BookFeed feed = BookFeed::Depth400) {
    arbiter_.line(line).on_book_update(update(BookUpdate::Kind::Snapshot, sequence, feed, time_ms));
  }
  void step(std::size_t line, std::int64_t sequence) { step_at(line, sequence, sequence); }
  void step_at(std::size_t line, std::int64_t sequence, std::int64_t time_ms) {
    arbiter_.line(line).on_book_update(
        update(BookUpdate::Kind::Update, sequence, BookFeed::Depth400, time_ms));
  }
  void keep_alive(std::size_t line, std::int64_t sequence, std::int64_t time_ms) {
    arbiter_.line(line).on_book_update({kFedInstrument,
                                        BookFeed::Depth400,
                                        BookUpdate::Kind::Update,
                                        {},
                                        {},
                                        sequence,
                                        kFeedStart + milliseconds(time_ms),
                                        now_});
  }
  void lose(std::size_t line, BookWithdrawal why = BookWithdrawal::Disconnected) {
    arbiter_.line(line).on_book_withdrawn(kFedInstrument, BookFeed::Depth400, why, now_);
  }
  void trade(std::size_t line, std::int64_t id, std::int64_t time_ms) {
    TradeEvent event;
    event.instrument = kFedInstrument;
    event.trade_id = {id};
    event.exchange_time = kFeedStart + milliseconds(time_ms);
    event.receive_time = now_;
    arbiter_.line(line).on_trade(event);
  }
  void ticker(std::size_t line, std::int64_t price, std::int64_t time_ms) {
    TickerEvent event;
    event.instrument = kFedInstrument;
    event.last_price = Price{price};
    event.exchange_time = kFeedStart + milliseconds(time_ms);
    arbiter_.line(line).on_ticker(event);
  }
  void candle(std::size_t line, std::int64_t minute, std::int64_t close, bool complete,
              std::int64_t period_s = 60) {
    CandleEvent event;
    event.instrument = kFedInstrument;
    event.period = {seconds(period_s)};
    event.open_time = kFeedStart + seconds(60 * minute);
    event.close = Price{close};
    event.complete = complete;
    arbiter_.line(line).on_market_update(event);
  }
  void liquidation(std::size_t line, std::int64_t quantity, std::int64_t time_ms) {
    LiquidationEvent event;
    event.instrument = kFedInstrument;
    event.quantity = {quantity};
    event.exchange_time = kFeedStart + milliseconds(time_ms);
    arbiter_.line(line).on_market_update(event);
  }
  void status(std::size_t line, VenueStatusEvent::State state) {
    VenueStatusEvent event;
    event.state = state;
    event.exchange_time = kFeedStart;
    arbiter_.line(line).on_market_update(event);
  }
  void connection(std::size_t line, ConnectionState state) {
    arbiter_.line(line).on_market_connection(state, now_);
  }
  static std::string withdrawn(BookWithdrawal why) {
    return "withdrawn " + std::to_string(static_cast<int>(why));
  }

  Level bid_{};
  Timestamp now_ = kFeedStart;
  FedListener listener_;
  Renewer renewer_;
  FeedArbiter arbiter_{3, 2, listener_, &renewer_};
};

TEST_F(FeedArbiterTest, ABookThatOnlyAQuietLineHasIsWithdrawnThoughAnotherLineLives) {
  const BookFeed best = BookFeed::BestBidOffer;
  const auto alive = [&](std::size_t line) { arbiter_.line(line).on_market_alive(now_); };
  connection(0, ConnectionState::Ready);
  connection(1, ConnectionState::Ready);
  alive(0);
  alive(1);
  whole(0, 10);
  whole(0, 10, best);
  listener_.take();
  now_ = now_ + FeedArbiter::kLineQuiet;
  alive(1);
  arbiter_.on_timer(now_);
  EXPECT_EQ(listener_.take(), (Log{}));
  now_ = now_ + milliseconds(100);
  arbiter_.on_timer(now_);
  const std::string stale = withdrawn(BookWithdrawal::Stale);
  EXPECT_EQ(listener_.take(), (Log{stale, stale}));
  arbiter_.on_timer(now_);
  alive(0);
  arbiter_.on_timer(now_);
  whole(0, 10, best);
  step(0, 11);
  EXPECT_EQ(listener_.take(), (Log{"whole 10", "whole 10", "step 11"}));
  // All quiet is the listener's to see; the first that lives again must not hide it.
  now_ = now_ + FeedArbiter::kLineQuiet + milliseconds(1);
  arbiter_.on_timer(now_);
  EXPECT_EQ(listener_.take(), (Log{}));
  alive(1);
  EXPECT_EQ(listener_.take(), (Log{stale, stale}));
  whole(1, 12);
  EXPECT_EQ(listener_.take(), (Log{"whole 12"}));
}

// The listener gives up all books when the connection is not ready any more.
TEST_F(FeedArbiterTest, BooksOfALineThatIsOnlyConnectingArePassedWholeWhenTheReadyOneEnds) {
  connection(0, ConnectionState::Ready);
  connection(1, ConnectionState::Connecting);
  whole(0, 10);
  whole(1, 10);
  step(1, 11);
  listener_.take();
  lose(0);
  connection(0, ConnectionState::Disconnected);
  step(1, 12);
  connection(1, ConnectionState::Ready);
  step(1, 13);
  EXPECT_EQ(listener_.take(), (Log{"connecting", "whole 11", "step 12", "ready", "step 13"}));
  EXPECT_EQ(listener_.book.bid(0).quantity, 14);
}

TEST_F(FeedArbiterTest, ABookWithoutACopyIsAskedForAnewWhenTheReadyLineEnds) {
  arbiter_.adopt_connection(0, ConnectionState::Connecting);
  arbiter_.adopt_book(0, kFedInstrument, BookFeed::Depth400, 10);
  connection(1, ConnectionState::Ready);
  connection(1, ConnectionState::Disconnected);
  step(0, 11);
  EXPECT_EQ(listener_.take(), (Log{"ready", "connecting"}));
  EXPECT_EQ(renewer_.lines, (std::vector<std::size_t>{0}));
}

TEST_F(FeedArbiterTest, AfterATotalOutageAnyValueIsNews) {
  const auto mark = [&](std::size_t line, std::int64_t price, std::int64_t time_ms) {
    arbiter_.line(line).on_reference_price({kFedInstrument, ReferencePriceEvent::Kind::Mark,
                                            Price{price}, kFeedStart + milliseconds(time_ms),
                                            now_});
  };
  connection(0, ConnectionState::Ready);
  ticker(0, 1, 10);
  mark(0, 1, 10);
  connection(0, ConnectionState::Disconnected);
  connection(0, ConnectionState::Connecting);
  ticker(0, 1, 10);  // nothing was traded meanwhile
  mark(0, 2, 9);
  connection(0, ConnectionState::Ready);
  EXPECT_EQ(listener_.take(), (Log{"ready", "ticker 1", "mark 1", "disconnected", "connecting",
                                   "ticker 1", "mark 2", "ready"}));
}

// A line that told the listener directly has no copy of its book.
TEST_F(FeedArbiterTest, AnAdoptedLineThatGetsAheadWithoutACopyHidesNothingOfTheOther) {
  arbiter_.adopt_connection(0, ConnectionState::Ready);
  arbiter_.adopt_book(0, kFedInstrument, BookFeed::Depth400, 10);
  whole(1, 10);  // its time is not known of the other
  step(0, 11);
  step(1, 11);
  step(1, 12);
  EXPECT_EQ(listener_.take(), (Log{"whole 10", "step 11", "step 12"}));
  step(0, 12);  // met: from here on it has a copy too
  step(0, 13);
  lose(1);
  step(0, 14);
  EXPECT_EQ(listener_.take(), (Log{"step 13", "step 14"}));
  whole(1, 12);
  step(1, 15);
  step(0, 15);
  EXPECT_EQ(listener_.take(), (Log{"whole 15"}));
  EXPECT_TRUE(renewer_.lines.empty());
}

TEST_F(FeedArbiterTest, AnAdoptedBookIsNotTakenBackByALineThatLags) {
  arbiter_.adopt_connection(0, ConnectionState::Ready);
  arbiter_.adopt_book(0, kFedInstrument, BookFeed::Depth400, 10);
  whole(1, 8);
  step(1, 9);
  step(0, 11);
  step(1, 11);
  step(1, 12);
  EXPECT_EQ(listener_.take(), (Log{"step 11", "step 12"}));
  lose(0);
  step(1, 13);
  EXPECT_EQ(listener_.take(), (Log{"step 13"}));
}

TEST_F(FeedArbiterTest, ABookThatNobodyCanTellWholeIsWithdrawnAndAskedForAnew) {
  arbiter_.adopt_connection(0, ConnectionState::Ready);
  arbiter_.adopt_book(0, kFedInstrument, BookFeed::Depth400, 10);
  whole(1, 12);
  lose(1);
  step(0, 11);
  step(0, 12);
  step(0, 13);
  EXPECT_EQ(listener_.take(), (Log{"whole 12", "step 13"})) << "it met what the other told";
  whole(1, 15);
  lose(1);
  step(0, 16);  // what of 14 and 15 is in it?
  keep_alive(0, 16, 60'000);
  arbiter_.on_timer(now_);
  now_ = now_ + FeedArbiter::kOrphanPatience;
  arbiter_.on_timer(now_);
  step(0, 17);
  EXPECT_FALSE(arbiter_.is_level_everywhere(0));
  EXPECT_EQ(listener_.take(), (Log{"whole 15", withdrawn(BookWithdrawal::Gap)}));
  EXPECT_EQ(renewer_.lines, (std::vector<std::size_t>{0}));
  lose(0, BookWithdrawal::NotStarted);
  whole(0, 17);
  step(0, 18);
  EXPECT_EQ(listener_.take(), (Log{"whole 17", "step 18"}));
  EXPECT_TRUE(arbiter_.is_level_everywhere(0));
}

TEST_F(FeedArbiterTest, TheFirstArrivalOfEachStateWinsWhicheverLineItComesBy) {
  whole(0, 10);
  whole(1, 10);
  step(1, 15);  // the second line is ahead
  now_ = now_ + milliseconds(3);
  step(0, 15);
  step(0, 17);  // now the first
  step(1, 17);
  step(1, 20);
  EXPECT_EQ(listener_.take(), (Log{"whole 10", "step 15", "step 17", "step 20"}));
  EXPECT_EQ(arbiter_.figures(1).first, 2u);
  EXPECT_EQ(arbiter_.figures(0).second, 1u);
  EXPECT_EQ(arbiter_.figures(1).lead.count(), 1u);
  EXPECT_EQ(arbiter_.figures(1).lead.maximum(), milliseconds(3));
  EXPECT_EQ(arbiter_.figures(0).whole + arbiter_.figures(1).whole, 0u);
}

TEST_F(FeedArbiterTest, ALineThatIsFarBehindTellsNothingUntilItIsLevelAndThenGoesOn) {
  whole(0, 10);
  whole(1, 10);
  for (const int state : {11, 12, 13, 14}) step(0, state);
  lose(0);
  for (const int state : {11, 12, 13, 14, 15}) step(1, state);
  EXPECT_EQ(listener_.take(),
            (Log{"whole 10", "step 11", "step 12", "step 13", "step 14", "step 15"}));
}

TEST_F(FeedArbiterTest, LosingOneOfTwoLinesWithdrawsNothingLosingBothDoes) {
  whole(0, 10);
  whole(1, 10);
  lose(0);
  step(1, 11);
  whole(0, 11);  // back, and level
  lose(1, BookWithdrawal::Gap);
  step(0, 12);
  EXPECT_EQ(listener_.take(), (Log{"whole 10", "step 11", "step 12"}));
  lose(0, BookWithdrawal::Gap);
  EXPECT_EQ(listener_.take(), (Log{withdrawn(BookWithdrawal::Gap)}));
  whole(1, 12);
  EXPECT_EQ(listener_.take(), (Log{"whole 12"}));
}

TEST_F(FeedArbiterTest, ALateSubscriberWhoseSnapshotIsNewerIsPassedAndAnOlderOneCatchesUp) {
  whole(0, 10);
  whole(1, 14);
  step(0, 12);
  step(0, 14);
  step(0, 15);
  EXPECT_EQ(listener_.take(), (Log{"whole 10", "whole 14", "step 15"}));
  whole(2, 12);
  step(2, 14);
  step(2, 15);
  step(2, 16);
  EXPECT_EQ(listener_.take(), (Log{"step 16"}));
}

TEST_F(FeedArbiterTest, LinesThatCutTheStreamDifferentlyAreJoinedByAWholeBook) {
  whole(0, 10);
  whole(1, 10);
  step(0, 15);
  step(1, 12);
  step(1, 17);  // over 15 without meeting it: what lay between is not in this update alone
  EXPECT_EQ(listener_.take(), (Log{"whole 10", "step 15", "whole 17"}));
  EXPECT_EQ(listener_.book.bid(0).quantity, 18);
  EXPECT_EQ(arbiter_.figures(1).whole, 1u);
  step(0, 17);
  step(0, 18);
  EXPECT_EQ(listener_.take(), (Log{"step 18"}));
}

TEST_F(FeedArbiterTest, ASequenceResetIsNoGapAndNothingFromBeforeItLooksNew) {
  whole(0, 10);
  whole(1, 10);
  step_at(0, 15, 100);
  step_at(0, 3, 200);  // the counter starts anew
  step_at(0, 12, 300);
  step_at(1, 12, 90);  // an old state that bears the id of the newest one
  step_at(1, 15, 100);
  EXPECT_EQ(listener_.take(), (Log{"whole 10", "step 15", "step 3", "step 12"}));
  step_at(1, 3, 200);
  step_at(1, 12, 300);
  step_at(1, 13, 400);
  EXPECT_EQ(listener_.take(), (Log{"step 13"}));
  EXPECT_EQ(arbiter_.figures(1).whole, 0u);
}

TEST_F(FeedArbiterTest, AVenueClockThatIsSetBackDoesNotStopTheFeed) {
  whole_at(0, 10, 1'000);
  whole_at(1, 10, 1'000);
  step_at(0, 11, 400);
  step_at(1, 11, 400);
  step_at(1, 12, 410);
  EXPECT_EQ(listener_.take(), (Log{"whole 10", "step 11", "step 12"}));
}

TEST_F(FeedArbiterTest, KeepAlivesPassOnceAndOnlyFromALineThatIsLevel) {
  whole(0, 10);
  whole(1, 10);
  step(0, 11);
  listener_.take();
  keep_alive(1, 10, 60'000);  // of a state that is past
  keep_alive(0, 11, 60'000);
  step(1, 11);
  keep_alive(1, 11, 60'000);
  keep_alive(1, 11, 120'000);
  keep_alive(0, 11, 120'000);
  EXPECT_EQ(listener_.take(), (Log{"step 11", "step 11"}));
  step(1, 12);
  EXPECT_EQ(listener_.take(), (Log{"step 12"}));
}

TEST_F(FeedArbiterTest, ABookWhoseLevelLineIsGoneIsTakenFromTheOtherInTime) {
  whole(0, 10);
  whole(1, 10);
  step(1, 11);
  step(0, 11);
  step(0, 13);
  lose(0);  // and the other line never says 13
  arbiter_.on_timer(now_);
  now_ = now_ + FeedArbiter::kOrphanPatience;
  EXPECT_EQ(listener_.take(), (Log{"whole 10", "step 11", "step 13"}));
  arbiter_.on_timer(now_);
  EXPECT_EQ(listener_.take(), (Log{"whole 11"}));
  step(1, 12);
  EXPECT_EQ(listener_.take(), (Log{"step 12"}));
}

TEST_F(FeedArbiterTest, AnUnaskedSnapshotOfTheOnlyLineIsPassed) {
  whole(0, 10);
  step(0, 12);
  whole_at(0, 2, 500);
  step_at(0, 5, 600);
  EXPECT_EQ(listener_.take(), (Log{"whole 10", "step 12", "whole 2", "step 5"}));
}

TEST_F(FeedArbiterTest, WholeBooksNewerWinsAndARepetitionIsProofOfLife) {
  const BookFeed feed = BookFeed::BestBidOffer;
  whole(0, 10, feed);
  whole(1, 10, feed);
  whole(1, 12, feed);
  whole(0, 11, feed);  // lags, and lacks 12 so far
  whole(0, 12, feed);
  EXPECT_EQ(listener_.take(), (Log{"whole 10", "whole 12"}));
  whole(0, 12, feed);  // after a minute of silence
  whole(1, 12, feed);
  EXPECT_EQ(listener_.take(), (Log{"whole 12"}));
  whole_at(1, 3, 90, feed);  // ids start anew
  whole(0, 12, feed);
  EXPECT_EQ(listener_.take(), (Log{"whole 3"}));
}

TEST_F(FeedArbiterTest, EachTradeIsToldOnceInWhateverOrderTheLinesTell) {
  for (const int id : {1, 2, 5}) trade(0, id, id);
  for (const int id : {1, 2, 3, 4, 5, 6}) trade(1, id, id);  // the first line had lost 3 and 4
  for (const int id : {6, 7}) trade(0, id, id);
  EXPECT_EQ(listener_.take(),
            (Log{"trade 1", "trade 2", "trade 5", "trade 3", "trade 4", "trade 6", "trade 7"}));
  trade(0, 7 + static_cast<int>(TradeWindow::kSlots), 100);  // the place of 7
  trade(1, 7, 7);                                            // told long ago
  trade(1, 2, 1'000);                                        // ids start anew
  EXPECT_EQ(listener_.take(), (Log{"trade 4103", "trade 2"}));
}

TEST_F(FeedArbiterTest, TickersAndReferencePricesNewerWinsAndEqualTimesKeepTheLater) {
  ticker(0, 1, 10);
  ticker(1, 1, 10);
  ticker(1, 2, 11);
  ticker(0, 9, 10);  // the first line's second word of that time comes late: past
  ticker(0, 2, 11);
  EXPECT_EQ(listener_.take(), (Log{"ticker 1", "ticker 2"}));
  const auto mark = [&](std::size_t line, std::int64_t price, std::int64_t time_ms) {
    arbiter_.line(line).on_reference_price({kFedInstrument, ReferencePriceEvent::Kind::Mark,
                                            Price{price}, kFeedStart + milliseconds(time_ms),
                                            now_});
  };
  mark(0, 1, 10);
  mark(0, 2, 10);  // two of one time: the later wins [PROTOCOL 4.9]
  mark(1, 1, 10);
  mark(1, 2, 10);
  mark(1, 2, 10);  // the regular repetition
  EXPECT_EQ(listener_.take(), (Log{"mark 1", "mark 2", "mark 2"}));
}

TEST_F(FeedArbiterTest, TheConnectionIsTheBestOfTheLines) {
  connection(0, ConnectionState::Connecting);
  connection(1, ConnectionState::Connecting);
  connection(1, ConnectionState::Ready);
  connection(0, ConnectionState::Ready);
  connection(1, ConnectionState::Disconnected);
  connection(1, ConnectionState::Connecting);
  EXPECT_EQ(listener_.take(), (Log{"connecting", "ready"}));
  connection(0, ConnectionState::Disconnected);
  EXPECT_EQ(listener_.take(), (Log{"connecting"}));
  connection(1, ConnectionState::Disconnected);
  EXPECT_EQ(listener_.take(), (Log{"disconnected"}));
}

TEST_F(FeedArbiterTest, StatesOfInstrumentsAreOneLinesWordAndItsSuccessorMakesThemGood) {
  const auto state = [&](std::size_t line, InstrumentState now_is) {
    arbiter_.line(line).on_instrument_state(kFedInstrument, now_is, now_);
  };
  const auto told = [](InstrumentState now_is) {
    return "state " + std::to_string(static_cast<int>(now_is));
  };
  connection(0, ConnectionState::Ready);
  connection(1, ConnectionState::Ready);
  state(0, InstrumentState::Live);
  state(1, InstrumentState::Live);
  state(1, InstrumentState::Suspended);  // not the reference's word yet
  EXPECT_EQ(listener_.take(), (Log{"ready", told(InstrumentState::Live)}));
  connection(0, ConnectionState::Disconnected);
  EXPECT_EQ(listener_.take(), (Log{told(InstrumentState::Suspended)}));
  connection(0, ConnectionState::Ready);
  state(0, InstrumentState::Live);
  EXPECT_EQ(listener_.take(), (Log{}));
}

// What one line lost, the others have told: closed bars, liquidations, maintenances.
TEST_F(FeedArbiterTest, ABarIsToldClosedOnceByWhicheverLineHasIt) {
  for (std::size_t line = 0; line < 2; ++line) connection(line, ConnectionState::Ready);
  listener_.take();
  candle(0, 0, 10, false);
  candle(1, 0, 11, false);  // as it grows: by one line alone
  candle(1, 0, 12, true);
  candle(0, 0, 12, false);  // from before
  candle(0, 0, 12, true);
  EXPECT_EQ(listener_.take(), (Log{"bar 0 10", "closed 0 12"}));
  // The other is ahead; then the reference is lost with a bar's end.
  candle(1, 1, 20, false);
  candle(0, 1, 21, false);
  candle(1, 1, 22, true);
  candle(1, 2, 30, false);
  connection(0, ConnectionState::Disconnected);
  candle(1, 2, 31, false);
  candle(1, 2, 32, true);
  connection(0, ConnectionState::Ready);
  candle(0, 2, 32, true);
  candle(0, 3, 40, true);
  candle(1, 3, 40, true);
  EXPECT_EQ(listener_.take(), (Log{"bar 1 20", "bar 1 21", "closed 1 22", "bar 2 30", "bar 2 31",
                                   "closed 2 32", "closed 3 40"}));
  candle(1, 0, 50, true, 300);  // another period is another bar
  EXPECT_EQ(listener_.take(), (Log{"closed 0 50"}));
}

TEST_F(FeedArbiterTest, LiquidationsAndMaintenancesAreToldOnceByWhicheverLineHasThem) {
  for (std::size_t line = 0; line < 2; ++line) connection(line, ConnectionState::Ready);
  listener_.take();
  liquidation(1, 5, 100);
  liquidation(0, 5, 100);
  liquidation(0, 6, 100);
  liquidation(0, 6, 100);  // two of them
  liquidation(1, 6, 100);
  liquidation(1, 6, 100);
  EXPECT_EQ(listener_.take(), (Log{"liquidation 5", "liquidation 6", "liquidation 6"}));
  status(1, VenueStatusEvent::State::Scheduled);
  status(0, VenueStatusEvent::State::Scheduled);
  status(0, VenueStatusEvent::State::Ongoing);
  connection(1, ConnectionState::Disconnected);
  connection(1, ConnectionState::Ready);
  status(1, VenueStatusEvent::State::Ongoing);
  EXPECT_EQ(listener_.take(), (Log{"status", "status"}));
  // After an outage of all what stands is told again.
  connection(0, ConnectionState::Disconnected);
  connection(1, ConnectionState::Disconnected);
  listener_.take();
  connection(1, ConnectionState::Ready);
  status(1, VenueStatusEvent::State::Ongoing);
  EXPECT_EQ(listener_.take(), (Log{"ready", "status"}));
}

}  // namespace
}  // namespace gannet::okx
