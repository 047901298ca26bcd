#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

namespace gannet::test {

inline sockaddr_in loopback_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A TCP socket of this machine's, closed with the object.
class LoopbackSocket {
 public:
  LoopbackSocket() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~LoopbackSocket() { ::close(descriptor_); }
  LoopbackSocket(const LoopbackSocket&) = delete;
  LoopbackSocket& operator=(const LoopbackSocket&) = delete;

  /// On a port that nobody has.
  std::uint16_t listen() {
    sockaddr_in address = loopback_address(0);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(descriptor_, any, size) != 0 || ::listen(descriptor_, 4) != 0) return 0;
    ::getsockname(descriptor_, any, &size);
    return ntohs(address.sin_port);
  }
  bool connect(std::uint16_t port) {
    const sockaddr_in address = loopback_address(port);
    const timeval patience{20, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  int descriptor() const { return descriptor_; }
  void say(std::string_view text) {
    static_cast<void>(::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL));
  }
  std::string hear_to_the_end() {
    std::string all;
    char some[4096];
    for (ssize_t n = 0; (n = ::recv(descriptor_, some, sizeof some, 0)) > 0;)
      all.append(some, static_cast<std::size_t>(n));
    return all;
  }

 private:
  int descriptor_;
};

/// One that nobody had a moment ago.
inline std::uint16_t free_port() { return LoopbackSocket().listen(); }

/// The body of GET /metrics; "" if nobody answers.
inline std::string scrape(std::uint16_t port) {
  LoopbackSocket socket;
  if (!socket.connect(port)) return "";
  socket.say("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string answer = socket.hear_to_the_end();
  const auto body = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 200") || body == std::string::npos) return "";
  return answer.substr(body + 4);
}

/// Samples of the text format by what stands before the value: `name{key="value"}`.
inline std::map<std::string, double> samples_of(const std::string& text) {
  std::map<std::string, double> samples;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto space = line.rfind(' ');
    if (line.starts_with('#') || space == std::string::npos) continue;
    samples[line.substr(0, space)] = std::strtod(line.c_str() + space, nullptr);
  }
  return samples;
}

}  // namespace gannet::test
