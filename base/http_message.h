#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gannet {

/// A request as a value: what a protocol makes and a transport sends (or a server received).
struct HttpRequest {
  std::string method;  ///< upper case
  std::string target;  ///< path and query exactly as on the wire
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// Value of the first header of that name, case-insensitive; "" if absent.
  std::string_view header(std::string_view name) const noexcept;
};

struct HttpResponse {
  int status = 0;  ///< 0: no answer (see the error beside it)
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  std::string_view header(std::string_view name) const noexcept;
};

}  // namespace gannet
