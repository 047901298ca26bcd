#pragma once

namespace CLI {
class App;
}

namespace gannet::app {

/// `gannet doctor --config FILE [--json] [--place-orders]`: holds every assumption of the engine
/// against the configured venue. Exit 0: as assumed; 1: something differs; 2: bad configuration;
/// 3: refused or not reached.
void add_doctor_command(CLI::App& app);

}  // namespace gannet::app
