#pragma once

#include <vector>

#include "domain/ids.h"
#include "domain/market_events.h"
#include "sim/exchange.h"

namespace gannet::sim {

/// What only a market that is told from outside (a recording, a mirror) does to an exchange: its
/// levels are sizes, not orders that somebody placed, and its trades have happened already. No
/// grid, band or size limit holds for it: what was recorded is what is. Thread: the exchange's.
class MarketSide {
 public:
  explicit MarketSide(Exchange& exchange) noexcept : exchange_(&exchange) {}

  /// Sets what the market rests at one price, as one order that keeps its place in the queue;
  /// zero takes it away. `order`: what the last call for this level returned, zero at first.
  /// Requires that the price does not cross the other side. Unchanged: nothing is told.
  VenueOrderId set_level(VenueOrderId order, InstrumentId instrument, Side side, Price price,
                         Quantity quantity, Timestamp now);
  /// What is left of it: users may have taken of it since.
  Quantity resting(VenueOrderId order) const noexcept;

  /// The market trades with that resting order at its price, whatever else rests before it: how
  /// much the order is due is the queue model's business. The match is told. How much it was.
  Quantity hit(VenueOrderId maker, Quantity quantity, Timestamp now);
  /// A match among others: told on the tape, nobody's fill.
  void print(InstrumentId instrument, Side aggressor, Price price, Quantity quantity,
             Timestamp now);

  /// Resting orders of users on that instrument, the oldest order first.
  void user_orders(InstrumentId instrument, std::vector<const OrderView*>& out) const;

 private:
  Exchange* exchange_;
};

}  // namespace gannet::sim
