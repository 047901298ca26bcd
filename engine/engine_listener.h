#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "domain/orders.h"
#include "engine/kill_switch.h"
#include "engine/lane_messages.h"

namespace gannet::engine {

/// Things that a person should hear of. A closed list; logs and alerts are printed from it.
enum class Alert : std::uint8_t {
  LateFill,             ///< a fill of an order believed to be gone; it was booked
  OrderRevived,         ///< the venue says that an order believed to be gone lives; cancelling it
  OverFill,             ///< more was filled than the order's quantity
  FillTooOld,           ///< older than the keys we keep: left to the comparison of positions
  FillsMissed,          ///< the venue's cumulative quantity is above the fills we have
  OrderVanished,        ///< the venue does not know (any more) an order that lived
  OrderUnknown,         ///< an outcome is not known and is being asked for
  PreviousRunOrder,     ///< an order of an earlier run was found
  ForeignOrder,         ///< an order that is not ours was found
  ForeignOrdersFull,    ///< there are more of them than we keep
  PositionDifference,   ///< the venue's position is not the one by fills; instrument held
  DifferenceAccepted,   ///< a person accepted it
  DeadManFired,         ///< the venue's dead-man timer cancelled orders while we live
  DeadManRefused,       ///< it could not be set, or its answer is late
  JournalFull,          ///< a record found no room
  VenueClockOff,        ///< our clock and the venue's differ too much
  UnknownReport,        ///< a report that fits nothing we know
  OrderResolvedByHand,  ///< a person said what became of an unknown order
  AlgoFailed,           ///< what an algo order would put in was refused: it protects no longer
  ProtectiveKept,       ///< a reduce-only exit that kill or hold left at the venue
  LiquidationWarning,   ///< the venue warns of a liquidation; actual: margin ratio, millionths
  BalanceDifference,    ///< two channels tell different cash of a currency
  ClockJumped,          ///< the machine stood still; actual: nanoseconds
  InvariantBroken,      ///< our own books contradict themselves: the engine is killed
  RuleBroken,           ///< a behavioural rule was broken; `rule` says which, expected: its limit
  StrategyDisabled,     ///< by such a rule, until a person enables it
  StrategyEnabled,      ///< a person did
  MarketSuspect,        ///< an instrument's market is not sane; `rule` says how; quotes are pulled
  OverrideUsed,         ///< an order went past one rule by a person's word
  OrdersOutDiffer,      ///< the wire carried other requests than the journal holds; killed
  OrderNotAsSent,       ///< the venue told another order than was sent; killed
  PositionReduced,      ///< the engine brought a position down; expected: target, actual: left
  ReductionResidue,     ///< it could not, or not all of it; likewise
  LossLimit,            ///< a loss or drawdown limit was reached (PRE-15)
  ValuationMissing,     ///< what a loss limit watches cannot be valued
  Protection,           ///< an automatic protection acted
  BillsUnexplained,     ///< a balance is not what its bills add up to (POST-05)
  Liquidated,           ///< the venue took over a position, or part of it; actual: raw quantity
  AutoDeleveraged,      ///< the venue closed a position against another account's; likewise
  Delivered,            ///< a position ended by delivery, exercise or settlement
  MoneyMoved,           ///< a transfer, conversion or clawback: no trading of ours
  FeesDiffer,           ///< a fill's fee is not the rate that is reckoned with (POST-08)
};
std::string_view name_of(Alert alert) noexcept;

struct ProfitFigures;
struct ProtectionRule;
struct ReductionResult;

struct AlertEvent {
  Alert alert = Alert::UnknownReport;
  InstrumentId instrument;
  ClientOrderId client_id;
  VenueOrderId venue_id;
  std::int64_t expected = 0;  ///< raw quantity, or nanoseconds of the clock; 0 where it has none
  std::int64_t actual = 0;
  Timestamp time;
  StrategyId strategy{};  ///< of rules, loss limits and protections: whose; none: the account's
  /// RuleBroken, StrategyDisabled, MarketSuspect, OverrideUsed: which rule.
  std::optional<DenialReason> rule{};
  CurrencyId currency{};  ///< BillsUnexplained, MoneyMoved: whose; amounts are in its millionths
};

/// What the process around the engine wants to hear: for logs, alerts, and the kill flag's file.
/// Reactor thread; must not call back into the engine.
class EngineListener {
 public:
  virtual void on_engine_state(const StateEvent& event) noexcept = 0;
  virtual void on_alert(const AlertEvent& event) noexcept = 0;
  /// To be made durable before a person is told that it is so (KILL-09). `why` as given.
  virtual void on_kill_changed(bool killed, std::string_view why, std::string_view who,
                               Timestamp now) noexcept = 0;
  /// The same of one order, strategy or instrument, or of the whole account.
  virtual void on_part_killed(const ControlScope& /*scope*/, bool /*killed*/,
                              std::string_view /*why*/, std::string_view /*who*/,
                              Timestamp /*now*/) noexcept {}
  /// The definition as it is from now on: for the journal and the log.
  virtual void on_definition_changed(const Instrument& /*instrument*/, Timestamp /*now*/) noexcept {
  }
  /// The trading day ended with these figures; an invalid strategy: the account's.
  virtual void on_day_closed(StrategyId /*strategy*/, const ProfitFigures& /*closing*/,
                             Timestamp /*now*/) noexcept {}
  /// An automatic protection acts; `value` in the unit of the rule's threshold.
  virtual void on_protection(const ProtectionRule& /*rule*/, __int128 /*value*/,
                             Timestamp /*now*/) noexcept {}
  /// What PositionReducer was asked for has ended, one way or another.
  virtual void on_reduction_ended(const ReductionResult& /*result*/, Timestamp /*now*/) noexcept {}
  /// Kill or cancel-all has ended: the venue's own list held no order of ours, twice (KILL-05).
  virtual void on_flat_confirmed(Timestamp now) noexcept = 0;

 protected:
  ~EngineListener() = default;
};

}  // namespace gannet::engine
