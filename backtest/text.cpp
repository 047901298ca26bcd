#include "backtest/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "domain/exact_math.h"

namespace gannet::backtest {
namespace {

std::string units_text(std::int64_t raw, int digits) {
  char text[kMaxUnitsText];
  return {text, format_units(text, raw, digits)};
}

std::string whole_text(unsigned __int128 value) {
  std::string reversed;
  do {
    reversed += static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  } while (value != 0);
  std::ranges::reverse(reversed);
  return reversed;
}

}  // namespace

std::string time_text(Timestamp time) {
  if (time.nanos == 0) return "";
  namespace chrono = std::chrono;
  const chrono::sys_time<chrono::nanoseconds> moment{chrono::nanoseconds(time.nanos)};
  const auto day = chrono::floor<chrono::days>(moment);
  const chrono::year_month_day date(day);
  const std::int64_t nanos = (moment - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     nanos / 3'600'000'000'000, nanos / 60'000'000'000 % 60,
                     nanos / 1'000'000'000 % 60, nanos % 1'000'000'000);
}

std::string price_text(const Instrument& instrument, Price price) {
  return units_text(price.raw, instrument.price_digits);
}

std::string quantity_text(const Instrument& instrument, Quantity quantity) {
  return units_text(quantity.raw, instrument.quantity_digits);
}

std::string ratio_text(__int128 numerator, __int128 denominator, int decimals) {
  if (denominator == 0) return "";
  const auto scaled =
      mul_div(numerator, wide_power_of_ten(decimals), denominator, Rounding::Nearest);
  if (!scaled) return "";
  const bool negative = *scaled < 0;
  const auto size = static_cast<unsigned __int128>(negative ? -*scaled : *scaled);
  const auto unit = static_cast<unsigned __int128>(wide_power_of_ten(decimals));
  std::string text = (negative ? "-" : "") + whole_text(size / unit);
  std::string fraction = whole_text(size % unit);
  fraction.insert(0,
                  static_cast<std::size_t>(decimals) -
                      std::min<std::size_t>(fraction.size(), static_cast<std::size_t>(decimals)),
                  '0');
  while (fraction.ends_with('0')) fraction.pop_back();
  if (decimals > 0 && !fraction.empty()) text += "." + fraction;
  return text;
}

std::string average_price_text(const Instrument& instrument, __int128 cost, Quantity quantity) {
  if (quantity.raw == 0) return "";
  const std::int64_t unit = power_of_ten(instrument.price_digits);
  return ratio_text(cost, static_cast<__int128>(quantity.raw) * unit, instrument.price_digits + 6);
}

std::string_view word_for(Side side) noexcept { return side == Side::Buy ? "buy" : "sell"; }

}  // namespace gannet::backtest
