#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "domain/market_events.h"

namespace gannet::bench {

inline constexpr std::string_view kMarketInstrument = "BTC-USDT-SWAP";

/// Followed by kTextPadding bytes, as the transport's are.
struct MarketFrame {
  std::string bytes;
  std::size_t size = 0;
  std::string_view view() const noexcept { return {bytes.data(), size}; }
};

/// The public side of a venue for one instrument, written after the documented shapes: a frame that
/// lifts the best bid by a tick and one that takes it back, round and round. The book is never
/// crossed; updates link to each other for ever (the second puts the counter back, which is legal).
class MarketScript {
 public:
  /// BestBidOffer: one level a side. Depth400: updates of eight levels a side on a full book.
  explicit MarketScript(BookFeed feed);

  /// Acknowledgements of all subscriptions, then the first book.
  const std::vector<MarketFrame>& opening() const noexcept { return opening_; }
  /// Mark and index price; due at least every ten seconds.
  const std::vector<MarketFrame>& references() const noexcept { return references_; }
  const MarketFrame& next() noexcept { return updates_[turn_++ % updates_.size()]; }

 private:
  std::vector<MarketFrame> opening_;
  std::vector<MarketFrame> references_;
  std::vector<MarketFrame> updates_;
  std::size_t turn_ = 0;
};

}  // namespace gannet::bench
