#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>

namespace gannet::bench {

/// One instrument's market, made so that every message moves the best bid to a price that names it:
/// up by even steps and down by odd ones, over kPrices prices, so that a price is the newest
/// message's that had it. Prices have seven characters. One thread.
class TickMaker {
 public:
  enum class Channel : std::uint8_t { Best, Books };
  static constexpr std::uint32_t kPrices = 8'192;
  static constexpr int kLevels = 400;

  TickMaker(std::string_view instrument, Channel channel, std::uint32_t seed);

  /// The whole book as it stands: what a subscription begins with.
  std::string snapshot(std::int64_t millis);
  /// The next message; `price` is then what it is known by.
  const std::string& next(std::int64_t millis);
  std::uint32_t price() const noexcept { return price_; }

  /// Of an order's "60123.4"; kPrices: none of ours.
  static std::uint32_t price_of(std::string_view text) noexcept;
  static std::string text_of(int price);

 private:
  using Side = std::map<int, std::uint32_t>;  // by price, to size
  static std::string bid_levels(const Side& side);
  static std::string ask_levels(const Side& side);
  void move_best(int to, Side& bid_changes, Side& ask_changes);
  void stir(Side& bid_changes, Side& ask_changes);
  std::uint32_t any_size() { return 1 + static_cast<std::uint32_t>(random_() % 9'000); }

  std::string instrument_;
  Channel channel_;
  std::mt19937 random_;
  std::uint32_t step_ = 0;
  std::uint32_t price_ = 0;
  std::uint64_t sequence_ = 100;
  Side bids_;
  Side asks_;
  std::string text_;
};

}  // namespace gannet::bench
