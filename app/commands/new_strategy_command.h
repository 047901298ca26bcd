#pragma once

namespace CLI {
class App;
}

namespace gannet::app {

/// `gannet new-strategy NAME [--folder DIR] [--template DIR]`: a project of its own for a strategy,
/// with a test in the simulator, ready to build. Exit 2: a name that cannot be, or something in the
/// way.
void add_new_strategy_command(CLI::App& app);

}  // namespace gannet::app
