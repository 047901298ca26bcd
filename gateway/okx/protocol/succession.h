#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace gannet::okx {

/// Lines that one feed may have: four that work and one that is being moved to.
inline constexpr std::size_t kMaxFeedLines = 5;

/// What names one state of a stream, the same on every line.
struct StreamKey {
  Timestamp time;              ///< the venue's, of the state
  std::int64_t sequence = -1;  ///< -1: the stream has none
  /// By time first: ids start anew after a maintenance, and what comes late by a slow line from
  /// before it must not look new.
  friend constexpr auto operator<=>(const StreamKey&, const StreamKey&) noexcept = default;
};

/// One stream told by several lines, each in its own order: which message is news. A line whose
/// last message is the newest of all is *level*: whatever it says next is news, whatever its key
/// (the venue's clock may be set back). One that is not level brings news only with a greater key.
/// A message that repeats the newest one on a line is a repetition (the venue proves that nothing
/// changed) unless another line repeated it as often. A function of its calls.
class Succession {
 public:
  enum class Novelty : std::uint8_t {
    Next,    ///< news of a level line: follows what is known
    Ahead,   ///< news of a line that was not level: something in between may be missing
    Repeat,  ///< the newest, told once more
    Known,   ///< told before by another line
    Old,     ///< older than the newest
  };

  constexpr Novelty judge(std::size_t line, const StreamKey& key) noexcept {
    Line& told = lines_[line];
    if (!newest_) return accept(line, key, Novelty::Ahead);
    if (told.level && key == *newest_) {
      ++told.copies;
      if (told.copies <= copies_) return Novelty::Known;
      copies_ = told.copies;
      return Novelty::Repeat;
    }
    if (told.level) return accept(line, key, Novelty::Next);
    if (key == *newest_) {
      told = {true, 1};
      return Novelty::Known;
    }
    return key > *newest_ ? accept(line, key, Novelty::Ahead) : Novelty::Old;
  }

  /// That line's word is the newest from now on, whatever it is.
  constexpr Novelty accept(std::size_t line, const StreamKey& key, Novelty novelty) noexcept {
    lines_ = {};
    lines_[line] = {true, 1};
    newest_ = key;
    copies_ = 1;
    return novelty;
  }
  /// That line knows the newest state, by other proof than a key.
  constexpr void set_level(std::size_t line) noexcept { lines_[line] = {true, 1}; }
  /// The line is gone, or what it said last is.
  constexpr void forget(std::size_t line) noexcept { lines_[line] = {}; }
  constexpr void clear() noexcept { *this = {}; }

  constexpr bool is_level(std::size_t line) const noexcept { return lines_[line].level; }
  constexpr bool any_level() const noexcept {
    for (const Line& line : lines_) {
      if (line.level) return true;
    }
    return false;
  }
  constexpr const std::optional<StreamKey>& newest() const noexcept { return newest_; }

 private:
  struct Line {
    bool level = false;
    std::uint32_t copies = 0;  // of the newest message
  };

  std::array<Line, kMaxFeedLines> lines_{};
  std::optional<StreamKey> newest_;
  std::uint32_t copies_ = 0;  // passed on
};

}  // namespace gannet::okx
