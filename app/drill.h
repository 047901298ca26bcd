#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>

#include "app/drill_engine.h"
#include "base/error.h"
#include "base/time.h"
#include "config/settings.h"

namespace gannet::app {

struct DrillPlan {
  int orders = 100;  ///< that rest when something happens
  bool restart = true;
  bool crash = true;
  bool failover = true;
  bool kill = true;
};

/// SIGTERM and a start: an upgrade, a changed configuration.
struct RestartTimes {
  int exit_code = -1;
  std::size_t left = 0;  ///< orders that rested at the venue after its end
  Nanos stop;
  Nanos ready;  ///< from the start
};

/// SIGKILL, and a start on the same state directory (crash) or on an empty one (fail-over, what a
/// second machine does). What rested at the venue is the dead engine's until it is gone.
struct RecoveryTimes {
  std::size_t left = 0;
  std::string state;  ///< "ready", or what it came to instead
  std::string reason;
  Nanos ready;  ///< from the death
  Nanos gone;   ///< likewise: the last order that the dead one left
  bool all_gone = false;
  /// Instruments that were held for a position which the new engine knows nothing of, until they
  /// were accepted as a person would.
  std::size_t accepted = 0;
};

struct DrillResult {
  std::optional<RestartTimes> restart;
  std::optional<RecoveryTimes> crash;
  std::optional<RecoveryTimes> failover;
  std::optional<DrillStatus> kill;  ///< the status after it

  /// Everything came out as it must.
  bool good() const;
};

/// Runs an operator's configuration against a simulated venue, in a folder of its own that goes
/// with it, and does to it what may happen on any day. Error: it came to nothing. Cold; takes as
/// long as it takes.
std::expected<DrillResult, Error> run_drill(const config::Settings& settings,
                                            const DrillPlan& plan);

}  // namespace gannet::app
