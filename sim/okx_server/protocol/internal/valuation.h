#pragma once

#include <optional>

#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

// Estimates in dollars and the figures derived from prices, for display fields alone: nothing is
// booked from them, so a double is enough.

double usd_price(const ServerState& state, CurrencyId currency);
double to_double(const ServerState& state, InstrumentId instrument, Price price);
/// Worth of a quantity at a price, in dollars.
double notional_usd(const ServerState& state, const Instrument& instrument, Price price,
                    Quantity quantity);
std::optional<Price> last_price(const ServerState& state, InstrumentId instrument);
/// Mark price of a derivative; else the last or best price; zero if there is none.
Price reference_price(const ServerState& state, InstrumentId instrument);
Price index_price(const ServerState& state, InstrumentId instrument);

struct PriceLimits {
  Price highest_buy;
  Price lowest_sell;
};
/// Band of limit prices around the index; nothing while the instrument has no price.
std::optional<PriceLimits> price_limits(const ServerState& state, InstrumentId instrument);

}  // namespace gannet::okx_server
