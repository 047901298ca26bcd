#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace gannet::okx_server {

/// Base64(HMAC-SHA256(secret, text)).
std::string signature_of(std::string_view secret, std::string_view text);
/// Without telling by its duration where they differ.
bool same_signature(std::string_view a, std::string_view b) noexcept;

/// "2026-11-23T09:08:57.715Z", exactly that shape; nothing else is a REST timestamp.
std::optional<Timestamp> parse_iso_time(std::string_view text) noexcept;

/// Is `address` ("127.0.0.1" or "127.0.0.1:5000") allowed by `rule` ("127.0.0.1", "10.0.0.0/8")?
bool address_matches(std::string_view address, std::string_view rule) noexcept;
/// The address without its port.
std::string_view host_of(std::string_view peer) noexcept;

}  // namespace gannet::okx_server
