#pragma once

#include <cstdint>
#include <vector>

#include "sim/okx_server/protocol/internal/channels.h"
#include "sim/okx_server/protocol/internal/market_state.h"
#include "sim/okx_server/protocol/internal/session.h"

namespace gannet::okx_server {

struct ServerState;

/// What turns `before` into `after`, both best first (`side` says which way that is): changed and
/// new levels, and those gone with quantity zero. A level that went and came back is no change.
std::vector<BookLevel> level_changes(Side side, const std::vector<BookLevel>& before,
                                     const std::vector<BookLevel>& after);

/// First message of a book channel to a new subscriber.
void greet_book_subscriber(ServerState& state, Session& session, Channel channel, InstrumentId id);

/// Faults: a snapshot that nobody asked for; an empty update with equal ids.
void resend_snapshots(ServerState& state, InstrumentId id);
void send_keep_alives(ServerState& state, InstrumentId id);

}  // namespace gannet::okx_server
