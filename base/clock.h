#pragma once

#include <time.h>

#include "base/time.h"

namespace gannet {

/// Wall-clock time, UTC. About 27 ns. Only drivers (app, transports, tools) may read it: the core
/// is a function of its inputs, and time arrives in them.
inline Timestamp wall_clock_now() noexcept {
  timespec ts{};
  clock_gettime(CLOCK_REALTIME, &ts);
  return {static_cast<std::int64_t>(ts.tv_sec) * 1'000'000'000 + ts.tv_nsec};
}

/// Nanoseconds of a clock that never steps; for intervals only.
inline Nanos monotonic_now() noexcept {
  timespec ts{};
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return {static_cast<std::int64_t>(ts.tv_sec) * 1'000'000'000 + ts.tv_nsec};
}

}  // namespace gannet
