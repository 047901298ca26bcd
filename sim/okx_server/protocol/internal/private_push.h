#pragma once

#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// First message of account, positions and balance_and_position; orders and fills have none.
void greet_private_subscriber(ServerState& state, Session& session,
                              const Subscription& subscription);

/// The gathered pushes of `account` that are due.
void push_accounts(ServerState& state);

/// The regular pushes of `account` and `positions`, to those who did not ask for events alone.
void push_regular_snapshots(ServerState& state);

}  // namespace gannet::okx_server
