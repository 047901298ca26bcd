#pragma once

#include <expected>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace gannet::app {

/// "30s", "10m", "1h", "500ms"; a bare number means seconds. Errors: anything else, zero, negative.
std::expected<Nanos, Error> parse_duration(std::string_view text);

}  // namespace gannet::app
