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
#include "sim/exchange_events.h"
#include "sim/order_terms.h"
#include "sim/views.h"

namespace gannet::sim {

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
  /// The market fills the resting order whole at its price, whatever stands before it; and by a
  /// venue's mistake, for those who must survive it, `beyond` what it asked for. Spot: refused
  /// unless the money covers that.
  Refusal fill_whole(UserId user, VenueOrderId id, Quantity beyond, Timestamp now);
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
  /// Contracts of another size from now on; users' orders are cancelled. Refused while anyone holds
  /// any, and where it is not positive or no contract's.
  AccountRefusal set_contract_value(InstrumentId instrument, Decimal value, Timestamp now);
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
