#pragma once

#include <cstdint>
#include <string_view>

#include "base/log_events.h"

namespace gannet {

/// What an operator wants to know of an event beside its name and level. Kept apart from the list
/// of events, which every folder sees: a new one needs a line in the .cpp too, and a test says so.
struct LogEventNote {
  LogEvent event{};
  std::string_view fields;  ///< names on the line after `event`, by blanks; "": none
  std::string_view remedy;  ///< what an operator should do; "nothing" where that is it
  /// Lines in ten seconds that are written; what is above is counted and told by one line
  /// `log.suppressed`. 0: every line, whatever it takes.
  std::uint32_t per_ten_seconds = 0;
};

/// Of an event without a note: no fields, no remedy, no limit.
const LogEventNote& note_of(LogEvent event) noexcept;

}  // namespace gannet
