#pragma once

#include <optional>
#include <vector>

#include "domain/instrument_table.h"
#include "gateway/okx/transport/venue_reader.h"

namespace gannet::app {

/// What a trade of an instrument costs, of its value; a rebate is negative.
struct FeeOf {
  std::optional<Decimal> maker;
  std::optional<Decimal> taker;
};

/// The account's rates of each instrument, by its id; absent where the venue does not say. Asked by
/// family and, for few spot instruments, by name; beyond that by kind. Blocks; cold.
std::vector<FeeOf> read_fees(okx::VenueReader& reader, const InstrumentTable& instruments);

}  // namespace gannet::app
