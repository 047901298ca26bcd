// Question: how long does a market frame take to become an order's bytes, on one core? From the
// frame handed to the market session until the order handed to the socket: decoder, sequencer,
// book, publisher, the `probe` plugin, order manager, gate, limiter, journal ring, encoder. Sockets
// and TLS are outside. The time is of each tick alone; what happens between two (the venue's
// answers, timers, REST) is not in it, but it has used the caches, as in life.
//
// Counters: p50_ns, p99_ns, p999_ns, max_ns of all ticks, one pair of clock reads (some 50 ns)
// included; turn_p50_ns and turn_p99_ns until the session returned (with the cancel of the older
// order and the strategy's events); allocs of the whole hot path, answers included, divided by
// nothing; orders: written by a tick, 1.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "bench/path/path_fixture.h"

namespace gannet::bench {
namespace {

constexpr int kWarmUp = 10'000;  // the table of ended orders has gone round

class Samples {
 public:
  explicit Samples(std::size_t capacity) { nanos_.reserve(capacity); }
  void record(Nanos time) noexcept { nanos_.push_back(static_cast<std::uint32_t>(time.count)); }
  double quantile(double part) {
    if (nanos_.empty()) return 0;
    const auto rank = static_cast<std::ptrdiff_t>(part * static_cast<double>(nanos_.size() - 1));
    std::nth_element(nanos_.begin(), nanos_.begin() + rank, nanos_.end());
    return nanos_[static_cast<std::size_t>(rank)];
  }

 private:
  std::vector<std::uint32_t> nanos_;
};

void tick_to_order(benchmark::State& state, BookFeed feed) {
  PathFixture path(feed);
  path.run(kWarmUp);
  Samples to_order(static_cast<std::size_t>(state.max_iterations));
  Samples whole(static_cast<std::size_t>(state.max_iterations));
  const std::uint64_t allocations_before = path.allocations();
  std::uint64_t orders = 0;
  for (auto _ : state) {
    const Tick tick = path.tick();
    state.SetIterationTime(static_cast<double>(tick.to_order.count) * 1e-9);
    to_order.record(tick.to_order);
    whole.record(tick.whole);
    orders += tick.orders;
    if (tick.orders != 1) {
      state.SkipWithError("a tick did not become one order");
      break;
    }
    path.answer();
  }
  state.counters["p50_ns"] = to_order.quantile(0.5);
  state.counters["p99_ns"] = to_order.quantile(0.99);
  state.counters["p999_ns"] = to_order.quantile(0.999);
  state.counters["max_ns"] = to_order.quantile(1);
  state.counters["turn_p50_ns"] = whole.quantile(0.5);
  state.counters["turn_p99_ns"] = whole.quantile(0.99);
  state.counters["allocs"] = static_cast<double>(path.allocations() - allocations_before);
  state.counters["orders"] = static_cast<double>(orders) / static_cast<double>(state.iterations());
  if (path.surprises() != 0) state.SkipWithError("the engine or the script met a surprise");
}
BENCHMARK_CAPTURE(tick_to_order, bbo, BookFeed::BestBidOffer)
    ->Name("path/tick_to_order/bbo")
    ->UseManualTime();
BENCHMARK_CAPTURE(tick_to_order, books, BookFeed::Depth400)
    ->Name("path/tick_to_order/books")
    ->UseManualTime();

}  // namespace
}  // namespace gannet::bench
