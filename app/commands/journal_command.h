#pragma once

#include <CLI/App.hpp>

namespace gannet::app {

/// `gannet journal verify|print`: reads the journal of a state directory, running engine or not.
void add_journal_command(CLI::App& app);

}  // namespace gannet::app
