#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "domain/orders.h"

namespace gannet::okx {

// The venue's words for orders as tables that the compiler checks. [PROTOCOL 8]

enum class OrdType : std::uint8_t {
  Market,
  Limit,
  PostOnly,
  FillOrKill,
  ImmediateOrCancel,
  BandLimit,  ///< optimal_limit_ioc: immediate-or-cancel at the edge of the price band
  Protected,
  ProtectedPostOnly,
  Improvement,
};

/// The venue's order type; nothing for combinations it lacks. A market order has no time in force
/// of its own: GoodTillCancel stands for "as it comes", and immediate-or-cancel is what it does on
/// spot. On contracts (`has_band`) the venue keeps the two apart.
constexpr std::optional<OrdType> ord_type(OrderKind kind, TimeInForce time_in_force, bool post_only,
                                          QuoteProgram program = QuoteProgram::None,
                                          bool has_band = false) noexcept {
  if (kind == OrderKind::Market) {
    if (post_only || time_in_force == TimeInForce::FillOrKill || program != QuoteProgram::None)
      return std::nullopt;
    const bool at_once = time_in_force == TimeInForce::ImmediateOrCancel;
    return at_once && has_band ? OrdType::BandLimit : OrdType::Market;
  }
  if (program != QuoteProgram::None && time_in_force != TimeInForce::GoodTillCancel)
    return std::nullopt;
  if (program == QuoteProgram::MarketMakerProtection)
    return post_only ? OrdType::ProtectedPostOnly : OrdType::Protected;
  if (program == QuoteProgram::RetailPriceImprovement) return OrdType::Improvement;
  if (post_only && time_in_force != TimeInForce::GoodTillCancel) return std::nullopt;
  switch (time_in_force) {
    case TimeInForce::GoodTillCancel:
      return post_only ? OrdType::PostOnly : OrdType::Limit;
    case TimeInForce::ImmediateOrCancel:
      return OrdType::ImmediateOrCancel;
    case TimeInForce::FillOrKill:
      return OrdType::FillOrKill;
  }
  return std::nullopt;
}
static_assert(ord_type(OrderKind::Limit, TimeInForce::FillOrKill, false) == OrdType::FillOrKill);
static_assert(ord_type(OrderKind::Limit, TimeInForce::GoodTillCancel, true) == OrdType::PostOnly);
static_assert(!ord_type(OrderKind::Limit, TimeInForce::FillOrKill, true));
static_assert(!ord_type(OrderKind::Limit, TimeInForce::ImmediateOrCancel, true));
static_assert(!ord_type(OrderKind::Market, TimeInForce::GoodTillCancel, true));
static_assert(!ord_type(OrderKind::Market, TimeInForce::FillOrKill, false));
static_assert(ord_type(OrderKind::Market, TimeInForce::ImmediateOrCancel, false, QuoteProgram::None,
                       true) == OrdType::BandLimit);
static_assert(ord_type(OrderKind::Market, TimeInForce::ImmediateOrCancel, false) ==
              OrdType::Market);
static_assert(ord_type(OrderKind::Limit, TimeInForce::GoodTillCancel, true,
                       QuoteProgram::MarketMakerProtection) == OrdType::ProtectedPostOnly);
static_assert(!ord_type(OrderKind::Limit, TimeInForce::FillOrKill, false,
                        QuoteProgram::RetailPriceImprovement));

constexpr std::string_view word(OrdType type) noexcept {
  switch (type) {
    case OrdType::Market:
      return "market";
    case OrdType::Limit:
      return "limit";
    case OrdType::PostOnly:
      return "post_only";
    case OrdType::FillOrKill:
      return "fok";
    case OrdType::ImmediateOrCancel:
      return "ioc";
    case OrdType::BandLimit:
      return "optimal_limit_ioc";
    case OrdType::Protected:
      return "mmp";
    case OrdType::ProtectedPostOnly:
      return "mmp_and_post_only";
    case OrdType::Improvement:
      return "rpi";
  }
  std::unreachable();
}
constexpr std::string_view word(Side side) noexcept { return side == Side::Buy ? "buy" : "sell"; }
constexpr std::string_view word(MarginMode mode) noexcept {
  switch (mode) {
    case MarginMode::Cash:
      return "cash";
    case MarginMode::Cross:
      return "cross";
    case MarginMode::Isolated:
      return "isolated";
  }
  std::unreachable();
}
/// "": the account's own, which is said by saying nothing.
constexpr std::string_view word(SelfTradePrevention mode) noexcept {
  switch (mode) {
    case SelfTradePrevention::AccountDefault:
      return "";
    case SelfTradePrevention::CancelMaker:
      return "cancel_maker";
    case SelfTradePrevention::CancelTaker:
      return "cancel_taker";
    case SelfTradePrevention::CancelBoth:
      return "cancel_both";
  }
  std::unreachable();
}
constexpr std::string_view word(PositionSide side) noexcept {
  switch (side) {
    case PositionSide::Net:
      return "net";
    case PositionSide::Long:
      return "long";
    case PositionSide::Short:
      return "short";
  }
  std::unreachable();
}

// And back. Nothing: a word that this version does not know.

constexpr std::optional<Side> side_of(std::string_view text) noexcept {
  if (text == "buy") return Side::Buy;
  if (text == "sell") return Side::Sell;
  return std::nullopt;
}
/// "" is the venue's way to say net for spot.
constexpr std::optional<PositionSide> position_side_of(std::string_view text) noexcept {
  if (text == "net" || text.empty()) return PositionSide::Net;
  if (text == "long") return PositionSide::Long;
  if (text == "short") return PositionSide::Short;
  return std::nullopt;
}
constexpr std::optional<MarginMode> margin_mode_of(std::string_view text) noexcept {
  if (text == "cross") return MarginMode::Cross;
  if (text == "isolated" || text == "spot_isolated") return MarginMode::Isolated;
  if (text == "cash") return MarginMode::Cash;
  return std::nullopt;
}
constexpr std::optional<OrderState> order_state_of(std::string_view text) noexcept {
  if (text == "live") return OrderState::Live;
  if (text == "partially_filled") return OrderState::PartiallyFilled;
  if (text == "filled") return OrderState::Filled;
  if (text == "canceled" || text == "mmp_canceled") return OrderState::Cancelled;
  return std::nullopt;
}
/// Types we never send (rpi, mmp, op_fok, ...) are priced orders to us.
constexpr OrderKind order_kind_of(std::string_view ord_type) noexcept {
  return ord_type == "market" || ord_type == "optimal_limit_ioc" ? OrderKind::Market
                                                                 : OrderKind::Limit;
}

/// Why the venue ended an order. [PROTOCOL 5.3]
constexpr VenueReason cancel_reason(std::int64_t cancel_source) noexcept {
  switch (cancel_source) {
    case 1:
    case 38:
      return VenueReason::UserCancel;
    case 2:
    case 4:
    case 9:
    case 44:
      return VenueReason::InsufficientFunds;
    case 3:
    case 6:
      return VenueReason::Liquidation;
    case 7:
    case 10:
      return VenueReason::Delivery;
    case 13:
      return VenueReason::FillOrKillUnfillable;
    case 14:
      return VenueReason::ImmediateOrCancelRemainder;
    case 15:
    case 27:
    case 43:
    case 45:
      return VenueReason::PriceLimit;
    case 17:
    case 21:
    case 22:
    case 23:
    case 46:
      return VenueReason::ReduceOnly;
    case 20:
      return VenueReason::CancelAllAfter;
    case 31:
      return VenueReason::PostOnlyWouldTake;
    case 32:
      return VenueReason::SelfTradePrevention;
    default:
      return VenueReason::Other;
  }
}
inline constexpr std::int64_t kCancelSourceOptionExpiry = 10;

}  // namespace gannet::okx
