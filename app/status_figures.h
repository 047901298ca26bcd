#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/daemon_status.h"
#include "app/engine_figures.h"
#include "app/host_figures.h"
#include "base/histogram.h"
#include "monitor/figure.h"

namespace gannet::app {

/// What does not change while the process lives.
struct RunFacts {
  std::string version;
  std::string engine_id;
  std::uint64_t restarts = 0;  ///< earlier starts on this state directory
  int recent_crashes = 0;
};

/// Everything that figures are made from. All outlive the call.
struct FigureSources {
  const RunFacts& run;
  const DaemonStatus& status;
  const EngineFigures& engine;
  const HostFigures& host;
  std::span<const LatencyHistogram> histograms;  ///< as on the LatencyBoard; may be empty
  double log_ring = 0;
  Timestamp now;
};

/// What the engine published, as figures for the scrape and for the rules of alerts. Empty before
/// the reactor has said its first word. Cold; allocates.
monitor::Figures to_figures(const FigureSources& from);

/// A histogram of durations by the bounds that all of them have: two to a doubling, from 128 ns to
/// 17 s. Each bound is an edge of the histogram's own buckets, so no value is on the wrong side.
monitor::HistogramFigure to_figure(monitor::FigureId what, std::vector<monitor::Label> labels,
                                   const LatencyHistogram& histogram);

}  // namespace gannet::app
