#include "sim/okx_server/transport/okx_server_transport.h"

#include <utility>

#include "base/clock.h"

namespace gannet::okx_server {

class Transport::Binding final : public net::ServerHandler {
 public:
  Binding(net::EventLoop& loop, const net::TlsContext& tls, const TransportSettings& settings,
          ServerProtocol& protocol)
      : protocol_(protocol),
        timer_interval_(settings.timer_interval),
        timer_(loop),
        good_(tls),
        certificates_(settings.certificates) {}

  std::expected<void, Error> listen(net::EventLoop& loop, const net::TlsContext& tls,
                                    net::ServerSettings settings) {
    auto server = net::Server::listen(loop, tls, std::move(settings), *this);
    if (!server) return std::unexpected(server.error());
    server_ = std::move(*server);
    tick();
    return {};
  }

  net::Server& server() noexcept { return *server_; }

  /// "" or a shape that nobody made: the good one.
  void use_certificate(std::string_view shape) noexcept {
    const auto found = certificates_.find(shape);
    if (server_) server_->set_tls(found == certificates_.end() ? good_ : found->second);
  }

 private:
  int on_upgrade(std::string_view path, std::string_view peer, Timestamp now) override {
    return protocol_.on_upgrade(path, peer, now);
  }
  void on_open(ConnectionId connection, std::string_view path, std::string_view peer,
               Timestamp now) override {
    protocol_.on_open(connection, path, peer, now);
  }
  void on_text(ConnectionId connection, std::string_view text, Timestamp now) override {
    protocol_.on_text(connection, text, now);
  }
  void on_closed(ConnectionId connection, Timestamp now) override {
    protocol_.on_closed(connection, now);
  }
  HttpResponse on_http(const HttpRequest& request, std::string_view peer, Timestamp now) override {
    return protocol_.on_http(request, peer, now);
  }
  net::HttpDelivery delivery() override {
    const HttpDelivery wanted = protocol_.delivery();
    return {.delay = wanted.delay, .cut_after = wanted.cut_after};
  }
  void on_slow_consumer(ConnectionId connection, Timestamp) override {
    server_->close(connection, 4005, "send buffer full");  // [PROTOCOL 3.6]
  }

  void tick() {
    timer_.start(timer_interval_, [this] {
      protocol_.on_timer(wall_clock_now());
      tick();
    });
  }

  ServerProtocol& protocol_;
  Nanos timer_interval_;
  net::Timer timer_;
  net::TlsContext good_;
  std::map<std::string, net::TlsContext, std::less<>> certificates_;
  std::unique_ptr<net::Server> server_;
};

Transport::Transport() = default;
Transport::~Transport() = default;

std::expected<void, Error> Transport::start(net::EventLoop& loop, const net::TlsContext& tls,
                                            TransportSettings settings, ServerProtocol& protocol) {
  auto binding = std::make_unique<Binding>(loop, tls, settings, protocol);
  if (auto listening = binding->listen(loop, tls, std::move(settings.server)); !listening) {
    return std::unexpected(listening.error());
  }
  binding_ = std::move(binding);
  return {};
}

std::uint16_t Transport::port() const noexcept { return binding_ ? binding_->server().port() : 0; }

std::size_t Transport::connection_count() const noexcept {
  return binding_ ? binding_->server().connection_count() : 0;
}

void Transport::send_text(ConnectionId connection, std::string_view text) noexcept {
  if (binding_) binding_->server().send_text(connection, text);
}

void Transport::send_bytes(ConnectionId connection, std::string_view bytes) noexcept {
  if (binding_) binding_->server().send_bytes(connection, bytes);
}

void Transport::use_certificate(std::string_view shape) noexcept {
  if (binding_) binding_->use_certificate(shape);
}

void Transport::end_stream(ConnectionId connection) noexcept {
  if (binding_) binding_->server().cut(connection, false);
}

void Transport::set_listening(bool wanted) noexcept {
  if (binding_) binding_->server().set_listening(wanted);
}

void Transport::close(ConnectionId connection, std::uint16_t code,
                      std::string_view reason) noexcept {
  if (!binding_) return;
  if (code == 0) return binding_->server().cut(connection);
  binding_->server().close(connection, code, reason);
}

}  // namespace gannet::okx_server
