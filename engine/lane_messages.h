#pragma once

#include <cstdint>

#include "domain/algo_orders.h"
#include "domain/denial.h"
#include "domain/instrument.h"
#include "domain/market_events.h"
#include "domain/orders.h"
#include "domain/venue.h"

namespace gannet::engine {

/// What a lane tells the reactor: one strategy call, by value, through a ring (or a plain queue
/// that is drained when the handler has returned, for inline lanes).
struct LaneCommand {
  enum class Kind : std::uint8_t { Place, Amend, Cancel, CancelAll, StrategyFailed, PlaceAlgo };
  Kind kind = Kind::Place;
  bool more = false;  ///< Place, Amend, Cancel: the next of this kind belongs to the same batch
  StrategyId strategy;
  union {
    OrderIntent place;
    AmendIntent amend;
    CancelIntent cancel;
    AlgoIntent algo;
    InstrumentId cancel_all;  ///< invalid: all instruments of the strategy
  };
  Timestamp decided_time;  ///< when the handler made it (stamped by the lane's driver)
  Timestamp trigger_time;  ///< receive_time of the market event that led to it; zero: none
  LaneCommand() noexcept : place{} {}
};

/// What a strategy sees of its order. Terminal states are the last event of a handle.
enum class OrderEventKind : std::uint8_t {
  Denied,      ///< refused by us; terminal
  PendingNew,  ///< sent
  Accepted,    ///< the venue's gateway took it
  Live,        ///< it rests
  PartiallyFilled,
  Filled,         ///< terminal
  Cancelled,      ///< terminal
  Rejected,       ///< refused by the venue; terminal
  Expired,        ///< terminal
  AmendDenied,    ///< the order stays as it is
  AmendRejected,  ///< the order stays as it is
  Amended,
  CancelDenied,
  CancelRejected,  ///< the order may be gone: its state follows
  Unknown,         ///< outcome not known; being asked for
  Adopted,         ///< an order of an earlier run, now this strategy's
  Triggered,       ///< an algo order put in its first order
};

struct OrderEvent {
  OrderEventKind kind = OrderEventKind::Denied;
  StrategyId strategy;
  Handle handle;
  std::uint64_t cookie = 0;
  InstrumentId instrument;
  ClientOrderId client_id;
  Side side = Side::Buy;
  Price price;
  Quantity quantity;
  Quantity cumulative_quantity;
  Denial denial;                           ///< Denied, AmendDenied, CancelDenied
  VenueReason reason = VenueReason::None;  ///< Rejected, Cancelled, AmendRejected, CancelRejected
  Timestamp event_time;                    ///< venue's where it has one, else ours
};

struct FillEvent {
  StrategyId strategy;
  Handle handle;
  std::uint64_t cookie = 0;
  InstrumentId instrument;
  ClientOrderId client_id;
  Side side = Side::Buy;
  Fill fill;
  Quantity position_after;  ///< the strategy's own (virtual) position, long positive
  Timestamp receive_time;
};

struct PositionEvent {
  StrategyId strategy;
  InstrumentId instrument;
  Quantity strategy_position;
  Quantity account_position;
  Timestamp event_time;
};

enum class EngineState : std::uint8_t { Cold, Connecting, Reconciling, Ready, Held, Killed };

enum class HoldReason : std::uint8_t {
  None,
  MarketConnectionLost,
  AccountConnectionLost,
  MarketDataStale,
  VenueClock,
  JournalFull,
  Reconciliation,     ///< a difference that is not explained
  UnknownOrders,      ///< too many outcomes unknown
  InstrumentChanged,  ///< its definition changed in a way that needs a restart
  Operator,
  DeadManTimer,      ///< the venue's dead-man timer was refused or late twice
  JournalFailed,     ///< the journal cannot be written any more
  NotAuthorised,     ///< the venue refuses the account or key: a person must act, then resume
  VenueUnavailable,  ///< the venue says that it is down
  Paused,            ///< the machine stood still: what happened meanwhile is not known yet
  NoValuation,       ///< a loss limit is set, and what the account holds cannot be valued
};

/// State of the engine (instrument invalid) or of one instrument, with the reason.
struct StateEvent {
  InstrumentId instrument;
  EngineState state = EngineState::Cold;
  HoldReason hold_reason = HoldReason::None;
  Timestamp event_time;
};

/// Reactor -> strategies. The order manager and the position keeper speak to this and know nothing
/// of lanes; the publisher implements it (inline: plain calls; threaded: rings). Reactor thread.
class StrategyEvents {
 public:
  virtual void on_order_event(const OrderEvent& event) noexcept = 0;
  virtual void on_fill_event(const FillEvent& event) noexcept = 0;
  virtual void on_position_event(const PositionEvent& event) noexcept = 0;
  virtual void on_state_event(const StateEvent& event) noexcept = 0;
  /// The definition of an instrument is another than it was.
  virtual void on_instrument_changed(const InstrumentChange& /*change*/) noexcept {}
  /// A currency of the account; listeners that do not care leave it.
  virtual void on_balance_event(const BalanceReport&) noexcept {}

 protected:
  ~StrategyEvents() = default;
};

/// Strategies -> reactor. The trading core implements it; the publisher calls it with the commands
/// it drained. Reactor thread.
class LaneCommands {
 public:
  virtual void on_lane_command(const LaneCommand& command, Timestamp now) noexcept = 0;

 protected:
  ~LaneCommands() = default;
};

}  // namespace gannet::engine
