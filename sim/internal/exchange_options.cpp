// Options: bought and sold for a premium that changes hands at once, settled in cash at their
// expiry. Net positions, cross margin, limit prices. PROTOCOL 9.3, 9.6, 12.1.
//
// A position's cost is what was paid for it, as of any contract, but no money waits to be settled:
// cash has moved already. What is long is paid for in full, carries nothing and needs nothing; what
// is short owes its value and needs the margin below.

#include <algorithm>
#include <cstdlib>

#include "sim/internal/exchange_state.h"

namespace gannet::sim {
namespace {

constexpr __int128 kWholeCoin = 1'000'000'000'000'000'000;
constexpr std::int64_t kWholeRate = 1'000'000'000;
// Of what is sold short, in parts of the underlying, 10^-9: so much less what it is out of the
// money, and never less than the second; the third must be left. A choice near OKX's own table,
// which is a scenario's.
constexpr std::int64_t kInitialRate = 150'000'000;
constexpr std::int64_t kLeastInitialRate = 100'000'000;
constexpr std::int64_t kMaintenanceRate = 75'000'000;
constexpr std::int64_t kMostFee = 125'000'000;  ///< of the premium

__int128 part_of(__int128 money, std::int64_t rate) noexcept {
  return multiply_divide(money, rate, kWholeRate, true).value_or(0);
}

}  // namespace

bool Exchange::State::is_option(InstrumentId instrument) const noexcept {
  return instruments[instrument].kind == InstrumentKind::Option;
}

bool Exchange::State::pays_in_coin(InstrumentId instrument) const noexcept {
  return instruments[instrument].settle == instruments[instrument].base;
}

__int128 Exchange::State::strike_of(InstrumentId instrument) const noexcept {
  const Instrument& definition = instruments[instrument];
  if (!definition.strike) return 0;
  const int shift = definition.price_digits - definition.strike->digits;
  const __int128 mantissa = definition.strike->mantissa;
  return shift >= 0 ? mantissa * power_of_ten(shift) : mantissa / power_of_ten(-shift);
}

__int128 Exchange::State::underlying_of(InstrumentId instrument, Quantity quantity) {
  const Market& here = market(instrument);
  const __int128 coins = multiply_divide(static_cast<__int128>(quantity.raw) * here.terms.face,
                                         kWholeCoin, power_of_ten(here.terms.face_digits))
                             .value_or(0);
  if (pays_in_coin(instrument)) return coins;
  return multiply_divide(coins, here.index.raw, power_of_ten(here.terms.price_digits)).value_or(0);
}

__int128 Exchange::State::short_margin(InstrumentId instrument, Quantity quantity) {
  const __int128 whole = underlying_of(instrument, quantity);
  const __int128 index = market(instrument).index.raw;
  const __int128 strike = strike_of(instrument);
  std::int64_t rate = kInitialRate;
  if (index > 0 && strike > 0) {
    const bool call = instruments[instrument].option_side != OptionSide::Put;
    const __int128 out_of_money = std::max<__int128>(call ? strike - index : index - strike, 0);
    const __int128 less = out_of_money * kWholeRate / index;
    rate = static_cast<std::int64_t>(std::max<__int128>(kInitialRate - less, kLeastInitialRate));
  }
  return part_of(whole, rate);
}

__int128 Exchange::State::option_fee(InstrumentId instrument, Quantity quantity, __int128 premium,
                                     std::int64_t rate) {
  const __int128 most = part_of(premium, kMostFee);
  return std::clamp(fee_on(underlying_of(instrument, quantity), rate), -most, most);
}

__int128 Exchange::State::option_hold(const NewOrder& terms, Price price, Quantity remaining,
                                      Quantity opening, __int128* fee_part) {
  const bool buys = terms.side == Side::Buy;
  const Quantity held_for = buys ? remaining : std::min(opening, remaining);
  if (held_for.raw <= 0) return 0;
  const __int128 premium =
      money_up(value_at(market(terms.instrument).terms, price, held_for).value_or(0));
  const std::int64_t rate =
      std::max<std::int64_t>(accounts[terms.user].settings.derivative_fees.taker, 0);
  const __int128 fee = option_fee(terms.instrument, held_for, premium, rate);
  if (fee_part != nullptr) *fee_part = fee;
  return fee + (buys ? premium : short_margin(terms.instrument, held_for));
}

void Exchange::State::weigh_option(const Position& position, std::int64_t fee_rate,
                                   Weight& weight) {
  const Quantity size{std::abs(position.quantity.raw)};
  weight.initial = weight.maintenance = weight.liquidation_fee = weight.carried = 0;
  if (position.quantity.raw > 0) return;
  weight.carried = -weight.value;
  weight.initial = short_margin(position.instrument, size);
  weight.maintenance = part_of(underlying_of(position.instrument, size), kMaintenanceRate);
  weight.liquidation_fee = option_fee(position.instrument, size, weight.value, fee_rate);
}

Cost Exchange::State::exercise_value(InstrumentId instrument, Price settled, Quantity quantity) {
  const __int128 strike = strike_of(instrument);
  const bool call = instruments[instrument].option_side != OptionSide::Put;
  const __int128 index = settled.raw;
  const __int128 in_money = std::max<__int128>(call ? index - strike : strike - index, 0);
  if (in_money == 0 || index <= 0) return 0;
  const Market& here = market(instrument);
  const __int128 coins = multiply_divide(static_cast<__int128>(quantity.raw) * here.terms.face,
                                         kWholeCoin, power_of_ten(here.terms.face_digits))
                             .value_or(0);
  const __int128 divisor = pays_in_coin(instrument) ? index : power_of_ten(here.terms.price_digits);
  // Whole units of cash, as every premium is: both sides then pay and get the same.
  return multiply_divide(coins, in_money, divisor).value_or(0) * kCostPerMoney;
}

}  // namespace gannet::sim
