#pragma once

#include <expected>
#include <string>

#include "base/error.h"
#include "config/settings.h"

namespace gannet::app {

/// Whether this process may run on the processor that is to be the reactor's. Errors: it may not,
/// and where it may; one sentence.
std::expected<void, Error> check_processor(const config::Settings& settings);

/// Whether the state directory's disk has the room that a run would end without (REC-09): better
/// told before anything is begun. Errors: it has not; one sentence.
std::expected<void, Error> check_room(const config::Settings& settings,
                                      const std::string& state_directory);

}  // namespace gannet::app
