#include "monitor/journal_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace gannet::monitor {

JournalSocket::JournalSocket(std::string path)
    : path_(std::move(path)),
      socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
      exists_(::access(path_.c_str(), W_OK) == 0) {}

JournalSocket::~JournalSocket() {
  if (socket_ >= 0) ::close(socket_);
}

bool JournalSocket::write(std::string_view entry) noexcept {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) return false;
  std::ranges::copy(path_, address.sun_path);
  // By name each time: the journal may have been restarted.
  const ssize_t sent = ::sendto(socket_, entry.data(), entry.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return sent == static_cast<ssize_t>(entry.size());
}

}  // namespace gannet::monitor
