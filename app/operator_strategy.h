#pragma once

#include "config/settings.h"
#include "engine/strategy_type.h"

namespace gannet::app {

/// A person's own orders have a strategy's name, so that limits, journal, positions and reports
/// know whose they are: this one decides nothing, and is the last of all strategies.
const engine::StrategyType& operator_strategy();

/// To the configured strategies.
void add_operator(config::Settings& settings);

}  // namespace gannet::app
