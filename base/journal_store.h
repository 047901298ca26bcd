#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <thread>

#include "base/error.h"
#include "base/journal_reader.h"
#include "base/journal_writer.h"

namespace gannet {

/// The writer and the thread that turns it. In `group` and `full` mode what waits is written and
/// synced at once; between, the thread looks for work for a moment and then sleeps until `wake`.
/// After an error `failed()` is true for the rest of the run and new orders must be held.
class JournalStore {
 public:
  static std::expected<std::unique_ptr<JournalStore>, Error> open(
      const JournalSettings& settings, const std::function<void(const JournalRecord&)>& visit);
  ~JournalStore();
  JournalStore(const JournalStore&) = delete;
  JournalStore& operator=(const JournalStore&) = delete;

  /// Appending side: one thread.
  JournalRing& ring() noexcept { return writer_->ring(); }
  /// Something waits for the disk. One system call where the thread sleeps, else none. Any thread.
  void wake() noexcept;
  /// Newest sequence that survives a power cut. Any thread.
  std::uint64_t durable_sequence() const noexcept { return writer_->durable_sequence(); }
  bool failed() const noexcept { return writer_->failed(); }
  const JournalReadResult& recovered() const noexcept { return writer_->recovered(); }
  const JournalSettings& settings() const noexcept { return writer_->settings(); }
  std::uint64_t open_segment_from() const noexcept { return writer_->open_segment_from(); }

 private:
  explicit JournalStore(std::unique_ptr<JournalWriter> writer);
  void run();
  void run_at_intervals();
  void run_at_once();
  void sleep() noexcept;

  std::unique_ptr<JournalWriter> writer_;
  std::atomic<std::uint32_t> wishes_{0};  // of `wake`; a futex
  std::atomic<bool> sleeps_{false};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace gannet
