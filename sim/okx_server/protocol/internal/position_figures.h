#pragma once

#include <string>

#include "domain/amount.h"
#include "domain/instrument.h"

namespace gannet::okx_server {

// Ratios and prices that the venue derives from a position for display. It works them out in binary
// floating point; the recorded positions are reproduced to the last digit only by doing the same,
// in the same order of operations. Money (profit, margins, fees) is exact and comes from the
// exchange.

/// One position in plain numbers.
struct PositionFigures {
  bool inverse = false;
  bool is_long = true;
  double size = 0;     ///< contracts x contract value x multiplier: coins, or dollars if inverse
  double average = 0;  ///< price
  double leverage = 1;
  double fee_rate = 0;  ///< of a taker
  double maintenance_rate = 0;
};

/// Profit on the margin that the position was opened with.
double profit_ratio(const PositionFigures& position, double price) noexcept;

/// Where closing as a taker gives back what was paid in fees so far.
double break_even_price(const PositionFigures& position, double fees_paid) noexcept;

/// Where the margin ratio is one. `money`: what carries the position without its own profit,
/// `needed_elsewhere`: what other positions need of it, both in the settle currency. Zero or less:
/// there is no such price.
double liquidation_price(const PositionFigures& position, double money,
                         double needed_elsewhere) noexcept;

/// At most 16 decimals, half away from zero, as the venue writes money of positions.
std::string money_text(__int128 raw);
inline std::string money_text(const Amount& amount) { return money_text(amount.raw); }
/// At most 16 decimals of a ratio.
std::string ratio_text(double value);
/// The shortest decimal that reads back as the same double, without exponent.
std::string shortest_text(double value);

}  // namespace gannet::okx_server
