#pragma once

#include <cstddef>
#include <vector>

#include "domain/instrument_table.h"
#include "domain/notional.h"
#include "domain/orders.h"

namespace gannet::engine {

/// Position in one instrument, of the account or of one strategy. Exact: profit is derived from
/// cost, never from a stored average.
struct Position {
  PositionCost held;
  Amount realised_pnl;    ///< notional currency, fees not included
  Amount fees;            ///< notional currency; a cost, so a rebate is negative
  Amount fees_elsewhere;  ///< in the first other currency met (spot buys pay in the base)
  Quantity bought;        ///< ever
  Quantity sold;
  std::uint64_t fills = 0;

  Quantity quantity() const noexcept { return held.quantity; }
};

/// Positions by fills, each applied once (FillBooking sees to that): of the account, foreign fills
/// included, and per strategy (virtual: two strategies may net on one instrument). Legs of the
/// long/short mode are summed. Thread: one. Allocates at construction only.
class PositionKeeper {
 public:
  PositionKeeper(const InstrumentTable& instruments, std::size_t strategies);

  /// An invalid strategy: a foreign order's fill, which only the account has.
  void apply(StrategyId strategy, InstrumentId instrument, Side side, const Fill& fill) noexcept;
  /// The account's position becomes what the venue says; strategies keep theirs (POST-03).
  void adjust(InstrumentId instrument, Quantity quantity, const Amount& average_price) noexcept;

  const Position& of_account(InstrumentId instrument) const noexcept {
    return account_[instrument.value];
  }
  const Position& of_strategy(StrategyId strategy, InstrumentId instrument) const noexcept {
    return by_strategy_[strategy.value * instruments_.size() + instrument.value];
  }
  bool contains(StrategyId strategy) const noexcept { return strategy.value < strategies_; }
  std::size_t strategies() const noexcept { return strategies_; }
  /// Profit of the account's open position at that mark (or mid); zero when flat.
  Amount unrealised_pnl(InstrumentId instrument, Price mark) const noexcept;

 private:
  void apply(Position& position, const Instrument& instrument, Side side,
             const Fill& fill) noexcept;

  const InstrumentTable& instruments_;
  std::size_t strategies_;
  std::vector<Position> account_;
  std::vector<Position> by_strategy_;  // [strategy][instrument]
};

}  // namespace gannet::engine
