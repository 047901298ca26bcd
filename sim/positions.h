#pragma once

#include <cstdint>
#include <vector>

#include "domain/ids.h"
#include "domain/orders.h"
#include "domain/units.h"
#include "sim/exchange.h"
#include "sim/money.h"

namespace gannet::sim {

/// What a position is worth and what it needs, 10^-18 of its settlement currency.
struct PositionWeight {
  __int128 value = 0;
  __int128 unrealised = 0;
  __int128 carried = 0;  ///< of it, what carries margin; a short option owes its value instead
  __int128 initial = 0;
  __int128 maintenance = 0;
  __int128 liquidation_fee = 0;
};

/// One derivatives position. `cost` is what the open part was bought for (linear: positive when
/// long; inverse: in coin, negative when long, since a dearer coin costs fewer of them), so profit
/// is always `worth at the exit - cost`, whatever the contract. Sums of cost over all users change
/// only by realised profit: that is what conserves money.
struct Position {
  InstrumentId instrument;
  PositionSide side = PositionSide::Net;
  TradeMode mode = TradeMode::Cross;
  Quantity quantity;  ///< signed
  Cost cost = 0;
  __int128 realised = 0;  ///< 10^-18
  __int128 fee = 0;       ///< 10^-18, positive paid
  __int128 funding = 0;   ///< 10^-18, positive received
  __int128 penalty = 0;   ///< 10^-18, positive paid, of liquidations
  __int128 margin = 0;    ///< 10^-18, isolated: set aside for it, not in cash
  TradeId last_trade;
  Timestamp create_time;
  Timestamp update_time;
  // Since it was last flat, for the history.
  std::int64_t closed = 0;
  Cost closed_cost = 0;   ///< magnitude, what the closed part was opened for
  Cost closed_value = 0;  ///< what it was closed for
  std::int64_t largest = 0;
  bool was_long = true;           ///< before the match that closed of it
  std::uint64_t history_row = 0;  ///< 1 + its place among all closed positions of the account
  bool warned = false;            ///< of its margin, until that is well again
  /// What open buys and sells will already close of it, sums of Order::promised.
  std::int64_t promised[2] = {};
  /// What open buys and sells will open, sums of Order::pending.
  std::int64_t pending[2] = {};

  /// The last answer of Exchange::State::weigh and what it was of: an order that comes and goes
  /// asks several times without anything having changed.
  struct Weighed {
    Quantity quantity;  ///< 0: no answer yet
    Cost cost = 0;
    __int128 margin = 0;
    Price mark;
    Price index;  ///< options
    std::int64_t leverage = 0;
    std::int64_t maintenance_rate = 0;
    std::int64_t fee_rate = 0;
    PositionWeight weight;
  };
  mutable Weighed weighed;
};

/// Bought contracts add their value to a linear cost and take coins off an inverse one.
Cost signed_value(const ValueTerms& terms, Side side, Cost value) noexcept;

/// What one match did to a position.
struct Booking {
  __int128 realised = 0;    ///< 10^-18, goes to cash
  Cost remainder = 0;       ///< of the realised profit, finer than cash can hold: the exchange's
  std::int64_t closed = 0;  ///< quantity, positive
  Cost opened_value = 0;    ///< of the part that opens
};

/// Books a match of `quantity` (positive, bought or sold) worth `value` (10^-27, unsigned, the same
/// for both parties). What reduces realises at the average cost, what remains opens at the match.
/// Rounding: the removed cost towards zero at 10^-27, profit towards zero at 10^-18.
Booking book_match(Position& position, const ValueTerms& terms, Side side, Quantity quantity,
                   Cost value) noexcept;

/// Worth of the open part at `mark` less its cost, 10^-18 towards zero. 0 when mark is not set.
__int128 unrealised(const Position& position, const ValueTerms& terms, Price mark) noexcept;

/// Value of the open part at `price` (unsigned), 10^-27; 0 when price is not set.
Cost position_value(const Position& position, const ValueTerms& terms, Price price) noexcept;

/// Positions of one user by (instrument, side, mode); found by index, listed in order of first
/// opening. Flat ones stay, so references by index are stable. Thread: one.
class Positions {
 public:
  /// Made flat if it was not there.
  Position& get(InstrumentId instrument, PositionSide side, TradeMode mode);
  const Position* find(InstrumentId instrument, PositionSide side, TradeMode mode) const noexcept;
  const std::vector<Position>& all() const noexcept { return positions_; }
  Position& at(std::size_t index) noexcept { return positions_[index]; }

 private:
  static std::size_t slot(InstrumentId instrument, PositionSide side, TradeMode mode) noexcept {
    return instrument.value * std::size_t{6} + static_cast<std::size_t>(side) * 2 +
           (mode == TradeMode::Isolated ? 1 : 0);
  }

  std::vector<Position> positions_;
  std::vector<std::uint32_t> index_;  // by slot: 1 + index into positions_, 0 none
};

}  // namespace gannet::sim
