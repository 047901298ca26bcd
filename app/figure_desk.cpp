#include "app/figure_desk.h"

#include <cstdint>
#include <fstream>
#include <utility>

#include "base/clock.h"
#include "base/log_figures.h"
#include "base/state_directory.h"

#ifndef GANNET_VERSION
#define GANNET_VERSION "0.1.0"
#endif

namespace gannet::app {
namespace {

constexpr Nanos kLookInterval = milliseconds(200);  // as often as the reactor publishes
constexpr Nanos kHostInterval = seconds(1);

/// Starts on this state directory before this one; counts this one.
std::uint64_t count_start(const std::string& state_directory) {
  const std::string file = state_directory + "/start-count";
  std::uint64_t before = 0;
  std::ifstream(file) >> before;
  // A count that is lost is a figure that starts anew: no reason not to trade.
  static_cast<void>(write_file_durably(file, std::to_string(before + 1) + "\n"));
  return before;
}

}  // namespace

std::expected<std::unique_ptr<FigureDesk>, Error> FigureDesk::open(const config::Settings& settings,
                                                                   std::string state_directory,
                                                                   int recent_crashes,
                                                                   monitor::AlertService& alerts) {
  std::unique_ptr<FigureDesk> desk(new FigureDesk(alerts));
  if (settings.metrics) {
    auto scrape = monitor::Scrape::listen(*settings.metrics);
    if (!scrape) return std::unexpected(std::move(scrape.error()));
    desk->scrape_ = std::move(*scrape);
  }
  desk->run_ = {.version = GANNET_VERSION,
                .engine_id = settings.account.engine_id,
                .restarts = count_start(state_directory),
                .recent_crashes = recent_crashes};
  desk->state_directory_ = std::move(state_directory);
  desk->histograms_.resize(LatencyBoard::kHistograms);
  return desk;
}

void FigureDesk::work(const EngineRoom& room, Nanos now) {
  if (now < next_look_) return;
  next_look_ = now + kLookInterval;
  if (now >= next_host_look_) {
    next_host_look_ = now + kHostInterval;
    host_ = look_at_host(state_directory_);
  }
  monitor::Figures figures = look(room);
  alerts_.look(figures);
  if (scrape_ == nullptr) return;
  add_alert_figures(alerts_.view(), figures);
  scrape_->show(std::move(figures));
}

monitor::Figures FigureDesk::look(const EngineRoom& room) {
  for (std::size_t i = 0; i < LatencyBoard::kHistograms; ++i)
    histograms_[i] = room.latencies().shown[i].load();
  const DaemonStatus status = room.status().load();
  const EngineFigures engine = room.figures().load();
  return to_figures({.run = run_,
                     .status = status,
                     .engine = engine,
                     .host = host_,
                     .histograms = histograms_,
                     .log_ring = log_ring_used(),
                     .now = wall_clock_now()});
}

}  // namespace gannet::app
