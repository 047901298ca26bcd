#pragma once

#include "gannet/abi.h"

namespace gannet::engine {

/// The table of functions that every plugin gets; `engine` in each call is its StrategyHost. Checks
/// what comes across the boundary, then asks the host.
const gannet_host& host_functions() noexcept;

}  // namespace gannet::engine
