#include "app/market_recording.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "app/recording_source.h"
#include "sim/exchange.h"
#include "sim/replay_market.h"
#include "sim/synthetic_market.h"
#include "support/recordings.h"

namespace gannet::app {
namespace {

/// Recordings written by hand, in files of their own.
class MarketRecordingTest : public testing::Test {
 public:
  std::string file = testing::TempDir() + "market_recording_" +
                     testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl";

  ~MarketRecordingTest() override { std::remove(file.c_str()); }

  void write(const std::vector<std::string>& messages) {
    std::ofstream out(file);
    std::int64_t nanos = 1'700'000'000'000'000'000;
    for (const std::string& message : messages) {
      out << R"({"t":)" << (nanos += 100'000'000) << R"(,"ch":"public","dir":"in","m":)" << message
          << "}\n";
    }
  }
  std::expected<std::unique_ptr<MarketRecording>, Error> open(
      const std::vector<std::string>& lists = {}) {
    return open_market_recording({file}, lists);
  }
  /// All events, their spans copied away.
  static std::vector<sim::TapeEvent> events_of(sim::MarketTape& tape) {
    std::vector<sim::TapeEvent> events;
    for (;;) {
      const auto event = tape.next();
      EXPECT_TRUE(event) << event.error().message;
      if (!event || !*event) return events;
      events.push_back(**event);
    }
  }
  std::string why() {
    const auto opened = open();
    return opened ? "opened" : opened.error().message;
  }
};

const std::string kOkxBook =
    R"({"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":"snapshot","data":[{"asks":[["60000.1","5","0","2"]],"bids":[["60000","4","0","1"]],"ts":"1700000000050","checksum":0,"seqId":5,"prevSeqId":-1}]})";
const std::string kOkxTrade =
    R"({"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","tradeId":"7","px":"60000.1","sz":"2","side":"buy","ts":"1700000000150"}]})";

TEST_F(MarketRecordingTest, ReadsOkxBooksTradesAndPricesAndPassesOverTheRest) {
  write(
      {R"({"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"connId":"a"})",
       kOkxBook, kOkxTrade,
       R"({"arg":{"channel":"mark-price","instId":"BTC-USDT-SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","markPx":"60000.04","ts":"1700000000250"}]})",
       R"({"arg":{"channel":"price-limit","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP"}]})",
       R"({"arg":{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","fundingRate":"-0.00007512345678901234","fundingTime":"1700006400000","nextFundingTime":"1700020800000","ts":"1700000000400"}]})"});
  const auto recording = open();
  ASSERT_TRUE(recording) << recording.error().message;
  const auto events = events_of(*(*recording)->tape);
  ASSERT_EQ(events.size(), 4u);
  const auto& funding = std::get<sim::FundingNotice>(events[3]);
  EXPECT_EQ(funding.rate, -751'234'567'890);  // to 16 digits
  EXPECT_EQ(funding.time, from_unix_millis(1'700'006'400'000));
  EXPECT_EQ(funding.interval, seconds(4 * 3'600));
  const auto& trade = std::get<TradeEvent>(events[1]);
  EXPECT_EQ(trade.aggressor, Side::Buy);
  EXPECT_EQ(trade.exchange_time, from_unix_millis(1'700'000'000'150));
  EXPECT_EQ(trade.receive_time.nanos, 1'700'000'000'300'000'000);
  EXPECT_EQ(std::get<ReferencePriceEvent>(events[2]).kind, ReferencePriceEvent::Kind::Mark);
  // The built-in definition, not one that a single message could teach.
  const InstrumentTable& table = (*recording)->tables.instruments;
  ASSERT_EQ((*recording)->traded.size(), 1u);
  EXPECT_EQ(table[(*recording)->traded[0]].contract_value, (Decimal{1, 2}));
}

/// Keeps what comes seldom.
class SeldomHeard final : public MarketListener {
 public:
  std::vector<MarketUpdate> updates;
  void on_market_update(const MarketUpdate& update) noexcept override { updates.push_back(update); }
  void on_book_update(const BookUpdate&) noexcept override {}
  void on_book_withdrawn(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept override {}
  void on_trade(const TradeEvent&) noexcept override {}
  void on_ticker(const TickerEvent&) noexcept override {}
  void on_reference_price(const ReferencePriceEvent&) noexcept override {}
  void on_instrument_state(InstrumentId, InstrumentState, Timestamp) noexcept override {}
  void on_market_connection(ConnectionState, Timestamp) noexcept override {}
  void on_market_alive(Timestamp) noexcept override {}
};

TEST_F(MarketRecordingTest, TellsABacktestOfFundingPriceLimitsAndCandles) {
  write(
      {kOkxBook,
       R"({"arg":{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","fundingRate":"0.0001","fundingTime":"1700006400000","nextFundingTime":"1700020800000","ts":"1700000000150"}]})",
       R"({"arg":{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","fundingRate":"","fundingTime":"1700006400000","ts":"1700000000250"}]})",
       R"({"arg":{"channel":"price-limit","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","buyLmt":"61000","sellLmt":"59000","ts":"1700000000350","enabled":true}]})",
       R"({"arg":{"channel":"candle1m","instId":"BTC-USDT-SWAP"},"data":[["1700000000000","60000","60000.1","60000","60000.1","5","0.05","3000","0"]]})"});
  const auto recording = open();
  ASSERT_TRUE(recording) << recording.error().message;
  const RecordingTables& tables = (*recording)->tables;
  const auto source = RecordingSource::open(file, tables.codes, tables.instruments.size());
  ASSERT_TRUE(source) << source.error().message;
  SeldomHeard heard;
  for (;;) {
    const auto time = (*source)->next();
    ASSERT_TRUE(time) << time.error().message;
    if (!*time) break;
    const auto told = (*source)->tell(heard);
    ASSERT_TRUE(told) << told.error().message;
  }
  ASSERT_EQ(heard.updates.size(), 3u);  // without a rate nothing is known
  const auto& funding = std::get<FundingEvent>(heard.updates[0]);
  EXPECT_EQ(funding.funding_time, from_unix_millis(1'700'006'400'000));
  EXPECT_EQ(funding.receive_time.nanos, 1'700'000'000'200'000'000);
  EXPECT_TRUE(std::get<PriceLimitEvent>(heard.updates[1]).highest_buy);
  EXPECT_EQ(std::get<CandleEvent>(heard.updates[2]).period.length, seconds(60));
}

/// Everything as text.
class AllHeard final : public MarketListener {
 public:
  std::string text;
  void on_book_update(const BookUpdate& update) noexcept override {
    text += fmt::format("book {} {} {} {} {}:", update.instrument.value,
                        static_cast<int>(update.feed), static_cast<int>(update.kind),
                        update.exchange_time.nanos, update.receive_time.nanos);
    for (const auto& side : {update.bids, update.asks}) {
      for (const Level& level : side)
        text += fmt::format(" {}x{}({})", level.price, level.quantity, level.orders);
      text += " |";
    }
    text += '\n';
  }
  void on_book_withdrawn(InstrumentId, BookFeed feed, BookWithdrawal why,
                         Timestamp now) noexcept override {
    text += fmt::format("withdrawn {} {} {}\n", static_cast<int>(feed), static_cast<int>(why),
                        now.nanos);
  }
  void on_trade(const TradeEvent& trade) noexcept override {
    text += fmt::format("trade {} {} {} {} {} {} {}\n", trade.trade_id.value,
                        static_cast<int>(trade.stream), static_cast<int>(trade.aggressor),
                        trade.price.raw, trade.quantity.raw, trade.exchange_time.nanos,
                        trade.receive_time.nanos);
  }
  void on_ticker(const TickerEvent&) noexcept override {}
  void on_reference_price(const ReferencePriceEvent&) noexcept override {}
  void on_instrument_state(InstrumentId, InstrumentState, Timestamp) noexcept override {}
  void on_market_connection(ConnectionState, Timestamp) noexcept override {}
  void on_market_alive(Timestamp) noexcept override {}
};

// A backtest reads the venue's own shape in one pass and everything else with the general parser:
// the same events, the same counts.
TEST_F(MarketRecordingTest, ABacktestHearsTheSameFromTheVenuesOwnShapeAndFromAnyOther) {
  const std::vector<std::string> messages{
      kOkxBook,
      kOkxTrade,
      R"({"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":"update","data":[{"asks":[["60000.1","0","0","0"],["60000.2","1.5","0","3"]],"bids":[],"ts":"1700000000250","checksum":0,"seqId":6,"prevSeqId":5}]})",
      R"({"arg":{"channel":"trades-all","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","tradeId":"8","px":"60000","sz":"0.01","side":"sell","ts":"1700000000350"}]})",
      R"({"arg":{"channel":"books","instId":"DOGE-USDT"},"action":"update","data":[{"asks":[],"bids":[["1","3","0","1"]],"ts":"1700000000350","checksum":0,"seqId":6,"prevSeqId":5}]})",
      R"({"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":"update","data":[{"asks":[],"bids":[["60000","3","0","1"]],"ts":"1700000000450","checksum":0,"seqId":9,"prevSeqId":8}]})",
      R"({"arg":{"channel":"books5","instId":"BTC-USDT-SWAP"},"data":[{"asks":[["60000.3","2","0","1"]],"bids":[["60000","3","0","1"]],"instId":"BTC-USDT-SWAP","ts":"1700000000550","seqId":10}]})"};
  std::vector<std::string> others;
  for (const std::string& message : messages)
    others.push_back("{\"arg\": " + message.substr(std::string_view("{\"arg\":").size()));
  std::string heard[2];
  for (int i = 0; i < 2; ++i) {
    write(i == 0 ? messages : others);
    const auto recording = open();
    ASSERT_TRUE(recording) << recording.error().message;
    const RecordingTables& tables = (*recording)->tables;
    const auto source = RecordingSource::open(file, tables.codes, tables.instruments.size());
    ASSERT_TRUE(source) << source.error().message;
    AllHeard all;
    for (;;) {
      const auto time = (*source)->next();
      ASSERT_TRUE(time) << time.error().message;
      if (!*time) break;
      ASSERT_TRUE((*source)->tell(all));
      all.text += fmt::format("at {}\n", (*time)->nanos);
    }
    const backtest::SourceCounts& counts = (*source)->counts();
    heard[i] = all.text + fmt::format("{} {} {} {}", counts.messages, counts.used, counts.ignored,
                                      counts.gaps);
  }
  EXPECT_EQ(heard[0], heard[1]);
  // None is ignored: every instrument of a recording is known. DOGE's update has no book to go to.
  EXPECT_TRUE(heard[0].ends_with("7 7 0 1")) << heard[0];
  EXPECT_NE(heard[0].find("trade 8 0 "), std::string::npos) << "one stream of trades";
}

TEST_F(MarketRecordingTest, CountsAnUpdateThatDoesNotLink) {
  write(
      {kOkxBook,
       R"({"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":"update","data":[{"asks":[],"bids":[["60000","3","0","1"]],"ts":"1700000000150","checksum":0,"seqId":9,"prevSeqId":8}]})"});
  const auto recording = open();
  ASSERT_TRUE(recording);
  EXPECT_EQ((*recording)->tape->counts().gaps, 1u);
}

TEST_F(MarketRecordingTest, MalformedRecordingsNameFileAndLine) {
  write({kOkxBook, R"({"arg":{"channel":"books")"});
  EXPECT_TRUE(why().starts_with(file + ":2: ")) << why();
  write(
      {kOkxBook, kOkxTrade,
       R"({"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","tradeId":"7","px":"six","sz":"2","side":"buy","ts":"1700000000150"}]})"});
  EXPECT_EQ(why(), file + ":3: bad_number");
  write({kOkxBook, "rubbish"});
  EXPECT_EQ(why(), file + ":2: wrong_shape");
  write({R"({"neither":1})"});
  EXPECT_EQ(why(), file + ":1: neither OKX's public messages nor Binance's streams");
  std::ofstream(file).close();
  EXPECT_EQ(why(), file + ":0: neither OKX's public messages nor Binance's streams");
  EXPECT_NE(open_market_recording({"/nonexistent/a.jsonl"}, {})
                .error()
                .message.find("/nonexistent/a.jsonl"),
            std::string::npos);
}

const std::string kDepthBefore =
    R"({"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1700000000100,"T":1700000000099,"s":"BTCUSDT","U":90,"u":100,"pu":89,"b":[["60000.10","9.000"]],"a":[]}})";
const std::string kDepthOver =
    R"({"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1700000000200,"T":1700000000199,"s":"BTCUSDT","U":101,"u":110,"pu":100,"b":[["60000.10","2.000"]],"a":[]}})";
const std::string kSnapshot =
    R"({"lastUpdateId":105,"E":1700000000200,"T":1700000000190,"bids":[["60000.10","1.500"]],"asks":[["60000.20","0.001"]]})";
const std::string kDepthNext =
    R"({"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1700000000400,"T":1700000000399,"s":"BTCUSDT","U":111,"u":120,"pu":110,"b":[],"a":[["60000.20","0.000"],["60000.30","0.250"]]}})";
const std::string kBinanceTrade =
    R"({"stream":"btcusdt@trade","data":{"e":"trade","E":1700000000450,"T":1700000000449,"s":"BTCUSDT","t":5,"p":"60000.10","q":"0.500","X":"MARKET","m":true}})";

TEST_F(MarketRecordingTest, JoinsBinancesDepthToItsSnapshotAndCountsContracts) {
  write({kDepthBefore, kDepthOver, kSnapshot, kDepthNext, kBinanceTrade});
  const auto recording = open();
  ASSERT_TRUE(recording) << recording.error().message;
  const InstrumentId id = (*recording)->traded.at(0);
  const Instrument& swap = (*recording)->tables.instruments[id];
  EXPECT_EQ(swap.name.view(), "BTC-USDT-SWAP");
  EXPECT_EQ(swap.contract_value, (Decimal{1, 2}));
  sim::MarketTape& tape = *(*recording)->tape;
  const auto book = [&tape](std::size_t bids, std::size_t asks) {
    const auto event = tape.next();
    const auto& update = std::get<BookUpdate>(**event);
    EXPECT_EQ(update.bids.size(), bids);
    EXPECT_EQ(update.asks.size(), asks);
    return update;
  };
  EXPECT_EQ(book(1, 1).bids[0].quantity, 150 * 100);  // 1.5 BTC = 150 contracts, lots of 0.01
  EXPECT_EQ(book(1, 0).bids[0].quantity, 200 * 100);  // U 101 .. u 110 reaches over 105
  book(0, 2);
  const auto event = tape.next();
  const auto& trade = std::get<TradeEvent>(**event);
  EXPECT_EQ(trade.aggressor, Side::Sell);
  EXPECT_EQ(trade.quantity.raw, 50 * 100);
  EXPECT_FALSE(*tape.next());
  EXPECT_EQ(tape.counts().gaps, 0u);
}

TEST_F(MarketRecordingTest, BestPricesAreTheBookOfABinanceRecordingWithoutSnapshot) {
  write(
      {R"({"stream":"ethusdt@bookTicker","data":{"u":7,"s":"ETHUSDT","b":"2500.01","B":"3.5","a":"2500.02","A":"1.25"}})",
       R"({"stream":"ethusdt@trade","data":{"e":"trade","E":1700000000450,"s":"ETHUSDT","t":5,"p":"2500.02","q":"0.5","T":1700000000449,"m":false,"M":true}})"});
  const auto recording = open();
  ASSERT_TRUE(recording) << recording.error().message;
  const Instrument& spot = (*recording)->tables.instruments[(*recording)->traded.at(0)];
  EXPECT_EQ(spot.name.view(), "ETH-USDT");
  const auto events = events_of(*(*recording)->tape);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(std::get<BookUpdate>(events[0]).feed, BookFeed::BestBidOffer);
}

TEST_F(MarketRecordingTest, AMalformedBinanceRecordingNamesFileAndLine) {
  write(
      {kSnapshot, kDepthNext,
       R"({"stream":"btcusdt@depth","data":{"e":"depthUpdate","s":"BTCUSDT","U":1,"u":"x","b":[],"a":[]}})"});
  EXPECT_EQ(why(), file + ":3: no message of Binance's streams");
  write({kSnapshot, kDepthNext, R"({"stream":"btcusdt@depth","data":[]})"});
  EXPECT_NE(why().find(file + ":3: "), std::string::npos) << why();
  write(
      {kDepthNext,
       R"({"stream":"ethusdt@trade","data":{"e":"trade","s":"ETHUSDT","p":"1","q":"1","m":true}})"});
  EXPECT_EQ(why(), file + ":2: a second symbol: ETHUSDT beside BTCUSDT");
}

// ---- real recordings, figures from their README

class NoEvents final : public sim::ExchangeEvents {
 public:
  std::int64_t taped = 0;
  void on_order_change(const sim::OrderChange&) noexcept override {}
  void on_trade(const sim::PublicTrade&) noexcept override { ++taped; }
  void on_level(InstrumentId, Side, Price, Quantity, std::uint32_t, Timestamp) noexcept override {}
  void on_position(sim::UserId, const sim::PositionView&) noexcept override {}
  void on_balance(sim::UserId, const sim::BalanceView&) noexcept override {}
  void on_bill(const sim::Bill&) noexcept override {}
  void on_mark_price(InstrumentId, Price, Price, Timestamp) noexcept override {}
};

/// A recording played to its end on an exchange without users.
struct Played {
  explicit Played(const std::vector<std::string>& files,
                  const std::vector<std::string>& lists = {}) {
    auto opened = open_market_recording(files, lists);
    EXPECT_TRUE(opened) << opened.error().message;
    if (!opened) return;
    recording = std::move(*opened);
    exchange.emplace(recording->tables.instruments, recording->tables.currencies, events);
    const Timestamp start = from_unix_millis(1'700'000'000'000);
    market.emplace(std::move(recording->tape), *exchange, sim::ReplaySettings{}, start);
    market->advance(start + seconds(3'600));
    EXPECT_EQ(market->failure(), "");
    EXPECT_FALSE(market->next_event());
  }
  std::string best(std::string_view name, Side side) {
    const InstrumentId id = recording->tables.instruments.find(name);
    const Instrument& instrument = recording->tables.instruments[id];
    const auto level = exchange->book(id, side, 1);
    if (level.empty()) return "-";
    char price[kMaxUnitsText];
    char quantity[kMaxUnitsText];
    return std::string(price, format_units(price, level[0].price, instrument.price_digits)) + ":" +
           std::string(quantity,
                       format_units(quantity, level[0].quantity, instrument.quantity_digits));
  }
  std::size_t levels(std::string_view name, Side side) {
    return exchange->book(recording->tables.instruments.find(name), side, 100'000).size();
  }

  NoEvents events;
  std::unique_ptr<MarketRecording> recording;
  std::optional<sim::Exchange> exchange;
  std::optional<sim::ReplayMarket> market;
};

TEST(RealRecording, OkxSessionOf2022MayEndsWithItsKnownBooks) {
  GANNET_RECORDING(session, "okx/ws/public-20220513-books.jsonl");
  Played played({session});
  EXPECT_EQ(played.market->counts().books, 290u);
  EXPECT_EQ(played.events.taped, 74);
  EXPECT_EQ(played.market->counts().levels_refused, 0u);
  EXPECT_EQ(played.market->counts().crossed_levels, 0u);
  EXPECT_EQ(played.best("BTC-USD-220527", Side::Buy), "30229.4:2");
  EXPECT_EQ(played.best("BTC-USD-220527", Side::Sell), "30238.8:3");
  EXPECT_EQ(played.best("BTC-USDT", Side::Buy), "30236.1:0.18050747");
  EXPECT_EQ(played.best("UNI-USD-SWAP", Side::Sell), "5.145:50");
  EXPECT_EQ(played.levels("UNI-USD-SWAP", Side::Buy), 125u);
  EXPECT_EQ(played.levels("UNI-USD-SWAP", Side::Sell), 118u);
  EXPECT_EQ(played.levels("BTC-USD-220527", Side::Buy), 74u);
  EXPECT_EQ(played.levels("BTC-USD-220527", Side::Sell), 62u);
}

TEST(RealRecording, OkxSessionOf2022FebruaryEndsWithItsKnownBooks) {
  GANNET_RECORDING(session, "okx/ws/public-20220227-books-l2-tbt.jsonl.zst");
  Played played({session});
  EXPECT_EQ(played.best("ELON-USDT", Side::Buy), "0.0000007445:184440410");
  EXPECT_EQ(played.best("ZEN-USDT", Side::Sell), "32.51:1.162404");
  EXPECT_EQ(played.best("UNI-USD-SWAP", Side::Sell), "9.62:343");
  EXPECT_EQ(played.levels("UNI-USD-SWAP", Side::Buy), 154u);
  EXPECT_EQ(played.best("ETH-USD-220228-3000-C", Side::Buy), "-");
  EXPECT_EQ(played.levels("PROPS-ETH", Side::Sell), 16u);
}

TEST(RealRecording, BinanceSpotGoesOnOverTwoFilesToItsKnownBook) {
  GANNET_RECORDING(first, "binance/spot-btcusdt-20240808.jsonl.zst");
  GANNET_RECORDING(second, "binance/spot-btcusdt-20240809.jsonl.zst");
  Played played({first, second});
  EXPECT_EQ(played.recording->tables.instruments.size(), 1u);
  EXPECT_EQ(played.market->counts().gaps, 0u);
  EXPECT_EQ(played.events.taped, 9'757 + 10'147);
  EXPECT_EQ(played.best("BTC-USDT", Side::Buy), "61602.01:1.67177");
  EXPECT_EQ(played.best("BTC-USDT", Side::Sell), "61602.02:2.66795");
  EXPECT_EQ(played.levels("BTC-USDT", Side::Buy), 1'971u);
  EXPECT_EQ(played.levels("BTC-USDT", Side::Sell), 2'962u);
}

TEST(RealRecording, BinanceCoinMarginedEndsWithItsKnownBook) {
  GANNET_RECORDING(session, "binance/cm-btcusd-perp-20240808.jsonl.zst");
  Played played({session});
  EXPECT_EQ(played.market->counts().gaps, 0u);
  EXPECT_EQ(played.best("BTC-USD-SWAP", Side::Buy), "61668.6:1380");
  EXPECT_EQ(played.best("BTC-USD-SWAP", Side::Sell), "61668.7:871");
  EXPECT_EQ(played.levels("BTC-USD-SWAP", Side::Buy), 1'110u);
  EXPECT_EQ(played.levels("BTC-USD-SWAP", Side::Sell), 1'123u);
}

TEST(RealRecording, BinanceUsdMarginedEndsWithItsKnownBookInContracts) {
  GANNET_RECORDING(session, "binance/usdm-btcusdt-20240808.jsonl.zst");
  Played played({session});
  EXPECT_EQ(played.market->counts().gaps, 0u);
  EXPECT_EQ(played.best("BTC-USDT-SWAP", Side::Buy), "61659.7:148.6");  // 1.486 BTC
  EXPECT_EQ(played.best("BTC-USDT-SWAP", Side::Sell), "61659.8:98.1");
  EXPECT_EQ(played.levels("BTC-USDT-SWAP", Side::Buy), 5'018u);
  EXPECT_EQ(played.levels("BTC-USDT-SWAP", Side::Sell), 4'578u);
}

// Everything the venue listed in April 2026, and a market on all of it that can be traded.
TEST(RealRecording, EveryRowOfTheListsLoadsAndTheTradableOnesHaveAMarket) {
  GANNET_RECORDING(spot, "okx/rest/live-202604/production-get-instruments-spot.json.zst");
  const std::string folder = spot.substr(0, spot.rfind('/') + 1) + "production-get-instruments-";
  const auto tables =
      load_instrument_files({spot, folder + "swap.json", folder + "futures.json",
                             folder + "margin.json", folder + "option-btc-usd.json.zst"});
  ASSERT_TRUE(tables) << tables.error().message;
  EXPECT_EQ(tables->instruments.size(), 2'502u);
  RecordingTables copy = *tables;
  NoEvents events;
  sim::Exchange exchange(copy.instruments, copy.currencies, events);
  sim::SyntheticSettings settings;
  settings.levels = 4;
  const Timestamp start = from_unix_millis(1'777'240'000'000);  // when the lists were taken
  sim::SyntheticMarket market(exchange, copy.instruments, copy.currencies, settings, start);
  std::size_t traded = 0;
  for (const Instrument& instrument : copy.instruments) {
    const bool tradable = instrument.kind == InstrumentKind::Spot ||
                          instrument.kind == InstrumentKind::Swap ||
                          instrument.kind == InstrumentKind::Futures;
    if (!tradable || instrument.state != InstrumentState::Live) continue;
    ++traded;
    const auto bid = exchange.best(instrument.id, Side::Buy);
    const auto ask = exchange.best(instrument.id, Side::Sell);
    ASSERT_TRUE(bid && ask) << instrument.name.view();
    EXPECT_LT(*bid, *ask) << instrument.name.view();
    EXPECT_GT(bid->raw, 50 * instrument.tick_size.raw) << instrument.name.view();
  }
  EXPECT_GT(traded, 1'500u);
}

}  // namespace
}  // namespace gannet::app
