#pragma once

#include <string>

#include "gateway/okx/transport/socket_connection.h"

namespace gannet::okx {

/// Settings of a connection for a market session (public or business path): books of 400 levels
/// come in one message, little is said.
SocketConnectionSettings market_connection_settings(std::string url, std::uint64_t jitter_seed);

}  // namespace gannet::okx
