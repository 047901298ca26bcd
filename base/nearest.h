#pragma once

#include <algorithm>
#include <cstddef>
#include <ranges>
#include <string>
#include <string_view>

namespace gannet {

/// How many letters must be put in, left out or exchanged to turn one word into the other. Cold.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The word among `words` that was probably meant: the nearest one, if it is near enough (at most
/// a third of the letters differ, and never more than three); else "". Cold.
template <std::ranges::input_range Words>
std::string nearest_word(std::string_view word, const Words& words) {
  std::string best;
  std::size_t best_distance = 4;
  for (const auto& candidate : words) {
    const std::string_view text = candidate;
    const std::size_t distance = edit_distance(word, text);
    const std::size_t allowed = std::max(word.size(), text.size()) / 3 + 1;
    if (distance < best_distance && distance <= allowed) {
      best_distance = distance;
      best = text;
    }
  }
  return best;
}

/// "; did you mean \"x\"?", or "" if nothing is near.
template <std::ranges::input_range Words>
std::string did_you_mean(std::string_view word, const Words& words) {
  const std::string nearest = nearest_word(word, words);
  return nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?";
}

}  // namespace gannet
