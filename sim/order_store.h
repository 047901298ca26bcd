#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sim/exchange.h"
#include "sim/id_map.h"
#include "sim/matching_book.h"

namespace gannet::sim {

/// In long/short mode the side and the position side say together whether an order closes.
constexpr bool closes_leg(const NewOrder& terms) noexcept {
  return (terms.position_side == PositionSide::Long && terms.side == Side::Sell) ||
         (terms.position_side == PositionSide::Short && terms.side == Side::Buy);
}
/// Orders that must never open anything: what is to close a leg is reduce-only without saying so.
constexpr bool only_closes(const NewOrder& terms) noexcept {
  return terms.reduce_only || closes_leg(terms);
}

/// An order with the exchange's own bookkeeping.
struct Order {
  OrderView view;
  MatchingBook::Node node = MatchingBook::kNoNode;  ///< while it rests
  Quantity opening;           ///< the part that would open a position, by the position when it came
  std::int64_t promised = 0;  ///< the rest: what it will close, counted in its Position
  __int128 hold = 0;          ///< 10^-18 of hold_currency, frozen for it
  __int128 hold_fee = 0;      ///< of that, the reserve for fees
  std::int64_t pending = 0;   ///< what it may still open, counted in its Position
  CurrencyId hold_currency;
  std::uint32_t slot = 0;
  std::uint32_t previous = kEnd;  ///< among the open orders of its user, oldest first
  std::uint32_t next = kEnd;
  bool open = false;

  static constexpr std::uint32_t kEnd = ~std::uint32_t{0};
  bool resting() const noexcept { return node != MatchingBook::kNoNode; }
  Quantity remaining() const noexcept { return view.terms.quantity - view.filled; }
};

/// All orders: a pool with stable addresses, found by id, by client id and by owner. Of the ended
/// orders of each user the newest stay for the history, so many with a fill and so many without:
/// a flood of cancelled orders does not push out the trades. Those of the market's own user are
/// recycled when they end. Memory is bounded by open orders and kept ones. Thread: one.
class OrderStore {
 public:
  OrderStore(std::size_t keep_filled, std::size_t keep_unfilled)
      : keep_{keep_filled, keep_unfilled} {}

  Order& create(const NewOrder& terms, VenueOrderId id, Timestamp now);
  /// Takes it off the open list and forgets the oldest ended ones beyond what is kept. The market's
  /// orders cease to exist, and so does any when none are kept: do not touch it afterwards.
  void end(Order& order);

  Order& at(std::uint32_t slot) noexcept { return chunks_[slot / kChunk][slot % kChunk]; }
  const Order& at(std::uint32_t slot) const noexcept {
    return chunks_[slot / kChunk][slot % kChunk];
  }
  Order* find(VenueOrderId id) noexcept;
  const Order* find(VenueOrderId id) const noexcept;
  /// The newest with that client id, open or ended.
  const Order* find_by_client_id(UserId user, std::string_view client_id) const noexcept;

  /// Oldest first: `for (slot = first_open(u); slot != Order::kEnd; slot = at(slot).next)`.
  std::uint32_t first_open(UserId user) const noexcept {
    return user < users_.size() ? users_[user].first : Order::kEnd;
  }
  std::size_t open_count(UserId user) const noexcept {
    return user < users_.size() ? users_[user].open : 0;
  }
  std::size_t open_count(UserId user, InstrumentId instrument) const noexcept;
  /// Whether any open one only closes.
  bool any_closing(UserId user) const noexcept {
    return user < users_.size() && users_[user].closing > 0;
  }
  /// Open and remembered ones, oldest first.
  std::vector<VenueOrderId> all(UserId user) const;

 private:
  struct ClientKey {
    UserId user = 0;
    FixedString<32> client_id;
    friend bool operator==(const ClientKey&, const ClientKey&) noexcept = default;
  };
  struct ClientKeyHash {
    std::size_t operator()(const ClientKey& key) const noexcept {
      return std::hash<std::string_view>{}(key.client_id.view()) ^
             (std::size_t{key.user} * 0x9E3779B97F4A7C15ull);
    }
  };
  /// What forgetting needs: the order itself left the cache long ago.
  struct Ended {
    VenueOrderId id;
    std::uint32_t slot = 0;
    bool has_client_id = false;
  };
  struct User {
    std::uint32_t first = Order::kEnd;
    std::uint32_t last = Order::kEnd;
    std::size_t open = 0;
    std::size_t closing = 0;  // open ones that only close
    std::vector<std::uint32_t> open_by_instrument;
    std::deque<Ended> ended[2];  // as they ended: with a fill, without
  };
  void forget(const Ended& ended);

  const std::size_t keep_[2];
  static constexpr std::uint32_t kChunk = 256;
  std::vector<std::unique_ptr<Order[]>> chunks_;  // addresses never change
  std::uint32_t used_ = 0;
  std::vector<std::uint32_t> free_;
  std::vector<User> users_;
  IdMap by_id_;
  std::unordered_map<ClientKey, std::uint32_t, ClientKeyHash> by_client_id_;
};

}  // namespace gannet::sim
