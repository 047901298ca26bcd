#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/journal_format.h"
#include "engine/journal_records.h"

namespace gannet::engine {

/// The records of a journal that still say something at the next start: what PriorBelief makes of
/// them is what it makes of all. Definitions where they changed, runs, people's commands, fills and
/// adjustments, everything about orders that have not ended, and every type it does not know to be
/// without a say. Hand it all records in order; more may follow after it was asked. Cold.
class JournalDigest {
 public:
  struct Kept {
    JournalRecordHead head;
    std::vector<std::byte> payload;
  };

  void add(const JournalRecordHead& head, std::span<const std::byte> payload);
  /// In their order.
  std::vector<const Kept*> records() const;
  std::size_t size() const noexcept { return kept_.size(); }

 private:
  void keep(const JournalRecordHead& head, std::span<const std::byte> payload);
  void keep_of_order(std::uint64_t client_id, const JournalRecordHead& head,
                     std::span<const std::byte> payload);
  void end_order(std::uint64_t client_id, const JournalRecordHead& head,
                 std::span<const std::byte> payload, std::int64_t filled);
  void add_definition(const JournalRecordHead& head, std::span<const std::byte> payload);
  void add_fills_edge(const JournalRecordHead& head, std::span<const std::byte> payload);

  std::map<std::uint64_t, Kept> kept_;  // by sequence
  std::map<std::vector<std::byte>, std::vector<std::byte>> definitions_;
  std::map<std::uint64_t, std::vector<std::uint64_t>> orders_;  // client id: sequences
  std::map<std::uint64_t, std::uint64_t> exits_of_;             // entry's client id: its exits'
  std::optional<std::int64_t> clock_;  // the venue's, as kept last of this run
  std::uint64_t fills_begin_ = 0;      // sequence of the newest begin
  std::uint64_t known_begin_ = 0;      // of the newest complete pair
  std::uint64_t known_end_ = 0;
};

}  // namespace gannet::engine
