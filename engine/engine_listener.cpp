#include "engine/engine_listener.h"

#include <utility>

namespace gannet::engine {

std::string_view name_of(Alert alert) noexcept {
  switch (alert) {
    case Alert::LateFill:
      return "late_fill";
    case Alert::OrderRevived:
      return "order_revived";
    case Alert::OverFill:
      return "over_fill";
    case Alert::FillTooOld:
      return "fill_too_old";
    case Alert::FillsMissed:
      return "fills_missed";
    case Alert::OrderVanished:
      return "order_vanished";
    case Alert::OrderUnknown:
      return "order_unknown";
    case Alert::PreviousRunOrder:
      return "previous_run_order";
    case Alert::ForeignOrder:
      return "foreign_order";
    case Alert::ForeignOrdersFull:
      return "foreign_orders_full";
    case Alert::PositionDifference:
      return "position_difference";
    case Alert::DifferenceAccepted:
      return "difference_accepted";
    case Alert::DeadManFired:
      return "dead_man_fired";
    case Alert::DeadManRefused:
      return "dead_man_refused";
    case Alert::JournalFull:
      return "journal_full";
    case Alert::VenueClockOff:
      return "venue_clock_off";
    case Alert::UnknownReport:
      return "unknown_report";
    case Alert::OrderResolvedByHand:
      return "order_resolved_by_hand";
    case Alert::AlgoFailed:
      return "algo_failed";
    case Alert::ProtectiveKept:
      return "protective_kept";
    case Alert::LiquidationWarning:
      return "liquidation_warning";
    case Alert::BalanceDifference:
      return "balance_difference";
    case Alert::ClockJumped:
      return "clock_jumped";
    case Alert::InvariantBroken:
      return "invariant_broken";
    case Alert::RuleBroken:
      return "rule_broken";
    case Alert::StrategyDisabled:
      return "strategy_disabled";
    case Alert::StrategyEnabled:
      return "strategy_enabled";
    case Alert::MarketSuspect:
      return "market_suspect";
    case Alert::OverrideUsed:
      return "override_used";
    case Alert::OrdersOutDiffer:
      return "orders_out_differ";
    case Alert::OrderNotAsSent:
      return "order_not_as_sent";
    case Alert::PositionReduced:
      return "position_reduced";
    case Alert::ReductionResidue:
      return "reduction_residue";
    case Alert::LossLimit:
      return "loss_limit";
    case Alert::ValuationMissing:
      return "valuation_missing";
    case Alert::Protection:
      return "protection";
    case Alert::BillsUnexplained:
      return "bills_unexplained";
    case Alert::Liquidated:
      return "liquidated";
    case Alert::AutoDeleveraged:
      return "auto_deleveraged";
    case Alert::Delivered:
      return "delivered";
    case Alert::MoneyMoved:
      return "money_moved";
    case Alert::FeesDiffer:
      return "fees_differ";
  }
  std::unreachable();
}

}  // namespace gannet::engine
