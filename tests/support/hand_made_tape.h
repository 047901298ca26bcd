#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/market_tape.h"

namespace gannet::sim {

/// A recording written down in a test, event by event.
class HandMadeTape final : public MarketTape {
 public:
  struct Entry {
    TapeEvent event;
    std::vector<Level> bids;
    std::vector<Level> asks;
  };

  void add(const TradeEvent& trade) { entries_.push_back({trade, {}, {}}); }
  void add(const ReferencePriceEvent& price) { entries_.push_back({price, {}, {}}); }
  void add(const FundingNotice& funding) { entries_.push_back({funding, {}, {}}); }
  void add(const BookUpdate& book, std::vector<Level> bids, std::vector<Level> asks) {
    entries_.push_back({book, std::move(bids), std::move(asks)});
  }
  void break_at_the_end(std::string why) { broken_ = std::move(why); }

  std::expected<std::optional<TapeEvent>, Error> next() override {
    if (at_ == entries_.size()) {
      if (!broken_.empty()) return std::unexpected(Error{broken_});
      return std::nullopt;
    }
    Entry& entry = entries_[at_++];
    ++counts_.lines;
    if (auto* const book = std::get_if<BookUpdate>(&entry.event)) {
      book->bids = entry.bids;
      book->asks = entry.asks;
    }
    return entry.event;
  }
  std::expected<void, Error> rewind() override {
    at_ = 0;
    return {};
  }
  const TapeCounts& counts() const noexcept override { return counts_; }

 private:
  std::vector<Entry> entries_;
  std::size_t at_ = 0;
  std::string broken_;
  TapeCounts counts_;
};

}  // namespace gannet::sim
