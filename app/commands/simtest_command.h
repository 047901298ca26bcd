#pragma once

namespace CLI {
class App;
}

namespace gannet::app {

/// `gannet simtest --seeds A..B [--orders N] [--jobs N] [--json] [--trace] [--shrink]`: engine,
/// both protocols and the simulated venue in one process under virtual time, with faults, one run a
/// seed. The last line says what was run and found, as JSON. Exit 0: no invariant was broken; 1:
/// one was; 2: bad options.
void add_simtest_command(CLI::App& app);

}  // namespace gannet::app
