#pragma once

#include <string_view>

#include "base/http_message.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// /sim/v1/...: truth, faults and connections of the simulation. For loopback peers alone.
HttpResponse handle_control(ServerState& state, const HttpRequest& request, std::string_view peer);

/// A new connection of that path, as far as standing faults go: false if it was cut.
bool survives_opening(ServerState& state, const Session& session);

/// What really is, of one user, as JSON.
std::string truth_text(const ServerState& state, const UserState& user);

}  // namespace gannet::okx_server
