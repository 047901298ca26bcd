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
constexpr auto kPause = std::chrono::seconds(5);  // before it is tried again
constexpr int kAttempts = 10;

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
  std::expected<bool, Error> more = true;
  // Another program may hold the database for a while: what could not be written is read from the
  // journal again.
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    HistoryFold fold(**database);
    const auto caught_up = catch_up_history(**database, fold, state_directory_);
    more = caught_up ? std::expected<bool, Error>(true) : std::unexpected(caught_up.error());
    while (more && *more) {
      more = write_what_waits(**database, fold);
      if (more) attempt = 0;  // a minute of trouble is counted from where it began
    }
    if (more) return;
    std::unique_lock lock(mutex_);
    if (woken_.wait_for(lock, kPause, [this] { return stopping_; })) break;
  }
  fail(more.error().message);
}

/// False: it has written what there was, and is to end.
std::expected<bool, Error> HistoryThread::write_what_waits(HistoryDatabase& database,
                                                           HistoryFold& fold) {
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
    const auto done = catch_up_history(database, fold, state_directory_);
    if (!done) return std::unexpected(done.error());
    if (fold.last() < behind) {
      const std::lock_guard lock(mutex_);
      dropped_ = std::max(dropped_, behind);
    }
    return !last;
  }
  if (items.empty()) return !last;
  database.begin();
  for (const Item& item : items) {
    if (item.head.sequence > fold.last()) fold.add({item.head, item.payload});
  }
  if (const auto done = database.commit(fold.last()); !done) return std::unexpected(done.error());
  written_.fetch_add(items.size(), std::memory_order_relaxed);
  return !last;
}

}  // namespace gannet::app
