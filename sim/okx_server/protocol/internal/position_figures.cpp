#include "sim/okx_server/protocol/internal/position_figures.h"

#include <fmt/format.h>

#include <cmath>

#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

}  // namespace

double profit_ratio(const PositionFigures& position, double price) noexcept {
  if (price <= 0 || position.average <= 0) return 0;
  const double change =
      position.inverse ? 1 - position.average / price : price / position.average - 1;
  return position.leverage * (position.is_long ? change : -change);
}

double break_even_price(const PositionFigures& position, double fees_paid) noexcept {
  if (position.size <= 0 || position.average <= 0) return 0;
  const double fee = position.is_long ? position.fee_rate : -position.fee_rate;
  const double paid = position.is_long ? fees_paid : -fees_paid;
  if (position.inverse)
    return position.size * (1 + fee) / (position.size / position.average - paid);
  return (position.size * position.average + paid) / (position.size * (1 - fee));
}

double liquidation_price(const PositionFigures& position, double money,
                         double needed_elsewhere) noexcept {
  if (position.size <= 0 || position.average <= 0) return 0;
  const double rate = position.maintenance_rate + position.fee_rate;
  const double spare = money - needed_elsewhere;
  // money + profit(p) = needed elsewhere + value(p) x rate, solved for p.
  if (position.inverse) {
    const double entry = position.size / position.average;
    return position.is_long ? position.size * (1 + rate) / (spare + entry)
                            : position.size * (1 - rate) / (entry - spare);
  }
  const double entry = position.size * position.average;
  return position.is_long ? (entry - spare) / (position.size * (1 - rate))
                          : (entry + spare) / (position.size * (1 + rate));
}

std::string money_text(__int128 raw) {
  const __int128 size = raw < 0 ? -raw : raw;
  const __int128 rounded = (size + 50) / 100;
  return decimal_text(raw < 0 ? -rounded : rounded, 16);
}

std::string ratio_text(double value) {
  if (!std::isfinite(value)) return "";
  return without_trailing_zeros(fmt::format("{:.16f}", value));
}

std::string shortest_text(double value) {
  if (!std::isfinite(value)) return "";
  std::string text = fmt::format("{}", value);
  if (text.find('e') != std::string::npos)
    text = fmt::format("{:.{}f}", value, std::abs(value) < 1 ? 24 : 0);
  return without_trailing_zeros(std::move(text));
}

}  // namespace gannet::okx_server
