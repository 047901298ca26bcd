#pragma once

// What is there to see of the simulated exchange: orders, positions, money, funding, tiers.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/fixed_string.h"
#include "base/time.h"
#include "domain/amount.h"
#include "domain/ids.h"
#include "domain/orders.h"
#include "domain/units.h"
#include "sim/order_terms.h"

namespace gannet::sim {

/// One order as the exchange knows it. Live view: valid until the next call.
struct OrderView {
  VenueOrderId id;
  NewOrder terms;  ///< price and quantity as amended
  OrderState state = OrderState::Live;
  Quantity filled;
  __int128 filled_cost = 0;  ///< exact sum of price.raw * quantity.raw of its fills
  Amount fee;                ///< cumulative, signed as a cost
  Amount realised_pnl;
  CancelCause cancel_cause = CancelCause::None;
  OrderCategory category = OrderCategory::Normal;
  Timestamp create_time;
  Timestamp update_time;
  std::optional<Fill> last_fill;
  std::uint32_t queued = 0;  ///< how often it joined the back of a queue: a rise is a lost place
};

/// A change of one order: accepted and resting, filled in part or whole, amended, cancelled, or
/// completed: an order by money ends filled when what is left of the money buys nothing.
struct OrderChange {
  enum class What : std::uint8_t { Live, Fill, Amended, Cancelled, Completed };
  What what = What::Live;
  OrderView order;                           ///< after the change
  std::optional<Fill> fill;                  ///< What::Fill
  std::string_view amend_request_id;         ///< What::Amended: as given, may be ""
  AmendCause amended_by = AmendCause::None;  ///< What::Amended; What::Live if cut on entry
};

/// One match on the tape.
struct PublicTrade {
  InstrumentId instrument;
  TradeId id;
  Side aggressor = Side::Buy;
  Price price;
  Quantity quantity;
  Timestamp time;
};

struct PositionView {
  InstrumentId instrument;
  PositionSide side = PositionSide::Net;
  TradeMode mode = TradeMode::Cross;
  Quantity quantity;      ///< signed, long positive
  Amount average_price;   ///< quote currency per unit; 0 when flat
  Amount realised_pnl;    ///< price profit alone, in the settle currency, since it was last flat
  Amount fee;             ///< cost, settle currency, since it was last flat
  Amount funding;         ///< received less paid, since it was last flat
  Amount unrealised_pnl;  ///< at the mark price
  Amount initial_margin;
  Amount maintenance_margin;
  TradeId last_trade;
  Timestamp update_time;

  std::uint64_t id = 0;   ///< stays for this user, instrument, side and mode
  Timestamp create_time;  ///< of the first match since it was last flat
  std::int64_t leverage = 1;
  Amount isolated_margin;             ///< set aside for it; zero when cross
  Amount liquidation_penalty;         ///< cost, since it was last flat
  Amount value;                       ///< at the mark price
  std::int64_t maintenance_rate = 0;  ///< 10^-9, of its tier
  std::int64_t liquidation_fee = 0;   ///< 10^-9, the rate that a takeover costs
  /// What carries it and what it needs, liquidation fee included: their quotient is the margin
  /// ratio. Cross: of all that share the money; in the settle currency, or, where the account is
  /// margined as a whole, in dollars.
  __int128 margin_equity = 0;  ///< 10^-18
  __int128 margin_needed = 0;  ///< 10^-18; 0: there is no ratio
  bool margin_in_dollars = false;
  /// `margin_needed` with nine more digits, for whoever divides by it: 10^-27.
  __int128 margin_needed_fine = 0;
  Quantity promised[2];     ///< what open buys and sells will already close of it
  int deleverage_rank = 0;  ///< 0 flat, 1 (last) to 5 (first to be deleveraged)
};

/// A position that was closed, wholly or in part, for the history.
struct ClosedPosition {
  enum class How : std::uint8_t {
    Part,
    Whole,
    Liquidation,
    PartialLiquidation,
    AutoDeleverage,
    Delivery
  };
  PositionView position;  ///< as it was told last, quantity and margins as they are now
  How how = How::Whole;
  bool was_long = true;
  Amount close_average;  ///< quote currency per unit
  Quantity closed;       ///< in all, positive
  Quantity largest;      ///< it ever was, positive
  Amount opened_value;   ///< of what was closed, settle currency
  Price trigger;         ///< mark price at a liquidation
};

struct BalanceView {
  CurrencyId currency;
  Amount cash;
  Amount frozen;  ///< held by open orders
  Amount available;
  Amount equity;
  Timestamp update_time;

  Amount order_margin;         ///< of `frozen`, without the reserve for fees
  Amount unrealised_pnl;       ///< of cross and isolated positions
  Amount isolated_margin;      ///< set aside for isolated positions, not in `cash`
  Amount isolated_pnl;         ///< of those
  Amount initial_margin;       ///< of cross positions
  Amount maintenance_margin;   ///< of cross positions
  __int128 margin_equity = 0;  ///< as PositionView; 0 and 0 where nothing is margined
  __int128 margin_needed = 0;
  Amount dollar_price;       ///< of one unit, 0 unknown
  Amount discounted_equity;  ///< in dollars
};

/// The account as one: in dollars, 10^-18. Of those margined as a whole (multi-currency); else only
/// `equity` has a meaning.
struct AccountView {
  __int128 equity = 0;           ///< of all currencies
  __int128 isolated = 0;         ///< isolated margins and their profit
  __int128 adjusted_equity = 0;  ///< discounted
  __int128 order_margin = 0;
  __int128 initial_margin = 0;
  __int128 maintenance_margin = 0;
  __int128 margin_needed = 0;  ///< maintenance and liquidation fees
  __int128 notional = 0;
  __int128 notional_swaps = 0;
  __int128 notional_futures = 0;
  __int128 notional_options = 0;
  __int128 unrealised_pnl = 0;
  Timestamp update_time;
};

/// One change of money. Every movement has its counterpart, the exchange's own pockets included, so
/// that money is conserved: see `check_money`.
struct Bill {
  enum class Cause : std::uint8_t {
    Deposit,
    Trade,
    Funding,
    PartialLiquidation,
    Liquidation,
    AutoDeleverage,
    Delivery,
    Exercise,     ///< an option at its expiry, worth something or not
    MarginAdded,  ///< by hand, to an isolated position
    MarginReduced,
    Transfer,  ///< between the funding and the trading account, or users
  };
  std::uint64_t id = 0;
  UserId user = 0;
  Cause cause = Cause::Trade;
  Amount change;  ///< of cash: profit less fee, less margin set aside
  Amount balance_after;
  InstrumentId instrument;
  VenueOrderId order;
  TradeId trade;
  Timestamp time;

  Amount profit;           ///< part of `change`; funding and transfers stand here too
  Amount fee;              ///< part of `change`, positive a cost
  Amount position_change;  ///< of an isolated position's margin
  Amount position_balance_after;
  Quantity quantity;  ///< of a match, a takeover or a funded position; else zero
  Price price;
  Side side = Side::Buy;
  PositionSide position_side = PositionSide::Net;
  TradeMode mode = TradeMode::Cash;
  bool maker = false;
  bool closes = false;
  FixedString<32> client_id;
  FixedString<16> tag;
  Price mark;  ///< at that moment; zero: none
  Price index;
};

/// A takeover of a position by the exchange, for the public to see.
struct LiquidationView {
  UserId user = 0;
  InstrumentId instrument;
  PositionSide position_side = PositionSide::Net;
  Side side = Side::Sell;  ///< of the exchange's order
  Quantity quantity;
  Price bankruptcy_price;
  Amount loss;  ///< beyond the margin, paid by the insurance fund or by deleveraging
  Timestamp time;
};

/// Funding of a swap.
struct FundingView {
  std::int64_t rate = 0;  ///< 10^-16 of the value, as estimated now; positive: longs pay
  Timestamp time;         ///< of the next settlement
  Nanos interval;
  std::int64_t settled_rate = 0;  ///< of the last settlement
  Timestamp settled_time;         ///< zero: none yet
  std::int64_t cap = 0;           ///< 10^-16, either sign
  std::int64_t premium = 0;       ///< 10^-16, now
};
struct FundingSettlement {
  std::int64_t rate = 0;
  Timestamp time;
};

/// One rung of an instrument's ladder of risk: the larger the position, the more margin.
struct RiskTier {
  int tier = 1;
  Quantity least;                     ///< above this
  Quantity most;                      ///< up to this
  std::int64_t initial_rate = 0;      ///< 10^-9
  std::int64_t maintenance_rate = 0;  ///< 10^-9
  std::int64_t largest_leverage = 1;
};

/// Discount of a currency as collateral: up to `most` of it counts at `rate`.
struct DiscountTier {
  Amount most;            ///< of the currency; raw 0: no end
  std::int64_t rate = 0;  ///< 10^-9
};

enum class Wallet : std::uint8_t { Trading, Funding };

}  // namespace gannet::sim
