#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace gannet::app {

/// One [[fault]] of a scenario, as POST /sim/v1/faults takes it.
struct ScenarioStep {
  std::string json;
  int line = 0;
};

/// A TOML file of faults with their times:
///   [[fault]]
///   fault = "half_open"       # an id of `gannet sim-ctl faults --list`
///   connection = "private"
///   at = "5s"                 # from the venue's start
///   for = "2s"
///   every = "30s"             # and again
/// Error: names file, line and reason. What a fault takes is the venue's to judge.
std::expected<std::vector<ScenarioStep>, Error> read_scenario(const std::string& file);
std::expected<std::vector<ScenarioStep>, Error> parse_scenario(std::string_view text,
                                                               const std::string& file);

}  // namespace gannet::app
