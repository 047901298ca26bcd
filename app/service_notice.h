#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "app/daemon_status.h"
#include "base/published_value.h"
#include "base/time.h"

namespace gannet::app {

/// What the service manager is told about this process: systemd's notify protocol, one datagram a
/// message. Spoken here and not by libsystemd because that one waits when the manager does not
/// read; here a message that cannot be sent is sent at the next turn. Without a manager it does
/// nothing. MON-09: the watchdog is fed by the cold thread, for turns that the trading loop has
/// taken meanwhile: whichever of the two hangs, the manager ends the process. Cold thread.
class ServiceNotice {
 public:
  /// A start may take that long without a sign of life; told anew with each.
  static constexpr Nanos kStartPatience = seconds(120);

  /// Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment: they are not for
  /// children. Before any thread is made.
  ServiceNotice();
  ~ServiceNotice();
  ServiceNotice(const ServiceNotice&) = delete;
  ServiceNotice& operator=(const ServiceNotice&) = delete;

  /// What the start is at, or why it was refused.
  void say(std::string_view text);
  /// A turn of the cold loop. `turns`: of the trading loop, so far.
  void watch(const PublishedValue<DaemonStatus>& published, std::uint64_t turns, bool is_stopping,
             Nanos now);

 private:
  bool send(std::string_view message) noexcept;
  void tell_state(const DaemonStatus& status, Nanos now);
  void beat(std::uint64_t turns, Nanos now);

  int socket_ = -1;
  std::string address_;
  std::optional<Nanos> watchdog_;
  std::string told_;  // the newest STATUS
  bool ready_ = false;
  bool stopping_ = false;
  Nanos next_look_;
  Nanos next_beat_;
  std::uint64_t turns_told_ = 0;
  std::uint64_t turns_seen_ = 0;
  Nanos last_turn_;
};

/// The one of this process.
ServiceNotice& service_notice();

}  // namespace gannet::app
