#pragma once

#include <set>

// Who writes accounts often writes their positions and bills as well.
#include "sim/okx_server/protocol/internal/bill_json.h"
#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/position_json.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// The account with its currencies: those in `only`, or all if it is empty.
void write_account(JsonWriter& json, const ServerState& state, const UserState& user,
                   const std::set<CurrencyId>& only);

/// One currency of the account as `account-greeks` tells it: zeros, for no greeks are reckoned
/// here.
void write_greeks(JsonWriter& json, const ServerState& state, CurrencyId currency);

}  // namespace gannet::okx_server
