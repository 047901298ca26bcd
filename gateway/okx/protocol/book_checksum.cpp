#include "gateway/okx/protocol/book_checksum.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace gannet::okx {
namespace {

constexpr std::array<std::uint32_t, 256> kTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? 0xEDB8'8320u : 0u);
    table[i] = value;
  }
  return table;
}();

class Crc32 {
 public:
  void add(std::string_view text) noexcept {
    for (const char c : text) {
      state_ = (state_ >> 8) ^ kTable[(state_ ^ static_cast<unsigned char>(c)) & 0xFF];
    }
  }
  std::int32_t value() const noexcept { return static_cast<std::int32_t>(~state_); }

 private:
  std::uint32_t state_ = 0xFFFF'FFFF;
};

}  // namespace

std::int32_t crc32_signed(std::string_view text) noexcept {
  Crc32 crc;
  crc.add(text);
  return crc.value();
}

void BookChecksum::start(const DecodedBook& snapshot) {
  running_ = true;
  for (Side* side : {&bids_, &asks_}) {
    side->entries.reserve(kCapacity);
    side->entries.clear();
  }
  for (std::size_t i = 0; i < snapshot.bids.size(); ++i) {
    running_ = running_ && put(bids_, snapshot.bids[i], snapshot.raw_bids[i]);
  }
  for (std::size_t i = 0; i < snapshot.asks.size(); ++i) {
    running_ = running_ && put(asks_, snapshot.asks[i], snapshot.raw_asks[i]);
  }
}

void BookChecksum::apply(const DecodedBook& update) noexcept {
  for (std::size_t i = 0; i < update.bids.size(); ++i) {
    running_ = running_ && put(bids_, update.bids[i], update.raw_bids[i]);
  }
  for (std::size_t i = 0; i < update.asks.size(); ++i) {
    running_ = running_ && put(asks_, update.asks[i], update.raw_asks[i]);
  }
}

bool BookChecksum::put(Side& side, const Level& level, const RawLevel& raw) noexcept {
  if (!RawText::fits(raw.price) || !RawText::fits(raw.quantity)) return false;
  const auto worse = [&](const Entry& entry, std::int64_t price) {
    return side.is_bid ? entry.price < price : entry.price > price;
  };
  const auto at = std::lower_bound(side.entries.begin(), side.entries.end(), level.price, worse);
  const bool there = at != side.entries.end() && at->price == level.price;
  if (level.quantity == 0) {
    if (there) side.entries.erase(at);
    return true;
  }
  if (there) {
    *at = {level.price, raw.price, raw.quantity};
    return true;
  }
  if (side.entries.size() == kCapacity) return false;
  side.entries.insert(at, {level.price, raw.price, raw.quantity});
  return true;
}

std::int32_t BookChecksum::compute() noexcept {
  Crc32 crc;
  bool first = true;
  const auto add = [&](const Side& side, std::size_t i) {
    if (i >= side.entries.size()) return;
    const Entry& entry = side.entries[side.entries.size() - 1 - i];
    if (!first) crc.add(":");
    first = false;
    crc.add(entry.raw_price.view());
    crc.add(":");
    crc.add(entry.raw_quantity.view());
  };
  for (std::size_t i = 0; i < kLevels; ++i) {
    add(bids_, i);
    add(asks_, i);
  }
  return crc.value();
}

}  // namespace gannet::okx
