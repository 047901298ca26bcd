#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "domain/instrument.h"
#include "sim/exchange.h"

namespace gannet::sim {

/// The recorded book of one instrument as resting orders of the market, with the queue model that
/// `ReplayMarket` describes. Thread: the exchange's.
class RecordedLiquidity {
 public:
  RecordedLiquidity(Exchange& exchange, InstrumentId instrument)
      : exchange_(&exchange), instrument_(instrument) {}

  struct Target {
    Side side;
    Price price;
    Quantity quantity;  ///< zero: gone
  };
  /// Brings the named levels to what was recorded; with `whole` all others are gone. How many were
  /// refused.
  std::size_t apply(std::span<const Target> targets, bool whole, Timestamp now);
  /// A recorded trade. False when nothing rested there.
  bool trade(Side aggressor, Price price, Quantity quantity, Timestamp now);

 private:
  using Levels = std::map<std::int64_t, std::vector<VenueOrderId>>;

  Levels& side(Side side) noexcept { return levels_[side == Side::Buy ? 0 : 1]; }
  std::int64_t resting(std::vector<VenueOrderId>& orders) const;
  void shrink(std::vector<VenueOrderId>& orders, std::int64_t sum, std::int64_t target,
              Timestamp now);
  bool grow(const Target& target, std::vector<VenueOrderId>& orders, std::int64_t missing,
            Timestamp now);
  void cut(VenueOrderId id, std::int64_t by, Timestamp now);
  bool crosses_recorded(const Target& target);
  std::vector<Target> gone(std::span<const Target> kept);

  Exchange* exchange_;
  InstrumentId instrument_;
  Levels levels_[2];  // of bids, of asks; front of each queue first
};

}  // namespace gannet::sim
