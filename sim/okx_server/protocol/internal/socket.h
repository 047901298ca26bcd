#pragma once

#include <string_view>

#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// A text frame of a client.
void handle_text(ServerState& state, Session& session, std::string_view text);

/// {"event":"error"} with the request's id if it has one. The channel is named in the text alone.
void send_error(ServerState& state, Session& session, std::string_view id, std::string_view code,
                std::string_view message);

/// One sub- or unsubscribe request: every argument is answered by itself.
void handle_subscribe(ServerState& state, Session& session, std::string_view id,
                      simdjson::dom::array args);
void handle_unsubscribe(ServerState& state, Session& session, std::string_view id,
                        simdjson::dom::array args);

/// order, batch-orders, cancel-order, ...; false if `op` is none of them.
bool handle_order_operation(ServerState& state, Session& session, std::string_view op,
                            simdjson::dom::object request);

/// Closes connections that were silent for 30 s, and those whose upgrade was announced.
void close_idle_sessions(ServerState& state);

}  // namespace gannet::okx_server
