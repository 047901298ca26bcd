#include "bench/wire/raw_tls.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace gannet::bench {
namespace {

void set_no_delay(int descriptor) noexcept {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

void give_up(const std::string& why) { throw GivenUp(why); }

SSL_CTX* RawTls::client_context(const std::string& ca_file) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1) give_up("no CA in " + ca_file);
  return context;
}

SSL_CTX* RawTls::server_context(const std::string& certificate_file, const std::string& key_file) {
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    give_up("no certificate in " + certificate_file);
  }
  return context;
}

RawTls RawTls::connect(SSL_CTX* context, std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    give_up("nobody listens on port " + std::to_string(port));
  }
  set_no_delay(descriptor);
  SSL* const ssl = SSL_new(context);
  SSL_set_fd(ssl, descriptor);
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), "127.0.0.1");
  if (SSL_connect(ssl) != 1) give_up("the TLS handshake failed");
  return {ssl, descriptor};
}

RawTls RawTls::accept(SSL_CTX* context, int descriptor) {
  set_no_delay(descriptor);
  SSL* const ssl = SSL_new(context);
  SSL_set_fd(ssl, descriptor);
  if (SSL_accept(ssl) != 1) {  // one that only knocks
    SSL_free(ssl);
    ::close(descriptor);
    ERR_clear_error();
    return {nullptr, -1};
  }
  return {ssl, descriptor};
}

RawTls::RawTls(RawTls&& other) noexcept
    : ssl_(std::exchange(other.ssl_, nullptr)), descriptor_(std::exchange(other.descriptor_, -1)) {}

RawTls& RawTls::operator=(RawTls&& other) noexcept {
  std::swap(ssl_, other.ssl_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

RawTls::~RawTls() { close(); }

void RawTls::close() noexcept {
  if (ssl_ == nullptr) return;
  SSL_free(ssl_);
  ::close(descriptor_);
  ssl_ = nullptr;
}

void RawTls::set_blocking(bool blocking) noexcept {
  const int flags = ::fcntl(descriptor_, F_GETFL);
  ::fcntl(descriptor_, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

long RawTls::read(std::span<char> into) noexcept {
  if (ssl_ == nullptr) return -1;
  const int got = SSL_read(ssl_, into.data(), static_cast<int>(into.size()));
  if (got > 0) return got;
  if (SSL_get_error(ssl_, got) == SSL_ERROR_WANT_READ) return 0;
  ERR_clear_error();
  close();
  return -1;
}

bool RawTls::write(std::string_view bytes) noexcept {
  while (ssl_ != nullptr && !bytes.empty()) {
    const int written = SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
      continue;
    }
    if (SSL_get_error(ssl_, written) != SSL_ERROR_WANT_WRITE) {
      ERR_clear_error();
      close();
      return false;
    }
    pollfd writable{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    ::poll(&writable, 1, 100);
  }
  return ssl_ != nullptr;
}

WireFrame frame_at(std::span<char> bytes) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < 2) return {};
  const bool masked = (byte(1) & 0x80) != 0;
  std::size_t length = byte(1) & 0x7f;
  std::size_t head = 2;
  if (length >= 126) {
    const std::size_t more = length == 126 ? 2 : 8;
    if (bytes.size() < head + more) return {};
    length = 0;
    for (std::size_t i = 0; i < more; ++i) length = length << 8 | byte(head + i);
    head += more;
  }
  const std::size_t key = head;
  if (masked) head += 4;
  if (bytes.size() < head || bytes.size() - head < length) return {};
  if (masked) {
    for (std::size_t i = 0; i < length; ++i)
      bytes[head + i] = static_cast<char>(bytes[head + i] ^ bytes[key + i % 4]);
  }
  return {head + length, byte(0) & 0x0fu, {bytes.data() + head, length}};
}

std::string text_frame(std::string_view payload, bool masked) {
  std::string frame = "\x81";
  const auto add = [&](std::size_t value) { frame += static_cast<char>(value & 0xff); };
  const std::size_t mask = masked ? 0x80u : 0u;
  if (payload.size() < 126) {
    add(mask | payload.size());
  } else if (payload.size() < 65'536) {
    add(mask | 126u);
    add(payload.size() >> 8);
    add(payload.size());
  } else {
    add(mask | 127u);
    for (int shift = 56; shift >= 0; shift -= 8) add(payload.size() >> shift);
  }
  if (masked) frame.append(4, '\0');
  return frame.append(payload);
}

std::string upgrade(RawTls& tls, std::string_view path) {
  tls.write("GET " + std::string(path) +
            " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  std::string answer;
  std::array<char, 4'096> bytes{};
  for (;;) {
    const long got = tls.read(bytes);
    if (got < 0) give_up("the venue closed instead of upgrading");
    answer.append(bytes.data(), static_cast<std::size_t>(got));
    const std::size_t end = answer.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    if (!answer.starts_with("HTTP/1.1 101")) give_up("the venue refused to upgrade");
    return answer.substr(end + 4);
  }
}

}  // namespace gannet::bench
