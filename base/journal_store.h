#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/journal_format.h"
#include "base/journal_ring.h"

namespace gannet {

/// One record as a reader sees it; the payload is valid during the call.
struct JournalRecord {
  JournalRecordHead head;
  std::span<const std::byte> payload;
};

/// What reading a journal found: the longest valid prefix, and why it ended.
struct JournalReadResult {
  std::uint64_t records = 0;
  std::uint64_t last_sequence = 0;  ///< 0: none
  std::uint32_t last_crc = 0;
  std::int64_t last_time = 0;
  std::size_t segments = 0;
  std::string damage;  ///< "" when every byte is valid; else file, offset, what
  std::string damaged_file;
  std::uint64_t valid_bytes = 0;  ///< of damaged_file
};

/// Reads all segments of `directory` in order, checking length, sequence and checksum chain; calls
/// `visit` for each valid record (definitions copied to segment heads are not visited twice).
/// Errors: the directory cannot be read, or a segment is of a newer version.
std::expected<JournalReadResult, Error> read_journal(
    const std::string& directory, const std::function<void(const JournalRecord&)>& visit);

struct JournalSettings {
  std::string directory;  ///< segments; made if missing, mode 0700
  std::string ring_path;  ///< on tmpfs
  std::size_t ring_bytes = 16u << 20;
  std::size_t segment_bytes = 64u << 20;
  std::int64_t sync_interval_ms = 50;  ///< `process` mode: how often segments are synced
  /// Told of each record that goes into a segment, on the journal's thread; must not block. For
  /// whoever keeps a copy for people.
  std::function<void(const JournalRecord&)> on_drained;
};

/// Segments on disk and the thread that fills them from the ring. `open` drains what an earlier
/// process left in the ring, cuts a torn tail (the longest valid prefix stays; what is cut is
/// told), and the ring continues the chain. A write or sync error is final for the run: `failed()`
/// becomes true and new orders must be held. [RELIABILITY REC-01, 05, 08]
class JournalStore {
 public:
  static std::expected<std::unique_ptr<JournalStore>, Error> open(
      const JournalSettings& settings, const std::function<void(const JournalRecord&)>& visit);
  ~JournalStore();
  JournalStore(const JournalStore&) = delete;
  JournalStore& operator=(const JournalStore&) = delete;

  /// Appending side: one thread.
  JournalRing& ring() noexcept;
  /// Newest sequence that survives a power cut. Any thread.
  std::uint64_t durable_sequence() const noexcept;
  bool failed() const noexcept;
  const JournalReadResult& recovered() const noexcept;

 private:
  struct State;
  explicit JournalStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gannet
