#pragma once

#include <CLI/CLI.hpp>

namespace gannet::app {

/// `gannet strategy list|start|stop|set|tell` and `gannet order place|amend|resolve`.
void add_strategy_commands(CLI::App& app);
void add_order_commands(CLI::App& app);

}  // namespace gannet::app
