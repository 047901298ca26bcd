#include "gateway/okx/protocol/feed_arbiter.h"

#include <gtest/gtest.h>

#include <memory>

#include "bench/alloc_counter.h"

namespace gannet::bench {
namespace {

constexpr InstrumentId kFedInstrument{0};
constexpr Timestamp kFeedStart = from_unix_millis(1'795'430'400'000);

struct EventCounter final : MarketListener {
  std::uint64_t events = 0;
  void on_book_update(const BookUpdate&) noexcept override { ++events; }
  void on_book_withdrawn(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept override {}
  void on_trade(const TradeEvent&) noexcept override { ++events; }
  void on_ticker(const TickerEvent&) noexcept override { ++events; }
  void on_reference_price(const ReferencePriceEvent&) noexcept override { ++events; }
  void on_instrument_state(InstrumentId, InstrumentState, Timestamp) noexcept override {}
  void on_market_connection(ConnectionState, Timestamp) noexcept override {}
  void on_market_alive(Timestamp) noexcept override {}
};

/// Every stream over two lines that take turns in being first, one of them lost now and then, and
/// books passed as a whole.
TEST(FeedArbiterPath, EventsOfTwoLinesAllocateNothing) {
  EventCounter counter;
  okx::FeedArbiter arbiter(2, 1, counter);
  Level level{100, 1, 1, 0};
  const auto book = [&](std::size_t line, BookUpdate::Kind kind, BookFeed feed, std::int64_t id) {
    level.quantity = id;
    arbiter.line(line).on_book_update({kFedInstrument,
                                       feed,
                                       kind,
                                       {&level, 1},
                                       {},
                                       id,
                                       kFeedStart + milliseconds(id),
                                       kFeedStart});
  };
  const auto round = [&](std::int64_t id) {
    const std::size_t first = static_cast<std::size_t>(id % 3) % 2;
    for (const std::size_t line : {first, 1 - first}) {
      // Now and then a line merges what the other told apart.
      if (id % 50 != 49 || line == first) {
        book(line, BookUpdate::Kind::Update, BookFeed::Depth400, id);
      }
      book(line, BookUpdate::Kind::Snapshot, BookFeed::BestBidOffer, id);
      TradeEvent trade;
      trade.instrument = kFedInstrument;
      trade.trade_id = {id};
      trade.exchange_time = kFeedStart + milliseconds(id);
      arbiter.line(line).on_trade(trade);
      TickerEvent ticker;
      ticker.instrument = kFedInstrument;
      ticker.exchange_time = trade.exchange_time;
      arbiter.line(line).on_ticker(ticker);
      arbiter.line(line).on_reference_price({kFedInstrument, ReferencePriceEvent::Kind::Mark,
                                             Price{1}, trade.exchange_time, kFeedStart});
    }
    if (id % 100 == 99) {
      arbiter.line(first).on_book_withdrawn(kFedInstrument, BookFeed::Depth400, BookWithdrawal::Gap,
                                            kFeedStart);
      book(first, BookUpdate::Kind::Snapshot, BookFeed::Depth400, id);
    }
    arbiter.on_timer(kFeedStart + milliseconds(id));
  };
  for (const std::size_t line : {0u, 1u}) {
    book(line, BookUpdate::Kind::Snapshot, BookFeed::Depth400, 1);
  }
  for (std::int64_t id = 2; id < 200; ++id) round(id);
  const std::uint64_t before = allocations_of_this_thread();
  const std::uint64_t events_before = counter.events;
  for (std::int64_t id = 200; id < 10'000; ++id) round(id);
  EXPECT_EQ(allocations_of_this_thread() - before, 0u);
  EXPECT_GE(counter.events - events_before, 5u * 9'800u);
  EXPECT_GT(arbiter.figures(0).whole + arbiter.figures(1).whole, 10u);
}

}  // namespace
}  // namespace gannet::bench
