#pragma once

#include <string_view>

#include "sim/okx_server/protocol/fault_table.h"

namespace gannet::okx_server {

// The words around the table of faults, for help and docs.

/// "at once", "waits for what it hits" ...
std::string_view style_text(FaultStyle style) noexcept;
/// What every fault takes, in sentences.
std::string_view common_fault_members() noexcept;

}  // namespace gannet::okx_server
