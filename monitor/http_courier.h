#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace gannet::monitor {

/// One HTTP request of an alert route. The views outlive it.
struct HttpJob {
  enum class Kind : std::uint8_t {
    Post,     ///< `body`, as JSON
    Get,      ///< the heartbeat
    Connect,  ///< connects, TLS and all, and asks nothing: is it there?
  };
  Kind kind = Kind::Post;
  std::string_view url{};      ///< a secret: not for logs, not for errors
  std::string_view path{};     ///< behind the URL
  std::string_view ca_file{};  ///< "": the system's
  std::string body{};
  Nanos timeout = seconds(5);
};

/// Taken: a status of 2xx, or connected. `error` says why not, without the URL.
struct HttpOutcome {
  bool taken = false;
  std::string error{};
};

/// Carries requests, none of which makes the caller wait. `done` is called exactly once for each,
/// never from within `start`, unless the courier is destroyed first. Thread: one.
class HttpCourier {
 public:
  using Done = std::move_only_function<void(HttpOutcome outcome)>;
  virtual ~HttpCourier() = default;
  virtual void start(HttpJob job, Done done) = 0;
};

}  // namespace gannet::monitor
