#pragma once

#include <cpuid.h>
#include <x86intrin.h>

#include <cstdint>

#include "base/clock.h"

namespace gannet {

/// Moments for short spans, by the processor's own counter: a third of what asking the kernel's
/// clock costs. Counts of one process mean nothing elsewhere, and nothing that decides may read
/// them. Where the counter is not constant the monotonic clock stands in for it. Any thread;
/// `calibrate` before others ask.
class SpanClock {
 public:
  /// Counts; compare and subtract them only.
  static std::uint64_t now() noexcept {
    return scale().is_counter ? __rdtsc() : static_cast<std::uint64_t>(monotonic_now().count);
  }
  /// Zero where `to` is before `from`: counters of two cores may be off by some.
  static Nanos between(std::uint64_t from, std::uint64_t to) noexcept {
    if (to <= from) return {};
    const auto nanos = static_cast<unsigned __int128>(to - from) * scale().nanos_per_count >> 32;
    return {static_cast<std::int64_t>(nanos)};
  }
  /// Looks at both clocks for two milliseconds.
  static void calibrate() noexcept {
    if (!has_constant_counter()) return;
    constexpr Nanos kLook = milliseconds(2);
    const Nanos start = monotonic_now();
    const std::uint64_t first = __rdtsc();
    Nanos spent;
    while (spent < kLook) spent = monotonic_now() - start;
    const std::uint64_t counts = __rdtsc() - first;
    if (counts == 0) return;
    scale() = {(static_cast<std::uint64_t>(spent.count) << 32) / counts, true};
  }

 private:
  struct Scale {
    std::uint64_t nanos_per_count = std::uint64_t{1} << 32;  // times 2^32
    bool is_counter = false;
  };
  static Scale& scale() noexcept {
    static constinit Scale scale;
    return scale;
  }
  static bool has_constant_counter() noexcept {
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & (1u << 8)) != 0;
  }
};

}  // namespace gannet
