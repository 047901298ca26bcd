#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/http_message.h"
#include "base/time.h"

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
  virtual void on_closed(Timestamp now) noexcept = 0;
  /// Called at least every 100 ms: pings, time-outs.
  virtual void on_timer(Timestamp now) noexcept = 0;
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
