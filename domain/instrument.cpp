#include "domain/instrument.h"

#include <cmath>
#include <limits>

namespace gannet {
namespace {

std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept {
  const std::int64_t quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

}  // namespace

Price round_to_tick(const Instrument& instrument, Price price, Rounding rounding) noexcept {
  const std::int64_t tick = instrument.tick_size.raw;
  if (tick <= 0) return price;
  const std::int64_t steps = floor_div(price.raw, tick);
  std::int64_t down = 0;
  // The lowest tick may lie below the range of int64, the highest above it: the other side then.
  if (__builtin_mul_overflow(steps, tick, &down)) return {(steps + 1) * tick};
  const std::int64_t above = price.raw - down;
  if (above == 0) return price;
  std::int64_t up = 0;
  if (__builtin_add_overflow(down, tick, &up)) return {down};
  switch (rounding) {
    case Rounding::Down:
      return {down};
    case Rounding::Up:
      return {up};
    case Rounding::Nearest:
      if (above == tick - above) return {price.raw >= 0 ? up : down};
      return {above > tick - above ? up : down};
  }
  return {down};
}

std::expected<Price, ParseError> round_to_tick(const Instrument& instrument, double price,
                                               Rounding rounding) noexcept {
  if (!std::isfinite(price)) return std::unexpected(ParseError::NotANumber);
  // To the unit first: it is a hundred times finer than the tick and swallows what a double adds to
  // 0.3, so that "down" does not lose a whole tick to the sixteenth digit.
  const double units =
      std::round(price * static_cast<double>(power_of_ten(instrument.price_digits)));
  constexpr double kLimit = 9.2e18;
  if (units > kLimit || units < -kLimit) return std::unexpected(ParseError::OutOfRange);
  return round_to_tick(instrument, Price{static_cast<std::int64_t>(units)}, rounding);
}

}  // namespace gannet
