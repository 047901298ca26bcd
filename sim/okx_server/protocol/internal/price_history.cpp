#include "sim/okx_server/protocol/internal/price_history.h"

#include <algorithm>
#include <cmath>

namespace gannet::okx_server {
namespace {

constexpr double kMinuteDeviation = 0.00055;  ///< 40 % a year
constexpr int kWaves = 10;                    ///< the longest of 4^9 minutes, half a year

std::uint64_t mixed(std::uint64_t z) noexcept {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

/// In [-1, 1), fixed for its arguments.
double noise(std::uint64_t seed, std::uint64_t wave, std::int64_t index) noexcept {
  const std::uint64_t key = seed + wave * 0xD1B54A32D192ED03ull +
                            static_cast<std::uint64_t>(index) * 0x9E3779B97F4A7C15ull;
  return static_cast<double>(mixed(key) >> 11) * (2.0 / 9007199254740992.0) - 1.0;
}

double level_at(std::uint64_t seed, std::int64_t minute) noexcept {
  double sum = 0;
  double height = kMinuteDeviation;
  std::int64_t period = 1;
  for (std::uint64_t wave = 0; wave < kWaves; ++wave, period *= 4, height *= 2) {
    const std::int64_t index = minute / period;
    const double x = static_cast<double>(minute % period) / static_cast<double>(period);
    const double from = noise(seed, wave, index);
    const double to = noise(seed, wave, index + 1);
    sum += height * (from + (to - from) * x * x * (3 - 2 * x));
  }
  return sum;
}

}  // namespace

std::uint64_t seed_of(std::uint64_t seed, std::string_view name) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325ull ^ seed;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  return mixed(hash);
}

void append(Candle& candle, const Candle& next) noexcept {
  // A candle opens at its first price, which need not be where the one before it closed.
  if (candle.quiet) {
    candle.open = next.open;
    candle.high = next.high;
    candle.low = next.low;
  } else if (!next.quiet) {
    candle.high = std::max(candle.high, next.high);
    candle.low = std::min(candle.low, next.low);
  }
  candle.quiet = candle.quiet && next.quiet;
  candle.close = next.close;
  candle.volume += next.volume;
  candle.turnover += next.turnover;
  candle.coin += next.coin;
}

Candle part_of(const Candle& candle, std::int64_t index, std::int64_t count, Nanos part,
               Price tick) noexcept {
  const bool rises = candle.close >= candle.open;
  const Price stops[] = {candle.open, rises ? candle.low : candle.high,
                         rises ? candle.high : candle.low, candle.close};
  // A third of the way each; count is a multiple of three, so no stop lies inside a part.
  const auto at = [&](std::int64_t n) -> Price {
    const std::int64_t leg = std::min<std::int64_t>(n * 3 / count, 2);
    const std::int64_t from = stops[leg].raw;
    const __int128 way = static_cast<__int128>(stops[leg + 1].raw - from) * (n * 3 - leg * count);
    return {from + static_cast<std::int64_t>(way / count / tick.raw) * tick.raw};
  };
  const auto share = [&](__int128 whole) {
    return whole * (index + 1) / count - whole * index / count;
  };
  const Price from = at(index);
  const Price to = at(index + 1);
  return {candle.open_time + part * index,
          from,
          std::max(from, to),
          std::min(from, to),
          to,
          share(candle.volume),
          share(candle.turnover),
          candle.coin / static_cast<double>(count),
          candle.quiet};
}

PriceHistory::PriceHistory(std::uint64_t seed, Price join, Price tick, Quantity lot,
                           Quantity per_minute, std::int64_t first_live) noexcept
    : seed_(seed),
      join_(static_cast<double>(join.raw)),
      level_(level_at(seed, first_live)),
      tick_{std::max<std::int64_t>(tick.raw, 1)},
      lot_{std::max<std::int64_t>(lot.raw, 1)},
      per_minute_(per_minute) {}

Price PriceHistory::price_at(std::int64_t minute) const noexcept {
  const double price = join_ * std::exp(level_at(seed_, minute) - level_);
  const auto tick = static_cast<double>(tick_.raw);
  return {std::max<std::int64_t>(std::llround(price / tick), 1) * tick_.raw};
}

Candle PriceHistory::minute(std::int64_t minute) const noexcept {
  constexpr std::uint64_t kUp = 100, kDown = 101, kVolume = 102;
  const auto shift = [&](std::uint64_t what, Price price) -> std::int64_t {
    const double part = std::abs(noise(seed_, what, minute)) * kMinuteDeviation;
    return std::llround(static_cast<double>(price.raw) * part / static_cast<double>(tick_.raw)) *
           tick_.raw;
  };
  Candle candle;
  candle.quiet = false;
  candle.open_time = Timestamp{minute * seconds(60).count};
  candle.open = price_at(minute);
  candle.close = price_at(minute + 1);
  candle.high = std::max(candle.open, candle.close);
  candle.low = std::min(candle.open, candle.close);
  candle.high.raw += shift(kUp, candle.high);
  candle.low.raw = std::max(candle.low.raw - shift(kDown, candle.low), tick_.raw);
  if (per_minute_.raw <= 0) return candle;
  const double busy = std::exp(noise(seed_, kVolume, minute));
  const double lots = static_cast<double>(per_minute_.raw) * busy / static_cast<double>(lot_.raw);
  candle.volume = std::max<std::int64_t>(std::llround(lots), 1) * lot_.raw;
  const std::int64_t middle = candle.low.raw + (candle.high.raw - candle.low.raw) / 2;
  candle.turnover = candle.volume * middle;
  candle.coin = static_cast<double>(candle.volume) / static_cast<double>(middle);
  return candle;
}

}  // namespace gannet::okx_server
