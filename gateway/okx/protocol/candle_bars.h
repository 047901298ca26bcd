#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "domain/market_updates.h"

namespace gannet::okx {

struct CandleBar {
  std::string_view word;  ///< what follows "candle" in a channel's name
  CandlePeriod period;
};

namespace bars {
inline constexpr Nanos kMinute = seconds(60);
inline constexpr Nanos kHour = seconds(3'600);
inline constexpr Nanos kDay = seconds(86'400);
}  // namespace bars

/// Every bar of the venue. Those of 6 h and longer begin by UTC+8 unless their word ends in utc.
/// [PROTOCOL 4.8]
inline constexpr std::array<CandleBar, 27> kCandleBars{{
    {"1m", {bars::kMinute}},
    {"1s", {seconds(1)}},
    {"3m", {bars::kMinute * 3}},
    {"5m", {bars::kMinute * 5}},
    {"15m", {bars::kMinute * 15}},
    {"30m", {bars::kMinute * 30}},
    {"1H", {bars::kHour}},
    {"2H", {bars::kHour * 2}},
    {"4H", {bars::kHour * 4}},
    {"6H", {bars::kHour * 6, true}},
    {"12H", {bars::kHour * 12, true}},
    {"1D", {bars::kDay, true}},
    {"2D", {bars::kDay * 2, true}},
    {"3D", {bars::kDay * 3, true}},
    {"5D", {bars::kDay * 5, true}},
    {"1W", {bars::kDay * 7, true}},
    {"1M", {bars::kDay * 30, true}},
    {"3M", {bars::kDay * 90, true}},
    {"6Hutc", {bars::kHour * 6}},
    {"12Hutc", {bars::kHour * 12}},
    {"1Dutc", {bars::kDay}},
    {"2Dutc", {bars::kDay * 2}},
    {"3Dutc", {bars::kDay * 3}},
    {"5Dutc", {bars::kDay * 5}},
    {"1Wutc", {bars::kDay * 7}},
    {"1Mutc", {bars::kDay * 30}},
    {"3Mutc", {bars::kDay * 90}},
}};

/// Absent: the venue has no such bar.
constexpr std::optional<CandlePeriod> candle_period_of(std::string_view bar) noexcept {
  for (const CandleBar& candidate : kCandleBars) {
    if (candidate.word == bar) return candidate.period;
  }
  return std::nullopt;
}

/// The word of a bar; "" if the venue has none of that length. Where bars under 6 h begin does not
/// matter, they begin alike.
constexpr std::string_view candle_bar_of(CandlePeriod period) noexcept {
  if (period.length < bars::kHour * 6) period.from_utc8 = false;
  for (const CandleBar& candidate : kCandleBars) {
    if (candidate.period == period) return candidate.word;
  }
  return {};
}

/// Our name of a bar that begins by UTC: "1s", "5m", "1h", "1d", "1w". Absent: the venue has none.
constexpr std::optional<CandlePeriod> candle_period_named(std::string_view name) noexcept {
  if (name.size() < 2 || name.size() > 3) return std::nullopt;
  std::int64_t count = 0;
  for (const char digit : name.substr(0, name.size() - 1)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    count = count * 10 + (digit - '0');
  }
  Nanos unit;
  switch (name.back()) {
    case 's':
      unit = seconds(1);
      break;
    case 'm':
      unit = bars::kMinute;
      break;
    case 'h':
      unit = bars::kHour;
      break;
    case 'd':
      unit = bars::kDay;
      break;
    case 'w':
      unit = bars::kDay * 7;
      break;
    default:
      return std::nullopt;
  }
  const CandlePeriod period{unit * count};
  if (candle_bar_of(period).empty()) return std::nullopt;
  return period;
}

static_assert(candle_period_named("1h") == CandlePeriod{bars::kHour});
static_assert(candle_period_named("12h") == CandlePeriod{bars::kHour * 12});
static_assert(!candle_period_named("7m"));
static_assert(candle_bar_of({seconds(60), true}) == "1m");
static_assert(candle_bar_of({seconds(86'400)}) == "1Dutc");
static_assert(candle_bar_of({seconds(86'400), true}) == "1D");
static_assert(candle_bar_of({seconds(7)}).empty());
static_assert(candle_period_of("3Mutc") == CandlePeriod{bars::kDay * 90});
static_assert(!candle_period_of("7m"));

}  // namespace gannet::okx
