#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/fixed_string.h"
#include "gateway/okx/protocol/decode_book.h"

namespace gannet::okx {

/// CRC-32 (IEEE, as in zlib), as the venue prints it: signed.
std::int32_t crc32_signed(std::string_view text) noexcept;

/// Twin of a book in the strings as received, for the checksum that the venue supplied until 2026
/// (and may again): CRC-32 of the best 25 levels a side, interleaved `bidPx:bidSz:askPx:askSz`,
/// over the raw text, never reformatted. Today's path does not touch it; `start` takes its memory
/// when the first snapshot with a checksum arrives. Thread: one.
class BookChecksum {
 public:
  /// Numbers longer than this cannot be kept: the checksum is then not computable.
  using RawText = FixedString<40>;
  static constexpr std::size_t kLevels = 25;

  bool running() const noexcept { return running_; }
  void stop() noexcept { running_ = false; }
  /// A snapshot: replaces all. Levels beyond the capacity of a side stop it.
  void start(const DecodedBook& snapshot);
  /// An update: quantity 0 deletes; a delete of an unknown level is nothing. Stops when full.
  void apply(const DecodedBook& update) noexcept;
  /// Of the book as it stands. Requires running().
  std::int32_t compute() noexcept;

 private:
  struct Entry {
    std::int64_t price = 0;
    RawText raw_price;
    RawText raw_quantity;
  };
  struct Side {
    std::vector<Entry> entries;  // worst first, best last: changes happen near the best
    bool is_bid = false;
  };
  static constexpr std::size_t kCapacity = 4 * kMaxLevelsPerSide;

  bool put(Side& side, const Level& level, const RawLevel& raw) noexcept;

  Side bids_{{}, true};
  Side asks_{{}, false};
  bool running_ = false;
};

}  // namespace gannet::okx
