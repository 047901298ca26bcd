#include "app/engine_view.h"

namespace gannet::app {
namespace {

template <class Listing>
std::string text_of(const Listing& listing, bool page) {
  return page ? page_of(listing) : to_json(listing);
}

}  // namespace

std::string text_of(const EngineView& view, bool page) {
  switch (view.what) {
    case EngineView::What::Orders:
      return text_of<OrderListing>(view.orders, page);
    case EngineView::What::Positions:
      return text_of<PositionListing>(view.positions, page);
    case EngineView::What::Balances:
      return text_of<BalanceListing>(view.balances, page);
    case EngineView::What::Fills:
      return text_of<FillListing>(view.fills, page);
    case EngineView::What::Feeds:
      return text_of<FeedListing>(view.feeds, page);
  }
  return "";
}

}  // namespace gannet::app
