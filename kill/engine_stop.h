#pragma once

#include <string>

namespace gannet::kill {

enum class EngineStop {
  NotAsked,    ///< no state directory was named: it runs elsewhere
  NotThere,    ///< nothing runs on the state directory; the kill file waits for the next start
  Obeyed,      ///< it took the kill file away: killed, durable, and alive to book fills
  Terminated,  ///< it did not obey: SIGKILL
  Failed,      ///< it runs, and could not be stopped
};

struct EngineStopResult {
  EngineStop what = EngineStop::NotAsked;
  std::string text;  ///< for people
};

/// Drops the kill file into the engine's state directory; if the engine does not obey within
/// `patience_ms`, ends its process, whose number is in the lock file that it holds.
EngineStopResult stop_engine(const std::string& state_directory, const std::string& reason,
                             int patience_ms);

}  // namespace gannet::kill
