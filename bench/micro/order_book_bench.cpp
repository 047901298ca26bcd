#include <benchmark/benchmark.h>

#include <memory>

#include "bench/alloc_counter.h"
#include "bench/micro/order_book_world.h"

namespace gannet::bench {
namespace {

void apply_update(benchmark::State& state) {
  const BookUpdates input;
  const auto book = std::make_unique<OrderBook>();
  fill(*book);
  std::size_t i = 0;
  const std::uint64_t before = allocations();
  for (auto _ : state) {
    benchmark::DoNotOptimize(book->apply(input.updates[i]));
    i = (i + 1) % BookUpdates::kCount;
  }
  state.counters["allocs"] = static_cast<double>(allocations() - before);
}
BENCHMARK(apply_update)->Name("book/apply_update");

}  // namespace
}  // namespace gannet::bench
