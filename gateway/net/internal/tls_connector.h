#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/internal/address_book.h"
#include "gateway/net/internal/tls_link.h"
#include "gateway/net/internal/tls_stream.h"
#include "gateway/net/url.h"

namespace gannet::net {

struct ConnectFailure {
  bool timed_out = false;
  std::string text;
};

/// One attempt to reach a server: look-up, TCP, TLS with the peer's chain and name verified; one
/// time-out over all of it, and a failure says in which of them. Numeric addresses are not looked
/// up. Thread: the loop's.
class TlsConnector : public std::enable_shared_from_this<TlsConnector> {
 public:
  /// `stream` is null on failure. Called once, never from within `start`; not after `cancel`.
  using Done = std::move_only_function<void(std::unique_ptr<TlsStream> stream, ConnectFailure why)>;
  /// Likewise, for one who drives TLS himself.
  using LinkDone = std::move_only_function<void(std::unique_ptr<TlsLink> link, ConnectFailure why)>;

  /// `addresses`: what is known of the host from earlier attempts; learns from this one.
  TlsConnector(EventLoop& loop, std::shared_ptr<TlsContext::Internal> tls, const Url& url,
               std::shared_ptr<AddressBook> addresses, Nanos unacknowledged_timeout);

  void start(Nanos timeout, Done done);
  void start(Nanos timeout, LinkDone done);
  void cancel() noexcept;

 private:
  using Resolver = asio::ip::basic_resolver<asio::ip::tcp, asio::io_context::executor_type>;

  enum class Stage : std::uint8_t { LookUp, Connect, Handshake };

  void start(Nanos timeout);
  bool is_wanted() const noexcept { return done_ != nullptr || link_done_ != nullptr; }
  void look_up();
  void ask_system();
  void ask_hook();
  void on_looked_up(std::span<const AddressBook::Endpoint> found, std::string_view error);
  void connect();
  void shake_hands();
  void shake_link();
  void time_out();
  void fail(std::string text, bool timed_out = false);

  std::shared_ptr<TlsContext::Internal> tls_;  // the stream uses it
  Url url_;
  std::shared_ptr<AddressBook> addresses_;
  Nanos unacknowledged_timeout_;
  EventLoop& loop_;
  asio::io_context& context_;
  Resolver resolver_;
  TcpSocket socket_;  // until it is connected
  std::unique_ptr<TlsStream> stream_;
  std::unique_ptr<TlsLink> link_;
  Timer timer_;
  Timer lookup_timer_;
  Stage stage_ = Stage::LookUp;
  Done done_;  // of the two, the one that is asked for
  LinkDone link_done_;
};

}  // namespace gannet::net
