#include "gateway/net/internal/tls_connector.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>

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

std::string handshake_failure(SSL* ssl, const error_code& error) {
  const long verdict = SSL_get_verify_result(ssl);
  if (verdict == X509_V_OK) return "TLS: " + error.message();
  return std::string("TLS certificate refused: ") + X509_verify_cert_error_string(verdict);
}

}  // namespace

TlsConnector::TlsConnector(EventLoop& loop, std::shared_ptr<TlsContext::Internal> tls,
                           const Url& url, Nanos unacknowledged_timeout)
    : tls_(std::move(tls)),
      url_(url),
      unacknowledged_timeout_(unacknowledged_timeout),
      context_(loop.internal().context),
      resolver_(context_.get_executor()),
      timer_(loop) {}

void TlsConnector::start(Nanos timeout, Done done) {
  done_ = std::move(done);
  stream_ = std::make_unique<TlsStream>(TcpSocket(context_.get_executor()), tls_->context);
  timer_.start(timeout, [self = shared_from_this()] { self->fail("timed out", true); });
  look_up();
}

void TlsConnector::cancel() noexcept {
  done_ = nullptr;
  timer_.cancel();
  resolver_.cancel();
  error_code ignored;
  if (stream_) stream_->next_layer().close(ignored);
}

void TlsConnector::look_up() {
  error_code not_numeric;
  const auto address = asio::ip::make_address(url_.host, not_numeric);
  if (!not_numeric) {
    const asio::ip::tcp::endpoint endpoint(address, url_.port);
    return connect(Resolver::results_type::create(endpoint, url_.host, ""));
  }
  resolver_.async_resolve(
      url_.host, std::to_string(url_.port), Resolver::numeric_service,
      [self = shared_from_this()](const error_code& error,
                                  const Resolver::results_type& endpoints) {
        if (!self->done_) return;
        if (error) return self->fail("look-up of " + self->url_.host + ": " + error.message());
        self->connect(endpoints);
      });
}

void TlsConnector::connect(const Resolver::results_type& endpoints) {
  asio::async_connect(
      stream_->next_layer(), endpoints,
      [self = shared_from_this()](const error_code& error, const asio::ip::tcp::endpoint&) {
        if (!self->done_) return;
        if (error) {
          return self->fail("connecting to " + self->url_.authority() + ": " + error.message());
        }
        self->shake_hands();
      });
}

void TlsConnector::shake_hands() {
  set_tcp_options(stream_->next_layer(),
                  static_cast<unsigned>(unacknowledged_timeout_.count / 1'000'000));
  if (!expect_host(stream_->native_handle(), url_.host)) {
    // Posted: this may run within `start`.
    return asio::post(context_, [self = shared_from_this()] { self->fail("TLS: bad host name"); });
  }
  stream_->async_handshake(TlsStream::client, [self = shared_from_this()](const error_code& error) {
    if (!self->done_) return;
    if (error) return self->fail(handshake_failure(self->stream_->native_handle(), error));
    self->timer_.cancel();
    auto done = std::move(self->done_);
    self->done_ = nullptr;
    done(std::move(self->stream_), {});
  });
}

void TlsConnector::fail(std::string text, bool timed_out) {
  if (!done_) return;
  auto done = std::move(done_);
  cancel();
  done(nullptr, {.timed_out = timed_out, .text = std::move(text)});
}

}  // namespace gannet::net
