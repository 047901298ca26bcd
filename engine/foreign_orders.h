#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/fixed_map.h"
#include "domain/algo_orders.h"
#include "engine/fill_booking.h"

namespace gannet::engine {

/// An order at the venue that this run did not make and no strategy owns.
struct ForeignOrder {
  VenueOrderId venue_id;
  ClientOrderId client_id;
  InstrumentId instrument;
  Side side = Side::Buy;
  PositionSide position_side = PositionSide::Net;
  bool own_tag = false;        ///< carries our tag: kill and start-up sweeps cancel it
  bool algo = false;           ///< an algo order: listed and cancelled by other requests
  bool protective = false;     ///< of those: it can only reduce
  bool cancel_wished = false;  ///< a person wants it gone, whoever's it is
  bool open = false;
  bool ended = false;  ///< by the venue's word
  bool counted = false;
  Price price;
  Quantity quantity;
  Quantity cumulative_quantity;
  Quantity booked_quantity;  ///< in the books, or filled before we met it
  Quantity counted_leaves;
  Timestamp met_time;  ///< of the first status, venue clock: fills up to then count as booked
  Timestamp venue_time;
  Timestamp last_seen;
  Timestamp cancel_not_before;
};

/// Orders of other people and programs on our account: shown, counted in the account's exposure,
/// their fills booked to the account alone; they hold nothing (DESIGN 5). Bounded: when full, ended
/// ones make room, oldest first; then the newcomer is not kept and an alert says so. Thread: the
/// reactor. Allocates at construction only.
class ForeignOrders {
 public:
  ForeignOrders(std::size_t capacity, FillBooking& booking, risk::Exposure& exposure,
                EngineListener& listener);

  void on_status(const ExecutionReport& report) noexcept;
  void on_fill_row(const FillReport& report) noexcept;
  void on_algo(const AlgoReport& report) noexcept;
  /// A complete list was read, of orders or of algo orders: open ones not seen since it was asked
  /// for are gone.
  void on_listed(Timestamp requested_at, bool algos) noexcept;
  bool knows(VenueOrderId id) const noexcept { return orders_.find(id.value) != nullptr; }

  std::size_t open() const noexcept { return open_; }
  std::size_t open_with_own_tag() const noexcept;
  /// Without algo orders that can only reduce: what an account-wide kill must see gone.
  std::size_t open_without_protective() const noexcept;
  /// Oldest first.
  template <class F>
  void for_each_open(F&& f) {
    for (const std::uint64_t id : order_) {
      ForeignOrder* order = orders_.find(id);
      if (order != nullptr && order->open) f(*order);
    }
  }
  template <class F>
  void for_each_open(F&& f) const {
    for (const std::uint64_t id : order_) {
      const ForeignOrder* order = orders_.find(id);
      if (order != nullptr && order->open) f(*order);
    }
  }

 private:
  ForeignOrder* find_or_add(VenueOrderId id, InstrumentId instrument, Timestamp now) noexcept;
  void count(ForeignOrder& order) noexcept;
  FillOwner owner_of(const ForeignOrder& order, AccountId account) const noexcept;

  FillBooking& booking_;
  risk::Exposure& exposure_;
  EngineListener& listener_;
  FixedMap<ForeignOrder> orders_;
  std::vector<std::uint64_t> order_;  // of arrival
  std::size_t open_ = 0;
};

}  // namespace gannet::engine
