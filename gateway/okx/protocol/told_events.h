#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "domain/market_updates.h"

namespace gannet::okx {

/// Bars of one instrument as several lines tell them: each is told closed once, by whichever line
/// says so first, and as it grows by one line alone, for its states bear no time. Allocates when a
/// period is first told. A function of its calls.
class ToldCandles {
 public:
  /// `from_reference`: by the line that is believed for what cannot be merged.
  bool is_news(const CandleEvent& candle, bool from_reference) {
    Bars& bars = bars_of(candle);
    const bool is_after_closed = candle.open_time > bars.closed;
    if (candle.complete) {
      if (!is_after_closed) return false;
      bars.closed = candle.open_time;
      bars.newest = std::max(bars.newest, candle.open_time);
      return true;
    }
    if (!is_after_closed || candle.open_time < bars.newest) return false;
    if (candle.open_time == bars.newest && !from_reference) return false;
    bars.newest = candle.open_time;
    return true;
  }

 private:
  struct Bars {
    CandleEvent::Kind kind;
    CandlePeriod period;
    Timestamp newest;  // open time
    Timestamp closed;  // the last one that was told closed
  };
  Bars& bars_of(const CandleEvent& candle) {
    const auto found = std::ranges::find_if(bars_, [&](const Bars& bars) {
      return bars.kind == candle.kind && bars.period == candle.period;
    });
    if (found != bars_.end()) return *found;
    return bars_.emplace_back(candle.kind, candle.period, Timestamp{}, Timestamp{});
  }
  std::vector<Bars> bars_;
};

/// Events without an id, known by what they say: the last few that were told. Allocates with the
/// first. A function of its calls.
class ToldContents {
 public:
  static constexpr std::size_t kKept = 256;

  /// False: another line has told the same. One line that says the same twice means two of them.
  bool is_news(std::uint64_t hash, std::size_t line) {
    const auto bit = static_cast<std::uint8_t>(1u << line);
    for (Told& told : told_) {
      if (told.hash != hash || (told.by & bit) != 0) continue;
      told.by = static_cast<std::uint8_t>(told.by | bit);
      return false;
    }
    put({hash, bit});
    return true;
  }
  /// The same for what is a state: nobody needs to hear it twice.
  bool is_new_state(std::uint64_t hash) {
    if (std::ranges::find(told_, hash, &Told::hash) != told_.end()) return false;
    put({hash, 0xff});
    return true;
  }
  void clear() noexcept { told_.clear(); }

 private:
  struct Told {
    std::uint64_t hash = 0;
    std::uint8_t by = 0;  // bit: line
  };
  void put(Told told) {
    if (told_.capacity() == 0) told_.reserve(kKept);
    if (told_.size() < kKept) {
      told_.push_back(told);
    } else {
      told_[next_] = told;
    }
    next_ = (next_ + 1) % kKept;
  }
  std::vector<Told> told_;
  std::size_t next_ = 0;  // the oldest, once there are kKept
};

}  // namespace gannet::okx
