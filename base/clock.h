#pragma once

#include <time.h>

#include "base/time.h"

namespace gannet {

namespace internal {

inline Nanos read_clock(clockid_t clock) noexcept {
  timespec ts{};
  clock_gettime(clock, &ts);
  return {static_cast<std::int64_t>(ts.tv_sec) * 1'000'000'000 + ts.tv_nsec};
}

inline const Nanos kEpochMinusBoot = read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME);

}  // namespace internal

/// UTC as it was when the process started, carried on by the clock that never steps (and counts
/// through a suspend): what drivers give the core as "now". A machine's clock that is set while we
/// run must not make time go backwards in the engine; what it is off by stands in the venue's
/// measured offset. About 27 ns. Only drivers (app, transports, tools) may read it: the core is a
/// function of its inputs, and time arrives in them.
inline Timestamp wall_clock_now() noexcept {
  return {(internal::kEpochMinusBoot + internal::read_clock(CLOCK_BOOTTIME)).count};
}

/// Nanoseconds of a clock that never steps; for intervals only.
inline Nanos monotonic_now() noexcept { return internal::read_clock(CLOCK_MONOTONIC); }

}  // namespace gannet
