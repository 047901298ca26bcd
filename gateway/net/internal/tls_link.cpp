#include "gateway/net/internal/tls_link.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace gannet::net {
namespace {

constexpr std::size_t kIncomingBytes = 64u << 10;
constexpr std::size_t kUnsentReserve = 64u << 10;

}  // namespace

TlsLink::TlsLink(TcpSocket socket, std::shared_ptr<TlsContext::Internal> tls)
    : tls_(std::move(tls)),
      socket_(std::move(socket)),
      descriptor_(socket_.native_handle()),
      ssl_(SSL_new(tls_->context.native_handle())),
      incoming_(std::make_unique<char[]>(kIncomingBytes)) {
  CHECK(ssl_ != nullptr);
  error_code ignored;
  socket_.native_non_blocking(true, ignored);
  BIO* const bio = BIO_new(method());
  CHECK(bio != nullptr);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_connect_state(ssl_);
  SSL_set_read_ahead(ssl_, 1);  // whole buffers at a time instead of a head and a body
  unsent_.reserve(kUnsentReserve);
}

TlsLink::~TlsLink() {
  close(false);
  SSL_free(ssl_);
}

TlsLink::Step TlsLink::shake_hands() noexcept {
  for (;;) {
    const int done = SSL_do_handshake(ssl_);
    if (!flush()) return Step::Failed;
    if (waiting_bytes() != 0) return Step::WantWrite;
    if (done == 1) return Step::Done;
    if (!lacks_bytes()) return Step::Failed;
    switch (receive()) {
      case Received::Bytes:
        continue;
      case Received::Nothing:
        return Step::WantRead;
      case Received::End:
      case Received::Failed:
        return Step::Failed;
    }
  }
}

TlsLink::Received TlsLink::receive() noexcept {
  for (;;) {
    const ssize_t got = ::recv(descriptor_, incoming_.get(), kIncomingBytes, MSG_DONTWAIT);
    if (got > 0) {
      begin_ = 0;
      end_ = static_cast<std::size_t>(got);
      return Received::Bytes;
    }
    if (got == 0) {
      peer_gone_ = true;
      return Received::End;
    }
    if (errno == EAGAIN) return Received::Nothing;
    if (errno == EINTR) continue;
    error_ = errno;
    return Received::Failed;
  }
}

std::size_t TlsLink::read(std::span<char> into) noexcept {
  std::size_t got = 0;
  if (SSL_read_ex(ssl_, into.data(), into.size(), &got) == 1) return got;
  ended_ = !lacks_bytes();
  return 0;
}

bool TlsLink::lacks_bytes() noexcept {
  // Our BIO asks for another try when it is out of bytes; errors that other code of this thread
  // left behind in OpenSSL's queue do not count then.
  if (SSL_want_read(ssl_) && BIO_should_retry(SSL_get_rbio(ssl_))) return true;
  if (tls_error_ == 0) tls_error_ = ERR_peek_last_error();
  ERR_clear_error();
  return false;
}

bool TlsLink::write(std::string_view text) noexcept {
  if (error_ != 0) return false;
  std::size_t written = 0;
  // Its record may be split by OpenSSL; our BIO takes everything, so it never stops half-way.
  if (SSL_write_ex(ssl_, text.data(), text.size(), &written) == 1) return true;
  lacks_bytes();
  return false;
}

bool TlsLink::flush() noexcept {
  if (waiting_bytes() == 0) return error_ == 0;
  const long sent = send(unsent_.data() + unsent_begin_, waiting_bytes());
  if (sent < 0) return false;
  unsent_begin_ += static_cast<std::size_t>(sent);
  // What is gone makes room once it is the greater part: else a peer that is always a little behind
  // would let this grow for ever.
  if (unsent_begin_ > unsent_.size() / 2) {
    unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(unsent_begin_));
    unsent_begin_ = 0;
  }
  return true;
}

void TlsLink::say_end() noexcept {
  if (error_ != 0 || SSL_in_init(ssl_) != 0) return;
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

long TlsLink::send(const char* bytes, std::size_t size) noexcept {
  for (;;) {
    const ssize_t sent = ::send(descriptor_, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return sent;
    if (errno == EAGAIN) return 0;
    if (errno == EINTR) continue;
    error_ = errno;
    return -1;
  }
}

void TlsLink::leave_loop() noexcept {
  error_code error;
  const int kept = socket_.release(error);
  if (error) return;  // still Asio's, and as usable
  descriptor_ = kept;
  left_loop_ = true;
}

void TlsLink::close(bool abort) noexcept {
  if (descriptor_ < 0) return;
  if (abort) {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  error_code ignored;
  if (left_loop_) {
    ::close(descriptor_);
  } else {
    socket_.close(ignored);
  }
  descriptor_ = -1;
}

std::string TlsLink::why() const {
  if (error_ != 0) return error_code(error_, boost::system::system_category()).message();
  if (tls_error_ != 0 && !peer_gone_) {
    const char* const reason = ERR_reason_error_string(tls_error_);
    return reason != nullptr ? reason : "TLS failed";
  }
  return "End of file";
}

const BIO_METHOD* TlsLink::method() noexcept {
  static BIO_METHOD* const kMethod = [] {
    BIO_METHOD* const made =
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "descriptor and buffer");
    CHECK(made != nullptr);
    BIO_meth_set_read(made, on_bio_read);
    BIO_meth_set_write(made, on_bio_write);
    BIO_meth_set_ctrl(made, on_bio_control);
    return made;
  }();
  return kMethod;
}

int TlsLink::on_bio_read(BIO* bio, char* into, int size) noexcept {
  auto& link = *static_cast<TlsLink*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const std::size_t here = std::min(link.end_ - link.begin_, static_cast<std::size_t>(size));
  if (here == 0) {
    if (link.peer_gone_) return 0;
    BIO_set_retry_read(bio);
    return -1;
  }
  std::memcpy(into, link.incoming_.get() + link.begin_, here);
  link.begin_ += here;
  return static_cast<int>(here);
}

int TlsLink::on_bio_write(BIO* bio, const char* bytes, int size) noexcept {
  auto& link = *static_cast<TlsLink*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const auto all = static_cast<std::size_t>(size);
  std::size_t sent = 0;
  if (link.waiting_bytes() == 0) {
    const long taken = link.send(bytes, all);
    if (taken < 0) return -1;
    sent = static_cast<std::size_t>(taken);
  }
  if (sent < all) link.unsent_.insert(link.unsent_.end(), bytes + sent, bytes + all);
  return size;
}

long TlsLink::on_bio_control(BIO*, int command, long, void*) noexcept {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

}  // namespace gannet::net
