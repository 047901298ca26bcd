#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/engine_room.h"
#include "app/host_figures.h"
#include "app/status_figures.h"
#include "base/error.h"
#include "base/thread_role.h"
#include "base/time.h"
#include "config/settings.h"
#include "monitor/alert_service.h"
#include "monitor/figure.h"
#include "monitor/scrape.h"

namespace gannet::app {

/// Makes figures of what the engine published, five times a second, and hands them to whoever
/// watches: the alerts, and the scrape where one is configured. Cold thread; nobody who reads can
/// make it wait.
class FigureDesk {
 public:
  /// Errors: figures cannot be served where [metrics] says.
  static std::expected<std::unique_ptr<FigureDesk>, Error> open(const config::Settings& settings,
                                                                std::string state_directory,
                                                                int recent_crashes,
                                                                monitor::AlertService& alerts);

  /// At every turn of the cold loop, once the reactor runs.
  void work(const EngineRoom& room, Nanos now) RUNS_ON(kCold);

 private:
  explicit FigureDesk(monitor::AlertService& alerts) : alerts_(alerts) {}
  monitor::Figures look(const EngineRoom& room);

  monitor::AlertService& alerts_;
  RunFacts run_;
  std::string state_directory_;
  std::unique_ptr<monitor::Scrape> scrape_;  // null: nobody asked for it
  std::vector<LatencyHistogram> histograms_;
  HostFigures host_;
  Nanos next_look_;
  Nanos next_host_look_;
};

}  // namespace gannet::app
