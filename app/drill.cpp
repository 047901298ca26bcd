#include "app/drill.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "app/drill_config.h"
#include "app/drill_venue.h"
#include "base/clock.h"
#include "base/state_directory.h"

namespace gannet::app {
namespace {

constexpr std::chrono::seconds kStartPatience{60};
constexpr std::chrono::seconds kDrillPatience{60};
constexpr std::chrono::seconds kOrdersPatience{15};
constexpr std::chrono::seconds kGonePatience{60};
constexpr std::chrono::milliseconds kLookAtVenue{20};

/// A folder for the engines of the drill, gone with it.
class DrillFolder {
 public:
  static std::expected<std::unique_ptr<DrillFolder>, Error> make() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gannet-drill-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      return std::unexpected(Error{"cannot make a folder " + pattern});
    return std::unique_ptr<DrillFolder>(new DrillFolder(std::move(pattern)));
  }
  ~DrillFolder() {
    std::error_code ignored;
    for (const std::string& state : {first(), second()})
      if (const auto open = StateDirectory::open(state))
        std::filesystem::remove(open->shared_memory_file("journal-ring"), ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  DrillFolder(const DrillFolder&) = delete;
  DrillFolder& operator=(const DrillFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string first() const { return path_ + "/state"; }
  std::string second() const { return path_ + "/standby"; }

 private:
  explicit DrillFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

bool is_ready(const DrillStatus& status) { return status.state == "ready"; }

/// One drill; each part leaves an engine that trades.
class Drill {
 public:
  Drill(const config::Settings& settings, const DrillPlan& plan, const DrillFolder& folder,
        DrillVenue& venue)
      : settings_(settings), plan_(plan), folder_(folder), venue_(venue) {}

  std::expected<DrillResult, Error> run() {
    DrillResult result;
    if (auto begun = begin(folder_.first()); !begun) return std::unexpected(begun.error());
    if (plan_.restart) {
      auto times = restart();
      if (!times) return std::unexpected(times.error());
      result.restart = *times;
    }
    if (plan_.crash) {
      auto times = recover(folder_.first());
      if (!times) return std::unexpected(times.error());
      result.crash = std::move(*times);
    }
    if (plan_.failover) {
      auto times = recover(folder_.second());
      if (!times) return std::unexpected(times.error());
      result.failover = std::move(*times);
    }
    if (plan_.kill) {
      auto status = kill();
      if (!status) return std::unexpected(status.error());
      result.kill = std::move(*status);
    }
    return result;
  }

 private:
  std::expected<void, Error> start(const std::string& state) {
    const std::string text = drill_config(settings_, venue_.ready(), plan_.orders, state);
    if (text.empty())
      return std::unexpected(Error{"no swap is configured that orders could rest in"});
    const std::string file = state + ".toml";
    std::ofstream(file) << text;
    engine_ = std::make_unique<DrillEngine>(file, state, folder_.path() + "/log");
    return {};
  }

  std::expected<void, Error> begin(const std::string& state) {
    if (auto started = start(state); !started) return started;
    const auto status = engine_->wait_for(kStartPatience, is_ready);
    if (!status || !is_ready(*status))
      return std::unexpected(
          Error{"the engine did not become ready in the simulator with this configuration"});
    wait_for_orders();
    return {};
  }

  void wait_for_orders() {
    engine_->wait_for(kOrdersPatience,
                      [&](const DrillStatus& now) { return now.open_orders >= plan_.orders; });
  }

  std::expected<RestartTimes, Error> restart() {
    RestartTimes times;
    const Nanos asked = monotonic_now();
    times.exit_code = engine_->stop().value_or(-1);
    times.stop = monotonic_now() - asked;
    const auto left = venue_.resting();
    if (!left) return std::unexpected(left.error());
    times.left = left->size();
    const Nanos started = monotonic_now();
    if (auto begun = start(folder_.first()); !begun) return std::unexpected(begun.error());
    const auto status = engine_->wait_for(kStartPatience, is_ready);
    if (!status || !is_ready(*status))
      return std::unexpected(Error{"the engine did not become ready again after a stop"});
    times.ready = monotonic_now() - started;
    wait_for_orders();
    return times;
  }

  std::expected<RecoveryTimes, Error> recover(const std::string& state) {
    RecoveryTimes times;
    engine_->end_at_once();
    const Nanos died = monotonic_now();
    const auto left = venue_.resting();
    if (!left) return std::unexpected(left.error());
    times.left = left->size();
    if (auto started = start(state); !started) return std::unexpected(started.error());
    const auto status = engine_->wait_for(kStartPatience, is_ready);
    times.ready = monotonic_now() - died;
    if (!status) return std::unexpected(Error{"the engine ended when it was to recover"});
    times.state = status->state;
    times.reason = status->reason;
    while (!times.all_gone && monotonic_now() - died < seconds(kGonePatience.count())) {
      const auto resting = venue_.resting();
      if (!resting) return std::unexpected(resting.error());
      times.all_gone = std::ranges::none_of(*left, [&](const std::string& order) {
        return std::ranges::find(*resting, order) != resting->end();
      });
      times.gone = monotonic_now() - died;
      if (!times.all_gone) std::this_thread::sleep_for(kLookAtVenue);
    }
    // What is held for its position shows with the status after the comparison.
    const auto settled = engine_->status();
    for (const std::string& instrument : settled ? settled->held : std::vector<std::string>())
      if (engine_->ask("accept " + instrument)) ++times.accepted;
    wait_for_orders();
    return times;
  }

  std::expected<DrillStatus, Error> kill() {
    if (!engine_->ask("kill a drill"))
      return std::unexpected(Error{"the engine did not take the kill"});
    const auto status = engine_->wait_for(
        kDrillPatience, [](const DrillStatus& now) { return now.flat && now.flat_after != 0; });
    if (!status) return std::unexpected(Error{"the engine ended during the drill"});
    return *status;
  }

  const config::Settings& settings_;
  const DrillPlan& plan_;
  const DrillFolder& folder_;
  DrillVenue& venue_;
  std::unique_ptr<DrillEngine> engine_;
};

}  // namespace

bool DrillResult::good() const {
  const auto recovered = [](const std::optional<RecoveryTimes>& times) {
    return !times || (times->state == "ready" && times->all_gone);
  };
  return (!restart || restart->exit_code == 0) && recovered(crash) && recovered(failover) &&
         (!kill || kill->flat);
}

std::expected<DrillResult, Error> run_drill(const config::Settings& settings,
                                            const DrillPlan& plan) {
  const auto folder = DrillFolder::make();
  if (!folder) return std::unexpected(folder.error());
  auto venue = DrillVenue::start((*folder)->path());
  if (!venue) return std::unexpected(venue.error());
  put_drill_key_into_environment((*venue)->ready());
  return Drill(settings, plan, **folder, **venue).run();
}

}  // namespace gannet::app
