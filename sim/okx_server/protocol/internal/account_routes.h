#pragma once

#include <span>

#include "sim/okx_server/protocol/internal/rest.h"

namespace gannet::okx_server {

// The parts of account_routes().
std::span<const Route> account_settings_routes() noexcept;  ///< leverage, modes, margin
std::span<const Route> account_limit_routes() noexcept;     ///< how much may be ordered, withdrawn
std::span<const Route> account_choice_routes() noexcept;    ///< what changes nothing here
std::span<const Route> bill_routes() noexcept;

}  // namespace gannet::okx_server
