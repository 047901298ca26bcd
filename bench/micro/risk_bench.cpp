#include <benchmark/benchmark.h>

#include "bench/alloc_counter.h"
#include "bench/instruction_counter.h"
#include "bench/micro/gate_world.h"
#include "risk/rate_limiter.h"

namespace gannet::risk {
namespace {

void check_order(benchmark::State& state, bool inverse) {
  GateWorld world;
  const bench::InstructionCounter instructions;
  OrderIntent intent = world.order(inverse ? world.inverse : world.linear);
  const std::uint64_t before = bench::allocations();
  const auto first = instructions.read();
  for (auto _ : state) {
    benchmark::DoNotOptimize(intent);
    if (!world.passes(intent)) state.SkipWithError("denied");
  }
  state.counters["allocs"] = static_cast<double>(bench::allocations() - before);
  if (const auto last = instructions.read(); first && last) {
    state.counters["instructions"] =
        benchmark::Counter(static_cast<double>(*last - *first), benchmark::Counter::kAvgIterations);
  }
}
BENCHMARK_CAPTURE(check_order, linear, false)->Name("risk/gate");
BENCHMARK_CAPTURE(check_order, inverse, true)->Name("risk/gate_inverse");

/// At a pace that the venue allows, so that requests are granted: the dear way.
void acquire(benchmark::State& state) {
  const GateWorld world;
  RateLimiter limiter({}, world.instruments);
  Timestamp now = kGateTime;
  const std::uint64_t before = bench::allocations();
  for (auto _ : state) {
    now = now + milliseconds(70);
    const auto decision = limiter.try_acquire(RequestKind::Place, world.linear, now);
    if (!decision.granted) state.SkipWithError("refused");
    benchmark::DoNotOptimize(decision.retry_at);
  }
  state.counters["allocs"] = static_cast<double>(bench::allocations() - before);
}
BENCHMARK(acquire)->Name("limiter/acquire");

}  // namespace
}  // namespace gannet::risk
