#pragma once

#include "sim/okx_server/protocol/internal/market_push.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// Candles of every topic that somebody wants: on change, at most once a second; the last word on a
/// bar (confirm 1) when it is over. Business path.
void turn_candles(ServerState& state);
void greet_candle_subscriber(ServerState& state, Session& session,
                             const Subscription& subscription);

/// Open interest, estimated delivery prices, option figures, liquidations.
void turn_slow_references(ServerState& state);
/// False: the channel sends nothing at once.
bool greet_reference_subscriber(ServerState& state, Session& session,
                                const Subscription& subscription);

}  // namespace gannet::okx_server
