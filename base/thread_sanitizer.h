#pragma once

// The libraries' queues order their slots by fences, which the thread sanitizer does not see: to
// it, whatever a consumer does with an element is a race with its making. Who puts an element into
// such a queue says so before, who takes one after; without the sanitizer nothing is compiled.

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace gannet {

/// Before an element enters `queue`: what this thread wrote is handed over with it.
inline void hand_over([[maybe_unused]] void* queue) noexcept {
#ifdef __SANITIZE_THREAD__
  __tsan_release(queue);
#endif
}

/// After an element came out of `queue`: what its producer wrote is this thread's to read.
inline void take_over([[maybe_unused]] void* queue) noexcept {
#ifdef __SANITIZE_THREAD__
  __tsan_acquire(queue);
#endif
}

}  // namespace gannet
