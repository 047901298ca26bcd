#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace gannet::okx {

/// How long to wait before a question is asked again: uniform between nothing and a bound that
/// doubles with each attempt, so that askers who were refused together do not come back together.
/// A function of its seed and calls.
class FullJitter {
 public:
  FullJitter(Nanos first, Nanos longest, std::uint64_t seed) noexcept
      : first_(first), longest_(longest), state_(seed) {}

  /// `attempt`: how often it has failed already, 0 the first time.
  Nanos delay(int attempt) noexcept {
    std::int64_t bound = first_.count;
    for (int i = 0; i < attempt && bound < longest_.count; ++i) bound *= 2;
    bound = std::clamp<std::int64_t>(bound, 0, longest_.count);
    return {static_cast<std::int64_t>(next() % (static_cast<std::uint64_t>(bound) + 1))};
  }

 private:
  std::uint64_t next() noexcept {  // splitmix64
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }

  Nanos first_;
  Nanos longest_;
  std::uint64_t state_;
};

}  // namespace gannet::okx
