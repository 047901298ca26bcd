#pragma once

#include <string>
#include <vector>

#include "kill/account.h"
#include "kill/engine_stop.h"
#include "kill/options.h"

namespace gannet::kill {

/// What became of it, for people and programs.
struct SweepResult {
  int exit_code = 4;
  EngineStopResult engine;
  bool timer_armed = false;
  bool confirmed = false;          ///< two lists, spaced, held nothing that was meant
  std::size_t cancelled = 0;       ///< different orders that a cancel was sent for
  std::vector<OpenOrder> left;     ///< meant, and still there by the last list
  std::vector<OpenOrder> kept;     ///< stops that guard an open position
  std::vector<OpenOrder> foreign;  ///< not meant: without our tag
  std::vector<OpenPosition> positions;
  std::string error;
  int requests = 0;
  int retries = 0;
  double seconds = 0;
};

/// Stops the engine, then cancels and confirms. Tells people each step unless `options.json`.
SweepResult sweep(const Options& options);

/// One JSON object, one line.
std::string to_json(const SweepResult& result);

}  // namespace gannet::kill
