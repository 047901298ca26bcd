#pragma once

#include <string>

#include "gateway/okx/transport/socket_connection.h"

namespace gannet::okx {

/// Settings of a connection for the order session (private path): orders must not wait behind each
/// other, and a link that stops acknowledging bytes is given up quickly, for what is in flight on
/// it is unknown.
SocketConnectionSettings order_connection_settings(std::string url, std::uint64_t jitter_seed);

}  // namespace gannet::okx
