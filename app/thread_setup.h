#pragma once

#include <cstdint>
#include <initializer_list>

namespace gannet::app {

/// The calling thread, and those it makes from now on, run on other processors than this one, as
/// long as there is any.
void keep_clear_of(int cpu) noexcept;

/// The calling thread runs on this processor alone.
void pin_to(int cpu) noexcept;

/// Pages of this process stay in memory once they were touched. False: the system refuses
/// (a bound of RLIMIT_MEMLOCK); everything works without.
bool lock_memory();

/// The calling thread, and those it makes from now on, let these signals wait; or take them again.
void hold_signals(std::initializer_list<int> signals, bool hold) noexcept;

/// Touches the stack that the calling thread may come to use, so that no tick is the first to.
void touch_stack() noexcept;

/// Page faults of the calling thread so far.
std::uint64_t page_faults() noexcept;

}  // namespace gannet::app
