#pragma once

#include <cstdint>
#include <optional>

#include "domain/market_events.h"

namespace gannet::okx {

/// How a message stands to the one before it. [PROTOCOL 4.3]
enum class SequenceLink : std::uint8_t {
  Snapshot,    ///< starts the chain anew, at any time
  Linked,      ///< previous id is the one applied last
  KeepAlive,   ///< the same, and nothing moved
  Reset,       ///< the same, and the venue's counter went back: not a gap
  Gap,         ///< links to something we have not seen
  Unnumbered,  ///< no ids (before 2023): only a checksum can prove it
};

/// The chain of ids of one stream. OKX steps ids by any amount: continuity is `prevSeqId` naming
/// the id we applied last, never `last + 1`. [golden/okx/books_chain.jsonl]
class SequenceChain {
 public:
  constexpr SequenceLink accept(BookUpdate::Kind kind, std::optional<std::int64_t> sequence,
                                std::optional<std::int64_t> previous) noexcept {
    if (kind == BookUpdate::Kind::Snapshot) {
      last_ = sequence;
      return SequenceLink::Snapshot;
    }
    if (!sequence || !previous) return SequenceLink::Unnumbered;
    if (!last_ || *previous != *last_) return SequenceLink::Gap;
    last_ = sequence;
    if (*sequence == *previous) return SequenceLink::KeepAlive;
    return *sequence < *previous ? SequenceLink::Reset : SequenceLink::Linked;
  }
  constexpr void restart_at(std::int64_t sequence) noexcept { last_ = sequence; }
  constexpr void clear() noexcept { last_.reset(); }
  constexpr std::optional<std::int64_t> last() const noexcept { return last_; }

 private:
  std::optional<std::int64_t> last_;
};

}  // namespace gannet::okx
