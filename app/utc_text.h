#pragma once

#include <string>

#include "base/time.h"

namespace gannet::app {

/// "2026-11-30T14:45:00.123456789Z"
std::string utc_text(Timestamp time);

}  // namespace gannet::app
