#pragma once

namespace CLI {
class App;
}

namespace gannet::app {

/// `gannet report`: what was traded and earned, from the history database.
void add_report_command(CLI::App& app);

}  // namespace gannet::app
