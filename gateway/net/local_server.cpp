#include "gateway/net/local_server.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "gateway/net/internal/event_loop_internal.h"

namespace gannet::net {
namespace {

using Protocol = asio::local::stream_protocol;

bool fits_address(const std::string& path) { return path.size() < sizeof(sockaddr_un{}.sun_path); }

/// A connected descriptor, or -1 with errno.
int connect_to(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(fd);
    errno = error;
    return -1;
  }
  return fd;
}

/// The kernel's word on who connected; nobody (65534) if it has none.
LocalPeer peer_of(int fd) {
  LocalPeer peer{65534, 0, {}};
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return peer;
  peer = {credentials.uid, credentials.pid, {credentials.gid}};
  std::vector<gid_t> others(64);
  size = static_cast<socklen_t>(others.size() * sizeof(gid_t));
  int told = ::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, others.data(), &size);
  if (told != 0 && errno == ERANGE) {  // `size` says by now what is needed
    others.resize(size / sizeof(gid_t));
    told = ::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, others.data(), &size);
  }
  if (told != 0) return peer;
  others.resize(size / sizeof(gid_t));
  peer.groups.insert(peer.groups.end(), others.begin(), others.end());
  return peer;
}

}  // namespace

struct LocalServer::State : std::enable_shared_from_this<State> {
  State(asio::io_context& io, std::string socket_path, Handler line_handler)
      : context(io), acceptor(io), path(std::move(socket_path)), handler(std::move(line_handler)) {}

  asio::io_context& context;
  Protocol::acceptor acceptor;
  std::string path;
  Handler handler;
  std::uint64_t lines_too_long = 0;

  struct Connection : std::enable_shared_from_this<Connection> {
    Connection(std::shared_ptr<State> server_state, Protocol::socket accepted)
        : server(std::move(server_state)), socket(std::move(accepted)) {
      server->connections.push_back(this);
      peer = peer_of(socket.native_handle());
    }
    ~Connection() { std::erase(server->connections, this); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void read() {
      is_idle = true;
      // The one that has been silent for longest is first.
      std::erase(server->connections, this);
      server->connections.push_back(this);
      auto self = shared_from_this();
      asio::async_read_until(socket, asio::dynamic_buffer(input, kMaxLine), '\n',
                             [self](const boost::system::error_code& error, std::size_t size) {
                               if (error == asio::error::not_found) ++self->server->lines_too_long;
                               if (!error) self->handle(size);
                             });
    }

    void close() {
      is_idle = false;
      boost::system::error_code ignored;
      socket.close(ignored);
    }

    void handle(std::size_t size) {
      is_idle = false;
      std::string line = input.substr(0, size - 1);
      input.erase(0, size);
      auto self = shared_from_this();
      server->handler(std::move(line), peer, [self](std::string answer) {
        asio::post(self->server->context, [self, text = std::move(answer)]() mutable {
          self->output = std::move(text);
          self->output += '\n';
          self->write();
        });
      });
    }

    void write() {
      auto self = shared_from_this();
      asio::async_write(socket, asio::buffer(output),
                        [self](const boost::system::error_code& error, std::size_t) {
                          if (!error) self->read();
                        });
    }

    std::shared_ptr<State> server;
    Protocol::socket socket;
    LocalPeer peer;
    std::string input;
    std::string output;
    bool is_idle = true;  // nobody works on an answer
  };
  std::vector<Connection*> connections;  // they take themselves out

  bool has_room() {
    if (connections.size() < kMaxConnections) return true;
    const auto silent = std::ranges::find_if(connections, &Connection::is_idle);
    if (silent == connections.end()) return false;
    (*silent)->close();  // its read ends, and with it the connection
    return true;
  }

  void accept() {
    auto self = shared_from_this();
    acceptor.async_accept([self](const boost::system::error_code& error, Protocol::socket socket) {
      if (error == asio::error::operation_aborted || !self->acceptor.is_open()) return;
      if (!error && self->has_room()) {
        std::make_shared<Connection>(self, std::move(socket))->read();
      }
      self->accept();
    });
  }
};

std::expected<std::unique_ptr<LocalServer>, Error> LocalServer::listen(
    EventLoop& loop, const std::string& path, Handler handler,
    const LocalServerSettings& settings) {
  auto failed = [&](const std::string& why) {
    return std::unexpected(Error{"cannot listen on " + path + ": " + why});
  };
  if (!fits_address(path))
    return failed("the path is longer than a socket's name may be (107 bytes)");
  if (const int fd = connect_to(path); fd >= 0) {
    ::close(fd);
    return failed("another process listens there");
  }
  ::unlink(path.c_str());
  auto state = std::make_shared<State>(loop.internal().context, path, std::move(handler));
  boost::system::error_code error;
  // The mode must be right from the file's first moment on.
  const mode_t mask = ::umask(0777 & ~settings.mode);
  state->acceptor.open(Protocol(), error);
  if (!error) state->acceptor.bind(Protocol::endpoint(path), error);
  ::umask(mask);
  // Before anybody can connect: nobody listens yet.
  if (!error && settings.group &&
      ::chown(path.c_str(), static_cast<uid_t>(-1), *settings.group) != 0)
    return failed("its group cannot be set, for the engine's user is no member of it: " +
                  std::string(std::strerror(errno)));
  if (!error) state->acceptor.listen(16, error);
  if (error) return failed(error.message());
  state->accept();
  return std::unique_ptr<LocalServer>(new LocalServer(std::move(state)));
}

std::uint64_t LocalServer::lines_too_long() const noexcept { return state_->lines_too_long; }

LocalServer::~LocalServer() {
  boost::system::error_code error;
  state_->acceptor.close(error);
  ::unlink(state_->path.c_str());
}

std::expected<std::string, Error> ask_local_server(const std::string& path, const std::string& line,
                                                   int timeout_seconds) {
  if (!fits_address(path)) {
    return std::unexpected(Error{"the socket's path is too long: " + path});
  }
  const int fd = connect_to(path);
  if (fd < 0) {
    return std::unexpected(Error{"cannot reach gannetd at " + path + ": " + std::strerror(errno)});
  }
  const timeval limit{timeout_seconds, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const std::string text = line + "\n";
  std::string answer;
  bool good =
      ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  while (good && !answer.ends_with('\n')) {
    char buffer[16384];
    const ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
    if (n <= 0) {
      if (n == 0) errno = ECONNRESET;
      good = false;
      break;
    }
    answer.append(buffer, static_cast<std::size_t>(n));
  }
  const int error = errno;
  ::close(fd);
  if (!good) {
    return std::unexpected(Error{"no answer from gannetd at " + path + ": " +
                                 (error == EAGAIN ? "time-out" : std::strerror(error))});
  }
  answer.pop_back();
  return answer;
}

}  // namespace gannet::net
