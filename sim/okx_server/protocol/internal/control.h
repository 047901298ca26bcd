#pragma once

#include <string_view>

#include "base/http_message.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// /sim/v1/...: truth, faults and connections of the simulation. For loopback peers alone.
HttpResponse handle_control(ServerState& state, const HttpRequest& request, std::string_view peer);

/// What really is, of one user, as JSON.
std::string truth_text(const ServerState& state, const UserState& user);

}  // namespace gannet::okx_server
