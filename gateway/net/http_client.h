#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/http_message.h"
#include "base/time.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/tls_context.h"

namespace gannet::net {

struct HttpClientSettings {
  std::string url{};  ///< https://host[:port]; its path is not used
  std::string user_agent = "gannet";
  std::size_t connections = 2;
  std::size_t queue = 1'024;            ///< requests waiting for a free connection
  Nanos connect_timeout = seconds(5);   ///< name, TCP and TLS together
  Nanos lookup_timeout = seconds(2);    ///< of a name whose addresses are known from before
  Nanos request_timeout = seconds(10);  ///< from `send` to the last byte of the answer
  std::size_t body_bytes_max = 32u << 20;
  std::size_t header_bytes_max = 64u << 10;
  /// Asked just before a request's bytes go to the socket, after any wait for a connection; false:
  /// it is answered as certainly not sent. Empty: everything may go.
  std::function<bool(const HttpRequest&)> permit{};
};

struct HttpAnswer {
  HttpResponse response{};  ///< status 0: none came, see `error`
  std::string error{};      ///< for people; "" when there is a response
  /// Status 0 only: no byte of the request was written, so the server cannot have acted on it.
  bool certainly_not_sent = false;
};

/// HTTP/1.1 over TLS to one server, keep-alive, over a small pool of connections. One request at a
/// time per connection; the rest wait in order. A request whose bytes may have reached the server
/// is never sent again: only who asked knows whether that is safe. Thread: the loop's.
class HttpClient {
 public:
  using Callback = std::move_only_function<void(HttpAnswer answer)>;

  static std::expected<std::unique_ptr<HttpClient>, Error> make(EventLoop& loop,
                                                                const TlsContext& tls,
                                                                HttpClientSettings settings);
  /// Requests in flight are forgotten; their callbacks are not called.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Host, User-Agent, Connection and Content-Length are added; the rest goes as given. `answered`
  /// is called exactly once, never from within this call.
  void send(HttpRequest request, Callback answered);
  /// Requests sent and not yet answered.
  std::size_t pending() const noexcept;
  std::size_t open_connections() const noexcept;

 private:
  struct State;
  explicit HttpClient(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;  // shared with operations in flight, which outlive the client
};

}  // namespace gannet::net
