#pragma once

namespace CLI {
class App;
}

namespace gannet::app {

/// `gannet backtest --config FILE --report DIR [--quiet] [--json]`: one recording through the
/// engine, its strategies and the simulated exchange, on virtual time. Exit 0: done; 1: done, but a
/// strategy failed or a check did not hold; 2: the configuration or what it names is wrong; 3: the
/// recording turned out damaged on the way.
void add_backtest_command(CLI::App& app);

}  // namespace gannet::app
