#pragma once

#include <cstddef>
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
  /// Average over time of `excitement`.
  static constexpr double kMeanExcitement = 0.5;

  QuotingAgents(Exchange& exchange, const Instrument& instrument, const SyntheticSettings& settings,
                std::uint64_t seed);

  /// The instrument's terms as they are now: another tick takes off the book what is not on it.
  void follow(const Instrument& now_is, Timestamp now);
  /// One act: what is stale goes, the touch is kept, then one agent quotes, withdraws or takes.
  /// `fair`: in the instrument's price unit; `nervousness` widens the touch.
  void act(double fair, double nervousness, Timestamp now);
  /// Trading draws trading: added to the mood's liveliness, 0 when all is calm.
  double excitement(Timestamp now) const noexcept;
  Random& random() noexcept { return random_; }
  const Instrument& instrument() const noexcept { return instrument_; }

 private:
  struct Quote {
    VenueOrderId id;
    Price price;
  };

  std::vector<Quote>& quotes(Side side) noexcept { return quotes_[side == Side::Buy ? 0 : 1]; }
  bool fill_sides(double fair, Timestamp now);
  void pick_off(double fair, Timestamp now);
  void measure_units() noexcept;
  void withdraw_off_grid(Timestamp now);
  void withdraw_stale(Side side, double touch, Timestamp now);
  void keep_touch(double fair, double nervousness, Timestamp now);
  void take_in_runs(Timestamp now);
  void build_ladder(Side side, double fair, Timestamp now);
  void quote(Side side, double fair, double distance, Timestamp now);
  void quote_at(Side side, double price, double typical_notional, Timestamp now);
  double ladder_distance();
  void forget_ended_quotes();
  void withdraw_one(Side side, double fair, Timestamp now);
  void take(Side side, double limit, Timestamp now);
  Quantity maker_quantity(double typical_notional, double price);
  Quantity taker_quantity(double price);
  Quantity lots_for(double notional, double price) const noexcept;
  void send(Side side, OrderType type, Price price, Quantity quantity, Timestamp now);
  double wrong_side_of_fair(Side side, Price price, double fair) const noexcept;
  double tick() const noexcept { return static_cast<double>(instrument_.tick_size.raw); }

  Exchange* exchange_;
  Instrument instrument_;  // a copy: the table may grow
  SyntheticSettings settings_;
  Random random_;
  std::uint64_t acts_ = 0;
  double spacing_ = 1;        // price units between ladder steps
  double unit_notional_ = 1;  // value of one raw quantity unit at one raw price unit (linear)
  std::vector<Quote> quotes_[2];
  // A large order worked in parts: takers come in runs of one side.
  Side run_side_ = Side::Buy;
  std::uint64_t run_left_ = 0;
  double excitement_ = 0;  // as of excited_at_
  Timestamp excited_at_;
};

}  // namespace gannet::sim
