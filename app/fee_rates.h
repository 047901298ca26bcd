#pragma once

#include <optional>

#include "domain/instrument_table.h"
#include "domain/reference_data.h"
#include "engine/fee_table.h"
#include "gateway/okx/transport/venue_reader.h"

namespace gannet::app {

/// An instrument's rates as one answer tells them; nothing where it tells of several groups.
std::optional<engine::FeeRate> rates_of(const FeeRates& row);

/// The account's rates of each instrument; absent where the venue does not say. Asked by family
/// and, for few spot instruments, by name; beyond that by kind. Blocks; cold.
engine::FeeTable read_fees(okx::VenueReader& reader, const InstrumentTable& instruments);

}  // namespace gannet::app
