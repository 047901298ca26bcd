#include "gateway/net/websocket_client.h"

#include <optional>

#include "base/clock.h"
#include "gateway/net/internal/address_book.h"
#include "gateway/net/internal/client_socket.h"
#include "gateway/net/internal/tls_connector.h"
#include "gateway/net/url.h"

namespace gannet::net {

struct WebSocketClient::State final : WebSocketStreamEvents {
  State(EventLoop& event_loop, std::shared_ptr<TlsContext::Internal> tls_context, Url address,
        WebSocketSettings given, WebSocketHandler& told)
      : loop(event_loop),
        tls(std::move(tls_context)),
        url(std::move(address)),
        settings(std::move(given)),
        handler(told),
        addresses(std::make_shared<AddressBook>(settings.first_address, settings.lookup_timeout)),
        handshake_timer(event_loop) {}

  void connect() {
    if (active) return;
    active = true;
    opened = false;
    started = monotonic_now();
    connector =
        std::make_shared<TlsConnector>(loop, tls, url, addresses, settings.unacknowledged_timeout);
    connector->start(settings.connect_timeout, TlsConnector::LinkDone([this](auto link, auto why) {
                       on_connected(std::move(link), std::move(why));
                     }));
  }

  void on_connected(std::unique_ptr<TlsLink> link, ConnectFailure why) {
    connector.reset();
    if (!link) {
      const auto kind = why.timed_out ? CloseReason::Kind::TimedOut : CloseReason::Kind::NotReached;
      return on_stream_ended({.kind = kind, .text = std::move(why.text)});
    }
    stream = std::make_shared<ClientSocket>(
        loop, std::move(link),
        WebSocketStreamSettings{.message_bytes_max = settings.message_bytes_max,
                                .queue_frames = settings.queue_frames,
                                .queue_bytes = settings.queue_bytes,
                                .close_timeout = settings.close_timeout},
        settings.probe_every, *this);
    auto headers = settings.headers;
    headers.emplace_back("User-Agent", settings.user_agent);
    stream->request(url.authority(), url.target, headers);
    const Nanos left = settings.connect_timeout - (monotonic_now() - started);
    handshake_timer.start(left, [this] {
      stream->cut({.kind = CloseReason::Kind::TimedOut, .text = "timed out asking for the upgrade"},
                  false);
    });
  }

  void on_stream_open() noexcept override {
    handshake_timer.cancel();
    opened = true;
    handler.on_open(wall_clock_now());
  }

  void on_stream_text(std::string_view text, Timestamp receive_time) noexcept override {
    handler.on_text(text, receive_time);
  }

  void on_stream_ended(const CloseReason& reason) noexcept override {
    handshake_timer.cancel();
    active = false;
    // One that talks TLS and refuses sockets is no better than one that is not there.
    if (stream != nullptr && !opened) addresses->on_failed();
    // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): its stream goes now
    const CloseReason told = reason;
    stream.reset();
    handler.on_closed(told, wall_clock_now());
  }

  /// Ends an attempt that has no stream yet.
  void give_up(CloseReason reason) {
    connector->cancel();
    connector.reset();
    loop.post([weak = self, reason = std::move(reason)] {
      if (const auto state = weak.lock()) state->on_stream_ended(reason);
    });
  }

  EventLoop& loop;
  std::shared_ptr<TlsContext::Internal> tls;
  Url url;
  WebSocketSettings settings;
  WebSocketHandler& handler;
  std::weak_ptr<State> self;
  std::shared_ptr<AddressBook> addresses;
  std::shared_ptr<TlsConnector> connector;
  std::shared_ptr<ClientSocket> stream;
  Timer handshake_timer;
  Nanos started{};
  bool active = false;
  bool opened = false;  // this attempt's handshake was answered
};

std::expected<std::unique_ptr<WebSocketClient>, Error> WebSocketClient::make(
    EventLoop& loop, const TlsContext& tls, WebSocketSettings settings, WebSocketHandler& handler) {
  auto url = parse_url(settings.url);
  if (!url) return std::unexpected(url.error());
  auto state =
      std::make_shared<State>(loop, tls.internal(), std::move(*url), std::move(settings), handler);
  state->self = state;
  return std::unique_ptr<WebSocketClient>(new WebSocketClient(std::move(state)));
}

WebSocketClient::~WebSocketClient() {
  if (state_->connector) state_->connector->cancel();
  if (state_->stream) state_->stream->forget();
}

void WebSocketClient::connect() { state_->connect(); }

bool WebSocketClient::is_open() const noexcept {
  return state_->stream != nullptr && state_->stream->is_open();
}

std::string_view WebSocketClient::peer() const noexcept { return state_->addresses->connected_to; }

bool WebSocketClient::send_text(std::string_view text) noexcept {
  return state_->stream != nullptr && state_->stream->send_text(text);
}

void WebSocketClient::close(std::uint16_t code, std::string_view reason) noexcept {
  if (state_->stream) return state_->stream->close(code, reason);
  if (state_->connector) {
    state_->give_up({.kind = CloseReason::Kind::LocalClosed, .text = std::string(reason)});
  }
}

void WebSocketClient::cut(std::string_view why) noexcept {
  CloseReason reason{.kind = CloseReason::Kind::LocalClosed, .text = std::string(why)};
  if (state_->stream) return state_->stream->cut(std::move(reason), true);
  if (state_->connector) state_->give_up(std::move(reason));
}

}  // namespace gannet::net
