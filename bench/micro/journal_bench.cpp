// Question: what does it cost to put a new order on record before it leaves? One record of the size
// that an order has, into the ring in shared memory, its checksum chained to the record before. The
// ring is emptied when it is half full, by one store, as the journal thread does.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <string>

#include "app/store_journal.h"
#include "base/journal_ring.h"
#include "bench/alloc_counter.h"
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

}  // namespace
}  // namespace gannet
