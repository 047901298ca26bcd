#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/tls_context.h"
#include "gateway/net/websocket_client.h"

namespace gannet::okx {

/// One socket to the venue that somebody waits on: for looking at it, not for trading. Thread: the
/// loop's; `open` and `wait_until` run the loop.
class SocketProbe final : private net::WebSocketHandler {
 public:
  /// `see` gets every text with its time.
  using See = std::function<void(std::string_view text, Timestamp now)>;

  SocketProbe(net::EventLoop& loop, const net::TlsContext& tls, std::string url, See see);
  ~SocketProbe();
  SocketProbe(const SocketProbe&) = delete;
  SocketProbe& operator=(const SocketProbe&) = delete;

  /// "" or why it could not be opened.
  std::string open();
  bool send(std::string_view text) { return client_ && client_->send_text(text); }
  bool is_open() const noexcept { return client_ && client_->is_open(); }
  /// False: it was not so within `longest`, or the connection went.
  bool wait_until(const std::function<bool()>& condition, Nanos longest);
  const std::string& closed_because() const noexcept { return closed_; }

 private:
  void on_open(Timestamp now) noexcept override;
  void on_text(std::string_view text, Timestamp receive_time) noexcept override;
  void on_closed(const net::CloseReason& reason, Timestamp now) noexcept override;

  net::EventLoop& loop_;
  See see_;
  std::unique_ptr<net::WebSocketClient> client_;
  std::string closed_;
  bool gone_ = false;
};

}  // namespace gannet::okx
