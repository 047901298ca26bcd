#pragma once

#include <cstdint>
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

namespace gannet::sim {

// Figures of the venue, PROTOCOL 9.2 and 12.
inline constexpr std::size_t kMaxOpenOrders = 4'000;
inline constexpr std::size_t kMaxOpenOrdersPerInstrument = 500;
inline constexpr int kMaxMatchesPerTaker = 1'000;
inline constexpr std::int64_t kDefaultLeverage = 5;
inline constexpr std::int64_t kMaxLeverage = 125;
inline constexpr std::int64_t kMaintenanceRate = 4'000'000;  ///< 10^-9: 0.4 %, one tier for all
inline constexpr std::int64_t kPriceBandPercent = 5;         ///< either side of the index
/// One order may be worth at most this many units of its settlement currency, a position fifty
/// times as much: Cost then cannot overflow.
inline constexpr std::int64_t kMaxOrderValue = 1'000'000'000;
inline constexpr std::int64_t kMaxSpotValue = 100'000'000'000;  ///< nothing of it is kept as Cost

/// One instrument's market.
struct Market {
  MatchingBook book;
  ValueTerms terms;
  Price mark;
  Price index;
  std::int64_t last_trade_id = 0;
};

/// Everything behind the contract. Split over files by question: may it come in (checks), whom does
/// it meet (matching), who pays (settlement), what is there (queries).
struct Exchange::State {
  State(InstrumentTable& instrument_table, CurrencyTable& currency_table, ExchangeEvents& sink)
      : instruments(instrument_table), currencies(currency_table), events(sink) {}

  InstrumentTable& instruments;
  CurrencyTable& currencies;
  ExchangeEvents& events;
  std::vector<Market> markets;  // by instrument, made at first use
  OrderStore orders;
  Accounts accounts;
  std::uint64_t last_order_id = 0;
  std::uint64_t last_bill_id = 0;

  Market& market(InstrumentId instrument);
  VenueOrderId next_order_id(Timestamp now) noexcept;
  std::uint64_t next_bill_id(Timestamp now) noexcept;

  // --- actions (exchange.cpp)
  PlaceResult place(const NewOrder& asked, Timestamp now);
  Refusal amend(UserId user, VenueOrderId id, const AmendTerms& asked, Timestamp now);
  void cancel_order(Order& order, CancelCause cause, Timestamp now);

  // --- checks (exchange_checks.cpp): the first reason against it, or None
  Refusal check_order(NewOrder& terms, Quantity& opening);
  Refusal check_form(const NewOrder& terms) const;
  Refusal check_price(const NewOrder& terms, Price price) const;
  Refusal check_quantity(const NewOrder& terms, Quantity quantity) const;
  /// Position side of the question: caps a reduce-only order, refuses what may not close. `filled`
  /// and `self` are an order being amended, else zero and null.
  Refusal check_position(NewOrder& terms, Quantity filled, const Order* self, Quantity& opening);
  Refusal check_funds(const NewOrder& terms, Quantity remaining, Quantity opening,
                      __int128 already_held);
  /// Frozen for that much of the order: spot, what it would pay; derivatives, margin and fee.
  __int128 required_hold(const NewOrder& terms, Price price, Quantity remaining, Quantity opening);
  CurrencyId hold_currency(const NewOrder& terms) const noexcept;

  // --- matching (exchange_matching.cpp)
  /// Runs the order against the book as far as it goes, then rests, ends or leaves it cancelled.
  void run_taker(Order& taker, Timestamp now);
  /// Why it stopped short of its limit: None, SelfTrade, System (too many matches).
  CancelCause match_all(Order& taker, std::optional<Price> limit, Timestamp now);
  bool fully_fillable(const Order& taker);
  /// What that much money (10^-18 of the quote currency) buys at the price, down to a lot; spot.
  Quantity affordable(const NewOrder& terms, Price price, __int128 budget);
  void rest(Order& order, Timestamp now);

  // --- settlement (exchange_settlement.cpp)
  /// What one match did to one party, to be told afterwards.
  struct Outcome {
    Fill fill;
    FixedVector<Bill, 3> bills;
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
  void pay(Order& order, const PublicTrade& trade, Bill::Cause cause, Amount change,
           Outcome& outcome);
  void tell_outcome(const Order& order, const Outcome& outcome);
  void fit_reduce_only(UserId user, const Position& position, Timestamp now);

  // --- money of one account (exchange_queries.cpp)
  std::int64_t leverage(const Account& account, InstrumentId instrument) const noexcept;
  Price valuation_price(InstrumentId instrument) noexcept;
  struct Margin {
    __int128 unrealised = 0;
    __int128 initial = 0;
  };
  Margin margin(const Account& account, CurrencyId currency);
  __int128 available(const Account& account, CurrencyId currency, bool for_spot);
  PositionView view_of(const Account& account, const Position& position);
  BalanceView view_of(const Account& account, const Balance& balance);

  // --- telling
  void change(const Order& order, OrderChange::What what, const std::optional<Fill>& fill = {},
              std::string_view request = {});
  void tell_level(InstrumentId instrument, Side side, Price price, Timestamp now);
  void tell_balance(UserId user, CurrencyId currency);
  /// Brings what is frozen and what is promised in line with the order's terms and fills.
  void update_claims(Order& order);
  void set_claims(Order& order, __int128 hold, std::int64_t promised);
  void release_and_end(Order& order);
};

constexpr bool has_limit_price(OrderType type) noexcept {
  return type != OrderType::Market && type != OrderType::OptimalLimitIoc;
}
/// In long/short mode the side and the position side say together whether an order closes.
constexpr bool closes_leg(const NewOrder& terms) noexcept {
  return (terms.position_side == PositionSide::Long && terms.side == Side::Sell) ||
         (terms.position_side == PositionSide::Short && terms.side == Side::Buy);
}

}  // namespace gannet::sim
