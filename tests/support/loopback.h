#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "gateway/net/certificate.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/http_client.h"
#include "gateway/net/server.h"
#include "gateway/net/tls_context.h"
#include "gateway/net/websocket_client.h"

namespace gannet::net {

/// A directory that goes away with the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gannet-net-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// Runs the loop until `condition`; false when it is still not met after a generous while.
inline bool run_until(EventLoop& loop, const std::function<bool()>& condition,
                      Nanos longest = seconds(20)) {
  const Nanos deadline = monotonic_now() + longest;
  while (!condition()) {
    if (monotonic_now() > deadline) return false;
    loop.run_for(milliseconds(20));
  }
  return true;
}

/// A server that echoes texts and bodies; what it was told is written down.
class EchoServer final : public ServerHandler {
 public:
  int on_upgrade(std::string_view path, std::string_view, Timestamp) override {
    if (path == "/too-many") return 429;
    return path == "/refused" ? 403 : 0;
  }
  void on_open(ServerConnectionId connection, std::string_view path, std::string_view,
               Timestamp) override {
    open[connection] = path;
    newest = connection;
  }
  void on_text(ServerConnectionId connection, std::string_view text, Timestamp) override {
    ++texts;
    if (on_text_hook) return on_text_hook(connection, text);
    server->send_text(connection, text);
  }
  void on_closed(ServerConnectionId connection, Timestamp) override {
    open.erase(connection);
    ++closed;
  }
  HttpResponse on_http(const HttpRequest& request, std::string_view peer, Timestamp) override {
    requests.push_back(request);
    peers.emplace_back(peer);
    if (on_http_hook) return on_http_hook(request);
    return {.status = 200, .headers = {{"Content-Type", "text/plain"}}, .body = request.body};
  }
  void on_slow_consumer(ServerConnectionId connection, Timestamp) override {
    ++slow_consumers;
    if (close_slow) server->close(connection, 4005, "slow");
  }

  std::unique_ptr<Server> server;
  std::map<ServerConnectionId, std::string> open;
  ServerConnectionId newest = 0;
  std::function<void(ServerConnectionId, std::string_view)> on_text_hook;
  std::function<HttpResponse(const HttpRequest&)> on_http_hook;
  std::vector<HttpRequest> requests;
  std::vector<std::string> peers;
  std::size_t texts = 0;
  std::size_t closed = 0;
  std::size_t slow_consumers = 0;
  bool close_slow = false;
};

/// Writes down what a client is told.
class RecordingHandler final : public WebSocketHandler {
 public:
  void on_open(Timestamp) noexcept override {
    ++opened;
    if (on_open_hook) on_open_hook();
  }
  void on_text(std::string_view text, Timestamp receive_time) noexcept override {
    texts.emplace_back(text);
    last_receive_time = receive_time;
    for (std::size_t i = 0; i < kTextPadding; ++i) {
      padding_sum += static_cast<unsigned char>(text.data()[text.size() + i]);
    }
    if (on_text_hook) on_text_hook(text);
  }
  void on_closed(const CloseReason& reason, Timestamp) noexcept override {
    closed.push_back(reason);
    if (on_closed_hook) on_closed_hook();
  }

  std::size_t opened = 0;
  std::vector<std::string> texts;
  std::vector<CloseReason> closed;
  Timestamp last_receive_time{};
  std::size_t padding_sum = 0;  // the padding must be readable; the sanitizer says whether it is
  std::function<void()> on_open_hook;
  std::function<void(std::string_view)> on_text_hook;
  std::function<void()> on_closed_hook;
};

/// Certificates, loop and an echo server on a free loopback port.
class LoopbackTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = make_certificates(directory.path());
    ASSERT_TRUE(made) << made.error().message;
    files = *made;
  }

  TlsContext client_tls() const {
    auto tls = TlsContext::client({.system_roots = false, .ca_file = files.ca.string()});
    EXPECT_TRUE(tls) << tls.error().message;
    return *tls;
  }
  TlsContext server_tls() const {
    auto tls = TlsContext::server(
        {.certificate_file = files.certificate.string(), .key_file = files.key.string()});
    EXPECT_TRUE(tls) << tls.error().message;
    return *tls;
  }
  void serve(ServerSettings settings = {}) {
    auto server = Server::listen(loop, server_tls(), settings, echo);
    ASSERT_TRUE(server) << server.error().message;
    echo.server = std::move(*server);
  }
  std::string url(std::string_view path, std::string_view host = "127.0.0.1",
                  std::string_view scheme = "wss") const {
    return std::string(scheme) + "://" + std::string(host) + ":" +
           std::to_string(echo.server->port()) + std::string(path);
  }
  std::unique_ptr<WebSocketClient> client(WebSocketSettings settings) {
    auto made = WebSocketClient::make(loop, client_tls(), std::move(settings), handler);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }
  /// A client that is open.
  std::unique_ptr<WebSocketClient> open_client(WebSocketSettings settings = {}) {
    if (settings.url.empty()) settings.url = url("/echo");
    auto opened = client(std::move(settings));
    const std::size_t before = handler.opened;
    opened->connect();
    EXPECT_TRUE(
        run_until(loop, [&] { return handler.opened > before || !handler.closed.empty(); }));
    EXPECT_TRUE(opened->is_open()) << (handler.closed.empty() ? "" : handler.closed.back().text);
    return opened;
  }
  bool run_until(EventLoop& on, const std::function<bool()>& condition) {
    return net::run_until(on, condition);
  }
  bool run_until(const std::function<bool()>& condition) { return net::run_until(loop, condition); }

  TemporaryDirectory directory;
  CertificateFiles files;
  EventLoop loop;  // before what is bound to it
  EchoServer echo;
  RecordingHandler handler;
};

}  // namespace gannet::net
