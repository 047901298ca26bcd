#pragma once

#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// POST /sim/v1/step {"ms":N}: the exchange's time goes on by that much, the market trades through
/// it, and what happened is told. 400 when the venue is not in step mode, or N is not 1..86400000.
HttpResponse step(ServerState& state, const HttpRequest& request);

}  // namespace gannet::okx_server
