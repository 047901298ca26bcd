#include "strategies/market_maker/quote.h"

#include <algorithm>

namespace market_maker {

using gannet::Price;
using gannet::Quantity;
using gannet::Rounding;

Targets find_targets(const gannet::Instrument& instrument, const gannet::Book& book,
                     Quantity position, const Terms& terms) {
  const Price best_bid = book.best_bid().price;
  const Price best_ask = book.best_ask().price;
  const double mid = (instrument.to_double(best_bid) + instrument.to_double(best_ask)) / 2;
  const double half_spread =
      std::max(mid * terms.half_spread_bps / 10'000,
               instrument.to_double(instrument.tick()) * terms.half_spread_ticks);
  const double fullness =
      terms.max_position.raw == 0
          ? 0
          : instrument.to_double(position) / instrument.to_double(terms.max_position);
  const double centre = mid - terms.skew * half_spread * std::clamp(fullness, -1.0, 1.0);

  // A post-only order that would cross is accepted and then cancelled by the venue: a wasted
  // message, so it stands one tick behind the other side instead.
  const Price bid = std::min(instrument.round_to_tick(centre - half_spread, Rounding::Down),
                             best_ask - instrument.tick());
  const Price ask = std::max(instrument.round_to_tick(centre + half_spread, Rounding::Up),
                             best_bid + instrument.tick());
  Targets targets;
  if (bid.raw > 0 && position + terms.quantity <= terms.max_position)
    targets.bid = Target{bid, terms.quantity};
  if (position - terms.quantity >= -terms.max_position) targets.ask = Target{ask, terms.quantity};
  return targets;
}

}  // namespace market_maker
