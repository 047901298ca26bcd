#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/journal_files.h"
#include "base/journal_reader.h"
#include "base/journal_ring.h"

namespace gannet {

/// When an order may leave: see docs/adr/0004-journal.md for what each survives and costs.
enum class JournalMode : std::uint8_t {
  Process,  ///< at once: its record survives the process (shared memory), not the machine
  Group,    ///< when its record is on the disk; one sync for all that waits
  Full,     ///< likewise; every record is written and synced by itself
};

struct JournalSettings {
  std::string directory;  ///< segments; made if missing, mode 0700
  std::string ring_path;  ///< on tmpfs
  std::size_t ring_bytes = 16u << 20;
  std::size_t segment_bytes = 64u << 20;
  std::int64_t sync_interval_ms = 50;  ///< `process` mode: how often segments are synced
  JournalMode mode = JournalMode::Process;
  /// Told of each record that goes into a segment, on the journal's thread; must not block. For
  /// whoever keeps a copy for people.
  std::function<void(const JournalRecord&)> on_drained;
};

/// Ring to segments, by hand: who calls it is its thread. `open` reads what is there, cuts a torn
/// tail (the longest valid prefix stays; what is cut is told), drains what an earlier process left
/// in the ring, and the ring continues the chain. A write or sync error is final: nothing is
/// written any more, since the kernel may have dropped what it could not write and would say
/// nothing the next time. [RELIABILITY REC-01, REC-05, REC-08]
class JournalWriter {
 public:
  static std::expected<std::unique_ptr<JournalWriter>, Error> open(
      const JournalSettings& settings, const std::function<void(const JournalRecord&)>& visit,
      JournalFiles& files = JournalFiles::disk());

  /// What waits in the ring goes to the segments; in `full` mode each record is synced. False: an
  /// error, final.
  bool drain();
  /// What was written is durable when it returns true. False: an error, final.
  bool sync();

  JournalRing& ring() noexcept { return *ring_; }
  bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }
  /// Newest sequence that survives a power cut. Any thread.
  std::uint64_t durable_sequence() const noexcept {
    return durable_.load(std::memory_order_acquire);
  }
  const JournalReadResult& recovered() const noexcept { return recovered_; }
  const JournalSettings& settings() const noexcept { return settings_; }
  /// First sequence of the segment that is being written; 0: none yet. Any thread.
  std::uint64_t open_segment_from() const noexcept {
    return segment_from_.load(std::memory_order_acquire);
  }

 private:
  JournalWriter(const JournalSettings& settings, JournalFiles& files)
      : settings_(settings), files_(files) {}
  std::expected<void, Error> cut_tail(const JournalReadResult& read);
  std::expected<void, Error> carry_over(const std::function<void(const JournalRecord&)>& visit);
  void remember(const JournalRecordHead& head, std::span<const std::byte> payload);
  bool open_segment();
  bool write(std::span<const std::byte> bytes);
  bool fail() noexcept {
    failed_.store(true, std::memory_order_release);
    return false;
  }

  JournalSettings settings_;
  JournalFiles& files_;
  std::optional<JournalRing> ring_;
  JournalReadResult recovered_;
  // By type and id: the newest definition of each, for the heads of segments.
  std::map<std::vector<std::byte>, std::vector<std::byte>> definitions_;
  std::unique_ptr<JournalFile> file_;
  std::uint64_t segment_size_ = 0;
  std::uint64_t written_sequence_ = 0;
  std::uint32_t written_crc_ = 0;
  bool unsynced_ = false;
  std::function<void(const JournalRecord&)> on_drained_;  // while opening only
  std::string ring_error_;
  std::atomic<std::uint64_t> durable_{0};
  std::atomic<std::uint64_t> segment_from_{0};
  std::atomic<bool> failed_{false};
};

}  // namespace gannet
