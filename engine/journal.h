#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "base/time.h"
#include "engine/journal_records.h"

namespace gannet::engine {

class RecallSource;

/// The record of every core input and every request, in processing order. An order is appended
/// before the port sees it (REC-01). The mechanism (ring, segments, checksums) lives elsewhere.
/// Thread: the reactor. Never blocks, never allocates.
class Journal {
 public:
  /// False: there is no room; nothing was written. `payload` is one of journal_records.h.
  virtual bool append(RecordType type, std::span<const std::byte> payload,
                      Timestamp now) noexcept = 0;
  /// Sequence of the last record appended; 0 before the first.
  virtual std::uint64_t sequence() const noexcept = 0;
  /// What a replay knows of earlier reads; null: this is no replay (see core_journal.h).
  virtual RecallSource* recall() noexcept { return nullptr; }

 protected:
  ~Journal() = default;
};

/// Appends a record struct under its own type; a pen whose class is known is called directly.
template <class Record, std::derived_from<Journal> Pen>
bool append(Pen& journal, const Record& record, Timestamp now) noexcept {
  // No padding: two runs over the same inputs must write the same bytes (I10).
  static_assert(std::has_unique_object_representations_v<Record>);
  return journal.append(Record::kType, std::as_bytes(std::span(&record, 1)), now);
}

/// Keeps records in memory: for tests and backtests. `capacity` bounds the number of records, to
/// play a full ring.
class MemoryJournal final : public Journal {
 public:
  struct Entry {
    RecordType type;
    Timestamp time;
    std::vector<std::byte> payload;
  };

  explicit MemoryJournal(std::size_t capacity = static_cast<std::size_t>(-1))
      : capacity_(capacity) {}

  bool append(RecordType type, std::span<const std::byte> payload,
              Timestamp now) noexcept override {
    if (entries_.size() >= capacity_) return false;
    entries_.push_back({type, now, {payload.begin(), payload.end()}});
    return true;
  }
  std::uint64_t sequence() const noexcept override { return entries_.size(); }
  const std::vector<Entry>& entries() const noexcept { return entries_; }
  void set_capacity(std::size_t capacity) noexcept { capacity_ = capacity; }

 private:
  std::size_t capacity_;
  std::vector<Entry> entries_;
};

}  // namespace gannet::engine
