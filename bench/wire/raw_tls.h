#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gannet::bench {

/// TLS on a loopback socket with nothing but OpenSSL: what both ends of a measurement share, and no
/// code of what is measured. Fails by giving up. Thread: one.
class RawTls {
 public:
  static SSL_CTX* client_context(const std::string& ca_file);
  static SSL_CTX* server_context(const std::string& certificate_file, const std::string& key_file);

  /// Connects to 127.0.0.1 and verifies the peer.
  static RawTls connect(SSL_CTX* context, std::uint16_t port);
  /// The server's side of an accepted socket: the handshake is made here, blocking.
  static RawTls accept(SSL_CTX* context, int descriptor);
  RawTls(RawTls&& other) noexcept;
  RawTls& operator=(RawTls&& other) noexcept;
  ~RawTls();

  /// From here on `read` returns 0 instead of waiting.
  void set_blocking(bool blocking) noexcept;
  /// Bytes read; 0: none are there; -1: the peer is gone.
  long read(std::span<char> into) noexcept;
  /// All of it, waiting as long as that takes. False: the peer is gone.
  bool write(std::string_view bytes) noexcept;
  int descriptor() const noexcept { return descriptor_; }
  bool is_open() const noexcept { return ssl_ != nullptr; }

 private:
  RawTls(SSL* ssl, int descriptor) noexcept : ssl_(ssl), descriptor_(descriptor) {}
  void close() noexcept;

  SSL* ssl_ = nullptr;
  int descriptor_ = -1;
};

/// A WebSocket frame at the start of some bytes.
struct WireFrame {
  std::size_t size = 0;  ///< head and payload; 0: not all of it is there
  unsigned opcode = 0;
  std::string_view payload{};  ///< unmasked, where it stood
};
/// Takes the mask off in place.
WireFrame frame_at(std::span<char> bytes) noexcept;
/// A text frame. `masked`: a client's, with a key of zeros.
std::string text_frame(std::string_view payload, bool masked);
/// A client's upgrade request for a path, and the first bytes after its answer; gives up if it
/// is refused.
std::string upgrade(RawTls& tls, std::string_view path);

/// What ends a run: main says it, when all that lay in temporary places is gone.
struct GivenUp : std::runtime_error {
  using std::runtime_error::runtime_error;
};
[[noreturn]] void give_up(const std::string& why);

}  // namespace gannet::bench
