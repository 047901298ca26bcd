#pragma once

#include "engine/lane.h"
#include "engine/threaded_lane.h"

namespace gannet::engine {

/// Hands one message to the lane's handlers: what both kinds of lane do with what waited for them.
void deliver(Lane& lane, const LaneReport& report) noexcept;
void deliver(Lane& lane, const LaneMarketEvent& event) noexcept;

}  // namespace gannet::engine
