#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "domain/ids.h"
#include "domain/market_events.h"
#include "domain/units.h"

namespace gannet::risk {

/// Prices at which orders of our own rest or are on their way to, best first, by instrument and
/// side: what another order of ours must not reach (PRE-14). Adding looks from the best down, where
/// new quotes mostly are; asking looks at no more than it crosses.
/// Thread: one. Room for `capacity` at construction; nothing allocates afterwards.
class OwnQuotes {
 public:
  struct Quote {
    Price price;
    ClientOrderId id;
    VenueOrderId child{};  ///< of an algo order's: the order that it put in
  };

  OwnQuotes(std::size_t instruments, std::size_t capacity)
      : first_(instruments * 2, kNone), nodes_(capacity) {
    for (std::size_t i = 0; i < capacity; ++i)
      nodes_[i].next = i + 1 < capacity ? static_cast<std::uint32_t>(i + 1) : kNone;
    free_ = capacity > 0 ? 0 : kNone;
  }

  /// Requires room: as many orders as there may be open ones.
  void add(InstrumentId instrument, Side side, const Quote& quote) noexcept {
    CHECK(free_ != kNone);
    const std::uint32_t node = free_;
    free_ = nodes_[node].next;
    std::uint32_t* link = &first_[row(instrument, side)];
    while (*link != kNone && !is_better(side, quote.price, nodes_[*link].quote.price))
      link = &nodes_[*link].next;
    nodes_[node] = {quote, *link};
    *link = node;
  }
  void remove(InstrumentId instrument, Side side, ClientOrderId id,
              VenueOrderId child = {}) noexcept {
    for (std::uint32_t* link = &first_[row(instrument, side)]; *link != kNone;
         link = &nodes_[*link].next) {
      const std::uint32_t node = *link;
      if (nodes_[node].quote.id != id || nodes_[node].quote.child != child) continue;
      *link = nodes_[node].next;
      nodes_[node].next = free_;
      free_ = node;
      return;
    }
  }
  /// The best one of the other side that an order of `side` at `price` would reach and of which
  /// `counts(quote)` holds; null: none.
  template <class F>
  const Quote* find_crossed(InstrumentId instrument, Side side, Price price,
                            F&& counts) const noexcept {
    for (std::uint32_t node = first_[row(instrument, opposite(side))]; node != kNone;
         node = nodes_[node].next) {
      const Quote& quote = nodes_[node].quote;
      const bool crosses = side == Side::Buy ? quote.price <= price : quote.price >= price;
      if (!crosses) return nullptr;
      if (counts(quote)) return &quote;
    }
    return nullptr;
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  struct Node {
    Quote quote;
    std::uint32_t next = kNone;
  };
  static bool is_better(Side side, Price a, Price b) noexcept {
    return side == Side::Buy ? a > b : a < b;
  }
  static std::size_t row(InstrumentId instrument, Side side) noexcept {
    return std::size_t{instrument.value} * 2 + (side == Side::Sell ? 1 : 0);
  }

  std::vector<std::uint32_t> first_;  // [instrument][side]
  std::vector<Node> nodes_;
  std::uint32_t free_ = kNone;
};

}  // namespace gannet::risk
