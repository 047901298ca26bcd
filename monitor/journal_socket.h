#pragma once

#include <string>
#include <string_view>

namespace gannet::monitor {

/// systemd's journal by its native protocol: one datagram an entry, never waiting for room.
/// Thread: one.
class JournalSocket {
 public:
  explicit JournalSocket(std::string path = "/run/systemd/journal/socket");
  ~JournalSocket();
  JournalSocket(const JournalSocket&) = delete;
  JournalSocket& operator=(const JournalSocket&) = delete;

  /// Somebody listens there; asked once, at the start.
  bool exists() const noexcept { return exists_; }
  /// False: not taken.
  bool write(std::string_view entry) noexcept;

 private:
  std::string path_;
  int socket_ = -1;
  bool exists_ = false;
};

}  // namespace gannet::monitor
