#pragma once

#include <cstdint>
#include <optional>

#include "engine/order_manager.h"
#include "risk/exposure.h"

namespace gannet::engine {

/// A contradiction in our own books.
struct BrokenInvariant {
  const char* what = "";
  std::int64_t counted = 0;  ///< by steps, as limits read it
  std::int64_t found = 0;    ///< added up anew
};

/// Adds up what Exposure keeps by steps, for one instrument: leaves of every order that may still
/// fill, how many there are, and that the account's position is its strategies' and what is
/// foreign. Nothing while fills of an order are missing: then ended orders count too. All open
/// orders are looked at: not for every turn.
std::optional<BrokenInvariant> find_broken_invariant(OrderManager& orders,
                                                     const risk::Exposure& exposure,
                                                     std::size_t strategies,
                                                     InstrumentId instrument) noexcept;

}  // namespace gannet::engine
