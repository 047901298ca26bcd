// Question: how many recorded messages a second does a backtest take, on one core, with the quoting
// plugin? From the bytes of a .jsonl file through the decoders of the live session, the simulated
// exchange, the engine and the plugin, orders and fills included; not the survey of the recording
// and the plugin's loading before it, nor the report after it. `allocs`: heap allocations a message
// (orders, fills and samples are kept for the report). The mix is in l2_recording.h.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "app/backtest_run.h"
#include "bench/alloc_counter.h"
#include "bench/path/l2_recording.h"
#include "config/load.h"

namespace gannet::bench {
namespace {

constexpr std::uint64_t kMessages = 100'000;

/// A file that goes with its owner.
class TemporaryFile {
 public:
  TemporaryFile() {
    path_ = (std::filesystem::temp_directory_path() / "gannet-bench-XXXXXX").string();
    const int file = ::mkstemp(path_.data());
    if (file >= 0) ::close(file);
  }
  ~TemporaryFile() { ::unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

std::string configuration(const std::string& recording) {
  return R"([backtest]
recording = ")" +
         recording + R"("
[backtest.balance]
USDT = "1000000"
[[instrument]]
name = "BTC-USDT-SWAP"
[[strategy]]
name = "quotes"
plugin = "market_maker"
[strategy.parameters]
instrument = "BTC-USDT-SWAP"
quantity = "1 contract"
max_position = "20 contracts"
half_spread_bps = 0.01
requote_threshold_ticks = 2
[risk]
currency = "USDT"
)";
}

void l2_events(benchmark::State& state) {
  static const TemporaryFile recording;
  static const bool is_written = write_l2_recording(recording.path(), kMessages, 7);
  if (!is_written) return state.SkipWithError("the recording cannot be written");
  static const TemporaryFile file;
  std::ofstream(file.path()) << configuration(recording.path());
  const auto settings = config::load_backtest(file.path());
  if (!settings) {
    const std::string why = config::to_string(settings.error().front());
    return state.SkipWithError(why.c_str());
  }
  std::uint64_t messages = 0;
  std::uint64_t allocated = 0;
  std::uint64_t orders = 0;
  std::uint64_t fills = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto run = app::BacktestRun::make(*settings);
    if (!run) {
      state.SkipWithError(run.error().message.c_str());
      break;
    }
    const std::uint64_t before = allocations();
    state.ResumeTiming();
    const auto done = (*run)->run();
    state.PauseTiming();
    allocated += allocations() - before;
    if (!done) {
      state.SkipWithError(done.error().message.c_str());
      break;
    }
    const backtest::Backtest& result = (*run)->backtest();
    messages += result.outcome().source.messages;
    orders += result.log().orders().size();
    fills += result.log().fills().size();
    run->reset();
    state.ResumeTiming();
  }
  if (messages == 0) return;
  const auto each = static_cast<double>(messages);
  state.SetItemsProcessed(static_cast<std::int64_t>(messages));
  state.counters["allocs"] = static_cast<double>(allocated) / each;
  state.counters["orders_per_1000"] = static_cast<double>(orders) * 1'000 / each;
  state.counters["fills_per_1000"] = static_cast<double>(fills) * 1'000 / each;
}

BENCHMARK(l2_events)->Name("backtest/l2_events")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gannet::bench
