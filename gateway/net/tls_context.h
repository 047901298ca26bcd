#pragma once

#include <expected>
#include <memory>
#include <string>

#include "base/error.h"

namespace gannet::net {

/// Whom a client trusts. TLS 1.2 is the least; the peer's chain and its host name (or IP address)
/// are always verified, and there is no switch to turn that off.
struct ClientTlsSettings {
  bool system_roots = true;
  std::string ca_file{};  ///< PEM, an extra trust anchor for a simulated venue; "" none
};

struct ServerTlsSettings {
  std::string certificate_file;  ///< PEM: the server's own first, then its chain
  std::string key_file;          ///< PEM
};

/// Certificates, keys and rules of TLS, shared by the connections made from it. Cheap to copy.
/// Thread: any, after it is made.
class TlsContext {
 public:
  static std::expected<TlsContext, Error> client(const ClientTlsSettings& settings);
  static std::expected<TlsContext, Error> server(const ServerTlsSettings& settings);

  struct Internal;
  /// For gateway/net alone.
  const std::shared_ptr<Internal>& internal() const noexcept { return internal_; }

 private:
  explicit TlsContext(std::shared_ptr<Internal> internal) : internal_(std::move(internal)) {}
  std::shared_ptr<Internal> internal_;  // shared: a connection outlives the setting up of others
};

}  // namespace gannet::net
