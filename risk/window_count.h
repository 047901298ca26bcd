#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.h"
#include "risk/settings.h"

namespace gannet::risk {

/// How many requests went in the last window, counted in slots of a fortieth of it: what may go is
/// all that the venue allows, at once if nothing went before. A bucket of burst and refill never
/// allows more than its refill for long; a kill must not wait for that (KILL-04). A slot counts
/// until the whole of it is a window old, so that no sliding window holds more than the limit.
/// Thread: one. No allocation.
class WindowCount {
 public:
  WindowCount() = default;
  explicit WindowCount(const RateLimit& limit) noexcept
      : limit_(std::clamp<std::uint32_t>(limit.count, 1, 60'000)),
        slot_(std::max<std::int64_t>((limit.window.count + kSlots - 1) / kSlots, 1)) {}

  /// When `count` more may go; `now`: at once. Never: more than the limit itself.
  Timestamp ready_at(std::uint32_t count, Timestamp now) noexcept {
    roll(now);
    if (count > limit_) return Timestamp{INT64_MAX};
    std::uint32_t used = used_;
    Timestamp ready = std::max(now, blocked_until_);
    // The oldest slots go first.
    for (std::int64_t slot = newest_ - kSlots; used + count > limit_ && slot <= newest_; ++slot) {
      used -= counts_[index(slot)];
      ready = std::max(ready, Timestamp{(slot + kSlots + 1) * slot_});
    }
    return ready;
  }
  std::uint32_t remaining(Timestamp now) const noexcept {
    WindowCount as_of = *this;
    as_of.roll(now);
    return now < blocked_until_ ? 0 : as_of.limit_ - std::min(as_of.used_, as_of.limit_);
  }
  void take(std::uint32_t count, Timestamp now) noexcept {
    roll(now);
    counts_[index(newest_)] = static_cast<std::uint16_t>(counts_[index(newest_)] + count);
    used_ += count;
  }
  /// The venue counts more than we did: a pause of a tenth of the window.
  void on_refusal(Timestamp now) noexcept { blocked_until_ = now + Nanos{slot_ * kSlots / 10}; }

 private:
  static constexpr std::int64_t kSlots = 40;

  static std::size_t index(std::int64_t slot) noexcept {
    return static_cast<std::size_t>((slot % (kSlots + 1) + kSlots + 1) % (kSlots + 1));
  }
  /// A clock that stepped back leaves all as it was.
  void roll(Timestamp now) noexcept {
    const std::int64_t slot = now.nanos / slot_;
    if (slot - newest_ > kSlots) {
      counts_.fill(0);
      used_ = 0;
      newest_ = slot;
    }
    while (newest_ < slot) {
      ++newest_;
      used_ -= counts_[index(newest_)];
      counts_[index(newest_)] = 0;
    }
  }

  std::uint32_t limit_ = 1;
  std::uint32_t used_ = 0;
  std::int64_t slot_ = 1;
  std::int64_t newest_ = 0;  // number of the slot that is being counted
  Timestamp blocked_until_;
  std::array<std::uint16_t, kSlots + 1> counts_{};
};

}  // namespace gannet::risk
