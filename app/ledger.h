#pragma once

#include <expected>
#include <string>

#include "base/error.h"

namespace gannet::app {

/// What the journal of a state directory says was done, all runs together, as one JSON object:
/// `orders` (client_id, venue_id, instrument, side, price, quantity, state, cumulative_quantity),
/// `fills` (venue_id, trade_id, instrument, side, price, quantity, fee, fee_currency, client_id),
/// `positions` (instrument, quantity: by fills and accepted adjustments), `balances` (currency,
/// cash: the venue's newest word). Ids and figures are strings. Cold; reads everything. Errors:
/// unreadable or damaged before its end.
std::expected<std::string, Error> ledger_json(const std::string& state_directory);

}  // namespace gannet::app
