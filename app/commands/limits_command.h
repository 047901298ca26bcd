#pragma once

#include <CLI/App.hpp>

namespace gannet::app {

/// `gannet limits [set|reload|enable]`, `gannet override`.
void add_limits_command(CLI::App& app);

}  // namespace gannet::app
