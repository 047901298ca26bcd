#pragma once

#include <poll.h>

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "support/plain_http.h"

namespace gannet::test {

/// A plain HTTP server that keeps the bodies it was sent and answers as it is told to: 200, another
/// status, or not at all. One connection at a time.
class HttpReceiver {
 public:
  static constexpr int kHang = 0;

  HttpReceiver() : port_(listening_.listen()), thread_([this] { run(); }) {}
  ~HttpReceiver() {
    stop_.store(true);
    thread_.join();
  }

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& path = "/hook") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  /// The status of every answer from now on.
  void answer_with(int status) { status_.store(status); }
  /// Of requests: "POST /hook" and the body. One that was answered with other than 2xx is not
  /// taken.
  struct Taken {
    std::string head;
    std::string body;
    Nanos time;
  };
  std::vector<Taken> taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }
  std::size_t requests() const { return requests_.load(); }
  /// Bodies that contain `text`.
  std::vector<std::string> bodies_with(const std::string& text) const {
    std::vector<std::string> found;
    for (const Taken& one : taken())
      if (one.body.find(text) != std::string::npos) found.push_back(one.body);
    return found;
  }

 private:
  void run() {
    while (!stop_.load()) {
      pollfd ready{listening_.descriptor(), POLLIN, 0};
      if (::poll(&ready, 1, 20) != 1) continue;
      const int peer = ::accept(listening_.descriptor(), nullptr, nullptr);
      if (peer < 0) continue;
      serve(peer);
      ::close(peer);
    }
  }

  void serve(int peer) {
    std::string text;
    char some[4096];
    while (!is_whole(text)) {
      pollfd ready{peer, POLLIN, 0};
      if (stop_.load()) return;
      if (::poll(&ready, 1, 20) != 1) continue;
      const ssize_t got = ::recv(peer, some, sizeof some, 0);
      if (got <= 0) return;  // one that only looked whether we are here
      text.append(some, static_cast<std::size_t>(got));
    }
    ++requests_;
    const int status = status_.load();
    while (status == kHang && !stop_.load()) {
      pollfd gone{peer, POLLIN, 0};
      if (::poll(&gone, 1, 20) == 1 && ::recv(peer, some, sizeof some, 0) <= 0) return;
    }
    if (status >= 200 && status < 300) {
      const std::lock_guard lock(mutex_);
      taken_.push_back(
          {text.substr(0, text.find(" HTTP")), text.substr(body_of(text)), monotonic_now()});
    }
    const std::string answer = "HTTP/1.1 " + std::to_string(status) +
                               " As told\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    static_cast<void>(::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL));
  }

  static std::size_t body_of(const std::string& text) { return text.find("\r\n\r\n") + 4; }
  static bool is_whole(const std::string& text) {
    if (text.find("\r\n\r\n") == std::string::npos) return false;
    const auto length = text.find("Content-Length: ");
    if (length == std::string::npos) return true;
    return text.size() >= body_of(text) + std::strtoul(text.c_str() + length + 16, nullptr, 10);
  }

  LoopbackSocket listening_;
  std::uint16_t port_;
  std::atomic<int> status_{200};
  std::atomic<bool> stop_{false};
  std::atomic<std::size_t> requests_{0};
  mutable std::mutex mutex_;
  std::vector<Taken> taken_;
  std::thread thread_;
};

}  // namespace gannet::test
