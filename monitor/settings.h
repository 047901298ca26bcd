#pragma once

#include <cstdint>
#include <string>

namespace gannet::monitor {

/// Where figures may be scraped, at /metrics. Whoever can connect reads positions and balances.
struct ScrapeSettings {
  std::string host = "127.0.0.1";  ///< an IP address, IPv6 without brackets
  std::uint16_t port = 9464;
};

}  // namespace gannet::monitor
