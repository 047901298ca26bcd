#pragma once

#include <cstdint>

namespace gannet::bench {

/// Heap allocations of the process so far (operator new of every form and malloc through it), counted
/// by a replaced global operator new: the benchmarks report the difference, the hot-path tests
/// demand zero. Any thread.
std::uint64_t allocations() noexcept;

}  // namespace gannet::bench
