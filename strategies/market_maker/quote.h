#pragma once

#include "gannet/strategy.hpp"

namespace market_maker {

/// Where one side should stand now; absent: nowhere.
struct Target {
  gannet::Price price;
  gannet::Quantity quantity;
};

/// One side's order, from the moment it is placed until it has ended.
struct Quote {
  gannet::OrderHandle handle;  ///< set: there is an order, or may be one
  gannet::Price price;         ///< where it stands, or was asked to stand
  bool resting = false;        ///< the venue says that it rests: it may be amended
  bool pending = false;        ///< an amend or cancel is on its way: no second one
  gannet::Time not_before;     ///< no new action on this side before then
};

/// What decides where to stand, in the instrument's exact units and in `double` for the signal.
struct Terms {
  gannet::Quantity quantity;
  gannet::Quantity max_position;
  double half_spread_bps = 0;
  double half_spread_ticks = 0;
  double skew = 0;
};

/// Bid and ask around the mid of a two-sided book, moved against the position. A side that would
/// take the position over its limit is absent. Prices are on the tick, never crossing the book.
struct Targets {
  std::optional<Target> bid;
  std::optional<Target> ask;
};
Targets find_targets(const gannet::Instrument& instrument, const gannet::Book& book,
                     gannet::Quantity position, const Terms& terms);

}  // namespace market_maker
