#pragma once

#include <string>
#include <vector>

#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

// Objects of the slow public figures, the same for REST and the sockets.

/// Contracts that are open: a made-up base of half a usual day's volume, for nobody else's
/// positions are known here, and what the users hold.
Quantity open_interest_of(const ServerState& state, InstrumentId instrument);
void write_open_interest(JsonWriter& json, const ServerState& state, InstrumentId instrument);

/// Delivery is less than half an hour off.
bool has_estimated_price(const ServerState& state, InstrumentId instrument) noexcept;
void write_estimated_price(JsonWriter& json, const ServerState& state, InstrumentId instrument);

/// Black-Scholes figures of an option at a fixed volatility.
void write_option_summary(JsonWriter& json, const ServerState& state, InstrumentId instrument);

struct PaidFunding {
  Timestamp time;  ///< the exchange's
  std::string rate;
};
/// Newest first: those of the run, then made-up ones before it, at most 400.
std::vector<PaidFunding> paid_funding(const ServerState& state, InstrumentId instrument);

}  // namespace gannet::okx_server
