// Question: what does a log line cost the thread that says it? The hand-over of a record with the
// fields of an order's line, while the log thread takes and formats them (its output goes nowhere).
// In bursts with a pause between, because the log thread needs longer to format a line than the
// caller to say it. `lost`: lines that found the queue full, part of 1.

#include <benchmark/benchmark.h>

#include <chrono>
#include <thread>

#include "base/clock.h"
#include "base/histogram.h"
#include "base/log.h"
#include "base/span_clock.h"
#include "bench/alloc_counter.h"

namespace gannet {
namespace {

constexpr int kBurst = 256;
constexpr int kBursts = 100;

void say(Timestamp now, std::int64_t id) {
  log(now, LogEvent::OrderPlaced,
      {LogField::string("instrument", "BTC-USDT-SWAP"), LogField::number("strategy", 0),
       LogField::number("client_order_id", id), LogField::string("side", "buy"),
       LogField::decimal("price", 61'250'100, 3), LogField::decimal("quantity", 100, 2),
       LogField::decimal("cumulative_quantity", 0, 2), LogField::string("reason", "none")});
}

/// One iteration is a burst; the time told is of one call.
void call(benchmark::State& state) {
  const LogThread thread({.output = "none"});
  set_thread_name("bench");
  const auto pause = [] { std::this_thread::sleep_for(std::chrono::milliseconds(5)); };
  const Timestamp now = wall_clock_now();
  std::int64_t id = 0;
  for (int i = 0; i < kBurst; ++i) say(now, ++id);
  pause();
  const std::uint64_t lost_before = log_records_lost();
  const std::uint64_t before = bench::allocations_of_this_thread();
  for (auto _ : state) {
    const Nanos start = monotonic_now();
    for (int i = 0; i < kBurst; ++i) say(now, ++id);
    const Nanos spent = monotonic_now() - start;
    state.SetIterationTime(static_cast<double>(spent.count) * 1e-9 / kBurst);
    pause();
  }
  state.counters["allocs"] = static_cast<double>(bench::allocations_of_this_thread() - before);
  state.counters["lost"] = static_cast<double>(log_records_lost() - lost_before) /
                           static_cast<double>(state.iterations() * kBurst);
}
BENCHMARK(call)->Name("log/call")->UseManualTime()->Iterations(kBursts);

/// A latency span: a look at the clock and an increment.
void span(benchmark::State& state) {
  SpanClock::calibrate();
  LatencyHistogram histogram;
  std::uint64_t last = SpanClock::now();
  const std::uint64_t before = bench::allocations_of_this_thread();
  for (auto _ : state) {
    const std::uint64_t now = SpanClock::now();
    histogram.record(SpanClock::between(last, now));
    last = now;
  }
  benchmark::DoNotOptimize(histogram.count());
  state.counters["allocs"] = static_cast<double>(bench::allocations_of_this_thread() - before);
}
BENCHMARK(span)->Name("latency/span");

}  // namespace
}  // namespace gannet
