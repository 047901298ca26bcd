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
    const Reading first = read_both();
    while (monotonic_now() - first.clock < kLook) {
    }
    const Reading last = read_both();
    if (last.counter <= first.counter) return;
    const auto spent = static_cast<std::uint64_t>((last.clock - first.clock).count);
    scale() = {(spent << 32) / (last.counter - first.counter), true};
  }

 private:
  struct Reading {
    std::uint64_t counter = 0;
    Nanos clock;
  };
  /// Both at one moment: the closest of a few tries. One that was put aside between the two would
  /// make every span wrong for as long as the process lives.
  static Reading read_both() noexcept {
    Reading best;
    std::uint64_t narrowest = ~std::uint64_t{0};
    for (int i = 0; i < 16; ++i) {
      const std::uint64_t before = __rdtsc();
      const Nanos clock = monotonic_now();
      const std::uint64_t after = __rdtsc();
      if (after - before >= narrowest) continue;
      narrowest = after - before;
      best = {before + (after - before) / 2, clock};
    }
    return best;
  }
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
