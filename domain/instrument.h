#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/fixed_string.h"
#include "base/time.h"
#include "domain/amount.h"
#include "domain/ids.h"
#include "domain/units.h"

namespace gannet {

enum class InstrumentKind : std::uint8_t { Spot, Margin, Swap, Futures, Option };
enum class ContractKind : std::uint8_t { None, Linear, Inverse };  // None: spot and margin
enum class InstrumentState : std::uint8_t {
  Live,
  Suspended,
  PostOnly,
  PreOpen,
  Rebasing,
  Testing,
  Settling,
  Expired,
  Unknown
};
enum class OptionSide : std::uint8_t { None, Call, Put };

/// Small exact decimal of the instrument's definition: mantissa * 10^-digits (contract value 0.01,
/// multiplier 1, leverage 12.5).
struct Decimal {
  std::int64_t mantissa = 0;
  std::uint8_t digits = 0;
  friend constexpr bool operator==(const Decimal&, const Decimal&) noexcept = default;
};

using InstrumentName = FixedString<47>;
using CurrencyName = FixedString<15>;

/// Definition of one traded thing, fixed for a run but for `state`. Digits: price_digits is the
/// tick's + 2 (head-room for announced tick changes), quantity_digits the lot's; both 0..18, and
/// every venue maximum that does not fit is clamped to the largest value.
/// Quantities are contracts for Swap, Futures, Option, base currency for Spot, Margin.
struct Instrument {
  InstrumentId id;
  InstrumentName name;    ///< the venue's name, e.g. BTC-USDT-SWAP
  InstrumentName family;  ///< "" for spot and margin
  InstrumentKind kind = InstrumentKind::Spot;
  ContractKind contract = ContractKind::None;
  InstrumentState state = InstrumentState::Unknown;
  OptionSide option_side = OptionSide::None;
  std::uint8_t price_digits = 0;
  std::uint8_t quantity_digits = 0;
  CurrencyId base;    ///< spot, margin: what is bought; derivatives: the contract value's currency
  CurrencyId quote;   ///< what prices are in
  CurrencyId settle;  ///< margin, profit and fee currency; spot: the quote
  Price tick_size;    ///< > 0; options: the smallest of the bands
  Quantity lot_size;  ///< > 0
  Quantity minimum_quantity;
  Quantity maximum_limit_quantity;                  ///< per limit order
  std::optional<Quantity> maximum_market_quantity;  ///< per market order; absent where it is money
  std::optional<Amount> maximum_limit_notional;     ///< USD value, spot and margin
  std::optional<Amount> maximum_market_notional;    ///< USD value, spot and margin
  Decimal contract_value{1, 0};                     ///< in `base` (linear) or USD (inverse)
  Decimal contract_multiplier{1, 0};
  std::optional<Decimal> strike;  ///< options
  std::optional<Decimal> maximum_leverage;
  std::optional<Timestamp> list_time;
  std::optional<Timestamp> expiry_time;
};

constexpr bool is_derivative(InstrumentKind kind) noexcept {
  return kind == InstrumentKind::Swap || kind == InstrumentKind::Futures ||
         kind == InstrumentKind::Option;
}

/// The instrument's grid: down (towards -inf), up, or the nearest tick (half away from zero).
Price round_to_tick(const Instrument& instrument, Price price, Rounding rounding) noexcept;
/// The second door from `double`: a signal's price on the grid. Errors: not finite, out of range.
std::expected<Price, ParseError> round_to_tick(const Instrument& instrument, double price,
                                               Rounding rounding) noexcept;

}  // namespace gannet
