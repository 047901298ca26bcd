#pragma once

#include <expected>
#include <string>
#include <vector>

#include "base/error.h"
#include "domain/instrument_table.h"

namespace gannet::app {

struct StartPrice {
  InstrumentId instrument;
  Price price;
};

/// The last prices (without one the middle of the best) in an answer of GET /market/tickers or
/// /market/ticker, plain or zstd; instruments that are not in the table are left out, and so are
/// prices that their grid cannot show. Errors name the file.
std::expected<std::vector<StartPrice>, Error> read_start_prices(const std::string& file,
                                                                const InstrumentTable& instruments);

}  // namespace gannet::app
