#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "gateway/net/backoff.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/tls_context.h"
#include "gateway/net/websocket_client.h"
#include "gateway/okx/protocol/session_io.h"
#include "gateway/okx/transport/connect_pacer.h"

namespace gannet::okx {

struct SocketConnectionSettings {
  net::WebSocketSettings socket;
  net::BackoffSettings backoff;
  Nanos timer_interval = milliseconds(50);  ///< between the session's `on_timer` calls
  std::uint64_t jitter_seed = 1;
};

/// What became of a connection, for the log.
struct SocketConnectionEvent {
  enum class Kind : std::uint8_t { Connecting, Open, Closed };
  Kind kind = Kind::Connecting;
  std::string_view url;
  std::string_view address;   ///< of the edge; "" while none was reached
  net::CloseReason reason;    ///< Kind::Closed
  std::string_view meaning;   ///< of a close code of the venue's; "" for other ends
  bool stays_closed = false;  ///< Kind::Closed: stopped by us, or until a person acts
  Nanos retry_in{};           ///< Kind::Closed
};

/// Drives one socket session: connects, hands it frames and time, writes what it says, and connects
/// again, with back-off and jitter, for as long as it is started.
/// Thread: the reactor's. The session must outlive it.
class SocketConnection {
 public:
  using Observer = std::function<void(const SocketConnectionEvent&)>;
  /// Asked when the session wants a successor for its connection; see SocketOutput::replace.
  using Replacer = std::function<bool(std::string_view why)>;

  /// Error: an unusable url.
  static std::expected<std::unique_ptr<SocketConnection>, Error> make(
      net::EventLoop& loop, const net::TlsContext& tls, ConnectPacer& pacer,
      SocketConnectionSettings settings, SocketSession& session, Observer observer = {});
  ~SocketConnection();
  SocketConnection(const SocketConnection&) = delete;
  SocketConnection& operator=(const SocketConnection&) = delete;

  void on_replace(Replacer replacer);
  /// Connects, and again after every end that the session may live with (see CloseReaction). Again
  /// after `stop`, too.
  void start();
  /// Says goodbye and stays closed.
  void stop() noexcept;
  bool is_open() const noexcept;
  std::uint64_t attempts() const noexcept;

 private:
  class Driver;
  explicit SocketConnection(std::unique_ptr<Driver> driver);
  std::unique_ptr<Driver> driver_;
};

}  // namespace gannet::okx
