#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "gateway/okx/protocol/clock_filter.h"
#include "gateway/okx/protocol/close_codes.h"
#include "gateway/okx/protocol/market_feed.h"
#include "gateway/okx/protocol/order_lines.h"
#include "support/market_codes.h"
#include "support/padded_text.h"
#include "tests/unit/okx_protocol/account_side.h"

// The life of connections beyond one session: why they ended and what follows, the venue's clock
// as they tell it, and how they move without a gap.

namespace gannet::okx {
namespace {

using Kind = ExecutionReport::Kind;
using Log = std::vector<std::string>;
constexpr std::array kAccountChannels{"orders", "account", "positions", "balance_and_position",
                                      "liquidation-warning"};

// PROTOCOL 3.6
TEST(CloseCodes, EachHasItsReaction) {
  using enum CloseReaction;
  const std::vector<std::pair<std::uint16_t, CloseReaction>> table{
      {1000, Reconnect},  {1006, Reconnect},       {1009, ReconnectSlowly},
      {4001, CheckLogin}, {4002, ReconnectSlowly}, {4003, ReconnectSlowly},
      {4004, Reconnect},  {4005, Reconnect},       {4006, Reconnect},
      {4007, Stop},       {4008, ReconnectSlowly}, {4009, ReconnectSlowly},
      {4999, Reconnect}};
  for (const auto& [code, reaction] : table) {
    EXPECT_EQ(rule_of_close(code).reaction, reaction) << code;
    EXPECT_FALSE(rule_of_close(code).meaning.empty()) << code;
  }
}

struct OrderSessionEnds : ::testing::Test {
  testing::AccountSide side;
  CloseReaction closed_with(std::uint16_t code) {
    const CloseReaction reaction = side.orders->on_close_code(code, side.now);
    side.orders->on_closed(side.now);
    return reaction;
  }
};

TEST_F(OrderSessionEnds, ALoginRefusedByTheCloseAloneIsTriedTwiceMoreThenItStops) {  // 4001
  for (int i = 0; i < 2; ++i) {
    side.orders->on_open(side.socket, side.now);
    EXPECT_EQ(closed_with(4001), CloseReaction::Reconnect);
  }
  side.orders->on_open(side.socket, side.now);
  EXPECT_EQ(closed_with(4001), CloseReaction::Stop);
  EXPECT_EQ(side.orders->state(), OrderSession::State::Stopped);
  EXPECT_NE(side.orders->stop_reason().find("credentials"), std::string_view::npos);
}

TEST_F(OrderSessionEnds, AChangedKeyStopsItAndOthersDoNot) {
  for (const int code : {1009, 4002, 4003, 4004, 4005, 4006, 4008, 4009}) {
    side.connect();
    EXPECT_EQ(closed_with(static_cast<std::uint16_t>(code)),
              rule_of_close(static_cast<std::uint16_t>(code)).reaction);
    EXPECT_NE(side.orders->state(), OrderSession::State::Stopped) << code;
  }
  side.connect();
  EXPECT_EQ(closed_with(4007), CloseReaction::Stop);
  EXPECT_NE(side.orders->stop_reason().find("API key"), std::string_view::npos);
  EXPECT_EQ(side.heard.connection.back(), ConnectionState::Disconnected);
}

// The old key may be deleted as soon as the new one is in use: that is what replacing it is for.
TEST_F(OrderSessionEnds, AKeyThatWasReplacedMayBeDeletedAndTheNewOneMayNot) {  // 4007
  side.connect();
  side.signer.replace({Secret("key-2"), Secret("EXAMPLE-SECRET-NOT-REAL-0002"), Secret("p")});
  EXPECT_TRUE(side.orders->has_old_login());
  EXPECT_EQ(closed_with(4007), CloseReaction::Reconnect);
  EXPECT_EQ(side.orders->state(), OrderSession::State::Closed);
  EXPECT_FALSE(side.heard.has_problem(ProblemKind::Fatal));
  side.connect();
  EXPECT_FALSE(side.orders->has_old_login());
  EXPECT_EQ(closed_with(4007), CloseReaction::Stop);
  EXPECT_EQ(side.orders->state(), OrderSession::State::Stopped);
}

TEST_F(OrderSessionEnds, ALoginThatWasOnItsWayWithTheOldKeyIsTriedAgainWithTheNewOne) {
  for (const bool by_close : {true, false}) {
    side.orders->on_open(side.socket, side.now);
    side.signer.replace({Secret("key-2"), Secret("EXAMPLE-SECRET-NOT-REAL-0002"), Secret("p")});
    if (by_close) {
      EXPECT_EQ(closed_with(4001), CloseReaction::Reconnect);
    } else {
      side.say(R"({"event":"error","code":"60005","msg":"Invalid apiKey","connId":"c0"})");
    }
    EXPECT_EQ(side.orders->state(), OrderSession::State::Closed);
  }
  EXPECT_EQ(side.socket.reconnects.size(), 1u);
  EXPECT_FALSE(side.heard.has_problem(ProblemKind::Fatal));
}

TEST_F(OrderSessionEnds, ManyConnectionsAreToldAndTooManyAreLeftAloneForLong) {  // PROTOCOL 3.1
  struct SlowSocket final : SocketOutput {
    bool send_text(std::string_view) noexcept override { return true; }
    void reconnect(std::string_view) noexcept override { ++soon; }
    void reconnect_slowly(std::string_view) noexcept override { ++slowly; }
    int soon = 0, slowly = 0;
  } socket;
  const auto counted = [](std::string_view event, std::string_view count) {
    return R"({"event":")" + std::string(event) + R"(","channel":"orders","connCount":")" +
           std::string(count) + R"(","connId":"c0"})";
  };
  for (int i = 0; i < 6; ++i) {
    side.orders->on_open(socket, side.now);
    side.say(R"({"event":"login","code":"0","msg":"","connId":"c0"})");
    for (const char* channel : kAccountChannels) side.acknowledge(channel);
    side.say(counted("channel-conn-count", "2"));
    EXPECT_FALSE(side.heard.has_problem(ProblemKind::Notice));
    EXPECT_EQ(side.orders->counters().connections, 2);
    side.say(counted("channel-conn-count-error", "30"));
    side.orders->on_closed(side.now);
  }
  EXPECT_EQ(socket.slowly, 6);  // and never for good: the others may go
  EXPECT_EQ(socket.soon, 0);
  side.connect();
  side.say(counted("channel-conn-count", "29"));
  EXPECT_TRUE(side.heard.has_problem(ProblemKind::Notice));
}

TEST(ClockFilter, TheQuickestAnswerIsTheSurestUntilItIsOld) {
  ClockFilter clock;
  const auto sample = [](std::int64_t at_s, std::int64_t out_ms, std::int64_t back_ms,
                         std::int64_t offset_ms) {
    const Timestamp sent{seconds(at_s).count};
    const Timestamp venue = sent + milliseconds(out_ms + offset_ms);
    const Timestamp received = sent + milliseconds(out_ms + 1 + back_ms);
    return ClockSample{sent, venue, venue + milliseconds(1), received};
  };
  EXPECT_FALSE(clock.offset());
  clock.add(sample(1'000, 40, 10, 500));  // lopsided: 15 ms off, and it says 25 ms of doubt
  EXPECT_EQ(clock.offset(), milliseconds(515));
  clock.add(sample(1'001, 2, 2, 500));
  EXPECT_EQ(clock.offset(), milliseconds(500));
  EXPECT_FALSE(clock.add(sample(1'002, 60, 10, 500)));
  EXPECT_EQ(clock.offset(), milliseconds(500));
  // Minutes later the slower answer is the better one: clocks drift.
  EXPECT_TRUE(clock.add(sample(2'000, 15, 5, 530)));
  EXPECT_EQ(clock.offset(), milliseconds(535));
  // A clock that was set is believed at once, however slow the answer.
  EXPECT_TRUE(clock.add(sample(2'001, 60, 60, -700)));
  EXPECT_EQ(clock.offset(), milliseconds(-700));
  const Timestamp t{seconds(3'000).count};
  EXPECT_FALSE(clock.add({t, t, t, t - milliseconds(1)}));  // answered before it was asked
}

TEST_F(OrderSessionEnds, TheTimesInRepliesMeasureTheVenuesClock) {  // inTime, outTime
  side.connect();
  ASSERT_EQ(side.venue->place(side.place_request(17), side.now), SendResult::Sent);
  const std::int64_t sent_us = side.now.nanos / 1'000;
  side.now = side.now + milliseconds(10);
  const auto reply = [&](std::int64_t in_us, std::int64_t out_us) {
    return R"({"id":"1","op":"order","code":"0","msg":"","data":[{"ordId":"5","clOrdId":"17","sCode":"0"}],"inTime":")" +
           std::to_string(in_us) + R"(","outTime":")" + std::to_string(out_us) + "\"}";
  };
  side.say(reply(sent_us + 1'203'000, sent_us + 1'205'000));  // 1.2 s ahead, half of 8 ms away
  side.pass(milliseconds(1));
  EXPECT_EQ(side.rest->clock_offset(), milliseconds(1'199));
  EXPECT_EQ(side.heard.clock, milliseconds(1'199));
  ASSERT_EQ(side.venue->place(side.place_request(18), side.now), SendResult::Sent);
  side.say(R"({"id":"2","op":"order","code":"0","msg":"","data":[],"inTime":"1","outTime":"2"})");
  side.pass(milliseconds(1));
  EXPECT_EQ(side.rest->clock_offset(), milliseconds(1'199));  // stray numbers are no clock
}

struct Control final : LineControl {
  Log log;
  void open_line(std::size_t line) noexcept override {
    log.push_back("open " + std::to_string(line));
  }
  void close_line(std::size_t line) noexcept override {
    log.push_back("close " + std::to_string(line));
  }
  Log take() { return std::exchange(log, {}); }
};

/// The private line and its successor, each over a socket of its own.
class OrderLinesTest : public ::testing::Test {
 protected:
  struct Socket final : SocketOutput {
    OrderLinesTest* test = nullptr;
    std::size_t line = 0;
    Log sent;
    Log reconnects;
    bool send_text(std::string_view text) noexcept override {
      sent.emplace_back(text);
      return true;
    }
    void reconnect(std::string_view why) noexcept override { reconnects.emplace_back(why); }
    bool replace(std::string_view) noexcept override {
      test->lines.replace(line);
      return true;
    }
  };

  OrderLinesTest() {
    for (std::size_t line = 0; line < 2; ++line) {
      sockets[line].test = this;
      sockets[line].line = line;
    }
    lines.on_switch([this](OrderSession& session) { venue.use(session); });
  }
  void say(std::size_t line, std::string_view text) {
    const testing::Text padded(text);
    lines.session(line).on_text(padded.view(), side.now);
  }
  void log_in(std::size_t line) {
    lines.session(line).on_open(sockets[line], side.now);
    say(line, R"({"event":"login","code":"0","msg":"","connId":"c0"})");
    for (const char* channel : kAccountChannels) {
      say(line, R"({"event":"subscribe","arg":{"channel":")" + std::string(channel) +
                    R"("},"connId":"c0"})");
    }
  }
  void notice(std::size_t line) {
    say(line, R"({"event":"notice","code":"64008","msg":"soon","connId":"c0"})");
  }
  void pass(Nanos time) {
    side.now = side.now + time;
    for (std::size_t line = 0; line < 2; ++line) lines.session(line).on_timer(side.now);
    lines.on_timer(side.now);
  }
  std::string reply(std::uint64_t id, std::uint64_t client_id) {
    return R"({"id":")" + std::to_string(id) +
           R"(","op":"order","code":"0","msg":"","data":[{"ordId":"5","clOrdId":")" +
           std::to_string(client_id) + R"(","sCode":"0"}],"inTime":"1","outTime":"2"})";
  }

  testing::AccountSide side;
  testing::Heard heard;
  Control control;
  OrderLines lines{side.signer, side.context, heard, heard, OrderSessionSettings{}, control};
  AccountVenue venue{lines.session(0), *side.rest, side.context, side.terms, heard};
  std::array<Socket, 2> sockets;
};

TEST_F(OrderLinesTest, AMoveHasTheNewLineUsableBeforeTheOldGoesAndRequestsInFlightEndThere) {
  log_in(0);
  ASSERT_EQ(venue.place(side.place_request(17), side.now), SendResult::Sent);
  notice(0);
  notice(0);
  EXPECT_EQ(control.take(), (Log{"open 1"}));
  ASSERT_EQ(venue.place(side.place_request(18), side.now), SendResult::Sent);
  const std::size_t before = kAccountChannels.size() + 3;  // the login and two orders
  EXPECT_EQ(sockets[0].sent.size(), before) << "the old line works until the new one does";
  log_in(1);
  ASSERT_EQ(venue.place(side.place_request(19), side.now), SendResult::Sent);
  EXPECT_EQ(sockets[0].sent.size(), before);
  EXPECT_EQ(sockets[1].sent.size(), before - 1);
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{})) << "requests are in flight on the old line";
  say(0, reply(1, 17));
  say(1, reply(1, 19));
  say(0, reply(2, 18));
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{"close 0"}));
  lines.session(0).on_closed(side.now);
  EXPECT_EQ(heard.count(Kind::PlaceAccepted), 3u);
  EXPECT_EQ(heard.count(Kind::OutcomeUnknown), 0u);
  EXPECT_EQ(heard.connection, (std::vector{ConnectionState::Connecting, ConnectionState::Ready}))
      << "the engine's connection never went away";
  EXPECT_TRUE(sockets[0].reconnects.empty());
  EXPECT_EQ(lines.moves(), 1u);
  notice(1);  // and back again
  EXPECT_EQ(control.take(), (Log{"open 0"}));
}

TEST_F(OrderLinesTest, WhatBothLinesPushIsToldOnceWhicheverComesFirstAndNothingIsLost) {
  log_in(0);
  notice(0);
  log_in(1);
  const std::string one = testing::order_push("");
  const std::string two = testing::order_push(R"(,"accFillSz":"0.02","uTime":"1795430400500")");
  const std::string last = testing::order_push(R"(,"state":"canceled","uTime":"1795430400600")");
  say(0, one);
  say(1, one);
  say(1, two);
  say(1, last);
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{"open 1", "close 0"}));
  say(0, two);  // on its way when it was said goodbye to
  lines.session(0).on_closed(side.now);
  EXPECT_EQ(heard.count(Kind::Status), 3u);
  say(1, one);  // a repetition on one line is the venue's own
  EXPECT_EQ(heard.count(Kind::Status), 4u);
}

TEST_F(OrderLinesTest, WhatTheOldLineToldLastIsNotToldAgainByTheNewOne) {
  log_in(0);
  notice(0);
  log_in(1);
  say(0, testing::order_push(""));
  pass(milliseconds(100));
  lines.session(0).on_closed(side.now);
  pass(milliseconds(100));
  say(1, testing::order_push(""));
  EXPECT_EQ(heard.count(Kind::Status), 1u);
}

TEST_F(OrderLinesTest, AnOldLineThatIsClosedEarlyIsALossAndWhicheverIsBackFirstGoesOn) {
  log_in(0);
  ASSERT_EQ(venue.place(side.place_request(17), side.now), SendResult::Sent);
  notice(0);
  lines.session(0).on_closed(side.now);
  EXPECT_EQ(heard.connection.back(), ConnectionState::Disconnected);
  EXPECT_EQ(heard.count(Kind::OutcomeUnknown), 1u);
  log_in(0);
  EXPECT_EQ(heard.connection.back(), ConnectionState::Ready);
  EXPECT_EQ(control.take(), (Log{"open 1", "close 1"}));
  EXPECT_EQ(lines.moves(), 0u);
  notice(0);
  lines.session(0).on_closed(side.now);
  log_in(1);
  EXPECT_EQ(heard.connection.back(), ConnectionState::Ready);
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{"open 1", "close 0"}));
  EXPECT_EQ(&lines.current(), &lines.session(1));
}

TEST_F(OrderLinesTest, AReplyThatNeverComesHoldsTheOldLineForATimeOnly) {
  log_in(0);
  ASSERT_EQ(venue.place(side.place_request(17), side.now), SendResult::Sent);
  notice(0);
  log_in(1);
  for (int i = 0; i < 31; ++i) pass(milliseconds(100));
  EXPECT_EQ(heard.count(Kind::OutcomeUnknown), 1u);
  EXPECT_EQ(control.take(), (Log{"open 1", "close 0"}));
}

// Nobody knows what a line that is about to end has left out: the lists are read after the switch.
TEST_F(OrderLinesTest, ASwitchAndTheLossOfOneOfTwoLinesAreReasonsToReadTheLists) {
  int doubts = 0;
  lines.on_doubt([&] { ++doubts; });
  log_in(0);
  ASSERT_EQ(venue.place(side.place_request(17), side.now), SendResult::Sent);
  notice(0);
  EXPECT_EQ(doubts, 0);
  log_in(1);
  EXPECT_EQ(doubts, 1);
  lines.session(0).on_closed(side.now);  // by the venue, earlier than it said
  EXPECT_EQ(doubts, 2);
  pass(milliseconds(100));
  notice(1);
  log_in(0);
  EXPECT_EQ(doubts, 3);
  pass(milliseconds(100));
  lines.session(1).on_closed(side.now);  // by us
  EXPECT_EQ(doubts, 3);
  EXPECT_EQ(heard.connection, (std::vector{ConnectionState::Connecting, ConnectionState::Ready}));
}

TEST_F(OrderLinesTest, AWishForANewLoginDuringAMoveIsNotForgotten) {
  log_in(0);
  notice(0);
  lines.replace_current();  // the successor may have logged in with the old key
  log_in(1);
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{"open 1", "close 0"}));
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{})) << "the old one is not gone yet";
  lines.session(0).on_closed(side.now);
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{"open 0"}));
  log_in(0);
  // The new line's own notice, while the old one still waits for a reply.
  lines.session(1).on_closed(side.now);
  pass(milliseconds(100));
  control.take();
  ASSERT_EQ(venue.place(side.place_request(17), side.now), SendResult::Sent);
  notice(0);
  log_in(1);
  notice(1);
  say(0, reply(1, 17));
  pass(milliseconds(100));
  lines.session(0).on_closed(side.now);
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{"open 1", "close 0", "open 0"}));
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{})) << "once";
}

/// A market feed whose lines are scripted by hand.
class MarketFeedTest : public ::testing::Test {
 protected:
  struct Socket final : SocketOutput {
    MarketFeedTest* test = nullptr;
    std::size_t seat = 0;
    std::size_t requests = 0;
    bool send_text(std::string_view text) noexcept override {
      if (text != "ping") ++requests;
      return true;
    }
    void reconnect(std::string_view) noexcept override {
      test->control.log.emplace_back("reconnect");
    }
    bool replace(std::string_view) noexcept override {
      test->feed->replace(seat, test->now);
      return true;
    }
  };
  struct Listener final : MarketListener {
    Log log;
    void on_book_update(const BookUpdate& update) noexcept override {
      log.push_back("book " + std::to_string(update.sequence));
    }
    void on_book_withdrawn(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept override {
      log.emplace_back("withdrawn");
    }
    void on_trade(const TradeEvent& trade) noexcept override {
      log.push_back("trade " + std::to_string(trade.trade_id.value));
    }
    void on_ticker(const TickerEvent&) noexcept override {}
    void on_reference_price(const ReferencePriceEvent&) noexcept override {}
    void on_instrument_state(InstrumentId, InstrumentState, Timestamp) noexcept override {}
    void on_market_connection(ConnectionState state, Timestamp) noexcept override {
      log.push_back("connection " + std::to_string(static_cast<int>(state)));
    }
    void on_market_alive(Timestamp) noexcept override {}
    Log take() { return std::exchange(log, {}); }
  };
  struct Quiet final : Diagnostics {
    void on_diagnostic(DiagnosticKind, std::string_view, std::string_view) noexcept override {}
  };

  void make(std::size_t lines) {
    MarketSessionSettings settings;
    settings.instrument_states = false;
    feed = std::make_unique<MarketFeed>(lines, settings, codes, wanted, listener, quiet, control);
    for (std::size_t seat = 0; seat < feed->seats(); ++seat) {
      sockets[seat].test = this;
      sockets[seat].seat = seat;
    }
    feed->start();
  }
  void say(std::size_t seat, const std::string& text) {
    const test::PaddedText padded(text);
    feed->session(seat).on_text(padded, now);
  }
  void subscribe(std::size_t seat) {
    feed->session(seat).on_open(sockets[seat], now);
    for (const char* channel : {"books", "trades"}) {
      say(seat, R"({"event":"subscribe","arg":{"channel":")" + std::string(channel) +
                    R"(","instId":"BTC-USDT-SWAP"},"connId":"c0"})");
    }
  }
  void book(std::size_t seat, std::int64_t previous, std::int64_t sequence) {
    say(seat, R"({"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":")" +
                  std::string(previous < 0 ? "snapshot" : "update") +
                  R"(","data":[{"asks":[["61250.2","1","0","1"]],"bids":[["61250.1",")" +
                  std::to_string(sequence) + R"(","0","1"]],"ts":")" +
                  std::to_string(1'795'430'400'000 + sequence) + R"(","checksum":0,"prevSeqId":)" +
                  std::to_string(previous) + R"(,"seqId":)" + std::to_string(sequence) + "}]}");
  }
  void trade(std::size_t seat, int id) {
    say(seat,
        R"({"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","tradeId":")" +
            std::to_string(id) + R"(","px":"61250","sz":"1","side":"buy","ts":")" +
            std::to_string(1'795'430'400'000 + id) + "\"}]}");
  }
  void notice(std::size_t seat) {
    say(seat, R"({"event":"notice","code":"64008","msg":"soon","connId":"c0"})");
  }
  void close(std::size_t seat) { feed->session(seat).on_closed(now); }
  void pass(Nanos time) {
    now = now + time;
    feed->on_timer(now);
  }

  Timestamp now = from_unix_millis(1'795'430'400'000);
  InstrumentCodes codes = test::market_codes();
  std::vector<MarketSubscription> wanted{{test::kBtcSwap, MarketStream::Depth400},
                                         {test::kBtcSwap, MarketStream::Trades}};
  Listener listener;
  Quiet quiet;
  Control control;
  std::unique_ptr<MarketFeed> feed;
  std::array<Socket, kMaxFeedLines> sockets;
};

TEST_F(MarketFeedTest, OneLineMovesWithoutAnEventLostOrTwiceAndIsAloneAgain) {
  make(1);
  EXPECT_EQ(control.take(), (Log{"open 0"}));
  subscribe(0);
  book(0, -1, 10);
  trade(0, 1);
  EXPECT_EQ(listener.take(), (Log{"connection 1", "connection 2", "book 10", "trade 1"}));
  notice(0);
  EXPECT_EQ(control.take(), (Log{"open 1"}));
  book(0, 10, 11);
  trade(0, 2);
  subscribe(1);
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{})) << "the new line has no book yet";
  book(0, 11, 12);
  book(1, -1, 12);
  book(1, 12, 14);
  trade(1, 3);
  book(0, 12, 14);
  trade(0, 3);
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{"close 0"}));
  book(0, 14, 15);  // its last words
  close(0);
  book(1, 14, 15);
  book(1, 15, 16);
  EXPECT_EQ(listener.take(),
            (Log{"book 11", "trade 2", "book 12", "book 14", "trade 3", "book 15", "book 16"}));
  EXPECT_EQ(feed->moves(), 1u);
  pass(MarketFeed::kSettleAfter);
  book(1, 16, 17);
  trade(1, 4);
  close(1);
  EXPECT_EQ(listener.take(), (Log{"book 17", "trade 4", "withdrawn", "connection 0"}));
  subscribe(1);
  book(1, -1, 20);
  EXPECT_EQ(listener.take(), (Log{"connection 1", "connection 2", "book 20"}));
  notice(1);
  EXPECT_EQ(control.take(), (Log{"open 0"}));
}

TEST_F(MarketFeedTest, ASuccessorThatIsLostAgainLeavesNoBookThatIsNeverTold) {
  make(1);
  subscribe(0);
  book(0, -1, 10);
  notice(0);
  subscribe(1);
  book(1, -1, 12);
  book(0, 10, 11);
  close(1);
  listener.take();
  book(0, 11, 13);  // without having met 12
  const std::size_t before = sockets[0].requests;
  for (int i = 0; i < 22; ++i) {
    pass(milliseconds(100));
    feed->session(0).on_timer(now);
  }
  EXPECT_EQ(listener.take(), (Log{"withdrawn"}));
  EXPECT_GT(sockets[0].requests, before) << "the snapshot is asked for";
  say(0, R"({"event":"unsubscribe","arg":{"channel":"books","instId":"BTC-USDT-SWAP"}})");
  say(0, R"({"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT-SWAP"}})");
  book(0, -1, 14);
  EXPECT_EQ(listener.take(), (Log{"book 14"}));
}

TEST_F(MarketFeedTest, TheSpareIsNotMovedBecauseOfANoticeFromWhenItWasToJoin) {
  make(1);
  subscribe(0);
  book(0, -1, 10);
  notice(0);
  subscribe(1);
  notice(1);
  close(1);
  pass(MarketFeed::kMoveWithin);
  EXPECT_EQ(control.take(), (Log{"open 0", "open 1", "close 1"}));
  for (int i = 0; i < 3; ++i) pass(MarketFeed::kSettleAfter);
  EXPECT_EQ(control.take(), (Log{}));
  EXPECT_FALSE(feed->is_moving());
  listener.take();
  book(0, 10, 11);
  EXPECT_EQ(listener.take(), (Log{"book 11"}));
}

TEST_F(MarketFeedTest, TwoLinesOneLostCostsNothingAndTheyMoveOneAfterTheOther) {
  make(2);
  EXPECT_EQ(control.take(), (Log{"open 0", "open 1"}));
  subscribe(0);
  subscribe(1);
  book(0, -1, 10);
  book(1, -1, 10);
  book(1, 10, 11);
  close(1);
  book(0, 10, 11);
  book(0, 11, 12);
  EXPECT_EQ(listener.take(),
            (Log{"connection 1", "connection 2", "book 10", "book 11", "book 12"}));
  subscribe(1);
  book(1, -1, 12);
  notice(0);
  notice(1);
  EXPECT_EQ(control.take(), (Log{"open 2"}));
  subscribe(2);
  book(2, -1, 12);
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{"close 0"}));
  close(0);
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{"open 0"}));
  subscribe(0);
  book(0, -1, 12);
  pass(milliseconds(100));
  close(1);
  EXPECT_EQ(control.take(), (Log{"close 1"}));
  book(2, 12, 13);
  book(0, 12, 13);
  EXPECT_EQ(listener.take(), (Log{"book 13"}));
  EXPECT_EQ(feed->moves(), 2u);
  EXPECT_FALSE(feed->state(1).working);
  EXPECT_TRUE(feed->state(0).ready && feed->state(2).ready);
}

TEST_F(MarketFeedTest, LinesThatLoggedInWithAKeyThatWasReplacedMoveToTheNewOne) {
  wanted = {{test::kBtcSwap, MarketStream::Depth400Fast}};
  Signer signer({Secret("key-1"), Secret("EXAMPLE-SECRET-NOT-REAL-0001"), Secret("p")});
  make(2);
  for (std::size_t seat = 0; seat < feed->seats(); ++seat)
    feed->session(seat).log_in_with(signer, {});
  const auto log_in = [&](std::size_t seat) {
    feed->session(seat).on_open(sockets[seat], now);
    say(seat, R"({"event":"login","code":"0","msg":"","connId":"c0"})");
    say(seat, R"({"event":"subscribe","arg":{"channel":"books-l2-tbt","instId":"BTC-USDT-SWAP"}})");
    say(seat, R"({"arg":{"channel":"books-l2-tbt","instId":"BTC-USDT-SWAP"},"action":"snapshot",)"
              R"("data":[{"asks":[],"bids":[],"ts":"1","seqId":5,"prevSeqId":-1}]})");
  };
  log_in(0);
  log_in(1);
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{"open 0", "open 1"}));
  signer.replace({Secret("key-2"), Secret("EXAMPLE-SECRET-NOT-REAL-0002"), Secret("p")});
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{"open 2"}));
  // The venue ends the others as the old key goes: they come back, at once, with the new one.
  EXPECT_EQ(feed->session(1).on_close_code(4007, now), CloseReaction::Reconnect);
  log_in(2);
  pass(milliseconds(100));
  close(0);
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{"close 0", "open 0"}));
  log_in(0);
  pass(milliseconds(100));
  close(1);
  pass(milliseconds(100));
  EXPECT_EQ(control.take(), (Log{"close 1"}));
  EXPECT_EQ(feed->moves(), 2u);
  EXPECT_FALSE(feed->is_moving());
}

TEST_F(MarketFeedTest, AMoveWhoseSuccessorNeverComesIsGivenUpWhenTheOldLineIsBack) {
  make(1);
  subscribe(0);
  book(0, -1, 10);
  notice(0);
  pass(seconds(50));
  close(0);
  subscribe(0);
  book(0, -1, 20);
  pass(MarketFeed::kMoveWithin);
  EXPECT_EQ(control.take(), (Log{"open 0", "open 1", "close 1"}));
  EXPECT_EQ(feed->moves(), 0u);
  listener.take();
  pass(MarketFeed::kSettleAfter);
  book(0, 20, 21);
  EXPECT_EQ(listener.take(), (Log{"book 21"}));
  notice(0);
  EXPECT_EQ(control.take(), (Log{"open 1"}));
}

// PROTOCOL 3.1: 480 requests an hour and connection, whatever breaks.
TEST_F(MarketFeedTest, AStreamThatBreaksForEverStaysFarBelowTheHourlyLimit) {
  make(1);
  subscribe(0);
  const Timestamp end = now + seconds(3'600);
  while (now < end) {
    book(0, -1, 10);
    book(0, 12, 13);  // a gap, each time it can be one
    say(0, R"({"event":"unsubscribe","arg":{"channel":"books","instId":"BTC-USDT-SWAP"}})");
    say(0, R"({"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT-SWAP"}})");
    now = now + milliseconds(500);
    feed->session(0).on_timer(now);
  }
  EXPECT_GT(sockets[0].requests, 20u);
  EXPECT_LE(sockets[0].requests, 480u);
}

}  // namespace
}  // namespace gannet::okx
