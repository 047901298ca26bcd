#pragma once

#include "sim/algo_desk.h"
#include "sim/okx_server/protocol/internal/order_codes.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// The desk's refusal in OKX's numbers and words. `type`: of the algo order; of exits that come
/// with an order, Conditional.
Verdict verdict_of(const ServerState& state, const sim::AlgoRefusal& refusal, Operation operation,
                   InstrumentId instrument, sim::AlgoType type);

}  // namespace gannet::okx_server
