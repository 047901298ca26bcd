#include "gateway/net/internal/websocket_stream.h"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "base/clock.h"
#include "base/secret.h"
#include "gateway/net/internal/event_loop_internal.h"
#include "gateway/net/internal/handler_arena.h"
#include "gateway/net/internal/send_queue.h"

namespace gannet::net {
namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

class BeastWebSocket final : public WebSocketStream,
                             public std::enable_shared_from_this<BeastWebSocket> {
 public:
  BeastWebSocket(EventLoop& loop, std::unique_ptr<TlsStream> stream,
                 const WebSocketStreamSettings& settings, WebSocketStreamEvents& events)
      : context_(loop.internal().context),
        events_(&events),
        settings_(settings),
        socket_(std::move(*stream)),
        // Beast reads in pieces: its bound on a message is `read_message_max`, and the buffer must
        // hold that and the padding.
        incoming_(settings.message_bytes_max + kTextPadding + 16'384),
        queue_(settings.queue_frames, settings.queue_bytes, settings.queue_frames_reserve,
               settings.frame_reserve),
        close_timer_(loop) {
    socket_.read_message_max(settings.message_bytes_max);
    socket_.auto_fragment(false);
    socket_.text(true);
    incoming_.reserve(settings.read_reserve);
    writing_.reserve(settings.frame_reserve);
  }

  void accept(const HttpRequest& upgrade) override {
    beast::http::request<beast::http::empty_body> request;
    request.method_string(upgrade.method);
    request.target(upgrade.target);
    request.version(11);
    for (const auto& [name, value] : upgrade.headers) request.insert(name, value);
    socket_.async_accept(request, [self = shared_from_this()](const error_code& error) {
      self->on_handshake(error);
    });
  }

  bool is_open() const noexcept override { return state_ == State::Open; }

  bool send_text(std::string_view text) noexcept override {
    if (state_ != State::Open) return false;
    if (write_in_flight_) return queue_.push(text);
    writing_.assign(text);
    write();
    return true;
  }

  bool send_bytes(std::string_view bytes) noexcept override {
    if (state_ != State::Open) return false;
    // A mark that no JSON text begins with tells the queue's raw entries from its texts.
    std::string marked(1, kRawMark);
    marked += bytes;
    if (write_in_flight_) return queue_.push(marked);
    writing_.swap(marked);
    write();
    return true;
  }

  void close(std::uint16_t code, std::string_view reason) noexcept override {
    if (state_ == State::Handshaking) {
      return cut({.kind = CloseReason::Kind::LocalClosed, .text = std::string(reason)}, false);
    }
    if (state_ != State::Open) return;
    state_ = State::Closing;
    reason_ = {.kind = CloseReason::Kind::LocalClosed, .code = code, .text = std::string(reason)};
    bound_goodbye();
    if (!write_in_flight_) say_goodbye();
  }

  void cut(CloseReason reason, bool abort) noexcept override {
    if (state_ == State::Ended) return;
    if (abort) {
      error_code ignored;
      beast::get_lowest_layer(socket_).set_option(asio::socket_base::linger(true, 0), ignored);
    }
    end(std::move(reason));
  }

  void forget() noexcept override {
    events_ = nullptr;
    end({});
  }

 private:
  enum class State : std::uint8_t { Handshaking, Open, Closing, Ended };
  static constexpr char kRawMark = '\0';

  void on_handshake(const error_code& error) noexcept {
    if (state_ != State::Handshaking) return;
    if (error) return end(handshake_failure(error));
    state_ = State::Open;
    // Beast answers a close frame by itself, then waits for the peer to end TLS: not for ever.
    socket_.control_callback([this](websocket::frame_type kind, beast::string_view) {
      if (kind == websocket::frame_type::close) bound_goodbye();
    });
    if (events_ != nullptr) events_->on_stream_open();
    if (state_ != State::Ended) read();
  }

  void read() noexcept {
    socket_.async_read(incoming_, asio::bind_allocator(ArenaAllocator<std::byte>(arena_),
                                                       [self = shared_from_this()](
                                                           const error_code& error, std::size_t) {
                                                         self->on_read(error);
                                                       }));
  }

  void on_read(const error_code& error) noexcept {
    if (state_ == State::Ended) return;
    if (error) return end(ending_of(error));
    const Timestamp receive_time = wall_clock_now();
    incoming_.prepare(kTextPadding);  // room behind the text; may move it, so the view comes after
    const auto bytes = incoming_.cdata();
    // No venue sends binary frames on the channels we use; they are dropped, not guessed at.
    if (socket_.got_text() && events_ != nullptr) {
      events_->on_stream_text({static_cast<const char*>(bytes.data()), bytes.size()}, receive_time);
    }
    incoming_.clear();
    if (state_ != State::Ended) read();
  }

  void write() noexcept {
    write_in_flight_ = true;
    if (!writing_.empty() && writing_.front() == kRawMark) return write_bytes();
    socket_.async_write(
        asio::buffer(writing_),
        asio::bind_allocator(ArenaAllocator<std::byte>(arena_),
                             [self = shared_from_this()](const error_code& error, std::size_t) {
                               self->on_written(error);
                             }));
  }

  void write_bytes() noexcept {
    asio::async_write(socket_.next_layer(), asio::buffer(writing_.data() + 1, writing_.size() - 1),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        self->on_written(error);
                      });
  }

  void on_written(const error_code& error) noexcept {
    write_in_flight_ = false;
    // A log-in holds secrets, and this buffer's next text may be shorter. SEC-02
    wipe(writing_.data(), writing_.size());
    if (state_ == State::Ended) return;
    // The read in flight knows more about a loss (a close code, say), and ends us.
    if (error == websocket::error::closed || error == asio::error::operation_aborted) return;
    if (error) return end(ending_of(error));
    if (!queue_.empty()) {
      queue_.pop(writing_);
      return write();
    }
    if (state_ == State::Closing) say_goodbye();
  }

  void say_goodbye() noexcept {
    if (goodbye_said_) return;
    goodbye_said_ = true;
    websocket::close_reason goodbye;
    goodbye.code = reason_.code;
    goodbye.reason = beast::string_view(reason_.text).substr(0, 123);  // what a control frame holds
    socket_.async_close(
        goodbye, [self = shared_from_this()](const error_code&) { self->end(self->reason_); });
  }

  void bound_goodbye() noexcept {
    close_timer_.start(settings_.close_timeout, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self) self->end(self->ending_of(websocket::error::closed));
    });
  }

  static CloseReason handshake_failure(const error_code& error) {
    return {.kind = CloseReason::Kind::NotReached, .text = error.message()};
  }

  CloseReason ending_of(const error_code& error) const {
    if (state_ == State::Closing) return reason_;
    if (error == websocket::error::closed) {
      const auto& said = socket_.reason();
      // 1005: the close frame carried no code.
      const std::uint16_t code = said.code == websocket::close_code::none
                                     ? std::uint16_t{1005}
                                     : static_cast<std::uint16_t>(said.code);
      return {.kind = CloseReason::Kind::PeerClosed,
              .code = code,
              .text = std::string(said.reason.data(), said.reason.size())};
    }
    return {.kind = CloseReason::Kind::Lost, .text = error.message()};
  }

  /// Closes the socket and tells the owner, in a later turn: it may be within a call of the
  /// owner's.
  void end(CloseReason reason) noexcept {
    if (state_ == State::Ended) return;
    state_ = State::Ended;
    close_timer_.cancel();
    error_code ignored;
    beast::get_lowest_layer(socket_).close(ignored);
    if (events_ == nullptr) return;
    asio::post(context_, [self = shared_from_this(), reason = std::move(reason)] {
      if (self->events_ != nullptr) self->events_->on_stream_ended(reason);
    });
  }

  asio::io_context& context_;
  WebSocketStreamEvents* events_;
  WebSocketStreamSettings settings_;
  HandlerArena arena_;  // before the stream: operations it destroys give their memory back
  websocket::stream<TlsStream, false> socket_;  // false: no permessage-deflate
  beast::flat_buffer incoming_;
  std::string writing_;
  SendQueue queue_;
  Timer close_timer_;
  CloseReason reason_;
  State state_ = State::Handshaking;
  bool write_in_flight_ = false;
  bool goodbye_said_ = false;
};

}  // namespace

std::shared_ptr<WebSocketStream> WebSocketStream::make(EventLoop& loop,
                                                       std::unique_ptr<TlsStream> stream,
                                                       const WebSocketStreamSettings& settings,
                                                       WebSocketStreamEvents& events) {
  return std::make_shared<BeastWebSocket>(loop, std::move(stream), settings, events);
}

}  // namespace gannet::net
