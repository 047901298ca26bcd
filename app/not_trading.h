#pragma once

#include <cstdint>
#include <string_view>

#include "engine/lane_messages.h"

namespace gannet::app {

/// Why the engine, an instrument or a strategy does not trade: one reason, the outermost. A closed
/// list: docs/control.md is printed from it.
enum class NotTrading : std::uint8_t {
  Trades,
  // Of the engine.
  Starting,
  Connecting,
  Reconciling,
  EngineKilled,
  HeldByOperator,
  MarketConnectionLost,
  AccountConnectionLost,
  MarketDataStale,
  VenueClock,
  JournalFull,
  JournalFailed,
  UnknownOrders,
  DeadManTimer,
  NotAuthorised,
  VenueUnavailable,
  MachinePaused,
  NoValuation,
  // Of an instrument.
  InstrumentKilled,
  PositionDifference,
  DefinitionChanged,
  VenueSuspended,
  NoBook,
  // Of a strategy.
  StrategyFailed,
  StrategyKilled,
  LossLimit,
  StrategyStopped,
  RuleBroken,
  ReduceOnly,
  NoInstruments,  ///< the last: kNotTradingReasons counts from it
};
inline constexpr int kNotTradingReasons = static_cast<int>(NotTrading::NoInstruments) + 1;

/// "market_connection_lost"; "" where it trades. Stable: scripts and alerts match on it.
std::string_view name_of(NotTrading reason) noexcept;
/// What it means, and what a person should do: a sentence each, for people.
std::string_view describe(NotTrading reason) noexcept;
std::string_view remedy_of(NotTrading reason) noexcept;

/// Of the engine, or of an instrument that is held by itself.
NotTrading why_not_trading(engine::EngineState state, engine::HoldReason reason) noexcept;

}  // namespace gannet::app
