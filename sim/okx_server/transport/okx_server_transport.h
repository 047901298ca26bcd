#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/server.h"
#include "gateway/net/tls_context.h"
#include "sim/okx_server/protocol/server_io.h"

namespace gannet::okx_server {

struct TransportSettings {
  net::ServerSettings server;
  Nanos timer_interval = milliseconds(2);  ///< between the protocol's `on_timer` calls
  /// Wrong certificates by their shape, for faults that show them to new connections.
  std::map<std::string, net::TlsContext, std::less<>> certificates{};
};

/// Puts a server protocol on a TLS port: REST and the three sockets, same port.
/// Thread: the loop's.
class Transport final : public ServerOutput {
 public:
  Transport();
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  /// The protocol is made with this object as its output, hence the two steps. Error: the address
  /// is taken or unusable.
  std::expected<void, Error> start(net::EventLoop& loop, const net::TlsContext& tls,
                                   TransportSettings settings, ServerProtocol& protocol);
  std::uint16_t port() const noexcept;
  std::size_t connection_count() const noexcept;

  void send_text(ConnectionId connection, std::string_view text) noexcept override;
  void close(ConnectionId connection, std::uint16_t code,
             std::string_view reason) noexcept override;
  void send_bytes(ConnectionId connection, std::string_view bytes) noexcept override;
  void use_certificate(std::string_view shape) noexcept override;
  void end_stream(ConnectionId connection) noexcept override;
  void set_listening(bool wanted) noexcept override;

 private:
  class Binding;
  std::unique_ptr<Binding> binding_;
};

}  // namespace gannet::okx_server
