#include <arpa/inet.h>

#include <charconv>
#include <utility>

#include "config/internal/sections.h"

namespace gannet::config {
namespace {

/// "127.0.0.1:9464", "[::1]:9464": an address, not a name, so that nothing is asked at start-up.
std::optional<monitor::ScrapeSettings> parse_listen(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  monitor::ScrapeSettings out;
  const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (problem != std::errc() || end != port.data() + port.size() || out.port == 0)
    return std::nullopt;
  const bool in_brackets = host.starts_with('[') && host.ends_with(']');
  if (in_brackets) host = host.substr(1, host.size() - 2);
  out.host = host;
  in6_addr ignored{};
  const int family = in_brackets ? AF_INET6 : AF_INET;
  if (::inet_pton(family, out.host.c_str(), &ignored) != 1) return std::nullopt;
  return out;
}

bool is_loopback(const monitor::ScrapeSettings& settings) {
  return settings.host.starts_with("127.") || settings.host == "::1";
}

}  // namespace

void read_metrics(TableReader metrics, Settings& settings) {
  if (!metrics.exists()) return;
  monitor::ScrapeSettings out;
  const auto listen = metrics.text("listen");
  const bool beyond_loopback = metrics.boolean("beyond_loopback").value_or(false);
  if (listen) {
    if (auto given = parse_listen(*listen)) {
      out = std::move(*given);
    } else {
      metrics.problem(
          "listen", "must be an address and a port, such as \"127.0.0.1:9464\" or \"[::1]:9464\"");
    }
  }
  if (!is_loopback(out) && !beyond_loopback) {
    metrics.problem("listen",
                    "lets other machines read positions and balances, without a password: give a "
                    "loopback address, or set beyond_loopback = true and a firewall");
  }
  metrics.finish();
  settings.metrics = std::move(out);
}

}  // namespace gannet::config
