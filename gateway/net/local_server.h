#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "gateway/net/event_loop.h"

namespace gannet::net {

/// Who is at the other end of a local connection, as the kernel says.
struct LocalPeer {
  std::uint32_t user = 0;
  std::int32_t process = 0;
  std::vector<std::uint32_t> groups;  ///< the primary one and the others
};

/// The socket's file.
struct LocalServerSettings {
  std::uint32_t mode = 0600;           ///< 0600: its owner (and root) alone may connect
  std::optional<std::uint32_t> group;  ///< to own the file; absent: the process's own
};

/// Serves lines of text on a UNIX stream socket, one answer line per request line, in order. Lines
/// over 4 KiB close the connection. At most 32 connections: one more ends the one that has been
/// silent for longest, so that nobody is kept out by those who only sit there. Thread: the loop's.
class LocalServer {
 public:
  static constexpr std::size_t kMaxLine = 4096;
  static constexpr std::size_t kMaxConnections = 32;
  /// Answers one request, now or later, once; any thread may call it.
  using Reply = std::move_only_function<void(std::string line)>;
  using Handler = std::function<void(std::string line, const LocalPeer& peer, Reply reply)>;

  /// Replaces a socket file that nobody listens on. Errors: path too long, somebody listens, no
  /// permission.
  static std::expected<std::unique_ptr<LocalServer>, Error> listen(
      EventLoop& loop, const std::string& path, Handler handler,
      const LocalServerSettings& settings = {});
  ~LocalServer();
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;

  /// Connections that were closed for a line that did not end.
  std::uint64_t lines_too_long() const noexcept;

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
