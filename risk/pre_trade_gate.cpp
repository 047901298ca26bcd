#include "risk/pre_trade_gate.h"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <optional>

#include "domain/exact_math.h"
#include "domain/notional.h"

namespace gannet::risk {
namespace {

using Verdict = std::expected<void, Denial>;

// The rules that every order meets are inlined by order: measured, calls and verdicts in memory
// were a third of the gate.

[[gnu::cold, gnu::noinline]] std::unexpected<Denial> deny(DenialReason reason, Int128 limit = 0,
                                                          Int128 value = 0) noexcept {
  return std::unexpected(Denial{.reason = reason, .limit = limit, .value = value, .retry_at = {}});
}

/// An order as the rules see it, new or amended: the worse of what may be in force.
struct Candidate {
  const Instrument& instrument;
  const ResolvedLimits& account_limits;
  const ResolvedLimits& strategy_limits;
  const Holding& account;
  const Holding& own;
  StrategyId strategy;
  PositionSide leg;
  Side side = Side::Buy;
  OrderKind kind = OrderKind::Limit;
  TimeInForce time_in_force = TimeInForce::GoodTillCancel;
  bool post_only = false;
  bool reduce_only = false;
  bool by_engine = false;  ///< the engine reduces a position: see OrderIntent
  OrderOptions options{};
  QuoteQuantity quote_quantity{};    ///< > 0: sized in money; `quantity` follows from the reference
  Price price{};                     ///< limit orders: the price asked for
  Quantity quantity{};               ///< total
  std::optional<Price> old_price{};  ///< amends: what may still be in force
  std::int64_t added_leaves = 0;     ///< beyond what Exposure counts for it already; >= 0
  std::int64_t added_protective = 0;  ///< of what can only reduce: likewise
  bool is_new = true;
  bool used_waiver = false;  ///< a rule was broken that a person let it past
};

// PRE-02 ----------------------------------------------------------------------------------------

[[gnu::always_inline]] inline Verdict check_known(StrategyId strategy, InstrumentId instrument,
                                                  const LimitTable& limits,
                                                  const GateContext& context) noexcept {
  if (strategy.value >= limits.strategies() || !context.exposure.contains(strategy)) {
    return deny(DenialReason::StrategyStopped);
  }
  if (instrument.value >= limits.instruments() || !context.instruments.contains(instrument) ||
      !context.exposure.contains(instrument)) {
    return deny(DenialReason::UnknownInstrument);
  }
  if (!limits.permits(strategy, instrument)) return deny(DenialReason::InstrumentNotYours);
  return {};
}

/// The engine reduces positions of strategies that have stopped, and of nobody (foreign ones).
Verdict check_known_reduction(const OrderIntent& intent, const LimitTable& limits,
                              const GateContext& context) noexcept {
  const StrategyId strategy = intent.strategy;
  if (strategy.valid() &&
      (strategy.value >= limits.strategies() || !context.exposure.contains(strategy)))
    return deny(DenialReason::StrategyStopped);
  if (intent.instrument.value >= limits.instruments() ||
      !context.instruments.contains(intent.instrument) ||
      !context.exposure.contains(intent.instrument))
    return deny(DenialReason::UnknownInstrument);
  return {};
}

[[gnu::always_inline]] inline Verdict check_tradable(const Candidate& order) noexcept {
  const InstrumentState state = order.instrument.state;
  if (state == InstrumentState::Live) return {};
  if (state == InstrumentState::PostOnly && order.post_only) return {};
  return deny(DenialReason::InstrumentNotTradable);
}

[[gnu::always_inline]] inline Verdict check_definition_age(const Candidate& order,
                                                           const LimitTable& limits,
                                                           const GateContext& context,
                                                           Timestamp now) noexcept {
  const Nanos age = now - context.references.definition_time(order.instrument.id);
  if (age <= limits.metadata_age_max()) return {};
  return deny(DenialReason::InstrumentDataStale, limits.metadata_age_max().count, age.count);
}

// PRE-03 ----------------------------------------------------------------------------------------

bool is_spot(const Candidate& order) noexcept { return !is_derivative(order.instrument.kind); }

/// Sizes in money and what goes with market orders alone are for spot; a price's clamp needs one.
[[gnu::always_inline]] inline Verdict check_options(const Candidate& order) noexcept {
  const bool is_spot_market = order.kind == OrderKind::Market && is_spot(order);
  const OrderOptions& options = order.options;
  const bool is_sized_in_money = order.quote_quantity.raw != 0;
  const bool is_wrong =
      order.quote_quantity.raw < 0 ||
      (is_sized_in_money && (!is_spot_market || order.quantity.raw != 0)) ||
      ((options.exact_size || options.slippage_max_bps != 0) && !is_spot_market) ||
      options.slippage_max_bps > kLargestSlippageBps ||
      (options.clamp_price && order.kind == OrderKind::Market);
  return is_wrong ? Verdict(deny(DenialReason::UnsupportedOrder)) : Verdict();
}

[[gnu::always_inline]] inline Verdict check_combination(const Candidate& order) noexcept {
  const bool rests = order.time_in_force == TimeInForce::GoodTillCancel;
  if (order.post_only && (order.kind == OrderKind::Market || !rests)) {
    return deny(DenialReason::UnsupportedOrder);
  }
  if (auto v = check_options(order); !v) return v;
  if (order.kind == OrderKind::Limit) return {};
  // Market orders have no fill-or-kill, and options no market orders.
  if (order.time_in_force == TimeInForce::FillOrKill ||
      order.instrument.kind == InstrumentKind::Option) {
    return deny(DenialReason::UnsupportedOrder);
  }
  return {};
}

[[gnu::always_inline]] inline Verdict check_price_grid(const Candidate& order) noexcept {
  if (order.kind == OrderKind::Market) return {};
  if (order.price.raw <= 0) return deny(DenialReason::PriceNotPositive, 0, order.price.raw);
  const std::int64_t tick = order.instrument.tick_size.raw;
  if (tick <= 0 || order.price.raw % tick != 0) {
    return deny(DenialReason::PriceNotOnTick, tick, order.price.raw);
  }
  return {};
}

[[gnu::always_inline]] inline Verdict check_lot_and_minimum(const Instrument& instrument,
                                                            Quantity quantity) noexcept {
  const std::int64_t lot = instrument.lot_size.raw;
  if (quantity.raw <= 0 || lot <= 0 || quantity.raw % lot != 0) {
    return deny(DenialReason::QuantityNotOnLot, lot, quantity.raw);
  }
  if (quantity >= instrument.minimum_quantity) return {};
  return deny(DenialReason::QuantityBelowMinimum, instrument.minimum_quantity.raw, quantity.raw);
}

[[gnu::always_inline]] inline Verdict check_quantity_grid(const Candidate& order) noexcept {
  if (order.quote_quantity.raw > 0) return {};  // the venue takes money to any digit
  const Instrument& instrument = order.instrument;
  if (auto v = check_lot_and_minimum(instrument, order.quantity); !v) return v;
  const Quantity maximum = order.kind == OrderKind::Limit
                               ? instrument.maximum_limit_quantity
                               : instrument.maximum_market_quantity.value_or(order.quantity);
  if (order.quantity > maximum) {
    return deny(DenialReason::QuantityAboveVenueMaximum, maximum.raw, order.quantity.raw);
  }
  return {};
}

// PRE-04 ----------------------------------------------------------------------------------------

/// That many millionths of a price, rounded towards zero.
Int128 part_of(Price price, std::uint32_t ppm) noexcept {
  std::int64_t product = 0;  // of all but absurd prices
  if (!__builtin_mul_overflow(price.raw, std::int64_t{ppm}, &product)) return product / 1'000'000;
  return Int128{price.raw} * ppm / 1'000'000;
}

/// The worst price that the collar allows this side, not rounded to the tick; at least one unit.
[[gnu::always_inline]] inline Price collar_edge(const Candidate& order, Price reference) noexcept {
  const std::uint32_t ppm =
      std::min(order.account_limits.price_collar_ppm, order.strategy_limits.price_collar_ppm);
  const Int128 distance = part_of(reference, ppm);
  const Int128 edge = order.side == Side::Buy ? reference.raw + distance : reference.raw - distance;
  constexpr Int128 kMax = std::numeric_limits<std::int64_t>::max();
  return {static_cast<std::int64_t>(std::clamp<Int128>(edge, 1, kMax))};
}

/// What the order is limited and valued at: its own price, or for a market order the collar's edge
/// on the tick, never beyond the edge.
[[gnu::always_inline]] inline Price worst_price(const Candidate& order, Price edge) noexcept {
  if (order.kind == OrderKind::Limit) return order.price;
  const Rounding inwards = order.side == Side::Buy ? Rounding::Down : Rounding::Up;
  return std::max(round_to_tick(order.instrument, edge, inwards), order.instrument.tick_size);
}

/// The most base that money may trade: at the collar's far side, for a buy gets more the lower the
/// price. Without a collar at half the reference. Rounded up to the lot; the largest quantity where
/// it does not fit.
Quantity worst_quantity(const Candidate& order, Price reference) noexcept {
  constexpr std::uint32_t kNoCollar = 500'000;
  const std::uint32_t ppm = std::min(
      {order.account_limits.price_collar_ppm, order.strategy_limits.price_collar_ppm, kNoCollar});
  const Instrument& instrument = order.instrument;
  const Int128 lowest =
      std::max<Int128>(1, reference.raw - static_cast<Int128>(reference.raw) * ppm / 1'000'000);
  const int digits = instrument.price_digits + instrument.quantity_digits;
  const auto raw = mul_div(order.quote_quantity.raw, wide_power_of_ten(digits),
                           lowest * wide_power_of_ten(kQuoteQuantityDigits), Rounding::Up);
  const Int128 lot = std::max<std::int64_t>(instrument.lot_size.raw, 1);
  if (!raw || *raw > kLargestQuantity.raw - lot) return kLargestQuantity;
  return {static_cast<std::int64_t>((*raw + lot - 1) / lot * lot)};
}

Amount money_of(const Candidate& order) noexcept {
  const Int128 scale = wide_power_of_ten(Amount::kDigits - kQuoteQuantityDigits);
  return {order.quote_quantity.raw * scale, order.instrument.quote};
}

/// The venue's slippage limit is the only bound that a sale for a sum of money takes: the collar's.
[[gnu::always_inline]] inline OrderOptions bounded_options(const Candidate& order) noexcept {
  OrderOptions options = order.options;
  const bool takes_it =
      order.kind == OrderKind::Market && order.side == Side::Sell && order.quote_quantity.raw > 0;
  if (!takes_it) return options;
  const std::uint32_t ppm =
      std::min(order.account_limits.price_collar_ppm, order.strategy_limits.price_collar_ppm);
  const auto collar =
      static_cast<std::uint16_t>(std::clamp<std::uint32_t>(ppm / 100, 1, kLargestSlippageBps));
  // The strategy may ask for less room than the collar leaves, never for more.
  const std::uint16_t own = options.slippage_max_bps;
  options.slippage_max_bps = own == 0 ? collar : std::min(own, collar);
  return options;
}

[[gnu::always_inline]] inline Verdict check_collar(const Candidate& order, Price edge) noexcept {
  if (order.kind == OrderKind::Market) return {};
  const bool outside = order.side == Side::Buy ? order.price > edge : order.price < edge;
  if (outside) return deny(DenialReason::PriceOutsideCollar, edge.raw, order.price.raw);
  return {};
}

/// A limit order beyond the venue's own bound would be refused there, or clamped.
[[gnu::always_inline]] inline Verdict check_venue_bounds(
    const Candidate& order, const ReferencePrices& references) noexcept {
  if (order.kind == OrderKind::Market) return {};
  const auto bound = order.side == Side::Buy ? references.highest_buy(order.instrument.id)
                                             : references.lowest_sell(order.instrument.id);
  if (!bound) return {};
  const bool outside = order.side == Side::Buy ? order.price > *bound : order.price < *bound;
  if (outside) return deny(DenialReason::PriceOutsideVenueLimit, bound->raw, order.price.raw);
  return {};
}

// PRE-05 ----------------------------------------------------------------------------------------

[[gnu::always_inline]] inline Verdict check_order_quantity(const Candidate& order) noexcept {
  const Quantity limit =
      std::min(order.account_limits.order_quantity_max, order.strategy_limits.order_quantity_max);
  if (order.quantity <= limit) return {};
  return deny(DenialReason::QuantityAboveLimit, limit.raw, order.quantity.raw);
}

/// The best price it may trade at: the reference when it takes, its own when it rests.
Price better_price(const Candidate& order, Price worst, Price reference) noexcept {
  return order.side == Side::Buy ? std::min(worst, reference) : std::max(worst, reference);
}

/// The largest of the values between two prices. The worst price is not always the largest value: a
/// linear sell may fill above its limit, and an inverse contract is worth more coin as its price
/// falls. Of what is no price the value is the largest there is.
[[gnu::always_inline]] inline Amount largest_notional(const Candidate& order, Price a,
                                                      Price b) noexcept {
  const Price lowest = std::min(a, b);
  const bool takes_lowest = lowest.raw <= 0 || falls_with_price(order.instrument);
  return order_notional(order.instrument, takes_lowest ? lowest : std::max(a, b), order.quantity);
}

/// PRE-03 too: what the venue takes in one order of this kind, where it says so in money.
[[gnu::always_inline]] inline Verdict check_notional(const Candidate& order, const Amount& notional,
                                                     const GateContext& context,
                                                     Timestamp now) noexcept {
  const auto value = context.conversions.convert(notional, now);
  if (!value) return deny(DenialReason::NoValuation);
  const Int128 limit =
      std::min(order.account_limits.order_notional_max, order.strategy_limits.order_notional_max);
  if (value->raw > limit) return deny(DenialReason::NotionalAboveLimit, limit, value->raw);
  const auto& maximum = order.kind == OrderKind::Limit ? order.instrument.maximum_limit_notional
                                                       : order.instrument.maximum_market_notional;
  if (!maximum) return {};
  const auto venue_limit = context.conversions.convert(*maximum, now);
  if (!venue_limit) return deny(DenialReason::NoValuation);
  if (value->raw <= venue_limit->raw) return {};
  return deny(DenialReason::QuantityAboveVenueMaximum, venue_limit->raw, value->raw);
}

// PRE-06 ----------------------------------------------------------------------------------------

/// Worst case of this side with the order, as a magnitude on that side (negative: still on the
/// other one).
Int128 worst_position(const Holding& holding, Side side, std::int64_t added) noexcept {
  const Int128 position = holding.position.raw;
  return side == Side::Buy ? position + holding.working_buy.raw + added
                           : -position + holding.working_sell.raw + added;
}

bool account_covers(const Candidate& order) noexcept {
  const Quantity held = order.account.position;
  return order.side == Side::Sell ? held >= order.quantity : -held >= order.quantity;
}

/// What orders that can only reduce may take off the position before the others of their side fill:
/// by themselves they turn nothing, but what fills after them starts from there.
Int128 reduced_first(const Holding& holding, Side side, std::int64_t added) noexcept {
  const Int128 held =
      side == Side::Sell ? Int128{holding.position.raw} : -Int128{holding.position.raw};
  const Int128 protective =
      Int128{side == Side::Sell ? holding.protective_sell.raw : holding.protective_buy.raw} + added;
  return std::max<Int128>(0, std::min(held, protective));
}

[[gnu::always_inline]] inline Verdict check_position(const Candidate& order, const Holding& holding,
                                                     const ResolvedLimits& limits) noexcept {
  Int128 worst = worst_position(holding, order.side, order.added_leaves);
  // The venue ends what is flagged to reduce when there is nothing left of the position.
  const bool ends_with_it =
      order.added_protective == 0 && order.reduce_only && account_covers(order);
  if (!ends_with_it) worst += reduced_first(holding, order.side, order.added_protective);
  const Quantity limit =
      order.side == Side::Buy ? limits.position_long_max : limits.position_short_max;
  if (worst <= limit.raw) return {};
  return deny(DenialReason::PositionAboveLimit, limit.raw, worst);
}

// PRE-07 ----------------------------------------------------------------------------------------

/// Figures beyond a limit by themselves (a price moved, a limit was tightened) deny nothing that
/// leaves them as they are or better.
struct NotionalChange {
  const WorstNotional& before;
  const WorstNotional& after;
};

Verdict check_gross(const NotionalChange& change, Int128 limit) noexcept {
  if (change.after.gross <= limit || change.after.gross <= change.before.gross) return {};
  return deny(DenialReason::GrossNotionalAboveLimit, limit, change.after.gross);
}

Verdict check_net(const NotionalChange& change, Int128 limit) noexcept {
  if (change.after.gross <= limit) return {};  // of which net is a part
  const Int128 after = change.after.net();
  if (after <= limit || after <= change.before.net()) return {};
  return deny(DenialReason::NetNotionalAboveLimit, limit, after);
}

/// gross / equity against the limit, both in millionths.
Verdict check_leverage(const NotionalChange& change, std::uint64_t limit_ppm,
                       const AccountFunds& funds) noexcept {
  if (change.after.gross <= change.before.gross) return {};
  const auto equity = funds.equity();
  if (!equity) return deny(DenialReason::NoBalances);
  constexpr Int128 kNoEquity = kInt128Max;
  // gross / equity, rounded up, is within the limit: the same without a division, where it fits.
  constexpr Int128 kUsualMoney = Int128{1} << 90;
  constexpr std::uint64_t kUsualLimit = std::uint64_t{1} << 36;
  if (*equity > 0 && *equity < kUsualMoney && change.after.gross < kUsualMoney &&
      limit_ppm < kUsualLimit && change.after.gross * 1'000'000 <= *equity * Int128{limit_ppm})
    return {};
  const auto leverage = *equity <= 0
                            ? std::optional(kNoEquity)
                            : mul_div(change.after.gross, 1'000'000, *equity, Rounding::Up);
  if (leverage && *leverage <= static_cast<Int128>(limit_ppm)) return {};
  return deny(DenialReason::LeverageAboveLimit, static_cast<Int128>(limit_ppm),
              leverage.value_or(kNoEquity));
}

Verdict check_free_margin(const NotionalChange& change, const LimitTable& limits,
                          InstrumentId instrument, const AccountFunds& funds) noexcept {
  const Int128 added = change.after.gross - change.before.gross;
  if (added <= 0) return {};
  const auto available = funds.available();
  if (!available) return deny(DenialReason::NoBalances);
  const Int128 left = *available - limits.margin_of(instrument, added);
  const Int128 limit = *limits.free_margin_min();
  if (left >= limit) return {};
  return deny(DenialReason::FreeMarginBelowLimit, limit, left);
}

/// Those of its limits that are set; without what they are compared with, the order is denied.
Verdict check_portfolio_limits(const Candidate& order, const LimitTable& limits,
                               const GateContext& context) noexcept {
  const Portfolio* portfolio = context.portfolio;
  if (portfolio == nullptr || context.funds == nullptr ||
      !portfolio->is_valued(order.instrument.id) || !portfolio->is_account_valued())
    return deny(DenialReason::NoValuation);
  const Portfolio::Change after = portfolio->with(order.strategy, order.instrument.id, order.side,
                                                  order.leg, order.added_leaves);
  const NotionalChange own{portfolio->of_strategy(order.strategy), after.strategy};
  const NotionalChange here{portfolio->of_instrument(order.instrument.id), after.instrument};
  const NotionalChange all{portfolio->of_account(), after.account};
  if (auto v = check_gross(own, order.strategy_limits.gross_notional_max); !v) return v;
  if (auto v = check_net(own, order.strategy_limits.net_notional_max); !v) return v;
  if (auto v = check_gross(here, order.account_limits.gross_notional_max); !v) return v;
  if (auto v = check_net(here, order.account_limits.net_notional_max); !v) return v;
  if (auto v = check_gross(all, limits.account_gross_max()); !v) return v;
  if (auto v = check_net(all, limits.account_net_max()); !v) return v;
  if (limits.leverage_max_ppm()) {
    if (auto v = check_leverage(all, *limits.leverage_max_ppm(), *context.funds); !v) return v;
  }
  if (!limits.free_margin_min()) return {};
  return check_free_margin(all, limits, order.instrument.id, *context.funds);
}

[[gnu::always_inline]] inline Verdict check_portfolio(const Candidate& order,
                                                      const LimitTable& limits,
                                                      const GateContext& context) noexcept {
  if (!limits.limits_portfolio() || order.by_engine) return {};  // it can only become less
  return check_portfolio_limits(order, limits, context);
}

// PRE-08 ----------------------------------------------------------------------------------------

[[gnu::always_inline]] inline Verdict check_open_orders(const Candidate& order,
                                                        const LimitTable& limits,
                                                        const Exposure& exposure) noexcept {
  if (!order.is_new || order.by_engine) return {};
  struct Level {
    std::uint32_t now;
    std::uint32_t maximum;
  };
  for (const Level level :
       {Level{exposure.open_orders(order.strategy), order.strategy_limits.open_orders_max},
        Level{exposure.open_orders(order.instrument.id), order.account_limits.open_orders_max},
        Level{exposure.open_orders(), limits.account_open_orders_max()}}) {
    if (level.now >= level.maximum) {
      return deny(DenialReason::TooManyOpenOrders, level.maximum, level.now);
    }
  }
  return {};
}

// PRE-18 ----------------------------------------------------------------------------------------

/// In long/short mode a sell of the long leg and a buy of the short leg can only close.
bool must_reduce(const Candidate& order) noexcept {
  return order.reduce_only || (order.leg == PositionSide::Long && order.side == Side::Sell) ||
         (order.leg == PositionSide::Short && order.side == Side::Buy);
}

/// Even if all orders of this side fill and none of the other, the strategy's own position does not
/// turn: then no order of the side adds risk.
[[gnu::always_inline]] inline Verdict check_reduces(const Candidate& order) noexcept {
  if (!must_reduce(order)) return {};
  const Int128 beyond = worst_position(order.own, order.side, order.added_leaves);
  if (beyond <= 0) return {};
  return deny(DenialReason::ReduceOnlyWouldIncrease, 0, beyond);
}

// PRE-01 ----------------------------------------------------------------------------------------

/// What the engine reduces passes kill and hold; not while the account's own state is in doubt.
Verdict check_reduction_modes(const Candidate& order, const TradingModes& modes) noexcept {
  if (modes.engine() == TradingMode::NotReady) return deny(DenialReason::NotReady);
  const TradingMode instrument = modes.instrument(order.instrument.id);
  if (instrument == TradingMode::NotReady) return deny(DenialReason::NotReady);
  if (instrument == TradingMode::Held) return deny(DenialReason::Held);
  return {};
}

[[gnu::always_inline]] inline Verdict check_modes(const Candidate& order,
                                                  const TradingModes& modes) noexcept {
  if (order.by_engine && must_reduce(order)) return check_reduction_modes(order, modes);
  struct Level {
    TradingMode mode;
    DenialReason not_ready;
  };
  for (const Level level : {Level{modes.strategy(order.strategy), DenialReason::StrategyStopped},
                            Level{modes.instrument(order.instrument.id), DenialReason::NotReady},
                            Level{modes.engine(), DenialReason::NotReady}}) {
    switch (level.mode) {
      case TradingMode::Ready:
        continue;
      case TradingMode::NotReady:
        return deny(level.not_ready);
      case TradingMode::Held:
        return deny(DenialReason::Held);
      case TradingMode::Killed:
        return deny(DenialReason::Killed);
      case TradingMode::ReduceOnly: {
        // PRE-18: even if everything of that side fills, the strategy's position does not turn.
        const Int128 beyond = worst_position(order.own, order.side, order.added_leaves);
        if (beyond > 0) return deny(DenialReason::ReduceOnlyWouldIncrease, 0, beyond);
        continue;
      }
    }
    return deny(DenialReason::NotReady);
  }
  return {};
}

/// It passed, or broke the one rule that a person let it past.
bool has_passed(const Verdict& verdict, Candidate& order, const GateContext& context) noexcept {
  if (verdict) return true;
  if (context.waived != verdict.error().reason) return false;
  order.used_waiver = true;
  return true;
}

/// Every rule in order, PRE-01 last; the worst price of what passed. An order sized in money gets
/// its quantity on the way.
std::expected<Price, Denial> run_rules(Candidate& order, const LimitTable& limits,
                                       const GateContext& context, Timestamp now) noexcept {
  const auto refused = [](const Verdict& verdict) { return std::unexpected(verdict.error()); };
  const auto passes = [&](const Verdict& verdict) { return has_passed(verdict, order, context); };

  if (auto v = check_tradable(order); !v) return refused(v);
  if (auto v = check_definition_age(order, limits, context, now); !v) return refused(v);
  if (auto v = check_combination(order); !v) return refused(v);
  if (auto v = check_price_grid(order); !v) return refused(v);
  if (auto v = check_quantity_grid(order); !v) return refused(v);

  const auto reference = context.references.fresh_reference(order.instrument.id, now);
  if (!reference) return deny(DenialReason::NoFreshReferencePrice);
  const bool is_sized_in_money = order.quote_quantity.raw > 0;
  if (is_sized_in_money) {
    order.quantity = worst_quantity(order, *reference);
    order.added_leaves = order.quantity.raw;
    if (order.quantity < order.instrument.minimum_quantity)
      return deny(DenialReason::QuantityBelowMinimum, order.instrument.minimum_quantity.raw,
                  order.quantity.raw);
  }
  const Price edge = collar_edge(order, *reference);
  if (auto v = check_collar(order, edge); !passes(v)) return refused(v);
  if (auto v = check_venue_bounds(order, context.references); !v) return refused(v);

  if (auto v = check_order_quantity(order); !passes(v)) return refused(v);
  const Price worst = worst_price(order, edge);
  const Price better = better_price(order, worst, *reference);
  Amount notional = is_sized_in_money ? money_of(order) : largest_notional(order, worst, better);
  if (order.old_price && !is_sized_in_money)
    notional = std::max(notional, largest_notional(order, *order.old_price, *order.old_price));
  if (auto v = check_notional(order, notional, context, now); !passes(v)) return refused(v);

  if (auto v = check_position(order, order.own, order.strategy_limits); !passes(v))
    return refused(v);
  if (auto v = check_position(order, order.account, order.account_limits); !passes(v))
    return refused(v);
  if (auto v = check_portfolio(order, limits, context); !passes(v)) return refused(v);
  if (auto v = check_open_orders(order, limits, context.exposure); !passes(v)) return refused(v);
  if (auto v = check_reduces(order); !v) return refused(v);
  if (auto v = check_modes(order, context.modes); !v) return refused(v);
  return worst;
}

/// The parts of a candidate that come from who asks and what for. Requires check_known.
[[gnu::always_inline]] inline Candidate candidate_for(StrategyId strategy, InstrumentId instrument,
                                                      PositionSide leg, const LimitTable& limits,
                                                      const GateContext& context) noexcept {
  return {.instrument = context.instruments[instrument],
          .account_limits = limits.of_instrument(instrument),
          .strategy_limits = strategy.valid() ? limits.of_strategy(strategy, instrument)
                                              : limits.of_instrument(instrument),
          .account = context.exposure.of_account(instrument, leg),
          .own = context.exposure.of_strategy(strategy, instrument, leg),
          .strategy = strategy,
          .leg = leg};
}

/// What an amend adds to the leaves counted now, at worst. An order cannot end below what it has
/// filled already.
std::int64_t added_by_amend(const WorkingOrder& order, Quantity new_quantity) noexcept {
  const Quantity new_leaves =
      std::max(new_quantity, order.cumulative_quantity) - order.booked_quantity;
  return std::max<std::int64_t>(0, (new_leaves - order.counted_leaves).raw);
}

// Algo orders -----------------------------------------------------------------------------------

/// The prices that its kind needs are there, and none that it has no use for.
bool has_its_fields(const AlgoTerms& terms) noexcept {
  const bool has_profit = terms.trigger.raw != 0;
  const bool has_stop = terms.stop_trigger.raw != 0;
  const bool has_distance = (terms.distance.raw != 0) != (terms.distance_ppm != 0);
  const bool has_no_stop = !has_stop && terms.stop_limit.raw == 0;
  if (terms.close_position ? terms.quantity.raw != 0 : terms.quantity.raw <= 0) return false;
  if (terms.close_position && (terms.kind > AlgoKind::OneCancelsOther || terms.limit.raw != 0 ||
                               terms.stop_limit.raw != 0 || !terms.reduce_only))
    return false;
  switch (terms.kind) {
    case AlgoKind::Conditional:
      return has_profit != has_stop && (has_stop || has_no_stop) &&
             (has_profit || terms.limit.raw == 0);
    case AlgoKind::OneCancelsOther:
      return has_profit && has_stop;
    case AlgoKind::Trigger:
      return has_profit && has_no_stop &&
             (terms.limit.raw != 0 || terms.time_in_force == TimeInForce::GoodTillCancel);
    case AlgoKind::TrailingStop:
      return has_distance && has_no_stop && terms.limit.raw == 0;
    case AlgoKind::Iceberg:
      return has_no_stop && terms.slice.raw > 0 && terms.slices > 0;
    case AlgoKind::TimeWeighted:
      return has_no_stop && has_distance && terms.slice.raw > 0 && terms.limit.raw != 0 &&
             terms.interval.count > 0;
    case AlgoKind::Chase:
      return has_no_stop && (terms.distance.raw == 0 || terms.distance_ppm == 0);
  }
  return false;
}

Verdict check_algo_prices(const Candidate& order, const AlgoTerms& terms) noexcept {
  for (const Price price : {terms.trigger, terms.limit, terms.stop_trigger, terms.stop_limit,
                            terms.distance, terms.farthest}) {
    if (price.raw < 0) return deny(DenialReason::PriceNotPositive, 0, price.raw);
    const std::int64_t tick = order.instrument.tick_size.raw;
    if (tick <= 0 || price.raw % tick != 0) {
      return deny(DenialReason::PriceNotOnTick, tick, price.raw);
    }
  }
  return {};
}

/// A limit far through the price that triggers it is a mistake like any other.
Verdict check_algo_collar(Candidate order, const AlgoTerms& terms, Price reference) noexcept {
  const auto check = [&order](Price limit, Price from) -> Verdict {
    if (limit.raw == 0) return {};
    order.price = limit;
    return check_collar(order, collar_edge(order, from));
  };
  const bool has_trigger = terms.kind <= AlgoKind::Trigger;
  if (auto v = check(terms.limit, has_trigger ? terms.trigger : reference); !v) return v;
  return check(terms.stop_limit, terms.stop_trigger);
}

/// The strategy's own position in that direction covers it by itself. Other orders that reduce do
/// not count against it: of several exits the venue's flag lets no more through than there is.
Verdict check_algo_reduces(const Candidate& order, bool is_protective) noexcept {
  if (!is_protective) return check_reduces(order);
  const std::int64_t held =
      order.side == Side::Sell ? order.own.position.raw : -order.own.position.raw;
  if (held >= order.quantity.raw) return {};
  return deny(DenialReason::ReduceOnlyWouldIncrease, 0, Int128{order.quantity.raw} - held);
}

Verdict run_algo_rules(Candidate& order, const AlgoTerms& terms, bool is_protective,
                       const LimitTable& limits, const GateContext& context,
                       Timestamp now) noexcept {
  if (auto v = check_tradable(order); !v) return v;
  if (auto v = check_definition_age(order, limits, context, now); !v) return v;
  if (!has_its_fields(terms)) return deny(DenialReason::UnsupportedOrder);
  if (auto v = check_algo_prices(order, terms); !v) return v;
  if (auto v = check_quantity_grid(order); !v) return v;
  const auto reference = context.references.fresh_reference(order.instrument.id, now);
  if (!reference) return deny(DenialReason::NoFreshReferencePrice);
  if (auto v = check_algo_collar(order, terms, *reference); !v) return v;
  if (auto v = check_order_quantity(order); !v) return v;
  Amount notional = largest_notional(order, *reference, *reference);
  for (const Price price : {terms.trigger, terms.limit, terms.stop_trigger, terms.stop_limit}) {
    if (price.raw != 0) notional = std::max(notional, largest_notional(order, price, price));
  }
  if (auto v = check_notional(order, notional, context, now); !v) return v;
  if (auto v = check_position(order, order.own, order.strategy_limits); !v) return v;
  if (auto v = check_position(order, order.account, order.account_limits); !v) return v;
  if (auto v = check_portfolio(order, limits, context); !v) return v;
  if (auto v = check_open_orders(order, limits, context.exposure); !v) return v;
  if (auto v = check_algo_reduces(order, is_protective); !v) return v;
  return check_modes(order, context.modes);
}

}  // namespace

std::expected<ApprovedOrder, Denial> PreTradeGate::check(const OrderIntent& intent,
                                                         const GateContext& context,
                                                         Timestamp now) const noexcept {
  const Verdict known = intent.by_engine
                            ? check_known_reduction(intent, limits_, context)
                            : check_known(intent.strategy, intent.instrument, limits_, context);
  if (!known) return std::unexpected(known.error());
  Candidate order =
      candidate_for(intent.strategy, intent.instrument, intent.position_side, limits_, context);
  order.by_engine = intent.by_engine;
  order.side = intent.side;
  order.kind = intent.kind;
  order.time_in_force = intent.time_in_force;
  order.post_only = intent.post_only;
  order.reduce_only = intent.reduce_only;
  order.options = intent.options;
  order.quote_quantity = intent.quote_quantity;
  order.price = intent.price;
  order.quantity = intent.quantity;
  order.added_leaves = intent.quantity.raw;
  const auto worst = run_rules(order, limits_, context, now);
  if (!worst) return std::unexpected(worst.error());
  return ApprovedOrder(intent, *worst, order.quantity, bounded_options(order),
                       intent.reduce_only && account_covers(order), order.used_waiver);
}

std::optional<Price> PreTradeGate::worst_price(const OrderIntent& intent,
                                               const GateContext& context,
                                               Timestamp now) const noexcept {
  if (!check_known(intent.strategy, intent.instrument, limits_, context)) return std::nullopt;
  if (intent.kind == OrderKind::Limit) return intent.price;
  const auto reference = context.references.fresh_reference(intent.instrument, now);
  if (!reference) return std::nullopt;
  Candidate order =
      candidate_for(intent.strategy, intent.instrument, intent.position_side, limits_, context);
  order.side = intent.side;
  order.kind = intent.kind;
  return risk::worst_price(order, collar_edge(order, *reference));
}

std::expected<ApprovedAmend, Denial> PreTradeGate::check_amend(const AmendIntent& intent,
                                                               const WorkingOrder& working,
                                                               const GateContext& context,
                                                               Timestamp now) const noexcept {
  if (auto v = check_known(working.strategy, working.instrument, limits_, context); !v) {
    return std::unexpected(v.error());
  }
  const Price price = intent.new_price.value_or(working.price);
  const Quantity quantity = intent.new_quantity.value_or(working.quantity);
  if (price == working.price && quantity == working.quantity) {
    return deny(DenialReason::NothingToAmend);
  }
  Candidate order =
      candidate_for(working.strategy, working.instrument, working.position_side, limits_, context);
  // The rules below see the larger of old and new; the grid is for what is sent.
  if (auto v = check_lot_and_minimum(order.instrument, quantity); !v) {
    return std::unexpected(v.error());
  }
  order.side = working.side;
  order.kind = working.kind;
  order.time_in_force = working.time_in_force;
  order.post_only = working.post_only;
  order.reduce_only = working.reduce_only;
  order.price = price;
  order.old_price = working.price;
  order.quantity = std::max(quantity, working.quantity);
  order.added_leaves = added_by_amend(working, quantity);
  order.is_new = false;
  if (const auto worst = run_rules(order, limits_, context, now); !worst) {
    return std::unexpected(worst.error());
  }
  return ApprovedAmend(intent, price, quantity);
}

std::expected<ApprovedAlgo, Denial> PreTradeGate::check_algo(const AlgoIntent& intent,
                                                             const GateContext& context,
                                                             Timestamp now) const noexcept {
  if (auto v = check_known(intent.strategy, intent.instrument, limits_, context); !v) {
    return std::unexpected(v.error());
  }
  const AlgoTerms& terms = intent.terms;
  Candidate order =
      candidate_for(intent.strategy, intent.instrument, terms.position_side, limits_, context);
  order.side = terms.side;
  order.reduce_only = terms.reduce_only;
  order.quantity = terms.quantity;
  if (terms.close_position) {
    // The venue closes what the account has, whoever owns it: only its one owner may ask for it.
    const std::int64_t held = order.account.position.raw;
    order.quantity = {terms.side == Side::Sell ? held : -held};
    if (order.quantity.raw <= 0 || order.own.position.raw != held) {
      return deny(DenialReason::ReduceOnlyWouldIncrease, 0, held);
    }
  }
  // Where the venue knows no reduce-only, nothing would keep it from increasing.
  const bool is_protective =
      terms.reduce_only && account_covers(order) && limits_.venue_reduces(order.instrument.kind);
  (is_protective ? order.added_protective : order.added_leaves) = order.quantity.raw;
  if (auto v = run_algo_rules(order, terms, is_protective, limits_, context, now); !v) {
    return std::unexpected(v.error());
  }
  return ApprovedAlgo(intent, order.quantity, is_protective);
}

std::expected<void, Denial> PreTradeGate::check_exits(const OrderIntent& intent,
                                                      const GateContext& context) const noexcept {
  if (auto v = check_known(intent.strategy, intent.instrument, limits_, context); !v) return v;
  const AlgoTerms terms = exit_terms(intent);
  const bool has_stray_limit = (terms.trigger.raw == 0 && terms.limit.raw != 0) ||
                               (terms.stop_trigger.raw == 0 && terms.stop_limit.raw != 0);
  Candidate exit =
      candidate_for(intent.strategy, intent.instrument, terms.position_side, limits_, context);
  // What reduces has no exits, nor has a sum of money, nor an option.
  if (has_stray_limit || intent.reduce_only || intent.quote_quantity.raw != 0 ||
      exit.instrument.kind == InstrumentKind::Option)
    return deny(DenialReason::UnsupportedOrder);
  exit.side = terms.side;
  if (auto v = check_algo_prices(exit, terms); !v) return v;
  if (terms.trigger.raw == 0) return check_algo_collar(exit, terms, terms.stop_trigger);
  return check_algo_collar(exit, terms, terms.trigger);
}

std::expected<void, Denial> PreTradeGate::check_algo_amend(StrategyId strategy,
                                                           InstrumentId instrument,
                                                           const AlgoTerms& terms, bool must_reduce,
                                                           bool is_protective, Quantity counted,
                                                           const GateContext& context,
                                                           Timestamp now) const noexcept {
  if (auto v = check_known(strategy, instrument, limits_, context); !v) return v;
  Candidate order = candidate_for(strategy, instrument, terms.position_side, limits_, context);
  order.side = terms.side;
  order.reduce_only = must_reduce;
  order.quantity = terms.quantity;
  (is_protective ? order.added_protective : order.added_leaves) =
      std::max<std::int64_t>(0, (terms.quantity - counted).raw);
  order.is_new = false;
  if (terms.close_position) order.quantity = order.instrument.minimum_quantity;
  return run_algo_rules(order, terms, is_protective, limits_, context, now);
}

}  // namespace gannet::risk
