// What a threaded lane costs before any strategy runs: one message through a ring, taken by the
// same thread (the copy and the ring's work) and by another (the hop between two cores).
// Counter `allocs`: allocations an iteration, 0 after warm-up.

#include <benchmark/benchmark.h>

#include <atomic>
#include <thread>

#include "base/spsc_queue.h"
#include "base/triple_buffer.h"
#include "bench/alloc_counter.h"
#include "engine/threaded_lane.h"

namespace gannet {
namespace {

constexpr std::size_t kCapacity = 4096;

template <class F>
void measure(benchmark::State& state, F&& step) {
  for (int i = 0; i < 10'000; ++i) step();
  const std::uint64_t before = bench::allocations();
  for (auto _ : state) step();
  state.counters["allocs"] = benchmark::Counter(static_cast<double>(bench::allocations() - before) /
                                                static_cast<double>(state.iterations()));
}

void hop(benchmark::State& state) {
  SpscQueue<engine::LaneCommand> queue(kCapacity);
  engine::LaneCommand command;
  measure(state, [&] {
    queue.try_push(command);
    queue.try_pop(command);
    benchmark::DoNotOptimize(command);
  });
}
BENCHMARK(hop)->Name("queue/hop");

/// There and back between two threads: twice the latency of one hop. On one core it measures the
/// scheduler instead.
void round_trip(benchmark::State& state) {
  SpscQueue<engine::LaneCommand> there(kCapacity);
  SpscQueue<engine::LaneCommand> back(kCapacity);
  std::atomic<bool> ends{false};
  std::jthread echo([&] {
    engine::LaneCommand command;
    while (!ends.load(std::memory_order_relaxed)) {
      if (there.try_pop(command)) {
        back.try_push(command);
      } else {
        __builtin_ia32_pause();
      }
    }
  });
  engine::LaneCommand command;
  measure(state, [&] {
    there.try_push(command);
    while (!back.try_pop(command)) __builtin_ia32_pause();
  });
  ends = true;
}
BENCHMARK(round_trip)->Name("queue/round_trip")->UseRealTime();

void report(benchmark::State& state) {
  SpscQueue<engine::LaneReport> queue(kCapacity);
  engine::LaneReport message{{1}, engine::OrderEvent{}};
  measure(state, [&] {
    queue.try_push(message);
    queue.try_pop(message);
    benchmark::DoNotOptimize(message);
  });
}
BENCHMARK(report)->Name("queue/report");

}  // namespace
}  // namespace gannet
