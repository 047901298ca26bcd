#include "sim/replay_market.h"

#include <filesystem>
#include <fstream>

#include "support/exchange_fixture.h"
#include "support/recordings.h"

namespace gannet::sim {
namespace {

class Replay : public ExchangeTest {
 public:
  std::filesystem::path file =
      std::filesystem::path(testing::TempDir()) /
      ("replay_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) +
       ".jsonl");
  std::unique_ptr<ReplayMarket> market;
  std::ofstream lines{file};
  std::int64_t recorded_ms = 5'000;

  ~Replay() override {
    market.reset();
    std::filesystem::remove(file);
  }

  /// One message of the swap, 100 ms after the one before.
  void book(std::string_view action, std::string_view asks, std::string_view bids) {
    line(R"({"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":")" + std::string(action) +
         R"(","data":[{"asks":[)" + std::string(asks) + R"(],"bids":[)" + std::string(bids) +
         R"(],"ts":"1"}]})");
  }
  void trade(std::string_view price, std::string_view quantity, std::string_view side) {
    line(R"({"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":[{"px":")" +
         std::string(price) + R"(","sz":")" + std::string(quantity) + R"(","side":")" +
         std::string(side) + R"("}]})");
  }
  void line(const std::string& message) {
    recorded_ms += 100;
    lines << R"({"t":)" << recorded_ms * 1'000'000 << R"(,"ch":"public","dir":"in","m":)" << message
          << "}\n";
  }
  void open() {
    lines.close();
    auto opened = ReplayMarket::open(file.string(), exchange, instruments, now);
    ASSERT_TRUE(opened) << opened.error().message;
    market = std::move(*opened);
  }
  /// Lets the next `n` messages happen.
  void play(int n) {
    for (int i = 0; i < n && market->next_event(); ++i) {
      now = *market->next_event();
      market->advance(now);
    }
  }
  std::int64_t depth(Side side, std::string_view price) {
    return exchange.level(swap, side, px(price)).quantity;
  }
};

constexpr std::string_view kAsks = R"(["60000.1","5","0","2"],["60000.5","9","0","1"])";
constexpr std::string_view kBids = R"(["60000","4","0","1"],["59999","8","0","1"])";

TEST_F(Replay, RecordedLevelsBecomeTheBookAtTheRecordedPace) {
  book("snapshot", kAsks, kBids);
  book("update", R"(["60000.1","0","0","0"],["60000.2","1.5","0","1"])",
       R"(["60000","6","0","1"])");
  open();
  EXPECT_EQ(market->next_event(), now);
  const Timestamp start = now;
  play(1);
  EXPECT_EQ(depth(Side::Sell, "60000.1"), 500);
  EXPECT_EQ(depth(Side::Buy, "60000"), 400);
  EXPECT_EQ(market->next_event(), start + milliseconds(100));
  play(1);
  EXPECT_EQ(exchange.best(swap, Side::Sell), px("60000.2"));
  EXPECT_EQ(depth(Side::Buy, "60000"), 600);
  EXPECT_FALSE(market->next_event());
  EXPECT_EQ(market->counts().book_messages, 2u);
}

TEST_F(Replay, ASnapshotReplacesTheBook) {
  book("snapshot", kAsks, kBids);
  book("snapshot", R"(["60010","1","0","1"])", R"(["60009","2","0","1"])");
  open();
  play(2);
  EXPECT_EQ(exchange.book(swap, Side::Buy, 10).size(), 1u);
  EXPECT_EQ(exchange.book(swap, Side::Sell, 10).size(), 1u);
  EXPECT_EQ(exchange.best(swap, Side::Buy), px("60009"));
}

TEST_F(Replay, OurOrderWaitsBehindTheRecordedQuantityAndTradesReachIt) {
  book("snapshot", kAsks, kBids);
  trade("60000", "3", "sell");
  trade("60000", "2", "sell");
  open();
  play(1);
  const VenueOrderId id = buy(alice, swap, "60000", "2");
  play(1);
  EXPECT_EQ(filled(id), 0);  // three of the four before us are gone
  play(1);
  EXPECT_EQ(filled(id), qty(swap, "1").raw);
  EXPECT_TRUE(exchange.find(id)->last_fill->maker);
}

TEST_F(Replay, CancelsBeforeAndBehindUsAreSharedInProportion) {
  book("snapshot", kAsks, kBids);
  book("update", "", R"(["60000","12","0","2"])");  // eight more, behind us
  book("update", "", R"(["60000","6","0","2"])");   // half is cancelled: two before us stay
  trade("60000", "3", "sell");
  open();
  play(1);
  const VenueOrderId id = buy(alice, swap, "60000", "2");
  play(2);
  EXPECT_EQ(depth(Side::Buy, "60000"), 800);
  play(1);
  EXPECT_EQ(filled(id), qty(swap, "1").raw);
}

TEST_F(Replay, ARecordedQuoteThatCrossesRecordedOnesIsRefusedAndCounted) {
  book("snapshot", kAsks, kBids);
  book("update", "", R"(["60000.1","7","0","1"])");
  open();
  play(1);
  const VenueOrderId id = sell(alice, swap, "60000.1", "1");  // behind five recorded
  play(1);
  // The recorded asks still stand there: a bid among them is not matched with them.
  EXPECT_EQ(filled(id), 0);
  EXPECT_EQ(market->counts().levels_refused, 1u);
}

TEST_F(Replay, ARecordedQuoteReachesAnOrderInsideTheSpread) {
  book("snapshot", R"(["60001","5","0","1"])", kBids);
  book("update", "", R"(["60000.6","7","0","1"])");
  open();
  play(1);
  const VenueOrderId id = sell(alice, swap, "60000.5", "1");
  play(1);
  EXPECT_EQ(state(id), OrderState::Filled);
  EXPECT_EQ(depth(Side::Buy, "60000.6"), 600);
}

TEST_F(Replay, WhatWeTookComesBackWithTheLevelsNextUpdate) {
  book("snapshot", kAsks, kBids);
  book("update", R"(["60000.1","5","0","2"])", "");
  open();
  play(1);
  buy(alice, swap, "60000.1", "4");
  EXPECT_EQ(depth(Side::Sell, "60000.1"), 100);
  play(1);
  EXPECT_EQ(depth(Side::Sell, "60000.1"), 500);
}

TEST_F(Replay, DamagedAndForeignLinesAreCountedAndSurvived) {
  book("snapshot", kAsks, kBids);
  line("not json");
  line(R"({"arg":{"channel":"books"},"data":7})");
  line(
      R"({"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":"update","data":[{"asks":[["1e5","1"],[]],"bids":3}]})");
  line(R"({"arg":{"channel":"tickers","instId":"BTC-USDT-SWAP"},"data":[]})");
  line(R"({"arg":{"channel":"trades","instId":"NO-SUCH"},"data":[]})");
  lines << "rubbish\n\n";
  trade("60000.1", "1", "buy");
  trade("59000", "1", "buy");
  open();
  play(100);
  EXPECT_EQ(market->failure(), "");
  EXPECT_EQ(market->counts().trades, 2u);
  EXPECT_EQ(market->counts().trades_unmatched, 1u);
  EXPECT_GE(market->counts().ignored, 6u);
  EXPECT_EQ(depth(Side::Sell, "60000.1"), 400);
}

TEST_F(Replay, AMissingFileIsAnError) {
  lines.close();
  EXPECT_FALSE(ReplayMarket::open("/nonexistent/file", exchange, instruments, now));
}

/// A real session of three instruments, eleven seconds: its final best prices are known.
TEST_F(Replay, RecordedSessionEndsWithItsKnownBestPrices) {
  GANNET_RECORDING(session, "okx/ws/public-20220513-books.jsonl");
  lines.close();
  Instrument uni = instruments[inverse];
  uni.name = InstrumentName("UNI-USD-SWAP");
  uni.price_digits = 5;
  uni.tick_size = {100};
  uni.contract_value = {10, 0};
  const InstrumentId uni_id = instruments.add(uni);
  Instrument futures = instruments[inverse];
  futures.name = InstrumentName("BTC-USD-220527");
  const InstrumentId futures_id = instruments.add(futures);
  auto opened = ReplayMarket::open(session, exchange, instruments, now);
  ASSERT_TRUE(opened) << opened.error().message;
  market = std::move(*opened);
  play(1'000'000);
  EXPECT_EQ(market->counts().book_messages, 290u);
  EXPECT_EQ(market->counts().trades, 74u);
  EXPECT_EQ(market->counts().levels_refused, 0u);
  EXPECT_EQ(exchange.best(uni_id, Side::Buy)->raw, 513'700);
  EXPECT_EQ(exchange.best(uni_id, Side::Sell)->raw, 514'500);
  EXPECT_EQ(exchange.best(futures_id, Side::Buy), px("30229.4"));
  EXPECT_EQ(exchange.best(futures_id, Side::Sell), px("30238.8"));
  EXPECT_EQ(exchange.best(spot, Side::Buy), px("30236.1"));
  EXPECT_EQ(exchange.best(spot, Side::Sell), px("30236.2"));
  EXPECT_EQ(exchange.book(uni_id, Side::Buy, 1'000).size(), 125u);
  EXPECT_EQ(exchange.book(uni_id, Side::Sell, 1'000).size(), 118u);
  EXPECT_EQ(exchange.book(futures_id, Side::Buy, 1'000).size(), 74u);
  EXPECT_EQ(exchange.book(futures_id, Side::Sell, 1'000).size(), 62u);
}

}  // namespace
}  // namespace gannet::sim
