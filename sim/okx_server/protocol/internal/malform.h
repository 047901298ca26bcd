#pragma once

#include <string>
#include <string_view>

#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// A JSON text with one field written another way, wherever it stands (RELIABILITY D35).
/// `how`: add (a field that nobody knows), remove, set (to `value`, raw JSON), number (text to
/// number), string (number to text), exponent (61250.1 to "612501E-1"), long (thirty more digits),
/// negative_zero. `field` "": the first that fits. Not JSON: unchanged.
std::string malformed(std::string_view json, std::string_view how, std::string_view field,
                      std::string_view value);

/// A push of a channel that a `malform` rule names, bent into `out`. False: it is none.
bool malform_push(ServerState& state, std::string_view text, std::string& out);

}  // namespace gannet::okx_server
