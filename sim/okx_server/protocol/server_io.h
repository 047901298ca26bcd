#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/http_message.h"
#include "base/time.h"

namespace gannet::okx_server {

/// A WebSocket connection of the server, unique for its life.
using ConnectionId = std::uint64_t;

/// How an HTTP answer goes out: what a broken line or a slow server makes of it.
struct HttpDelivery {
  Nanos delay;
  std::optional<std::size_t> cut_after;  ///< bytes of the answer, then a reset
};

/// What the server's protocol asks of its transport. Calls come from within the server's own
/// inputs.
class ServerOutput {
 public:
  virtual void send_text(ConnectionId connection, std::string_view text) noexcept = 0;
  /// WebSocket close with that code; 0: cut the TCP connection without a word (a fault).
  virtual void close(ConnectionId connection, std::uint16_t code,
                     std::string_view reason) noexcept = 0;
  /// Wire faults. Bytes under the WebSocket's framing, as they are, in order with the texts.
  virtual void send_bytes(ConnectionId, std::string_view) noexcept {}
  /// Ends the TCP stream in order, without the goodbyes of the WebSocket and of TLS.
  virtual void end_stream(ConnectionId) noexcept {}
  /// The port is closed, so that connecting is refused, or open again.
  virtual void set_listening(bool) noexcept {}
  /// New TLS connections see that certificate ("expired", "wrong_host", "unknown_authority"); "":
  /// the good one.
  virtual void use_certificate(std::string_view) noexcept {}

 protected:
  ~ServerOutput() = default;
};

/// The server's protocol as its transport sees it: (connection, text or HTTP value, time) in,
/// frames, responses and closes out. No socket, clock or thread. `now` is wall time on the wire.
class ServerProtocol {
 public:
  virtual ~ServerProtocol() = default;
  /// A WebSocket handshake for `path` (without query). 0: accept, else the HTTP status to refuse
  /// with.
  virtual int on_upgrade(std::string_view path, std::string_view peer, Timestamp now) = 0;
  virtual void on_open(ConnectionId connection, std::string_view path, std::string_view peer,
                       Timestamp now) = 0;
  virtual void on_text(ConnectionId connection, std::string_view text, Timestamp now) = 0;
  virtual void on_closed(ConnectionId connection, Timestamp now) = 0;
  virtual HttpResponse on_http(const HttpRequest& request, std::string_view peer,
                               Timestamp now) = 0;
  /// Asked once after each `on_http`: how that answer goes out.
  virtual HttpDelivery delivery() { return {}; }
  /// Called at least every 10 ms: the market moves, timers fire.
  virtual void on_timer(Timestamp now) = 0;
};

}  // namespace gannet::okx_server
