#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/fixed_map.h"
#include "engine/order.h"

namespace gannet::engine {

/// Orders of ours in slots that never move: open ones, and the latest ended ones, kept for reports
/// that come late. Room for `open_capacity` open orders; the oldest ended order that is settled
/// makes room for a new one. Iteration is in order of creation, so decisions do not depend on
/// hashing. Thread: one. Allocates at construction only.
class OrderTable {
 public:
  OrderTable(std::size_t open_capacity, std::size_t ended_capacity);

  /// A place to make the next order in, all of it as by default: one made there is not copied when
  /// it is added next.
  Order& draft() noexcept;
  /// An order with the next client id and handle may come soon: fetches into the cache what adding
  /// it will touch, which has not been touched for as many orders as there is room for.
  void expect_after(const Order& order) const noexcept;
  /// Null when there is no room, or the client id or a valid handle is taken.
  Order* add(const Order& order) noexcept;
  Order* find(ClientOrderId id) noexcept;
  Order* find(Handle handle) noexcept;
  const Order* find(ClientOrderId id) const noexcept {
    return const_cast<OrderTable*>(this)->find(id);
  }
  const Order* find(Handle handle) const noexcept {
    return const_cast<OrderTable*>(this)->find(handle);
  }
  bool has_room() const noexcept {
    return open_ < open_capacity_ && (free_ != kNone || ended_ != 0);
  }

  /// An adopted order gets the handle that its strategy will know it by. Requires: it has none.
  void set_handle(Order& order, Handle handle) noexcept;
  /// The order's phase became terminal: it moves among the ended. Or back, when the venue says that
  /// it lives after all.
  void note_ended(Order& order) noexcept;
  void note_revived(Order& order) noexcept;

  std::size_t open() const noexcept { return open_; }

  /// Open orders, oldest first. `f` may end orders, not add them.
  template <class F>
  void for_each_open(F&& f) {
    for (std::uint32_t i = open_list_.first; i != kNone;) {
      const std::uint32_t next = slots_[i].next;
      f(slots_[i].order);
      i = next;
    }
  }
  template <class F>
  void for_each_open(F&& f) const {
    for (std::uint32_t i = open_list_.first; i != kNone; i = slots_[i].next) f(slots_[i].order);
  }
  /// Ended orders still kept, oldest end first.
  template <class F>
  void for_each_ended(F&& f) {
    for (std::uint32_t i = ended_list_.first; i != kNone;) {
      const std::uint32_t next = slots_[i].next;
      f(slots_[i].order);
      i = next;
    }
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  struct Slot {
    Order order;
    std::uint32_t previous = kNone;
    std::uint32_t next = kNone;
  };
  struct List {
    std::uint32_t first = kNone;
    std::uint32_t last = kNone;
  };

  std::uint32_t index_of(const Order& order) const noexcept;
  void link(List& list, std::uint32_t i) noexcept;
  void unlink(List& list, std::uint32_t i) noexcept;
  bool forget_oldest_ended() noexcept;

  std::vector<Slot> slots_;
  FixedMap<std::uint32_t> by_client_id_;
  FixedMap<std::uint32_t> by_handle_;
  List open_list_;
  List ended_list_;
  Order spare_;                 // a draft where there is no room
  std::uint32_t free_ = kNone;  // singly linked by next
  std::size_t open_capacity_;
  std::size_t open_ = 0;
  std::size_t ended_ = 0;
};

}  // namespace gannet::engine
