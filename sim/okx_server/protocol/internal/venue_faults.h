#pragma once

#include <optional>

#include "base/http_message.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

// Trouble of the whole venue: restart, maintenance, a region that is down.

/// After faults were armed, ended or cleared: the certificate and the maintenance window follow.
void on_faults_changed(ServerState& state);

/// Ends all sockets, cancels every order and tells half of that, begins its sequence ids anew.
void restart_venue(ServerState& state, Nanos down);

/// Tells the maintenance window's states on `status` as they come.
void run_maintenance(ServerState& state);
/// Is trading off because of one?
bool under_maintenance(const ServerState& state) noexcept;

/// The status with which everything is refused while the venue is down; nothing if it is up.
std::optional<int> down_status(ServerState& state) noexcept;

}  // namespace gannet::okx_server
