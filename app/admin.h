#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "app/admin_line.h"
#include "app/control_roles.h"
#include "app/daemon_status.h"
#include "base/error.h"
#include "base/fixed_string.h"
#include "base/published_value.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/local_server.h"

namespace gannet::app {

struct AdminAnswer {
  using Text = FixedString<255>;  ///< room for a path and what to do about it

  std::uint64_t id = 0;
  bool good = true;
  Text text;
};

/// What ends a line of a page inside a one-line answer.
inline constexpr char kPageLineEnd = '\x1f';

std::string admin_socket_path(const std::string& state_directory);

/// The operator's socket: one request a line, one answer a line, in order (docs/control.md). Who
/// asks is what the kernel says; each word needs a role (SEC-04). What the published status answers
/// is answered here; all else is handed on and answered {"ok":true,...} when it is carried out.
/// Garbage is refused and counted. Thread: the cold loop's; `post` and `answer` connect it with
/// whoever carries out.
class AdminServer {
 public:
  /// Hands a command over to the reactor; false: its queue is full.
  using Post = std::function<bool(const AdminCommand&)>;

  static std::expected<std::unique_ptr<AdminServer>, Error> listen(
      net::EventLoop& loop, const std::string& path, ControlRoles roles,
      const PublishedValue<DaemonStatus>& status, Post post);
  ~AdminServer();

  /// The reactor's answer, brought to the cold thread.
  void answer(const AdminAnswer& answer);
  /// One from the cold thread itself, of any length. `page`: goes out as it is, lines and all.
  void answer(std::uint64_t id, bool good, std::string text, bool page = false);

 private:
  struct State;
  explicit AdminServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gannet::app
