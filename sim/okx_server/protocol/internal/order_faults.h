#pragma once

#include <string>
#include <string_view>

#include "sim/okx_server/protocol/internal/order_entry.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

// What faults do to order operations on their way in, at the exchange and on their way back.

/// A socket request that is lost, or held back and handled later. True: leave it alone now.
bool takes_request(ServerState& state, const Session& session, std::string_view op,
                   simdjson::dom::object request);

/// Refused by a fault before anything is done? Verdict "0": no.
Verdict item_fault(ServerState& state, const OperationRequest& request, InstrumentId instrument);

/// Something happens to the order that an amend or cancel names just before it arrives.
void race_order(ServerState& state, const OperationRequest& request, InstrumentId instrument,
                std::string_view order_id, std::string_view client_id);

/// The reply on its way: now, late, twice or never.
void send_reply(ServerState& state, Session& session, std::string_view op, std::string text);

}  // namespace gannet::okx_server
