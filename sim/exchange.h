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
  bool quantity_is_quote = false;  ///< spot market buys by money: `quote_quantity` is meant
  SelfTradePrevention stp = SelfTradePrevention::CancelMaker;
  Price price;
  Quantity quantity;
  Amount quote_quantity;
  FixedString<32> client_id;  ///< "" none
  FixedString<16> tag;
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
  TooManyOrders,
  ReduceOnlyNoPosition,
  ReduceOnlyWrongSide,
  BadMode,
  BadPositionSide,
  UnsupportedType,
  MarketHasNoLiquidity,
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
  Timestamp create_time;
  Timestamp update_time;
  std::optional<Fill> last_fill;
};

/// A change of one order: accepted and resting, filled in part or whole, amended, cancelled.
struct OrderChange {
  enum class What : std::uint8_t { Live, Fill, Amended, Cancelled };
  What what = What::Live;
  OrderView order;                    ///< after the change
  std::optional<Fill> fill;           ///< What::Fill
  std::string_view amend_request_id;  ///< What::Amended: as given, may be ""
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
  Quantity quantity;     ///< signed, long positive
  Amount average_price;  ///< quote currency per unit; 0 when flat
  Amount realised_pnl;   ///< price profit alone, in the settle currency, since it was last flat
  Amount fee;            ///< cost, settle currency, since it was last flat
  Amount funding;
  Amount unrealised_pnl;  ///< at the mark price
  Amount initial_margin;
  Amount maintenance_margin;
  TradeId last_trade;
  Timestamp update_time;
};

struct BalanceView {
  CurrencyId currency;
  Amount cash;
  Amount frozen;  ///< held by open orders
  Amount available;
  Amount equity;
  Timestamp update_time;
};

/// One change of money; the sum of all of one currency over all users, the exchange's own fee
/// account included, is zero for trades, fees and funding: money is conserved.
struct Bill {
  enum class Cause : std::uint8_t { Deposit, Trade, Fee, Funding, Liquidation, Transfer };
  std::uint64_t id = 0;
  UserId user = 0;
  Cause cause = Cause::Trade;
  Amount change;
  Amount balance_after;
  InstrumentId instrument;
  VenueOrderId order;
  TradeId trade;
  Timestamp time;
};

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
};

struct AmendTerms {
  std::optional<Price> price;
  std::optional<Quantity> quantity;  ///< total, filled part included
  std::string_view request_id;
};

/// The exchange. Thread: one. Calls deliver their events synchronously, before they return.
class Exchange {
 public:
  Exchange(InstrumentTable& instruments, CurrencyTable& currencies, ExchangeEvents& events);
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

  /// Live or ended (ended orders are kept for `history`, but not the market's own); null if
  /// unknown.
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
  };
  const std::vector<UserFill>& fills(UserId user) const;  ///< oldest first
  const std::vector<Bill>& bills(UserId user) const;

  /// Best first; at most `levels` a side.
  std::vector<Level> book(InstrumentId instrument, Side side, std::size_t levels) const;
  std::optional<Price> best(InstrumentId instrument, Side side) const noexcept;
  /// What rests at one price; quantity zero: nothing.
  Level level(InstrumentId instrument, Side side, Price price) const noexcept;
  Price mark_price(InstrumentId instrument) const noexcept;
  Price index_price(InstrumentId instrument) const noexcept;
  void set_reference_prices(InstrumentId instrument, Price mark, Price index, Timestamp now);
  void set_instrument_state(InstrumentId instrument, InstrumentState state, Timestamp now);
  /// Clamped to 1..125. Without it an instrument has leverage 5.
  void set_leverage(UserId user, InstrumentId instrument, std::int64_t leverage);
  std::int64_t leverage(UserId user, InstrumentId instrument) const noexcept;
  /// Money from outside (negative: withdrawn); told as a bill and a balance.
  void deposit(UserId user, Amount amount, Timestamp now);
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
