// The raw peer that the tests beside this use; it lives in a *_test.cpp because those are the files
// of a test program.
#include "unit/net/raw_tls_peer.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace gannet::net {
namespace {

SSL* as_ssl(void* ssl) { return static_cast<SSL*>(ssl); }

std::string masked_length(std::size_t size, std::uint8_t mask_bit) {
  std::string head;
  const auto byte = [](std::size_t value) { return static_cast<char>(value & 0xff); };
  if (size < 126) {
    head += byte(size | mask_bit);
  } else if (size < 65'536) {
    head += byte(126u | mask_bit);
    head += byte(size >> 8);
    head += byte(size);
  } else {
    head += byte(127u | mask_bit);
    for (int shift = 56; shift >= 0; shift -= 8) head += byte(size >> shift);
  }
  return head;
}

std::string accept_key(std::string_view request) {
  constexpr std::string_view kName = "Sec-WebSocket-Key: ";
  const std::size_t at = request.find(kName) + kName.size();
  std::string key(request.substr(at, request.find('\r', at) - at));
  key += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data());
  std::array<unsigned char, 64> text{};
  const int size = EVP_EncodeBlock(text.data(), digest.data(), SHA_DIGEST_LENGTH);
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size)};
}

}  // namespace

RawTlsConnection::~RawTlsConnection() {
  SSL_free(as_ssl(ssl_));
  ::close(socket_);
}

void RawTlsConnection::write(std::string_view bytes) {
  SSL_write(as_ssl(ssl_), bytes.data(), static_cast<int>(bytes.size()));
}

std::string RawTlsConnection::read_some() {
  if (!held_.empty()) return std::exchange(held_, {});
  std::array<char, 16'384> buffer{};
  const int got = SSL_read(as_ssl(ssl_), buffer.data(), static_cast<int>(buffer.size()));
  return got <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(got));
}

std::string RawTlsConnection::read_through(std::string_view end) {
  std::string all;
  while (all.find(end) == std::string::npos) {
    const std::string more = read_some();
    if (more.empty()) return all;
    all += more;
  }
  const std::size_t stop = all.find(end) + end.size();
  held_ = all.substr(stop);
  return all.substr(0, stop);
}

std::string RawTlsConnection::read_exactly(std::size_t bytes) {
  std::string all;
  while (all.size() < bytes) {
    const std::string more = read_some();
    if (more.empty()) return all;
    all += more;
  }
  held_ = all.substr(bytes);
  return all.substr(0, bytes);
}

std::string RawTlsConnection::read_all() {
  std::string all;
  for (std::string more = read_some(); !more.empty(); more = read_some()) all += more;
  return all;
}

void RawTlsConnection::accept_websocket() {
  const std::string request = read_through("\r\n\r\n");
  write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      accept_key(request) + "\r\n\r\n");
}

RawTlsServer::RawTlsServer(const CertificateFiles& files, Script script, int connections) {
  std::signal(SIGPIPE, SIG_IGN);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(::bind(listener_, generic, size), 0);
  EXPECT_EQ(::listen(listener_, 16), 0);
  ::getsockname(listener_, generic, &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, files, script = std::move(script), connections] {
    SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str());
    SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM);
    for (int i = 0; i < connections; ++i) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) break;
      SSL* const ssl = SSL_new(context);
      SSL_set_fd(ssl, socket);
      RawTlsConnection connection(ssl, socket);
      if (SSL_accept(ssl) == 1) script(connection);
    }
    SSL_CTX_free(context);
  });
}

RawTlsServer::~RawTlsServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void run_raw_client(std::uint16_t port, const std::function<void(RawTlsConnection&)>& script) {
  std::signal(SIGPIPE, SIG_IGN);
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  SSL* const ssl = SSL_new(context);
  {
    RawTlsConnection connection(ssl, socket);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
        SSL_set_fd(ssl, socket) == 1 && SSL_connect(ssl) == 1) {
      script(connection);
    }
  }
  SSL_CTX_free(context);
}

std::string server_frame(std::uint8_t first_byte, std::string_view payload) {
  std::string frame(1, static_cast<char>(first_byte));
  return frame.append(masked_length(payload.size(), 0)).append(payload);
}

std::string client_frame(std::uint8_t first_byte, std::string_view payload) {
  std::string frame(1, static_cast<char>(first_byte));
  return frame.append(masked_length(payload.size(), 0x80)).append(4, '\0').append(payload);
}

}  // namespace gannet::net
