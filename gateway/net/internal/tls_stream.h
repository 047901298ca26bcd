#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "gateway/net/tls_context.h"

namespace gannet::net {

namespace asio = boost::asio;
using boost::system::error_code;

// The loop's own executor type instead of Asio's type-erased one: nothing here runs elsewhere.
using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;
using TlsStream = asio::ssl::stream<TcpSocket>;

struct TlsContext::Internal {
  asio::ssl::context context;
};

/// Options every connection has: no Nagle delay; a peer that stops acknowledging is given up after
/// `unacknowledged_timeout_ms`. Failures are ignored: the connection works without them.
void set_tcp_options(TcpSocket& socket, unsigned unacknowledged_timeout_ms) noexcept;

}  // namespace gannet::net
