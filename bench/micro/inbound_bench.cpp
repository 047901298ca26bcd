#include <benchmark/benchmark.h>

#include <string>
#include <string_view>
#include <vector>

#include "bench/alloc_counter.h"
#include "gateway/okx/protocol/market_session.h"

// Frame bytes in, domain event out: the public session with its classification, decoder, sequencer
// and one virtual call to the listener; no book behind it (see book/apply_update).

namespace gannet {
namespace {

constexpr InstrumentId kSwap{0};
constexpr std::size_t kUpdateLevels = 8;  // a side, in books_update

struct Sink final : MarketListener, okx::Diagnostics, okx::SocketOutput {
  std::int64_t sum = 0;
  std::uint64_t events = 0;

  void on_book_update(const BookUpdate& update) noexcept override {
    ++events;
    if (!update.bids.empty()) sum += update.bids.front().price;
  }
  void on_book_withdrawn(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept override {}
  void on_trade(const TradeEvent& trade) noexcept override {
    ++events;
    sum += trade.price.raw;
  }
  void on_ticker(const TickerEvent& ticker) noexcept override {
    ++events;
    sum += ticker.best_bid ? ticker.best_bid->raw : 0;
  }
  void on_reference_price(const ReferencePriceEvent&) noexcept override { ++events; }
  void on_instrument_state(InstrumentId, InstrumentState, Timestamp) noexcept override {}
  void on_market_connection(ConnectionState, Timestamp) noexcept override {}
  void on_market_alive(Timestamp) noexcept override {}
  void on_diagnostic(okx::DiagnosticKind, std::string_view, std::string_view) noexcept override {}
  bool send_text(std::string_view) noexcept override { return true; }
  void reconnect(std::string_view) noexcept override {}
};

struct Bench {
  Bench() : codes(make_codes()), session({}, codes, wanted(), sink, sink) {
    session.on_open(sink, now);
  }

  static okx::InstrumentCodes make_codes() {
    okx::InstrumentCodes codes;
    codes.add({kSwap, std::string_view("BTC-USDT-SWAP"), std::string_view("BTC-USDT"),
               std::string_view("BTC-USDT"), InstrumentKind::Swap, 3, 2, 10459});
    return codes;
  }
  static std::vector<okx::MarketSubscription> wanted() {
    using enum okx::MarketStream;
    return {
        {kSwap, BestBidOffer}, {kSwap, Top5}, {kSwap, Depth400}, {kSwap, Trades}, {kSwap, Ticker}};
  }

  /// Runs the frames round and round; one iteration is one frame.
  void run(benchmark::State& state, std::vector<std::string> frames) {
    for (std::string& frame : frames) frame.append(okx::kTextPadding, ' ');
    const auto feed = [&](const std::string& frame) {
      session.on_text({frame.data(), frame.size() - okx::kTextPadding}, now);
    };
    for (int warm = 0; warm < 3; ++warm) {
      for (const std::string& frame : frames) feed(frame);
    }
    const std::uint64_t events_before = sink.events;
    const std::uint64_t before = bench::allocations();
    std::size_t i = 0;
    std::int64_t frames_fed = 0;
    for (auto _ : state) {
      feed(frames[i]);
      i = i + 1 == frames.size() ? 0 : i + 1;
      ++frames_fed;
    }
    state.counters["allocs"] = static_cast<double>(bench::allocations() - before);
    state.SetBytesProcessed(frames_fed * static_cast<std::int64_t>(frames[0].size()));
    if (sink.events - events_before < static_cast<std::uint64_t>(frames_fed)) {
      state.SkipWithError("a frame did not come out as an event");
    }
    benchmark::DoNotOptimize(sink.sum);
  }

  Timestamp now = from_unix_millis(1'795'430'400'000);
  okx::InstrumentCodes codes;
  Sink sink;
  okx::MarketSession session;
};

std::string level(int price_tenths, int quantity, int orders) {
  std::string text = "[\"";
  text += std::to_string(price_tenths / 10) + "." + std::to_string(price_tenths % 10);
  text += "\",\"" + std::to_string(quantity / 100) + "." + std::to_string(10 + quantity % 90);
  text += "\",\"0\",\"" + std::to_string(orders) + "\"]";
  return text;
}

std::string levels(int first_tenths, int step, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += ',';
    const int n = static_cast<int>(i);
    text += level(first_tenths + step * n, 1'234 + 77 * n, 1 + n);
  }
  return text;
}

void bbo_tbt(benchmark::State& state) {
  Bench bench;
  bench.run(state, {R"({"arg":{"channel":"bbo-tbt","instId":"BTC-USDT-SWAP"},"data":[{"asks":[)" +
                    levels(612'502, 1, 1) + R"(],"bids":[)" + levels(612'501, -1, 1) +
                    R"(],"ts":"1795430400149","seqId":378617009}]})"});
}
BENCHMARK(bbo_tbt)->Name("inbound/bbo_tbt");

void books5(benchmark::State& state) {
  Bench bench;
  bench.run(state, {R"({"arg":{"channel":"books5","instId":"BTC-USDT-SWAP"},"data":[{"asks":[)" +
                    levels(612'502, 1, 5) + R"(],"bids":[)" + levels(612'501, -1, 5) +
                    R"(],"instId":"BTC-USDT-SWAP","ts":"1795430400149","seqId":378617009}]})"});
}
BENCHMARK(books5)->Name("inbound/books5");

/// Two updates that link to each other for ever (the second puts the counter back, which is legal).
void books_update(benchmark::State& state) {
  Bench bench;
  const auto frame = [](const char* action, int previous, int sequence) {
    return std::string(R"({"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":")") +
           action + R"(","data":[{"asks":[)" + levels(612'502, 1, kUpdateLevels) + R"(],"bids":[)" +
           levels(612'501, -1, kUpdateLevels) + R"(],"ts":"1795430400149","checksum":0,"seqId":)" +
           std::to_string(sequence) + R"(,"prevSeqId":)" + std::to_string(previous) + "}]}";
  };
  std::string snapshot = frame("snapshot", -1, 100);
  const std::size_t size = snapshot.size();
  snapshot.append(okx::kTextPadding, ' ');
  bench.session.on_text({snapshot.data(), size}, bench.now);
  bench.run(state, {frame("update", 100, 108), frame("update", 108, 100)});
}
BENCHMARK(books_update)->Name("inbound/books_update");

void trades(benchmark::State& state) {
  Bench bench;
  bench.run(
      state,
      {R"({"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","tradeId":"2832749635","px":"61250.2","sz":"1.35","side":"buy","ts":"1795430400149","count":"3","source":"0","seqId":333793117432}]})"});
}
BENCHMARK(trades)->Name("inbound/trades");

void tickers(benchmark::State& state) {
  Bench bench;
  bench.run(
      state,
      {R"({"arg":{"channel":"tickers","instId":"BTC-USDT-SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","last":"61250","lastSz":"0.4","askPx":"61250.1","askSz":"1871.75","bidPx":"61250","bidSz":"779.3","open24h":"61297.6","high24h":"61466","low24h":"60162.7","sodUtc0":"61066","sodUtc8":"61084.6","volCcy24h":"73998.8786","vol24h":"7399887.86","ts":"1795430400149"}]})"});
}
BENCHMARK(tickers)->Name("inbound/tickers");

}  // namespace
}  // namespace gannet
