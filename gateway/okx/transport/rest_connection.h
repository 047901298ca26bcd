#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/http_message.h"
#include "base/thread_role.h"
#include "base/time.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/http_client.h"
#include "gateway/net/tls_context.h"
#include "gateway/okx/protocol/session_io.h"

namespace gannet::okx {

struct RestConnectionSettings {
  net::HttpClientSettings http;
  std::size_t queue = 4'096;  ///< requests handed over and not yet taken by the cold thread
};

struct RestAnswer {
  std::uint64_t id = 0;
  HttpResponse response;  ///< status 0: none came
  std::string error;      ///< for people, with status 0
  /// Status 0 only: no byte was written, so the venue cannot have acted on it.
  bool certainly_not_sent = false;
};

/// Carries REST requests from the reactor to the cold thread's loop and their answers back.
/// Threads: `send_request` and `poll` the reactor's; the HTTP client lives on the cold loop. Made
/// before the cold loop runs; destroyed after it has stopped.
class RestConnection final : public RestOutput {
 public:
  /// Asked on the cold thread just before a request is written: false refuses it (the kill switch
  /// may have been pressed while it waited). The answer then has status 0, certainly not sent.
  using Permit = std::function<bool(const HttpRequest&)>;

  /// `reactor`: woken when an answer waits, so that a sleeping reactor's `run_for` returns.
  static std::expected<std::unique_ptr<RestConnection>, Error> make(net::EventLoop& reactor,
                                                                    net::EventLoop& cold,
                                                                    const net::TlsContext& tls,
                                                                    RestConnectionSettings settings,
                                                                    Permit permit = {});
  ~RestConnection();
  RestConnection(const RestConnection&) = delete;
  RestConnection& operator=(const RestConnection&) = delete;

  /// False: the queue to the cold thread is full; nothing was taken.
  bool send_request(std::uint64_t id, HttpRequest request) noexcept override;

  /// Applies the answers that have come: calls `apply(answer)` for each, in order of arrival.
  /// Returns how many.
  template <class F>
  std::size_t poll(F&& apply) RUNS_ON(kReactor) {
    std::size_t count = 0;
    for (RestAnswer answer; take(answer); ++count) apply(answer);
    return count;
  }

 private:
  struct State;
  explicit RestConnection(std::shared_ptr<State> state);
  bool take(RestAnswer& answer) noexcept;
  std::shared_ptr<State> state_;  // shared with the tasks posted to either loop
};

}  // namespace gannet::okx
