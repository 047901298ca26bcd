#pragma once

#include <cstdint>

#include "base/fixed_vector.h"
#include "domain/orders.h"

namespace gannet::engine {

/// How far an order has come. Pending amends and cancels, and doubts, overlay it (see Order).
enum class OrderPhase : std::uint8_t {
  PendingNew,  ///< sent, nothing heard from the order itself
  Live,
  PartiallyFilled,
  Filled,
  Cancelled,
  Rejected,
  Expired,
};
constexpr bool is_terminal(OrderPhase phase) noexcept { return phase >= OrderPhase::Filled; }

/// How we know that an order ended: what the venue itself said is final; what we concluded (a
/// rejecting reply, absence twice) gives way to any later word of the venue.
enum class EndEvidence : std::uint8_t { None, Venue, Concluded, Person };

/// Who wants it cancelled. The engine's wish (kill, hold, sweeps) outlives a refusal.
enum class CancelWish : std::uint8_t { None, Strategy, Engine };

/// An amend on its way or in doubt. Until it is settled the order counts at the worse of both.
struct PendingAmend {
  std::uint64_t amend_id = 0;
  Price price;
  Quantity quantity;
  Timestamp expire_time;  ///< venue clock
  bool acknowledged = false;
  bool unknown = false;
  bool in_batch = false;  ///< an element of a batch
};

/// One order of ours, from approval to the venue's last word. Trivially copyable; lives in the
/// OrderTable's slots.
struct Order {
  static constexpr std::size_t kMaxPendingAmends = 3;  // the venue takes no more per order

  ClientOrderId client_id;
  VenueOrderId venue_id;
  Handle handle;
  std::uint64_t cookie = 0;
  StrategyId strategy;
  InstrumentId instrument;
  Side side = Side::Buy;
  OrderKind kind = OrderKind::Limit;
  TimeInForce time_in_force = TimeInForce::GoodTillCancel;
  bool post_only = false;
  bool reduce_only = false;
  PositionSide position_side = PositionSide::Net;
  OrderOptions options;
  QuoteQuantity quote_quantity;  ///< > 0: sized in money, and `quantity` is the most it may trade
  bool by_engine = false;        ///< the engine reduces a position: no strategy holds it
  bool in_batch = false;         ///< its place request was an element of a batch
  bool algo = false;             ///< an algo order: its terms and children are in the AlgoBook
  ClientOrderId attached_to;     ///< of exits that came with an order: that order
  bool protective = false;       ///< an algo order that can only reduce: it counts as nothing
  Price price;        ///< terms in force as far as we know; of an algo order its main price
  Quantity quantity;  ///< total
  Quantity cumulative_quantity;  ///< the largest the venue told
  Quantity booked_quantity;      ///< fills in the books; less than cumulative: some were missed

  OrderPhase phase = OrderPhase::PendingNew;
  EndEvidence end_evidence = EndEvidence::None;
  bool acknowledged = false;    ///< the gateway took it; nothing more
  bool unknown = false;         ///< whether it exists (still) is not known
  bool previous_run = false;    ///< made by an earlier run of this engine
  bool met = false;             ///< found at the venue: its fills before that are not known
  bool told_end = false;        ///< its strategy was told that it ended: nothing more is said
  bool is_short = false;        ///< counted among the orders whose fills were missed in part
  bool counted = false;         ///< Exposure holds it
  Quantity counted_leaves;      ///< what Exposure counts for it
  Quantity counted_protective;  ///< of what can only reduce: likewise
  FixedVector<PendingAmend, kMaxPendingAmends> amends;

  CancelWish cancel_wish = CancelWish::None;
  bool cancel_in_flight = false;  ///< sent, no reply yet
  bool cancel_in_batch = false;   ///< in a batch, that is
  bool cancel_accepted = false;   ///< the venue took the request; its push is awaited
  bool in_cancel_queue = false;
  Timestamp cancel_not_before;
  Timestamp cancel_accepted_time;

  Timestamp expire_time;   ///< of the place request, venue clock
  Timestamp trigger_time;  ///< receive time of the market event behind it; zero: none
  Timestamp decided_time;
  Timestamp sent_time;
  Timestamp acknowledged_time;
  Timestamp venue_time;  ///< newest exchange time of a status
  Timestamp met_time;    ///< if met: of its first status; fills up to then count as booked
  Timestamp last_seen;   ///< when a status was received last

  Timestamp next_query;  ///< zero: none wanted
  Timestamp query_sent;  ///< zero: none outstanding
  Timestamp last_not_found;
  std::uint8_t not_found = 0;
  Timestamp last_amend_look;  ///< a query row that may settle an unknown amend
  std::uint8_t amend_looks = 0;
  bool quoted = false;            ///< its price is among those of our own that rest
  bool cancel_throttled = false;  ///< its cancel waits for the bucket of single ones
  Price quoted_price;

  bool is_open() const noexcept { return !is_terminal(phase); }
  bool is_settled() const noexcept { return booked_quantity >= cumulative_quantity; }
  bool has_unknown_amend() const noexcept {
    for (const PendingAmend& amend : amends) {
      if (amend.unknown) return true;
    }
    return false;
  }
  /// The largest total that may be in force.
  Quantity worst_quantity() const noexcept {
    Quantity worst = quantity;
    for (const PendingAmend& amend : amends) {
      if (amend.quantity > worst) worst = amend.quantity;
    }
    return worst;
  }
  /// The most aggressive price that may be in force.
  Price worst_price() const noexcept {
    Price worst = price;
    for (const PendingAmend& amend : amends) {
      if (side == Side::Buy ? amend.price > worst : amend.price < worst) worst = amend.price;
    }
    return worst;
  }
  /// Of one that can only reduce: what it may still take off the position.
  Quantity worst_protective() const noexcept {
    if (!is_open() || !protective) return {};
    const Quantity worst = worst_quantity();
    return worst > booked_quantity ? worst - booked_quantity : Quantity{};
  }
  /// What may still change the position: fills the venue told but we have not booked count too.
  Quantity worst_leaves() const noexcept {
    const Quantity end = is_open() && !protective ? worst_quantity() : cumulative_quantity;
    const Quantity top = end > cumulative_quantity ? end : cumulative_quantity;
    return top > booked_quantity ? top - booked_quantity : Quantity{};
  }
};

}  // namespace gannet::engine
