#pragma once

#include <string>

#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// A position as account/positions and the channel write it.
void write_position(JsonWriter& json, const ServerState& state, const UserState& user,
                    const sim::PositionView& position);
/// As balance_and_position writes it.
void write_short_position(JsonWriter& json, const ServerState& state, const UserState& user,
                          const sim::PositionView& position);
/// As liquidation-warning writes it.
void write_endangered_position(JsonWriter& json, const ServerState& state, const UserState& user,
                               const sim::PositionView& position);
/// As account-position-risk writes it.
void write_position_risk(JsonWriter& json, const ServerState& state, const UserState& user,
                         const sim::PositionView& position);
/// A row of positions-history.
void write_closed_position(JsonWriter& json, const ServerState& state, const UserState& user,
                           const sim::ClosedPosition& closed);

/// An id of a position that stays the same: of user, instrument, side and mode.
std::string position_id(const UserState& user, const sim::PositionView& position);

}  // namespace gannet::okx_server
