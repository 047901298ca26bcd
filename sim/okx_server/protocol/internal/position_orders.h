#pragma once

#include "sim/okx_server/protocol/internal/rest.h"

namespace gannet::okx_server {

// What REST can do about a position as a whole, and about an order before it is placed.

/// POST /api/v5/trade/close-position: a market order for all of it.
RestReply close_position(RestCall& call);

/// POST /api/v5/trade/order-precheck: the account before and after, without placing anything.
RestReply precheck_order(RestCall& call);

}  // namespace gannet::okx_server
