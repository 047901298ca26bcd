#pragma once

namespace gannet {

/// Share of the fullest thread's log ring that waits for the log thread: 0 none, 1 full, and then
/// records are lost. Any thread; a guess while they log.
double log_ring_used() noexcept;

}  // namespace gannet
