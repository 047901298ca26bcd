#pragma once

#include <CLI/App.hpp>

namespace gannet::app {

/// Every command of `gannet`. Manual pages and completions are made from the same tree.
void add_all_commands(CLI::App& app);

}  // namespace gannet::app
