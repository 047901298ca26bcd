#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "domain/amount.h"
#include "domain/instrument.h"
#include "domain/market_events.h"
#include "domain/units.h"

namespace gannet {

/// Currency of an instrument's notional and profit: the settling currency of derivatives (for
/// linear ones a quote stablecoin, else a coin: option prices are in coin), the quote otherwise.
CurrencyId notional_currency(const Instrument& instrument) noexcept;

/// Value of an order; limits compare it after conversion to the risk currency.
/// Linear, spot, option: price x quantity x contract value x multiplier. Inverse: quantity x
/// contract value x multiplier / price.
/// Units: price in quote currency, quantity in order units (contracts, or base on spot). Rounds
/// away from zero, so a limit is never passed by rounding; saturates at the largest Amount.
/// Requires: price > 0 (otherwise the largest Amount: never zero).
/// Source: OKX API v5, contract specifications.
Amount order_notional(const Instrument& instrument, Price price, Quantity quantity) noexcept;

/// Its value in coin is the less the higher the price: an inverse contract. Of all others it grows.
bool falls_with_price(const Instrument& instrument) noexcept;

/// Cost of a position, exact: what its average price and its profit are derived from, never a
/// stored average. Signed like the position. A stored average would lose digits on every partial
/// close; so closes take their share of cost with one named rounding.
///
/// Unit of `cost`: linear, spot, option: raw price x raw quantity, exact for ever. Inverse: the sum
/// of quantity / price, as a count of 10^-kInverseDigits of (raw quantity / raw price), rounded to
/// nearest on every fill: 1e-15 relative for positions of any size the venue allows.
struct PositionCost {
  static constexpr int kInverseDigits = 28;

  Quantity quantity;  ///< signed, long positive
  __int128 cost = 0;  ///< signed like quantity
};

/// What a fill did.
struct FillResult {
  PositionCost position;  ///< after it
  Amount realised_pnl;    ///< of the part that closed; 0 when it only added. Fees not included
};

/// Books one fill. A fill that turns the position closes all of it and opens the rest at the fill's
/// price. Requires price > 0, quantity > 0 (otherwise nothing happens).
FillResult apply_fill(const Instrument& instrument, const PositionCost& position, Side side,
                      Price price, Quantity quantity) noexcept;

/// Profit if the whole position closed at `price`, rounded to nearest. 0 when flat.
Amount unrealised_pnl(const Instrument& instrument, const PositionCost& position,
                      Price price) noexcept;

/// Profit of closing `quantity` (> 0) of a position of that direction, entered at `entry`, at
/// `exit`. For single figures; positions use apply_fill.
Amount realised_pnl(const Instrument& instrument, Side position_side, Price entry, Price exit,
                    Quantity quantity) noexcept;

/// Average entry price in the quote currency: linear volume-weighted, inverse harmonic; 18 digits,
/// rounded to nearest; zero when flat.
Amount average_entry_price(const Instrument& instrument, const PositionCost& position) noexcept;

/// The position that `quantity` (signed) at that average price (10^-18 of the quote) would have:
/// for positions the venue tells and we did not trade.
PositionCost position_at(const Instrument& instrument, Quantity quantity,
                         const Amount& average_price) noexcept;

enum class InstrumentFault : std::uint8_t {
  BadDigits,    ///< outside 0..18
  BadTick,      ///< tick size <= 0
  BadLot,       ///< lot size <= 0, or a minimum or maximum quantity is negative
  BadContract,  ///< contract value or multiplier <= 0, or a swap or future of no contract kind
  TooWide,      ///< digits or factors beyond what the exact arithmetic holds
};
std::string_view name_of(InstrumentFault fault) noexcept;

/// Checked on load. For what passes here every function above is exact up to its one rounding
/// while the result fits an Amount; beyond that they saturate, they never wrap.
std::expected<void, InstrumentFault> validate(const Instrument& instrument) noexcept;

}  // namespace gannet
