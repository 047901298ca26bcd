#pragma once

#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// First message of account, positions and balance_and_position; orders and fills have none.
void greet_private_subscriber(ServerState& state, Session& session,
                              const Subscription& subscription);

/// The gathered pushes of `account` that are due, and the regular ones.
void push_accounts(ServerState& state);

}  // namespace gannet::okx_server
