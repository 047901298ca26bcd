#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

#include "base/fixed_string.h"
#include "domain/orders.h"
#include "sim/exchange.h"

namespace gannet::backtest {

// Ids of the engine's making are numbers; the exchange takes texts.
inline FixedString<32> text_of(std::uint64_t id) {
  char text[20];
  const char* const end = std::to_chars(text, text + sizeof text, id).ptr;
  return FixedString<32>(std::string_view(text, static_cast<std::size_t>(end - text)));
}
inline std::uint64_t number_of(std::string_view text) noexcept {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Why the exchange refused, in the words the engine knows.
constexpr VenueReason reason_of(sim::Refusal refusal) noexcept {
  switch (refusal) {
    case sim::Refusal::None:
      return VenueReason::None;
    case sim::Refusal::UnknownInstrument:
      return VenueReason::UnknownInstrument;
    case sim::Refusal::InstrumentNotLive:
      return VenueReason::InstrumentNotTradable;
    case sim::Refusal::PriceOutsideBand:
      return VenueReason::PriceLimit;
    case sim::Refusal::InsufficientFunds:
      return VenueReason::InsufficientFunds;
    case sim::Refusal::DuplicateClientId:
      return VenueReason::DuplicateClientOrderId;
    case sim::Refusal::OrderNotFound:
      return VenueReason::OrderGone;
    case sim::Refusal::AmendWouldTake:
      return VenueReason::PostOnlyWouldTake;
    case sim::Refusal::TooManyOrders:
      return VenueReason::TooManyOrders;
    case sim::Refusal::ReduceOnlyNoPosition:
    case sim::Refusal::ReduceOnlyWrongSide:
      return VenueReason::ReduceOnly;
    case sim::Refusal::PriceOffTick:
    case sim::Refusal::PriceNotPositive:
    case sim::Refusal::QuantityOffLot:
    case sim::Refusal::QuantityTooSmall:
    case sim::Refusal::QuantityTooLarge:
    case sim::Refusal::NothingToAmend:
    case sim::Refusal::BadMode:
    case sim::Refusal::BadPositionSide:
    case sim::Refusal::UnsupportedType:
      return VenueReason::InvalidParameter;
    default:  // refusals of features that the engine does not use
      return VenueReason::Other;
  }
}

/// Why the exchange ended an order.
constexpr VenueReason reason_of(sim::CancelCause cause) noexcept {
  switch (cause) {
    case sim::CancelCause::None:
      return VenueReason::None;
    case sim::CancelCause::User:
      return VenueReason::UserCancel;
    case sim::CancelCause::ImmediateOrCancel:
      return VenueReason::ImmediateOrCancelRemainder;
    case sim::CancelCause::FillOrKill:
      return VenueReason::FillOrKillUnfillable;
    case sim::CancelCause::PostOnlyWouldTake:
      return VenueReason::PostOnlyWouldTake;
    case sim::CancelCause::SelfTrade:
      return VenueReason::SelfTradePrevention;
    case sim::CancelCause::CancelAllAfter:
      return VenueReason::CancelAllAfter;
    case sim::CancelCause::ReduceOnly:
      return VenueReason::ReduceOnly;
    case sim::CancelCause::PriceBand:
      return VenueReason::PriceLimit;
    case sim::CancelCause::Delisting:
      return VenueReason::Delivery;
    default:  // causes of features that the engine does not use
      return VenueReason::Other;
  }
}

constexpr sim::SelfTradePrevention self_trade_of(SelfTradePrevention mode) noexcept {
  switch (mode) {
    case SelfTradePrevention::AccountDefault:
    case SelfTradePrevention::CancelMaker:
      return sim::SelfTradePrevention::CancelMaker;
    case SelfTradePrevention::CancelTaker:
      return sim::SelfTradePrevention::CancelTaker;
    case SelfTradePrevention::CancelBoth:
      return sim::SelfTradePrevention::CancelBoth;
  }
  return sim::SelfTradePrevention::CancelMaker;
}

/// Absent: the exchange has no such order.
constexpr std::optional<sim::OrderType> type_of(const PlaceRequest& request) noexcept {
  if (request.options.program != QuoteProgram::None) return std::nullopt;
  const bool is_limit = request.kind == OrderKind::Limit;
  switch (request.time_in_force) {
    case TimeInForce::GoodTillCancel:
      if (request.post_only) {
        return is_limit ? std::optional(sim::OrderType::PostOnly) : std::nullopt;
      }
      return is_limit ? sim::OrderType::Limit : sim::OrderType::Market;
    case TimeInForce::ImmediateOrCancel:
      if (request.post_only) return std::nullopt;
      return is_limit ? sim::OrderType::ImmediateOrCancel : sim::OrderType::Market;
    case TimeInForce::FillOrKill:
      if (request.post_only || !is_limit) return std::nullopt;
      return sim::OrderType::FillOrKill;
  }
  return std::nullopt;
}

constexpr sim::TradeMode mode_of(MarginMode mode) noexcept {
  switch (mode) {
    case MarginMode::Cash:
      return sim::TradeMode::Cash;
    case MarginMode::Cross:
      return sim::TradeMode::Cross;
    case MarginMode::Isolated:
      return sim::TradeMode::Isolated;
  }
  return sim::TradeMode::Cross;
}

}  // namespace gannet::backtest
