#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "domain/order_book.h"

namespace gannet::bench {

/// Updates as a busy book has them: two levels a message, most within ten ticks of the top of a
/// full 400-level book, one in eight anywhere, a third of them deletes.
struct BookUpdates {
  static constexpr std::size_t kCount = 4'096;

  BookUpdates() {
    std::mt19937_64 random(7);
    for (std::size_t i = 0; i < kCount * 2; ++i) {
      const bool bid = i % 2 == 0;
      const auto distance = static_cast<std::int64_t>(random() % (random() % 8 == 0 ? 400 : 10));
      const std::int64_t price = bid ? 1'000'000 - distance : 1'000'001 + distance;
      const auto quantity = random() % 3 == 0 ? 0 : static_cast<std::int64_t>(1 + random() % 1'000);
      levels.push_back({price, quantity, 1, 0});
    }
    for (std::size_t i = 0; i < kCount; ++i) {
      BookUpdate update;
      update.kind = BookUpdate::Kind::Update;
      update.bids = {&levels[i * 2], 1};
      update.asks = {&levels[i * 2 + 1], 1};
      updates.push_back(update);
    }
  }

  std::vector<Level> levels;
  std::vector<BookUpdate> updates;
};

inline void fill(OrderBook& book) {
  std::vector<Level> bids, asks;
  for (std::int64_t i = 0; i < 400; ++i) {
    bids.push_back({1'000'000 - i, 10, 1, 0});
    asks.push_back({1'000'001 + i, 10, 1, 0});
  }
  BookUpdate snapshot;
  snapshot.bids = bids;
  snapshot.asks = asks;
  book.apply(snapshot);
}

}  // namespace gannet::bench
