#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/journal_files.h"
#include "base/journal_format.h"

namespace gannet {

/// One record as a reader sees it; the payload is valid during the call.
struct JournalRecord {
  JournalRecordHead head;
  std::span<const std::byte> payload;
};

/// What reading a journal found: the longest valid prefix, and why it ended.
struct JournalReadResult {
  std::uint64_t records = 0;
  std::uint64_t first_sequence = 0;  ///< of the oldest segment; 0: there is none
  std::uint64_t last_sequence = 0;   ///< 0: none
  std::uint32_t last_crc = 0;
  std::int64_t last_time = 0;
  std::size_t segments = 0;
  std::string damage;  ///< "" when every byte is valid; else file, offset, what
  std::string damaged_file;
  bool damaged_last = false;      ///< it is the newest segment
  std::uint64_t valid_bytes = 0;  ///< of damaged_file
};

/// Reads all segments of `directory` in order, checking length, sequence and checksum chain; calls
/// `visit` for each valid record. Definitions copied to segment heads are visited of the oldest
/// segment alone: what they were made from may be gone. Segments may be compressed (.zst). Errors:
/// the directory or a file cannot be read, or a segment is of a newer version (REC-13). Segments
/// that end before `from`, or begin at or after `until`, are not read.
std::expected<JournalReadResult, Error> read_journal(
    const std::string& directory, const std::function<void(const JournalRecord&)>& visit,
    JournalFiles& files = JournalFiles::disk(), std::uint64_t from = 0,
    std::uint64_t until = ~std::uint64_t{0});

/// Head of a segment file. `seed_crc` is the chain's value before the first record; the definitions
/// that follow are copies (heads and payloads as they were) and outside the chain.
struct SegmentHead {
  static constexpr std::uint64_t kMagic = 0x47455341544E5247;
  static constexpr std::uint32_t kVersion = 3;
  std::uint64_t magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t seed_crc = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t definition_bytes = 0;
  std::uint32_t definition_crc = 0;
  std::uint32_t head_crc = 0;
};
static_assert(sizeof(SegmentHead) == 40);
std::uint32_t crc_of_head(SegmentHead head) noexcept;

std::string segment_name(std::uint64_t first_sequence);
/// The first sequence as the name says it; 0: it is no segment's name.
std::uint64_t first_sequence_of(const std::string& name);
/// Names of the segments among `names`, oldest first; a compressed one only where the plain one is
/// gone.
std::vector<std::string> segments_of(const std::vector<std::string>& names);

/// Walks whole records; returns the bytes that are valid and sets `why` where it stopped early.
std::size_t walk_records(std::span<const std::byte> bytes, std::uint64_t& next_sequence,
                         std::uint32_t& crc, std::string& why,
                         const std::function<void(const JournalRecord&)>& visit);

}  // namespace gannet
