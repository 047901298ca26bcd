#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace gannet {

/// Counts of durations in log-linear buckets: 16 steps to a power of two, so a value read back is
/// at most 6.25 % above the one recorded, from 1 ns to 4.6 h; longer ones are counted in the last.
/// 5 KiB, no allocation. Thread: one writer; copy it to read elsewhere.
class LatencyHistogram {
 public:
  void record(Nanos duration) noexcept {
    const std::uint64_t value = duration.count < 0 ? 0 : static_cast<std::uint64_t>(duration.count);
    ++buckets_[bucket_of(value)];
    ++count_;
    sum_ += value;
    if (value > maximum_) maximum_ = value;
  }

  std::uint64_t count() const noexcept { return count_; }
  Nanos maximum() const noexcept { return {static_cast<std::int64_t>(maximum_)}; }
  /// Of all values as they were recorded, modulo 2^64 ns (584 years).
  std::uint64_t sum_nanos() const noexcept { return sum_; }

  /// Calls `f(upper_edge, count)` for each bucket that has any, in ascending order: so many values
  /// are at most that many nanoseconds, and above the edge of the bucket before.
  template <class F>
  void for_each_bucket(F&& f) const {
    for (std::size_t i = 0; i < kBuckets; ++i)
      if (buckets_[i] != 0) f(upper_edge(i), buckets_[i]);
  }

  /// Upper edge of the bucket that holds the `per_mille`-th part of all values (500: the median);
  /// never above the maximum. Zero when empty.
  Nanos quantile(std::uint64_t per_mille) const noexcept {
    if (count_ == 0) return {};
    // The smallest rank that covers per_mille of the values, rounded up.
    std::uint64_t left = (count_ * per_mille + 999) / 1000;
    if (left == 0) left = 1;
    for (std::size_t i = 0; i < kBuckets; ++i) {
      if (buckets_[i] >= left) {
        const std::uint64_t edge = upper_edge(i);
        return {static_cast<std::int64_t>(edge < maximum_ ? edge : maximum_)};
      }
      left -= buckets_[i];
    }
    return maximum();
  }

  void add(const LatencyHistogram& other) noexcept {
    for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    sum_ += other.sum_;
    if (other.maximum_ > maximum_) maximum_ = other.maximum_;
  }

 private:
  static constexpr unsigned kStepBits = 4;
  static constexpr std::uint64_t kSteps = 1u << kStepBits;
  static constexpr unsigned kLargestPower = 44;
  static constexpr std::size_t kBuckets = (kLargestPower - kStepBits + 2) * kSteps;

  static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < kSteps) return static_cast<std::size_t>(value);
    const auto power = static_cast<unsigned>(std::bit_width(value)) - 1;
    if (power > kLargestPower) return kBuckets - 1;
    const std::uint64_t step = (value >> (power - kStepBits)) & (kSteps - 1);
    return (power - kStepBits + 1) * kSteps + static_cast<std::size_t>(step);
  }
  static constexpr std::uint64_t upper_edge(std::size_t bucket) noexcept {
    if (bucket < kSteps) return bucket;
    const std::size_t power = bucket / kSteps + kStepBits - 1;
    const std::uint64_t step = bucket % kSteps;
    return ((kSteps + step + 1) << (power - kStepBits)) - 1;
  }

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t maximum_ = 0;
};

}  // namespace gannet
