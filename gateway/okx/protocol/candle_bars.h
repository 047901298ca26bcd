#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace gannet::okx {

/// Lengths of candles: ours, and the venue's word. Days and longer begin at midnight UTC, which the
/// venue has words of its own for (its plain "1D" begins at Hong Kong's midnight).
struct CandleBar {
  std::string_view name;
  std::string_view word;
  Nanos length;
};
inline constexpr std::array kCandleBars{
    CandleBar{"1s", "1s", seconds(1)},
    CandleBar{"1m", "1m", seconds(60)},
    CandleBar{"3m", "3m", seconds(180)},
    CandleBar{"5m", "5m", seconds(300)},
    CandleBar{"15m", "15m", seconds(900)},
    CandleBar{"30m", "30m", seconds(1'800)},
    CandleBar{"1h", "1H", seconds(3'600)},
    CandleBar{"2h", "2H", seconds(7'200)},
    CandleBar{"4h", "4H", seconds(14'400)},
    CandleBar{"6h", "6Hutc", seconds(21'600)},
    CandleBar{"12h", "12Hutc", seconds(43'200)},
    CandleBar{"1d", "1Dutc", seconds(86'400)},
    CandleBar{"1w", "1Wutc", seconds(604'800)},
};

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

}  // namespace gannet::okx
