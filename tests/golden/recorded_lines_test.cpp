#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/recording.h"
#include "gateway/okx/protocol/feed_arbiter.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/market_session.h"
#include "support/padded_text.h"
#include "support/recordings.h"

// A recording told over two lines with delays of their own, against the same told over one.

namespace gannet::app {
namespace {

struct LineListener final : MarketListener {
  std::map<std::pair<std::uint32_t, BookFeed>, std::unique_ptr<OrderBook>> books;
  std::size_t updates = 0;
  std::size_t withdrawals = 0;
  std::vector<std::pair<std::uint32_t, std::int64_t>> trades;
  std::size_t values = 0;

  void on_book_update(const BookUpdate& update) noexcept override {
    auto& book = books[{update.instrument.value, update.feed}];
    if (book == nullptr) {
      book = std::make_unique<OrderBook>(static_cast<std::size_t>(depth_of(update.feed)));
    }
    book->apply(update);
    ++updates;
  }
  void on_book_withdrawn(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept override {
    ++withdrawals;
  }
  void on_trade(const TradeEvent& trade) noexcept override {
    trades.emplace_back(trade.instrument.value, trade.trade_id.value);
  }
  void on_ticker(const TickerEvent&) noexcept override { ++values; }
  void on_reference_price(const ReferencePriceEvent&) noexcept override { ++values; }
  void on_instrument_state(InstrumentId, InstrumentState, Timestamp) noexcept override {}
  void on_market_connection(ConnectionState, Timestamp) noexcept override {}
  void on_market_alive(Timestamp) noexcept override {}
};

struct DeafSocket final : okx::SocketOutput {
  bool send_text(std::string_view) noexcept override { return true; }
  void reconnect(std::string_view) noexcept override {}
};
struct NoDiagnostics final : okx::Diagnostics {
  void on_diagnostic(okx::DiagnosticKind, std::string_view, std::string_view) noexcept override {}
};

constexpr Timestamp kFirstArrival = from_unix_millis(1'795'430'400'000);

class RecordingOverTwoLines : public ::testing::TestWithParam<const char*> {
 protected:
  void load(const std::string& path) {
    auto loaded = load_tables({}, path);
    ASSERT_TRUE(loaded) << loaded.error().message;
    tables = std::move(*loaded);
    okx::FrameReader reader;
    std::set<std::pair<std::uint32_t, okx::MarketStream>> seen;
    ASSERT_TRUE(for_each_line(path, [&](const RecordingLine& line) {
      if (line.recorded.direction == "out" || line.recorded.channel == "rest") return;
      texts.emplace_back(line.recorded.message);
      const test::PaddedText padded(texts.back());
      const auto frame = reader.read(padded);
      if (!frame) return;
      const auto* code = tables.codes.find(frame->instrument);
      if (code == nullptr) return;
      if (const auto feed = okx::book_feed_of(frame->channel)) {
        seen.emplace(code->id.value, okx::stream_of(*feed));
      } else if (frame->channel == okx::Channel::Trades) {
        seen.emplace(code->id.value, okx::MarketStream::Trades);
      } else if (frame->channel == okx::Channel::Tickers) {
        seen.emplace(code->id.value, okx::MarketStream::Ticker);
      }
    }));
    for (const auto& [instrument, stream] : seen) wanted.push_back({{instrument}, stream});
    ASSERT_FALSE(wanted.empty());
  }
  std::unique_ptr<okx::MarketSession> session(MarketListener& told) {
    okx::MarketSessionSettings settings;
    settings.instrument_states = false;
    auto made = std::make_unique<okx::MarketSession>(settings, tables.codes, wanted, told, quiet);
    made->on_open(socket, kFirstArrival);
    return made;
  }

  RecordingTables tables;
  std::vector<std::string> texts;
  std::vector<okx::MarketSubscription> wanted;
  DeafSocket socket;
  NoDiagnostics quiet;
};

TEST_P(RecordingOverTwoLines, ToldTwiceWithDelaysGiveTheBooksAndTradesOfOne) {
  GANNET_RECORDING(path, GetParam());
  load(path);
  LineListener one;
  const auto single = session(one);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const test::PaddedText padded(texts[i]);
    single->on_text(padded, kFirstArrival + milliseconds(static_cast<std::int64_t>(i)));
  }
  ASSERT_GT(one.updates + one.trades.size() + one.values, 0u);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    LineListener both;
    okx::FeedArbiter arbiter(2, tables.codes.rows().size(), both);
    const std::array sessions{session(arbiter.line(0)), session(arbiter.line(1))};
    struct Arrival {
      Timestamp due;
      std::size_t line;
      std::size_t text;
    };
    std::vector<Arrival> arrivals;
    std::mt19937_64 random(seed);
    for (std::size_t line = 0; line < 2; ++line) {
      Timestamp last;
      for (std::size_t i = 0; i < texts.size(); ++i) {
        const Timestamp sent = kFirstArrival + milliseconds(static_cast<std::int64_t>(i));
        const auto delay = static_cast<std::int64_t>(random() % (random() % 50 == 0 ? 200 : 8));
        last = std::max(last, sent + milliseconds(delay));  // a wire keeps its order
        arrivals.push_back({last, line, i});
      }
    }
    std::ranges::stable_sort(arrivals, {}, &Arrival::due);
    for (const Arrival& arrival : arrivals) {
      const test::PaddedText padded(texts[arrival.text]);
      sessions[arrival.line]->on_text(padded, arrival.due);
    }
    EXPECT_EQ(both.withdrawals, one.withdrawals);
    EXPECT_EQ(both.values, one.values);
    auto trades = both.trades;
    auto expected = one.trades;
    std::ranges::sort(trades);
    std::ranges::sort(expected);
    const auto repeated = std::ranges::unique(expected);
    expected.erase(repeated.begin(), repeated.end());
    EXPECT_EQ(trades, expected);
    ASSERT_EQ(both.books.size(), one.books.size());
    for (const auto& [key, book] : one.books) {
      const OrderBook& other = *both.books.at(key);
      ASSERT_EQ(other.bid_levels(), book->bid_levels());
      ASSERT_EQ(other.ask_levels(), book->ask_levels());
      for (std::size_t i = 0; i < book->bid_levels(); ++i) {
        ASSERT_EQ(other.bid(i).price, book->bid(i).price);
        ASSERT_EQ(other.bid(i).quantity, book->bid(i).quantity);
      }
      for (std::size_t i = 0; i < book->ask_levels(); ++i) {
        ASSERT_EQ(other.ask(i).price, book->ask(i).price);
        ASSERT_EQ(other.ask(i).quantity, book->ask(i).quantity);
      }
    }
    const auto& first = arbiter.figures(0);
    const auto& second = arbiter.figures(1);
    EXPECT_GT(first.first + second.first, 0u);
    if (texts.size() > 100) {
      EXPECT_GT(second.first, 0u);
      EXPECT_GT(first.lead.count(), 10u);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Okx, RecordingOverTwoLines,
                         ::testing::Values("okx/ws/public-20220227-books-l2-tbt.jsonl.zst",
                                           "okx/ws/public-20220513-books.jsonl",
                                           "okx/ws/public-202608-frames-swap.jsonl",
                                           "okx/ws/public-20260824-books-seqid.jsonl"));

}  // namespace
}  // namespace gannet::app
