#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "domain/instrument_table.h"

namespace gannet::sim {

/// Adds the venue's own small set to the tables, all Live: BTC-USDT, ETH-USDT (spot),
/// BTC-USDT-SWAP, ETH-USDT-SWAP, SOL-USDT-SWAP (linear), BTC-USD-SWAP (inverse), BTC-USDT-271231
/// (linear futures). Grids and contract values are those of the venue in August 2026. The ids, in
/// that order.
std::vector<InstrumentId> add_built_in_instruments(InstrumentTable& instruments,
                                                   CurrencyTable& currencies);

/// The numeric code that stands for a built-in instrument on the wire; 0 if it is none.
std::int64_t instrument_code(std::string_view name) noexcept;

/// Where a made-up market of that base currency starts, in quote currency: about right for the
/// known ones, else 0 (the caller chooses).
double usual_price(std::string_view base) noexcept;

}  // namespace gannet::sim
