#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "domain/ids.h"
#include "risk/trading_modes.h"

namespace gannet::engine {

/// How far a person's word reaches (KILL-12).
enum class ControlLevel : std::uint8_t {
  Order,
  Strategy,
  Instrument,
  Engine,   ///< all orders of this engine
  Account,  ///< everybody's: only where the account is this engine's alone
  Foreign,  ///< only what is not ours on such an account; of cancels alone
};

/// What a kill, resume or cancel is about. Only the members that the level names count.
struct ControlScope {
  ControlLevel level = ControlLevel::Engine;
  StrategyId strategy{};
  InstrumentId instrument{};
  ClientOrderId order{};
  VenueOrderId venue_order{};  ///< in place of `order`: the venue's number

  static ControlScope of(StrategyId strategy) noexcept {
    return {ControlLevel::Strategy, strategy, {}, {}, {}};
  }
  static ControlScope of(InstrumentId instrument) noexcept {
    return {ControlLevel::Instrument, {}, instrument, {}, {}};
  }
  static ControlScope of(ClientOrderId order) noexcept {
    return {ControlLevel::Order, {}, {}, order, {}};
  }
  static ControlScope of(VenueOrderId order) noexcept {
    return {ControlLevel::Order, {}, {}, {}, order};
  }
};

enum class ControlResult : std::uint8_t {
  Done,
  NoSuchOrder,     ///< none of ours is open under that number
  NoSuchStrategy,  ///< not configured here
  NoSuchInstrument,
  NotExclusive,  ///< others may trade on the account: it is not ours to sweep
  NotKilled,     ///< there is nothing to resume at that level
  NothingHeld,   ///< there is no position to bring down
};

/// Which levels are killed, and what that makes of each strategy's and instrument's trading mode.
/// Each level is set and cleared by itself: a resume of one says nothing about the others. Killed
/// orders are no state of this: the wish to cancel stays with the order until it has ended.
/// Thread: the reactor. No allocation after construction.
class KillSwitch {
 public:
  KillSwitch(risk::TradingModes& modes, std::size_t strategies, std::size_t instruments);

  void set_engine(bool on) noexcept { engine_ = on; }
  void set_account(bool on) noexcept { account_ = on; }
  void set_strategy(StrategyId strategy, bool on) noexcept;
  void set_instrument(InstrumentId instrument, bool on) noexcept;
  /// One that failed trades no more in this run, whatever is resumed.
  void note_failed(StrategyId strategy) noexcept;
  /// What else lets the strategy, or the instrument, trade or not; a kill outweighs it.
  void set_strategy_mode(StrategyId strategy, risk::TradingMode mode) noexcept;
  void set_instrument_mode(InstrumentId instrument, risk::TradingMode mode) noexcept;

  /// Nothing may trade.
  bool all() const noexcept { return engine_ || account_; }
  bool engine() const noexcept { return engine_; }
  bool account() const noexcept { return account_; }
  bool strategy(StrategyId strategy) const noexcept;
  bool instrument(InstrumentId instrument) const noexcept;
  /// How many of the last two.
  std::size_t parts() const noexcept { return parts_; }
  std::size_t strategies() const noexcept { return strategies_.size(); }
  std::size_t instruments() const noexcept { return instruments_.size(); }

 private:
  struct StrategyState {
    bool killed = false;
    bool failed = false;
    risk::TradingMode mode = risk::TradingMode::Ready;
  };
  struct InstrumentState {
    bool killed = false;
    risk::TradingMode mode = risk::TradingMode::NotReady;
  };

  void apply(StrategyId strategy) noexcept;
  void apply(InstrumentId instrument) noexcept;

  risk::TradingModes& modes_;
  std::vector<StrategyState> strategies_;
  std::vector<InstrumentState> instruments_;
  std::size_t parts_ = 0;
  bool engine_ = false;
  bool account_ = false;
};

}  // namespace gannet::engine
