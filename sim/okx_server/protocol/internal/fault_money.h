#pragma once

#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// What goes on with money by order: deleveraging, funding, prices, the insurance fund.
void do_money_fault(ServerState& state, const Fault& fault);

}  // namespace gannet::okx_server
