#pragma once

#include <array>
#include <string_view>

#include "base/time.h"

namespace gannet::okx {

/// Lengths of candles: our name, and the venue's words. Bars of 6 h and longer begin by UTC or, by
/// the venue's plain words, by UTC+8. Months are calendar months, named by 30 days, quarters by 90.
struct CandleBar {
  std::string_view name;
  std::string_view word;       ///< bars by UTC
  std::string_view word_utc8;  ///< bars by UTC+8
  Nanos length;
};
inline constexpr std::array kCandleBars{
    CandleBar{"1s", "1s", "1s", seconds(1)},
    CandleBar{"1m", "1m", "1m", seconds(60)},
    CandleBar{"3m", "3m", "3m", seconds(180)},
    CandleBar{"5m", "5m", "5m", seconds(300)},
    CandleBar{"15m", "15m", "15m", seconds(900)},
    CandleBar{"30m", "30m", "30m", seconds(1'800)},
    CandleBar{"1h", "1H", "1H", seconds(3'600)},
    CandleBar{"2h", "2H", "2H", seconds(7'200)},
    CandleBar{"4h", "4H", "4H", seconds(14'400)},
    CandleBar{"6h", "6Hutc", "6H", seconds(21'600)},
    CandleBar{"12h", "12Hutc", "12H", seconds(43'200)},
    CandleBar{"1d", "1Dutc", "1D", seconds(86'400)},
    CandleBar{"2d", "2Dutc", "2D", seconds(172'800)},
    CandleBar{"3d", "3Dutc", "3D", seconds(259'200)},
    CandleBar{"1w", "1Wutc", "1W", seconds(604'800)},
    CandleBar{"1M", "1Mutc", "1M", seconds(2'592'000)},
    CandleBar{"3M", "3Mutc", "3M", seconds(7'776'000)},
};

/// Null where the venue has no such bars.
constexpr const CandleBar* find_candle_bar(std::string_view name) noexcept {
  for (const CandleBar& bar : kCandleBars) {
    if (bar.name == name) return &bar;
  }
  return nullptr;
}
constexpr const CandleBar* find_candle_bar(Nanos length) noexcept {
  for (const CandleBar& bar : kCandleBars) {
    if (bar.length.count == length.count) return &bar;
  }
  return nullptr;
}
static_assert(find_candle_bar("1d")->word == "1Dutc");
static_assert(find_candle_bar(seconds(3'600))->word == "1H");
static_assert(find_candle_bar("7m") == nullptr);

}  // namespace gannet::okx
