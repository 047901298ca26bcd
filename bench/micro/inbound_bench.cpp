#include <benchmark/benchmark.h>

#include "bench/alloc_counter.h"
#include "bench/micro/inbound_world.h"

// Question: frame bytes in, domain event out (see inbound_world.h; for the book behind it,
// book/apply_update).

namespace gannet::bench {
namespace {

/// Runs the frames round and round; one iteration is one frame.
void run(benchmark::State& state, std::vector<std::string> frames, bool after_snapshot = false) {
  InboundWorld world;
  if (after_snapshot) world.feed(padded_frame(books_frame("snapshot", -1, 100)));
  for (std::string& frame : frames) frame = padded_frame(frame);
  for (int warm = 0; warm < 3; ++warm) {
    for (const std::string& frame : frames) world.feed(frame);
  }
  const std::uint64_t events_before = world.sink.events;
  const std::uint64_t before = allocations();
  std::size_t i = 0;
  std::int64_t frames_fed = 0;
  for (auto _ : state) {
    world.feed(frames[i]);
    i = i + 1 == frames.size() ? 0 : i + 1;
    ++frames_fed;
  }
  state.counters["allocs"] = static_cast<double>(allocations() - before);
  state.SetBytesProcessed(frames_fed * static_cast<std::int64_t>(frames[0].size()));
  if (world.sink.events - events_before < static_cast<std::uint64_t>(frames_fed)) {
    state.SkipWithError("a frame did not come out as an event");
  }
  benchmark::DoNotOptimize(world.sink.sum);
}

BENCHMARK_CAPTURE(run, bbo_tbt, {bbo_frame()})->Name("inbound/bbo_tbt");
BENCHMARK_CAPTURE(run, books5, {books5_frame()})->Name("inbound/books5");
BENCHMARK_CAPTURE(run, books_update, books_updates(), true)->Name("inbound/books_update");
BENCHMARK_CAPTURE(run, trades, {trade_frame()})->Name("inbound/trades");
BENCHMARK_CAPTURE(run, tickers, {ticker_frame()})->Name("inbound/tickers");

}  // namespace
}  // namespace gannet::bench
