#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/fixed_string.h"
#include "domain/instrument.h"
#include "engine/order.h"

namespace gannet::app {

/// What is open on the account, as the engine knows it. The cold thread makes the room, the reactor
/// fills it without allocating when a person asks, the cold thread formats it.
struct OrderListing {
  struct Row {
    ClientOrderId client_id;
    VenueOrderId venue_id;
    InstrumentName instrument;
    FixedString<31> strategy;  ///< "": none of ours
    Side side = Side::Buy;
    Price price;
    Quantity quantity;
    Quantity filled;
    std::uint8_t price_digits = 0;
    std::uint8_t quantity_digits = 0;
    bool ours = false;        ///< this engine's, of any run
    bool algo = false;        ///< the venue's dead-man timer does not cancel it (COD-06)
    bool kept = false;        ///< kill and hold leave it: it guards an open position
    bool unknown = false;     ///< whether it is (still) there is being asked
    bool cancelling = false;  ///< its end is wished
  };

  Timestamp time;
  Timestamp listed;        ///< the venue's own lists were read last as of then; zero: never
  std::uint32_t open = 0;  ///< how many there are; the rows may be fewer
  std::vector<Row> rows;
};

/// One JSON object, one line.
std::string to_json(const OrderListing& listing);
/// Lines for a terminal.
std::string page_of(const OrderListing& listing);

}  // namespace gannet::app
