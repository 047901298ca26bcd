#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/journal_files.h"
#include "base/journal_reader.h"

namespace gannet {

/// A snapshot stands for all records up to a sequence: those of them that still matter, in one file
/// with a checksum over all of it. Who makes it decides what matters. Cold.
struct JournalSnapshot {
  std::uint64_t through_sequence = 0;  ///< it stands for the records up to this one
  std::vector<JournalRecord> records;  ///< views into `bytes`
  std::vector<std::byte> bytes;
};

/// "snapshot-00000000000000000042.gns"
std::string snapshot_name(std::uint64_t through_sequence);

/// Writes it so that it is there whole or not at all. Errors: the disk's.
std::expected<void, Error> write_snapshot(const std::string& directory,
                                          std::uint64_t through_sequence,
                                          const std::vector<JournalRecord>& records,
                                          JournalFiles& files = JournalFiles::disk());

/// The newest whole one of `directory`; nothing: there is none. A damaged one is passed over.
std::optional<JournalSnapshot> newest_snapshot(const std::string& directory,
                                               JournalFiles& files = JournalFiles::disk());

/// What a start needs: the records of the newest snapshot, then those that came after it. Segments
/// that end before it are not read. Where there is none, or the segments do not reach back to it,
/// everything is read. `records` of the result counts what was visited. Errors: as read_journal;
/// segments that the snapshot needs are missing.
std::expected<JournalReadResult, Error> read_journal_from_snapshot(
    const std::string& directory, const std::function<void(const JournalRecord&)>& visit,
    JournalFiles& files = JournalFiles::disk());

}  // namespace gannet
