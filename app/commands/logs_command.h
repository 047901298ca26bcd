#pragma once

#include <CLI/App.hpp>

namespace gannet::app {

/// `gannet logs explain [EVENT] [--json]`: what an event of the log tells, its fields, and what to
/// do about it.
void add_logs_command(CLI::App& app);

}  // namespace gannet::app
