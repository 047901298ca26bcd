#include "sim/okx_server/protocol/internal/names.h"

#include <array>

namespace gannet::okx_server {

std::string_view name_of(InstrumentKind kind) noexcept {
  switch (kind) {
    case InstrumentKind::Spot:
      return "SPOT";
    case InstrumentKind::Margin:
      return "MARGIN";
    case InstrumentKind::Swap:
      return "SWAP";
    case InstrumentKind::Futures:
      return "FUTURES";
    case InstrumentKind::Option:
      return "OPTION";
  }
  return "";
}

std::optional<InstrumentKind> parse_instrument_kind(std::string_view name) noexcept {
  for (const InstrumentKind kind :
       {InstrumentKind::Spot, InstrumentKind::Margin, InstrumentKind::Swap, InstrumentKind::Futures,
        InstrumentKind::Option}) {
    if (name_of(kind) == name) return kind;
  }
  return std::nullopt;
}

std::string_view name_of(InstrumentState state) noexcept {
  switch (state) {
    case InstrumentState::Live:
      return "live";
    case InstrumentState::Suspended:
      return "suspend";
    case InstrumentState::PostOnly:
      return "post_only";
    case InstrumentState::PreOpen:
      return "preopen";
    case InstrumentState::Rebasing:
      return "rebase";
    case InstrumentState::Testing:
      return "test";
    case InstrumentState::Settling:
      return "settling";
    case InstrumentState::Expired:
      return "expired";
    case InstrumentState::Unknown:
      return "suspend";
  }
  return "";
}

std::string_view name_of(Side side) noexcept { return side == Side::Buy ? "buy" : "sell"; }

std::string_view name_of(PositionSide side) noexcept {
  switch (side) {
    case PositionSide::Net:
      return "net";
    case PositionSide::Long:
      return "long";
    case PositionSide::Short:
      return "short";
  }
  return "";
}

std::string_view name_of(sim::OrderType type) noexcept {
  switch (type) {
    case sim::OrderType::Limit:
      return "limit";
    case sim::OrderType::Market:
      return "market";
    case sim::OrderType::PostOnly:
      return "post_only";
    case sim::OrderType::ImmediateOrCancel:
      return "ioc";
    case sim::OrderType::FillOrKill:
      return "fok";
    case sim::OrderType::OptimalLimitIoc:
      return "optimal_limit_ioc";
  }
  return "";
}

std::optional<sim::OrderType> parse_order_type(std::string_view name) noexcept {
  for (const sim::OrderType type : {sim::OrderType::Limit, sim::OrderType::Market,
                                    sim::OrderType::PostOnly, sim::OrderType::ImmediateOrCancel,
                                    sim::OrderType::FillOrKill, sim::OrderType::OptimalLimitIoc}) {
    if (name_of(type) == name) return type;
  }
  return std::nullopt;
}

std::string_view name_of(sim::TradeMode mode) noexcept {
  switch (mode) {
    case sim::TradeMode::Cash:
      return "cash";
    case sim::TradeMode::Cross:
      return "cross";
    case sim::TradeMode::Isolated:
      return "isolated";
  }
  return "";
}

std::optional<sim::TradeMode> parse_trade_mode(std::string_view name) noexcept {
  for (const sim::TradeMode mode :
       {sim::TradeMode::Cash, sim::TradeMode::Cross, sim::TradeMode::Isolated}) {
    if (name_of(mode) == name) return mode;
  }
  return std::nullopt;
}

std::string_view name_of(sim::SelfTradePrevention mode) noexcept {
  switch (mode) {
    case sim::SelfTradePrevention::CancelMaker:
      return "cancel_maker";
    case sim::SelfTradePrevention::CancelTaker:
      return "cancel_taker";
    case sim::SelfTradePrevention::CancelBoth:
      return "cancel_both";
  }
  return "";
}

std::string_view name_of(OrderState state) noexcept {
  switch (state) {
    case OrderState::Live:
      return "live";
    case OrderState::PartiallyFilled:
      return "partially_filled";
    case OrderState::Filled:
      return "filled";
    case OrderState::Cancelled:
    case OrderState::Expired:
      return "canceled";
  }
  return "";
}

std::string_view name_of(sim::OrderCategory category) noexcept {
  switch (category) {
    case sim::OrderCategory::Normal:
      return "normal";
    case sim::OrderCategory::PartialLiquidation:
      return "partial_liquidation";
    case sim::OrderCategory::FullLiquidation:
      return "full_liquidation";
    case sim::OrderCategory::AutoDeleverage:
      return "adl";
    case sim::OrderCategory::Delivery:
      return "delivery";
  }
  return "";
}

std::string_view cancel_source(sim::CancelCause cause) noexcept {
  switch (cause) {
    case sim::CancelCause::None:
      return "";
    case sim::CancelCause::User:
      return "1";
    case sim::CancelCause::ImmediateOrCancel:
      return "14";
    case sim::CancelCause::FillOrKill:
      return "13";
    case sim::CancelCause::PostOnlyWouldTake:
      return "31";
    case sim::CancelCause::SelfTrade:
      return "32";
    case sim::CancelCause::CancelAllAfter:
      return "20";
    case sim::CancelCause::ReduceOnly:
      return "23";
    case sim::CancelCause::PriceBand:
      return "15";
    case sim::CancelCause::System:
      return "0";
    case sim::CancelCause::Delisting:
      return "7";
    case sim::CancelCause::Liquidation:
      return "3";
    case sim::CancelCause::AutoDeleverage:
      return "6";
    case sim::CancelCause::Delivery:
      return "7";
    case sim::CancelCause::OptionExpiry:
      return "10";
    case sim::CancelCause::FundingShort:
      return "9";
    case sim::CancelCause::MarginShort:
      return "2";
    case sim::CancelCause::TooManyMatches:
      return "33";
    case sim::CancelCause::PositionClosed:
      return "17";
    case sim::CancelCause::ReduceOnlyLater:
      return "22";
    case sim::CancelCause::PositionGone:
      return "21";
    case sim::CancelCause::LinkedStopTriggered:
      return "36";
    case sim::CancelCause::LinkedStopCancelled:
      return "37";
    case sim::CancelCause::ChaseTooFar:
      return "42";
  }
  return "";
}

std::string_view describe_cancel(sim::CancelCause cause) noexcept {
  switch (cause) {
    case sim::CancelCause::None:
      return "";
    case sim::CancelCause::User:
      return "Order canceled by user";
    case sim::CancelCause::ImmediateOrCancel:
      return "The rest of an IOC order";
    case sim::CancelCause::FillOrKill:
      return "A FOK order that could not be filled at once";
    case sim::CancelCause::PostOnlyWouldTake:
      return "A post-only order that would have taken liquidity";
    case sim::CancelCause::SelfTrade:
      return "Self trade prevention";
    case sim::CancelCause::CancelAllAfter:
      return "Cancel all after";
    case sim::CancelCause::ReduceOnly:
      return "A better-priced reduce-only order exists";
    case sim::CancelCause::PriceBand:
      return "Price outside its limit";
    case sim::CancelCause::System:
      return "System";
    case sim::CancelCause::Delisting:
      return "Delivery or delisting";
    case sim::CancelCause::Liquidation:
      return "Maintenance margin is low";
    case sim::CancelCause::AutoDeleverage:
      return "Auto-deleveraging";
    case sim::CancelCause::Delivery:
      return "Futures delivery";
    case sim::CancelCause::OptionExpiry:
      return "Option expiry";
    case sim::CancelCause::FundingShort:
      return "Balance is short after a funding fee";
    case sim::CancelCause::MarginShort:
      return "Margin is insufficient for what was to reduce";
    case sim::CancelCause::TooManyMatches:
      return "More than 1,000 matches for one taker";
    case sim::CancelCause::PositionClosed:
      return "The position was already closed";
    case sim::CancelCause::ReduceOnlyLater:
      return "A better-priced reduce-only order exists";
    case sim::CancelCause::PositionGone:
      return "The position of this take profit or stop loss is closed";
    case sim::CancelCause::LinkedStopTriggered:
      return "The linked stop loss was triggered";
    case sim::CancelCause::LinkedStopCancelled:
      return "The linked stop loss was canceled";
    case sim::CancelCause::ChaseTooFar:
      return "The chase distance exceeds its maximum";
  }
  return "";
}

std::string index_name(const Instrument& instrument) {
  std::string name(instrument.family.empty() ? instrument.name.view() : instrument.family.view());
  const std::size_t group = name.find('_');
  if (group != std::string::npos) name.erase(group);
  return name;
}

}  // namespace gannet::okx_server
