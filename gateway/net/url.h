#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"

namespace gannet::net {

/// The parts of `scheme://host[:port][/path[?query]]` that a client needs. Only TLS schemes.
struct Url {
  std::string scheme;  ///< https or wss
  std::string host;    ///< name or address; an IPv6 address without its brackets
  std::uint16_t port = 443;
  std::string target = "/";  ///< path and query as written

  /// For the Host header: with the port unless it is 443, IPv6 in brackets.
  std::string authority() const;
};

/// Refuses other schemes, user names, empty hosts, ports out of range, spaces and control
/// characters.
std::expected<Url, Error> parse_url(std::string_view text);

}  // namespace gannet::net
