#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/time.h"

namespace gannet {

/// Head of every journal record, in the ring and in the segments: little-endian, 8-byte aligned,
/// the payload follows, padded with zeros to a multiple of 8. `crc` is over the rest of the head
/// and the payload, seeded with the previous record's, so that a missing, swapped or doubled record
/// breaks the chain. Sequences count up by one without holes. [RELIABILITY REC-05]
struct JournalRecordHead {
  std::uint32_t length = 0;  ///< of the payload, without padding
  std::uint16_t type = 0;  ///< the owner's; kJournalDefinition set: repeated at each segment's head
  std::uint16_t version = 1;
  std::uint64_t sequence = 0;
  std::int64_t time = 0;  ///< Timestamp::nanos of the input that made it
  std::uint32_t crc = 0;
  std::uint32_t reserved = 0;
};
static_assert(sizeof(JournalRecordHead) == 32);

/// Set in the type of records that say what ids mean (instruments, strategies): each new segment
/// opens with a copy of the newest ones, so that it can be read alone.
inline constexpr std::uint16_t kJournalDefinition = 0x8000;
inline constexpr std::uint32_t kMaxJournalPayload = 64 * 1024;

constexpr std::size_t padded_size(std::uint32_t payload) noexcept {
  return sizeof(JournalRecordHead) + ((static_cast<std::size_t>(payload) + 7) & ~std::size_t{7});
}

/// The record's checksum given the previous record's.
std::uint32_t journal_crc(std::uint32_t previous, const JournalRecordHead& head,
                          std::span<const std::byte> payload) noexcept;

}  // namespace gannet
