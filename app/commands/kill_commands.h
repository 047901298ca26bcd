#pragma once

#include <CLI/App.hpp>

namespace gannet::app {

/// `gannet kill|resume|cancel|flatten|orders`: what a person does about orders of a running
/// gannetd.
void add_kill_commands(CLI::App& app);

}  // namespace gannet::app
