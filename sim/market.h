#pragma once

#include <optional>

#include "base/time.h"

namespace gannet::sim {

/// What trades on the exchange as its market: seeded agents, a recording, or a mirror of a live
/// venue. Reads no clock: virtual time arrives here. How the time is cut into calls changes
/// nothing: advance(a); advance(b) does what advance(b) does. Thread: the exchange's.
class MarketDriver {
 public:
  virtual ~MarketDriver() = default;
  /// Does everything that is due up to and including `now`, in order of time. Earlier: nothing.
  virtual void advance(Timestamp now) = 0;
  /// When it will act next; absent when it never will again.
  virtual std::optional<Timestamp> next_event() const = 0;
};

}  // namespace gannet::sim
