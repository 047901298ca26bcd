#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/fixed_vector.h"
#include "sim/accounts.h"
#include "sim/exchange.h"
#include "sim/matching_book.h"
#include "sim/money.h"
#include "sim/order_store.h"
#include "sim/positions.h"
#include "sim/risk_tiers.h"

namespace gannet::sim {

// Figures of the venue, PROTOCOL 9.2 and 12.
inline constexpr std::size_t kMaxOpenOrders = 4'000;
inline constexpr std::size_t kMaxOpenOrdersPerInstrument = 500;
inline constexpr int kMaxMatchesPerTaker = 1'000;
inline constexpr std::int64_t kDefaultLeverage = 5;
inline constexpr std::int64_t kMaxLeverage = 125;
inline constexpr std::int64_t kPriceBandPercent = 5;  ///< either side of the index
/// One order may be worth at most this many units of its settlement currency, a position fifty
/// times as much: Cost then cannot overflow.
inline constexpr std::int64_t kMaxOrderValue = 1'000'000'000;
inline constexpr std::int64_t kMaxSpotValue = 100'000'000'000;  ///< nothing of it is kept as Cost

/// Funding of one swap. The rate is the mean of the premium index (mark over index, less one) of
/// each minute since the last settlement, within the cap. PROTOCOL 9.5, formula without rate.
struct FundingState {
  std::optional<std::int64_t> fixed;
  Timestamp next;  ///< zero: not set up yet
  Nanos interval = seconds(8 * 3'600);
  __int128 premium_sum = 0;  ///< 10^-16
  std::int64_t samples = 0;
  std::int64_t sampled_minute = -1;
  std::int64_t premium = 0;
  std::vector<FundingSettlement> history;
};

/// One instrument's market.
struct Market {
  MatchingBook book;
  ValueTerms terms;
  Price mark;
  Price index;
  Price last_price;  ///< of the newest trade; zero: none yet
  std::int64_t last_trade_id = 0;
  std::int64_t last_forced_id = 0;  ///< counts down: trade ids of takeovers
  FundingState funding;
  std::vector<RiskTier> tiers;              ///< empty: not fixed yet
  std::vector<std::int64_t> index_samples;  ///< of the last 30 minutes, one a minute; futures
  std::int64_t index_minute = -1;
};

/// Everything behind the contract. Split over files by question: may it come in (checks), whom does
/// it meet (matching), who pays (settlement), what is there (queries).
struct Exchange::State {
  State(InstrumentTable& instrument_table, CurrencyTable& currency_table, ExchangeEvents& sink,
        const ExchangeSettings& chosen)
      : settings(chosen),
        instruments(instrument_table),
        currencies(currency_table),
        events(sink),
        orders(chosen.ended_orders, chosen.ended_unfilled_orders) {}

  const ExchangeSettings settings;

  InstrumentTable& instruments;
  CurrencyTable& currencies;
  ExchangeEvents& events;
  /// By instrument, made at first use; each where it stays, whatever is made later.
  std::vector<std::unique_ptr<Market>> markets;
  OrderStore orders;
  Accounts accounts;
  std::uint64_t last_order_id = 0;
  std::uint64_t last_bill_id = 0;

  Market& market(InstrumentId instrument) {
    return instrument.value < markets.size() ? *markets[instrument.value] : make_market(instrument);
  }
  Market& make_market(InstrumentId instrument);
  VenueOrderId next_order_id(Timestamp now) noexcept;
  std::uint64_t next_bill_id(Timestamp now) noexcept;

  // --- actions (exchange.cpp)
  PlaceResult place(const NewOrder& asked, Timestamp now);
  Refusal amend(UserId user, VenueOrderId id, const AmendTerms& asked, Timestamp now);
  Refusal fill_whole(UserId user, VenueOrderId id, Quantity beyond, Timestamp now);
  void cancel_order(Order& order, CancelCause cause, Timestamp now);

  // --- checks (exchange_checks.cpp): the first reason against it, or None
  Refusal check_order(NewOrder& terms, Quantity& opening);
  Refusal check_slippage(const NewOrder& terms);
  Refusal check_form(const NewOrder& terms) const;
  Refusal check_price(const NewOrder& terms, Price price) const;
  std::optional<PriceBand> band_of(InstrumentId instrument) const noexcept;
  Refusal check_quantity(const NewOrder& terms, Quantity quantity) const;
  /// Position side of the question: caps a reduce-only order, refuses what may not close. `filled`
  /// and `self` are an order being amended, else zero and null.
  Refusal check_position(NewOrder& terms, Quantity filled, const Order* self, Quantity& opening);
  Refusal check_funds(const NewOrder& terms, Quantity remaining, Quantity opening,
                      __int128 already_held);
  /// Frozen for that much of the order: spot, what it would pay; derivatives, margin and fee.
  /// `fee_part`: told how much of it is the reserve for fees.
  __int128 required_hold(const NewOrder& terms, Price price, Quantity remaining, Quantity opening,
                         __int128* fee_part = nullptr);
  CurrencyId hold_currency(const NewOrder& terms) const noexcept;

  // --- matching (exchange_matching.cpp)
  /// Runs the order against the book as far as it goes, then rests, ends or leaves it cancelled.
  void run_taker(Order& taker, Timestamp now);
  /// Where a taker stopped.
  enum class Stop : std::uint8_t { AtLimit, SelfTrade, TooManyMatches, MoneySpent };
  Stop match_all(Order& taker, std::optional<Price> limit, Timestamp now);
  /// The worst price it may trade at; none: any.
  std::optional<Price> taking_limit(const NewOrder& terms) const;
  /// Why a fill-or-kill order can not be filled whole; None: it can.
  CancelCause why_not_fillable(const Order& taker);
  /// Users never trade with themselves, nor with others of their master account.
  bool same_person(const NewOrder& taker, const MatchingBook::Resting& met) const noexcept;
  /// An order by money whose money is spent: filled, whatever odd digits are left.
  void complete(Order& order, Timestamp now);
  /// What that much money (10^-18 of the quote currency) buys at the price, down or up to a lot;
  /// spot.
  Quantity affordable(const NewOrder& terms, Price price, __int128 budget, bool up = false);
  void rest(Order& order, Timestamp now);

  // --- settlement (exchange_settlement.cpp)
  /// What one match did to one party, to be told afterwards.
  struct Outcome {
    Fill fill;
    FixedVector<Bill, 2> bills;  ///< spot has one a currency
    FixedVector<CurrencyId, 2> currencies;
    std::optional<Position> position;
  };
  /// One match. Ends the maker when it is done; the taker's end is match_all's business.
  void settle(Order& maker, Order& taker, Price price, Quantity quantity, Timestamp now);
  Outcome settle_party(Order& order, bool is_maker, const PublicTrade& trade, Cost value);
  void settle_spot(Order& order, bool is_maker, const PublicTrade& trade, Cost value,
                   Outcome& outcome);
  void settle_contract(Order& order, bool is_maker, const PublicTrade& trade, Cost value,
                       Outcome& outcome);
  /// A match or takeover of `quantity` worth `value` booked on a position: fills in the draft's
  /// profit and changes. The draft's fee and time are set before.
  void book_contract(Account& account, Position& position, Side side, Quantity quantity, Cost value,
                     Bill& draft);
  /// A part of it that only opens or only closes.
  void book_part(const Account& account, Position& position, Side side, Quantity quantity,
                 Cost value, Bill& draft);
  Bill trade_bill(const Order& order, bool is_maker, const PublicTrade& trade);
  void note_closed(Account& account, Position& position, ClosedPosition::How how);
  void tell_outcome(const Order& order, const Outcome& outcome);

  // --- claims (exchange_claims.cpp)
  /// What the position's orders claim of it after the match, before it is told.
  void renew_claims(UserId user, Outcome& outcome);
  /// A position that changed is there for its orders anew, oldest first: what it does not cover of
  /// them would open and is held for. Else money goes that a resting order will need.
  void renew_claims(UserId user, const Position& position);
  /// Of whom claims grew since, by a match that others' orders wait behind.
  struct Grown {
    UserId user = 0;
    InstrumentId instrument;
    PositionSide side = PositionSide::Net;
    TradeMode mode = TradeMode::Cross;
    Side orders = Side::Buy;  ///< which of its orders
  };
  std::vector<Grown> grown;
  /// Once the match is through: where the money does not carry what claims have grown to, the
  /// newest of those orders go.
  void cancel_uncovered(Timestamp now);
  void cancel_uncovered(const Grown& of, Timestamp now);
  /// Keeps the orders that only close within the position. `newest`: the order that just came to
  /// rest, if that is why.
  void fit_reduce_only(UserId user, const Position& position, Timestamp now,
                       const Order* newest = nullptr);
  /// Brings what is frozen and what is promised in line with the order's terms and fills.
  void update_claims(Order& order);
  struct Claims {
    __int128 hold = 0;
    __int128 hold_fee = 0;
    std::int64_t promised = 0;
    std::int64_t pending = 0;
  };
  void set_claims(Order& order, const Claims& claims);

  // --- money of one account (exchange_margin.cpp)
  std::int64_t leverage(const Account& account, InstrumentId instrument, TradeMode mode,
                        PositionSide side) const noexcept;
  /// The mark; without one the newest trade, without that the market's own best bid or offer. What
  /// users quote moves nobody's profit.
  Price valuation_price(InstrumentId instrument) noexcept;
  const std::vector<RiskTier>& tiers(InstrumentId instrument);
  /// What one position weighs, 10^-18 of its settle currency.
  using Weight = PositionWeight;
  Weight weigh(const Account& account, const Position& position);
  /// Money that carries positions, and what they need of it. One kind of it: one cross currency,
  /// the whole account in dollars, or one isolated position.
  struct Carry {
    __int128 equity = 0;
    __int128 unrealised = 0;
    __int128 initial = 0;
    __int128 maintenance = 0;
    __int128 needed = 0;  ///< maintenance and liquidation fees
    __int128 value = 0;
  };
  Carry cross_carry(const Account& account, CurrencyId currency);
  Carry whole_carry(const Account& account);  ///< dollars
  Carry carry_of(const Account& account, const Position& position);
  /// What carry_of needs, 10^-27.
  __int128 needed_fine(const Account& account, const Position& position);
  __int128 available(const Account& account, CurrencyId currency, bool for_spot);
  /// The same where each currency stands for itself: `used` is its cross_carry.
  static __int128 free_of(const Balance* balance, const Carry& used, bool for_spot) noexcept;
  /// Does the money carry the positions and what is held for orders?
  bool is_covered(const Account& account, CurrencyId currency);
  void store_leverage(UserId user, InstrumentId instrument, TradeMode mode, PositionSide side,
                      std::int64_t times);
  AccountRefusal change_leverage(UserId user, InstrumentId instrument, TradeMode mode,
                                 PositionSide side, std::int64_t times, Timestamp now);
  __int128 removable_margin(const Account& account, const Position& position);
  void move_margin(Account& account, Position& position, __int128 change, Timestamp now);
  Refusal check_tier(const NewOrder& terms, Quantity opening, const Order* self);
  PositionView view_of(const Account& account, const Position& position);
  BalanceView view_of(const Account& account, const Balance& balance);
  AccountView view_of(const Account& account);

  // --- options (exchange_options.cpp)
  bool is_option(InstrumentId instrument) const noexcept;
  bool pays_in_coin(InstrumentId instrument) const noexcept;   ///< in what is its underlying
  __int128 strike_of(InstrumentId instrument) const noexcept;  ///< in its price unit
  /// So much of the underlying, 10^-18 of the settle currency.
  __int128 underlying_of(InstrumentId instrument, Quantity quantity);
  /// What selling that many needs.
  __int128 short_margin(InstrumentId instrument, Quantity quantity);
  /// On the underlying, at most an eighth of the premium.
  __int128 option_fee(InstrumentId instrument, Quantity quantity, __int128 premium,
                      std::int64_t rate);
  __int128 option_hold(const NewOrder& terms, Price price, Quantity remaining, Quantity opening,
                       __int128* fee_part);
  void weigh_option(const Position& position, std::int64_t fee_rate, Weight& weight);
  /// What it pays at its expiry if the underlying stands there.
  Cost exercise_value(InstrumentId instrument, Price settled, Quantity quantity);

  // --- dollars (exchange_dollars.cpp)
  /// By currency: the instruments whose index price is that of the currency in dollars.
  std::vector<std::vector<InstrumentId>> pricing;
  std::size_t pricing_made_for = 0;  ///< how many instruments there were
  void find_pricing();
  std::vector<__int128> dollar_override;             // by currency, 10^-18; 0: none
  std::vector<std::vector<DiscountTier>> discounts;  // by currency; empty: the default
  __int128 dollar_price(CurrencyId currency);
  __int128 in_dollars(CurrencyId currency, __int128 money);
  std::vector<DiscountTier> discount_tiers(CurrencyId currency) const;
  /// Dollars that much of the currency counts for as collateral; debts count in full.
  __int128 discounted(CurrencyId currency, __int128 money);

  // --- funding and delivery (exchange_funding.cpp)
  Timestamp next_due{INT64_MIN};    ///< no funding or delivery before
  std::size_t clocks_made_for = 0;  ///< how many instruments there were
  void set_up_clocks(Timestamp now);
  void find_next_due();
  void sample_prices(InstrumentId instrument, Timestamp now);
  std::int64_t funding_rate(const Market& market) const noexcept;
  void advance(Timestamp now);
  void settle_funding(InstrumentId instrument, Timestamp now);
  void pay_funding(UserId user, Position& position, std::int64_t rate, Timestamp now);
  Price delivery_price(InstrumentId instrument);
  void deliver(InstrumentId instrument, Timestamp now);

  // --- liquidation (exchange_liquidation.cpp)
  void check_risk(InstrumentId instrument, Timestamp now);
  void check_risk(UserId user, InstrumentId instrument, Timestamp now);
  /// The positions that stand or fall with that one, by index.
  std::vector<std::size_t> carried_together(const Account& account, const Position& position) const;
  void cancel_for_margin(UserId user, const Position& position, CancelCause cause, Timestamp now);
  /// The orders of a position that is about to be taken over, whatever they hold.
  void cancel_of(UserId user, const Position& position, Timestamp now);
  void liquidate(UserId user, std::size_t index, Timestamp now);
  bool liquidate_partly(UserId user, std::size_t index, Timestamp now);
  void liquidate_whole(UserId user, std::size_t index, Timestamp now);
  /// The price at which the position has lost that much more than at the mark, in favour of who is
  /// to pay no more than it.
  Price losing_price(const Position& position, __int128 loss);

  // --- matches outside the book (exchange_takeover.cpp)
  std::uint64_t takeovers = 0;  ///< ever
  struct Takeover {
    OrderCategory category = OrderCategory::FullLiquidation;
    Bill::Cause cause = Bill::Cause::Liquidation;
    Quantity quantity;
    Price price;           ///< the owner's
    __int128 penalty = 0;  ///< 10^-18, to the insurance fund
  };
  /// Closes that much of a position at that price. The market takes it at the mark, the difference
  /// is the insurance fund's; where that can not pay, others are deleveraged.
  void take_over(UserId user, std::size_t index, const Takeover& how, Timestamp now);
  /// One side of it, booked and told with an order and a fill of its own.
  void book_forced(UserId user, std::size_t index, Side side, const Takeover& how, Cost value,
                   Timestamp now);
  void book_market(InstrumentId instrument, Side side, Quantity quantity, Cost value,
                   Timestamp now);
  /// How much of it the others' best positions of that direction could take, at that price.
  Quantity deleverage_others(UserId except, InstrumentId instrument, Side side, const Takeover& how,
                             Timestamp now);

  // --- telling
  void change(const Order& order, OrderChange::What what, const std::optional<Fill>& fill = {},
              std::string_view request = {}, AmendCause amended_by = AmendCause::None);
  void tell_level(InstrumentId instrument, Side side, Price price, Timestamp now);
  void tell_balance(UserId user, CurrencyId currency);
  void release_and_end(Order& order);
};

/// Forgets the oldest rows once there are twice as many as are to be kept: the newest stay in one
/// piece, and each row is moved once at most.
template <class Row>
void keep_newest(std::vector<Row>& rows, std::size_t keep) {
  if (rows.size() < 2 * std::max<std::size_t>(keep, 1)) return;
  rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(keep));
}

constexpr bool has_limit_price(OrderType type) noexcept {
  return type != OrderType::Market && type != OrderType::OptimalLimitIoc;
}

}  // namespace gannet::sim
