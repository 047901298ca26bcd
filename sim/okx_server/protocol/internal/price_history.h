#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"
#include "domain/units.h"

namespace gannet::okx_server {

/// One candle. Volume in raw quantity, turnover in raw price times raw quantity; `coin` is the sum
/// of quantity / price, both raw, for contracts whose value is fixed in dollars.
struct Candle {
  Timestamp open_time;
  Price open, high, low, close;
  __int128 volume = 0;
  __int128 turnover = 0;
  double coin = 0;
  bool quiet = true;  ///< no price fell into it: it is flat at the one before

  friend bool operator==(const Candle&, const Candle&) noexcept = default;
};

/// Continues with what comes right after.
void append(Candle& candle, const Candle& next) noexcept;
/// The `index`-th of `count` equal parts of a candle, through its low and high on a straight way,
/// to the tick.
Candle part_of(const Candle& candle, std::int64_t index, std::int64_t count, Nanos part,
               Price tick) noexcept;

/// Made-up candles for the time before the venue was started: a pure function of the seed, the
/// minute and the price at which the real market took over, so every request sees the same past
/// and bars of every length agree. It has the roughness of a random walk (several waves of
/// fixed noise, each four times as long and twice as high as the one before) and no news in it.
class PriceHistory {
 public:
  PriceHistory() = default;
  /// `join`: the price at the minute `first_live`, where it ends. `per_minute`: typical volume.
  PriceHistory(std::uint64_t seed, Price join, Price tick, Quantity lot, Quantity per_minute,
               std::int64_t first_live) noexcept;

  /// Requires minute < first_live (minutes since 1970).
  Candle minute(std::int64_t minute) const noexcept;

 private:
  Price price_at(std::int64_t minute) const noexcept;

  std::uint64_t seed_ = 0;
  double join_ = 0;
  double level_ = 0;  ///< of the waves at the joint
  Price tick_{1};
  Quantity lot_{1};
  Quantity per_minute_;
};

std::uint64_t seed_of(std::uint64_t seed, std::string_view name) noexcept;

}  // namespace gannet::okx_server
