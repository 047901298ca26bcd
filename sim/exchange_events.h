#pragma once

#include <cstdint>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/market_events.h"
#include "domain/units.h"
#include "sim/views.h"

namespace gannet::sim {

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
  /// The margin ratio of that position's money has fallen to the warning level.
  virtual void on_margin_warning(UserId, const PositionView&) noexcept {}
  virtual void on_liquidation(const LiquidationView&) noexcept {}
  virtual void on_funding_settled(InstrumentId, const FundingSettlement&) noexcept {}

 protected:
  ~ExchangeEvents() = default;
};

}  // namespace gannet::sim
