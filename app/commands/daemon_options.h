#pragma once

#include <CLI/App.hpp>
#include <string>

#include "app/daemon.h"

namespace gannet::app {

/// What gannetd's command line may hold. `duration`: as it was written.
void add_daemon_options(CLI::App& app, DaemonOptions& options, std::string& duration);

}  // namespace gannet::app
