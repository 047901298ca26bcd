#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "base/time.h"

namespace gannet::monitor {

// How a figure changed over a window of looks. `Samples` is a deque of {time, value, counts}, the
// oldest first, that keep_sample has filled; the newest sample ends the window.

/// Adds a look, so that looks of `span` are there and no more than about sixty of each `within`:
/// those between are left out, the newest stays.
template <class Samples, class Sample>
void keep_sample(Samples& samples, Sample sample, Nanos within, Nanos span) {
  constexpr std::int64_t kOfWindow = 60;
  const std::size_t count = samples.size();
  const bool is_close = count >= 2 && samples[count - 1].time - samples[count - 2].time <
                                          Nanos{within.count / kOfWindow};
  if (is_close) {
    samples.back() = std::move(sample);
  } else {
    samples.push_back(std::move(sample));
  }
  // One stays that is as old as the span, or the window would have no beginning.
  while (samples.size() > 2 && samples.back().time - samples[1].time >= span) samples.pop_front();
}

/// The newest sample that is at least `age` older than the newest of all; else the oldest there is.
template <class Samples>
std::size_t sample_before(const Samples& samples, Nanos age) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (samples.back().time - samples[i].time < age) break;
    found = i;
  }
  return found;
}

/// By how much it grew; a counter that began anew counts from 0.
template <class Samples>
double rise_within(const Samples& samples, Nanos within) {
  double rise = 0;
  for (std::size_t i = sample_before(samples, within) + 1; i < samples.size(); ++i) {
    const double step = samples[i].value - samples[i - 1].value;
    rise += step < 0 ? samples[i].value : step;
  }
  return rise;
}

/// What it grows by in a window on average over `over` before the newest window; absent: it is not
/// known for long enough (a quarter of that time).
template <class Samples>
std::optional<double> usual_rise(const Samples& samples, Nanos within, Nanos over) {
  const std::size_t end = sample_before(samples, within);
  const Nanos known = samples[end].time - samples.front().time;
  if (known.count <= 0 || known < Nanos{over.count / 4}) return std::nullopt;
  double rise = 0;
  for (std::size_t i = 1; i <= end; ++i) {
    const double step = samples[i].value - samples[i - 1].value;
    rise += step < 0 ? samples[i].value : step;
  }
  return rise * static_cast<double>(within.count) / static_cast<double>(known.count);
}

/// The upper bound of the bucket that holds this quantile of what was added over the samples;
/// absent: fewer than `at_least` were.
template <class Samples>
std::optional<double> quantile_within(const Samples& samples, std::span<const double> bounds,
                                      double quantile, double at_least) {
  const auto& first = samples.front().counts;
  const auto& last = samples.back().counts;
  if (samples.size() < 2 || first.size() != last.size() || last.size() != bounds.size() + 1 ||
      bounds.empty())
    return std::nullopt;
  double all = 0;
  for (std::size_t i = 0; i < last.size(); ++i) all += static_cast<double>(last[i] - first[i]);
  if (all <= 0 || all < at_least) return std::nullopt;
  double below = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    below += static_cast<double>(last[i] - first[i]);
    if (below >= quantile * all) return bounds[i];
  }
  return bounds.back();
}

}  // namespace gannet::monitor
