#pragma once

#include <compare>
#include <cstdint>

namespace gannet {

/// A duration in nanoseconds. 8 bytes, exact, signed.
struct Nanos {
  std::int64_t count = 0;

  friend constexpr auto operator<=>(Nanos, Nanos) noexcept = default;
  friend constexpr Nanos operator+(Nanos a, Nanos b) noexcept { return {a.count + b.count}; }
  friend constexpr Nanos operator-(Nanos a, Nanos b) noexcept { return {a.count - b.count}; }
  friend constexpr Nanos operator*(Nanos a, std::int64_t n) noexcept { return {a.count * n}; }
};

/// A moment: nanoseconds since the Unix epoch, UTC. Zero means "never happened" in records that
/// have no optional (the journal); everywhere else absence is std::optional.
struct Timestamp {
  std::int64_t nanos = 0;

  friend constexpr auto operator<=>(Timestamp, Timestamp) noexcept = default;
  friend constexpr Nanos operator-(Timestamp a, Timestamp b) noexcept {
    return {a.nanos - b.nanos};
  }
  friend constexpr Timestamp operator+(Timestamp t, Nanos d) noexcept {
    return {t.nanos + d.count};
  }
  friend constexpr Timestamp operator-(Timestamp t, Nanos d) noexcept {
    return {t.nanos - d.count};
  }
};

constexpr Nanos nanoseconds(std::int64_t n) noexcept { return {n}; }
constexpr Nanos microseconds(std::int64_t n) noexcept { return {n * 1'000}; }
constexpr Nanos milliseconds(std::int64_t n) noexcept { return {n * 1'000'000}; }
constexpr Nanos seconds(std::int64_t n) noexcept { return {n * 1'000'000'000}; }

constexpr Timestamp from_unix_millis(std::int64_t ms) noexcept { return {ms * 1'000'000}; }
constexpr std::int64_t to_unix_millis(Timestamp t) noexcept { return t.nanos / 1'000'000; }

}  // namespace gannet
