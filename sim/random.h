#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace gannet::sim {

/// Small generator with the same numbers on every machine and library (the standard's distributions
/// promise none). splitmix64: any seed is a good seed. Not for secrets.
class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) noexcept : state_(seed) {}

  constexpr std::uint64_t next() noexcept {
    state_ += 0x9E3779B97F4A7C15ull;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  /// In [0, n). Requires n > 0.
  constexpr std::uint64_t below(std::uint64_t n) noexcept { return next() % n; }
  /// In (0, 1].
  constexpr double unit() noexcept {
    return static_cast<double>((next() >> 11) + 1) * (1.0 / 9007199254740992.0);
  }
  constexpr bool chance(double probability) noexcept { return unit() <= probability; }
  /// Exponential with that mean.
  double waiting(double mean) noexcept { return -mean * std::log(unit()); }
  /// Standard normal.
  double normal() noexcept {
    return std::sqrt(-2.0 * std::log(unit())) * std::cos(2.0 * std::numbers::pi * unit());
  }

 private:
  std::uint64_t state_;
};

}  // namespace gannet::sim
