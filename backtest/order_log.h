#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "backtest/simulated_venue.h"
#include "domain/instrument_table.h"
#include "domain/notional.h"
#include "engine/lane_messages.h"

namespace gannet::backtest {

/// The life of one wish to trade, denied ones included.
struct OrderLine {
  ClientOrderId client_id;  ///< zero: denied, it never had one
  StrategyId strategy;
  InstrumentId instrument;
  Side side = Side::Buy;
  OrderKind kind = OrderKind::Limit;
  TimeInForce time_in_force = TimeInForce::GoodTillCancel;
  std::optional<AlgoKind> algo;  ///< an algo order: `price` is its main price
  bool post_only = false;
  bool reduce_only = false;
  Price price;        ///< as amended
  Quantity quantity;  ///< as amended
  Quantity filled;
  __int128 filled_cost = 0;  ///< sum of price.raw * quantity.raw
  std::uint32_t amends = 0;
  engine::OrderEventKind state = engine::OrderEventKind::PendingNew;
  bool is_denied = false;
  DenialReason denial = DenialReason::NotReady;
  VenueReason reason = VenueReason::None;
  Timestamp decided_time;  ///< by the strategy
  Timestamp arrived_time;  ///< at the venue
  Timestamp ended_time;    ///< as its strategy learned of it
};

struct FillLine {
  std::size_t order = 0;  ///< index of its OrderLine
  Fill fill;
  Amount realised_pnl;      ///< of what it closed, before fees
  Quantity position_after;  ///< of the account in the instrument
};

struct FillTotals {
  std::uint64_t maker = 0;
  std::uint64_t taker = 0;
  Quantity maker_quantity;
  Quantity taker_quantity;
  Amount maker_notional;  ///< in the instrument's notional currency
  Amount taker_notional;
};

/// Hears what strategies wish, what the engine tells them and what the venue does, and keeps it
/// order by order. Stands in the three calls and changes nothing. Thread: one.
class OrderLog final : public engine::StrategyEvents,
                       public engine::LaneCommands,
                       public VenueWatcher {
 public:
  explicit OrderLog(const InstrumentTable& instruments)
      : instruments_(instruments), positions_(instruments.size()), totals_(instruments.size()) {}

  /// Whom it stands before: the publisher and the core.
  void bind(engine::StrategyEvents& strategies, engine::LaneCommands& core) noexcept {
    strategies_ = &strategies;
    core_ = &core;
  }

  const std::vector<OrderLine>& orders() const noexcept { return orders_; }
  const std::vector<FillLine>& fills() const noexcept { return fills_; }
  const FillTotals& totals(InstrumentId instrument) const { return totals_[instrument.value]; }
  std::uint64_t denials(DenialReason reason) const {
    return denials_[static_cast<std::size_t>(reason)];
  }

  // engine::LaneCommands
  void on_lane_command(const engine::LaneCommand& command, Timestamp now) noexcept override;

  // engine::StrategyEvents
  void on_order_event(const engine::OrderEvent& event) noexcept override;
  void on_fill_event(const engine::FillEvent& event) noexcept override;
  void on_position_event(const engine::PositionEvent& event) noexcept override;
  void on_state_event(const engine::StateEvent& event) noexcept override;
  void on_balance_event(const BalanceReport& report) noexcept override;

  // VenueWatcher
  void on_arrived(ClientOrderId id, Timestamp now) override;
  void on_venue_change(ClientOrderId id, const sim::OrderChange& change, Timestamp now) override;
  void on_venue_fill(ClientOrderId id, const sim::OrderChange& change, const Fill& fill) override;

 private:
  OrderLine* find(ClientOrderId id) noexcept;
  void add(Handle handle, OrderLine line);

  const InstrumentTable& instruments_;
  engine::StrategyEvents* strategies_ = nullptr;
  engine::LaneCommands* core_ = nullptr;
  std::vector<OrderLine> orders_;
  std::vector<FillLine> fills_;
  std::unordered_map<std::uint64_t, std::size_t> by_handle_;  // only looked up
  std::unordered_map<std::uint64_t, std::size_t> by_client_id_;
  std::vector<PositionCost> positions_;  // by instrument
  std::vector<FillTotals> totals_;       // by instrument
  std::array<std::uint64_t, kDenialReasons> denials_{};
};

}  // namespace gannet::backtest
