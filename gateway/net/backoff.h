#pragma once

#include <cstdint>

#include "base/time.h"

namespace gannet::net {

struct BackoffSettings {
  Nanos first = milliseconds(200);       ///< upper bound of the first delay
  Nanos longest = milliseconds(10'000);  ///< upper bound of all
  /// A connection that held this long was good: the next failure starts from `first` again. Shorter
  /// ones do not count as success, or a server that accepts and cuts would be hammered.
  Nanos stable = milliseconds(5'000);
};

/// How long to wait before the next attempt: doubling, with jitter (uniform in the upper half), so
/// that clients cut together do not come back together. A function of its seed and calls.
class Backoff {
 public:
  Backoff(BackoffSettings settings, std::uint64_t seed) noexcept;

  /// The delay before the next attempt, after a failure or a loss at `now`.
  Nanos next(Timestamp now) noexcept;
  void on_connected(Timestamp now) noexcept;

 private:
  BackoffSettings settings_;
  std::uint64_t random_;
  Nanos bound_;
  Timestamp connected_at_{};
  bool connected_ = false;
};

}  // namespace gannet::net
