#pragma once

#include <CLI/App.hpp>

namespace gannet::app {

/// `gannet alert test|list`: of a running gannetd. `test` exits with 1 if a route did not take it.
void add_alert_command(CLI::App& app);

}  // namespace gannet::app
