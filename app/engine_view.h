#pragma once

#include <cstdint>

#include "app/account_listing.h"
#include "app/feed_listing.h"
#include "app/order_listing.h"

namespace gannet::app {

/// What a person asks the reactor to show: one of these is filled.
struct EngineView {
  enum class What : std::uint8_t { Orders, Positions, Balances, Fills, Feeds };
  What what = What::Orders;
  FillFilter filter;  ///< of Fills
  OrderListing orders;
  PositionListing positions;
  BalanceListing balances;
  FillListing fills;
  FeedListing feeds;
};

/// One JSON object on one line; `page`: lines for a terminal.
std::string text_of(const EngineView& view, bool page);

}  // namespace gannet::app
