#pragma once

#include <string>

#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// The figures behind a refusal of an order, for the log of requests: "available 12.3 USDT, order
/// value 40.1 USDT at leverage 5". "" if there is nothing to add.
std::string explain_refusal(const ServerState& state, const sim::NewOrder& order,
                            sim::Refusal refusal);

}  // namespace gannet::okx_server
