#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/fixed_map.h"
#include "base/fixed_vector.h"
#include "domain/algo_orders.h"

namespace gannet::engine {

/// What an algo order has beside its Order, which holds its ids, its handle and how far it came.
struct AlgoOrder {
  ClientOrderId client_id;
  AlgoTerms terms;
  AlgoState state = AlgoState::Live;
  bool triggered = false;                        ///< it put in an order, or the venue says so
  bool kept_told = false;                        ///< people were told that a kill or hold left it
  VenueReason reason = VenueReason::None;        ///< of its own end
  VenueReason child_reason = VenueReason::None;  ///< of the last child that ended without a fill
  Quantity folded;  ///< cumulative quantity of children that were forgotten
  std::uint32_t open_children = 0;
  std::uint32_t children = 0;  ///< ever met
  std::uint8_t childless_looks = 0;
  Timestamp last_childless_look;
  Timestamp final_since;  ///< when we heard that the algo order itself has ended; zero: not yet
};

/// An ordinary order that an algo order put in. It carries no id of ours; its fills are the algo
/// order's.
struct AlgoChild {
  VenueOrderId venue_id;
  ClientOrderId parent;
  InstrumentId instrument;
  bool open = true;
  bool concluded = false;  ///< ended by what was not found: its own word brings it back
  bool met = false;        ///< its parent was met without a journal: see met_time
  Timestamp met_time;      ///< of its first status; fills up to then count as booked
  std::uint8_t not_found = 0;
  Quantity cumulative_quantity;
  Timestamp venue_time;
  Timestamp last_seen;
  Timestamp last_not_found;
  Timestamp next_query;  ///< zero: its pushes will tell
  Price quoted_price;    ///< where it rests; zero: nowhere
};

/// The algo orders of ours and what they put in. Bounded: an algo order is forgotten with its
/// Order; when children fill the table, the oldest that ended makes room and leaves its quantity to
/// its parent. Iteration is in order of arrival. Thread: the reactor. Allocates at construction
/// only.
class AlgoBook {
 public:
  AlgoBook(std::size_t orders, std::size_t children);

  /// Null: no room.
  AlgoOrder* add(ClientOrderId client_id, const AlgoTerms& terms) noexcept;
  AlgoOrder* find(ClientOrderId client_id) noexcept { return orders_.find(client_id.value); }
  const AlgoOrder* find(ClientOrderId client_id) const noexcept {
    return orders_.find(client_id.value);
  }
  void forget(ClientOrderId client_id) noexcept { orders_.erase(client_id.value); }
  template <class F>
  void forget_if(F&& is_gone) noexcept {
    // In rounds, since the map must not change under its own iteration.
    for (FixedVector<std::uint64_t, 64> gone;; gone.clear()) {
      orders_.for_each([&](std::uint64_t id, const AlgoOrder&) {
        if (is_gone(ClientOrderId{id})) gone.push(id);
      });
      for (const std::uint64_t id : gone) orders_.erase(id);
      if (!gone.full()) return;
    }
  }
  bool full() const noexcept { return orders_.full(); }

  AlgoChild* find_child(VenueOrderId venue_id) noexcept {
    return venue_id.valid() ? children_.find(venue_id.value) : nullptr;
  }
  const AlgoChild* find_child(VenueOrderId venue_id) const noexcept {
    return const_cast<AlgoBook*>(this)->find_child(venue_id);
  }
  /// Meets a child; null: no room, for all that we know still work.
  AlgoChild* add_child(AlgoOrder& parent, InstrumentId instrument, VenueOrderId venue_id) noexcept;
  void end_child(AlgoChild& child) noexcept;
  void reopen_child(AlgoChild& child) noexcept;
  /// One that works as far as we know was asked for and not found: lists will tell.
  bool misses_an_open_child() const noexcept;
  /// One of its children was taken for gone.
  bool has_concluded_child(ClientOrderId parent) const noexcept;
  /// What its children have filled, as the venue told.
  Quantity cumulative(const AlgoOrder& order) const noexcept;
  std::size_t open_children() const noexcept { return open_children_; }

  /// Oldest first. `f` may end children, not add them.
  template <class F>
  void for_each_open_child(F&& f) {
    if (open_children_ == 0) return;
    for (const std::uint64_t id : arrival_) {
      AlgoChild* child = children_.find(id);
      if (child != nullptr && child->open) f(*child);
    }
  }

  // Rows of the list of fills whose order is not known yet, and may be a child that nobody told of.
  using HeldFills = FixedVector<FillReport, 512>;
  /// A row that lists tell again is held once. False: no room.
  bool hold_fill(const FillReport& fill) noexcept;
  HeldFills& held_fills() noexcept { return held_fills_; }
  const HeldFills& held_fills() const noexcept { return held_fills_; }

 private:
  bool forget_oldest_ended() noexcept;

  FixedMap<AlgoOrder> orders_;
  FixedMap<AlgoChild> children_;
  std::vector<std::uint64_t> arrival_;  // of children
  std::size_t open_children_ = 0;
  HeldFills held_fills_;
};

}  // namespace gannet::engine
