#include "sim/okx_server/protocol/internal/candle_series.h"

#include <algorithm>

namespace gannet::okx_server {
namespace {

constexpr std::int64_t kSecond = seconds(1).count;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::size_t kMinutesKept = 1'500;
constexpr std::size_t kSecondsKept = 3'600;
constexpr std::size_t kHoursKept = 10'000;
constexpr std::size_t kPastHoursKept = 20'000;

void take(Candle& candle, Price price, Quantity quantity) noexcept {
  if (candle.quiet) candle.open = candle.high = candle.low = price;
  candle.quiet = false;
  candle.high = std::max(candle.high, price);
  candle.low = std::min(candle.low, price);
  candle.close = price;
  candle.volume += quantity.raw;
  candle.turnover += static_cast<__int128>(price.raw) * quantity.raw;
  if (price.raw > 0)
    candle.coin += static_cast<double>(quantity.raw) / static_cast<double>(price.raw);
}

}  // namespace

void CandleSeries::begin(const Past& past, Price price, Timestamp time) {
  if (started_ || price.raw <= 0) return;
  started_ = true;
  last_ = price;
  first_minute_ = first_kept_ = time.nanos / kMinute;
  first_hour_ = time.nanos / kHour;
  tick_ = {std::max<std::int64_t>(past.tick.raw, 1)};
  begin_ = past.prices ? past.begin : Timestamp{first_minute_ * kMinute};
  history_ = PriceHistory(past.seed, price, past.tick, past.lot, past.per_minute, first_minute_);
  minutes_.push_back(flat(first_minute_));
}

Candle CandleSeries::flat(std::int64_t minute) const noexcept {
  Candle candle;
  candle.open_time = Timestamp{minute * kMinute};
  candle.open = candle.high = candle.low = candle.close = last_;
  return candle;
}

/// The open minute is over: a new one opens, and the hour with it perhaps.
void CandleSeries::close_minute() {
  const std::int64_t next = first_kept_ + static_cast<std::int64_t>(minutes_.size());
  minutes_.push_back(flat(next));
  if (next % 60 == 0) {
    Candle whole = minute(next - 60);
    for (std::int64_t m = next - 59; m < next; ++m) append(whole, minute(m));
    hours_.push_back(whole);
    if (hours_.size() > kHoursKept) {
      hours_.pop_front();
      begin_ = Timestamp{++first_hour_ * kHour};  // what is not kept never was
    }
  }
  if (minutes_.size() > kMinutesKept) {
    minutes_.pop_front();
    ++first_kept_;
  }
}

void CandleSeries::add(Price price, Quantity quantity, Timestamp time) {
  const std::int64_t now = time.nanos / kMinute;
  while (first_kept_ + static_cast<std::int64_t>(minutes_.size()) <= now) close_minute();
  // Its first price opens a minute, not the last close: OKX's candles leave gaps between.
  // [recorded/candles/okx-BTC-USDT-15m-202202.csv: 39102.2 after 39115.2]
  Candle& candle = minutes_.back();
  take(candle, price, quantity);
  last_ = price;
  const Timestamp second{time.nanos / kSecond * kSecond};
  if (seconds_.empty() || seconds_.back().open_time < second) {
    Candle fresh;
    fresh.open_time = second;
    seconds_.push_back(fresh);
    if (seconds_.size() > kSecondsKept) seconds_.pop_front();
  }
  take(seconds_.back(), price, quantity);
}

Candle CandleSeries::minute(std::int64_t at) const {
  if (at < first_minute_) return history_.minute(at);
  if (at < first_kept_) return part_of(hour(at / 60), at % 60, 60, Nanos{kMinute}, tick_);
  const auto index = static_cast<std::size_t>(at - first_kept_);
  return index < minutes_.size() ? minutes_[index] : flat(at);
}

Candle CandleSeries::hour(std::int64_t at) const {
  if (at >= first_hour_ && at < first_hour_ + static_cast<std::int64_t>(hours_.size()))
    return hours_[static_cast<std::size_t>(at - first_hour_)];
  const bool past = (at + 1) * 60 <= first_minute_;
  if (past) {
    if (const auto known = past_hours_.find(at); known != past_hours_.end()) return known->second;
  }
  Candle whole = past ? history_.minute(at * 60) : minute(at * 60);
  for (std::int64_t m = at * 60 + 1; m < at * 60 + 60; ++m)
    append(whole, past ? history_.minute(m) : minute(m));
  if (past && past_hours_.size() < kPastHoursKept) past_hours_.emplace(at, whole);
  return whole;
}

Candle CandleSeries::second(std::int64_t at) const {
  const Timestamp open{at * kSecond};
  const auto from = std::ranges::lower_bound(seconds_, open, {}, &Candle::open_time);
  if (from != seconds_.end() && from->open_time == open) return *from;
  if (from != seconds_.begin() && !seconds_.empty()) {
    Candle quiet;  // flat at the price of the one before
    quiet.open_time = open;
    quiet.open = quiet.high = quiet.low = quiet.close = std::prev(from)->close;
    return quiet;
  }
  const std::int64_t minute_index = at / 60;
  return part_of(minute(minute_index), at % 60, 60, Nanos{kSecond}, tick_);
}

std::optional<Candle> CandleSeries::between(Timestamp open, Timestamp end, Timestamp now) const {
  std::int64_t at = std::max(open, begin_).nanos;
  at = (at + kMinute - 1) / kMinute * kMinute;
  const std::int64_t stop = std::min(end.nanos, (now.nanos / kMinute + 1) * kMinute);
  std::optional<Candle> whole;
  while (at < stop) {
    const bool hourly = at % kHour == 0 && at + kHour <= stop && at / kHour != now.nanos / kHour;
    const Candle next = hourly ? hour(at / kHour) : minute(at / kMinute);
    if (whole)
      append(*whole, next);
    else
      whole = next;
    at += hourly ? kHour : kMinute;
  }
  if (whole) whole->open_time = open;
  return whole;
}

std::optional<Candle> CandleSeries::candle(const CandleBar& bar, Timestamp open,
                                           Timestamp now) const {
  if (!started_ || open > now || end_of(bar, open) <= begin_) return std::nullopt;
  if (bar.seconds == 1) return second(open.nanos / kSecond);
  return between(open, end_of(bar, open), now);
}

std::vector<Candle> CandleSeries::candles(const CandleBar& bar, std::optional<Timestamp> after,
                                          std::optional<Timestamp> before, std::size_t limit,
                                          Timestamp now) const {
  std::vector<Candle> rows;
  if (!started_) return rows;
  Timestamp open = open_of(bar, now);
  if (after && *after <= open) open = open_of(bar, Timestamp{after->nanos - 1});
  while (rows.size() < limit && open.nanos > 0 && (!before || open > *before)) {
    const auto row = candle(bar, open, now);
    if (!row) break;
    rows.push_back(*row);
    open = open_of(bar, Timestamp{open.nanos - 1});
  }
  return rows;
}

std::optional<Candle> CandleSeries::day(Timestamp now) const {
  if (!started_) return std::nullopt;
  const std::int64_t current = now.nanos / kMinute;
  const Timestamp open{(current - 1440 + 1) * kMinute};
  if (day_minute_ != current) {
    day_minute_ = current;
    day_closed_ = between(open, Timestamp{current * kMinute}, now);
  }
  std::optional<Candle> whole = day_closed_;
  const Candle last = minute(current);
  if (whole)
    append(*whole, last);
  else
    whole = last;
  return whole;
}

std::optional<Price> CandleSeries::open_since(Timestamp time, Timestamp now) const {
  if (!started_) return std::nullopt;
  const std::int64_t at = (std::max(time, begin_).nanos + kMinute - 1) / kMinute;
  if (at > now.nanos / kMinute) return std::nullopt;
  return minute(at).open;
}

}  // namespace gannet::okx_server
