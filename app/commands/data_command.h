#pragma once

namespace CLI {
class App;
}

namespace gannet::app {

/// `gannet data`: what is recorded or was downloaded: looked at, proven, repacked, exported.
void add_data_command(CLI::App& app);

}  // namespace gannet::app
