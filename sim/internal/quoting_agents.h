#pragma once

#include <cstdint>
#include <vector>

#include "domain/instrument.h"
#include "sim/exchange.h"
#include "sim/random.h"
#include "sim/synthetic_market.h"

namespace gannet::sim {

/// The makers and takers of one instrument. Prices inside are doubles in the instrument's price
/// unit: signals, put on the tick grid as they become orders.
class QuotingAgents {
 public:
  QuotingAgents(Exchange& exchange, const Instrument& instrument, const SyntheticSettings& settings,
                std::uint64_t seed);

  /// One act of one agent. `fair`: in the instrument's price unit.
  void act(double fair, Timestamp now);
  Random& random() noexcept { return random_; }
  const Instrument& instrument() const noexcept { return instrument_; }

 private:
  struct Quote {
    VenueOrderId id;
    Price price;
  };

  std::vector<Quote>& quotes(Side side) noexcept { return quotes_[side == Side::Buy ? 0 : 1]; }
  void build_ladder(Side side, double fair, Timestamp now);
  void quote(Side side, double fair, double distance, Timestamp now);
  double ladder_distance();
  void forget_ended_quotes();
  void withdraw(Side side, double fair, Timestamp now);
  void take(Side side, double limit, Timestamp now);
  Quantity draw_quantity(double typical_notional, double fair);
  void send(Side side, OrderType type, Price price, Quantity quantity, Timestamp now);
  double wrong_side_of_fair(Side side, Price price, double fair) const noexcept;

  Exchange* exchange_;
  Instrument instrument_;  // a copy: the table may grow
  SyntheticSettings settings_;
  Random random_;
  std::uint64_t acts_ = 0;
  double spacing_ = 1;        // price units between ladder steps
  double unit_notional_ = 1;  // value of one raw quantity unit at one raw price unit (linear)
  std::vector<Quote> quotes_[2];
};

}  // namespace gannet::sim
