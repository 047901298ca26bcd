#pragma once

#include <string_view>

#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

// The way between a connection and its client, as wire faults bend it: frames are delayed, held
// back, cut short or lost. Without faults a frame passes at once.

/// A frame towards the client.
void transmit(ServerState& state, Session& session, std::string_view text);

/// A frame from the client. False: it is held back or lost, and must not be handled now.
bool arrives(ServerState& state, Session& session, std::string_view text);

/// Lets go what is due, either way.
void pump_links(ServerState& state);

/// Cuts a connection after those bytes went out as they are.
void send_bytes_and_cut(ServerState& state, ConnectionId connection, std::string_view bytes);

}  // namespace gannet::okx_server
