#include "gateway/net/tls_context.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>

#include "gateway/net/internal/tls_stream.h"

namespace gannet::net {
namespace {

std::unexpected<Error> failure(std::string what, const error_code& error) {
  return std::unexpected(Error{std::move(what) + ": " + error.message()});
}

void set_common_rules(asio::ssl::context& context) noexcept {
  SSL_CTX* const native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
}

}  // namespace

std::expected<TlsContext, Error> TlsContext::client(const ClientTlsSettings& settings) {
  auto internal = std::make_shared<Internal>(asio::ssl::context(asio::ssl::context::tls_client));
  asio::ssl::context& context = internal->context;
  set_common_rules(context);
  context.set_verify_mode(asio::ssl::verify_peer);
  // Ten rounds instead of fourteen for every block of every frame, where the server lets us choose.
  SSL_CTX_set_ciphersuites(
      context.native_handle(),
      "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256");
  error_code error;
  if (settings.system_roots) {
    context.set_default_verify_paths(error);
    if (error) return failure("system certificate store", error);
  }
  if (!settings.ca_file.empty()) {
    context.load_verify_file(settings.ca_file, error);
    if (error) return failure("CA file " + settings.ca_file, error);
  }
  return TlsContext(std::move(internal));
}

std::expected<TlsContext, Error> TlsContext::server(const ServerTlsSettings& settings) {
  auto internal = std::make_shared<Internal>(asio::ssl::context(asio::ssl::context::tls_server));
  asio::ssl::context& context = internal->context;
  set_common_rules(context);
  // Idle connections give their 32 KiB of record buffers back; a server may hold thousands.
  SSL_CTX_set_mode(context.native_handle(), SSL_MODE_RELEASE_BUFFERS);
  error_code error;
  context.use_certificate_chain_file(settings.certificate_file, error);
  if (error) return failure("certificate " + settings.certificate_file, error);
  context.use_private_key_file(settings.key_file, asio::ssl::context::pem, error);
  if (error) return failure("key " + settings.key_file, error);
  return TlsContext(std::move(internal));
}

void set_tcp_options(TcpSocket& socket, unsigned unacknowledged_timeout_ms) noexcept {
  error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  using UserTimeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
  socket.set_option(UserTimeout(static_cast<int>(unacknowledged_timeout_ms)), ignored);
}

}  // namespace gannet::net
