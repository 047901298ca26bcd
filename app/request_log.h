#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "sim/okx_server/protocol/settings.h"

namespace gannet::app {

/// One request of the simulated venue as a line for people:
/// "18:04:31.250 POST /api/v5/trade/order key=3f2a*** refused 51008: ... (available 12.3 USDT)".
std::string request_line(const okx_server::RequestNote& note, Timestamp time);

/// Writes such lines to stderr: "refused" those alone, "all", or "off" none (an empty function).
std::function<void(const okx_server::RequestNote&)> request_log(std::string_view which);

}  // namespace gannet::app
