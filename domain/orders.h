#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "base/fixed_string.h"
#include "base/time.h"
#include "domain/amount.h"
#include "domain/ids.h"
#include "domain/market_events.h"
#include "domain/units.h"

namespace gannet {

enum class OrderKind : std::uint8_t { Limit, Market };
enum class TimeInForce : std::uint8_t { GoodTillCancel, ImmediateOrCancel, FillOrKill };
enum class MarginMode : std::uint8_t { Cash, Cross, Isolated };
enum class PositionSide : std::uint8_t { Net, Long, Short };

/// What the venue does when an order would trade with another of the same owner.
enum class SelfTradePrevention : std::uint8_t {
  AccountDefault,  ///< as the account is set: usually CancelMaker
  CancelMaker,     ///< the resting order goes
  CancelTaker,     ///< the arriving one goes
  CancelBoth,
};

/// Quotes under a programme of the venue's, where it has one for the instrument and account.
enum class QuoteProgram : std::uint8_t {
  None,
  MarketMakerProtection,   ///< options: all go when too much filled too quickly
  RetailPriceImprovement,  ///< always rests; hit by those alone who ask for it
};

/// Money that a market order shall spend or bring in: an exact count of 10^-8 of the instrument's
/// quote currency, whatever the instrument. Never a Quantity: how much that buys is known when it
/// has traded.
using QuoteQuantity = Units<struct QuoteQuantityTag>;
inline constexpr int kQuoteQuantityDigits = 8;

/// What an order may ask for beside its terms; all of it off by default.
struct OrderOptions {
  SelfTradePrevention self_trade = SelfTradePrevention::AccountDefault;
  QuoteProgram program = QuoteProgram::None;
  bool clamp_price = false;  ///< a price outside the venue's band is moved to its edge, not refused
  bool exact_size = false;   ///< spot market orders: refused rather than shrunk to the funds there
  std::uint16_t slippage_max_bps = 0;  ///< spot market orders sized in what they receive; 0: none
  friend constexpr bool operator==(const OrderOptions&, const OrderOptions&) noexcept = default;
};
inline constexpr std::uint16_t kLargestSlippageBps = 500;

enum class TriggerSource : std::uint8_t { Last, Index, Mark };

/// Exits that the venue keeps with an order: they go live when it has ended, for what it filled,
/// and end with it if it filled nothing. Zero: not given; a limit of zero is a market order.
struct AttachedExits {
  Price take_profit;
  Price take_profit_limit;
  Price stop;
  Price stop_limit;
  TriggerSource take_profit_by = TriggerSource::Last;
  TriggerSource stop_by = TriggerSource::Last;
  constexpr bool any() const noexcept { return take_profit.raw != 0 || stop.raw != 0; }
  friend constexpr bool operator==(const AttachedExits&, const AttachedExits&) noexcept = default;
};
/// Beside the order's own handle.
constexpr Handle exits_handle(Handle order) noexcept { return {order.value + 1}; }

/// A strategy's wish. Passes to the venue only as a risk::ApprovedOrder.
struct OrderIntent {
  StrategyId strategy;
  Handle handle;
  std::uint64_t cookie = 0;  ///< the author's own, rides along
  InstrumentId instrument;
  Side side = Side::Buy;
  OrderKind kind = OrderKind::Limit;
  TimeInForce time_in_force = TimeInForce::GoodTillCancel;
  bool post_only = false;
  bool reduce_only = false;
  PositionSide position_side = PositionSide::Net;
  Price price;        ///< Limit only
  Quantity quantity;  ///< contracts, or base currency on spot; zero if `quote_quantity` is set
  Timestamp intent_time;
  OrderOptions options;
  QuoteQuantity quote_quantity;  ///< spot market orders sized in money: > 0; else zero
  AttachedExits exits;           ///< under the handle after this one
  /// The engine's own reduction of a position, which no strategy asked for (PositionReducer): it
  /// passes where only reducing is allowed. Lanes cannot set it.
  bool by_engine = false;
};

/// A wish to change or end an order. Absent: as it is. `new_quantity` is the total, filled part
/// included.
struct AmendIntent {
  StrategyId strategy;
  Handle handle;
  std::optional<Price> new_price;
  std::optional<Quantity> new_quantity;
  Timestamp intent_time;
  bool clamp_price = false;        ///< as OrderOptions says
  bool cancel_on_failure = false;  ///< an amend that fails ends the order
};
struct CancelIntent {
  StrategyId strategy;
  Handle handle;
  Timestamp intent_time;
};

/// What goes to the venue. Made by the order manager from an approved intent, journaled, then sent.
struct PlaceRequest {
  ClientOrderId client_id;
  InstrumentId instrument;
  Side side = Side::Buy;
  OrderKind kind = OrderKind::Limit;
  TimeInForce time_in_force = TimeInForce::GoodTillCancel;
  bool post_only = false;
  bool reduce_only = false;
  MarginMode margin_mode = MarginMode::Cross;
  PositionSide position_side = PositionSide::Net;
  Price price;
  Quantity quantity;      ///< zero if `quote_quantity` is set
  Timestamp expire_time;  ///< venue clock: not to be executed later than this
  OrderOptions options;
  QuoteQuantity quote_quantity;
  AttachedExits exits;
  ClientOrderId exits_client_id;  ///< theirs, once they live; zero: there are none
  bool by_engine = false;         ///< the engine's own reduction of a position: a kill lets it pass
};
struct AmendRequest {
  ClientOrderId client_id;
  VenueOrderId venue_id;  ///< if known
  InstrumentId instrument;
  std::uint64_t amend_id = 0;  ///< unique in the run; comes back in the reply and the push
  std::optional<Price> new_price;
  std::optional<Quantity> new_quantity;
  Timestamp expire_time;
  bool clamp_price = false;
  bool cancel_on_failure = false;
};
struct CancelRequest {
  ClientOrderId client_id;  ///< zero for a foreign order
  VenueOrderId venue_id;
  InstrumentId instrument;
};

/// Most orders that one request may name; longer ones are refused whole.
inline constexpr std::size_t kLargestBatch = 20;

/// No venue has an order, a fill or a position larger than this: what says so is not believed. Far
/// enough from 2^63 that sums of several still fit.
inline constexpr Quantity kLargestQuantity{std::int64_t{1} << 60};
constexpr bool is_believable(Quantity quantity) noexcept {
  return quantity <= kLargestQuantity && quantity >= -kLargestQuantity;
}

/// What a venue's port says at once of a request.
enum class SendResult : std::uint8_t {
  Sent,          ///< the bytes are on their way, outcome to be reported
  NotConnected,  ///< nothing was sent
  QueueFull,     ///< nothing was sent
};

/// The order as the venue tells it.
enum class OrderState : std::uint8_t { Live, PartiallyFilled, Filled, Cancelled, Expired };

/// Why the venue ended or refused something, in the trade's words; the venue's own number and text
/// stand beside it in logs.
enum class VenueReason : std::uint8_t {
  None,
  UserCancel,
  CancelAllAfter,  ///< the venue's dead-man timer fired
  PostOnlyWouldTake,
  ImmediateOrCancelRemainder,
  FillOrKillUnfillable,
  SelfTradePrevention,
  ReduceOnly,  ///< nothing (left) to reduce, or a better-priced reducer exists
  PriceLimit,
  Liquidation,
  Delivery,
  InsufficientFunds,
  InvalidParameter,
  UnknownInstrument,
  InstrumentNotTradable,
  DuplicateClientOrderId,
  TooManyOrders,
  RateLimited,     ///< the request was not executed
  OrderGone,       ///< filled, cancelled or never there: the race was lost, or it never was
  RequestExpired,  ///< older than its expire_time: surely not executed
  NotAuthorised,
  VenueUnavailable,
  OutcomeUnknown,
  Other,
  AccountRateLimited,  ///< the account's own limit over all instruments; not executed
  SlippageExceeded,    ///< the market had moved further than the order allows
  NotPermitted,        ///< this product or feature, not the account: no reason to stop all trading
  VenueBusy,           ///< surely not executed, and a later try may do better
  Unsupported,         ///< the venue has no such order: it never left
};
inline constexpr int kVenueReasons = static_cast<int>(VenueReason::Unsupported) + 1;

/// One match. Booked once, keyed by (account, venue order id, trade id); where the trade id is zero
/// or negative (liquidation, ADL: they repeat), by the venue's booking id in its place.
struct Fill {
  TradeId trade_id;
  Price price;
  Quantity quantity;
  bool maker = false;
  Amount fee;  ///< signed as a cost: positive is paid, negative is a rebate
  Timestamp exchange_time;
  std::uint64_t bill_id = 0;  ///< the venue's booking id, unique; zero: not told (pushes)
};

/// The venue's word on one order: a reply to a request of ours, a push, or a row of a query.
struct ExecutionReport {
  enum class Kind : std::uint8_t {
    PlaceAccepted,  ///< reply: the gateway took it; nothing more
    PlaceRejected,  ///< reply: refused, it does not exist
    AmendAccepted,
    AmendRejected,  ///< original terms stay
    CancelAccepted,
    CancelRejected,  ///< query: the order may be gone
    OutcomeUnknown,  ///< reply lost, timed out, or of a class that promises nothing
    Status,          ///< push or query row: what the order is now
    NotFound,        ///< answer to a query: the venue does not know it (now)
  };
  enum class Source : std::uint8_t { Reply, Push, Query };
  /// Of a Reply: which request it answers.
  enum class Request : std::uint8_t { None, Place, Amend, Cancel };

  Kind kind = Kind::Status;
  Source source = Source::Push;
  Request request = Request::None;
  VenueReason reason = VenueReason::None;
  std::int32_t venue_code = 0;  ///< for logs alone
  AccountId account;
  InstrumentId instrument;
  ClientOrderId client_id;  ///< zero: not an id of our making
  VenueOrderId venue_id;
  bool own_tag = false;  ///< carries this engine's tag
  std::uint64_t amend_id = 0;

  // Status only:
  OrderState state = OrderState::Live;
  Side side = Side::Buy;
  OrderKind order_kind = OrderKind::Limit;
  bool reduce_only = false;
  PositionSide position_side = PositionSide::Net;
  Price price;
  Quantity quantity;
  Quantity cumulative_quantity;
  bool has_fill = false;
  Fill fill;  ///< this update's fill
  /// The algo order that put it in; zero: none, or none of ours.
  ClientOrderId algo_client_id;
  VenueOrderId algo_venue_id;

  Timestamp exchange_time;
  Timestamp receive_time;
};

/// A fill as REST lists it: may be one we have, one we missed, or a liquidation.
struct FillReport {
  AccountId account;
  InstrumentId instrument;
  ClientOrderId client_id;
  VenueOrderId venue_id;
  bool own_tag = false;  ///< its order carries this engine's tag
  Side side = Side::Buy;
  PositionSide position_side = PositionSide::Net;
  Fill fill;
  Timestamp receive_time;
};

struct PositionReport {
  AccountId account;
  InstrumentId instrument;
  PositionSide side = PositionSide::Net;
  MarginMode margin_mode = MarginMode::Cross;
  Quantity quantity;           ///< signed, long positive (a Short side's is negative)
  Amount average_entry_price;  ///< in the quote currency per unit; zero when flat
  std::optional<Price> liquidation_price;
  TradeId last_trade;  ///< the match that last changed it: orders this against execution reports
  Timestamp exchange_time;
  Timestamp receive_time;
};

/// What a currency of the account holds as a faster channel tells it, without derived figures: only
/// compared with BalanceReport::cash.
struct CashReport {
  AccountId account;
  Amount cash;
  Timestamp exchange_time;
  Timestamp receive_time;
};

/// A match as a faster channel tells it, before its order does and without its fee: a hint, never
/// booked.
struct FillHint {
  InstrumentId instrument;
  ClientOrderId client_id;
  VenueOrderId venue_id;
  TradeId trade_id;
  Timestamp receive_time;
};

/// The venue warns that a position may be liquidated soon.
struct LiquidationWarning {
  InstrumentId instrument;
  PositionSide side = PositionSide::Net;
  Quantity quantity;                  ///< signed, long positive
  std::int64_t margin_ratio_ppm = 0;  ///< at 1'000'000 it is liquidated; 0: not told
  Timestamp exchange_time;
  Timestamp receive_time;
};

struct BalanceReport {
  AccountId account;
  Amount cash;       ///< what is there
  Amount available;  ///< what new orders may use
  Amount equity;     ///< cash + unrealised profit
  std::int64_t margin_ratio_ppm =
      0;  ///< of the currency; at 1'000'000 it is liquidated; 0: not told
  Timestamp exchange_time;
  Timestamp receive_time;
};

static_assert(std::is_trivially_copyable_v<ExecutionReport>);
static_assert(std::is_trivially_copyable_v<PlaceRequest>);

}  // namespace gannet
