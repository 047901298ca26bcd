#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace gannet::okx_server {

/// A length of candles and where its days begin. OKX API v5, candlesticks.
struct CandleBar {
  std::string_view name;
  std::int64_t seconds = 0;  ///< zero: calendar months
  int months = 0;
  bool utc = false;  ///< of 6 hours and more: days begin at 00:00 UTC, else at 00:00 UTC+8

  bool is_weeks() const noexcept { return seconds == 7LL * 24 * 3600; }
};

/// "1m", "4H", "1Dutc"; nothing if OKX has no such bar.
std::optional<std::size_t> find_bar(std::string_view name) noexcept;
const CandleBar& bar_at(std::size_t index) noexcept;

/// When the bar that holds the time opened. Weeks begin on Monday; bars of 2, 3 and 5 days are
/// counted from 1970-01-01, which OKX does not document.
Timestamp open_of(const CandleBar& bar, Timestamp time) noexcept;
/// When the bar that opened then ends.
Timestamp end_of(const CandleBar& bar, Timestamp open) noexcept;

}  // namespace gannet::okx_server
