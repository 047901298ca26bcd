#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/journal_store.h"

namespace gannet::app {

/// Keeps the history database up to date while the engine runs: the journal's thread offers each
/// record that it has drained, a thread of its own writes them, a few times a second. Nothing waits
/// for it: when it falls behind, what is offered is dropped and read from the journal's segments
/// later. An error of the database is tried again for a minute, then told and the end of the
/// writing, not of the trading; the next start, or `gannet report`, catches up.
class HistoryThread {
 public:
  explicit HistoryThread(std::string state_directory);
  ~HistoryThread();
  HistoryThread(const HistoryThread&) = delete;
  HistoryThread& operator=(const HistoryThread&) = delete;

  /// The journal's thread. Copies what the history wants; never waits for a disk.
  void offer(const JournalRecord& record);
  /// Begins to write, from the end of what is there.
  void start();
  /// Writes what was offered so far, and ends.
  void stop();

  std::uint64_t written() const noexcept { return written_.load(std::memory_order_relaxed); }
  bool failed() const noexcept { return failed_.load(std::memory_order_relaxed); }

 private:
  struct Item {
    JournalRecordHead head;
    std::vector<std::byte> payload;
  };

  void run();
  std::expected<bool, Error> write_what_waits(class HistoryDatabase& database,
                                              class HistoryFold& fold);
  void fail(const std::string& why);

  std::string state_directory_;
  // Held for a push or a swap of vectors, by neither side across a system call.
  std::mutex mutex_;
  std::condition_variable woken_;
  std::vector<Item> waiting_;
  std::uint64_t dropped_ = 0;  // sequence of the newest that found no room; 0: none
  bool stopping_ = false;
  std::atomic<std::uint64_t> written_{0};
  std::atomic<bool> failed_{false};
  std::thread thread_;
};

}  // namespace gannet::app
