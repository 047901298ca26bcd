#include "base/http_message.h"

#include <algorithm>

namespace gannet {
namespace {

bool same_name(std::string_view a, std::string_view b) noexcept {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view find_header(const std::vector<std::pair<std::string, std::string>>& headers,
                             std::string_view name) noexcept {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const noexcept {
  if (const std::string_view open = find_header(headers, name); !open.empty()) return open;
  for (const SecretHeader& secret : secret_headers) {
    if (same_name(secret.name, name)) return secret.value.reveal();
  }
  return {};
}

std::string_view HttpResponse::header(std::string_view name) const noexcept {
  return find_header(headers, name);
}

}  // namespace gannet
