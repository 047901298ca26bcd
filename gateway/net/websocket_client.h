#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/tls_context.h"

namespace gannet::net {

/// Bytes that may be read (of any value) after the end of every text given to a handler.
inline constexpr std::size_t kTextPadding = 64;

/// Why a connection is not (or no longer) there.
struct CloseReason {
  enum class Kind : std::uint8_t {
    NotReached,   ///< name, TCP or TLS failed, a certificate was refused
    Refused,      ///< the server answered the handshake with another HTTP status
    TimedOut,     ///< connecting took too long
    PeerClosed,   ///< a close frame came: see `code`
    Lost,         ///< cut, or a frame broke the protocol or a size bound
    LocalClosed,  ///< we closed it
  };
  Kind kind = Kind::Lost;
  std::uint16_t code = 1006;  ///< WebSocket close code; 1006: none was given
  int http_status = 0;        ///< Kind::Refused
  std::string text{};         ///< for people
};

/// What a client tells, on the loop's thread. Everything may be called from within: sending,
/// closing, connecting again.
class WebSocketHandler {
 public:
  virtual void on_open(Timestamp now) noexcept = 0;
  /// One whole text message, joined from its fragments. `text` is valid during the call and
  /// followed by kTextPadding readable bytes. `receive_time`: wall clock, when its last byte was
  /// taken from the socket.
  virtual void on_text(std::string_view text, Timestamp receive_time) noexcept = 0;
  /// Once per `connect`, whatever became of it, unless the client is destroyed before.
  virtual void on_closed(const CloseReason& reason, Timestamp now) noexcept = 0;

 protected:
  ~WebSocketHandler() = default;
};

struct WebSocketSettings {
  std::string url{};                                           ///< wss://host[:port]/path
  std::vector<std::pair<std::string, std::string>> headers{};  ///< added to the handshake
  std::string user_agent = "gannet";
  Nanos connect_timeout = seconds(5);  ///< name, TCP, TLS and handshake together
  Nanos lookup_timeout = seconds(2);   ///< of a name whose addresses are known from before
  /// Where the host has several addresses, the one to begin with, in a fixed order of them.
  std::size_t first_address = 0;
  Nanos close_timeout = seconds(1);  ///< how long a goodbye may take before the socket is cut
  /// Unacknowledged bytes older than this end the connection (TCP_USER_TIMEOUT).
  Nanos unacknowledged_timeout = seconds(5);
  std::size_t message_bytes_max = 4u << 20;
  std::size_t queue_frames = 256;      ///< texts waiting behind a write in flight
  std::size_t queue_bytes = 1u << 20;  ///< their sum
  /// On a loop that spins: in each so-manieth round the socket is probed. 1: the urgent ones.
  unsigned probe_every = 1;
};

/// WebSocket over TLS: verified, TCP_NODELAY, no compression (it costs time on every frame).
/// Of the texts that a handler sends within one call of `on_text`, the first goes to its socket at
/// once; those after it go together when the handler has returned, or with the first of the next
/// text that is here already. Their order is kept.
/// After the hand-shake neither reading nor sending allocates, as long as messages stay within the
/// room that earlier ones made.
/// Thread: the loop's.
class WebSocketClient {
 public:
  /// Error: an unusable url.
  static std::expected<std::unique_ptr<WebSocketClient>, Error> make(EventLoop& loop,
                                                                     const TlsContext& tls,
                                                                     WebSocketSettings settings,
                                                                     WebSocketHandler& handler);
  ~WebSocketClient();
  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;

  /// Starts connecting; names are looked up anew each time, and where the look-up fails the
  /// addresses known from before are used. Ignored unless closed.
  void connect();
  bool is_open() const noexcept;
  /// The address of the connection, or of the last one; "" before the first.
  std::string_view peer() const noexcept;
  /// One text frame. Goes to the socket within this call unless earlier ones wait (see above, or
  /// for the peer to take them). False: not open, or the queue is full; nothing was taken.
  bool send_text(std::string_view text) noexcept;
  /// Says goodbye, waits for the answer at most `close_timeout`; `on_closed` follows.
  void close(std::uint16_t code = 1000, std::string_view reason = {}) noexcept;
  /// Cuts the TCP connection without a word; `on_closed` follows.
  void cut(std::string_view why) noexcept;

 private:
  struct State;
  explicit WebSocketClient(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;  // shared with operations in flight, which outlive the client
};

}  // namespace gannet::net
