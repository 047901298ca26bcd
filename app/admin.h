#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "app/daemon_status.h"
#include "app/kill_change.h"
#include "base/error.h"
#include "base/fixed_string.h"
#include "base/published_value.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/local_server.h"

namespace gannet::app {

/// An operator's wish on its way to the reactor, by value.
struct AdminCommand {
  enum class Kind : std::uint8_t {
    Kill,
    Hold,
    Resume,
    Accept,
    ReloadCredentials,
    Cancel,
    Orders,
    ShowLimits,      ///< `limits`: one JSON object
    ShowLimitsPage,  ///< `limits-page`
    SetLimit,        ///< `limits-set [--confirm] KEY VALUE`
    ReloadLimits,    ///< `limits-reload [--confirm]`
    EnableStrategy,  ///< `enable STRATEGY`
    GrantOverride,   ///< `override STRATEGY RULE MILLISECONDS WHY`
    Flatten,
  };
  Kind kind = Kind::Kill;
  engine::ControlLevel level = engine::ControlLevel::Engine;  ///< Kill, Resume, Cancel, Flatten
  ControlTarget target;       ///< of them: a name or an order's number, as the level needs
  FixedString<120> argument;  ///< the reason, or an instrument's name
  FixedString<47> who;        ///< "user 1000, process 4242"
  std::uint64_t id = 0;       ///< of the answer that is waited for; 0: nobody waits
  Timestamp received;         ///< by the cold thread; zero: not noted
};

struct AdminAnswer {
  using Text = FixedString<255>;  ///< room for a path and what to do about it

  std::uint64_t id = 0;
  bool good = true;
  Text text;
  bool is_orders = false;  ///< the listing that was published, in place of a text
};

/// What ends a line of a page inside a one-line answer.
inline constexpr char kPageLineEnd = '\x1f';

std::string admin_socket_path(const std::string& state_directory);

/// The operator's socket: one request a line. `status`, `pnl` and `latency` answer with one JSON
/// object, `page`, `pnl-page` and `latency-page` with lines joined by kPageLineEnd; `kill REASON`,
/// `hold`, `resume REASON`, `cancel`, `accept INSTRUMENT`, `orders` and `reload-credentials` are
/// handed on and answered
/// {"ok":true,...} when they are carried out. Kill, resume and cancel take a level: `kill-strategy
/// NAME REASON`, `resume-instrument NAME`, `cancel-order NUMBER`, `kill-account REASON`,
/// `cancel-foreign`; `flatten`, `flatten-strategy NAME` and `flatten-instrument NAME` bring
/// positions down. Thread: the cold loop's; `post` and `answer` connect it with the reactor.
class AdminServer {
 public:
  /// Hands a command over to the reactor; false: its queue is full.
  using Post = std::function<bool(const AdminCommand&)>;

  static std::expected<std::unique_ptr<AdminServer>, Error> listen(
      net::EventLoop& loop, const std::string& path, const PublishedValue<DaemonStatus>& status,
      Post post);
  ~AdminServer();

  /// The reactor's answer, brought to the cold thread.
  void answer(const AdminAnswer& answer);
  /// A line in its place.
  void answer(std::uint64_t id, std::string line);
  /// One from the cold thread itself, of any length. `page`: goes out as it is, lines and all.
  void answer(std::uint64_t id, bool good, std::string text, bool page = false);

 private:
  struct State;
  explicit AdminServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gannet::app
