#include "gateway/net/internal/client_socket.h"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "base/clock.h"
#include "base/secret.h"
#include "gateway/net/internal/event_loop_internal.h"
#include "gateway/net/internal/utf8.h"

namespace gannet::net {
namespace {

constexpr std::size_t kAnswerBytesMax = 16u << 10;
constexpr std::size_t kOutReserve = 16u << 10;
constexpr std::size_t kOutMost = 12u << 10;  // held back; more than a TLS record saves nothing
constexpr std::size_t kReasonBytesMax = 123;

enum CloseCode : std::uint16_t { kProtocolError = 1002, kNotUtf8 = 1007, kTooBig = 1009 };

std::string close_payload(std::uint16_t code, std::string_view reason) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  return payload.append(reason.substr(0, kReasonBytesMax));
}

/// Codes that may be on the wire (RFC 6455, 7.4).
bool is_close_code(unsigned code) noexcept {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

}  // namespace

ClientSocket::ClientSocket(EventLoop& loop, std::unique_ptr<TlsLink> link,
                           const WebSocketStreamSettings& settings, unsigned probe_every,
                           WebSocketStreamEvents& events)
    : loop_(loop.internal()),
      link_(std::move(link)),
      events_(&events),
      settings_(settings),
      probe_every_(probe_every),
      reader_(settings.message_bytes_max, settings.read_reserve),
      close_timer_(loop) {
  out_.reserve(kOutReserve);
  masks_.top_up();
}

void ClientSocket::request(const std::string& authority, const std::string& target,
                           const Upgrade::Headers& headers) {
  upgrade_ = std::make_unique<Upgrade>(authority, target, headers);
  if (upgrade_->text().empty()) {
    return end({.kind = CloseReason::Kind::NotReached,
                .text = "a header or the path holds control characters"});
  }
  out_ = upgrade_->text();
  write_out();
  if (state_ != State::Ended) wait_readable();
}

// ---- reading ----

void ClientSocket::wait_readable() {
  link_->socket().async_wait(
      TcpSocket::wait_read,
      asio::bind_allocator(ArenaAllocator<std::byte>(arena_),
                           [self = shared_from_this()](const error_code& error) {
                             if (error || self->state_ == State::Ended) return;
                             self->take(self->link_->receive());
                             if (self->state_ != State::Ended && !self->is_probed_) {
                               self->wait_readable();
                             }
                           }));
}

std::size_t ClientSocket::probe() noexcept {
  const TlsLink::Received received = link_->receive();
  if (received == TlsLink::Received::Nothing) {
    if (state_ != State::Ended && link_->waiting_bytes() != 0) on_writable();
    return 0;
  }
  const auto keep = shared_from_this();  // who is told something may let go of this socket
  const std::size_t told = take(received);
  if (state_ != State::Ended && link_->waiting_bytes() != 0) on_writable();
  return told;
}

std::size_t ClientSocket::take(TlsLink::Received received) noexcept {
  switch (received) {
    case TlsLink::Received::Nothing:
      return 0;
    case TlsLink::Received::Bytes:
    case TlsLink::Received::End:  // what TLS has said of the end before, `drain` finds
      receive_time_ = wall_clock_now();
      return drain();
    case TlsLink::Received::Failed:
      on_end_of_stream();
      return 1;
  }
  return 0;
}

std::size_t ClientSocket::drain() noexcept {
  std::size_t told = 0;
  for (;;) {
    const std::size_t got = link_->read(reader_.room());
    if (got == 0) break;
    reader_.add(got);
    if (state_ == State::Asking) read_answer();
    told += tell_frames();
    if (state_ == State::Ended || !link_->has_more()) break;
  }
  loop_.cork.end_event(false);
  if (state_ != State::Ended && link_->has_ended()) on_end_of_stream();
  return told + 1;
}

std::size_t ClientSocket::tell_frames() noexcept {
  if (state_ == State::Leaving) reader_.drop();
  std::size_t told = 0;
  while (state_ == State::Open || state_ == State::Closing) {
    const FrameReader::Frame frame = reader_.next();
    if (!tell(frame)) break;
    ++told;
  }
  return told;
}

/// False: nothing more can be told now.
bool ClientSocket::tell(const FrameReader::Frame& frame) noexcept {
  using Kind = FrameReader::Kind;
  switch (frame.kind) {
    case Kind::NeedMore:
      return false;
    case Kind::Text:
      tell_text(frame.payload);
      return true;
    case Kind::Binary:  // no venue sends them on the channels we use: dropped, not guessed at
    case Kind::Pong:
      return true;
    case Kind::Ping:
      // Who asks and asks and reads no answer is not answered for ever.
      if (state_ == State::Open && has_room_for(frame.payload.size()))
        write_frame(FrameOpcode::Pong, frame.payload);
      return true;
    case Kind::Close:
      on_close_frame(frame.payload);
      return false;
    case Kind::Broken:
      break_off(kProtocolError, "a frame broke the protocol");
      return false;
    case Kind::TooLong:
      break_off(kTooBig, "a message is too long");
      return false;
    case Kind::NotText:
      break_off(kNotUtf8, "a text is not UTF-8");
      return false;
  }
  return false;
}

void ClientSocket::tell_text(std::string_view text) noexcept {
  if (events_ == nullptr) return;
  loop_.cork.begin_event();
  events_->on_stream_text(text, receive_time_);
  loop_.cork.end_event(reader_.has_bytes() || link_->has_more());
}

// ---- opening and closing ----

void ClientSocket::read_answer() noexcept {
  constexpr std::string_view kEmptyLine = "\r\n\r\n";
  const std::string_view here = reader_.unread();
  const std::size_t end_of_head = here.find(kEmptyLine);
  if (end_of_head == std::string_view::npos) {
    if (here.size() <= kAnswerBytesMax) return;
    return end({.kind = CloseReason::Kind::NotReached, .text = "no end of the upgrade's answer"});
  }
  const std::size_t size = end_of_head + kEmptyLine.size();
  const Upgrade::Verdict verdict = upgrade_->judge(here.substr(0, size));
  switch (verdict) {
    case Upgrade::Verdict::Accepted:
      reader_.skip(size);
      return open();
    case Upgrade::Verdict::Refused:
      return end({.kind = CloseReason::Kind::Refused,
                  .http_status = upgrade_->status(),
                  .text = "handshake refused with status " + std::to_string(upgrade_->status())});
    case Upgrade::Verdict::Unreadable:
      return end({.kind = CloseReason::Kind::NotReached,
                  .text = "the answer to the upgrade cannot be read"});
  }
}

void ClientSocket::open() noexcept {
  upgrade_.reset();
  state_ = State::Open;
  if (loop_.spins) {
    is_probed_ = true;
    link_->leave_loop();
    loop_.polled.add(*this, probe_every_);
  }
  if (events_ != nullptr) events_->on_stream_open();
}

void ClientSocket::close(std::uint16_t code, std::string_view reason) noexcept {
  if (state_ == State::Asking) {
    return end({.kind = CloseReason::Kind::LocalClosed, .text = std::string(reason)});
  }
  if (state_ != State::Open) return;
  state_ = State::Closing;
  reason_ = {.kind = CloseReason::Kind::LocalClosed, .code = code, .text = std::string(reason)};
  bound_goodbye();
  write_frame(FrameOpcode::Close, close_payload(code, reason));
}

void ClientSocket::on_close_frame(std::string_view payload) noexcept {
  if (state_ == State::Closing) return leave(std::move(reason_), {});
  constexpr std::uint16_t kNone = 1005;  // the close frame carried no code
  if (payload.empty())
    return leave({.kind = CloseReason::Kind::PeerClosed, .code = kNone}, payload);
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(payload[i]); };
  const unsigned code = payload.size() < 2 ? 0u : byte(0) * 256u + byte(1);
  if (!is_close_code(code)) return break_off(kProtocolError, "a close code that may not be");
  const std::string_view text = payload.substr(2);
  if (!is_utf8(text)) return break_off(kNotUtf8, "a close reason is not UTF-8");
  leave({.kind = CloseReason::Kind::PeerClosed,
         .code = static_cast<std::uint16_t>(code),
         .text = std::string(text)},
        payload);
}

void ClientSocket::break_off(std::uint16_t code, std::string_view why) noexcept {
  if (state_ == State::Closing) return end(std::move(reason_));
  leave({.kind = CloseReason::Kind::Lost, .text = std::string(why)}, close_payload(code, {}));
}

/// Says the last word, in WebSocket unless it was said before and in TLS, and waits for the peer to
/// end the connection, but not for long.
void ClientSocket::leave(CloseReason reason, std::string_view goodbye) noexcept {
  const bool was_open = state_ == State::Open;
  state_ = State::Leaving;
  reason_ = std::move(reason);
  if (was_open) {
    bound_goodbye();
    write_frame(FrameOpcode::Close, goodbye);
  }
  if (state_ == State::Leaving) link_->say_end();
}

void ClientSocket::bound_goodbye() noexcept {
  close_timer_.start(settings_.close_timeout, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->end(std::move(self->reason_));
  });
}

void ClientSocket::on_end_of_stream() noexcept {
  switch (state_) {
    case State::Asking:
      return end({.kind = CloseReason::Kind::NotReached, .text = link_->why()});
    case State::Open:
      return end({.kind = CloseReason::Kind::Lost, .text = link_->why()});
    case State::Closing:
    case State::Leaving:
      return end(std::move(reason_));
    case State::Ended:
      return;
  }
}

void ClientSocket::cut(CloseReason reason, bool abort) noexcept {
  if (state_ == State::Ended) return;
  if (abort) link_->close(true);
  end(std::move(reason));
}

void ClientSocket::forget() noexcept {
  events_ = nullptr;
  end({});
}

/// Closes the socket and tells the owner, in a later turn: it may be within a call of the owner's.
void ClientSocket::end(CloseReason reason) noexcept {
  if (state_ == State::Ended) return;
  state_ = State::Ended;
  close_timer_.cancel();
  if (is_probed_) loop_.polled.remove(*this);
  loop_.cork.forget(*this);
  link_->close(false);
  wipe(out_);
  if (events_ == nullptr) return;
  asio::post(loop_.context, [self = shared_from_this(), reason = std::move(reason)] {
    if (self->events_ != nullptr) self->events_->on_stream_ended(reason);
  });
}

// ---- writing ----

bool ClientSocket::send_text(std::string_view text) noexcept {
  if (state_ != State::Open || !has_room_for(text.size())) return false;
  write_frame(FrameOpcode::Text, text);
  return true;
}

bool ClientSocket::has_room_for(std::size_t bytes) const noexcept {
  if (waiting_frames_ == 0) return true;
  const std::size_t waiting = link_->waiting_bytes() + out_.size();
  return waiting_frames_ < settings_.queue_frames && waiting <= settings_.queue_bytes &&
         bytes <= settings_.queue_bytes - waiting;
}

void ClientSocket::write_frame(FrameOpcode opcode, std::string_view payload) noexcept {
  append_client_frame(out_, opcode, payload, masks_.next());
  ++waiting_frames_;
  const bool may_wait = opcode == FrameOpcode::Text && out_.size() < kOutMost;
  if (may_wait && loop_.cork.holds(wrote_in_event_)) {
    if (!is_corked_) loop_.cork.hold(*this);
    is_corked_ = true;
    return;
  }
  if (is_corked_) loop_.cork.forget(*this);
  is_corked_ = false;
  wrote_in_event_ = loop_.cork.event();
  write_out();
}

void ClientSocket::write_corked() noexcept {
  is_corked_ = false;
  if (state_ != State::Ended) write_out();
}

void ClientSocket::write_out() noexcept {
  const bool is_written = link_->write(out_);
  // A log-in holds secrets, and this buffer's next text may be shorter. SEC-02
  wipe(out_.data(), out_.size());
  out_.clear();
  if (!is_written) {
    // What has been received before may say why (a close code, say), and ends us.
    if (state_ == State::Asking) on_end_of_stream();
    return;
  }
  if (link_->waiting_bytes() == 0) {
    waiting_frames_ = 0;
  } else if (!is_probed_) {
    wait_writable();
  }
}

void ClientSocket::wait_writable() {
  if (std::exchange(waits_writable_, true)) return;
  link_->socket().async_wait(TcpSocket::wait_write,
                             asio::bind_allocator(ArenaAllocator<std::byte>(arena_),
                                                  [self = shared_from_this()](const error_code&) {
                                                    self->waits_writable_ = false;
                                                    self->on_writable();
                                                  }));
}

void ClientSocket::on_writable() {
  if (state_ == State::Ended || !link_->flush()) return;  // lost: reading tells
  if (link_->waiting_bytes() == 0) {
    waiting_frames_ = 0;
  } else if (!is_probed_) {
    wait_writable();
  }
}

}  // namespace gannet::net
