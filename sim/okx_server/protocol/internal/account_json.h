#pragma once

#include <set>
#include <string_view>

#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// The account with its currencies: those in `only`, or all if it is empty.
void write_account(JsonWriter& json, const ServerState& state, const UserState& user,
                   const std::set<CurrencyId>& only);
void write_position(JsonWriter& json, const ServerState& state, const UserState& user,
                    const sim::PositionView& position);
void write_bill(JsonWriter& json, const ServerState& state, const sim::Bill& bill);

/// An id of a position that stays the same: of user, instrument, side and mode.
std::string position_id(const UserState& user, const sim::PositionView& position);

}  // namespace gannet::okx_server
