#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fixed_string.h"
#include "base/time.h"

namespace gannet::app {

/// Every connection and every channel on it, and how fresh they are. The cold thread makes the
/// room, the reactor fills it without allocating, the cold thread formats it.
struct FeedListing {
  struct Line {
    FixedString<23> name;    ///< "market", "market-2", "orders"
    std::string_view state;  ///< static: ready, down, moving, spare
    std::uint64_t frames = 0;
    std::optional<Nanos> age;  ///< of its last frame; absent: none yet, or not known
  };
  struct Channel {
    FixedString<23> line;
    FixedString<23> channel;
    FixedString<47> what;       ///< the instrument, index or kind it is of
    std::string_view state;     ///< static: fresh, silent, waiting, refused, ...
    std::optional<Nanos> age;   ///< of its last data or acknowledgement; absent: neither came
    std::string_view sequence;  ///< static; of a book: live, awaiting_snapshot, ...; else ""
    std::optional<std::int64_t> last_sequence;  ///< of a book that counts
    std::uint64_t gaps = 0;  ///< of a book: times its chain broke, and checksums that were bad
  };
  Timestamp time;
  std::vector<Line> lines;
  std::vector<Channel> channels;
};

std::string to_json(const FeedListing& listing);
std::string page_of(const FeedListing& listing);

}  // namespace gannet::app
