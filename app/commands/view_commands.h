#pragma once

#include <CLI/CLI.hpp>

namespace gannet::app {

/// status, pnl, latency, orders, positions, balances, fills, feeds: looking, once or again and
/// again.
void add_view_commands(CLI::App& app);

}  // namespace gannet::app
