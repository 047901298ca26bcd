#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/log_event_notes.h"
#include "base/time.h"

namespace gannet::internal {

/// Holds each event to the lines of its note, in windows of ten seconds that begin with its first
/// line. By the records' own times: what a slow sink lets wait is not more for that. The log
/// thread's alone.
class LogLimits {
 public:
  static constexpr Nanos kWindow = seconds(10);

  /// Whether a line may be written; what may not is counted.
  bool admits(LogEvent event, Timestamp time) noexcept {
    const std::uint32_t most = note_of(event).per_ten_seconds;
    if (most == 0) return true;
    Window& window = windows_[static_cast<std::size_t>(event)];
    if (is_over(window, time)) {
      window.begin = time;
      window.lines = 0;
    }
    if (window.lines < most) {
      ++window.lines;
      return true;
    }
    ++window.suppressed;
    return false;
  }

  /// Calls `tell(event, count)` for events whose window has passed by `now` with lines left out;
  /// with `all` for those of open windows too.
  template <class Tell>
  void take_suppressed(Timestamp now, bool all, Tell tell) {
    for (std::size_t i = 0; i < kLogEvents; ++i) {
      Window& window = windows_[i];
      if (window.suppressed == 0 || (!all && !is_over(window, now))) continue;
      tell(static_cast<LogEvent>(i), window.suppressed);
      window.suppressed = 0;
    }
  }

 private:
  struct Window {
    Timestamp begin;
    std::uint32_t lines = 0;
    std::uint64_t suppressed = 0;
  };

  /// A clock that was set back opens a new window too.
  static bool is_over(const Window& window, Timestamp time) noexcept {
    return time.nanos < window.begin.nanos || time - window.begin >= kWindow;
  }

  std::array<Window, kLogEvents> windows_{};
};

}  // namespace gannet::internal
