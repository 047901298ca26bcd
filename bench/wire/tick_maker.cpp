#include "bench/wire/tick_maker.h"

#include <fmt/format.h>

#include <iterator>
#include <vector>

namespace gannet::bench {
namespace {

constexpr int kBase = 600'000;  // tenths of the quote currency
constexpr int kSpread = 3;
constexpr std::size_t kLeastChanges = 6;
constexpr std::size_t kMostChanges = 20;

std::string level(int price, std::uint32_t size) {
  return size == 0 ? fmt::format(R"(["{}","0","0","0"])", TickMaker::text_of(price))
                   : fmt::format(R"(["{}","{}.{:02}","0","{}"])", TickMaker::text_of(price),
                                 size / 100, size % 100, 1 + size % 30);
}

}  // namespace

TickMaker::TickMaker(std::string_view instrument, Channel channel, std::uint32_t seed)
    : instrument_(instrument), channel_(channel), random_(seed) {
  for (int i = 0; i < kLevels; ++i) {
    bids_[-i] = any_size();
    asks_[kSpread + i] = any_size();
  }
}

std::string TickMaker::text_of(int price) {
  const int tenths = kBase + price;
  return fmt::format("{}.{}", tenths / 10, tenths % 10);
}

std::uint32_t TickMaker::price_of(std::string_view text) noexcept {
  // "60123.4", "60123" or "60123.400"
  int tenths = 0;
  std::size_t i = 0;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i)
    tenths = tenths * 10 + (text[i] - '0');
  tenths *= 10;
  if (i + 1 < text.size() && text[i] == '.') tenths += text[i + 1] - '0';
  const int price = tenths - kBase;
  return price < 0 || price >= static_cast<int>(kPrices) ? kPrices
                                                         : static_cast<std::uint32_t>(price);
}

const std::string& TickMaker::next(std::int64_t millis) {
  step_ = (step_ + 1) % kPrices;
  constexpr std::uint32_t kHalf = kPrices / 2;
  price_ = step_ < kHalf ? 2 * step_ : 2 * (kPrices - 1 - step_) + 1;
  const auto best = static_cast<int>(price_);
  const std::uint64_t before = sequence_;
  sequence_ += 1 + random_() % 5;
  if (channel_ == Channel::Best) {
    text_ = fmt::format(
        R"({{"arg":{{"channel":"bbo-tbt","instId":"{}"}},"data":[{{"asks":[{}],"bids":[{}],)"
        R"("ts":"{}","seqId":{}}}]}})",
        instrument_, level(best + kSpread, any_size()), level(best, any_size()), millis, sequence_);
    return text_;
  }
  Side bid_changes;
  Side ask_changes;
  move_best(best, bid_changes, ask_changes);
  stir(bid_changes, ask_changes);
  // The new best bid comes first, as it does where levels are told best first.
  std::string bids = level(best, bids_.at(best));
  bid_changes.erase(best);
  if (!bid_changes.empty()) bids += "," + bid_levels(bid_changes);
  text_ = fmt::format(
      R"({{"arg":{{"channel":"books","instId":"{}"}},"action":"update","data":[{{"asks":[{}],)"
      R"("bids":[{}],"ts":"{}","checksum":0,"seqId":{},"prevSeqId":{}}}]}})",
      instrument_, ask_levels(ask_changes), bids, millis, sequence_, before);
  return text_;
}

void TickMaker::move_best(int to, Side& bid_changes, Side& ask_changes) {
  const auto put = [](Side& side, Side& changes, int price, std::uint32_t size) {
    changes[price] = size;
    if (size == 0) {
      side.erase(price);
    } else {
      side[price] = size;
    }
  };
  while (bids_.rbegin()->first > to) put(bids_, bid_changes, bids_.rbegin()->first, 0);
  put(bids_, bid_changes, to, any_size());
  while (bids_.size() > kLevels) put(bids_, bid_changes, bids_.begin()->first, 0);
  while (bids_.size() < kLevels) put(bids_, bid_changes, bids_.begin()->first - 1, any_size());
  while (asks_.begin()->first < to + kSpread) put(asks_, ask_changes, asks_.begin()->first, 0);
  put(asks_, ask_changes, to + kSpread, any_size());
  while (asks_.size() > kLevels) put(asks_, ask_changes, asks_.rbegin()->first, 0);
  while (asks_.size() < kLevels) put(asks_, ask_changes, asks_.rbegin()->first + 1, any_size());
}

/// Sizes near the top change until the message has its number of changes.
void TickMaker::stir(Side& bid_changes, Side& ask_changes) {
  const std::size_t wanted = kLeastChanges + random_() % (kMostChanges - kLeastChanges + 1);
  while (bid_changes.size() + ask_changes.size() < wanted) {
    const auto depth = static_cast<std::ptrdiff_t>(1 + random_() % 30);
    const bool is_bid = random_() % 2 == 0;
    Side& side = is_bid ? bids_ : asks_;
    const int price =
        is_bid ? std::next(side.rbegin(), depth)->first : std::next(side.begin(), depth)->first;
    side[price] = any_size();
    (is_bid ? bid_changes : ask_changes)[price] = side[price];
  }
}

// Best first, both.

std::string TickMaker::bid_levels(const Side& side) {
  std::string text;
  for (auto at = side.rbegin(); at != side.rend(); ++at) {
    if (!text.empty()) text += ',';
    text += level(at->first, at->second);
  }
  return text;
}

std::string TickMaker::ask_levels(const Side& side) {
  std::string text;
  for (const auto& [price, size] : side) {
    if (!text.empty()) text += ',';
    text += level(price, size);
  }
  return text;
}

std::string TickMaker::snapshot(std::int64_t millis) {
  if (channel_ == Channel::Best) return next(millis);
  return fmt::format(
      R"({{"arg":{{"channel":"books","instId":"{}"}},"action":"snapshot","data":[{{"asks":[{}],)"
      R"("bids":[{}],"ts":"{}","checksum":0,"seqId":{},"prevSeqId":-1}}]}})",
      instrument_, ask_levels(asks_), bid_levels(bids_), millis, sequence_);
}

}  // namespace gannet::bench
