#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "domain/ids.h"
#include "domain/market_events.h"
#include "domain/orders.h"
#include "domain/units.h"

namespace gannet::risk {

/// Position and everything that may still fill, of one strategy (or of the account) in one leg of
/// one instrument.
struct Holding {
  Quantity position;      ///< signed, long positive
  Quantity working_buy;   ///< leaves of all buys that are working, in flight or unknown; >= 0
  Quantity working_sell;  ///< likewise for sells; >= 0
  /// Leaves of what can only reduce (exits that the venue flags so), not among the working ones.
  Quantity protective_buy;
  Quantity protective_sell;
  std::uint32_t open_orders = 0;

  /// If every buy fills and no sell does.
  Quantity worst_long() const noexcept { return position + working_buy; }
  /// If every sell fills and no buy does.
  Quantity worst_short() const noexcept { return position - working_sell; }
};

/// Worst-case exposure by strategy and by account (PRE-06): position plus every working, in-flight
/// and unknown order of that side. The order manager tells every change; the gate reads.
///
/// An order counts with its *worst leaves*: from the moment it is approved until the venue's
/// evidence that it ended; while an amend is pending or unknown, the larger of old and new leaves.
/// Foreign orders and positions have an invalid StrategyId and count in the account only. In
/// long/short mode each leg is counted by itself; PositionSide::Net and Long share the first.
///
/// Quantities come from the venue too: sums are kept in 128 bits, so that opening and closing undo
/// each other whatever was told; what is read stops at kLargest, so that it may be added up.
///
/// Thread: one (the reactor). Dense arrays made at construction; nothing allocates afterwards.
/// Strategies and instruments beyond the sizes given are our bug (CHECK).
class Exposure {
 public:
  static constexpr Quantity kLargest{std::int64_t{1} << 61};

  Exposure(std::size_t strategies, std::size_t instruments);

  /// An order that can fill came to be, with that many leaves.
  void on_order_opened(StrategyId strategy, InstrumentId instrument, Side side, Quantity leaves,
                       PositionSide leg = PositionSide::Net) noexcept;
  /// Its worst leaves changed (an amend began or ended, a fill, venue evidence).
  void on_working_changed(StrategyId strategy, InstrumentId instrument, Side side,
                          Quantity old_leaves, Quantity new_leaves,
                          PositionSide leg = PositionSide::Net) noexcept;
  /// It ended; `leaves` is what it still counted with.
  void on_order_closed(StrategyId strategy, InstrumentId instrument, Side side, Quantity leaves,
                       PositionSide leg = PositionSide::Net) noexcept;
  /// Its leaves that can only reduce changed; the order itself is told by the calls above.
  void on_protective_changed(StrategyId strategy, InstrumentId instrument, Side side,
                             Quantity old_leaves, Quantity new_leaves,
                             PositionSide leg = PositionSide::Net) noexcept;
  /// A fill that was booked: moves the position only; say the leaves by on_working_changed.
  void on_fill(StrategyId strategy, InstrumentId instrument, Side side, Quantity quantity,
               PositionSide leg = PositionSide::Net) noexcept;
  /// Sets a strategy's own position (start-up, an accepted difference).
  void set_position(StrategyId strategy, InstrumentId instrument, Quantity position,
                    PositionSide leg = PositionSide::Net) noexcept;
  /// The account's position as the venue tells it: what no strategy owns becomes foreign.
  void set_account_position(InstrumentId instrument, Quantity position,
                            PositionSide leg = PositionSide::Net) noexcept;

  /// An invalid strategy: what is foreign.
  const Holding& of_strategy(StrategyId strategy, InstrumentId instrument,
                             PositionSide leg = PositionSide::Net) const noexcept {
    return holdings_[index(strategy, instrument, leg)].told;
  }
  /// All strategies and what is foreign.
  const Holding& of_account(InstrumentId instrument,
                            PositionSide leg = PositionSide::Net) const noexcept {
    return account_[leg_index(instrument, leg)].told;
  }
  /// Both legs of one: that of net mode and longs, and that of shorts.
  struct Legs {
    const Holding& first;
    const Holding& second;
  };
  Legs legs_of_strategy(StrategyId strategy, InstrumentId instrument) const noexcept {
    const Entry* const entry = &holdings_[index(strategy, instrument, PositionSide::Net)];
    return {entry[0].told, entry[1].told};
  }
  Legs legs_of_account(InstrumentId instrument) const noexcept {
    const Entry* const entry = &account_[leg_index(instrument, PositionSide::Net)];
    return {entry[0].told, entry[1].told};
  }
  std::uint32_t open_orders(StrategyId strategy) const noexcept {
    return strategy_orders_[row(strategy)];
  }
  /// Of the account in the instrument, both legs.
  std::uint32_t open_orders(InstrumentId instrument) const noexcept {
    return of_account(instrument, PositionSide::Net).open_orders +
           of_account(instrument, PositionSide::Short).open_orders;
  }
  std::uint32_t open_orders() const noexcept { return open_orders_; }
  /// Calls `f(instrument)` once for each in which anything changed since the last call.
  template <class F>
  void take_changed(F&& f) noexcept {
    for (const InstrumentId instrument : changed_) {
      is_changed_[instrument.value] = 0;
      f(instrument);
    }
    changed_.clear();
  }
  bool contains(StrategyId strategy) const noexcept { return strategy.value < strategies_; }
  bool contains(InstrumentId instrument) const noexcept { return instrument.value < instruments_; }

 private:
  static constexpr std::size_t kLegs = 2;

  /// The sums and, of them, what is read.
  struct Entry {
    Holding told;
    __int128 position = 0;
    __int128 working_buy = 0;
    __int128 working_sell = 0;
    __int128 protective_buy = 0;
    __int128 protective_sell = 0;
  };
  void note_changed(InstrumentId instrument) noexcept;
  static void add_position(Entry& entry, __int128 change) noexcept;
  static void add_leaves(Entry& entry, Side side, __int128 change) noexcept;
  static void add_protective(Entry& entry, Side side, __int128 change) noexcept;

  std::size_t row(StrategyId strategy) const noexcept {
    if (!strategy.valid()) return strategies_;
    CHECK(strategy.value < strategies_);
    return strategy.value;
  }
  std::size_t leg_index(InstrumentId instrument, PositionSide leg) const noexcept {
    CHECK(instrument.value < instruments_);
    return instrument.value * kLegs + (leg == PositionSide::Short ? 1 : 0);
  }
  std::size_t index(StrategyId strategy, InstrumentId instrument, PositionSide leg) const noexcept {
    return row(strategy) * instruments_ * kLegs + leg_index(instrument, leg);
  }

  std::size_t strategies_;
  std::size_t instruments_;
  std::vector<Entry> holdings_;                 // [strategy..., foreign][instrument][leg]
  std::vector<Entry> account_;                  // [instrument][leg]
  std::vector<std::uint32_t> strategy_orders_;  // [strategy..., foreign]
  std::uint32_t open_orders_ = 0;
  std::vector<InstrumentId> changed_;     // each once; room for all
  std::vector<std::uint8_t> is_changed_;  // by instrument
};

}  // namespace gannet::risk
