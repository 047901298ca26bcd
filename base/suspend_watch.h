#pragma once

#include <algorithm>

#include "base/time.h"

namespace gannet {

/// Notices that the machine, or the thread that asks, stood still. A suspend counts in the clock
/// since boot and not in the monotonic one, so their distance grows by it; a stopped process or a
/// stolen processor shows as a gap between two looks. Values in, values out. Thread: one.
class SuspendWatch {
 public:
  explicit SuspendWatch(Nanos gap_max) noexcept : gap_max_(gap_max) {}

  /// How long it stood still since the last look; zero: nothing to speak of. `boot` and
  /// `monotonic`: the two clocks, read together.
  Nanos look(Nanos boot, Nanos monotonic) noexcept {
    const Nanos distance = boot - monotonic;
    const Nanos suspended = distance - distance_;
    const Nanos gap = boot - last_;
    const bool is_first = last_.count == 0;
    distance_ = distance;
    last_ = boot;
    if (is_first) return {};
    return gap > gap_max_ ? std::max(gap, suspended) : std::max(Nanos{}, suspended);
  }

 private:
  Nanos gap_max_;
  Nanos distance_;
  Nanos last_;
};

}  // namespace gannet
