#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "gateway/net/event_loop.h"

namespace gannet::net {

/// Who is at the other end of a local connection, as the kernel says.
struct LocalPeer {
  std::uint32_t user = 0;
  std::int32_t process = 0;
};

/// Serves lines of text on a UNIX stream socket, one answer line per request line, in order. The
/// socket file has mode 0600: only its owner (and root) may connect. Lines over 64 KiB close the
/// connection; at most 32 connections. Thread: the loop's.
class LocalServer {
 public:
  /// Answers one request, now or later, once; any thread may call it.
  using Reply = std::move_only_function<void(std::string line)>;
  using Handler = std::function<void(std::string line, LocalPeer peer, Reply reply)>;

  /// Replaces a socket file that nobody listens on. Errors: path too long, somebody listens, no
  /// permission.
  static std::expected<std::unique_ptr<LocalServer>, Error> listen(EventLoop& loop,
                                                                   const std::string& path,
                                                                   Handler handler);
  ~LocalServer();
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;

 private:
  struct State;
  explicit LocalServer(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;  // shared with operations in flight
};

/// Connects, sends one line, waits for the answer line; blocks, for command-line tools. Errors:
/// nobody listens, time-out (seconds), connection lost.
std::expected<std::string, Error> ask_local_server(const std::string& path, const std::string& line,
                                                   int timeout_seconds);

}  // namespace gannet::net
