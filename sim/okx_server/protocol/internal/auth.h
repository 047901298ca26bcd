#pragma once

#include <string>
#include <string_view>

#include "base/http_message.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// Who signed, or why not. OKX API v5, authentication.
struct AuthResult {
  std::string code = "0";
  std::string message;
  int http_status = 200;
  const ApiKey* key = nullptr;
  std::size_t user = 0;

  bool ok() const noexcept { return code == "0"; }
};

/// Headers, window of 30 s and signature of a REST request.
AuthResult verify_rest(const ServerState& state, const HttpRequest& request, std::string_view peer);

/// The first element of a login's args.
AuthResult verify_login(const ServerState& state, simdjson::dom::object login,
                        std::string_view peer);

}  // namespace gannet::okx_server
