#pragma once

#include <expected>
#include <memory>
#include <string>

#include "app/child_sim.h"
#include "base/error.h"
#include "config/settings.h"

namespace gannet::app {

/// Starts `gannet sim` as `venue.embedded` says and points the settings at it.
std::expected<std::unique_ptr<ChildSim>, Error> embed_sim(config::Settings& settings,
                                                          const std::string& state_directory);

}  // namespace gannet::app
