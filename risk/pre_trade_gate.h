#pragma once

#include <expected>
#include <optional>
#include <utility>

#include "base/time.h"
#include "domain/denial.h"
#include "domain/instrument_table.h"
#include "domain/orders.h"
#include "risk/account_funds.h"
#include "risk/approved_order.h"
#include "risk/conversion_table.h"
#include "risk/exposure.h"
#include "risk/limit_table.h"
#include "risk/portfolio.h"
#include "risk/reference_prices.h"
#include "risk/trading_modes.h"

namespace gannet::risk {

/// What the gate looks at and does not own. All of it outlives the call and was made for the same
/// numbers of strategies and instruments as the gate's limits.
struct GateContext {
  const InstrumentTable& instruments;
  const Exposure& exposure;
  const ReferencePrices& references;
  const ConversionTable& conversions;
  const TradingModes& modes;
  /// As of now; without them an order that their limits meet is denied.
  const Portfolio* portfolio = nullptr;
  const AccountFunds* funds = nullptr;
  /// A rule that a person lets this one order past (PRE-19).
  std::optional<DenialReason> waived{};
};

/// An order that an amend would change, as the order manager knows it. `price` and `quantity` are
/// the worst of what may be in force: where an amend is pending or unknown, the larger quantity and
/// the more aggressive price. `counted_leaves` is what Exposure counts for it now: leaves reckon
/// from what is *booked*, for a fill that the venue told and we have not booked (cumulative above
/// booked) is not in the position yet.
struct WorkingOrder {
  StrategyId strategy;
  InstrumentId instrument;
  Side side = Side::Buy;
  OrderKind kind = OrderKind::Limit;
  TimeInForce time_in_force = TimeInForce::GoodTillCancel;
  bool post_only = false;
  bool reduce_only = false;
  PositionSide position_side = PositionSide::Net;
  Price price;
  Quantity quantity;             ///< total
  Quantity cumulative_quantity;  ///< the largest the venue told
  Quantity booked_quantity;      ///< fills that are in Exposure's position
  Quantity counted_leaves;
};

/// The one gate before the wire: every new order and every amend passes here and nowhere else.
/// Rules, one small function each: PRE-02 (known, tradable, permitted, definition not old), PRE-03
/// (the venue's grid and sizes), PRE-04 (collar against a fresh reference), PRE-05 (quantity and
/// notional), PRE-06 (worst-case position by strategy and account), PRE-07 (gross and net notional,
/// leverage, free margin; of what makes them worse alone), PRE-08 (open orders), PRE-18
/// (reduce-only), and last PRE-01 (kill and mode). The rate limiter (PRE-09) comes after it. The
/// first rule that is broken is the answer. What the engine itself reduces (OrderIntent::by_engine)
/// meets every rule but PRE-08, and of PRE-01 only that the account's state is known. Pure: the
/// same inputs give the same answer. Thread: one (the reactor). No allocation, no exception; at
/// most about 1 us (PRE-22).
class PreTradeGate {
 public:
  explicit PreTradeGate(LimitTable limits) noexcept : limits_(std::move(limits)) {}

  std::expected<ApprovedOrder, Denial> check(const OrderIntent& intent, const GateContext& context,
                                             Timestamp now) const noexcept;
  /// Checked at the worse of old and new: the larger quantity, both prices for notional, the new
  /// price for the grid and the collar. The venue's quantity is the total, filled part included.
  std::expected<ApprovedAmend, Denial> check_amend(const AmendIntent& intent,
                                                   const WorkingOrder& order,
                                                   const GateContext& context,
                                                   Timestamp now) const noexcept;

  /// At its worst: all that it may put in at once, at the worst of its prices. A price far from the
  /// market is what a trigger is for, so the collar is between each trigger and its order's limit;
  /// what works at once (slices, chase) is held to the market. One that reduces and whose flag is
  /// sent adds nothing, however many of them there are.
  std::expected<ApprovedAlgo, Denial> check_algo(const AlgoIntent& intent,
                                                 const GateContext& context,
                                                 Timestamp now) const noexcept;
  /// Of the exits that come with an order, their prices alone: they add nothing while it has not
  /// filled, and count as an order of what it filled from then on.
  std::expected<void, Denial> check_exits(const OrderIntent& intent,
                                          const GateContext& context) const noexcept;
  /// `terms`: as they would be. `must_reduce`: its author asked for that, whether or not the venue
  /// was told (`is_protective`). `counted`: what Exposure counts for it now, in either way.
  std::expected<void, Denial> check_algo_amend(StrategyId strategy, InstrumentId instrument,
                                               const AlgoTerms& terms, bool must_reduce,
                                               bool is_protective, Quantity counted,
                                               const GateContext& context,
                                               Timestamp now) const noexcept;

  /// What a new order may trade at, at worst: a limit order's price, else the collar's edge.
  /// Nothing: no fresh reference, or an order that is none.
  std::optional<Price> worst_price(const OrderIntent& intent, const GateContext& context,
                                   Timestamp now) const noexcept;

  const LimitTable& limits() const noexcept { return limits_; }
  LimitTable& limits() noexcept { return limits_; }
  /// Other limits from now on; those before come back in `limits`.
  void swap_limits(LimitTable& limits) noexcept { std::swap(limits_, limits); }

 private:
  LimitTable limits_;
};

}  // namespace gannet::risk
