#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>

#include "base/error.h"
#include "base/journal_files.h"
#include "base/time.h"

namespace gannet::app {

struct TidyReport {
  std::uint64_t snapshot_through = 0;  ///< the newest snapshot stands for the records up to there
  std::size_t snapshot_records = 0;
  std::size_t compressed = 0;  ///< segments
  std::size_t removed = 0;     ///< segments, and snapshots that newer ones replaced
};

/// What is done with a journal's closed segments, beside a running engine: a snapshot that stands
/// for them, so that a start reads what still matters and the tail alone; compression of all but
/// the newest closed one; and removal of those that the snapshot stands for and whose last record
/// is older than `retention`. The newest segment is the writer's and is not touched. Errors: damage
/// (nothing is changed then), or the disk's. Cold: a process of its own does it (`gannet journal
/// tidy`), so that the engine's memory stays what it was (REC-15).
std::expected<TidyReport, Error> tidy_journal(const std::string& directory, Nanos retention,
                                              Timestamp now,
                                              JournalFiles& files = JournalFiles::disk());

}  // namespace gannet::app
