#pragma once

// The simulated exchange's contract: what okx_server, paper trading and backtests drive.
// Deterministic: the same seed and the same calls give the same events. It shares value types with
// the engine and no formula, codec or constant. No socket, clock, thread or file: virtual time
// arrives in each call.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/amount.h"
#include "domain/ids.h"
#include "domain/instrument.h"
#include "domain/instrument_table.h"
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
  FundingShort,  ///< the money went for a funding payment
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

/// What the exchange tells, in order, during a call. The core calls; servers implement. Handlers
/// may query the exchange, never change it. Order of events, the same for the same calls:
///  place   Live (not of a post-only order that would take: it is Cancelled alone); per match the
///          maker's order change, the taker's, the trade, then position, balances and bills of the
///          maker and of the taker; a level when the taker is through with it; at last the order's
///          own level if it rests, or Cancelled; the balance if money is held or was.
///  amend   Amended, then as a place that matches. cancel: level, Cancelled, balance.
/// Of the market's own user only trades and levels are told.
class ExchangeEvents {
 public:
  virtual void on_order_change(const OrderChange& change) noexcept = 0;
  virtual void on_trade(const PublicTrade& trade) noexcept = 0;
  /// A price level changed; quantity zero: it is gone. `orders`: how many rest there.
  virtual void on_level(InstrumentId instrument, Side side, Price price, Quantity quantity,
                        std::uint32_t orders, Timestamp time) noexcept = 0;
  virtual void on_position(UserId user, const PositionView& position) noexcept = 0;
  virtual void on_balance(UserId user, const BalanceView& balance) noexcept = 0;
  virtual void on_bill(const Bill& bill) noexcept = 0;
  virtual void on_mark_price(InstrumentId instrument, Price mark, Price index,
                             Timestamp time) noexcept = 0;
  /// The margin ratio of that position's money has fallen to the warning level.
  virtual void on_margin_warning(UserId, const PositionView&) noexcept {}
  virtual void on_liquidation(const LiquidationView&) noexcept {}
  virtual void on_funding_settled(InstrumentId, const FundingSettlement&) noexcept {}

 protected:
  ~ExchangeEvents() = default;
};

struct FeeRates {
  // In units of 10^-9 of the value; positive is a cost, negative a rebate.
  std::int64_t maker = 200'000;  // 0.02 %
  std::int64_t taker = 500'000;  // 0.05 %
};

struct UserSettings {
  std::string name;
  bool long_short_mode = false;
  int account_mode = 2;  ///< 1 simple, 2 futures (single-currency), 3 multi-currency
  FeeRates spot_fees{800'000, 1'000'000};
  FeeRates derivative_fees{200'000, 500'000};
  std::vector<Amount> deposits;
  /// Users of one master account have the same number here: none of them trades with another. 0:
  /// on its own.
  std::uint32_t self_trade_group = 0;
};

/// What may differ between two exchanges with the same orders.
struct ExchangeSettings {
  /// An amend to a smaller quantity at the same price keeps its place in the queue. A larger
  /// quantity or another price always loses it. OKX publishes no rule; off, every amend loses it.
  bool shrinking_keeps_place = true;
  /// Per user, the newest that ended are remembered: with a fill, and without. At least so many
  /// fills, at most twice as many.
  std::size_t ended_orders = 20'000;
  std::size_t ended_unfilled_orders = 20'000;
  std::size_t fills = 50'000;
};

struct AmendTerms {
  std::optional<Price> price;
  std::optional<Quantity> quantity;  ///< total, filled part included
  std::string_view request_id;
};

/// The exchange. Thread: one. Calls deliver their events synchronously, before they return.
class Exchange {
 public:
  Exchange(InstrumentTable& instruments, CurrencyTable& currencies, ExchangeEvents& events,
           const ExchangeSettings& settings = {});
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  UserId add_user(UserSettings settings, Timestamp now);

  struct PlaceResult {
    Refusal refusal = Refusal::None;
    VenueOrderId id;  ///< valid when not refused
  };
  PlaceResult place(const NewOrder& order, Timestamp now);
  Refusal amend(UserId user, VenueOrderId id, const AmendTerms& terms, Timestamp now);
  Refusal cancel(UserId user, VenueOrderId id, CancelCause cause, Timestamp now);
  /// Orders of one user with that tag ("" all).
  std::size_t cancel_all(UserId user, std::string_view tag, CancelCause cause, Timestamp now);

  /// Live or ended (the newest ended orders are kept, see ExchangeSettings, but not the market's
  /// own); null if unknown.
  const OrderView* find(VenueOrderId id) const noexcept;
  const OrderView* find_by_client_id(UserId user,
                                     std::string_view client_id) const noexcept;  ///< newest
  void for_each_open_order(UserId user, auto&& f) const {
    for (auto id : open_orders(user)) f(*find(id));
  }
  std::vector<VenueOrderId> open_orders(UserId user) const;  ///< oldest first
  std::vector<VenueOrderId> all_orders(UserId user) const;   ///< oldest first, ended ones too
  /// In order of first opening; those that are flat again stay listed, quantity zero.
  std::vector<PositionView> positions(UserId user) const;
  std::vector<BalanceView> balances(UserId user) const;
  struct UserFill {
    VenueOrderId order;
    Side side;
    PositionSide position_side;
    InstrumentId instrument;
    FixedString<32> client_id;
    FixedString<16> tag;
    std::uint64_t bill_id;
    Fill fill;
    Amount realised_pnl;
    Price mark;   ///< when it was filled; 0 none
    Price index;  ///< likewise
    OrderCategory category = OrderCategory::Normal;
  };
  const std::vector<UserFill>& fills(UserId user) const;  ///< oldest first, the newest kept
  const std::vector<Bill>& bills(UserId user) const;  ///< oldest first; only the newest are kept
  AccountView account(UserId user) const;
  /// Profit of an open position if it were worth that price; zero without one.
  Amount profit_at(UserId user, InstrumentId instrument, PositionSide side, TradeMode mode,
                   Price price) const;
  /// Closed positions, oldest first; only the newest are kept.
  const std::vector<ClosedPosition>& closed_positions(UserId user) const;

  /// Best first; at most `levels` a side.
  std::vector<Level> book(InstrumentId instrument, Side side, std::size_t levels) const;
  std::optional<Price> best(InstrumentId instrument, Side side) const noexcept;
  /// What rests at one price; quantity zero: nothing.
  Level level(InstrumentId instrument, Side side, Price price) const noexcept;
  Price mark_price(InstrumentId instrument) const noexcept;
  Price index_price(InstrumentId instrument) const noexcept;
  void set_reference_prices(InstrumentId instrument, Price mark, Price index, Timestamp now);
  void set_instrument_state(InstrumentId instrument, InstrumentState state, Timestamp now);
  /// For all modes and sides at once, unchecked: clamped to 1..125. Without it an instrument has
  /// leverage 5.
  void set_leverage(UserId user, InstrumentId instrument, std::int64_t leverage);
  std::int64_t leverage(UserId user, InstrumentId instrument) const noexcept;  ///< cross
  /// Checked against the instrument, the tiers and the money that open positions and orders need
  /// then. `side` matters for isolated positions of two legs alone.
  AccountRefusal change_leverage(UserId user, InstrumentId instrument, TradeMode mode,
                                 PositionSide side, std::int64_t leverage, Timestamp now);
  std::int64_t leverage(UserId user, InstrumentId instrument, TradeMode mode,
                        PositionSide side) const noexcept;
  /// Refused while there are orders or positions.
  AccountRefusal set_position_mode(UserId user, bool long_short);
  AccountRefusal set_account_mode(UserId user, int mode);
  /// Puts money to an isolated position's margin, or takes some back (negative).
  AccountRefusal adjust_margin(UserId user, InstrumentId instrument, PositionSide side,
                               Amount change, Timestamp now);
  /// Most of `adjust_margin` that may be taken back; zero without a position.
  Amount removable_margin(UserId user, InstrumentId instrument, PositionSide side) const;
  /// Money from outside (negative: withdrawn); told as a bill and a balance.
  void deposit(UserId user, Amount amount, Timestamp now);
  /// Between the wallets of one user or of two.
  AccountRefusal transfer(UserId from, Wallet from_wallet, UserId to, Wallet to_wallet,
                          Amount amount, Timestamp now);
  /// Money from outside into a funding wallet; no bill of the trading account.
  void deposit_to_funding(UserId user, Amount amount);
  std::vector<Amount> funding_balances(UserId user) const;
  Amount max_withdrawal(UserId user, CurrencyId currency) const;
  struct OrderRoom {
    Amount money_to_buy;  ///< what an order may use: margin, or the currency that is paid
    Amount money_to_sell;
    Quantity buy;  ///< largest order
    Quantity sell;
  };
  /// How much may be ordered at that price (zero: at the reference price) and leverage (0: as set).
  OrderRoom order_room(UserId user, InstrumentId instrument, TradeMode mode, Price price,
                       std::int64_t leverage, bool reduce_only) const;

  /// Time passes: funding and deliveries that are due. Money moves in this call; place, amend and
  /// cancel do not look at the clock.
  void advance(Timestamp now);
  FundingView funding(InstrumentId instrument) const;
  const std::vector<FundingSettlement>& funding_history(InstrumentId instrument) const;  ///< oldest
                                                                                         ///< first
  /// Fixes the rate (10^-16) instead of the one that prices make; nullopt: back to prices.
  void set_funding_rate(InstrumentId instrument, std::optional<std::int64_t> rate);
  void set_funding_time(InstrumentId instrument, Timestamp next, Nanos interval);
  const std::vector<RiskTier>& risk_tiers(InstrumentId instrument) const;
  void set_risk_tiers(InstrumentId instrument, std::vector<RiskTier> tiers);
  std::vector<DiscountTier> discount_tiers(CurrencyId currency) const;
  void set_discount_tiers(CurrencyId currency, std::vector<DiscountTier> tiers);
  /// Dollars for one unit, 18 digits; zero if no instrument prices it. USD and what begins with it
  /// count as one dollar unless `set_dollar_price` says otherwise.
  Amount dollar_price(CurrencyId currency) const;
  void set_dollar_price(CurrencyId currency, Amount dollars);
  Amount insurance_fund(CurrencyId currency) const;
  void fund_insurance(Amount amount);  ///< from outside
  /// Reduces a position at the mark price as auto-deleveraging does, by at most `quantity`.
  AccountRefusal deleverage(UserId user, InstrumentId instrument, PositionSide side, TradeMode mode,
                            Quantity quantity, Timestamp now);
  const UserSettings& settings(UserId user) const noexcept;
  std::size_t user_count() const noexcept;  ///< the market's own included
  /// Lowest sell and highest buy price that orders may name; absent without an index price.
  struct PriceBand {
    Price min_sell;
    Price max_buy;
  };
  std::optional<PriceBand> price_band(InstrumentId instrument) const noexcept;

  /// The checked invariant: per currency, deposits minus all balances (fee account included), minus
  /// unsettled profit, is zero. Empty when it holds, else a sentence.
  std::string check_money() const;

 private:
  friend class MarketSide;  // sim/internal/market_side.h: recorded and mirrored markets
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gannet::sim
