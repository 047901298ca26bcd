#pragma once

#include "sim/okx_server/protocol/internal/rest.h"

namespace gannet::okx_server {

/// POST /api/v5/trade/cancel-all-after: sets, refreshes or ends a timer of the user, by tag.
RestReply cancel_all_after(RestCall& call);

/// Cancels what timers that have run out are for. They run on wall time, as a client's refreshing
/// does; in step mode, where a run must be the same twice, on the exchange's.
void fire_cancel_all_after(ServerState& state);

}  // namespace gannet::okx_server
