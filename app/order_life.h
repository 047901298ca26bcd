#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "base/error.h"

namespace gannet::app {

/// One thing that happened to an order.
struct OrderMoment {
  std::uint64_t sequence = 0;
  std::int64_t time = 0;         ///< nanoseconds since the Unix epoch
  std::int64_t since_first = 0;  ///< nanoseconds
  std::string line;              ///< for people
  std::string json;
};

/// The whole life of one order as the journal has it, from the wish (or the run's first word of it)
/// to its end, with what the gate read of the market for it. `order`: our client id, the venue's
/// id, or a strategy's handle (then of the newest run that used it). Empty: nothing is known of it.
/// A tail that is being written is no error. Errors: the journal cannot be read. [MON-07] Cold.
std::expected<std::vector<OrderMoment>, Error> order_life(const std::string& directory,
                                                          std::uint64_t order);

}  // namespace gannet::app
