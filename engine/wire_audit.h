#pragma once

#include <cstdint>

#include "domain/venue.h"
#include "engine/journal_backlog.h"

namespace gannet::engine {

/// Orders out = orders in (PRE-13). Stands before the journal and counts the requests that are in
/// it, less those that the port did not take; what the sessions wrote to the wire must be the same.
/// Counted apart at both ends: a request that is sent twice, or one that never was in the journal,
/// shows within a second.
///
/// A request that the venue refused unread may go once more another way, each by leave of the order
/// manager: so many more may have left. Cancels of orders that are not ours are journaled before
/// they are tried: there may be fewer on the wire. Thread: the reactor; as the journal's.
class WireAudit final : public Journal {
 public:
  explicit WireAudit(JournalBacklog& journal) noexcept : journal_(journal) {}

  bool append(RecordType type, std::span<const std::byte> payload,
              Timestamp now) noexcept override {
    if (!journal_.append(type, payload, now)) return false;
    count(type, payload);
    return true;
  }
  std::uint64_t sequence() const noexcept override { return journal_.sequence(); }

  void on_sent_again(ExecutionReport::Request request) noexcept { again_.add(request); }
  /// What the journal holds and the wire should have carried.
  const WireCounts& journaled() const noexcept { return journaled_; }
  bool agrees_with(const WireCounts& wire) const noexcept {
    return wire.places >= journaled_.places && wire.places <= journaled_.places + again_.places &&
           wire.amends >= journaled_.amends && wire.amends <= journaled_.amends + again_.amends &&
           wire.cancels <= journaled_.cancels + again_.cancels;
  }

 private:
  void count(RecordType type, std::span<const std::byte> payload) noexcept {
    switch (type) {
      case RecordType::Place:
        ++journaled_.places;
        break;
      case RecordType::Amend:
        ++journaled_.amends;
        break;
      case RecordType::Cancel:
        ++journaled_.cancels;
        break;
      case RecordType::AlgoPlace:
      case RecordType::NotSent:
        count_by_content(type, payload);
        break;
      default:
        break;
    }
  }
  void count_by_content(RecordType type, std::span<const std::byte> payload) noexcept;

  JournalBacklog& journal_;
  WireCounts journaled_;
  WireCounts again_;
};

}  // namespace gannet::engine
