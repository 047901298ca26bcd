#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"

namespace gannet {

/// A header whose value nobody may see: an API key, a passphrase. In SecretMemory until the request
/// becomes bytes, which the transport wipes once they are written. SEC-02
struct SecretHeader {
  std::string name;
  Secret value;
};

/// A request as a value: what a protocol makes and a transport sends (or a server received).
struct HttpRequest {
  std::string method;  ///< upper case
  std::string target;  ///< path and query exactly as on the wire
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::vector<SecretHeader> secret_headers{};  ///< sent after the others
  bool is_exempt = false;  ///< of what its sender may stop on the way; not on the wire

  /// Value of the first header of that name, case-insensitive, secret or not; "" if absent.
  std::string_view header(std::string_view name) const noexcept;
};

struct HttpResponse {
  int status = 0;  ///< 0: no answer (see the error beside it)
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  std::string_view header(std::string_view name) const noexcept;
};

}  // namespace gannet
