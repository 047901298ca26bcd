#include "gateway/okx/transport/socket_probe.h"

#include <utility>

#include "base/clock.h"

namespace gannet::okx {

SocketProbe::SocketProbe(net::EventLoop& loop, const net::TlsContext& tls, std::string url, See see)
    : loop_(loop), see_(std::move(see)) {
  auto client = net::WebSocketClient::make(loop, tls, {.url = std::move(url)}, *this);
  if (client) {
    client_ = std::move(*client);
  } else {
    closed_ = client.error().message;
    gone_ = true;
  }
}

SocketProbe::~SocketProbe() = default;

std::string SocketProbe::open() {
  if (!client_) return closed_;
  client_->connect();
  if (wait_until([this] { return is_open(); }, seconds(8))) return {};
  return closed_.empty() ? "it took too long" : closed_;
}

bool SocketProbe::wait_until(const std::function<bool()>& condition, Nanos longest) {
  const Nanos deadline = monotonic_now() + longest;
  while (!condition()) {
    if (gone_ || monotonic_now() > deadline) return false;
    loop_.run_for(milliseconds(20));
  }
  return true;
}

void SocketProbe::on_open(Timestamp) noexcept {}

void SocketProbe::on_text(std::string_view text, Timestamp receive_time) noexcept {
  see_(text, receive_time);
}

void SocketProbe::on_closed(const net::CloseReason& reason, Timestamp) noexcept {
  gone_ = true;
  closed_ = reason.text.empty() ? "closed with code " + std::to_string(reason.code) : reason.text;
}

}  // namespace gannet::okx
