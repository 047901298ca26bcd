#pragma once

#include "domain/instrument_table.h"
#include "engine/fee_table.h"
#include "gateway/okx/transport/venue_reader.h"

namespace gannet::app {

/// The account's rates of each instrument; absent where the venue does not say. Asked by family
/// and, for few spot instruments, by name; beyond that by kind. Blocks; cold.
engine::FeeTable read_fees(okx::VenueReader& reader, const InstrumentTable& instruments);

}  // namespace gannet::app
