// Questions: what does it cost to put a new order on record before it leaves (journal/append: one
// record of the size that an order has, into the ring in shared memory, its checksum chained to the
// record before; the ring is emptied when it is half full, by one store, as the journal thread
// does), and all that one decision writes (journal/decision: the wish, what the gate read of the
// market, the order)? And what does it cost to wait for the disk (journal/group, journal/full: from
// the append until the record survives a power cut), beside a bare write and fdatasync on the same
// disk in the same run (journal/fdatasync)? GANNET_BENCH_DISK: a directory on the disk in question.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "app/store_journal.h"
#include "base/clock.h"
#include "base/journal_ring.h"
#include "base/journal_store.h"
#include "bench/alloc_counter.h"
#include "engine/core_journal.h"
#include "engine/journal_records.h"

namespace gannet {
namespace {

constexpr std::size_t kRingBytes = 1u << 22;
constexpr Timestamp kNow{1'790'000'000'000'000'000};

void append_place(benchmark::State& state) {
  std::string path = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  path += "/gannet-bench-XXXXXX";
  const int file = ::mkstemp(path.data());
  if (file < 0) return state.SkipWithError("no file for the ring");
  ::close(file);
  auto ring = JournalRing::open(path, kRingBytes);
  ::unlink(path.c_str());
  if (!ring) return state.SkipWithError("no ring");
  app::StoreJournal journal(*ring);
  engine::PlaceRecord record;
  const std::uint64_t before = bench::allocations();
  for (auto _ : state) {
    ++record.client_id;
    if (!engine::append(journal, record, kNow)) {
      state.SkipWithError("no room");
      break;
    }
    // A store: cheap enough to be timed with it.
    if (ring->bytes_waiting() > kRingBytes / 2) ring->release(ring->bytes_waiting());
  }
  state.counters["allocs"] = static_cast<double>(bench::allocations() - before);
  state.counters["payload_bytes"] = sizeof record;
}
BENCHMARK(append_place)->Name("journal/append");

std::expected<JournalRing, Error> make_ring() {
  std::string path = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  path += "/gannet-bench-XXXXXX";
  const int file = ::mkstemp(path.data());
  if (file >= 0) ::close(file);
  auto ring = JournalRing::open(path, kRingBytes);
  ::unlink(path.c_str());
  return ring;
}

void append_decision(benchmark::State& state) {
  auto ring = make_ring();
  if (!ring) return state.SkipWithError("no ring");
  app::StoreJournal store(*ring);
  engine::CoreJournal journal(store, 8, 8);
  const engine::CoreJournal::Input input(journal);
  engine::PlaceIntentRecord intent;
  engine::PlaceRecord record;
  const std::uint64_t before = bench::allocations();
  for (auto _ : state) {
    ++record.client_id;
    static_cast<void>(engine::append(journal, intent, kNow));
    // The best prices are others at every decision, the mark at some.
    const auto price = static_cast<std::int64_t>(record.client_id);
    journal.read(risk::MarketValue::Bid, 1, price);
    journal.read(risk::MarketValue::Ask, 1, price + 1);
    journal.read(risk::MarketValue::Mark, 1, price / 8);
    journal.read(risk::MarketValue::BookTime, 1, price);
    if (!engine::append(journal, record, kNow)) {
      state.SkipWithError("no room");
      break;
    }
    if (ring->bytes_waiting() > kRingBytes / 2) ring->release(ring->bytes_waiting());
  }
  state.counters["allocs"] = static_cast<double>(bench::allocations() - before);
}
BENCHMARK(append_decision)->Name("journal/decision");

/// A directory on a real disk, gone with this.
class DiskDirectory {
 public:
  DiskDirectory() {
    const char* where = std::getenv("GANNET_BENCH_DISK");
    path_ = std::string(where != nullptr ? where : "/var/tmp") + "/gannet-bench-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~DiskDirectory() {
    if (!path_.empty()) std::filesystem::remove_all(path_);
  }
  DiskDirectory(const DiskDirectory&) = delete;
  DiskDirectory& operator=(const DiskDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void report_quantiles(benchmark::State& state, std::vector<std::int64_t>& took) {
  if (took.empty()) return;
  std::ranges::sort(took);
  state.counters["p50_us"] = static_cast<double>(took[took.size() / 2]) / 1e3;
  state.counters["p99_us"] = static_cast<double>(took[took.size() * 99 / 100]) / 1e3;
}

void bare_fdatasync(benchmark::State& state) {
  const DiskDirectory disk;
  const int file = ::open((disk.path() + "/bare").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return state.SkipWithError("no file");
  static_cast<void>(::fallocate(file, FALLOC_FL_KEEP_SIZE, 0, 64 << 20));
  const std::vector<char> bytes(padded_size(sizeof(engine::PlaceRecord)), 'x');
  std::vector<std::int64_t> took;
  for (auto _ : state) {
    const Nanos start = monotonic_now();
    if (::write(file, bytes.data(), bytes.size()) < 0 || ::fdatasync(file) != 0) {
      state.SkipWithError("the disk refuses");
      break;
    }
    took.push_back((monotonic_now() - start).count);
  }
  ::close(file);
  report_quantiles(state, took);
}
BENCHMARK(bare_fdatasync)->Name("journal/fdatasync")->Unit(benchmark::kMicrosecond);

/// One order at a time: the worst case of `group`, where nothing shares a sync.
void append_durably(benchmark::State& state, JournalMode mode) {
  const DiskDirectory disk;
  JournalSettings settings;
  settings.directory = disk.path() + "/journal";
  settings.ring_path = disk.path() + "/ring";
  settings.ring_bytes = kRingBytes;
  settings.mode = mode;
  auto store = JournalStore::open(settings, [](const JournalRecord&) {});
  if (!store) return state.SkipWithError("no journal");
  app::StoreJournal journal((*store)->ring());
  engine::PlaceRecord record;
  std::vector<std::int64_t> took;
  for (auto _ : state) {
    const Nanos start = monotonic_now();
    ++record.client_id;
    static_cast<void>(engine::append(journal, record, kNow));
    (*store)->wake();
    while ((*store)->durable_sequence() < journal.sequence() && !(*store)->failed()) {
    }
    took.push_back((monotonic_now() - start).count);
  }
  report_quantiles(state, took);
}
/// Both in turn, so that the disk's mood is the same for both: REC-01 is about their ratio.
void group_beside_bare(benchmark::State& state) {
  const DiskDirectory disk;
  JournalSettings settings;
  settings.directory = disk.path() + "/journal";
  settings.ring_path = disk.path() + "/ring";
  settings.ring_bytes = kRingBytes;
  settings.mode = JournalMode::Group;
  auto store = JournalStore::open(settings, [](const JournalRecord&) {});
  const int file = ::open((disk.path() + "/bare").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (!store || file < 0) return state.SkipWithError("no journal");
  static_cast<void>(::fallocate(file, FALLOC_FL_KEEP_SIZE, 0, 64 << 20));
  app::StoreJournal journal((*store)->ring());
  engine::PlaceRecord record;
  const std::vector<char> bytes(padded_size(sizeof record), 'x');
  Nanos bare;
  Nanos group;
  const auto sync_bare = [&] {
    const Nanos start = monotonic_now();
    const bool is_good = ::write(file, bytes.data(), bytes.size()) > 0 && ::fdatasync(file) == 0;
    bare = bare + (monotonic_now() - start);
    return is_good;
  };
  const auto sync_group = [&] {
    const Nanos start = monotonic_now();
    ++record.client_id;
    if (!engine::append(journal, record, kNow)) return false;
    (*store)->wake();
    while ((*store)->durable_sequence() < journal.sequence() && !(*store)->failed())
      std::this_thread::yield();
    group = group + (monotonic_now() - start);
    return !(*store)->failed();
  };
  for (auto _ : state) {
    // Each comes first as often: a sync that follows another one costs less.
    const bool is_good =
        record.client_id % 2 == 0 ? sync_bare() && sync_group() : sync_group() && sync_bare();
    if (is_good) continue;
    state.SkipWithError("the disk refuses");
    break;
  }
  ::close(file);
  const auto count = static_cast<double>(std::max<std::int64_t>(1, state.iterations()));
  state.counters["bare_us"] = static_cast<double>(bare.count) / 1e3 / count;
  state.counters["group_us"] = static_cast<double>(group.count) / 1e3 / count;
  state.counters["ratio"] =
      static_cast<double>(group.count) / static_cast<double>(std::max<std::int64_t>(1, bare.count));
}
void append_in_group(benchmark::State& state) { append_durably(state, JournalMode::Group); }
void append_in_full(benchmark::State& state) { append_durably(state, JournalMode::Full); }
BENCHMARK(append_in_group)->Name("journal/group")->Unit(benchmark::kMicrosecond)->UseRealTime();
BENCHMARK(group_beside_bare)
    ->Name("journal/group_beside_bare")
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();
BENCHMARK(append_in_full)->Name("journal/full")->Unit(benchmark::kMicrosecond)->UseRealTime();

}  // namespace
}  // namespace gannet
