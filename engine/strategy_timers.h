#pragma once

#include <cstdint>
#include <limits>

#include "gannet/abi.h"

#include "base/fixed_vector.h"

namespace gannet::engine {

/// A strategy's timers, on the time of events. At most kMax at once; several that are due fire in
/// the order of their due times, then of their ids. Thread: the lane's.
class StrategyTimers {
 public:
  static constexpr std::size_t kMax = 64;
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  /// Sets it, or moves the one of that id. False when there is no room.
  bool set(const gannet_timer& timer) noexcept;
  bool cancel(std::uint64_t id) noexcept;
  std::int64_t next_due() const noexcept { return next_due_; }
  /// Takes one timer that is due; a periodic one is set again: at its next multiple after `now`, so
  /// that a long pause fires it once. False when none is due.
  bool take_due(std::int64_t now, gannet_timer& timer) noexcept;

 private:
  void find_next() noexcept;

  FixedVector<gannet_timer, kMax> timers_;
  std::int64_t next_due_ = kNever;
};

}  // namespace gannet::engine
