#pragma once

namespace CLI {
class App;
}

namespace gannet::app {

/// `gannet sim`: the simulated venue. Prints one JSON line when it accepts connections, refused
/// requests as JSON lines on standard error, and ends with SIGTERM or SIGINT. Exit 2 when it cannot
/// start.
void add_sim_command(CLI::App& app);

/// `gannet sim-ctl (truth|step|faults|connections)`: looks into a simulated venue, or makes it
/// misbehave.
void add_sim_ctl_command(CLI::App& app);

}  // namespace gannet::app
