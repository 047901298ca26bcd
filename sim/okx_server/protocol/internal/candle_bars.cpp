#include "sim/okx_server/protocol/internal/candle_bars.h"

#include <array>
#include <chrono>

namespace gannet::okx_server {
namespace {

constexpr std::int64_t kBarHour = 3600;
constexpr std::int64_t kBarDay = 24 * kBarHour;

constexpr std::array kBars{
    CandleBar{"1m", 60},
    CandleBar{"1s", 1},
    CandleBar{"3m", 180},
    CandleBar{"5m", 300},
    CandleBar{"15m", 900},
    CandleBar{"30m", 1800},
    CandleBar{"1H", kBarHour},
    CandleBar{"2H", 2 * kBarHour},
    CandleBar{"4H", 4 * kBarHour},
    CandleBar{"6H", 6 * kBarHour},
    CandleBar{"12H", 12 * kBarHour},
    CandleBar{"1D", kBarDay},
    CandleBar{"2D", 2 * kBarDay},
    CandleBar{"3D", 3 * kBarDay},
    CandleBar{"5D", 5 * kBarDay},
    CandleBar{"1W", 7 * kBarDay},
    CandleBar{"1M", 0, 1},
    CandleBar{"3M", 0, 3},
    CandleBar{"6Hutc", 6 * kBarHour, 0, true},
    CandleBar{"12Hutc", 12 * kBarHour, 0, true},
    CandleBar{"1Dutc", kBarDay, 0, true},
    CandleBar{"2Dutc", 2 * kBarDay, 0, true},
    CandleBar{"3Dutc", 3 * kBarDay, 0, true},
    CandleBar{"5Dutc", 5 * kBarDay, 0, true},
    CandleBar{"1Wutc", 7 * kBarDay, 0, true},
    CandleBar{"1Mutc", 0, 1, true},
    CandleBar{"3Mutc", 0, 3, true},
};

/// Bars below six hours open at the same instants in both zones.
Nanos zone_of(const CandleBar& bar) noexcept { return bar.utc ? Nanos{} : seconds(8 * kBarHour); }

std::int64_t floored(std::int64_t value, std::int64_t step) noexcept {
  const std::int64_t rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}

std::chrono::year_month month_of(const CandleBar& bar, Timestamp local) noexcept {
  using namespace std::chrono;
  const year_month_day date{
      floor<days>(sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(local.nanos)))};
  const auto month = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  return year_month{date.year(),
                    std::chrono::month(static_cast<unsigned>(month - month % bar.months + 1))};
}

Timestamp first_of(std::chrono::year_month month, Nanos zone) noexcept {
  using namespace std::chrono;
  const sys_days day{month / 1};
  return Timestamp{std::chrono::nanoseconds(day.time_since_epoch()).count()} - zone;
}

}  // namespace

std::optional<std::size_t> find_bar(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kBars.size(); ++i) {
    if (kBars[i].name == name) return i;
  }
  return std::nullopt;
}

const CandleBar& bar_at(std::size_t index) noexcept {
  return kBars[index < kBars.size() ? index : 0];
}

Timestamp open_of(const CandleBar& bar, Timestamp time) noexcept {
  const Nanos zone = zone_of(bar);
  const Timestamp local = time + zone;
  if (bar.months > 0) return first_of(month_of(bar, local), zone);
  // 1970-01-01 was a Thursday.
  const std::int64_t shift = bar.is_weeks() ? seconds(4 * kBarDay).count : 0;
  const std::int64_t length = seconds(bar.seconds).count;
  return Timestamp{floored(local.nanos - shift, length) + shift} - zone;
}

Timestamp end_of(const CandleBar& bar, Timestamp open) noexcept {
  if (bar.months == 0) return open + seconds(bar.seconds);
  const Nanos zone = zone_of(bar);
  return first_of(month_of(bar, open + zone) + std::chrono::months(bar.months), zone);
}

}  // namespace gannet::okx_server
