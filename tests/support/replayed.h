#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engine/journal_replay.h"

namespace gannet::test {

/// The records of a run that was kept in memory, as a replay takes them; `from`: where it began.
inline std::vector<engine::ReplayRecord> records_of(const engine::MemoryJournal& journal,
                                                    std::size_t from = 0) {
  std::vector<engine::ReplayRecord> records;
  for (std::size_t i = from; i < journal.entries().size(); ++i) {
    const auto& entry = journal.entries()[i];
    records.push_back({i + 1, entry.type, entry.time, entry.payload});
  }
  return records;
}

/// How many records of the type a run wrote.
inline std::size_t count_of(const engine::MemoryJournal& journal, engine::RecordType type) {
  return static_cast<std::size_t>(
      std::ranges::count(journal.entries(), type, &engine::MemoryJournal::Entry::type));
}

}  // namespace gannet::test
