#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/internal/tls_stream.h"
#include "gateway/net/url.h"

namespace gannet::net {

struct ConnectFailure {
  bool timed_out = false;
  std::string text;
};

/// One attempt to reach a server: look-up, TCP, TLS with the peer's chain and name verified.
/// Numeric addresses are not looked up. Thread: the loop's.
class TlsConnector : public std::enable_shared_from_this<TlsConnector> {
 public:
  /// `stream` is null on failure. Called once, never from within `start`; not after `cancel`.
  using Done = std::move_only_function<void(std::unique_ptr<TlsStream> stream, ConnectFailure why)>;

  TlsConnector(EventLoop& loop, std::shared_ptr<TlsContext::Internal> tls, const Url& url,
               Nanos unacknowledged_timeout);

  void start(Nanos timeout, Done done);
  void cancel() noexcept;

 private:
  using Resolver = asio::ip::basic_resolver<asio::ip::tcp, asio::io_context::executor_type>;

  void look_up();
  void connect(const Resolver::results_type& endpoints);
  void shake_hands();
  void fail(std::string text, bool timed_out = false);

  std::shared_ptr<TlsContext::Internal> tls_;  // the stream uses it
  Url url_;
  Nanos unacknowledged_timeout_;
  asio::io_context& context_;
  Resolver resolver_;
  std::unique_ptr<TlsStream> stream_;
  Timer timer_;
  Done done_;
};

}  // namespace gannet::net
