#pragma once

#include <string>

#include "app/child_sim.h"
#include "config/settings.h"

namespace gannet::app {

/// An operator's configuration with a simulated venue in the real one's place, nothing of its
/// secrets and nothing that only its account can answer, and with `orders` to cancel. Empty: it
/// has no swap that orders could rest in.
std::string drill_config(config::Settings settings, const SimReady& venue, int orders,
                         const std::string& state_directory);
/// Where the engine of such a configuration finds its key; before it is started.
void put_drill_key_into_environment(const SimReady& venue);

}  // namespace gannet::app
