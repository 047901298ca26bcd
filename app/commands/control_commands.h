#pragma once

#include <CLI/App.hpp>

namespace gannet::app {

/// `gannet status|hold|accept|credentials`: talk to a running gannetd through its UNIX socket.
void add_control_commands(CLI::App& app);

}  // namespace gannet::app
