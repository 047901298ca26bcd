#pragma once

#include <cstdint>

namespace gannet::bench {

/// Heap allocations of the process so far: malloc, calloc, realloc and aligned_alloc, and with them
/// operator new and the libraries' own (OpenSSL's too). The benchmarks report the difference, the
/// hot-path test demands zero. Any thread. Not for sanitizer builds, which own malloc themselves.
std::uint64_t allocations() noexcept;

/// The calling thread's own, where another thread (the log's) may allocate meanwhile.
std::uint64_t allocations_of_this_thread() noexcept;

}  // namespace gannet::bench
