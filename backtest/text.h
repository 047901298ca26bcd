#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "domain/amount.h"
#include "domain/instrument.h"
#include "domain/orders.h"
#include "domain/units.h"

namespace gannet::backtest {

// Values as report files say them: exact decimals, UTC times. Cold path: these allocate.

/// "2024-08-08T23:54:14.000000000Z"; "" for zero, which never happened.
std::string time_text(Timestamp time);
std::string price_text(const Instrument& instrument, Price price);
std::string quantity_text(const Instrument& instrument, Quantity quantity);
/// numerator / denominator with that many decimals, the last rounded half away from zero, without
/// trailing zeros; "" when the denominator is zero.
std::string ratio_text(__int128 numerator, __int128 denominator, int decimals);
/// Volume-weighted average of fills: the sum of price x quantity (raw) over the quantity, six
/// decimals finer than the instrument's prices.
std::string average_price_text(const Instrument& instrument, __int128 cost, Quantity quantity);

std::string_view word_for(Side side) noexcept;

}  // namespace gannet::backtest
