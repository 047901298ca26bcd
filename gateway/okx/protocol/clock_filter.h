#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace gannet::okx {

/// One question and its answer: when it left and came back by our clock, when the venue took it and
/// answered by its own. A time that the venue tells once stands for both.
struct ClockSample {
  Timestamp sent;
  Timestamp venue_received;
  Timestamp venue_answered;
  Timestamp received;

  constexpr Nanos round_trip() const noexcept {
    return (received - sent) - (venue_answered - venue_received);
  }
  /// Venue clock minus ours, wrong by at most half the round trip.
  constexpr Nanos offset() const noexcept {
    return {((venue_received - sent).count + (venue_answered - received).count) / 2};
  }
  /// False: nonsense.
  constexpr bool is_usable() const noexcept {
    return received >= sent && venue_answered >= venue_received && round_trip().count >= 0;
  }
};

/// The venue's clock from many samples: the quickest answer is the surest, and what was measured
/// grows unsure with age. A sample that contradicts it beyond both doubts replaces it: one of the
/// clocks was set. A function of its calls.
class ClockFilter {
 public:
  static constexpr std::int64_t kDriftPerMillion = 100;  ///< of a clock that nobody disciplines

  /// True: the offset is another one now.
  constexpr bool add(const ClockSample& sample) noexcept {
    if (!sample.is_usable()) return false;
    const Nanos doubt{sample.round_trip().count / 2};
    if (held_) {
      const Nanos held_doubt = doubt_at(sample.received);
      const std::int64_t difference = sample.offset().count - held_->offset().count;
      const std::int64_t apart = difference < 0 ? -difference : difference;
      if (doubt > held_doubt && apart <= doubt.count + held_doubt.count) return false;
    }
    const bool changed = !held_ || held_->offset() != sample.offset();
    held_ = sample;
    return changed;
  }
  constexpr std::optional<Nanos> offset() const noexcept {
    return held_ ? std::optional(held_->offset()) : std::nullopt;
  }

 private:
  constexpr Nanos doubt_at(Timestamp now) const noexcept {
    const std::int64_t age = now > held_->received ? (now - held_->received).count : 0;
    return {held_->round_trip().count / 2 + age / 1'000'000 * kDriftPerMillion};
  }

  std::optional<ClockSample> held_;
};

}  // namespace gannet::okx
