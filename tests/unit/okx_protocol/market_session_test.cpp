#include "gateway/okx/protocol/market_session.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "support/market_codes.h"
#include "support/padded_text.h"

namespace gannet::okx {
namespace {

struct Socket final : SocketOutput {
  std::vector<std::string> sent;
  std::vector<std::string> reconnects;
  bool takes = true;
  bool send_text(std::string_view text) noexcept override {
    if (takes) sent.emplace_back(text);
    return takes;
  }
  void reconnect(std::string_view why) noexcept override { reconnects.emplace_back(why); }
};

struct Listener final : MarketListener {
  std::vector<std::string> log;
  int alive = 0;
  void on_book_update(const BookUpdate& update) noexcept override {
    log.push_back("book " + std::to_string(update.sequence));
  }
  void on_book_withdrawn(InstrumentId, BookFeed, BookWithdrawal why, Timestamp) noexcept override {
    log.push_back("withdrawn " + std::to_string(static_cast<int>(why)));
  }
  void on_trade(const TradeEvent& trade) noexcept override {
    log.push_back("trade " + std::to_string(trade.price.raw));
  }
  void on_ticker(const TickerEvent&) noexcept override { log.emplace_back("ticker"); }
  void on_reference_price(const ReferencePriceEvent& price) noexcept override {
    log.push_back((price.kind == ReferencePriceEvent::Kind::Mark ? "mark " : "index ") +
                  std::to_string(price.instrument.value));
  }
  void on_instrument_state(InstrumentId id, InstrumentState state, Timestamp) noexcept override {
    log.push_back("state " + std::to_string(id.value) + " " +
                  std::to_string(static_cast<int>(state)));
  }
  void on_market_connection(ConnectionState state, Timestamp) noexcept override {
    log.emplace_back(state == ConnectionState::Ready        ? "ready"
                     : state == ConnectionState::Connecting ? "connecting"
                                                            : "disconnected");
  }
  void on_market_alive(Timestamp) noexcept override { ++alive; }
  int updates = 0;
  void on_market_update(const MarketUpdate&) noexcept override { ++updates; }
  void on_book_replaced(InstrumentId id, BookFeed wanted, BookFeed instead,
                        Timestamp) noexcept override {
    log.push_back("replaced " + std::to_string(id.value) + " " +
                  std::to_string(static_cast<int>(wanted)) + " " +
                  std::to_string(static_cast<int>(instead)));
  }
  std::vector<std::string> take() { return std::exchange(log, {}); }
};

struct Notes final : Diagnostics {
  std::vector<std::string> kinds;
  std::string excerpt;
  void on_diagnostic(DiagnosticKind kind, std::string_view,
                     std::string_view text) noexcept override {
    kinds.emplace_back(name_of(kind));
    excerpt = text;
  }
};

struct Seeds final : BookSeedSource {
  int asked = 0;
  bool request_book_snapshot(InstrumentId, BookFeed, Timestamp) noexcept override {
    ++asked;
    return true;
  }
};

using Log = std::vector<std::string>;

class MarketSessionTest : public ::testing::Test {
 protected:
  static MarketSessionSettings settings() {
    MarketSessionSettings settings;
    settings.instrument_states = false;
    return settings;
  }
  void text(std::string_view frame) {
    const test::PaddedText padded(frame);
    session_.on_text(padded, now_);
  }
  void acknowledge(std::string_view channel, std::string_view instrument) {
    text(R"({"event":"subscribe","arg":{"channel":")" + std::string(channel) + R"(","instId":")" +
         std::string(instrument) + R"("},"connId":"c0ffee01"})");
  }
  void book(std::string_view action, std::int64_t previous, std::int64_t sequence) {
    text(
        R"({"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":")" + std::string(action) +
        R"(","data":[{"asks":[["61250.2","1","0","1"]],"bids":[["61250.1","1","0","1"]],"ts":"1","checksum":0,"prevSeqId":)" +
        std::to_string(previous) + R"(,"seqId":)" + std::to_string(sequence) + "}]}");
  }
  void open() {
    session_.on_open(socket_, now_);
    acknowledge("books", "BTC-USDT-SWAP");
    acknowledge("trades", "BTC-USDT-SWAP");
    socket_.sent.clear();
    listener_.take();
  }

  Timestamp now_ = from_unix_millis(1'795'430'400'000);
  InstrumentCodes codes_ = test::market_codes();
  Socket socket_;
  Listener listener_;
  Notes notes_;
  Seeds seeds_;
  const std::vector<MarketSubscription> wanted_{{test::kBtcSwap, MarketStream::Depth400},
                                                {test::kBtcSwap, MarketStream::Trades}};
  MarketSession session_{settings(), codes_, wanted_, listener_, notes_, &seeds_};
};

TEST_F(MarketSessionTest, IsReadyOnlyWhenEverySubscriptionIsAcknowledged) {
  session_.on_open(socket_, now_);
  ASSERT_EQ(socket_.sent.size(), 1u);
  EXPECT_EQ(
      socket_.sent[0],
      R"({"id":"s1","op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT-SWAP"},{"channel":"trades","instId":"BTC-USDT-SWAP"}]})");
  acknowledge("books", "BTC-USDT-SWAP");
  EXPECT_EQ(listener_.take(), (Log{"connecting"}));
  acknowledge("trades", "BTC-USDT-SWAP");
  EXPECT_EQ(listener_.take(), (Log{"ready"}));
}

TEST_F(MarketSessionTest, ReconnectsWhenOneAcknowledgementIsMissing) {  // fault 12
  session_.on_open(socket_, now_);
  acknowledge("books", "BTC-USDT-SWAP");
  now_ = now_ + seconds(7);
  text("pong");
  now_ = now_ + seconds(4);
  session_.on_timer(now_);
  EXPECT_EQ(socket_.reconnects.size(), 1u);
}

TEST_F(MarketSessionTest, TakesDataThatComesBeforeTheAcknowledgement) {
  session_.on_open(socket_, now_);
  book("snapshot", -1, 10);
  acknowledge("books", "BTC-USDT-SWAP");
  book("update", 10, 11);
  EXPECT_EQ(listener_.take(), (Log{"connecting", "book 10", "book 11"}));
  EXPECT_EQ(seeds_.asked, 0);
}

TEST_F(MarketSessionTest, WithdrawsAndResubscribesOnAGap) {  // fault 31
  open();
  book("snapshot", -1, 10);
  book("update", 12, 13);
  EXPECT_EQ(listener_.take(),
            (Log{"book 10", "withdrawn " + std::to_string(static_cast<int>(BookWithdrawal::Gap))}));
  ASSERT_EQ(socket_.sent.size(), 1u);
  EXPECT_EQ(
      socket_.sent[0],
      R"({"id":"s2","op":"unsubscribe","args":[{"channel":"books","instId":"BTC-USDT-SWAP"}]})");
  text(R"({"event":"unsubscribe","arg":{"channel":"books","instId":"BTC-USDT-SWAP"}})");
  ASSERT_EQ(socket_.sent.size(), 2u);
  EXPECT_NE(socket_.sent[1].find(R"("op":"subscribe")"), std::string::npos);
  acknowledge("books", "BTC-USDT-SWAP");
  book("snapshot", -1, 20);
  EXPECT_EQ(listener_.take(), (Log{"book 20"}));
  EXPECT_EQ(notes_.kinds, (Log{"book_gap"}));
}

TEST_F(MarketSessionTest, WaitsLongerBeforeEachFurtherResubscription) {
  open();
  for (int round = 0; round < 2; ++round) {
    book("snapshot", -1, 10);
    book("update", 12, 13);
    text(R"({"event":"unsubscribe","arg":{"channel":"books","instId":"BTC-USDT-SWAP"}})");
    acknowledge("books", "BTC-USDT-SWAP");
  }
  const std::size_t sent = socket_.sent.size();
  EXPECT_EQ(sent, 2u);  // the second round is not due yet
  now_ = now_ + seconds(1);
  session_.on_timer(now_);
  EXPECT_EQ(socket_.sent.size(), 3u);
}

TEST_F(MarketSessionTest, SeedsABookByRestWhenNoSnapshotComes) {
  open();
  book("update", 10, 15);
  EXPECT_EQ(seeds_.asked, 1);
  const test::PaddedText body(
      R"({"code":"0","msg":"","data":[{"asks":[["61250.3","1","0","1"]],"bids":[],"ts":"1","seqId":12}]})");
  session_.on_book_seed(test::kBtcSwap, BookFeed::Depth400, body, now_);
  EXPECT_EQ(listener_.take(), (Log{"book 12", "book 15"}));
}

TEST_F(MarketSessionTest, AsksForTheSeedAgainAfterARefusal) {
  open();
  book("update", 10, 15);
  const test::PaddedText refused(R"({"code":"50011","msg":"Too Many Requests","data":[]})");
  session_.on_book_seed(test::kBtcSwap, BookFeed::Depth400, refused, now_);
  now_ = now_ + BookSequencer::kSeedRetry;
  session_.on_timer(now_);
  EXPECT_EQ(seeds_.asked, 2);
}

TEST_F(MarketSessionTest, WithdrawsTheBookOfAMalformedFrameAndGoesOn) {
  open();
  book("snapshot", -1, 10);
  text(
      R"({"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":"update","data":[{"asks":[["61250.23456","1","0","1"]],"bids":[],"ts":"1","prevSeqId":10,"seqId":11}]})");
  EXPECT_EQ(
      listener_.take(),
      (Log{"book 10", "withdrawn " + std::to_string(static_cast<int>(BookWithdrawal::Malformed))}));
  text(
      R"({"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","tradeId":"1","px":"61250","sz":"1","side":"buy","ts":"1"}]})");
  EXPECT_EQ(listener_.take(), (Log{"trade 61250000"}));
  EXPECT_EQ(session_.diagnostics().count(DiagnosticKind::MalformedFrame), 1u);
}

TEST_F(MarketSessionTest, PingsWhenQuietAndReconnectsWhenDead) {
  open();
  now_ = now_ + seconds(1);
  session_.on_timer(now_);
  EXPECT_TRUE(socket_.sent.empty());
  now_ = now_ + seconds(1);
  session_.on_timer(now_);
  session_.on_timer(now_);
  EXPECT_EQ(socket_.sent, (Log{"ping"}));
  const int alive = listener_.alive;
  text("pong");
  EXPECT_EQ(listener_.alive, alive + 1);
  now_ = now_ + seconds(8);
  session_.on_timer(now_);
  EXPECT_EQ(socket_.reconnects.size(), 1u);
}

TEST_F(MarketSessionTest, ReconnectsOnTheNoticeOfAServiceUpgrade) {  // fault 11
  open();
  text(
      R"({"event":"notice","code":"64008","msg":"The connection will soon be closed","connId":"a"})");
  EXPECT_EQ(socket_.reconnects.size(), 1u);
}

TEST_F(MarketSessionTest, WithdrawsEveryBookWhenTheConnectionIsGone) {
  open();
  book("snapshot", -1, 10);
  session_.on_closed(now_);
  EXPECT_EQ(
      listener_.take(),
      (Log{"book 10", "withdrawn " + std::to_string(static_cast<int>(BookWithdrawal::Disconnected)),
           "disconnected"}));
  session_.on_open(socket_, now_);
  EXPECT_EQ(listener_.take(), (Log{"connecting"}));
}

TEST_F(MarketSessionTest, IsNeverReadyWithARefusedSubscription) {
  session_.on_open(socket_, now_);
  acknowledge("books", "BTC-USDT-SWAP");
  text(
      R"({"id":"s1","event":"error","code":"60018","msg":"Wrong URL or channel:trades, instId:BTC-USDT-SWAP doesn't exist.","connId":"a"})");
  now_ = now_ + seconds(5);
  text("pong");
  now_ = now_ + seconds(6);
  session_.on_timer(now_);
  EXPECT_FALSE(session_.ready());
  EXPECT_TRUE(socket_.reconnects.empty()) << "asking again would change nothing";
  EXPECT_EQ(notes_.kinds, (Log{"subscription_refused"}));
}

TEST_F(MarketSessionTest, AsksAgainAfterAPassingRefusal) {
  session_.on_open(socket_, now_);
  text(R"({"id":"s1","event":"error","code":"60014","msg":"Requests too frequent","connId":"a"})");
  socket_.sent.clear();
  now_ = now_ + seconds(1);
  session_.on_timer(now_);
  EXPECT_EQ(socket_.sent.size(), 1u);
}

TEST_F(MarketSessionTest, TakesAConnectionCountErrorForADeadSubscription) {
  open();
  text(R"({"event":"channel-conn-count-error","channel":"books","connCount":"30","connId":"a"})");
  EXPECT_EQ(socket_.reconnects.size(), 1u);
}

TEST_F(MarketSessionTest, TellsUnknownFramesOncePerKindWithSecretsMasked) {
  open();
  for (int i = 0; i < 5; ++i) text(R"({"event":"weather","apiKey":"abc","x":1})");
  text("not json");
  text(R"({"what":"else"})");
  text(R"({"arg":{"channel":"sprd-tickers","sprdId":"A"},"data":[{}]})");
  EXPECT_EQ(notes_.kinds,
            (Log{"unknown_event", "malformed_frame", "unknown_frame", "unknown_channel"}));
  EXPECT_EQ(session_.diagnostics().count(DiagnosticKind::UnknownEvent), 5u);
  EXPECT_TRUE(socket_.reconnects.empty());
}

TEST(MarketSessionRouting, SharesAnIndexAmongItsInstrumentsAndTellsStates) {
  InstrumentCodes codes = test::market_codes();
  Socket socket;
  Listener listener;
  Notes notes;
  const std::vector<MarketSubscription> wanted{{test::kBtcSwap, MarketStream::IndexPrice},
                                               {test::kBtcSpot, MarketStream::IndexPrice},
                                               {test::kEthSwap, MarketStream::MarkPrice}};
  MarketSession session({}, codes, wanted, listener, notes);
  const Timestamp now = from_unix_millis(1);
  session.on_open(socket, now);
  EXPECT_EQ(
      socket.sent[0],
      R"({"id":"s1","op":"subscribe","args":[{"channel":"index-tickers","instId":"BTC-USDT"},{"channel":"mark-price","instId":"ETH-USD-SWAP"},{"channel":"instruments","instType":"SWAP"},{"channel":"instruments","instType":"SPOT"}]})");
  listener.take();
  const auto text = [&](std::string_view frame) {
    const test::PaddedText padded(frame);
    session.on_text(padded, now);
  };
  text(
      R"({"arg":{"channel":"index-tickers","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","idxPx":"43350.1234567","ts":"1"}]})");
  text(
      R"({"arg":{"channel":"mark-price","instId":"ETH-USD-SWAP"},"data":[{"instId":"ETH-USD-SWAP","markPx":"2000.5","ts":"1"}]})");
  EXPECT_EQ(listener.take(), (Log{"index 1", "index 0", "mark 2"}));
  text(
      R"({"arg":{"channel":"instruments","instType":"SWAP"},"data":[{"instType":"SWAP","instId":"ETH-USD-SWAP","state":"suspend","tickSz":"0.01","lotSz":"0.1","instIdCode":777},{"instType":"SWAP","instId":"NEW-USDT-SWAP","state":"preopen"}]})");
  EXPECT_EQ(listener.take(),
            (Log{"state 2 " + std::to_string(static_cast<int>(InstrumentState::Suspended))}));
  EXPECT_EQ(codes.find(test::kEthSwap)->code, 777);
  // A tick finer than our unit: not tradable until restart. [RELIABILITY D, fault 36]
  text(
      R"({"arg":{"channel":"instruments","instType":"SWAP"},"data":[{"instType":"SWAP","instId":"ETH-USD-SWAP","state":"live","tickSz":"0.00001","lotSz":"0.1"}]})");
  EXPECT_EQ(listener.take(),
            (Log{"state 2 " + std::to_string(static_cast<int>(InstrumentState::Unknown))}));
}

TEST(SubscriptionBook, SplitsLongListsAndKeepsTheHourlyLimit) {
  InstrumentCodes codes;
  std::vector<MarketSubscription> wanted;
  for (std::uint32_t i = 0; i < 3'000; ++i) {
    const std::string name = "COIN" + std::to_string(i) + "-USDT-SWAP";
    codes.add({InstrumentId{i}, std::string_view(name), std::string_view("X"),
               std::string_view("X"), InstrumentKind::Swap, 2, 2, std::nullopt});
    wanted.push_back({InstrumentId{i}, MarketStream::Trades});
  }
  SubscriptionBook book(codes, wanted, false);
  const Timestamp now = from_unix_millis(1'000);
  int requests = 0;
  for (auto text = book.next_request(now); !text.empty(); text = book.next_request(now)) {
    EXPECT_LT(text.size(), 65'536u);
    ++requests;
  }
  EXPECT_GE(requests, 2);
  EXPECT_FALSE(book.all_acknowledged());
  std::size_t made = static_cast<std::size_t>(requests);
  for (int i = 0; i < 1'000; ++i) {  // a stream that keeps breaking
    SubscriptionArgument& argument = book.arguments()[0];
    argument.state = SubscriptionArgument::State::Wanted;
    argument.not_before = {};
    if (!book.next_request(now).empty()) ++made;
  }
  EXPECT_EQ(made, SubscriptionBook::kMaxRequestsPerHour);
  book.arguments()[0].state = SubscriptionArgument::State::Wanted;
  EXPECT_FALSE(book.next_request(now + seconds(3'600)).empty());
}

struct Wider : MarketSessionTest {
  /// A session of its own subscriptions, opened; the fixture's is not used.
  MarketSession& start(std::vector<MarketSubscription> wanted, const Signer* signer = nullptr) {
    other_ =
        std::make_unique<MarketSession>(settings(), codes_, wanted, listener_, notes_, &seeds_);
    if (signer != nullptr) other_->log_in_with(*signer, seconds(2));
    other_->on_open(socket_, now_);
    return *other_;
  }
  void say(std::string_view frame) { other_->on_text(test::PaddedText(frame), now_); }
  void acknowledge_other(std::string_view channel) {
    ack(R"({"channel":")" + std::string(channel) + R"(","instId":"BTC-USDT-SWAP"})");
  }
  void ack(std::string_view argument) {
    say(R"({"event":"subscribe","arg":)" + std::string(argument) + R"(,"connId":"c0ffee01"})");
  }
  std::unique_ptr<MarketSession> other_;
};

TEST_F(Wider, NamesEveryChannelsArgumentAsTheVenueWantsIt) {
  codes_.add({InstrumentId{3}, std::string_view("BTC-USD-261225-80000-C"),
              std::string_view("BTC-USD"), std::string_view("BTC-USD"), InstrumentKind::Option, 6,
              0, std::nullopt});
  start({{test::kBtcSwap, MarketStream::FundingRate},
         {test::kBtcSwap, MarketStream::PriceLimit},
         {test::kBtcSwap, MarketStream::EstimatedPrice},
         {test::kBtcSwap, MarketStream::Liquidations},
         {test::kEthSwap, MarketStream::Liquidations},
         {test::kBtcSwap, MarketStream::AdlWarning},
         {InstrumentId{3}, MarketStream::OptionSummary},
         {InstrumentId{3}, MarketStream::OptionTrades},
         {test::kBtcSwap, MarketStream::Candles, {seconds(60)}},
         {test::kBtcSwap, MarketStream::Candles, {seconds(86'400)}},
         {test::kBtcSwap, MarketStream::IndexCandles, {seconds(300)}},
         {test::kBtcSwap, MarketStream::Candles, {seconds(7)}}});
  ASSERT_EQ(socket_.sent.size(), 1u);
  EXPECT_EQ(
      socket_.sent[0],
      R"({"id":"s1","op":"subscribe","args":[{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},{"channel":"price-limit","instId":"BTC-USDT-SWAP"},{"channel":"estimated-price","instType":"SWAP","instId":"BTC-USDT-SWAP"},{"channel":"liquidation-orders","instType":"SWAP"},{"channel":"adl-warning","instType":"SWAP"},{"channel":"opt-summary","instFamily":"BTC-USD"},{"channel":"option-trades","instType":"OPTION","instId":"BTC-USD-261225-80000-C"},{"channel":"candle1m","instId":"BTC-USDT-SWAP"},{"channel":"candle1Dutc","instId":"BTC-USDT-SWAP"},{"channel":"index-candle5m","instId":"BTC-USDT"}]})");
  for (const char* argument :
       {R"({"channel":"funding-rate","instId":"BTC-USDT-SWAP"})",
        R"({"channel":"price-limit","instId":"BTC-USDT-SWAP"})",
        R"({"channel":"estimated-price","instType":"SWAP","instId":"BTC-USDT-SWAP"})",
        R"({"channel":"liquidation-orders","instType":"SWAP"})",
        R"({"channel":"adl-warning","instType":"SWAP"})",
        R"({"channel":"opt-summary","instFamily":"BTC-USD"})",
        R"({"channel":"option-trades","instType":"OPTION","instId":"BTC-USD-261225-80000-C"})",
        R"({"channel":"candle1m","instId":"BTC-USDT-SWAP"})",
        R"({"channel":"index-candle5m","instId":"BTC-USDT"})"}) {
    ack(argument);
    EXPECT_FALSE(other_->ready());
  }
  ack(R"({"channel":"candle1Dutc","instId":"BTC-USDT-SWAP"})");
  EXPECT_TRUE(other_->ready());
  say(R"({"arg":{"channel":"index-candle5m","instId":"BTC-USDT"},"data":[["1","2","2","2","2","1"]]})");
  say(R"({"arg":{"channel":"price-limit","instId":"BTC-USDT-SWAP"},"data":[{"buyLmt":"1"}]})");
  EXPECT_EQ(listener_.updates, 2);
}

TEST_F(Wider, WhatIsNotEssentialMayBeRefusedAndIsToldOnce) {
  start({{test::kBtcSwap, MarketStream::Trades}, {test::kBtcSwap, MarketStream::PriceLimit}});
  acknowledge_other("trades");
  EXPECT_FALSE(other_->ready());
  say(R"({"event":"error","msg":"Wrong URL or channel:price-limit,instId:BTC-USDT-SWAP doesn't exist.","code":"60018"})");
  EXPECT_TRUE(other_->ready());
  EXPECT_EQ(notes_.kinds, (Log{"subscription_refused"}));
}

TEST_F(Wider, ADeepBookThatTheAccountIsNotGivenIsReplacedOnce) {
  start({{test::kBtcSwap, MarketStream::Depth50Fast}, {test::kEthSwap, MarketStream::Depth50Fast}});
  ASSERT_EQ(socket_.sent.size(), 2u);  // each alone: a refusal need not name its channel
  listener_.take();
  say(R"({"id":"s1","event":"error","code":"64003","msg":"Your trading fee tier doesn't meet the requirement."})");
  say(R"({"id":"s2","event":"error","code":"60011","msg":"Please log in."})");
  EXPECT_EQ(listener_.take(), (Log{"replaced 1 4 2", "replaced 2 4 2"}));
  EXPECT_EQ(notes_.kinds, (Log{"book_replaced", "book_replaced"}));
  ASSERT_EQ(socket_.sent.size(), 4u);
  EXPECT_EQ(
      socket_.sent[2],
      R"({"id":"s3","op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT-SWAP"}]})");
  ack(R"({"channel":"books","instId":"BTC-USDT-SWAP"})");
  ack(R"({"channel":"books","instId":"ETH-USD-SWAP"})");
  EXPECT_TRUE(other_->ready());
  say(R"({"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":"snapshot","data":[{"asks":[],"bids":[],"ts":"1","seqId":5,"prevSeqId":-1}]})");
  EXPECT_EQ(listener_.take(), (Log{"ready", "book 5"}));
  // The tier does not come with a new connection: it is not asked for again.
  socket_.sent.clear();
  other_->on_closed(now_);
  other_->on_open(socket_, now_);
  ASSERT_EQ(socket_.sent.size(), 1u);
  EXPECT_EQ(socket_.sent[0].find("books50"), std::string::npos);
  EXPECT_EQ(notes_.kinds.size(), 2u);
}

TEST_F(Wider, TheFastDeepBookStandsForTheOthersAndGivesThemBackWhenItIsRefused) {
  start({{test::kBtcSwap, MarketStream::Depth400},
         {test::kBtcSwap, MarketStream::Depth400Fast},
         {test::kBtcSwap, MarketStream::Trades}});
  // Both on one connection would be refused (64004).
  EXPECT_EQ(listener_.take(), (Log{"connecting", "replaced 1 2 3"}));
  ASSERT_EQ(socket_.sent.size(), 2u);
  EXPECT_EQ(socket_.sent[0].find(R"("books")"), std::string::npos);
  say(R"({"id":"s1","event":"error","code":"64003","msg":"tier"})");
  EXPECT_EQ(listener_.take(), (Log{"replaced 1 3 2", "replaced 1 2 2"}));
  EXPECT_NE(socket_.sent.back().find(R"({"channel":"books","instId":"BTC-USDT-SWAP"})"),
            std::string::npos);
}

TEST_F(Wider, LogsInForDeepBooksAndAsksForTheRestAtOnce) {
  const Signer signer({Secret("key"), Secret("secret"), Secret("phrase")});
  start({{test::kBtcSwap, MarketStream::Trades}, {test::kBtcSwap, MarketStream::Depth400Fast}},
        &signer);
  ASSERT_EQ(socket_.sent.size(), 2u);
  EXPECT_EQ(socket_.sent[0].substr(0, 13), R"({"op":"login")");
  EXPECT_EQ(socket_.sent[1].find("books-l2-tbt"), std::string::npos);
  say(R"({"event":"login","code":"0","msg":"","connId":"c0ffee01"})");
  ASSERT_EQ(socket_.sent.size(), 3u);
  EXPECT_NE(socket_.sent[2].find("books-l2-tbt"), std::string::npos);
}

TEST_F(Wider, GoesOnWithoutALoginThatIsRefusedOrReconnectsWhenNoneIsAnswered) {
  const Signer signer({Secret("key"), Secret("secret"), Secret("phrase")});
  start({{test::kBtcSwap, MarketStream::Depth400Fast}}, &signer);
  say(R"({"event":"error","code":"60009","msg":"Login failed."})");
  EXPECT_EQ(notes_.kinds, (Log{"login_refused"}));
  EXPECT_NE(socket_.sent.back().find("books-l2-tbt"), std::string::npos);
  start({{test::kBtcSwap, MarketStream::Depth400Fast}}, &signer);
  now_ = now_ + seconds(7);
  say("pong");
  now_ = now_ + seconds(4);
  other_->on_timer(now_);
  EXPECT_EQ(socket_.reconnects.size(), 1u);
}

TEST_F(Wider, ALoginThatFailsForAPassingReasonIsTriedAgainAndNoBookIsReplaced) {  // fault 12
  const Signer signer({Secret("key"), Secret("secret"), Secret("phrase")});
  start({{test::kBtcSwap, MarketStream::Trades}, {test::kBtcSwap, MarketStream::Depth400Fast}},
        &signer);
  const auto logins = [&] {
    return std::ranges::count_if(
        socket_.sent, [](const std::string& text) { return text.starts_with(R"({"op":"login")"); });
  };
  const auto pass = [&](Nanos time) {
    for (Nanos spent; spent < time; spent = spent + milliseconds(500)) {
      now_ = now_ + milliseconds(500);
      say("pong");
      other_->on_timer(now_);
    }
  };
  acknowledge_other("trades");
  say(R"({"event":"error","code":"63999","msg":"Login failed due to internal error."})");
  EXPECT_EQ(notes_.kinds, (Log{"login_refused"}));
  EXPECT_EQ(socket_.sent.size(), 2u) << "the book waits for the login";
  pass(seconds(2));
  EXPECT_EQ(logins(), 2);
  // Too old: the clock, which has been measured anew since.
  say(R"({"event":"error","code":"60006","msg":"Timestamp request expired"})");
  other_->set_clock_offset(seconds(100));
  pass(seconds(3));
  EXPECT_EQ(logins(), 3);
  const std::int64_t at = (now_.nanos / 1'000'000'000) + 100;
  EXPECT_TRUE(socket_.sent.back().find(std::to_string(at)) != std::string::npos ||
              socket_.sent.back().find(std::to_string(at - 1)) != std::string::npos)
      << socket_.sent.back();
  say(R"({"event":"login","code":"0","msg":"","connId":"c0ffee01"})");
  EXPECT_NE(socket_.sent.back().find("books-l2-tbt"), std::string::npos);
  // The venue forgot the login: again, and still no `books` instead.
  say(R"({"id":"s2","event":"error","code":"60011","msg":"Please log in."})");
  pass(seconds(10));
  EXPECT_EQ(logins(), 4);
  say(R"({"event":"error","code":"60031","msg":"Repeated login"})");
  EXPECT_NE(socket_.sent.back().find("books-l2-tbt"), std::string::npos);
  ack(R"({"channel":"books-l2-tbt","instId":"BTC-USDT-SWAP"})");
  EXPECT_TRUE(other_->ready());
  for (const std::string& line : listener_.take()) EXPECT_FALSE(line.starts_with("replaced"));
}

// A withdrawn book must not wait for an hour to go by.
TEST_F(Wider, AConnectionThatMayNotAskForWhatIsMissingIsGivenUp) {
  start({{test::kBtcSwap, MarketStream::Trades}, {test::kBtcSwap, MarketStream::MarkPrice}});
  acknowledge_other("trades");
  for (std::uint64_t i = 0; i < SubscriptionBook::kMaxRequestsPerHour; ++i) {
    acknowledge_other("mark-price");
    now_ = now_ + seconds(3);
    say("pong");
    const_cast<SubscriptionArgument*>(
        other_->subscriptions().find(Channel::MarkPrice, "BTC-USDT-SWAP"))
        ->state = SubscriptionArgument::State::Wanted;
    other_->on_timer(now_);
  }
  EXPECT_TRUE(socket_.reconnects.empty());
  acknowledge_other("mark-price");
  const_cast<SubscriptionArgument*>(
      other_->subscriptions().find(Channel::MarkPrice, "BTC-USDT-SWAP"))
      ->state = SubscriptionArgument::State::Wanted;
  const std::size_t sent = socket_.sent.size();
  for (int i = 0; i < 29; ++i) {
    now_ = now_ + seconds(1);
    say("pong");
    other_->on_timer(now_);
  }
  EXPECT_TRUE(socket_.reconnects.empty());
  EXPECT_EQ(socket_.sent.size(), sent);
  for (int i = 0; i < 4; ++i) {
    now_ = now_ + seconds(1);
    say("pong");
    other_->on_timer(now_);
  }
  EXPECT_EQ(socket_.reconnects.size(), 1u);
}

TEST_F(Wider, WhatIsRefusedAfterAllWasThereIsAReasonForAnotherConnection) {
  start({{test::kBtcSwap, MarketStream::MarkPrice}, {test::kBtcSwap, MarketStream::PriceLimit}});
  acknowledge_other("mark-price");
  acknowledge_other("price-limit");
  ASSERT_TRUE(other_->ready());
  const auto pass = [&](int count) {
    for (int i = 0; i < count; ++i) {
      now_ = now_ + seconds(1);
      say("pong");
      other_->on_timer(now_);
    }
  };
  pass(16);  // the mark price is silent
  say(R"({"event":"unsubscribe","arg":{"channel":"mark-price","instId":"BTC-USDT-SWAP"}})");
  say(R"({"event":"error","msg":"Wrong URL or channel:mark-price,instId:BTC-USDT-SWAP doesn't exist.","code":"60018"})");
  pass(29);
  EXPECT_TRUE(socket_.reconnects.empty());
  pass(4);
  EXPECT_EQ(socket_.reconnects.size(), 1u);
}

// PROTOCOL 4.6: the first push after subscribing may be of a trade long ago.
TEST_F(Wider, ACachedOptionTradeIsNoNews) {
  codes_.add({InstrumentId{3}, std::string_view("BTC-USD-261225-80000-C"),
              std::string_view("BTC-USD"), std::string_view("BTC-USD"), InstrumentKind::Option, 6,
              0, std::nullopt});
  start({{InstrumentId{3}, MarketStream::OptionTrades}});
  const auto trade = [&](int id, Nanos age) {
    say(R"({"arg":{"channel":"option-trades","instType":"OPTION","instId":"BTC-USD-261225-80000-C"},"data":[{"instId":"BTC-USD-261225-80000-C","instFamily":"BTC-USD","tradeId":")" +
        std::to_string(id) +
        R"(","px":"0.01","sz":"1","side":"buy","optType":"C","fillVol":"0.5","fwdPx":"1","idxPx":"1","markPx":"0.01","ts":")" +
        std::to_string(to_unix_millis(now_ - age)) + R"("}]})");
    return listener_.updates;
  };
  EXPECT_EQ(trade(7, seconds(3'600)), 0);
  EXPECT_EQ(trade(8, {}), 1);
  now_ = now_ + milliseconds(200);
  EXPECT_EQ(trade(9, {}), 2);
  other_->on_closed(now_);
  other_->on_open(socket_, now_);
  EXPECT_EQ(trade(9, {}), 2) << "told by the connection before";
  EXPECT_EQ(trade(8, milliseconds(200)), 2);
  now_ = now_ + milliseconds(200);
  EXPECT_EQ(trade(10, {}), 3);
}

TEST_F(Wider, WhatRepeatsItselfAndDoesNotIsSubscribedAgain) {
  start({{test::kBtcSwap, MarketStream::MarkPrice},
         {test::kBtcSwap, MarketStream::IndexPrice},
         {test::kBtcSwap, MarketStream::Trades}});
  acknowledge_other("mark-price");
  acknowledge_other("trades");
  ack(R"({"channel":"index-tickers","instId":"BTC-USDT"})");
  socket_.sent.clear();
  const auto pass = [&](Nanos time) {
    for (Nanos spent; spent < time; spent = spent + seconds(1)) {
      now_ = now_ + seconds(1);
      say("pong");
      other_->on_timer(now_);
    }
  };
  pass(seconds(10));
  say(R"({"arg":{"channel":"mark-price","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","markPx":"61250","ts":"1"}]})");
  pass(seconds(15));
  EXPECT_TRUE(socket_.sent.empty());
  pass(seconds(1));
  ASSERT_EQ(socket_.sent.size(), 1u);
  EXPECT_EQ(
      socket_.sent[0],
      R"({"id":"s2","op":"unsubscribe","args":[{"channel":"mark-price","instId":"BTC-USDT-SWAP"}]})");
  say(R"({"event":"unsubscribe","arg":{"channel":"mark-price","instId":"BTC-USDT-SWAP"}})");
  EXPECT_NE(socket_.sent.back().find(R"("op":"subscribe")"), std::string::npos);
  EXPECT_EQ(notes_.kinds, (Log{"subscription_silent"}));
}

TEST_F(MarketSessionTest, ABookThatIsSilentForTooLongIsWithdrawnAndSubscribedAgain) {
  open();
  book("snapshot", -1, 10);
  const auto pass_quietly = [&](Nanos time) {
    for (Nanos spent; spent < time; spent = spent + seconds(1)) {
      now_ = now_ + seconds(1);
      text("pong");
      session_.on_timer(now_);
    }
  };
  pass_quietly(seconds(60));
  book("update", 10, 10);  // the venue's keep-alive
  pass_quietly(seconds(75));
  EXPECT_EQ(listener_.take(), (Log{"book 10", "book 10"}));
  pass_quietly(seconds(1));
  EXPECT_EQ(listener_.take(),
            (Log{"withdrawn " + std::to_string(static_cast<int>(BookWithdrawal::Stale))}));
  EXPECT_NE(socket_.sent.back().find(R"("op":"unsubscribe")"), std::string::npos);
}

TEST(MaskSecrets, HidesValuesOfSecretKeys) {
  char out[256];
  const std::string_view text =
      R"({"op":"login","args":[{"apiKey":"key","passphrase" : "p\"q","sign":"abc","timestamp":"1"}]})";
  const std::string masked(out, mask_secrets(text, out, sizeof out));
  EXPECT_EQ(
      masked,
      R"({"op":"login","args":[{"apiKey":"***","passphrase" : "***","sign":"***","timestamp":"1"}]})");
  EXPECT_EQ(mask_secrets(text, out, 10), 10u);
}

}  // namespace
}  // namespace gannet::okx
