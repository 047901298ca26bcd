// Questions: what does each further strategy on an instrument cost that has nothing to do
// (path/idle_strategy: the time of one, from a hundred and one against one)? And what do the same
// book updates cost when they are of fifty instruments in turn (path/instruments/50), against those
// of one (path/instruments/1): from frame bytes to the book applied, all books full?

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "bench/alloc_counter.h"
#include "bench/micro/inbound_world.h"
#include "engine/book_store.h"
#include "engine/publisher.h"
#include "support/instrument_samples.h"

namespace gannet::bench {
namespace {

constexpr int kStrategies = 100;
constexpr int kUpdates = 1'000;

/// Wants a book and looks at it.
engine::StrategyType idle_type() {
  engine::StrategyType type;
  type.name = "idle";
  type.channels = GANNET_WANT_BOOK;
  engine::ParameterSpec instrument;
  instrument.type = GANNET_PARAMETER_INSTRUMENT;
  instrument.name = "instrument";
  type.parameters = {instrument};
  type.handlers.size = sizeof type.handlers;
  type.handlers.create = [](const gannet_host*, void*, const gannet_parameters*,
                            void** self) -> std::int32_t {
    static int instance = 0;
    *self = &instance;
    return GANNET_OK;
  };
  type.handlers.destroy = [](void*) {};
  type.handlers.book = [](void*, const gannet_book* book) -> std::int32_t {
    benchmark::DoNotOptimize(book->bids.best);
    return GANNET_OK;
  };
  return type;
}

struct NoCommands final : engine::LaneCommands {
  void on_lane_command(const engine::LaneCommand&, Timestamp) noexcept override {}
};

struct Audience {
  explicit Audience(int strategies) {
    instruments.add(test::linear_swap(currencies));
    publisher.emplace(instruments, currencies, nullptr, engine::PublisherSettings{});
    for (int i = 0; i < strategies; ++i) {
      engine::StrategySettings settings;
      settings.name = "idle" + std::to_string(i);
      settings.plugin = "idle";
      using Kind = engine::ParameterSetting::Kind;
      settings.parameters = {{"instrument", "BTC-USDT-SWAP", Kind::Text, "bench"}};
      if (!publisher->add_strategy(type, settings)) std::abort();
    }
    publisher->start(core, now);
    const Level bid{61'250'100, 100, 1, 0};
    BookUpdate snapshot;
    snapshot.bids = {&bid, 1};
    book.apply(snapshot);
  }
  Nanos tell() {
    const Nanos start = monotonic_now();
    for (int i = 0; i < kUpdates; ++i) {
      now = now + milliseconds(1);
      publisher->on_book({0}, BookFeed::BestBidOffer, book, true, now, now);
    }
    return monotonic_now() - start;
  }

  CurrencyTable currencies;
  InstrumentTable instruments;
  const engine::StrategyType type = idle_type();
  NoCommands core;
  std::optional<engine::Publisher> publisher;
  OrderBook book;
  Timestamp now = from_unix_millis(1'795'430'400'000);
};

void idle_strategy(benchmark::State& state) {
  Audience one(1);
  Audience many(1 + kStrategies);
  one.tell();
  many.tell();
  const std::uint64_t before = allocations();
  for (auto _ : state) {
    const Nanos alone = one.tell();
    const Nanos together = many.tell();
    state.SetIterationTime(static_cast<double>((together - alone).count) * 1e-9 / kUpdates /
                           kStrategies);
  }
  state.counters["allocs"] = static_cast<double>(allocations() - before);
}
BENCHMARK(idle_strategy)->Name("path/idle_strategy")->UseManualTime()->Iterations(200);

/// Sessions, sequencers and books of that many instruments.
class Books final : public engine::BookListener, public okx::Diagnostics, public okx::SocketOutput {
 public:
  explicit Books(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = "C" + std::to_string(10 + i) + "-USDT-SWAP";
      const InstrumentId id = instruments_.add(test::linear_swap(currencies_, name));
      codes_.add({id, InstrumentName(name), InstrumentName("C-USDT"), InstrumentName("C-USDT"),
                  InstrumentKind::Swap, 3, 2, 10'459 + static_cast<std::int64_t>(i)});
      wanted_.push_back({id, okx::MarketStream::Depth400});
      for (const std::string& update : books_updates()) frames_.push_back(named(update, name));
    }
    references_ = std::make_unique<risk::ReferencePrices>(count);
    store_ = std::make_unique<engine::BookStore>(instruments_, *references_, *this);
    for (const Instrument& instrument : instruments_)
      store_->add(instrument.id, BookFeed::Depth400);
    sink_.store = store_.get();
    session_ = std::make_unique<okx::MarketSession>(okx::MarketSessionSettings{}, codes_, wanted_,
                                                    sink_, *this);
    session_->on_open(*this, now_);
    for (const Instrument& instrument : instruments_) {
      feed(named(full_snapshot(), std::string(instrument.name.view())));
    }
  }

  /// The next update, of the next instrument.
  void step() noexcept {
    feed(frames_[(at_ % instruments_.size()) * 2 + (at_ / instruments_.size()) % 2]);
    ++at_;
  }
  std::uint64_t told() const noexcept { return told_; }

  void on_book(InstrumentId, BookFeed, const OrderBook&, bool, Timestamp,
               Timestamp) noexcept override {
    ++told_;
  }
  void on_book_unavailable(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept override {}
  void on_trade(const TradeEvent&) noexcept override {}
  void on_ticker(const TickerEvent&) noexcept override {}
  void on_reference_price(const ReferencePriceEvent&) noexcept override {}
  void on_diagnostic(okx::DiagnosticKind, std::string_view, std::string_view) noexcept override {}
  bool send_text(std::string_view) noexcept override { return true; }
  void reconnect(std::string_view) noexcept override {}

 private:
  struct ToStore final : InboundSink {
    void on_book_update(const BookUpdate& update) noexcept override { store->on_update(update); }
    engine::BookStore* store = nullptr;
  };

  static std::string named(std::string frame, const std::string& name) {
    constexpr std::string_view kSample = "BTC-USDT-SWAP";
    frame.replace(frame.find(kSample), kSample.size(), name);
    return padded_frame(std::move(frame));
  }
  static std::string full_snapshot() {
    return R"({"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":"snapshot","data":[{"asks":[)" +
           levels(612'502, 1, 400) + R"(],"bids":[)" + levels(612'501, -1, 400) +
           R"(],"ts":"1795430400149","checksum":0,"seqId":100,"prevSeqId":-1}]})";
  }
  void feed(const std::string& frame) noexcept {
    session_->on_text({frame.data(), frame.size() - okx::kTextPadding}, now_);
  }

  CurrencyTable currencies_;
  InstrumentTable instruments_;
  okx::InstrumentCodes codes_;
  std::vector<okx::MarketSubscription> wanted_;
  std::vector<std::string> frames_;  // [instrument][which of two]
  std::unique_ptr<risk::ReferencePrices> references_;
  std::unique_ptr<engine::BookStore> store_;
  ToStore sink_;
  std::unique_ptr<okx::MarketSession> session_;
  Timestamp now_ = from_unix_millis(1'795'430'400'000);
  std::size_t at_ = 0;
  std::uint64_t told_ = 0;
};

void instruments(benchmark::State& state, std::size_t count) {
  const auto books = std::make_unique<Books>(count);
  for (std::size_t i = 0; i < 4 * count; ++i) books->step();
  const std::uint64_t told = books->told();
  const std::uint64_t before = allocations();
  std::uint64_t steps = 0;
  for (auto _ : state) {
    books->step();
    ++steps;
  }
  state.counters["allocs"] = static_cast<double>(allocations() - before);
  if (books->told() - told != steps) state.SkipWithError("an update did not become a book");
}
BENCHMARK_CAPTURE(instruments, one, 1)->Name("path/instruments/1");
BENCHMARK_CAPTURE(instruments, fifty, 50)->Name("path/instruments/50");

}  // namespace
}  // namespace gannet::bench
