#include "gateway/net/server.h"

#include <array>
#include <boost/asio/write.hpp>
#include <unordered_map>

#include "base/clock.h"
#include "gateway/net/internal/event_loop_internal.h"
#include "gateway/net/internal/http_text.h"
#include "gateway/net/internal/tls_stream.h"
#include "gateway/net/internal/websocket_stream.h"

namespace gannet::net {
namespace {

std::string peer_name(const TcpSocket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return "unknown";
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  const std::string port = ":" + std::to_string(endpoint.port());
  return address.is_v6() ? "[" + address.to_string() + "]" + port : address.to_string() + port;
}

std::string_view path_of(std::string_view target) noexcept {
  return target.substr(0, target.find('?'));
}

}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

  State(EventLoop& event_loop, std::shared_ptr<TlsContext::Internal> tls_context,
        ServerSettings given, ServerHandler& told)
      : loop(event_loop),
        context(event_loop.internal().context),
        tls(std::move(tls_context)),
        settings(std::move(given)),
        handler(&told),
        acceptor(context.get_executor()),
        accept_pause(event_loop) {}

  std::expected<void, Error> listen();
  void accept();
  void set_listening(bool wanted);
  void on_accepted(TcpSocket socket);
  Connection* find(ServerConnectionId id) noexcept;

  EventLoop& loop;
  asio::io_context& context;
  std::shared_ptr<TlsContext::Internal> tls;
  ServerSettings settings;
  ServerHandler* handler;
  Acceptor acceptor;
  Timer accept_pause;
  std::unordered_map<ServerConnectionId, std::shared_ptr<Connection>> connections;
  ServerConnectionId next_id = 1;
};

/// One accepted connection: TLS, then HTTP requests one by one, then perhaps a WebSocket.
class Server::Connection final : public std::enable_shared_from_this<Server::Connection>,
                                 WebSocketStreamEvents {
 public:
  Connection(Server::State& server, ServerConnectionId id, TcpSocket socket)
      : server_(&server),
        id_(id),
        peer_(peer_name(socket)),
        tls_(server.tls),
        stream_(std::make_unique<TlsStream>(std::move(socket), tls_->context)),
        reader_(std::make_unique<HttpRequestReader>(
            HttpLimits{.body_bytes_max = server.settings.request_bytes_max})),
        timer_(server.loop),
        delay_(server.loop) {}

  void start() {
    set_tcp_options(stream_->next_layer(), 30'000);
    expect_within(server_->settings.handshake_timeout);
    stream_->async_handshake(TlsStream::server,
                             [self = shared_from_this()](const error_code& error) {
                               if (error || self->server_ == nullptr) return self->drop();
                               self->read();
                             });
  }

  bool send_text(std::string_view text) noexcept {
    return !websocket_ || !open_ || websocket_->send_text(text);
  }
  bool send_bytes(std::string_view bytes) noexcept {
    return !websocket_ || !open_ || websocket_->send_bytes(bytes);
  }
  void close(std::uint16_t code, std::string_view reason) noexcept {
    if (websocket_) websocket_->close(code, reason);
  }
  void cut(bool reset = true) noexcept {
    if (websocket_) websocket_->cut({.kind = CloseReason::Kind::LocalClosed}, reset);
  }
  bool is_open() const noexcept { return open_ && websocket_ && websocket_->is_open(); }

  /// The server goes away: no more calls to it.
  void forget() noexcept {
    server_ = nullptr;
    timer_.cancel();
    delay_.cancel();
    error_code ignored;
    if (stream_) stream_->next_layer().close(ignored);
    if (websocket_) websocket_->forget();
  }

 private:
  void expect_within(Nanos limit) {
    timer_.start(limit, [this] { drop(); });
  }

  void read() {
    // A message has its time from its first byte on, however slowly the rest trickles in.
    const bool in_message = reader_->in_message();
    if (!in_message) expect_within(server_->settings.idle_timeout);
    if (in_message && !timing_message_) expect_within(server_->settings.handshake_timeout);
    timing_message_ = in_message;
    stream_->async_read_some(
        asio::buffer(incoming_),
        [self = shared_from_this()](const error_code& error, std::size_t bytes) {
          if (error || self->server_ == nullptr) return self->drop();
          if (!self->reader_->put({self->incoming_.data(), bytes})) return self->refuse(400);
          self->next_request();
        });
  }

  void next_request() {
    auto message = reader_->take();
    if (!message) return refuse(400);
    if (!message->has_value()) return read();
    timing_message_ = false;
    if ((*message)->wants_websocket) return upgrade((*message)->request);
    const HttpResponse response =
        server_->handler->on_http((*message)->request, peer_, wall_clock_now());
    if (server_ == nullptr) return;
    // Whoever asked for a head alone would read the body as the next answer.
    const bool keep_alive = (*message)->keep_alive && (*message)->request.method != "HEAD";
    const HttpDelivery delivery = server_->handler->delivery();
    if (delivery.delay.count <= 0 && !delivery.cut_after) return respond(response, keep_alive);
    misdeliver(response, keep_alive, delivery);
  }

  /// Late, or the beginning alone and a reset.
  void misdeliver(const HttpResponse& response, bool keep_alive, const HttpDelivery& delivery) {
    timer_.cancel();
    delay_.start(delivery.delay, [this, response, keep_alive, cut_after = delivery.cut_after] {
      if (!cut_after) return respond(response, keep_alive);
      auto wire = to_wire(response, keep_alive);
      outgoing_ = wire ? wire->substr(0, *cut_after) : std::string();
      asio::async_write(*stream_, asio::buffer(outgoing_),
                        [self = shared_from_this()](const error_code&, std::size_t) {
                          error_code ignored;
                          self->stream_->next_layer().set_option(asio::socket_base::linger(true, 0),
                                                                 ignored);
                          self->drop();
                        });
    });
  }

  void refuse(int status) { respond({.status = status, .headers = {}, .body = {}}, false); }

  void respond(const HttpResponse& response, bool keep_alive) {
    if (server_ == nullptr) return;
    auto wire = to_wire(response, keep_alive);
    if (!wire) return drop();
    outgoing_ = std::move(*wire);
    expect_within(server_->settings.handshake_timeout);
    asio::async_write(
        *stream_, asio::buffer(outgoing_),
        [self = shared_from_this(), keep_alive](const error_code& error, std::size_t) {
          if (error || self->server_ == nullptr) return self->drop();
          if (!keep_alive) return self->end_tls();
          self->next_request();  // it may have been read with the last one
        });
  }

  /// A goodbye that lets the client see the whole answer.
  void end_tls() {
    stream_->async_shutdown([self = shared_from_this()](const error_code&) { self->drop(); });
  }

  void upgrade(const HttpRequest& request) {
    path_ = path_of(request.target);
    const int refusal = server_->handler->on_upgrade(path_, peer_, wall_clock_now());
    if (server_ == nullptr) return;
    if (refusal != 0) return refuse(refusal);
    const ServerSettings& settings = server_->settings;
    websocket_ = WebSocketStream::make(server_->loop, std::move(stream_),
                                       {.message_bytes_max = settings.message_bytes_max,
                                        .read_reserve = 0,
                                        .queue_frames = settings.queue_frames,
                                        .queue_frames_reserve = 8,
                                        .queue_bytes = settings.queue_bytes,
                                        .frame_reserve = 0,
                                        .close_timeout = settings.close_timeout},
                                       *this);
    reader_.reset();
    expect_within(settings.handshake_timeout);
    websocket_->accept(request);
  }

  void on_stream_open() noexcept override {
    timer_.cancel();
    open_ = true;
    server_->handler->on_open(id_, path_, peer_, wall_clock_now());
  }

  void on_stream_text(std::string_view text, Timestamp receive_time) noexcept override {
    server_->handler->on_text(id_, text, receive_time);
  }

  void on_stream_ended(const CloseReason&) noexcept override {
    if (server_ == nullptr) return;
    const bool told = open_;
    open_ = false;
    const auto keep = shared_from_this();
    server_->connections.erase(id_);
    timer_.cancel();
    if (told) server_->handler->on_closed(id_, wall_clock_now());
  }

  void drop() {
    timer_.cancel();
    delay_.cancel();
    if (websocket_) return websocket_->cut({}, false);  // ended by on_stream_ended
    error_code ignored;
    stream_->next_layer().close(ignored);
    if (server_ != nullptr) server_->connections.erase(id_);
  }

  Server::State* server_;
  ServerConnectionId id_;
  std::string peer_;
  std::string path_;
  std::shared_ptr<TlsContext::Internal> tls_;
  std::unique_ptr<TlsStream> stream_;
  std::unique_ptr<HttpRequestReader> reader_;
  std::array<char, 8'192> incoming_;
  std::string outgoing_;
  std::shared_ptr<WebSocketStream> websocket_;
  Timer timer_;
  bool timing_message_ = false;
  Timer delay_;
  bool open_ = false;
};

std::expected<void, Error> Server::State::listen() {
  error_code error;
  const std::string where = settings.address + ":" + std::to_string(settings.port);
  const auto failed = [&](std::string_view what) {
    return std::unexpected(Error{std::string(what) + " " + where + ": " + error.message()});
  };
  const auto address = asio::ip::make_address(settings.address, error);
  if (error) return failed("address");
  const asio::ip::tcp::endpoint endpoint(address, settings.port);
  acceptor.open(endpoint.protocol(), error);
  if (error) return failed("opening");
  acceptor.set_option(asio::socket_base::reuse_address(true), error);
  acceptor.bind(endpoint, error);
  if (error) return failed("binding");
  acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return failed("listening on");
  settings.port = acceptor.local_endpoint(error).port();
  accept();
  return {};
}

void Server::State::accept() {
  acceptor.async_accept([weak = weak_from_this()](const error_code& error, TcpSocket socket) {
    const auto self = weak.lock();
    if (!self || error == asio::error::operation_aborted) return;
    if (error) {
      // Out of descriptors, most likely: accepting at once again would spin.
      return self->accept_pause.start(milliseconds(50), [state = self.get()] { state->accept(); });
    }
    self->on_accepted(std::move(socket));
    self->accept();
  });
}

void Server::State::set_listening(bool wanted) {
  if (wanted == acceptor.is_open()) return;
  accept_pause.cancel();
  error_code ignored;
  if (!wanted) {
    acceptor.close(ignored);
    return;
  }
  if (listen()) return;
  acceptor.close(ignored);
  accept_pause.start(milliseconds(50), [this] { set_listening(true); });
}

void Server::State::on_accepted(TcpSocket socket) {
  if (connections.size() >= settings.connections_max) return;  // closed by its destructor
  const ServerConnectionId id = next_id++;
  auto connection = std::make_shared<Connection>(*this, id, std::move(socket));
  connections.emplace(id, connection);
  connection->start();
}

Server::Connection* Server::State::find(ServerConnectionId id) noexcept {
  const auto found = connections.find(id);
  return found == connections.end() ? nullptr : found->second.get();
}

std::expected<std::unique_ptr<Server>, Error> Server::listen(EventLoop& loop, const TlsContext& tls,
                                                             ServerSettings settings,
                                                             ServerHandler& handler) {
  auto state = std::make_shared<State>(loop, tls.internal(), std::move(settings), handler);
  if (auto listening = state->listen(); !listening) return std::unexpected(listening.error());
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::~Server() {
  for (auto& [id, connection] : state_->connections) connection->forget();
  state_->connections.clear();
}

std::uint16_t Server::port() const noexcept { return state_->settings.port; }

void Server::send_text(ServerConnectionId id, std::string_view text) noexcept {
  Connection* const connection = state_->find(id);
  if (connection == nullptr || !connection->is_open() || connection->send_text(text)) return;
  state_->handler->on_slow_consumer(id, wall_clock_now());
  // The goodbye of a handler would wait behind the full queue, for as long as the peer does not
  // read; the close time-out cuts it then.
  if (connection->is_open()) connection->cut();
}

void Server::send_bytes(ServerConnectionId id, std::string_view bytes) noexcept {
  Connection* const connection = state_->find(id);
  if (connection != nullptr && connection->is_open() && !connection->send_bytes(bytes))
    connection->cut();
}

void Server::set_tls(const TlsContext& tls) noexcept { state_->tls = tls.internal(); }

void Server::close(ServerConnectionId id, std::uint16_t code, std::string_view reason) noexcept {
  if (Connection* const connection = state_->find(id)) connection->close(code, reason);
}

void Server::cut(ServerConnectionId id, bool reset) noexcept {
  if (Connection* const connection = state_->find(id)) connection->cut(reset);
}

void Server::set_listening(bool wanted) noexcept { state_->set_listening(wanted); }

std::size_t Server::connection_count() const noexcept { return state_->connections.size(); }

}  // namespace gannet::net
