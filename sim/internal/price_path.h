#pragma once

#include <cstdint>

#include "base/time.h"
#include "sim/random.h"

namespace gannet::sim {

/// How lively the market of one currency is just now.
struct Mood {
  double liveliness = 1;   ///< multiplies the rate of events
  double nervousness = 1;  ///< multiplies volatility
  Timestamp ends;
};

/// The fair value of one currency in dollars: a random walk with a volatility that is given,
/// through quiet spells, bursts and trends. One common factor moves all currencies together, as in
/// the real market. Stepped at a fixed pace, so that it does not matter how time is cut into calls.
class PricePath {
 public:
  static constexpr Nanos kStep = milliseconds(20);
  /// Share of a step's variance that all currencies have in common (correlation of any two).
  static constexpr double kCommonShare = 0.6;

  /// `volatility`: a year's standard deviation, its average over the moods.
  PricePath(double start_price, double volatility, std::uint64_t seed, Timestamp start);

  /// One step. `common`: a standard normal, the same for all paths of this step.
  void step(double common, Timestamp now) noexcept;

  double fair() const noexcept { return fair_; }
  double liveliness() const noexcept { return mood_.liveliness; }
  double nervousness() const noexcept { return mood_.nervousness; }
  Random& random() noexcept { return random_; }

  /// Average over the moods of what multiplies rates: rates are divided by it.
  static double mean_liveliness() noexcept;

 private:
  void change_mood(Timestamp now) noexcept;
  void change_trend(Timestamp now) noexcept;

  double start_;
  double fair_;
  double sigma_;      // of the logarithm, per step, in the normal mood
  double trend_ = 0;  // of the logarithm, per step
  Timestamp trend_ends_;
  Mood mood_;
  Random random_;
};

}  // namespace gannet::sim
