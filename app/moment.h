#pragma once

#include <expected>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace gannet::app {

/// "2026-11-30", "2026-11-30T12:00", "2026-11-30T12:00:05Z" (UTC), or milliseconds since 1970.
/// Errors: anything else, and days that no calendar has.
std::expected<Timestamp, Error> parse_moment(std::string_view text);

}  // namespace gannet::app
