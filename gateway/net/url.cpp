#include "gateway/net/url.h"

#include <algorithm>
#include <charconv>

namespace gannet::net {
namespace {

std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return std::unexpected(Error{"url '" + std::string(text) + "': " + std::string(why)});
}

bool has_odd_characters(std::string_view text) noexcept {
  return std::ranges::any_of(text, [](char c) { return c <= ' ' || c >= 127; });
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == 443 ? name : name + ":" + std::to_string(port);
}

std::expected<Url, Error> parse_url(std::string_view text) {
  if (has_odd_characters(text)) return refuse(text, "only printable ASCII without spaces");
  Url url;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    url.scheme = "https";
  } else if (rest.starts_with("wss://")) {
    url.scheme = "wss";
  } else {
    return refuse(text, "must begin with https:// or wss://");
  }
  rest.remove_prefix(url.scheme.size() + 3);

  const std::size_t path = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, path);
  std::string_view target = rest.substr(path);
  target = target.substr(0, target.find('#'));
  url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);

  if (authority.find('@') != std::string_view::npos) return refuse(text, "no user name here");
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return refuse(text, "']' is missing");
    url.host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
    if (!authority.empty() && !authority.starts_with(':')) return refuse(text, "':' expected");
    port = authority.empty() ? authority : authority.substr(1);
    if (!authority.empty() && port.empty()) return refuse(text, "port is missing");
  } else {
    const std::size_t colon = authority.find(':');
    url.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) {
      port = authority.substr(colon + 1);
      if (port.empty()) return refuse(text, "port is missing");
    }
  }
  if (url.host.empty()) return refuse(text, "host is missing");
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc{} || end != port.data() + port.size() || url.port == 0) {
      return refuse(text, "port must be 1 to 65535");
    }
  }
  return url;
}

}  // namespace gannet::net
