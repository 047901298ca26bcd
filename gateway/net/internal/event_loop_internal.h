#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <functional>
#include <optional>

#include "gateway/net/event_loop.h"
#include "gateway/net/internal/polled_sockets.h"

namespace gannet::net {

namespace asio = boost::asio;

struct EventLoop::Internal {
  PolledSockets polled;  // of a loop that spins
  WriteCork cork;
  bool spins = false;
  // One thread runs it: Asio need not wake others when work is added from within.
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> keep{context.get_executor()};
  std::optional<asio::signal_set> signals;
  std::function<void(int)> signal_handler;
  std::function<HostAnswer(const std::string& host)> look_up;  // empty: the system's

  void wait_for_signal();
};

}  // namespace gannet::net
