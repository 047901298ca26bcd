#include "app/history_thread.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "app/history_database.h"
#include "app/history_fold.h"
#include "base/clock.h"
#include "base/log.h"

namespace gannet::app {
namespace {

constexpr std::size_t kMostWaiting = 100'000;
constexpr auto kInterval = std::chrono::milliseconds(250);

}  // namespace

HistoryThread::HistoryThread(std::string state_directory)
    : state_directory_(std::move(state_directory)) {}

HistoryThread::~HistoryThread() { stop(); }

void HistoryThread::offer(const JournalRecord& record) {
  if (!HistoryFold::wants(record.head.type) || failed()) return;
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= kMostWaiting) {
    dropped_ = record.head.sequence;
    return;
  }
  waiting_.push_back({record.head, {record.payload.begin(), record.payload.end()}});
}

void HistoryThread::start() {
  thread_ = std::thread([this] { run(); });
}

void HistoryThread::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_one();
  thread_.join();
}

void HistoryThread::fail(const std::string& why) {
  failed_.store(true, std::memory_order_relaxed);
  log(wall_clock_now(), LogEvent::HistoryFailed, {LogField::string("why", why)});
}

void HistoryThread::run() {
  set_thread_name("history");
  auto database = HistoryDatabase::open(history_path(state_directory_));
  if (!database) return fail(database.error().message);
  HistoryFold fold(**database);
  // What earlier runs wrote, and what this one has drained so far.
  if (auto done = catch_up_history(**database, fold, state_directory_); !done)
    return fail(done.error().message);
  while (write_what_waits(**database, fold)) {
  }
}

/// False: to end, or it failed.
bool HistoryThread::write_what_waits(HistoryDatabase& database, HistoryFold& fold) {
  std::vector<Item> items;
  std::uint64_t behind = 0;
  bool last = false;
  {
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, kInterval, [this] { return stopping_; });
    items.swap(waiting_);
    behind = std::exchange(dropped_, 0);
    last = stopping_;
  }
  if (behind != 0) {
    // The segments have them, or will have them in a moment.
    if (!items.empty()) behind = std::max(behind, items.back().head.sequence);
    if (const auto done = catch_up_history(database, fold, state_directory_); !done) {
      fail(done.error().message);
      return false;
    }
    if (fold.last() < behind) {
      const std::lock_guard lock(mutex_);
      dropped_ = std::max(dropped_, behind);
    }
    return !last;
  }
  if (!items.empty()) {
    database.begin();
    for (const Item& item : items) {
      if (item.head.sequence > fold.last()) fold.add({item.head, item.payload});
    }
    if (const auto done = database.commit(fold.last()); !done) {
      fail(done.error().message);
      return false;
    }
    written_.fetch_add(items.size(), std::memory_order_relaxed);
  }
  return !last;
}

}  // namespace gannet::app
