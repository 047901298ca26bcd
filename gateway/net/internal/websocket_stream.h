#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/http_message.h"
#include "base/time.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/internal/tls_stream.h"
#include "gateway/net/websocket_client.h"

namespace gannet::net {

/// What a WebSocket tells its owner. Everything may be called from within.
class WebSocketStreamEvents {
 public:
  virtual void on_stream_open() noexcept = 0;
  virtual void on_stream_text(std::string_view text, Timestamp receive_time) noexcept = 0;
  /// Once, last; never from within a call of the owner's.
  virtual void on_stream_ended(const CloseReason& reason) noexcept = 0;

 protected:
  ~WebSocketStreamEvents() = default;
};

struct WebSocketStreamSettings {
  std::size_t message_bytes_max = 4u << 20;
  std::size_t read_reserve = 64u << 10;  ///< room taken ahead for incoming messages
  std::size_t queue_frames = 256;
  std::size_t queue_frames_reserve = 256;  ///< of these, places taken ahead
  std::size_t queue_bytes = 1u << 20;
  std::size_t frame_reserve = 1'024;  ///< room taken ahead in each of those places
  Nanos close_timeout = seconds(1);
};

/// A server's WebSocket on a TLS connection, Beast inside (a client's is ClientSocket). Operations
/// in flight keep it alive; `forget` cuts it off from its owner. Thread: the loop's.
class WebSocketStream {
 public:
  static std::shared_ptr<WebSocketStream> make(EventLoop& loop, std::unique_ptr<TlsStream> stream,
                                               const WebSocketStreamSettings& settings,
                                               WebSocketStreamEvents& events);
  virtual ~WebSocketStream() = default;

  /// Answers an upgrade request that HTTP parsing has found.
  virtual void accept(const HttpRequest& upgrade) = 0;

  virtual bool is_open() const noexcept = 0;
  virtual bool send_text(std::string_view text) noexcept = 0;
  /// Bytes into the TLS stream as they are, where a frame would be; in order with the texts.
  virtual bool send_bytes(std::string_view bytes) noexcept = 0;
  /// Sends what is queued, then the close frame.
  virtual void close(std::uint16_t code, std::string_view reason) noexcept = 0;
  /// Closes the socket now. `abort`: with a reset, as a broken network does.
  virtual void cut(CloseReason reason, bool abort) noexcept = 0;
  /// No more events; the socket is closed.
  virtual void forget() noexcept = 0;
};

}  // namespace gannet::net
