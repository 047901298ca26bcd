#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/http_message.h"
#include "base/time.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/tls_context.h"

namespace gannet::net {

/// A WebSocket connection of a server; never reused.
using ServerConnectionId = std::uint64_t;

/// How an HTTP answer goes out: what a broken line or a slow server makes of it.
struct HttpDelivery {
  Nanos delay;
  std::optional<std::size_t> cut_after;  ///< bytes of the answer, then a reset
};

/// What a server asks and tells, on the loop's thread. `peer` is "address:port"; views are valid
/// during the call. Everything may be called from within.
class ServerHandler {
 public:
  /// A WebSocket handshake for `path` (without query). 0: accept, else the status to refuse with.
  virtual int on_upgrade(std::string_view path, std::string_view peer, Timestamp now) = 0;
  virtual void on_open(ServerConnectionId connection, std::string_view path, std::string_view peer,
                       Timestamp now) = 0;
  virtual void on_text(ServerConnectionId connection, std::string_view text, Timestamp now) = 0;
  /// Once for each `on_open`, whoever ended it.
  virtual void on_closed(ServerConnectionId connection, Timestamp now) = 0;
  virtual HttpResponse on_http(const HttpRequest& request, std::string_view peer,
                               Timestamp now) = 0;
  /// Asked once after each `on_http`: how that answer goes out.
  virtual HttpDelivery delivery() { return {}; }
  /// A connection's queue passed its bound: it is cut after this call unless the handler closed it
  /// (OKX: 4005).
  virtual void on_slow_consumer(ServerConnectionId connection, Timestamp now) = 0;

 protected:
  ~ServerHandler() = default;
};

struct ServerSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: a free one
  std::size_t connections_max = 2'000;
  Nanos handshake_timeout = seconds(5);  ///< TLS, and each HTTP request or upgrade once begun
  Nanos idle_timeout = seconds(75);      ///< keep-alive HTTP connections without a request
  Nanos close_timeout = seconds(1);
  std::size_t request_bytes_max = 1u << 20;
  std::size_t message_bytes_max = 1u << 20;
  std::size_t queue_bytes = 16u << 20;  ///< unsent text per WebSocket connection
  std::size_t queue_frames = 65'536;
};

/// TLS server: HTTP/1.1 with keep-alive, and WebSockets, on one port.
/// Thread: the loop's.
class Server {
 public:
  /// Binds and listens. Error: the address is taken or unusable.
  static std::expected<std::unique_ptr<Server>, Error> listen(EventLoop& loop,
                                                              const TlsContext& tls,
                                                              ServerSettings settings,
                                                              ServerHandler& handler);
  /// Cuts all connections; the handler is not called any more.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const noexcept;
  /// Unknown connections are ignored: they may have closed a moment ago.
  void send_text(ServerConnectionId connection, std::string_view text) noexcept;
  void close(ServerConnectionId connection, std::uint16_t code, std::string_view reason) noexcept;
  /// Ends the TCP connection without a word, as a broken network does: with a reset, or in order
  /// but without TLS's close notify.
  void cut(ServerConnectionId connection, bool reset = true) noexcept;
  /// For a venue that misbehaves on purpose: bytes into the TLS stream as they are, where a frame
  /// would be, in order with the texts.
  void send_bytes(ServerConnectionId connection, std::string_view bytes) noexcept;
  /// For connections from now on.
  void set_tls(const TlsContext& tls) noexcept;
  /// Closes the port, so that connecting is refused, and opens it again: as soon as it can be had.
  void set_listening(bool wanted) noexcept;
  /// All of them: handshaking, HTTP and WebSocket.
  std::size_t connection_count() const noexcept;

 private:
  struct State;
  class Connection;
  explicit Server(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;  // shared with operations in flight, which outlive the server
};

}  // namespace gannet::net
