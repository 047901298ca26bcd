#pragma once

#include <CLI/App.hpp>

namespace gannet::app {

/// `gannet drill`: a kill in the simulator with somebody's own configuration, and how long it took
/// (KILL-14).
void add_drill_command(CLI::App& app);

}  // namespace gannet::app
