#pragma once

#include <cstdint>

#include "base/time.h"

namespace gannet::net {

struct BackoffSettings {
  Nanos first = milliseconds(400);       ///< upper bound of the first delay
  Nanos longest = milliseconds(10'000);  ///< upper bound of all
  /// A connection that held this long was good: the next failure starts from `first` again. Shorter
  /// ones do not count as success, or a server that accepts and cuts would be hammered.
  Nanos stable = milliseconds(5'000);
};

/// How long to wait before the next attempt: a bound that doubles, and full jitter below it
/// (uniform from nothing to the bound), so that clients cut together do not come back together. A
/// function of its seed and calls.
class Backoff {
 public:
  Backoff(BackoffSettings settings, std::uint64_t seed) noexcept;

  /// The delay before the next attempt, after a failure or a loss at `now`.
  Nanos next(Timestamp now) noexcept;
  /// The same where trying soon would only end the same way: within the upper half of the longest.
  Nanos next_slow() noexcept;
  void on_connected(Timestamp now) noexcept;

 private:
  Nanos below(Nanos bound) noexcept;

  BackoffSettings settings_;
  std::uint64_t random_;
  Nanos bound_;
  Timestamp connected_at_{};
  bool connected_ = false;
};

}  // namespace gannet::net
