#include "base/journal_store.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "base/clock.h"

namespace gannet {
namespace {

/// How long a thread that had work looks for more before it sleeps: a sleep costs an order the time
/// of being woken.
constexpr Nanos kLook = microseconds(200);
constexpr long kSleepNanos = 1'000'000;

}  // namespace

JournalStore::JournalStore(std::unique_ptr<JournalWriter> writer) : writer_(std::move(writer)) {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "journal");
    run();
  });
}

std::expected<std::unique_ptr<JournalStore>, Error> JournalStore::open(
    const JournalSettings& settings, const std::function<void(const JournalRecord&)>& visit) {
  auto writer = JournalWriter::open(settings, visit);
  if (!writer) return std::unexpected(std::move(writer.error()));
  return std::unique_ptr<JournalStore>(new JournalStore(std::move(*writer)));
}

JournalStore::~JournalStore() {
  stop_.store(true, std::memory_order_release);
  wake();
  thread_.join();
}

void JournalStore::wake() noexcept {
  wishes_.fetch_add(1, std::memory_order_seq_cst);
  // Sequentially consistent on both sides: either the sleeper sees the new count, or we see it.
  if (!sleeps_.load(std::memory_order_seq_cst)) return;
  ::syscall(SYS_futex, &wishes_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void JournalStore::sleep() noexcept {
  const std::uint32_t seen = wishes_.load(std::memory_order_seq_cst);
  sleeps_.store(true, std::memory_order_seq_cst);
  if (writer_->ring().bytes_waiting() == 0 || failed()) {
    const timespec at_most{0, kSleepNanos};
    ::syscall(SYS_futex, &wishes_, FUTEX_WAIT_PRIVATE, seen, &at_most, nullptr, 0);
  }
  sleeps_.store(false, std::memory_order_seq_cst);
}

void JournalStore::run() {
  if (writer_->settings().mode == JournalMode::Process) {
    run_at_intervals();
  } else {
    run_at_once();
  }
  if (!failed() && writer_->drain()) writer_->sync();
}

void JournalStore::run_at_intervals() {
  Nanos last_sync = monotonic_now();
  while (!stop_.load(std::memory_order_acquire)) {
    const bool idle = writer_->ring().bytes_waiting() == 0;
    const Nanos now = monotonic_now();
    if (writer_->drain() && now - last_sync >= milliseconds(writer_->settings().sync_interval_ms)) {
      writer_->sync();
      last_sync = now;
    }
    // After a failure nothing drains any more: do not spin on what waits.
    if (idle || failed()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void JournalStore::run_at_once() {
  Nanos last_work = monotonic_now();
  while (!stop_.load(std::memory_order_acquire)) {
    if (!failed() && writer_->ring().bytes_waiting() != 0) {
      // One sync for all that came while the last one ran.
      if (writer_->drain()) writer_->sync();
      last_work = monotonic_now();
    } else if (failed() || monotonic_now() - last_work > kLook) {
      sleep();
    } else {
      std::this_thread::yield();
    }
  }
}

}  // namespace gannet
