// What a threaded lane costs before any strategy runs: one message through a ring, taken by the
// same thread (the copy and the ring's work) and by another (the hop between two cores).
// Counter `allocs`: allocations an iteration, 0 after warm-up.

#include <benchmark/benchmark.h>

#include <atomic>
#include <thread>
#include <vector>

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

/// What a ring cannot do without: two indexes, each written by one side and read again by the other
/// only when the copy of it that it has says full, or empty.
template <class T>
class BareRing {
 public:
  explicit BareRing(std::size_t capacity) : items_(capacity) {}
  bool try_push(const T& value) noexcept {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_seen_ == items_.size()) {
      head_seen_ = head_.load(std::memory_order_acquire);
      if (tail - head_seen_ == items_.size()) return false;
    }
    items_[tail % items_.size()] = value;
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }
  bool try_pop(T& value) noexcept {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_seen_) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
      if (head == tail_seen_) return false;
    }
    value = items_[head % items_.size()];
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

 private:
  std::vector<T> items_;
  alignas(64) std::atomic<std::size_t> tail_{0};
  std::size_t head_seen_ = 0;
  alignas(64) std::atomic<std::size_t> head_{0};
  std::size_t tail_seen_ = 0;
};

template <template <class> class Queue>
void hop(benchmark::State& state) {
  Queue<engine::LaneCommand> queue(kCapacity);
  engine::LaneCommand command;
  measure(state, [&] {
    queue.try_push(command);
    queue.try_pop(command);
    benchmark::DoNotOptimize(command);
  });
}
BENCHMARK(hop<SpscQueue>)->Name("queue/hop");
BENCHMARK(hop<BareRing>)->Name("queue/hop_bare");

/// There and back between two threads: twice the latency of one hop. On one core it measures the
/// scheduler instead.
template <template <class> class Queue>
void round_trip(benchmark::State& state) {
  Queue<engine::LaneCommand> there(kCapacity);
  Queue<engine::LaneCommand> back(kCapacity);
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
BENCHMARK(round_trip<SpscQueue>)->Name("queue/round_trip")->UseRealTime();
BENCHMARK(round_trip<BareRing>)->Name("queue/round_trip_bare")->UseRealTime();

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
