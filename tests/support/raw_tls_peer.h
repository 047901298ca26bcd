#pragma once

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
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "gateway/net/certificate.h"

namespace gannet::net {

/// A TLS connection with blocking calls and no manners: tests send whatever bytes they like.
class RawTlsConnection {
 public:
  explicit RawTlsConnection(void* ssl, int socket) : ssl_(ssl), socket_(socket) {}
  ~RawTlsConnection();
  RawTlsConnection(const RawTlsConnection&) = delete;
  RawTlsConnection& operator=(const RawTlsConnection&) = delete;

  void write(std::string_view bytes);
  /// At least one byte, or "" when the peer has closed.
  std::string read_some();
  /// Everything up to and with `end`, or less when the peer has closed.
  std::string read_through(std::string_view end);
  std::string read_exactly(std::size_t bytes);
  /// Until the peer closes.
  std::string read_all();
  /// New keys for what follows, and a request for the peer's.
  void change_keys();
  /// Ends our direction of TLS, with the socket left open.
  void say_end();
  /// Answers a WebSocket upgrade request.
  void accept_websocket();
  /// The peer came with a ticket of an earlier session, and was spared the certificate.
  bool is_resumed() const;

 private:
  void* ssl_;
  int socket_;
  std::string held_;
};

/// Accepts connections on a free loopback port, one after the other, and runs a script on each, in
/// a thread of its own. The destructor waits for the scripts.
class RawTlsServer {
 public:
  using Script = std::function<void(RawTlsConnection&)>;
  RawTlsServer(const CertificateFiles& files, Script script, int connections = 1);
  ~RawTlsServer();
  std::uint16_t port() const noexcept { return port_; }

 private:
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

/// Connects to a loopback port, without verifying anything, and runs the script in this thread.
void run_raw_client(std::uint16_t port, const std::function<void(RawTlsConnection&)>& script);

/// Connects twice, the second time with the ticket that the first was given; reads a little each
/// time.
void run_resuming_client(std::uint16_t port);

/// A server's frame: unmasked. `first_byte`: FIN and opcode.
std::string server_frame(std::uint8_t first_byte, std::string_view payload);
/// A client's frame, masked with zeroes.
std::string client_frame(std::uint8_t first_byte, std::string_view payload);

namespace raw_peer {

inline SSL* as_ssl(void* ssl) { return static_cast<SSL*>(ssl); }

inline std::string masked_length(std::size_t size, std::uint8_t mask_bit) {
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

inline std::string accept_key(std::string_view request) {
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

}  // namespace raw_peer

inline RawTlsConnection::~RawTlsConnection() {
  SSL_free(raw_peer::as_ssl(ssl_));
  ::close(socket_);
}

inline void RawTlsConnection::write(std::string_view bytes) {
  SSL_write(raw_peer::as_ssl(ssl_), bytes.data(), static_cast<int>(bytes.size()));
}

inline std::string RawTlsConnection::read_some() {
  if (!held_.empty()) return std::exchange(held_, {});
  std::array<char, 16'384> buffer{};
  const int got = SSL_read(raw_peer::as_ssl(ssl_), buffer.data(), static_cast<int>(buffer.size()));
  return got <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(got));
}

inline std::string RawTlsConnection::read_through(std::string_view end) {
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

inline std::string RawTlsConnection::read_exactly(std::size_t bytes) {
  std::string all;
  while (all.size() < bytes) {
    const std::string more = read_some();
    if (more.empty()) return all;
    all += more;
  }
  held_ = all.substr(bytes);
  return all.substr(0, bytes);
}

inline std::string RawTlsConnection::read_all() {
  std::string all;
  for (std::string more = read_some(); !more.empty(); more = read_some()) all += more;
  return all;
}

inline void RawTlsConnection::change_keys() {
  SSL_key_update(raw_peer::as_ssl(ssl_), SSL_KEY_UPDATE_REQUESTED);
}

inline void RawTlsConnection::say_end() { SSL_shutdown(raw_peer::as_ssl(ssl_)); }

inline bool RawTlsConnection::is_resumed() const {
  return SSL_session_reused(raw_peer::as_ssl(ssl_)) == 1;
}

inline void RawTlsConnection::accept_websocket() {
  const std::string request = read_through("\r\n\r\n");
  write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      raw_peer::accept_key(request) + "\r\n\r\n");
}

inline RawTlsServer::RawTlsServer(const CertificateFiles& files, Script script, int connections) {
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

inline RawTlsServer::~RawTlsServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

namespace raw_peer {

/// One connection. `session`: to be resumed; afterwards what it was given itself. Null: none.
inline void connect_once(SSL_CTX* context, std::uint16_t port, SSL_SESSION** session,
                         const std::function<void(RawTlsConnection&)>& script) {
  std::signal(SIGPIPE, SIG_IGN);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  SSL* const ssl = SSL_new(context);
  RawTlsConnection connection(ssl, socket);
  if (session != nullptr && *session != nullptr) SSL_set_session(ssl, *session);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
      SSL_set_fd(ssl, socket) == 1 && SSL_connect(ssl) == 1) {
    script(connection);
  }
  if (session == nullptr) return;
  SSL_SESSION_free(*session);
  *session = SSL_get1_session(ssl);
  SSL_shutdown(ssl);  // one that was cut off is not to be resumed
}

}  // namespace raw_peer

inline void run_raw_client(std::uint16_t port,
                           const std::function<void(RawTlsConnection&)>& script) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  raw_peer::connect_once(context, port, nullptr, script);
  SSL_CTX_free(context);
}

inline void run_resuming_client(std::uint16_t port) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL_SESSION* session = nullptr;
  for (int i = 0; i < 2; ++i) {
    raw_peer::connect_once(context, port, &session,
                           [](RawTlsConnection& connection) { connection.read_some(); });
  }
  SSL_SESSION_free(session);
  SSL_CTX_free(context);
}

inline std::string server_frame(std::uint8_t first_byte, std::string_view payload) {
  std::string frame(1, static_cast<char>(first_byte));
  return frame.append(raw_peer::masked_length(payload.size(), 0)).append(payload);
}

inline std::string client_frame(std::uint8_t first_byte, std::string_view payload) {
  std::string frame(1, static_cast<char>(first_byte));
  return frame.append(raw_peer::masked_length(payload.size(), 0x80))
      .append(4, '\0')
      .append(payload);
}

}  // namespace gannet::net
