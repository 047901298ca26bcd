#pragma once

#include <atomic>
#include <string_view>

namespace gannet {

// Where a process may be made to die, so that a test can see what is found afterwards (REC-02). Off
// but for a process that was told so by GANNET_CRASH_AT=POINT:N at its start: the Nth passage of
// that point ends it at once, as kill -9 would. Off it costs one load of a flag that never changes.

namespace internal {
inline std::atomic<bool> crash_points_armed{false};
void pass_crash_point(std::string_view name) noexcept;
}  // namespace internal

inline void crash_point(std::string_view name) noexcept {
  if (internal::crash_points_armed.load(std::memory_order_relaxed)) [[unlikely]]
    internal::pass_crash_point(name);
}

/// Reads GANNET_CRASH_AT; at the start of a program, before other threads. A refused text is no
/// crash point.
void arm_crash_points() noexcept;

/// All points there are, for who goes through them (`make crash`).
inline constexpr std::string_view kCrashPoints[] = {
    "ring_append",   "ring_head",     "ring_appended", "journal_write",  "segment_open",
    "segment_sync",  "ring_release",  "journal_sync",  "journal_synced", "place_to_port",
    "place_at_port", "amend_to_port", "amend_at_port", "cancel_to_port", "cancel_at_port",
    "state_change",  "core_start",    "report_in",     "report_done",    "fill_booked",
    "kill_file",
};

}  // namespace gannet
