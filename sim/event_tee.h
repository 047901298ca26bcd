#pragma once

#include "sim/exchange.h"

namespace gannet::sim {

/// Tells two what the exchange tells, the first first. Forwards every event of ExchangeEvents: a
/// new one belongs here too. Thread: the exchange's.
class EventTee final : public ExchangeEvents {
 public:
  EventTee(ExchangeEvents& first, ExchangeEvents& second) noexcept
      : first_(first), second_(second) {}

  void on_order_change(const OrderChange& change) noexcept override {
    first_.on_order_change(change);
    second_.on_order_change(change);
  }
  void on_trade(const PublicTrade& trade) noexcept override {
    first_.on_trade(trade);
    second_.on_trade(trade);
  }
  void on_level(InstrumentId instrument, Side side, Price price, Quantity quantity,
                std::uint32_t orders, Timestamp time) noexcept override {
    first_.on_level(instrument, side, price, quantity, orders, time);
    second_.on_level(instrument, side, price, quantity, orders, time);
  }
  void on_position(UserId user, const PositionView& position) noexcept override {
    first_.on_position(user, position);
    second_.on_position(user, position);
  }
  void on_balance(UserId user, const BalanceView& balance) noexcept override {
    first_.on_balance(user, balance);
    second_.on_balance(user, balance);
  }
  void on_bill(const Bill& bill) noexcept override {
    first_.on_bill(bill);
    second_.on_bill(bill);
  }
  void on_mark_price(InstrumentId instrument, Price mark, Price index,
                     Timestamp time) noexcept override {
    first_.on_mark_price(instrument, mark, index, time);
    second_.on_mark_price(instrument, mark, index, time);
  }
  void on_margin_warning(UserId user, const PositionView& position) noexcept override {
    first_.on_margin_warning(user, position);
    second_.on_margin_warning(user, position);
  }
  void on_liquidation(const LiquidationView& liquidation) noexcept override {
    first_.on_liquidation(liquidation);
    second_.on_liquidation(liquidation);
  }
  void on_funding_settled(InstrumentId instrument,
                          const FundingSettlement& settlement) noexcept override {
    first_.on_funding_settled(instrument, settlement);
    second_.on_funding_settled(instrument, settlement);
  }

 private:
  ExchangeEvents& first_;
  ExchangeEvents& second_;
};

}  // namespace gannet::sim
