#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "gateway/okx/protocol/session_io.h"
#include "gateway/okx/transport/socket_connection.h"

namespace gannet::okx {

/// The sockets of sessions that stand in for one another, by line. Thread: the reactor's.
class LineSockets final : public LineControl {
 public:
  void add(std::unique_ptr<SocketConnection> socket) { sockets_.push_back(std::move(socket)); }

  void open_line(std::size_t line) noexcept override { sockets_[line]->start(); }
  void close_line(std::size_t line) noexcept override { sockets_[line]->stop(); }
  void close_all() noexcept {
    for (const auto& socket : sockets_) socket->stop();
  }

 private:
  std::vector<std::unique_ptr<SocketConnection>> sockets_;
};

}  // namespace gannet::okx
