#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/http_message.h"
#include "base/time.h"
#include "gateway/okx/protocol/close_codes.h"

namespace gannet::okx {

/// Bytes readable (of any value) after the end of every text handed to `on_text`: the JSON parser
/// reads whole blocks.
inline constexpr std::size_t kTextPadding = 64;

/// What a socket session asks of its transport. Calls come from within the session's own inputs.
class SocketOutput {
 public:
  /// One text frame. False: it could not be taken (not open, or the send queue is full).
  virtual bool send_text(std::string_view text) noexcept = 0;
  /// Close and reconnect, with back-off, by the transport.
  virtual void reconnect(std::string_view why) noexcept = 0;
  /// The same, after a long pause: soon it would only end the same way.
  virtual void reconnect_slowly(std::string_view why) noexcept { reconnect(why); }
  /// The venue will end this connection: a successor takes over before it goes. False: there can be
  /// none, and the session does as it sees fit.
  virtual bool replace(std::string_view /*why*/) noexcept { return false; }

 protected:
  ~SocketOutput() = default;
};

/// A WebSocket session's protocol logic: a function of its inputs and the time they carry. Owns no
/// socket, clock, thread. The transport (or the fault simulation) drives it, one thread.
class SocketSession {
 public:
  virtual ~SocketSession() = default;
  virtual void on_open(SocketOutput& output, Timestamp now) noexcept = 0;
  /// `text` is valid during the call and followed by kTextPadding readable bytes.
  virtual void on_text(std::string_view text, Timestamp now) noexcept = 0;
  /// The venue closed the connection with that code; `on_closed` follows. What to do next.
  virtual CloseReaction on_close_code(std::uint16_t code, Timestamp /*now*/) noexcept {
    return rule_of_close(code).reaction;
  }
  virtual void on_closed(Timestamp now) noexcept = 0;
  /// Called at least every 100 ms: pings, time-outs.
  virtual void on_timer(Timestamp now) noexcept = 0;
};

/// Who holds the sockets of sessions that stand in for one another.
class LineControl {
 public:
  /// Connect, and stay connected.
  virtual void open_line(std::size_t line) noexcept = 0;
  /// Say goodbye and stay closed; the session's `on_closed` follows in a later turn.
  virtual void close_line(std::size_t line) noexcept = 0;

 protected:
  ~LineControl() = default;
};

/// What REST logic asks of its transport: the answer comes back by `on_response` with the same id,
/// status 0 if there was none (connection lost, time-out).
class RestOutput {
 public:
  virtual bool send_request(std::uint64_t id, HttpRequest request) noexcept = 0;

 protected:
  ~RestOutput() = default;
};

}  // namespace gannet::okx
