#include "gateway/okx/transport/socket_connection.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"

namespace gannet::okx {

class SocketConnection::Driver final : public net::WebSocketHandler, public SocketOutput {
 public:
  Driver(net::EventLoop& loop, ConnectPacer& pacer, SocketConnectionSettings settings,
         SocketSession& session, Observer observer)
      : pacer_(pacer),
        settings_(std::move(settings)),
        session_(session),
        observer_(std::move(observer)),
        backoff_(settings_.backoff, settings_.jitter_seed),
        connect_timer_(loop),
        session_timer_(loop) {}

  std::expected<void, Error> make_client(net::EventLoop& loop, const net::TlsContext& tls) {
    auto client = net::WebSocketClient::make(loop, tls, settings_.socket, *this);
    if (!client) return std::unexpected(client.error());
    client_ = std::move(*client);
    return {};
  }

  void start() {
    if (started_) return;
    started_ = true;
    connect_after({});
    tick();
  }

  void stop() noexcept {
    rest();
    client_->close(1000, "stopping");
  }

  void on_replace(Replacer replacer) { replacer_ = std::move(replacer); }
  bool is_open() const noexcept { return client_->is_open(); }
  std::uint64_t attempts() const noexcept { return attempts_; }

  bool send_text(std::string_view text) noexcept override { return client_->send_text(text); }

  void reconnect(std::string_view why) noexcept override { client_->cut(why); }

  void reconnect_slowly(std::string_view why) noexcept override {
    slowly_ = true;
    client_->cut(why);
  }

  bool replace(std::string_view why) noexcept override { return replacer_ && replacer_(why); }

  void on_open(Timestamp now) noexcept override {
    open_ = true;
    slowly_ = false;
    backoff_.on_connected(now);
    observe(event_of(SocketConnectionEvent::Kind::Open));
    session_.on_open(*this, now);
  }

  void on_text(std::string_view text, Timestamp receive_time) noexcept override {
    session_.on_text(text, receive_time);
  }

  void on_closed(const net::CloseReason& reason, Timestamp now) noexcept override {
    SocketConnectionEvent event = event_of(SocketConnectionEvent::Kind::Closed);
    event.reason = reason;
    if (reason.kind == net::CloseReason::Kind::PeerClosed) {
      event.meaning = rule_of_close(reason.code).meaning;
      const CloseReaction reaction =
          open_ ? session_.on_close_code(reason.code, now) : CloseReaction::Reconnect;
      slowly_ = slowly_ || reaction == CloseReaction::ReconnectSlowly;
      if (reaction == CloseReaction::Stop) rest();
    }
    // 429: the venue counts connections by address, and this one was too many.
    slowly_ = slowly_ || (reason.kind == net::CloseReason::Kind::Refused &&
                          reason.http_status == kTooManyRequests);
    event.stays_closed = !started_;
    if (started_) {
      event.retry_in = std::exchange(slowly_, false) ? backoff_.next_slow() : backoff_.next(now);
      connect_after(event.retry_in);
    }
    observe(event);
    if (std::exchange(open_, false)) session_.on_closed(now);
  }

 private:
  static constexpr int kTooManyRequests = 429;

  void rest() noexcept {
    started_ = false;
    connect_timer_.cancel();
    session_timer_.cancel();
  }

  SocketConnectionEvent event_of(SocketConnectionEvent::Kind kind) const {
    SocketConnectionEvent event;
    event.kind = kind;
    event.url = settings_.socket.url;
    event.address = client_->peer();
    return event;
  }

  void connect_after(Nanos delay) {
    connect_timer_.start(delay, [this] {
      // The place is taken when it is needed, not ahead: one connection's long back-off must not
      // hold up the others.
      const Nanos wait = pacer_.reserve(wall_clock_now());
      if (wait.count <= 0) return connect();
      connect_timer_.start(wait, [this] { connect(); });
    });
  }

  void connect() {
    ++attempts_;
    observe(event_of(SocketConnectionEvent::Kind::Connecting));
    client_->connect();
  }

  void tick() {
    session_timer_.start(settings_.timer_interval, [this] {
      session_.on_timer(wall_clock_now());
      if (started_) tick();
    });
  }

  void observe(const SocketConnectionEvent& event) const {
    if (observer_) observer_(event);
  }

  ConnectPacer& pacer_;
  SocketConnectionSettings settings_;
  SocketSession& session_;
  Observer observer_;
  net::Backoff backoff_;
  net::Timer connect_timer_;
  net::Timer session_timer_;
  std::unique_ptr<net::WebSocketClient> client_;
  std::uint64_t attempts_ = 0;
  bool started_ = false;
  Replacer replacer_;
  bool open_ = false;    // the session knows the connection
  bool slowly_ = false;  // the session wants the next attempt late
};

std::expected<std::unique_ptr<SocketConnection>, Error> SocketConnection::make(
    net::EventLoop& loop, const net::TlsContext& tls, ConnectPacer& pacer,
    SocketConnectionSettings settings, SocketSession& session, Observer observer) {
  auto driver =
      std::make_unique<Driver>(loop, pacer, std::move(settings), session, std::move(observer));
  if (auto made = driver->make_client(loop, tls); !made) return std::unexpected(made.error());
  return std::unique_ptr<SocketConnection>(new SocketConnection(std::move(driver)));
}

SocketConnection::SocketConnection(std::unique_ptr<Driver> driver) : driver_(std::move(driver)) {}
SocketConnection::~SocketConnection() = default;

void SocketConnection::on_replace(Replacer replacer) { driver_->on_replace(std::move(replacer)); }
void SocketConnection::start() { driver_->start(); }
void SocketConnection::stop() noexcept { driver_->stop(); }
bool SocketConnection::is_open() const noexcept { return driver_->is_open(); }
std::uint64_t SocketConnection::attempts() const noexcept { return driver_->attempts(); }

}  // namespace gannet::okx
