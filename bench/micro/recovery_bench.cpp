// Question: how long is our own part of a start (REC-10: at most a second) with a million records
// in the journal and 400 orders open? From the opening of the journal until the core has what it
// says: segments read and checked, the belief made of them, orders and positions restored. Once
// from all records (recovery/start) and once from a snapshot with the records of a day after it
// (recovery/start_snapshot).

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "app/journal_tidy.h"
#include "app/prior_journal.h"
#include "app/store_journal.h"
#include "base/journal_store.h"
#include "engine/journal_replay.h"

namespace gannet {
namespace {

constexpr std::uint64_t kRecords = 1'000'000;
constexpr int kOpenOrders = 400;
constexpr std::int64_t kStart = 1'790'000'000'000'000'000;

struct Silence final : engine::StrategyEvents, engine::BookListener, engine::EngineListener {
  void on_order_event(const engine::OrderEvent&) noexcept override {}
  void on_fill_event(const engine::FillEvent&) noexcept override {}
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
};

/// What the engine of one swap knows, and its journal on a disk.
struct Desk {
  Desk() {
    std::string path = "/var/tmp/gannet-recovery-XXXXXX";
    if (::mkdtemp(path.data()) != nullptr) root = path;
    settings.directory = root + "/journal";
    settings.ring_path = root + "/ring";
    Instrument swap;
    swap.name = std::string_view("BTC-USDT-SWAP");
    swap.kind = InstrumentKind::Swap;
    swap.contract = ContractKind::Linear;
    swap.state = InstrumentState::Live;
    swap.base = currencies.intern("BTC");
    swap.quote = swap.settle = currencies.intern("USDT");
    swap.price_digits = 3;
    swap.tick_size = {100};
    swap.lot_size = swap.minimum_quantity = {1};
    swap.maximum_limit_quantity = {1'000'000};
    swap.contract_value = {1, 2};
    instruments.add(swap);
  }
  ~Desk() {
    if (!root.empty()) std::filesystem::remove_all(root);
  }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  /// Orders as they are: wish, what was read, place, two reports, for one in three a fill, an end.
  bool write(std::uint64_t records) {
    auto writer = JournalWriter::open(settings, [](const JournalRecord&) {});
    if (!writer) return false;
    app::StoreJournal journal((*writer)->ring());
    Timestamp now{kStart};
    journal.define(engine::to_definition(CurrencyId{0}, "BTC"), now);
    journal.define(engine::to_definition(CurrencyId{1}, "USDT"), now);
    journal.define(engine::to_definition(instruments[InstrumentId{0}]), now);
    journal.define(engine::to_definition(StrategyId{0}, "s0", "probe", 1), now);
    bool good = engine::append(journal, engine::RunRecord{1'790'000'000, 1, 0}, now);
    std::uint64_t id = 0;
    while (good && journal.sequence() < records) {
      now = now + milliseconds(60);
      ++id;
      engine::PlaceIntentRecord intent;
      intent.handle = id;
      engine::PlaceRecord place;
      place.client_id = 1'179'000'000'000'000'000 + id;
      place.handle = id;
      place.instrument = 0;
      place.price = 100'000;
      place.quantity = 2;
      engine::ReportRecord report;
      report.client_id = place.client_id;
      report.venue_id = id;
      report.instrument = 0;
      report.price = place.price;
      report.quantity = place.quantity;
      report.exchange_time = now.nanos;
      const std::vector<std::byte> notes(56);
      good = engine::append(journal, intent, now) &&
             journal.append(engine::RecordType::Observations, notes, now) &&
             engine::append(journal, place, now) && engine::append(journal, report, now);
      if (id % 3 == 0) {
        engine::FillBookedRecord fill;
        fill.client_id = place.client_id;
        fill.venue_id = id;
        fill.instrument = 0;
        fill.strategy = 0;
        fill.side = id % 2 == 0 ? Side::Buy : Side::Sell;
        fill.fill.trade_id = static_cast<std::int64_t>(id);
        fill.fill.price = place.price;
        fill.fill.quantity = 1;
        fill.fill.exchange_time = now.nanos;
        good = good && engine::append(journal, fill, now);
      }
      if (journal.sequence() + 6 * kOpenOrders < records) {
        engine::OrderEndedRecord ended;
        ended.client_id = place.client_id;
        good = good && engine::append(journal, report, now) && engine::append(journal, ended, now);
      }
      if (id % 1'000 == 0) good = good && (*writer)->drain();
    }
    return good && (*writer)->drain() && (*writer)->sync();
  }

  /// Our own part of a start. Open orders that were restored; 0: it failed.
  std::uint64_t start() {
    app::PriorJournal prior(instruments, currencies, {"s0"});
    auto store =
        JournalStore::open(settings, [&](const JournalRecord& record) { prior.add(record); });
    if (!store) return 0;
    risk::Settings risk_settings;
    auto limits = risk::LimitTable::build(risk_settings, instruments, currencies,
                                          std::vector<std::string>{"s0"});
    const auto ids = engine::ClientOrderIds::start(1, 1'790'000'001, 1'790'000'000);
    if (!limits || !ids) return 0;
    engine::JournalReplay nothing({});
    Silence silence;
    const auto core = std::make_unique<engine::TradingCore>(
        engine::CoreLinks{instruments, currencies, nothing, nothing, nullptr, silence, silence,
                          silence},
        engine::TradingCoreSettings{}, risk_settings, std::move(*limits), 1, *ids);
    core->restore(prior.belief());
    return core->status().open_orders;
  }

  std::string root;
  JournalSettings settings;
  InstrumentTable instruments;
  CurrencyTable currencies;
};

void start(benchmark::State& state, bool with_snapshot) {
  // Written once: it takes longer than what is measured.
  static Desk desk;
  static const bool is_written = !desk.root.empty() && desk.write(kRecords);
  if (!is_written) return state.SkipWithError("no journal");
  if (with_snapshot &&
      !app::tidy_journal(desk.settings.directory, seconds(86'400 * 30), {kStart}).has_value())
    return state.SkipWithError("no snapshot");
  std::uint64_t open = 0;
  for (auto _ : state) open = desk.start();
  if (open < kOpenOrders) state.SkipWithError("open orders are missing");
  state.counters["open_orders"] = static_cast<double>(open);
}
void start_from_all(benchmark::State& state) { start(state, false); }
void start_from_snapshot(benchmark::State& state) { start(state, true); }
BENCHMARK(start_from_all)->Name("recovery/start")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(start_from_snapshot)
    ->Name("recovery/start_snapshot")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace gannet
