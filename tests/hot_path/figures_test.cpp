#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "app/engine_figures.h"
#include "app/status_figures.h"
#include "base/published_value.h"
#include "bench/alloc_counter.h"

// MON-05: what the reactor does for monitors, it does alone. It stores values that others may read;
// a reader that never stops costs it no allocation and no wait (a store has no loop and takes no
// lock).

namespace gannet::app {
namespace {

TEST(Figures, AreShownWithoutAllocatingWhileAReaderNeverStops) {  // MON-05
  const auto status = std::make_unique<PublishedValue<DaemonStatus>>();
  const auto figures = std::make_unique<PublishedValue<EngineFigures>>();
  const auto board = std::make_unique<LatencyBoard>();
  std::atomic<bool> enough{false};
  std::atomic<int> read{0};
  std::jthread reader([&] {
    const RunFacts run;
    const HostFigures host;
    std::vector<LatencyHistogram> histograms(LatencyBoard::kHistograms);
    while (!enough) {
      for (std::size_t i = 0; i < histograms.size(); ++i) histograms[i] = board->shown[i].load();
      const DaemonStatus now = status->load();
      const EngineFigures more = figures->load();
      EXPECT_EQ(now.orders, now.fills);  // whole, never half of an old one
      EXPECT_EQ(more.turns, more.rounds);
      static_cast<void>(to_figures({run, now, more, host, histograms, 0, now.time}));
      ++read;
    }
  });
  const auto histogram = std::make_unique<LatencyHistogram>();
  const std::uint64_t before = bench::allocations_of_this_thread();
  std::uint64_t turn = 0;
  while (read < 50) {
    ++turn;
    DaemonStatus now;
    now.started = now.time = {static_cast<std::int64_t>(turn)};
    now.orders = now.fills = turn;
    status->store(now);
    EngineFigures more;
    more.turns = more.rounds = turn;
    figures->store(more);
    histogram->record({static_cast<std::int64_t>(turn)});
    board->show(turn % LatencyBoard::kHistograms, *histogram);
    // The reactor does this five times a second: here too a reader is to find a quiet moment.
    while (static_cast<int>(turn / 100) > read && read < 50) {
    }
  }
  EXPECT_EQ(bench::allocations_of_this_thread(), before);
  enough = true;
}

}  // namespace
}  // namespace gannet::app
