#include "bench/alloc_counter.h"

#include <atomic>
#include <cstddef>

// glibc lets a program define malloc and its family; the originals stay reachable by these names.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {
std::atomic<std::uint64_t> counter{0};
// In the program itself, so its place is made with the thread: reading it never allocates.
constinit thread_local std::uint64_t counter_of_this_thread = 0;
void count_one() noexcept {
  counter.fetch_add(1, std::memory_order_relaxed);
  ++counter_of_this_thread;
}
}  // namespace

extern "C" {
void* malloc(std::size_t size) {
  count_one();
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  count_one();
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  count_one();
  return __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  count_one();
  return __libc_memalign(alignment, size);
}
}

namespace gannet::bench {
std::uint64_t allocations() noexcept { return counter.load(std::memory_order_relaxed); }
std::uint64_t allocations_of_this_thread() noexcept { return counter_of_this_thread; }
}  // namespace gannet::bench
