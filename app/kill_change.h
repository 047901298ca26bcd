#pragma once

#include <cstdint>

#include "base/fixed_string.h"
#include "engine/kill_switch.h"

namespace gannet::app {

/// Room for a strategy's or instrument's name, or an order's number.
using ControlTarget = FixedString<63>;

/// What the reactor did about a kill, on its way to the cold thread's files.
struct KillChange {
  engine::ControlLevel level = engine::ControlLevel::Engine;
  ControlTarget target;
  bool killed = false;
  FixedString<120> why;
  FixedString<47> who;
  std::uint64_t command = 0;  ///< the admin command to answer once it is durable; 0 none
};

}  // namespace gannet::app
