#pragma once

namespace CLI {
class App;
}

namespace gannet::app {

/// `gannet record`: raw frames of public channels, to disk.
void add_record_command(CLI::App& app);

}  // namespace gannet::app
