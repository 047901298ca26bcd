#pragma once

// What an order asks of the simulated exchange, and the exchange's reasons for and against it.

#include <cstdint>

#include "base/fixed_string.h"
#include "domain/amount.h"
#include "domain/ids.h"
#include "domain/market_events.h"
#include "domain/orders.h"
#include "domain/units.h"

namespace gannet::sim {

/// Index of one account of the exchange.
using UserId = std::uint32_t;
inline constexpr UserId kMarketUser =
    0;  ///< the synthetic or replayed market itself; never limited

enum class OrderType : std::uint8_t {
  Limit,
  Market,
  PostOnly,
  ImmediateOrCancel,
  FillOrKill,
  OptimalLimitIoc
};
enum class SelfTradePrevention : std::uint8_t { CancelMaker, CancelTaker, CancelBoth };
enum class TradeMode : std::uint8_t { Cash, Cross, Isolated };

struct NewOrder {
  UserId user = kMarketUser;
  InstrumentId instrument;
  Side side = Side::Buy;
  OrderType type = OrderType::Limit;
  TradeMode mode = TradeMode::Cross;
  PositionSide position_side = PositionSide::Net;
  bool reduce_only = false;
  bool quantity_is_quote = false;  ///< spot market orders by money: `quote_quantity` is meant
  bool shrinks_to_funds = true;    ///< spot market orders: buy or sell what the money covers
  /// Spot market orders: refused when the book fills them only further than this from its best
  /// price, in 10^-4 of it. 0: any price will do.
  std::int32_t slippage = 0;
  SelfTradePrevention stp = SelfTradePrevention::CancelMaker;
  Price price;
  Quantity quantity;
  Amount quote_quantity;
  FixedString<32> client_id;  ///< "" none
  FixedString<16> tag;
  std::uint64_t algo_id = 0;     ///< the algo order that placed it; 0: none (sim/algo_desk.h)
  std::uint32_t attachment = 0;  ///< exits attached to it, known to the AlgoDesk; 0: none
};

/// Why the exchange refuses; okx_server turns it into OKX's code, other servers into theirs.
enum class Refusal : std::uint8_t {
  None,
  UnknownInstrument,
  InstrumentNotLive,
  PriceOffTick,
  PriceNotPositive,
  PriceOutsideBand,
  QuantityOffLot,
  QuantityTooSmall,
  QuantityTooLarge,
  InsufficientFunds,
  DuplicateClientId,
  OrderNotFound,
  NothingToAmend,
  AmendWouldTake,
  TooManyOrders,         ///< of one instrument
  TooManyAccountOrders,  ///< of one user
  CloseTooLarge,         ///< a leg's closing order exceeds what is left of the leg to close
  SlippageTooLarge,
  ReduceOnlyNoPosition,
  ReduceOnlyWrongSide,
  BadMode,
  BadPositionSide,
  UnsupportedType,
  MarketHasNoLiquidity,
  TierExceeded,              ///< position and orders exceed the tier of the leverage
  MarginTradingUnsupported,  ///< borrowing on a spot pair
  IsolatedUnsupported,       ///< isolated margin in a mode without it
};

/// Why the exchange refuses a change of an account: its settings, leverage, margin or transfer.
enum class AccountRefusal : std::uint8_t {
  None,
  UnknownUser,
  UnknownInstrument,
  BadValue,
  UnsupportedMode,  ///< not in this account mode
  OpenOrders,
  OpenPositions,
  LeverageTooHigh,  ///< above the instrument's
  TierExceeded,     ///< the position is too large for that leverage
  InsufficientFunds,
  NoPosition,
};

enum class CancelCause : std::uint8_t {
  None,
  User,
  ImmediateOrCancel,
  FillOrKill,
  PostOnlyWouldTake,
  SelfTrade,
  CancelAllAfter,
  ReduceOnly,
  PriceBand,
  System,
  Delisting,
  TooManyMatches,
  PositionClosed,   ///< a reduce-only order that has nothing to reduce any more
  ReduceOnlyLater,  ///< a new reduce-only order behind better-priced ones that reduce everything
  PositionGone,     ///< a stop whose position is closed
  LinkedStopTriggered,  ///< a take-profit limit whose stop fired
  LinkedStopCancelled,  ///< a take-profit limit whose stop was cancelled
  ChaseTooFar,          ///< a chase whose market went further than it may follow
  Liquidation,
  AutoDeleverage,
  Delivery,
  OptionExpiry,
  FundingShort,  ///< the money went for a funding payment
  MarginShort,   ///< it was to close, would open now, and the money does not cover that
};

/// Whose doing it is that an order's terms are not what they were.
enum class AmendCause : std::uint8_t {
  None,
  User,
  UserCapped,  ///< the user's, but cut to what reduce-only allows
  ReduceOnly,  ///< the exchange's: cut to what there is to reduce, on entry too
};

/// Whose order it is: a person's, or the exchange's own doing to a person's position.
enum class OrderCategory : std::uint8_t {
  Normal,
  PartialLiquidation,
  FullLiquidation,
  AutoDeleverage,
  Delivery
};

}  // namespace gannet::sim
