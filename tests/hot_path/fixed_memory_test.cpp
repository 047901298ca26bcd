#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "app/store_journal.h"
#include "base/journal_store.h"
#include "support/engine_bench.h"

// Memory is fixed after the start: a hundred thousand orders, their reports and fills, and a
// journal that is written to the disk meanwhile, take no more of it than the first thousands did.
// [RELIABILITY REC-15]

namespace gannet::test {
namespace {

/// Kilobytes of memory of our own (the journal's ring is shared memory and apart).
std::int64_t own_memory_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    long kilobytes = 0;
    if (std::sscanf(line.c_str(), "RssAnon: %ld kB", &kilobytes) == 1) return kilobytes;
  }
  return -1;
}

/// Takes every request and keeps none.
struct ForgetfulVenue final : VenuePort {
  SendResult place(const PlaceRequest& request, Timestamp) noexcept override {
    last = request;
    return SendResult::Sent;
  }
  SendResult amend(const AmendRequest&, Timestamp) noexcept override { return SendResult::Sent; }
  SendResult cancel(const CancelRequest&, Timestamp) noexcept override { return SendResult::Sent; }
  SendResult place_batch(std::span<const PlaceRequest>, Timestamp) noexcept override {
    return SendResult::Sent;
  }
  SendResult amend_batch(std::span<const AmendRequest>, Timestamp) noexcept override {
    return SendResult::Sent;
  }
  SendResult cancel_batch(std::span<const CancelRequest>, Timestamp) noexcept override {
    return SendResult::Sent;
  }
  bool query_order(InstrumentId, ClientOrderId, VenueOrderId, Timestamp) noexcept override {
    return true;
  }
  bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp,
                        Timestamp now) noexcept override {
    core->on_snapshot_begin(kind, request, now);
    core->on_snapshot_end(kind, request, true, now);
    return true;
  }
  PlaceRequest last;
  engine::TradingCore* core = nullptr;
};

/// EngineBench's ears remember what they hear; these do not.
class DeafEars final : public engine::StrategyEvents,
                       public engine::BookListener,
                       public engine::EngineListener {
 public:
  void on_order_event(const engine::OrderEvent&) noexcept override { ++events; }
  void on_fill_event(const engine::FillEvent&) noexcept override { ++fills; }
  void on_position_event(const engine::PositionEvent&) noexcept override {}
  void on_state_event(const engine::StateEvent&) noexcept override {}
  void on_book(InstrumentId, BookFeed, const OrderBook&, bool, Timestamp,
               Timestamp) noexcept override {}
  void on_book_unavailable(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept override {}
  void on_trade(const TradeEvent&) noexcept override {}
  void on_ticker(const TickerEvent&) noexcept override {}
  void on_reference_price(const ReferencePriceEvent&) noexcept override {}
  void on_engine_state(const engine::StateEvent&) noexcept override {}
  void on_alert(const engine::AlertEvent&) noexcept override {}
  void on_kill_changed(bool, std::string_view, std::string_view, Timestamp) noexcept override {}
  void on_flat_confirmed(Timestamp) noexcept override {}
  std::uint64_t events = 0;
  std::uint64_t fills = 0;
};

class TradingEngine {
 public:
  explicit TradingEngine(const std::string& root) {
    JournalSettings settings;
    settings.directory = root + "/journal";
    settings.ring_path = root + "/ring";
    settings.segment_bytes = 4u << 20;  // several times over
    auto opened = JournalStore::open(settings, [](const JournalRecord&) {});
    if (!opened) std::abort();
    store = std::move(*opened);
    journal = std::make_unique<app::StoreJournal>(store->ring());
    bench.risk_settings.rates.place = bench.risk_settings.rates.account = {1'000'000, seconds(2)};
    const std::vector<std::string> names{"s0", "s1"};
    auto limits =
        risk::LimitTable::build(bench.risk_settings, bench.instruments, bench.currencies, names);
    for (const Instrument& instrument : bench.instruments)
      static_cast<void>(limits->permit(StrategyId{0}, instrument));
    core = std::make_unique<engine::TradingCore>(
        engine::CoreLinks{bench.instruments, bench.currencies, *journal, venue, nullptr, ears, ears,
                          ears},
        bench.settings, bench.risk_settings, std::move(*limits), 2,
        *engine::ClientOrderIds::start(1, EngineBench::kRun, 0));
    venue.core = core.get();
    for (const Instrument& instrument : bench.instruments)
      core->add_book(instrument.id, BookFeed::BestBidOffer);
    core->start(now);
    core->on_market_connection(ConnectionState::Ready, now);
    core->on_account_connection(ConnectionState::Ready, now);
  }

  void trade(int orders) {
    for (int i = 0; i < orders; ++i) {
      now = now + milliseconds(2);
      show_books();
      core->on_market_alive(now);
      core->on_account_alive(now);
      core->on_timer(now);
      engine::LaneCommand command;
      command.strategy = StrategyId{0};
      command.place = OrderIntent{};
      command.place.strategy = StrategyId{0};
      command.place.handle = {++handle};
      command.place.instrument = InstrumentId{0};
      command.place.side = handle % 2 == 0 ? Side::Buy : Side::Sell;
      command.place.price = {100'000};
      command.place.quantity = {1};
      core->on_lane_command(command, now);
      fill();
    }
  }

  std::unique_ptr<JournalStore> store;
  std::unique_ptr<app::StoreJournal> journal;
  ForgetfulVenue venue;
  DeafEars ears;
  EngineBench bench;
  std::unique_ptr<engine::TradingCore> core;
  Timestamp now = EngineBench::kStart;
  std::uint64_t handle = 0;

 private:
  void show_books() {
    const Level bid{99'900, 10, 1, 0};
    const Level ask{100'100, 10, 1, 0};
    BookUpdate update;
    update.instrument = InstrumentId{0};
    update.feed = BookFeed::BestBidOffer;
    update.bids = {&bid, 1};
    update.asks = {&ask, 1};
    update.exchange_time = update.receive_time = now;
    core->on_book_update(update);
  }
  void fill() {
    ExecutionReport report;
    report.kind = ExecutionReport::Kind::Status;
    report.client_id = venue.last.client_id;
    report.venue_id = {handle};
    report.instrument = InstrumentId{0};
    report.own_tag = true;
    report.side = venue.last.side;
    report.price = venue.last.price;
    report.quantity = report.cumulative_quantity = {1};
    report.state = OrderState::Filled;
    report.has_fill = true;
    report.fill.trade_id = {static_cast<std::int64_t>(handle)};
    report.fill.price = venue.last.price;
    report.fill.quantity = {1};
    report.fill.fee = {1, bench.usdt};
    report.fill.exchange_time = report.exchange_time = report.receive_time = now;
    core->on_execution_report(report);
  }
};

TEST(FixedMemory, AHundredThousandOrdersTakeNoMoreThanTheFirst_REC_15) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer keeps memory of its own";
#endif
  char name[] = "/tmp/gannet-memory-XXXXXX";
  ASSERT_NE(mkdtemp(name), nullptr);
  const std::string root = name;
  {
    TradingEngine engine(root);
    engine.trade(10'000);  // every page that is there is touched once
    ASSERT_EQ(engine.core->state(), engine::EngineState::Ready);
    const std::int64_t before = own_memory_kb();
    const std::uint64_t fills = engine.ears.fills;
    engine.trade(100'000);
    const std::int64_t after = own_memory_kb();
    EXPECT_EQ(engine.ears.fills - fills, 100'000u);
    EXPECT_GT(before, 0);
    // A few pages for the run-time's own; 100,000 orders at a byte each would be seen.
    EXPECT_LE(after - before, 64) << before << " kB before, " << after << " kB after";
    std::printf("RssAnon %ld kB before, %ld kB after 100,000 orders\n", static_cast<long>(before),
                static_cast<long>(after));
    EXPECT_FALSE(engine.store->failed());
  }
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace gannet::test
