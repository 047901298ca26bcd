#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "domain/instrument.h"
#include "domain/orders.h"
#include "gateway/okx/protocol/account_mode.h"
#include "gateway/okx/protocol/order_words.h"

namespace gannet::okx {

// What the venue has no order for, as one table that the compiler checks: a combination that it
// lacks is an answer with a reason, given before a byte leaves, and never a guess at what was
// meant. [PROTOCOL 6.3, 6.4, 8.2, 8.3]

// (enumerator, what the venue lacks). docs/okx-coverage.md may be printed from it.
#define GANNET_OKX_LACKS(X)                                                                        \
  X(PostOnlyOrder, "post-only orders that do not rest: market, immediate-or-cancel, fill-or-kill") \
  X(MarketFillOrKill, "market orders that fill whole or not at all")                               \
  X(MarketOption, "market orders on options (51066)")                                              \
  X(MoneySized, "sizes in money but for market orders on spot and margin")                         \
  X(MarginBuyByQuantity, "margin market buys by quantity: their size is money")                    \
  X(MarginSellByMoney, "margin market sales by money")                                             \
  X(CancelBothFillOrKill, "fill-or-kill that cancels both sides of a self-trade (54036)")          \
  X(ProtectionProgram,                                                                             \
    "market maker protection but for resting orders on options in portfolio "                      \
    "margin accounts")                                                                             \
  X(ImprovementProgram,                                                                            \
    "retail price improvement but for resting orders on spot, swaps and "                          \
    "futures that may open (54039, 54041)")                                                        \
  X(ClampWithoutPrice, "a clamped price of a market order")                                        \
  X(ExactSize, "an exact size but for spot market orders")                                         \
  X(Slippage, "a slippage limit but for spot market orders sized in what they receive, up to 5 %") \
  X(PositionSideSpot, "sides of positions on spot and margin, and in net mode (51000)")            \
  X(PositionSideMissing, "orders of no side in long/short mode (51000)")                           \
  X(CashDerivative, "derivatives for cash, but for bought options in simple accounts")             \
  X(MarginInSimple, "margin in simple accounts (51010)")                                           \
  X(IsolatedInMulti, "isolated margin in multi-currency and portfolio accounts (50072)")

enum class Lack : std::uint8_t {
  None,
#define GANNET_OKX_ENUMERATOR(id, text) id,
  GANNET_OKX_LACKS(GANNET_OKX_ENUMERATOR)
#undef GANNET_OKX_ENUMERATOR
};
std::string_view describe(Lack lack) noexcept;

/// What decides whether the venue has such an order.
struct OrderShape {
  InstrumentKind instrument = InstrumentKind::Spot;
  AccountMode account = AccountMode::Futures;
  bool long_short = false;
  MarginMode margin = MarginMode::Cross;
  Side side = Side::Buy;
  PositionSide position_side = PositionSide::Net;
  OrderKind kind = OrderKind::Limit;
  TimeInForce time_in_force = TimeInForce::GoodTillCancel;
  bool post_only = false;
  bool reduce_only = false;
  bool money_sized = false;
  OrderOptions options;
};

constexpr bool is_contract(InstrumentKind kind) noexcept {
  return kind == InstrumentKind::Swap || kind == InstrumentKind::Futures;
}

/// How the venue margins the order (tdMode), by account mode. [8.3: where its pages disagree,
/// isolated margin is taken as refused in multi-currency and portfolio accounts]
constexpr std::optional<MarginMode> trade_mode(AccountMode account, InstrumentKind kind, Side side,
                                               MarginMode wanted) noexcept {
  const bool is_spot = kind == InstrumentKind::Spot;
  const bool is_margin_pair = kind == InstrumentKind::Margin;
  switch (account) {
    case AccountMode::Spot:
      if (is_spot) return MarginMode::Cash;
      if (kind == InstrumentKind::Option && side == Side::Buy) return MarginMode::Cash;
      return std::nullopt;
    case AccountMode::Futures:
      if (is_spot) return wanted;
      if (wanted == MarginMode::Cash) return std::nullopt;
      return wanted;
    case AccountMode::MultiCurrency:
    case AccountMode::Portfolio:
      // Spot is traded cross there: all of the account is one margin.
      if (wanted == MarginMode::Isolated) return std::nullopt;
      if (is_spot || is_margin_pair) return MarginMode::Cross;
      return wanted == MarginMode::Cross ? std::optional(MarginMode::Cross) : std::nullopt;
  }
  return std::nullopt;
}

/// Whether the venue has the flag. Where it has not, the gate's own check stands alone: no order is
/// refused for it. [6.3: margin, and contracts in net mode; futures and multi-currency accounts]
constexpr bool has_reduce_only(InstrumentKind kind, AccountMode account, bool long_short) noexcept {
  const bool has_account = account == AccountMode::Futures || account == AccountMode::MultiCurrency;
  return has_account && !long_short && (kind == InstrumentKind::Margin || is_contract(kind));
}

constexpr Lack lack_of_mode(const OrderShape& shape) noexcept {
  if (trade_mode(shape.account, shape.instrument, shape.side, shape.margin)) return Lack::None;
  if (shape.account == AccountMode::Spot) return Lack::MarginInSimple;
  return shape.margin == MarginMode::Isolated ? Lack::IsolatedInMulti : Lack::CashDerivative;
}

constexpr Lack lack_of_type(const OrderShape& shape) noexcept {
  const bool rests = shape.time_in_force == TimeInForce::GoodTillCancel;
  const bool is_market = shape.kind == OrderKind::Market;
  const bool is_option = shape.instrument == InstrumentKind::Option;
  if (shape.post_only && (is_market || !rests)) return Lack::PostOnlyOrder;
  if (is_market && shape.time_in_force == TimeInForce::FillOrKill) return Lack::MarketFillOrKill;
  if (is_market && is_option) return Lack::MarketOption;
  switch (shape.options.program) {
    case QuoteProgram::None:
      return Lack::None;
    case QuoteProgram::MarketMakerProtection:
      return is_market || !rests || !is_option || shape.account != AccountMode::Portfolio
                 ? Lack::ProtectionProgram
                 : Lack::None;
    case QuoteProgram::RetailPriceImprovement:
      return is_market || !rests || is_option || shape.reduce_only ? Lack::ImprovementProgram
                                                                   : Lack::None;
  }
  return Lack::None;
}

constexpr Lack lack_of_size(const OrderShape& shape) noexcept {
  const bool is_market = shape.kind == OrderKind::Market;
  const bool is_spot = shape.instrument == InstrumentKind::Spot;
  const bool is_margin_pair = shape.instrument == InstrumentKind::Margin;
  if (shape.money_sized && !(is_market && (is_spot || is_margin_pair))) return Lack::MoneySized;
  if (is_market && is_margin_pair && shape.side == Side::Buy && !shape.money_sized)
    return Lack::MarginBuyByQuantity;
  if (is_market && is_margin_pair && shape.side == Side::Sell && shape.money_sized)
    return Lack::MarginSellByMoney;
  if (shape.options.clamp_price && is_market) return Lack::ClampWithoutPrice;
  if (shape.options.exact_size && !(is_market && is_spot)) return Lack::ExactSize;
  const bool sized_in_received = (shape.side == Side::Buy) != shape.money_sized;
  const std::uint16_t slippage = shape.options.slippage_max_bps;
  if (slippage > kLargestSlippageBps) return Lack::Slippage;
  if (slippage != 0 && !(is_market && (is_spot || is_margin_pair) && sized_in_received))
    return Lack::Slippage;
  return Lack::None;
}

/// What the venue lacks for an order of that shape; the first of them.
constexpr Lack lack_of(const OrderShape& shape) noexcept {
  if (const Lack lack = lack_of_type(shape); lack != Lack::None) return lack;
  if (const Lack lack = lack_of_size(shape); lack != Lack::None) return lack;
  if (shape.options.self_trade == SelfTradePrevention::CancelBoth &&
      shape.time_in_force == TimeInForce::FillOrKill)
    return Lack::CancelBothFillOrKill;
  const bool is_sided = is_contract(shape.instrument) && shape.long_short;
  if (shape.position_side != PositionSide::Net && !is_sided) return Lack::PositionSideSpot;
  if (shape.position_side == PositionSide::Net && is_sided) return Lack::PositionSideMissing;
  return lack_of_mode(shape);
}

// The table, checked: what each kind of instrument and account has and lacks.
namespace order_rule_checks {
constexpr OrderShape limit(InstrumentKind instrument) {
  OrderShape shape;
  shape.instrument = instrument;
  return shape;
}
constexpr OrderShape swap() { return limit(InstrumentKind::Swap); }
constexpr OrderShape market(InstrumentKind instrument) {
  OrderShape shape = limit(instrument);
  shape.kind = OrderKind::Market;
  return shape;
}
constexpr OrderShape with(OrderShape shape, TimeInForce time_in_force) {
  shape.time_in_force = time_in_force;
  return shape;
}
constexpr OrderShape in(OrderShape shape, AccountMode account, MarginMode margin) {
  shape.account = account;
  shape.margin = margin;
  return shape;
}
constexpr OrderShape for_money(OrderShape shape, Side side) {
  shape.side = side;
  shape.money_sized = true;
  return shape;
}
constexpr OrderShape opting(OrderShape shape, OrderOptions options) {
  shape.options = options;
  return shape;
}
constexpr OrderShape sided(OrderShape shape, bool long_short, PositionSide side) {
  shape.long_short = long_short;
  shape.position_side = side;
  return shape;
}
inline constexpr auto kIoc = TimeInForce::ImmediateOrCancel;
inline constexpr auto kFok = TimeInForce::FillOrKill;
inline constexpr OrderOptions kBoth{.self_trade = SelfTradePrevention::CancelBoth};
inline constexpr OrderOptions kMmp{.program = QuoteProgram::MarketMakerProtection};
inline constexpr OrderOptions kRpi{.program = QuoteProgram::RetailPriceImprovement};
inline constexpr OrderOptions kSlip{.slippage_max_bps = 50};

static_assert(lack_of(swap()) == Lack::None);
static_assert(lack_of(with(swap(), kIoc)) == Lack::None);
static_assert(lack_of(with(market(InstrumentKind::Swap), kIoc)) == Lack::None);
static_assert(lack_of(with(market(InstrumentKind::Swap), kFok)) == Lack::MarketFillOrKill);
static_assert(lack_of(market(InstrumentKind::Option)) == Lack::MarketOption);
static_assert(lack_of(opting(with(swap(), kFok), kBoth)) == Lack::CancelBothFillOrKill);
static_assert(lack_of(opting(swap(), kBoth)) == Lack::None);
static_assert(lack_of(opting(swap(), kMmp)) == Lack::ProtectionProgram);
static_assert(lack_of(opting(in(limit(InstrumentKind::Option), AccountMode::Portfolio,
                                MarginMode::Cross),
                             kMmp)) == Lack::None);
static_assert(lack_of(opting(swap(), kRpi)) == Lack::None);
static_assert(lack_of(opting(with(swap(), kIoc), kRpi)) == Lack::ImprovementProgram);
static_assert(lack_of(for_money(market(InstrumentKind::Spot), Side::Buy)) == Lack::None);
static_assert(lack_of(for_money(market(InstrumentKind::Swap), Side::Buy)) == Lack::MoneySized);
static_assert(lack_of(market(InstrumentKind::Margin)) == Lack::MarginBuyByQuantity);
static_assert(lack_of(for_money(market(InstrumentKind::Margin), Side::Sell)) ==
              Lack::MarginSellByMoney);
static_assert(lack_of(opting(market(InstrumentKind::Spot), kSlip)) == Lack::None);
static_assert(lack_of(opting(for_money(market(InstrumentKind::Spot), Side::Buy), kSlip)) ==
              Lack::Slippage);
static_assert(lack_of(opting(for_money(market(InstrumentKind::Spot), Side::Sell), kSlip)) ==
              Lack::None);
static_assert(lack_of(opting(swap(), {.exact_size = true})) == Lack::ExactSize);
static_assert(lack_of(opting(market(InstrumentKind::Spot), {.clamp_price = true})) ==
              Lack::ClampWithoutPrice);
static_assert(lack_of(sided(swap(), true, PositionSide::Long)) == Lack::None);
static_assert(lack_of(sided(swap(), true, PositionSide::Net)) == Lack::PositionSideMissing);
static_assert(lack_of(sided(swap(), false, PositionSide::Short)) == Lack::PositionSideSpot);
static_assert(!has_reduce_only(InstrumentKind::Spot, AccountMode::Futures, false));
static_assert(has_reduce_only(InstrumentKind::Swap, AccountMode::Futures, false));
static_assert(lack_of(in(swap(), AccountMode::Spot, MarginMode::Cross)) == Lack::MarginInSimple);
static_assert(lack_of(in(swap(), AccountMode::Futures, MarginMode::Cash)) == Lack::CashDerivative);
static_assert(lack_of(in(swap(), AccountMode::Futures, MarginMode::Isolated)) == Lack::None);
static_assert(lack_of(in(swap(), AccountMode::Portfolio, MarginMode::Isolated)) ==
              Lack::IsolatedInMulti);
static_assert(trade_mode(AccountMode::MultiCurrency, InstrumentKind::Spot, Side::Buy,
                         MarginMode::Cash) == MarginMode::Cross);
static_assert(trade_mode(AccountMode::Spot, InstrumentKind::Option, Side::Buy, MarginMode::Cross) ==
              MarginMode::Cash);
}  // namespace order_rule_checks

}  // namespace gannet::okx
