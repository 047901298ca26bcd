#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

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
  /// Answers a WebSocket upgrade request.
  void accept_websocket();

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

/// A server's frame: unmasked. `first_byte`: FIN and opcode.
std::string server_frame(std::uint8_t first_byte, std::string_view payload);
/// A client's frame, masked with zeroes.
std::string client_frame(std::uint8_t first_byte, std::string_view payload);

}  // namespace gannet::net
