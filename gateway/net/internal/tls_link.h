#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/net/internal/tls_stream.h"

namespace gannet::net {

/// A client's TLS connection without machinery around it: one `recv` takes all that the kernel has,
/// one `send` a text, and OpenSSL works in this object's buffers in between. What the kernel does
/// not take at once is kept and goes out by `flush`, so that OpenSSL never has to be asked again to
/// write. Never blocks. Whoever reads it waits for the descriptor by Asio (`socket`), or probes it
/// (`leave_loop`). Thread: the loop's.
class TlsLink {
 public:
  /// `socket`: connected.
  TlsLink(TcpSocket socket, std::shared_ptr<TlsContext::Internal> tls);
  ~TlsLink();
  TlsLink(const TlsLink&) = delete;
  TlsLink& operator=(const TlsLink&) = delete;

  enum class Step : std::uint8_t { Done, WantRead, WantWrite, Failed };
  /// The client's side of the handshake, as far as it comes now; again when the socket is readable
  /// or writable, as the step says. The peer is verified as `ssl` was told to.
  Step shake_hands() noexcept;

  enum class Received : std::uint8_t { Nothing, Bytes, End, Failed };
  /// What the kernel has for us: one system call. Everything received before has been `read`.
  Received receive() noexcept;
  /// Decrypts what was received, at most a record. 0: nothing (more) is there, or `has_ended`.
  std::size_t read(std::span<char> into) noexcept;
  /// Bytes were received that `read` has not seen yet.
  bool has_more() const noexcept { return begin_ != end_ || SSL_has_pending(ssl_) != 0; }
  /// The peer has said that it sends no more, or TLS is broken: see `why`.
  bool has_ended() const noexcept { return ended_; }

  /// Encrypts and sends. False: the connection is lost.
  bool write(std::string_view text) noexcept;
  /// Sends what waits. False: the connection is lost.
  bool flush() noexcept;
  std::size_t waiting_bytes() const noexcept { return unsent_.size() - unsent_begin_; }
  /// Tells the peer that we send no more.
  void say_end() noexcept;

  /// Takes the descriptor out of Asio's hands: `socket` is of no more use.
  void leave_loop() noexcept;
  /// `abort`: with a reset, as a broken network does.
  void close(bool abort) noexcept;

  SSL* ssl() noexcept { return ssl_; }
  TcpSocket& socket() noexcept { return socket_; }
  /// Why it was lost, for people.
  std::string why() const;

 private:
  static const BIO_METHOD* method() noexcept;
  static int on_bio_read(BIO* bio, char* into, int size) noexcept;
  static int on_bio_write(BIO* bio, const char* bytes, int size) noexcept;
  static long on_bio_control(BIO* bio, int command, long number, void* pointer) noexcept;
  /// How many the kernel took; below 0: the connection is lost.
  long send(const char* bytes, std::size_t size) noexcept;
  /// After a call of OpenSSL's that did not succeed: true if it only lacks bytes.
  bool lacks_bytes() noexcept;

  std::shared_ptr<TlsContext::Internal> tls_;  // the SSL object uses it
  TcpSocket socket_;
  int descriptor_;
  SSL* ssl_;
  std::unique_ptr<char[]> incoming_;  // as it came, encrypted
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::vector<char> unsent_;  // encrypted
  std::size_t unsent_begin_ = 0;
  int error_ = 0;                // of the system
  unsigned long tls_error_ = 0;  // of OpenSSL
  bool ended_ = false;
  bool left_loop_ = false;
  bool peer_gone_ = false;  // the kernel has said that nothing more comes
};

}  // namespace gannet::net
