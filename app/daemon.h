#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace gannet::app {

struct DaemonOptions {
  std::string config_file;
  bool check_only = false;        ///< read the configuration, print it resolved, end
  std::optional<Nanos> duration;  ///< end by itself after so long
  std::string summary_file;       ///< JSON at the end; "": none
  std::string log_output = "stderr";
  bool after_crashes = false;  ///< start although the last starts died (REC-12)
  bool show_status = false;    ///< a status line a second on standard output
};

/// The whole of gannetd: configuration, simulated venue if one is embedded, start-up questions,
/// engine on the reactor thread, operator's socket and status on this one, until a signal or the
/// duration. Exit codes: 0 clean; 1 ended, but not clean (see the summary); 2 configuration; 3
/// credentials are missing, the venue refused us, the state directory is taken or its disk full, or
/// the last starts crashed; 4 the venue was not reached: the same start may succeed later.
int run_daemon(const DaemonOptions& options);

}  // namespace gannet::app
