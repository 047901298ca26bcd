#include "sim/internal/price_path.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gannet::sim {
namespace {

constexpr double kSecondsPerYear = 365.0 * 86'400.0;
constexpr double kStepSeconds = static_cast<double>(PricePath::kStep.count) * 1e-9;

struct MoodKind {
  double probability;
  double mean_seconds;
  double liveliness;
  double nervousness;
};
constexpr std::array<MoodKind, 3> kMoods{{
    {0.5, 20, 1, 1},      // normal
    {0.3, 15, 0.3, 0.4},  // quiet
    {0.2, 3, 6, 2.5},     // burst
}};

/// Average over time of a figure of the moods.
constexpr double average(auto&& figure) {
  double sum = 0;
  double time = 0;
  for (const MoodKind& mood : kMoods) {
    sum += mood.probability * mood.mean_seconds * figure(mood);
    time += mood.probability * mood.mean_seconds;
  }
  return sum / time;
}

Nanos seconds_of(double s) noexcept { return {static_cast<std::int64_t>(s * 1e9) + 1}; }

}  // namespace

PricePath::PricePath(double start_price, double volatility, std::uint64_t seed, Timestamp start)
    : start_(start_price), fair_(start_price), random_(seed) {
  // The moods change the variance; over time it must be the one that was asked for.
  constexpr double kVariance =
      average([](const MoodKind& mood) { return mood.nervousness * mood.nervousness; });
  sigma_ = volatility * std::sqrt(kStepSeconds / kSecondsPerYear / kVariance);
  change_mood(start);
  change_trend(start);
}

void PricePath::step(double common, Timestamp now) noexcept {
  if (now >= mood_.ends) change_mood(now);
  if (now >= trend_ends_) change_trend(now);
  static const double kOwn = std::sqrt(1 - kCommonShare);
  static const double kShared = std::sqrt(kCommonShare);
  const double shock = kShared * common + kOwn * random_.normal();
  // A weak pull home: days of simulation must not end at zero or at the moon.
  const double pull = 1e-5 * kStepSeconds * std::log(start_ / fair_);
  fair_ *= std::exp(pull + trend_ + sigma_ * mood_.nervousness * shock);
  fair_ = std::clamp(fair_, start_ * 0.1, start_ * 10);
}

double PricePath::mean_liveliness() noexcept {
  return average([](const MoodKind& mood) { return mood.liveliness; });
}

void PricePath::change_mood(Timestamp now) noexcept {
  double dice = random_.unit();
  const MoodKind* chosen = &kMoods.back();
  for (const MoodKind& mood : kMoods) {
    if (dice <= mood.probability) {
      chosen = &mood;
      break;
    }
    dice -= mood.probability;
  }
  mood_.liveliness = chosen->liveliness;
  mood_.nervousness = chosen->nervousness;
  mood_.ends = now + seconds_of(random_.waiting(chosen->mean_seconds));
}

/// Four in ten of the time it goes one way: over a minute by about what it would wander anyway.
void PricePath::change_trend(Timestamp now) noexcept {
  constexpr double kMeanSeconds = 60;
  trend_ = 0;
  const double direction = random_.chance(0.5) ? 1 : -1;
  if (random_.chance(0.4)) trend_ = direction * sigma_ * std::sqrt(kStepSeconds / kMeanSeconds);
  trend_ends_ = now + seconds_of(random_.waiting(kMeanSeconds));
}

}  // namespace gannet::sim
