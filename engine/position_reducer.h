#pragma once

#include <cstddef>
#include <cstdint>

#include "base/fixed_vector.h"
#include "domain/instrument_table.h"
#include "engine/engine_listener.h"
#include "engine/journal.h"
#include "engine/order_manager.h"
#include "risk/exposure.h"
#include "risk/limit_table.h"
#include "risk/reference_prices.h"

namespace gannet::engine {

struct PositionReducerSettings {
  bool long_short = false;            ///< the account holds long and short legs apart
  bool reduces_foreign = false;       ///< the account is ours alone: what nobody owns goes too
  Nanos spacing = milliseconds(250);  ///< between two orders of one reduction
  Nanos retry = milliseconds(500);    ///< after a denial that names no time
  Nanos patience = seconds(60);       ///< then what is left is told and left
};

/// A wish to hold less.
struct ReductionRequest {
  StrategyId strategy;  ///< invalid: the account's position, whoever owns it
  InstrumentId instrument;
  Quantity target;               ///< magnitude that may remain; 0: all of it goes
  std::uint32_t collar_ppm = 0;  ///< how far through the reference price; 0: as the gate allows
  std::uint32_t keep_ppm = 0;    ///< this part of what each leg holds now may remain, if it is more
  bool by_rule = false;          ///< a protection's, and nobody's at a desk
};

/// How one ended.
struct ReductionResult {
  enum class End : std::uint8_t {
    Done,      ///< no more than the target is left
    Residue,   ///< more is left: less than the venue's minimum, or no order passed in time
    Withdrawn  ///< a person or a state of the engine ended it
  };
  StrategyId strategy;
  InstrumentId instrument;
  PositionSide leg = PositionSide::Net;
  End end = End::Done;
  Quantity target;
  Quantity left;                               ///< signed, long positive
  DenialReason reason = DenialReason::Killed;  ///< Residue: the newest refusal, if `refused`
  bool refused = false;
};

/// What it works with and does not own. All outlive it.
struct PositionReducerLinks {
  const InstrumentTable& instruments;
  const risk::LimitTable& limits;
  const risk::Exposure& exposure;
  const risk::ReferencePrices& references;
  OrderManager& orders;
  Journal& journal;
  EngineListener& listener;
};

/// Brings positions down by the engine's own orders: reduce-only, immediate or cancel, with a limit
/// price no farther through the fresh reference than the collar, one at a time a reduction, through
/// the same gate, journal and limiter as every order (KILL-13). It works while killed or held; not
/// while the account's state is unknown. For whoever decides: automatic protection, flatten.
///
/// A strategy's reduction touches that strategy's own position alone. The account's goes by its net
/// position: orders are for the strategies that hold that side, in their order, and, where the
/// account is ours alone, for what nobody owns. Orders of an owner that could fill on the same side
/// are cancelled first; kept exits stay, the venue's flag lets none of them turn the position.
/// Nothing is sent twice: the next order waits until the one before has ended and its fills are
/// booked. What cannot be brought down in time is told as residue.
///
/// Thread: the reactor. No allocation. A restart goes on with what a protection wanted; of what a
/// person wanted it knows nothing: who wanted it asks again.
class PositionReducer {
 public:
  static constexpr std::size_t kMost = 128;

  PositionReducer(const PositionReducerLinks& links, const PositionReducerSettings& settings)
      : links_(links), settings_(settings) {}

  /// False: nothing to reduce there, an unknown instrument, or too many at once. One that runs for
  /// the same goes on with the smaller target.
  bool start(const ReductionRequest& request, Timestamp now) noexcept;
  /// One that an earlier run had begun and not ended; its time begins anew with the first turn.
  void restore(const ReductionRecord& begun) noexcept;
  /// Those of the strategy (invalid: of the account) end as Withdrawn; an order that is out ends by
  /// itself.
  void withdraw(StrategyId strategy, Timestamp now) noexcept;
  void withdraw_of_rules(
      Timestamp now) noexcept;  ///< those that protections began: a person resumed
  void withdraw_all(Timestamp now) noexcept;
  void on_timer(Timestamp now) noexcept;

  std::size_t running() const noexcept { return reductions_.size(); }
  bool is_running(StrategyId strategy) const noexcept;

 private:
  struct Reduction {
    ReductionRequest request;
    PositionSide leg = PositionSide::Net;
    Timestamp started;
    Timestamp next;
    ClientOrderId order;            // the one that is out; invalid: none
    std::int64_t quantity_cap = 0;  // what the notional limit lets through; 0: not met yet
    DenialReason reason = DenialReason::Killed;
    bool refused = false;
  };
  struct Owner {
    StrategyId strategy;
    std::int64_t room = 0;     // what may be sent for it now
    std::int64_t working = 0;  // of its own orders on that side
  };

  bool start_leg(ReductionRequest request, PositionSide leg, Timestamp now) noexcept;
  /// True: it has ended and goes.
  bool step(Reduction& reduction, Timestamp now) noexcept;
  bool is_waiting(Reduction& reduction) noexcept;
  Quantity held(const ReductionRequest& request, PositionSide leg) const noexcept;
  Quantity held(const Reduction& reduction) const noexcept {
    return held(reduction.request, reduction.leg);
  }
  Owner owner_of(const Reduction& reduction, Side side) const noexcept;
  void look_at(StrategyId strategy, const Reduction& reduction, Side side,
               Owner& best) const noexcept;
  std::int64_t slice(const Reduction& reduction, StrategyId owner,
                     std::int64_t wanted) const noexcept;
  void send(Reduction& reduction, StrategyId owner, Side side, std::int64_t quantity,
            Timestamp now) noexcept;
  void end(const Reduction& reduction, ReductionResult::End how, Timestamp now) noexcept;
  void record(const Reduction& reduction, ReductionRecord::Step step, Quantity left,
              Timestamp now) noexcept;

  PositionReducerLinks links_;
  PositionReducerSettings settings_;
  FixedVector<Reduction, kMost> reductions_;
};

}  // namespace gannet::engine
