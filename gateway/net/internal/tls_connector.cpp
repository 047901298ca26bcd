#include "gateway/net/internal/tls_connector.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

#include "gateway/net/internal/event_loop_internal.h"

namespace gannet::net {
namespace {

/// The certificate must name the host we meant; SNI tells the server which one that is.
bool expect_host(SSL* ssl, const std::string& host) noexcept {
  error_code not_numeric;
  asio::ip::make_address(host, not_numeric);
  if (!not_numeric) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
  }
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  const_cast<char*>(host.c_str())) == 1 &&
         SSL_set1_host(ssl, host.c_str()) == 1;
}

std::string handshake_failure(SSL* ssl, const std::string& error) {
  const long verdict = SSL_get_verify_result(ssl);
  if (verdict == X509_V_OK) return "TLS: " + error;
  return std::string("TLS certificate refused: ") + X509_verify_cert_error_string(verdict);
}

}  // namespace

TlsConnector::TlsConnector(EventLoop& loop, std::shared_ptr<TlsContext::Internal> tls,
                           const Url& url, std::shared_ptr<AddressBook> addresses,
                           Nanos unacknowledged_timeout)
    : tls_(std::move(tls)),
      url_(url),
      addresses_(std::move(addresses)),
      unacknowledged_timeout_(unacknowledged_timeout),
      loop_(loop),
      context_(loop.internal().context),
      resolver_(context_.get_executor()),
      socket_(context_.get_executor()),
      timer_(loop),
      lookup_timer_(loop) {}

void TlsConnector::start(Nanos timeout, Done done) {
  done_ = std::move(done);
  start(timeout);
}

void TlsConnector::start(Nanos timeout, LinkDone done) {
  link_done_ = std::move(done);
  start(timeout);
}

void TlsConnector::start(Nanos timeout) {
  timer_.start(timeout, [self = shared_from_this()] { self->time_out(); });
  look_up();
}

void TlsConnector::cancel() noexcept {
  done_ = nullptr;
  link_done_ = nullptr;
  timer_.cancel();
  lookup_timer_.cancel();
  resolver_.cancel();
  error_code ignored;
  socket_.close(ignored);
  if (stream_) stream_->next_layer().close(ignored);
  if (link_) link_->close(false);
}

void TlsConnector::look_up() {
  stage_ = Stage::LookUp;
  error_code not_numeric;
  const auto address = asio::ip::make_address(url_.host, not_numeric);
  if (!not_numeric) {
    const AddressBook::Endpoint endpoint(address, url_.port);
    addresses_->learn({&endpoint, 1});
    return connect();
  }
  if (addresses_->knows_any()) {
    lookup_timer_.start(addresses_->lookup_timeout(), [self = shared_from_this()] {
      self->resolver_.cancel();
      self->on_looked_up({}, "no answer");
    });
  }
  if (loop_.internal().look_up) return ask_hook();
  ask_system();
}

void TlsConnector::ask_system() {
  resolver_.async_resolve(
      url_.host, std::to_string(url_.port), Resolver::numeric_service,
      [self = shared_from_this()](const error_code& error, const Resolver::results_type& found) {
        if (error == asio::error::operation_aborted) return;
        std::vector<AddressBook::Endpoint> endpoints;
        for (const auto& entry : found) endpoints.push_back(entry.endpoint());
        self->on_looked_up(endpoints, error ? error.message() : std::string());
      });
}

void TlsConnector::ask_hook() {
  HostAnswer answer = loop_.internal().look_up(url_.host);
  if (answer.silent) return;
  // Posted: this runs within `start`.
  asio::post(context_, [self = shared_from_this(), answer = std::move(answer)] {
    std::vector<AddressBook::Endpoint> endpoints;
    for (const std::string& text : answer.addresses) {
      error_code wrong;
      const auto address = asio::ip::make_address(text, wrong);
      if (!wrong) endpoints.emplace_back(address, self->url_.port);
    }
    self->on_looked_up(endpoints, answer.error);
  });
}

void TlsConnector::on_looked_up(std::span<const AddressBook::Endpoint> found,
                                std::string_view error) {
  if (!is_wanted() || stage_ != Stage::LookUp) return;
  lookup_timer_.cancel();
  if (error.empty()) addresses_->learn(found);
  if (!addresses_->knows_any()) {
    return fail("look-up of " + url_.host + ": " +
                std::string(error.empty() ? "no address" : error));
  }
  connect();
}

void TlsConnector::connect() {
  stage_ = Stage::Connect;
  asio::async_connect(
      socket_, addresses_->in_order(),
      [self = shared_from_this()](const error_code& error, const AddressBook::Endpoint& endpoint) {
        if (!self->is_wanted()) return;
        if (error) {
          return self->fail("connecting to " + self->url_.authority() + ": " + error.message());
        }
        self->addresses_->connected_to = endpoint.address().to_string();
        self->shake_hands();
      });
}

void TlsConnector::shake_hands() {
  stage_ = Stage::Handshake;
  set_tcp_options(socket_, static_cast<unsigned>(unacknowledged_timeout_.count / 1'000'000));
  SSL* ssl = nullptr;
  if (link_done_) {
    link_ = std::make_unique<TlsLink>(std::move(socket_), tls_);
    ssl = link_->ssl();
  } else {
    stream_ = std::make_unique<TlsStream>(std::move(socket_), tls_->context);
    ssl = stream_->native_handle();
  }
  if (!expect_host(ssl, url_.host)) {
    // Posted: this may run within `start`.
    return asio::post(context_, [self = shared_from_this()] { self->fail("TLS: bad host name"); });
  }
  if (link_done_) return shake_link();
  stream_->async_handshake(TlsStream::client, [self = shared_from_this()](const error_code& error) {
    if (!self->done_) return;
    if (error)
      return self->fail(handshake_failure(self->stream_->native_handle(), error.message()));
    self->timer_.cancel();
    auto done = std::move(self->done_);
    self->done_ = nullptr;
    done(std::move(self->stream_), {});
  });
}

void TlsConnector::shake_link() {
  const auto again = [self = shared_from_this()](const error_code& error) {
    if (!error && self->link_done_) self->shake_link();
  };
  switch (link_->shake_hands()) {
    case TlsLink::Step::WantRead:
      return link_->socket().async_wait(TcpSocket::wait_read, again);
    case TlsLink::Step::WantWrite:
      return link_->socket().async_wait(TcpSocket::wait_write, again);
    case TlsLink::Step::Failed:
      return fail(handshake_failure(link_->ssl(), link_->why()));
    case TlsLink::Step::Done:
      break;
  }
  timer_.cancel();
  auto done = std::move(link_done_);
  link_done_ = nullptr;
  done(std::move(link_), {});
}

void TlsConnector::time_out() {
  switch (stage_) {
    case Stage::LookUp:
      return fail("timed out looking up " + url_.host, true);
    case Stage::Connect:
      return fail("timed out connecting to " + url_.authority(), true);
    case Stage::Handshake:
      return fail("timed out in the TLS handshake with " + url_.authority(), true);
  }
}

void TlsConnector::fail(std::string text, bool timed_out) {
  if (!is_wanted()) return;
  if (stage_ != Stage::LookUp) addresses_->on_failed();
  auto done = std::move(done_);
  auto link_done = std::move(link_done_);
  cancel();
  ConnectFailure why{.timed_out = timed_out, .text = std::move(text)};
  if (link_done) return link_done(nullptr, std::move(why));
  done(nullptr, std::move(why));
}

}  // namespace gannet::net
